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
    try pieces.append("[", to: sink)
    var separator = "\n"
    for row in rows {
      try pieces.append(separator + object(row), to: sink)
      separator = ",\n"
    }
    try pieces.append(rows.isEmpty ? "]\n" : "\n]\n", to: sink)
    try pieces.flush(to: sink)
  }

  private func object(_ row: StatisticsRow) -> String {
    let measures = row.measures
    let decimal: (Int128?) -> String = { $0.map { "\"\(DecimalText.ofE5($0))\"" } ?? "null" }
    var values = row.values.map(Self.jsonString)
    if showsCurrency { values.append(measures.currency.map(Self.jsonString) ?? "null") }
    values += [
      String(measures.lists), String(measures.lines), decimal(measures.goodsValueE5),
      decimal(measures.grossWeightE5), decimal(measures.netWeightE5),
      measures.packages.map { String($0) } ?? "null",
    ]
    return "{" + zip(header, values).map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
  }

  static func jsonString(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
