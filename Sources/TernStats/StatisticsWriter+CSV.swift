/// Comma-separated values: RFC 4180, but lines end with LF. A header comes first. Decimals are
/// exact; an empty measure is an empty field.
extension StatisticsWriter {
  func writeCSV<Failure>(
    _ rows: [StatisticsRow], totals: [StatisticsRow], to sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var pieces = Pieces<Failure>()
    var text = RowText()
    pieces.append(header.joined(separator: ",") + "\n")
    for rows in [rows, totals] {
      for row in rows {
        fill(&text, row)
        Self.appendCSV(text, to: &pieces.bytes)
        try pieces.flushIfFull(to: sink)
      }
    }
    try pieces.flush(to: sink)
  }

  private static func appendCSV(_ text: RowText, to bytes: inout [UInt8]) {
    guard text.needsQuotes else {
      bytes.append(contentsOf: text.bytes)
      bytes[bytes.count - 1] = 0x0a
      return
    }
    for field in 0..<text.count {
      if field > 0 { bytes.append(UInt8(ascii: ",")) }
      let value = text.bytes[text.range(field)]
      guard value.contains(where: RowText.needsQuotes) else {
        bytes.append(contentsOf: value)
        continue
      }
      bytes.append(0x22)
      for byte in value {
        if byte == 0x22 { bytes.append(0x22) }
        bytes.append(byte)
      }
      bytes.append(0x22)
    }
    bytes.append(0x0a)
  }
}
