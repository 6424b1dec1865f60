/// Settings as names and values: kept beside verdicts, so that later questions use the same rules, and
/// verdicts by other rules are told apart.
extension RuleSettings {
  /// What `init(entries:)` reads back, the key of the draws excepted: of that there is only its fingerprint.
  /// The first number rises when a check comes to mean something else.
  public var entries: [(name: String, value: String)] {
    var entries = [
      ("rules", "2"), ("asOf", "\(asOf ?? 0)"), ("windowDays", "\(windowDays)"),
      ("limits", "\(limits.singleE5) \(limits.annualE5) \(limits.simplifiedE5)"),
      ("inspection", inspectionText), ("priority", priorityClasses.joined(separator: "\t")),
    ]
    for finding in Finding.allCases { entries.append((finding.name, text(RuleScope.all[0], finding))) }
    var others: [String] = []
    for scope in RuleScope.all {
      for finding in Finding.allCases where self[scope, finding] != self[RuleScope.all[0], finding] {
        others.append("\(scope.name)\t\(finding.name)\t\(text(scope, finding))")
      }
    }
    entries.append(("scopes", others.joined(separator: "\n")))
    return entries
  }

  private var inspectionText: String {
    let rates = inspection.ratesPpb.sorted { $0.key < $1.key }.map { "\($0.key)\t\($0.value)" }
    return (["\(inspection.key?.fingerprint ?? "")\t\(inspection.otherRatePpb)"] + rates)
      .joined(separator: "\n")
  }

  private func text(_ scope: RuleScope, _ finding: Finding) -> String {
    let rule = self[scope, finding]
    return (["\(rule.severity)", "\(rule.isEnabled)"]
      + rule.tolerances.map { "\($0.absoluteE5) \($0.relativePpb)" }).joined(separator: " ")
  }

  /// Reads `entries` back; what is missing or senseless keeps its default.
  public init(entries: [String: String]) {
    self.init()
    asOf = entries["asOf"].flatMap { Int64($0) } ?? 0
    if let days = entries["windowDays"].flatMap({ Int($0) }), (0...1_000_000).contains(days) {
      windowDays = days
    }
    let amounts = (entries["limits"] ?? "").split(separator: " ").compactMap { Int64($0) }
    if amounts.count == 3 {
      limits.singleE5 = amounts[0]
      limits.annualE5 = amounts[1]
      limits.simplifiedE5 = amounts[2]
    }
    for (index, line) in (entries["inspection"] ?? "").split(separator: "\n").enumerated() {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard parts.count == 2, let rate = Int64(parts[1]) else { continue }
      if index == 0 { inspection.otherRatePpb = rate } else { inspection.ratesPpb[String(parts[0])] = rate }
    }
    let classes = (entries["priority"] ?? "").split(separator: "\t").map(String.init)
    priorityClasses = Array(classes.prefix(Self.priorityClassesMax))
    for finding in Finding.allCases {
      for scope in RuleScope.all { read(entries[finding.name] ?? "", scope, finding) }
    }
    for line in (entries["scopes"] ?? "").split(separator: "\n") {
      let parts = line.split(separator: "\t").map(String.init)
      guard parts.count == 3, let finding = Finding(name: parts[1]),
        let scope = RuleScope.all.first(where: { $0.name == parts[0] })
      else { continue }
      read(parts[2], scope, finding)
    }
  }

  private mutating func read(_ text: String, _ scope: RuleScope, _ finding: Finding) {
    let values = text.split(separator: " ").map(String.init)
    guard values.count >= 2,
      let severity = Severity.allCases.first(where: { "\($0)" == values[0] })
    else { return }
    self[scope, finding].severity = severity
    self[scope, finding].isEnabled = values[1] == "true"
    for field in self[scope, finding].tolerances.indices where values.count >= 4 + 2 * field {
      guard let absolute = Int64(values[2 + 2 * field]), let relative = Int64(values[3 + 2 * field]),
        absolute >= 0, (0...1_000_000_000).contains(relative)
      else { continue }
      setTolerance(
        Tolerance(absoluteE5: absolute, relativePpb: relative), finding, field: field, scope: scope)
    }
  }
}
