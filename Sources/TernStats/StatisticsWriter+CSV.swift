/// Comma-separated values: RFC 4180, but lines end with LF. A header comes first. Decimals are
/// exact; an empty measure is an empty field.
extension StatisticsWriter {
  func writeCSV<Failure>(
    _ rows: [StatisticsRow], to sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var pieces = Pieces<Failure>()
    try pieces.append(Self.csvLine(header), to: sink)
    for row in rows { try pieces.append(Self.csvLine(cells(row)), to: sink) }
    try pieces.flush(to: sink)
  }

  private static func csvLine(_ cells: [String]) -> String {
    cells.map(csvField).joined(separator: ",") + "\n"
  }

  private static func csvField(_ text: String) -> String {
    let special: (UInt8) -> Bool = { $0 == 0x22 || $0 == 0x2c || $0 == 0x0a || $0 == 0x0d }
    guard text.utf8.contains(where: special) else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }
}
