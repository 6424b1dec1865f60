import TernRules

public enum OpportunityFormat: String, Sendable, CaseIterable {
  case table, csv, ndjson
}

extension Engine {
  /// Columns of the opportunities by seller; see `Opportunities/README.md`.
  public static let opportunityColumns = [
    "ebcCode", "lists", "eligible", "eligiblePercent", "goodsValueCny", "eligibleWithoutRate",
    "overLimit", "licence", "exportDuty", "refund",
  ]

  /// Writes opportunities, one seller per row. Does not close `sink`.
  public func writeOpportunities(
    _ sellers: [Opportunity], as format: OpportunityFormat, to sink: ByteSink
  ) throws(TernError) {
    guard let rowFormat = RowFormat(rawValue: format.rawValue) else {
      for seller in sellers {
        sink.append(seller.tableText)
        try sink.flushIfFull()
      }
      return
    }
    sink.append(RowWriter.header(Self.opportunityColumns, rowFormat))
    var rows = RowWriter(Self.opportunityColumns, rowFormat)
    for seller in sellers {
      rows.text(seller.seller)
      rows.number(seller.lists)
      rows.number(seller.eligible)
      rows.percent(seller.eligible, of: seller.lists)
      rows.decimal(seller.eligibleValueE13, scale: 13)
      rows.number(seller.eligibleWithoutRate)
      for count in [seller.overLimit, seller.licence, seller.exportDuty, seller.refund] {
        rows.number(count)
      }
      rows.endRow()
      sink.append(rows.bytes)
      rows.removeAll()
      try sink.flushIfFull()
    }
  }
}

extension Opportunity {
  /// One line for a terminal.
  fileprivate var tableText: String {
    var text = "\(seller)  \(eligible) of \(lists) lists (\(percentText(eligible, of: lists))%), "
    text += "\(decimalText(eligibleValueE13, scale: 13, fractionDigits: 0)) CNY"
    if eligibleWithoutRate > 0 { text += " and \(eligibleWithoutRate) without a rate" }
    let obstacles = [
      ("over the limit", overLimit), ("licence", licence), ("export duty", exportDuty),
      ("refund", refund),
    ].filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
    return text + (obstacles.isEmpty ? "\n" : "; not: \(obstacles.joined(separator: ", "))\n")
  }
}
