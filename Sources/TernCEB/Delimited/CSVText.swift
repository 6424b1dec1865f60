/// Rows of a small CSV text (RFC 4180) that is in memory whole: reference tables, not documents.
public struct CSVText {
  /// Larger ones are refused by who reads the file.
  public static let byteCountMax = 256 << 20

  /// A quote that does not fit, or a row with too many cells.
  public struct Fault: Error, Equatable {
    /// From 1.
    public var line: Int
    public var what: String
  }

  /// Calls `body` with each row that is not blank: its line (from 1) and its values, white space at both ends
  /// taken off. A byte order mark is passed over.
  ///
  /// - Throws: `Fault`, or what `body` throws.
  public static func forEachRow(
    _ bytes: [UInt8], _ body: (_ line: Int, _ values: [String]) throws -> Void
  ) throws {
    var record = CSVRecord()
    var line = 1
    var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    try unsafe bytes.withUnsafeBufferPointer { buffer in
      let text = unsafe ByteView(buffer)
      while true {
        switch record.read(text, at: position, isFinal: true) {
        case .record:
          guard record.cellCount == record.cells.count else {
            throw Fault(line: line, what: "the row has \(record.cellCount) cells")
          }
          if !record.isBlank { try body(line, record.cells.map { string($0, text) }) }
        case .broken(_, let what): throw Fault(line: line, what: what)
        case .incomplete, .end: return
        }
        for index in position..<record.end where text[index] == 0x0A { line += 1 }
        position = record.end
      }
    }
  }

  private static func string(_ cell: CSVRecord.Cell, _ text: ByteView) -> String {
    let value = text.string(cell.range)
    return cell.hasPairs ? unquoted(value) : value
  }

  /// Each pair of quotes stands for one. By scalars: a quote and an accent behind it are one character.
  private static func unquoted(_ value: String) -> String {
    var result = ""
    var wasQuote = false
    for scalar in value.unicodeScalars {
      if scalar == "\"" && wasQuote {
        wasQuote = false
        continue
      }
      wasQuote = scalar == "\""
      result.unicodeScalars.append(scalar)
    }
    return result
  }
}
