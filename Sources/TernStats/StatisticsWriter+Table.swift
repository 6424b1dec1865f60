/// Aligned columns for a terminal: two spaces apart, numbers to the right, a rule below the header
/// and another above the totals.
extension StatisticsWriter {
  func writeTable<Failure>(
    _ rows: [StatisticsRow], totals: [Measures], total: Measures?,
    to sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let totalLines = totalLines(totals, total)
    var widths = header.map(TextWidth.columns)
    let widen = { (cells: [String]) in
      for (column, cell) in cells.enumerated() {
        widths[column] = max(widths[column], TextWidth.columns(TextWidth.printable(cell)))
      }
    }
    for row in rows { widen(cells(row)) }
    for line in totalLines { widen(line) }

    var pieces = Pieces<Failure>()
    let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ") + "\n"
    try pieces.append(line(header, widths), to: sink)
    try pieces.append(rule, to: sink)
    for row in rows { try pieces.append(line(cells(row), widths), to: sink) }
    if !totalLines.isEmpty {
      try pieces.append(rule, to: sink)
      for cells in totalLines { try pieces.append(line(cells, widths), to: sink) }
    }
    try pieces.flush(to: sink)
  }

  /// A line per currency and, if they are several, one over all. The first column says `total`,
  /// unless it is the currency's.
  private func totalLines(_ totals: [Measures], _ total: Measures?) -> [[String]] {
    let several = totals.count == 1 ? nil : total
    return (totals + (several.map { [$0] } ?? [])).map { measures in
      var line = dimensions.map { $0 == .currency ? measures.currency ?? "" : "" } + cells(measures)
      if header[0] != "currency" || measures.currency == nil { line[0] = "total" }
      return line
    }
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    // Spaces wait until something follows them: lines have none at their end.
    var pending = 0
    for (column, cell) in cells.enumerated() {
      let text = TextWidth.printable(cell)
      let padding = widths[column] - TextWidth.columns(text)
      if column >= firstNumber { pending += padding }
      if !text.isEmpty {
        line += String(repeating: " ", count: pending) + text
        pending = 0
      }
      if column < firstNumber { pending += padding }
      pending += 2
    }
    return line + "\n"
  }
}
