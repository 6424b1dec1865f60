import TernRules
import TernSettings
import TernTestSupport
import Testing

/// Random settings, written as a rules file.
private struct RandomRules {
  var rules = RuleSettings()
  var text = ""
  private var generator: SeededGenerator

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    rules.windowDays = below(1_000_001)
    text += "windowDays: \(rules.windowDays)\n"
    rules.limits.singleE5 = Int64(below(1_000_000_000))
    rules.limits.annualE5 = Int64(below(1_000_000_000))
    text += "limits: {single: \(decimal(rules.limits.singleE5, 5)), annual: \(decimal(rules.limits.annualE5, 5))}\n"
    for name in ["高级认证", "a: b", "'#\"", "-", "1"] where below(2) == 0 {
      rules.priorityClasses.append(name)
      rules.inspection.ratesPpb[name] = Int64(below(1_000_000_001))
    }
    text += "priority: [\(rules.priorityClasses.map(quoted).joined(separator: ", "))]\n"
    let rates = rules.inspection.ratesPpb.sorted { $0.key < $1.key }
    text += "inspection:\n  rates: {\(rates.map { "\(quoted($0.key)): \(decimal($0.value, 7))%" }.joined(separator: ", "))}\n"
    // In the file the particular comes first; it holds all the same.
    let scopes = RuleScope.all.filter { _ in below(4) == 0 }
    var (general, particular) = ("", "")
    for finding in Finding.allCases where below(3) == 0 { general += set(finding, RuleScope.all) }
    for scope in scopes {
      let findings = Finding.allCases.filter { _ in below(5) == 0 }.map { set($0, [scope], indent: "    ") }
      if !findings.isEmpty { particular += "  \(scope.name):\n\(findings.joined())" }
    }
    if !particular.isEmpty { text += "scopes:\n\(particular)" }
    if !general.isEmpty { text += "findings:\n\(general)" }
  }

  private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }

  private mutating func set(_ finding: Finding, _ scopes: [RuleScope], indent: String = "  ") -> String {
    let severity = Severity.allCases[below(Severity.allCases.count)]
    let isEnabled = below(2) == 0
    var line = "\(indent)\(finding.name): {severity: \(severity.letter), enabled: \(isEnabled)"
    for scope in scopes {
      rules[scope, finding].severity = severity
      rules[scope, finding].isEnabled = isEnabled
    }
    if finding.hasTolerance {
      let tolerance = Tolerance(absoluteE5: Int64(below(1_000_000)), relativePpb: Int64(below(1_000_000_001)))
      for scope in scopes { rules.setTolerance(tolerance, finding, scope: scope) }
      line += ", tolerance: \(decimal(tolerance.absoluteE5, 5))+\(decimal(tolerance.relativePpb, 7))%"
    }
    return line + "}\n"
  }

  private func decimal(_ value: Int64, _ digits: Int) -> String {
    let text = String(repeating: "0", count: max(0, digits + 1 - String(value).count)) + String(value)
    return "\(text.dropLast(digits)).\(text.suffix(digits))"
  }

  /// As YAML quotes it.
  private func quoted(_ name: String) -> String {
    "\"" + name.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
  }
}

@Suite("Rules file, random settings")
struct RoundTripTests {
  @Test("what a rules file says is what is set, and what results keep of it")
  func roundTrip() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("rules file: seed \(seed)")
    for round in 0..<100 {
      let random = RandomRules(seed: seed &+ UInt64(round))
      let read = try applied(random.text)
      try #require(read == random.rules, "seed \(seed), round \(round):\n\(random.text)")
      var kept = RuleSettings(entries: Dictionary(uniqueKeysWithValues: read.entries.map { ($0.name, $0.value) }))
      kept.asOf = nil
      try #require(kept == read, "seed \(seed), round \(round):\n\(random.text)")
    }
  }
}
