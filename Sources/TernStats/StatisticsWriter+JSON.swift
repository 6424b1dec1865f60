/// A JSON array with one object per row, each on a line of its own.
///
/// Dimensions and `currency` are strings. Counts (`lists`, `lines`, `packages`) are numbers.
/// `goodsValue`, `grossWeight` and `netWeight` are strings with the exact decimal: a JSON reader
/// that takes numbers as binary floating point would change them. An empty measure is `null`.
extension StatisticsWriter {
  func writeJSON<Failure>(
    _ rows: [StatisticsRow], to sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var pieces = Pieces<Failure>()
    var text = RowText()
    let fields = header.enumerated().map { index, name in
      (name: (index == 0 ? "" : ",") + "\"\(name)\":", form: Form(name, index < dimensions.count))
    }
    pieces.append("[")
    for (index, row) in rows.enumerated() {
      pieces.append(index == 0 ? "\n{" : ",\n{")
      fill(&text, row)
      for (index, field) in fields.enumerated() {
        pieces.append(field.name)
        let value = text.bytes[text.range(index)]
        let isNull = field.form == .currency ? row.measures.currency == nil : value.isEmpty
        if isNull && field.form != .dimension {
          pieces.append("null")
        } else if field.form == .count {
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

  /// How a field is written, and when it is `null`.
  private enum Form {
    case dimension, currency, count, decimal

    init(_ name: String, _ isDimension: Bool) {
      switch name {
      case _ where isDimension: self = .dimension
      case "currency": self = .currency
      case "lists", "lines", "packages": self = .count
      default: self = .decimal
      }
    }
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
