import TernCEB
import TernTestSupport

/// Decodes a whole table; parameters as of `TableDecoder`.
func decodeTable(
  _ table: String, _ format: TableFormat, of kind: TableKind, lines: JoinedLines? = nil,
  strict: Bool = false
) throws -> DocumentBatch {
  try decodeTable(Array(table.utf8), format, of: kind, lines: lines, strict: strict).batch
}

func decodeTable(
  _ table: [UInt8], _ format: TableFormat, of kind: TableKind, encoding: TableEncoding = .utf8,
  lines: JoinedLines? = nil, strict: Bool = false
) throws -> (batch: DocumentBatch, notes: [String]) {
  let decoder = TableDecoder(format, of: kind, encoding: encoding, lines: lines, strict: strict)
  let batch = DocumentBatch()
  let open = try decode(table, 0..<table.count, with: decoder, isLast: true, into: batch)
  precondition(open == nil, "nothing may stay open at a table's end")
  return (batch, decoder.notes)
}

/// Decodes a part of a table, right in front of a page that cannot be read.
func decode(
  _ table: [UInt8], _ range: Range<Int>, with decoder: TableDecoder, isLast: Bool,
  into batch: DocumentBatch
) throws -> Int? {
  let result: Result<Int?, TableFault> = unsafe GuardedBytes(table[range]).withBytes { bytes in
    Result { () throws(TableFault) in
      unsafe try decoder.decode(
        bytes, source: 0, sourceOffset: range.lowerBound, beginsTable: range.lowerBound == 0,
        endIsFinal: isLast, into: batch)
    }
  }
  return try result.get()
}

/// Keeps a table of lines in memory.
final class MemoryLines: LineStore {
  private var bytes: [UInt8] = []
  func append(_ more: UnsafeBufferPointer<UInt8>) -> Bool {
    unsafe bytes.append(contentsOf: more)
    return true
  }
  func read(_ range: Range<Int>, into out: inout GrowableBuffer<UInt8>) -> Bool {
    out.removeAll()
    out.append(contentsOf: Array(bytes[range]))
    return true
  }
}

/// A table of lines, and the rejects of its rows.
struct LinesOfTest {
  let lines: JoinedLines
  let rejects = DocumentBatch()

  init(_ table: String, of kind: TableKind, maxLines: Int = 1000, cuts: [Int] = []) throws {
    try self.init(Array(table.utf8), of: kind, maxLines: maxLines, cuts: cuts)
  }

  init(
    _ bytes: [UInt8], of kind: TableKind, encoding: TableEncoding = .utf8, maxLines: Int = 1000,
    cuts: [Int] = []
  ) throws {
    lines = JoinedLines(
      of: kind, encoding: encoding, source: 1, store: MemoryLines(), maxLines: maxLines)
    var start = 0
    for cut in cuts + [bytes.count] {
      let result: Result<Int?, TableFault> = unsafe GuardedBytes(bytes[start..<cut]).withBytes { slice in
        Result { () throws(TableFault) in
          unsafe try lines.add(
            slice, sourceOffset: start, endIsFinal: cut == bytes.count, into: rejects)
        }
      }
      start = try result.get().map { start + $0 } ?? cut
    }
  }

  /// The lines that nobody has asked for.
  func rejectOthers() throws {
    var next: Int? = 0
    repeat { next = try lines.rejectOthers(from: next!, maxBytes: 10, into: rejects) } while next != nil
  }
}

/// A document as a row of cells or an object, in all the ways that mean the same.
struct TableWriter {
  var random: SeededGenerator

  mutating func cell(_ value: String) -> String {
    let mustQuote = value.utf8.contains { [0x2C, 0x0A, 0x0D].contains($0) } || value.hasPrefix("\"")
    guard mustQuote || random.chance(0.2) else { return pad(value) }
    return "\"" + pad(value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")) + "\""
  }

  /// White space that does not count.
  private mutating func pad(_ value: String) -> String {
    random.chance(0.05) ? random.pick([" ", "\t"]) + value + " " : value
  }

  mutating func string(_ value: String) -> String { quoted(pad(value)) }

  private mutating func quoted(_ value: String) -> String {
    var out = "\""
    for scalar in value.unicodeScalars {
      if scalar == "\"" || scalar == "\\" {
        out += "\\" + String(scalar)
      } else if scalar.value < 0x20 || random.chance(0.05) {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16, uppercase: random.chance(0.5))
          out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }

  mutating func object(_ elements: [Document.Element]) -> String {
    elements.map { "\(quoted($0.name)):\(random.pick(["", " "]))\(string($0.text))" }.joined(separator: ",")
  }
}
