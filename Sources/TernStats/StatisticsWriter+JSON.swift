/// A JSON array with one object per row, each on a line of its own.
///
/// Dimensions and `currency` are strings. Counts (`lists`, `lines`, `packages`, `listsWithoutRate`) are numbers. Other
/// measures and ratios are strings with the exact decimal: a JSON reader that takes numbers as binary floating point
/// would change them. An empty measure is `null`.
extension StatisticsWriter {
  func writeJSON<Failure>(
    _ rows: [StatisticsRow], to sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var pieces = Pieces<Failure>()
    var text = RowText()
    let names = columns.enumerated().map { ($0 == 0 ? "" : ",") + "\"\($1.name)\":" }
    pieces.append("[")
    for (index, row) in rows.enumerated() {
      pieces.append(index == 0 ? "\n{" : ",\n{")
      fill(&text, row)
      for (index, column) in columns.enumerated() {
        pieces.append(names[index])
        let value = text.bytes[text.range(index)]
        let isNull =
          column.content == .currency ? row.measures.currency == nil : column.isNumber && value.isEmpty
        if isNull {
          pieces.append("null")
        } else if column.isCount {
          pieces.bytes.append(contentsOf: value)
        } else {
          Self.appendString(value, to: &pieces.bytes)
        }
      }
      pieces.append("}")
      try pieces.flushIfFull(to: sink)
    }
    pieces.append(rows.isEmpty ? "]\n" : "\n]\n")
    try pieces.flush(to: sink)
  }

  private static func appendString(_ value: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
    bytes.append(0x22)
    for byte in value {
      switch byte {
      case 0x22: bytes.append(contentsOf: "\\\"".utf8)
      case 0x5c: bytes.append(contentsOf: "\\\\".utf8)
      case 0x0a: bytes.append(contentsOf: "\\n".utf8)
      case 0x0d: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes.append(contentsOf: (byte < 0x10 ? "\\u000" : "\\u00").utf8)
        bytes.append(contentsOf: digits.utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(0x22)
  }
}
