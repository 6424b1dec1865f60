import CDriver
import TernCEB
import TernReference

/// One input of libFuzzer: the first byte names the file, the rest is the table. Every value is found by its
/// code, no code stands twice, and the table written anew with every cell in quotes gives the same or is refused
/// for the same reason. A difference traps; so does every read outside a code that a sanitizer sees.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let data = unsafe data, size >= 1 else { return 0 }
  let name = unsafe ReferenceData.fileNames[Int(data[0]) % ReferenceData.fileNames.count]
  let text = unsafe Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
  let table = Table(text)
  let outcome = Outcome(name, text)
  if fuzz_is_canary() != 0 {
    // Planted: a row whose quote is not closed is taken for a difference. No seed has one.
    require(table.fault?.what.contains("is not closed") != true, "the canary's bug")
  }
  guard table.fault == nil else {
    require(outcome.error != nil, "a broken row passes")
    return 0
  }
  let again = Table(table.text)
  require(again.fault == nil && again.rows.elementsEqual(table.rows, by: ==), "rows in quotes differ")
  let anew = Outcome(name, table.text)
  require(anew.error == outcome.error, "a table in quotes is judged differently")
  guard let data = outcome.data else { return 0 }
  requireValues(of: table, name, in: data)
  return 0
}

func require(_ condition: Bool, _ what: String) {
  if !condition { fatalError(what) }
}

/// What became of a table.
private struct Outcome {
  var data: ReferenceData?
  var error: ReferenceError?

  init(_ name: String, _ text: [UInt8]) {
    do throws(ReferenceError) {
      data = try ReferenceData(contents: [(name, text)])
    } catch {
      self.error = error
    }
  }
}

/// The rows of a CSV text with their lines.
struct Table {
  var rows: [(line: Int, values: [String])] = []
  var fault: CSVText.Fault?

  init(_ text: [UInt8]) {
    do {
      try CSVText.forEachRow(text) { rows.append(($0, $1)) }
    } catch {
      fault = error as? CSVText.Fault
      require(fault != nil, "another error")
    }
  }

  /// The same rows in the same lines, every cell in quotes.
  var text: [UInt8] {
    var text: [UInt8] = []
    var line = 1
    for row in rows {
      while line < row.line { append(0x0A, to: &text, &line) }
      for (index, value) in row.values.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        text.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
          if byte == UInt8(ascii: "\"") { text.append(byte) }
          append(byte, to: &text, &line)
        }
        text.append(UInt8(ascii: "\""))
      }
      append(0x0A, to: &text, &line)
    }
    return text
  }

  private func append(_ byte: UInt8, to text: inout [UInt8], _ line: inout Int) {
    text.append(byte)
    if byte == 0x0A { line += 1 }
  }

  /// Values of a column, header aside; empty where there is no such column.
  subscript(_ name: String) -> [String] {
    guard let column = rows.first?.values.firstIndex(of: name) else { return rows.dropFirst().map { _ in "" } }
    return rows.dropFirst().map { $0.values[column] }
  }
}
