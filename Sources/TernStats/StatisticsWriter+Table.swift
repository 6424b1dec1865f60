/// Aligned columns for a terminal: two spaces apart, numbers to the right, a rule below the header
/// and another above the totals.
extension StatisticsWriter {
  func writeTable<Failure>(
    _ rows: [StatisticsRow], totals: [StatisticsRow],
    to sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let totalLines = totals.map(line)
    var widths = header.map(TextWidth.columns)
    var text = RowText()
    let widen = { (text: RowText, widths: inout [Int]) in
      for column in widths.indices {
        let width = TextWidth.columns(text.bytes[text.range(column)])
        if width > widths[column] { widths[column] = width }
      }
    }
    for row in rows {
      fillLine(&text, row)
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
      fillLine(&text, row)
      append(text, widths, to: &pieces.bytes)
      try pieces.flushIfFull(to: sink)
    }
    if !totalLines.isEmpty {
      pieces.append(rule)
      for line in totalLines { append(line, widths, to: &pieces.bytes) }
    }
    try pieces.flush(to: sink)
  }

  private func line(_ row: StatisticsRow) -> RowText {
    var text = RowText()
    fillLine(&text, row)
    return text
  }

  /// A cell as it is. Other rows say what they are in the first column that is empty there, and a total its
  /// currency where that is a dimension.
  private func fillLine(_ text: inout RowText, _ row: StatisticsRow) {
    if row.kind == .cell { return fill(&text, row) }
    var row = row
    if row.kind == .total, let currency = query.columns.firstIndex(of: .currency) {
      row.values[currency] = row.measures.currency ?? ""
    }
    if let place = row.values.firstIndex(of: "") {
      row.values[place] = row.kind.rawValue
    } else if row.values.isEmpty, row.measures.currency == nil {
      row.measures.currency = row.kind.rawValue
    }
    fill(&text, row)
  }

  private func append(_ text: RowText, _ widths: [Int], to bytes: inout [UInt8]) {
    // Spaces wait until something follows them: lines have none at their end.
    var pending = 0
    for column in 0..<text.count {
      let value = text.bytes[text.range(column)]
      let padding = widths[column] - TextWidth.columns(value)
      if columns[column].isNumber { pending += padding }
      if !value.isEmpty {
        bytes.append(contentsOf: repeatElement(0x20, count: pending))
        TextWidth.appendPrintable(value, to: &bytes)
        pending = 0
      }
      if !columns[column].isNumber { pending += padding }
      pending += 2
    }
    bytes.append(0x0a)
  }
}
