import TernRules

public enum ScorecardFormat: String, Sendable, CaseIterable {
  case table, csv, json
}

extension Engine {
  /// Columns of the scorecard, in order; see `Scorecard/README.md`.
  public static let scorecardColumns = [
    "role", "code", "name", "creditClass", "blacklisted", "documents", "matchedDocuments",
    "matchPercent", "lists", "released", "pending", "rejected", "review", "inspect", "cancelled",
    "rejectedPercent", "findings", "completeLists", "completionSecondsMean",
    "completionSecondsMax", "lateLists", "returnedLists", "exceedingReturns", "month",
    "monthLists", "monthWithFindings", "beforeLists", "beforeWithFindings", "trend", "suggestion",
    "reasons",
  ]

  /// Writes the cards, one per row. Does not close `sink`.
  public func writeScorecard(
    _ cards: [Scorecard], as format: ScorecardFormat, to sink: ByteSink
  ) throws(TernError) {
    switch format {
    case .table:
      for card in cards {
        sink.append(card.tableText)
        try sink.flushIfFull()
      }
    case .csv:
      var rows = RowWriter(Self.scorecardColumns, .csv)
      sink.append(RowWriter.header(Self.scorecardColumns, .csv))
      for card in cards {
        card.write(to: &rows, months: nil)
        sink.append(rows.bytes)
        rows.removeAll()
        try sink.flushIfFull()
      }
    case .json:
      var rows = RowWriter(Self.scorecardColumns + ["months"], .ndjson)
      sink.append("[\n")
      for (index, card) in cards.enumerated() {
        if index > 0 { sink.append(",\n") }
        card.write(to: &rows, months: card.months)
        // The row's own line feed stands behind the comma.
        sink.append(Array(rows.bytes.dropLast()))
        rows.removeAll()
        try sink.flushIfFull()
      }
      sink.append(cards.isEmpty ? "]\n" : "\n]\n")
    }
  }
}

extension Scorecard {
  fileprivate func write(to rows: inout RowWriter, months: [Month]?) {
    rows.text(role.rawValue)
    rows.text(code)
    rows.text(name)
    rows.text(creditClass)
    rows.flag(isBlacklisted)
    rows.number(documents)
    rows.number(matchedDocuments)
    rows.percent(matchedDocuments, of: documents)
    rows.number(lists)
    for disposition in Disposition.allCases { rows.number(count(disposition)) }
    rows.percent(count(.rejected), of: lists)
    rows.names(findings.map { "\($0.finding.name)=\($0.lists)" })
    rows.number(completeLists)
    rows.number(completionSecondsMean.map { Int($0) })
    rows.number(completeLists == 0 ? nil : Int(completionSecondsMax))
    rows.number(lateLists)
    rows.number(returnedLists)
    rows.number(exceedingReturns)
    let last = self.months.last
    rows.text(last?.month ?? "")
    rows.number(last?.lists)
    rows.number(last?.withFindings)
    rows.number(monthBefore?.lists)
    rows.number(monthBefore?.withFindings)
    rows.text(trend?.rawValue ?? "")
    rows.text(suggestion.step.rawValue)
    rows.names(suggestion.reasons.map { $0.text(.english) })
    if let months {
      rows.json(
        "["
          + months.map {
            "{\"month\":\"\($0.month)\",\"lists\":\($0.lists),\"released\":\($0.released),\"rejected\":\($0.rejected),\"withFindings\":\($0.withFindings)}"
          }.joined(separator: ",") + "]")
    }
    rows.endRow()
  }

  /// Some lines for a terminal.
  fileprivate var tableText: String {
    var text = "\(role.rawValue) \(code)"
    if !name.isEmpty { text += "  \(name)" }
    if !creditClass.isEmpty { text += "  class \(creditClass)" }
    text += isBlacklisted ? "  blacklisted\n" : "\n"
    text += "  documents   \(documents), \(matchedDocuments) matched"
    text += documents == 0 ? "\n" : " (\(percentText(matchedDocuments, of: documents))%)\n"
    let kinds = Disposition.allCases.filter { count($0) > 0 }.map { "\(count($0)) \($0.name)" }
    text += "  lists       \(lists)" + (kinds.isEmpty ? "\n" : ": \(kinds.joined(separator: ", "))\n")
    if !findings.isEmpty {
      let all = findings.map { "\($0.finding.name) \($0.lists)" }
      text += "  findings    \(all.joined(separator: ", "))\n"
    }
    if let mean = completionSecondsMean {
      text += "  timeliness  \(mean) s from order to complete on average, \(completionSecondsMax) s at most; \(lateLists) of \(completeLists) late\n"
    }
    if returnedLists + exceedingReturns > 0 {
      text += "  returns     \(returnedLists) lists; \(exceedingReturns) returns exceed\n"
    }
    if let last = months.last, let trend {
      text += "  trend       \(trend.rawValue): \(last.month) \(last.withFindings) of \(last.lists) lists with findings"
      if let before = monthBefore {
        text += ", \(before.month) \(before.withFindings) of \(before.lists)"
      }
      text += "\n"
    }
    let reasons = suggestion.reasons.map { $0.text(.english) }.joined(separator: "; ")
    return text + "  suggestion  \(suggestion.step.rawValue): \(reasons)\n"
  }
}
