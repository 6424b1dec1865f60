/// Aligned columns for a terminal: two spaces apart, numbers to the right, a rule below the header
/// and another above the totals.
extension StatisticsWriter {
  func writeTable<Failure>(
    _ rows: [StatisticsRow], totals: [Measures], total: Measures?,
    to sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let totalLines = totalLines(totals, total)
    var widths = header.map(TextWidth.columns)
    var text = RowText()
    let widen = { (text: RowText, widths: inout [Int]) in
      for column in widths.indices {
        let width = TextWidth.columns(text.bytes[text.range(column)])
        if width > widths[column] { widths[column] = width }
      }
    }
    for row in rows {
      fill(&text, row)
      widen(text, &widths)
    }
    for line in totalLines { widen(line, &widths) }

    var pieces = Pieces<Failure>()
    let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ") + "\n"
    text.removeAll()
    for name in header { text.append(name) }
    append(text, widths, to: &pieces.bytes)
    pieces.append(rule)
    for row in rows {
      fill(&text, row)
      append(text, widths, to: &pieces.bytes)
      try pieces.flushIfFull(to: sink)
    }
    if !totalLines.isEmpty {
      pieces.append(rule)
      for line in totalLines { append(line, widths, to: &pieces.bytes) }
    }
    try pieces.flush(to: sink)
  }

  /// A line per currency and, if they are several, one over all. The first column says `total`,
  /// unless it is the currency's.
  private func totalLines(_ totals: [Measures], _ total: Measures?) -> [RowText] {
    let several = totals.count == 1 ? nil : total
    return (totals + (several.map { [$0] } ?? [])).map { measures in
      let saysTotal = header[0] != "currency" || measures.currency == nil
      var line = RowText()
      for (column, dimension) in dimensions.enumerated() {
        line.append(
          column == 0 && saysTotal
            ? "total" : dimension == .currency ? measures.currency ?? "" : "")
      }
      append(measures, currency: dimensions.isEmpty && saysTotal ? "total" : nil, to: &line)
      return line
    }
  }

  private func append(_ text: RowText, _ widths: [Int], to bytes: inout [UInt8]) {
    // Spaces wait until something follows them: lines have none at their end.
    var pending = 0
    for column in 0..<text.count {
      let value = text.bytes[text.range(column)]
      let padding = widths[column] - TextWidth.columns(value)
      if column >= firstNumber { pending += padding }
      if !value.isEmpty {
        bytes.append(contentsOf: repeatElement(0x20, count: pending))
        TextWidth.appendPrintable(value, to: &bytes)
        pending = 0
      }
      if column < firstNumber { pending += padding }
      pending += 2
    }
    bytes.append(0x0a)
  }
}
