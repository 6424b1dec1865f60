import TernRules
import TernStore

extension Engine {
  /// The rules and the as-of time that the stored verdicts were made by.
  func storedRules(_ store: Store) throws(TernError) -> RuleSettings {
    let entries = try storedSettings(store)
    var rules = RuleSettings()
    rules.asOf = entries["asOf"].flatMap { Int64($0) } ?? 0
    if let days = entries["windowDays"].flatMap({ Int($0) }), (0...1_000_000).contains(days) {
      rules.windowDays = days
    }
    for finding in Finding.allCases {
      let values = (entries[finding.name] ?? "").split(separator: " ").map(String.init)
      guard values.count >= 2 else { continue }
      if let severity = Severity.allCases.first(where: { "\($0)" == values[0] }) {
        rules[severity: finding] = severity
      }
      rules[enabled: finding] = values[1] == "true"
      if finding.hasTolerance, values.count == 4, let absolute = Int64(values[2]),
        let relative = Int64(values[3]), absolute >= 0, (0...1_000_000_000).contains(relative)
      {
        rules[tolerance: finding] = Tolerance(absoluteE5: absolute, relativePpb: relative)
      }
    }
    return rules
  }
}
