import TernRules

public enum AlertFormat: String, Sendable, CaseIterable {
  case table, csv, ndjson
}

extension Engine {
  /// Columns of the alerts, in order; see `Alerts/README.md`.
  public static let alertColumns = [
    "level", "rule", "direction", "subject", "day", "threshold", "thresholdValue", "facts",
    "listCount", "lists", "text",
  ]

  /// Writes alerts, one per row. Does not close `sink`.
  public func writeAlerts(
    _ report: AlertReport, as format: AlertFormat, language: Language = .english, to sink: ByteSink
  ) throws(TernError) {
    guard let rowFormat = RowFormat(rawValue: format.rawValue) else {
      for alert in report.alerts {
        sink.append(alert.tableText(language))
        try sink.flushIfFull()
      }
      return
    }
    sink.append(RowWriter.header(Self.alertColumns, rowFormat))
    var rows = RowWriter(Self.alertColumns, rowFormat)
    for alert in report.alerts {
      rows.text(alert.level.rawValue)
      rows.text(alert.rule.rawValue)
      rows.text(alert.direction.letter)
      rows.text(alert.subject)
      rows.text(alert.day)
      rows.text(alert.threshold.rawValue)
      rows.number(alert.thresholdValue)
      rows.names(alert.facts.map { "\($0.name)=\($0.value)" })
      rows.number(alert.listCount)
      rows.names(alert.lists.map(\.text))
      rows.text(alert.text(language))
      rows.endRow()
      sink.append(rows.bytes)
      rows.removeAll()
      try sink.flushIfFull()
    }
  }
}

extension Alert {
  /// `name=value`, joined by `;`.
  var factsText: String { facts.map { "\($0.name)=\($0.value)" }.joined(separator: ";") }

  fileprivate func tableText(_ language: Language) -> String {
    let padding = String(repeating: " ", count: max(0, 6 - level.rawValue.utf8.count))
    var text = "\(level.rawValue)\(padding)  \(rule.rawValue)  \(direction.letter)  \(subject)\n"
    text += "        \(self.text(language))\n"
    text += "        \(threshold.rawValue) \(thresholdValue) \(threshold.description.unit)"
    text += "; \(listCount) lists: \(lists.map(\.text).joined(separator: " "))"
    return text + (listCount > lists.count ? " …\n" : "\n")
  }
}
