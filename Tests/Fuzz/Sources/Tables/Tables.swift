import CDriver
import TernCEB

/// One input of libFuzzer: a table, and for some a table of its lines. Cut wherever a long table may
/// be cut, it gives the same; every reject holds the bytes of its place. A difference traps; so does
/// every read outside the input and its padding that a sanitizer sees.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let data = unsafe data, size >= 2 else { return 0 }
  // The first bytes choose form and cuts, so that a finding replays.
  let choice = unsafe data[0]
  let step = unsafe 1 + Int(data[1]) * 4
  let input = unsafe Array(UnsafeBufferPointer(start: data + 2, count: size - 2))
  let parts = input.split(separator: 0x1E, maxSplits: 1, omittingEmptySubsequences: false)
  let form = Form(
    format: choice & 1 == 0 ? .csv : .ndjson, encoding: choice & 2 == 0 ? .utf8 : .gb18030,
    kind: [.kind(.payment403), .role(.order, nil), .kind(.list603), .named][Int(choice >> 3 & 3)],
    heads: Array(parts[0]), lines: choice & 4 == 0 || parts.count == 1 ? nil : Array(parts[1]))
  guard form.format == .ndjson || form.kind != .named else { return 0 }
  let whole = form.decode(step: nil)
  require(whole == form.decode(step: step), "a cut differs")
  if fuzz_is_canary() != 0 {
    // Planted: a row whose quote is not closed is taken for a difference. No seed has one.
    require(!whole.reasons.contains("truncated"), "the canary's bug")
  }
  return 0
}

private func require(_ condition: Bool, _ what: String) {
  if !condition { fatalError(what) }
}

/// What came of a table.
private struct Outcome: Equatable {
  var fault: String?
  var tables: [[String]] = []
  var notes: [String] = []
  var reasons: [String] = []
}

private struct Form {
  var format: TableFormat
  var encoding: TableEncoding
  var kind: TableKind
  var heads: [UInt8]
  var lines: [UInt8]?

  /// - Parameter step: bytes of a stretch that is then cut where it may be; nil: all at once.
  func decode(step: Int?) -> Outcome {
    let batch = DocumentBatch()
    do throws(TableFault) {
      var joined: JoinedLines?
      if let lines, format == .csv, kind != .named {
        let index = JoinedLines(
          of: kind, encoding: encoding, source: 1, store: MemoryLines(), maxLines: 1000)
        unsafe try stretches(lines, .csv, step) { (bytes, start, isLast) throws(TableFault) in
          unsafe try index.add(bytes, sourceOffset: start, endIsFinal: isLast, into: batch)
        }
        joined = index
      }
      let decoder = TableDecoder(format, of: kind, encoding: encoding, lines: joined)
      unsafe try stretches(heads, format, step) { (bytes, start, isLast) throws(TableFault) in
        unsafe try decoder.decode(
          bytes, source: 0, sourceOffset: start, beginsTable: start == 0, endIsFinal: isLast, into: batch)
      }
      var next: Int? = joined == nil ? nil : 0
      while let line = next { next = try joined!.rejectOthers(from: line, maxBytes: 100, into: batch) }
      return outcome(batch, decoder.notes + (joined?.notes ?? []))
    } catch {
      return Outcome(fault: error.description)
    }
  }

  private func stretches(
    _ table: [UInt8], _ format: TableFormat, _ step: Int?,
    _ body: (UnsafeBufferPointer<UInt8>, _ start: Int, _ isLast: Bool) throws(TableFault) -> Int?
  ) throws(TableFault) {
    var start = 0
    var wanted = step ?? table.count
    repeat {
      let end = min(start + wanted, table.count)
      let isLast = end == table.count
      let cut = isLast ? end - start : unsafe table[start..<end].withUnsafeBytes { unsafe TableDecoder.lastCut(in: $0, format) }
      if cut == 0, !isLast {
        wanted *= 2
        continue
      }
      wanted = step ?? table.count
      // Memory of exactly the right size: the address sanitizer sees what reads on.
      let slice = Array(table[start..<start + cut]) + [UInt8](repeating: 0, count: Kernel.padding)
      let result: Result<Int?, TableFault> = unsafe slice.withUnsafeBufferPointer { slice in
        Result { () throws(TableFault) in
          unsafe try body(UnsafeBufferPointer(rebasing: slice.dropLast(Kernel.padding)), start, isLast)
        }
      }
      require(try result.get() == nil, "a row stays open behind a cut")
      start += cut
      if isLast { break }
    } while true
  }

  private func outcome(_ batch: DocumentBatch, _ notes: [String]) -> Outcome {
    let rejects = batch.rejects
    for row in 0..<rejects.rowCount {
      let table = rejects["source"].integer[row] == 0 ? heads : lines ?? []
      let start = Int(rejects["offset"].integer[row])
      let range = start..<start + Int(rejects["length"].integer[row])
      require(range.upperBound <= table.count, "a reject lies in its table")
      let original = unsafe Array(rejects["original"].text.unsafeValue(row))
      require(original.elementsEqual(table[range]), "a reject holds its bytes")
    }
    // Within a group of documents, whose ends a cut moves, these stand in the order in which they are noticed.
    let noticed = [rejects, batch.irregulars].map { rows($0).sorted() }
    let documents = batch.kinds.filter { $0.documentCount > 0 }.flatMap { [rows($0.heads)] + ($0.lines.map { [rows($0)] } ?? []) }
    return Outcome(
      tables: noticed + documents.filter { !$0.isEmpty }, notes: notes,
      reasons: (0..<rejects.rowCount).map { rejects["reason"].text.string($0) }.sorted())
  }

  private func rows(_ table: Table) -> [String] {
    (0..<table.rowCount).map { row in
      table.columns.map { column in
        switch column {
        case .text(let texts): "\(unsafe Array(texts.unsafeValue(row)))"
        case .integer(let numbers): "\(numbers[row])"
        case .decimal(let numbers): "\(numbers.mantissas[row]) \(numbers.forms[row])"
        }
      }.joined(separator: ",")
    }
  }
}

private final class MemoryLines: LineStore {
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
