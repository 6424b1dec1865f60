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
    // Rarely a field of the row needs quotes.
    guard text.bytes.contains(where: needsQuotes) else {
      var start = 0
      for (field, end) in text.ends.enumerated() {
        if field > 0 { bytes.append(UInt8(ascii: ",")) }
        for place in start..<end { bytes.append(text.bytes[place]) }
        start = end
      }
      return bytes.append(0x0a)
    }
    for field in 0..<text.count {
      if field > 0 { bytes.append(UInt8(ascii: ",")) }
      let value = text.bytes[text.range(field)]
      guard value.contains(where: needsQuotes) else {
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

  private static func needsQuotes(_ byte: UInt8) -> Bool {
    byte == 0x22 || byte == 0x2c || byte == 0x0a || byte == 0x0d
  }
}
