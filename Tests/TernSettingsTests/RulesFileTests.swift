import Tern
import TernRules
import Testing

@testable import TernSettings

/// What a file that cannot be used says.
func refusal(_ text: String) -> String? {
  var rules = RuleSettings()
  do throws(SettingsError) {
    try RulesFile.apply(text, to: &rules)
    return nil
  } catch {
    // Nothing of the file holds then.
    return rules == RuleSettings() ? "\(error)" : "half applied"
  }
}

func applied(_ text: String) throws(SettingsError) -> RuleSettings {
  var rules = RuleSettings()
  try RulesFile.apply(text, to: &rules)
  return rules
}

@Suite("Rules file")
struct RulesFileTests {
  @Test("the default file names every finding and changes nothing")
  func defaults() throws {
    #expect(try applied(RulesFile.defaultText) == RuleSettings())
    for finding in Finding.allCases { #expect(RulesFile.defaultText.contains("\n  \(finding.name):\n")) }
    #expect(try applied("") == RuleSettings())
    #expect(try applied("# nothing\n") == RuleSettings())
  }

  @Test("thresholds of alerts are taken by name; the default file has all of them and changes nothing")
  func alerts() throws {
    var (rules, alerts) = (RuleSettings(), AlertSettings())
    try RulesFile.apply(RulesFile.defaultText, to: &rules, alerts: &alerts)
    #expect(alerts == AlertSettings())
    for setting in AlertSetting.allCases {
      #expect(RulesFile.defaultText.contains("\n  \(setting.rawValue): \(alerts[setting])   # "))
    }
    try RulesFile.apply("alerts: {volume.low: 0, price.lines_least: 7}", to: &rules, alerts: &alerts)
    #expect(alerts[.volumeLow] == 0 && alerts[.priceLinesLeast] == 7 && rules == RuleSettings())
    let kept = alerts
    #expect(throws: SettingsError.self) {
      try RulesFile.apply("alerts: {volume.low: 9, price.lines_least: 0}", to: &rules, alerts: &alerts)
    }
    #expect(alerts == kept)
    #expect(refusal("windowDays: 3\nalerts:\n  volume.lo: 3")?.hasPrefix("line 3: unknown threshold 'volume.lo'; did you mean 'volume.low'?") == true)
    #expect(refusal("alerts:\n  buyer.low: much")?.contains("from 0 to 1000000000") == true)
  }

  @Test("every kind of setting is taken")
  func everything() throws {
    let rules = try applied(
      """
      windowDays: 14
      limits: {single: 6000.5, annual: 30000, simplified: 1}
      priority: [高级认证, AA]
      inspection:
        rates: {高级认证: 0.1%, 失信: 100%}
        otherRate: 2.5%
      scopes:
        import.1210:
          weight.gross: {tolerance: 1%}
        import:
          weight.gross: {tolerance: 0.2, severity: V}
      findings:
        amount.paid: {severity: W, tolerance: 0.01+0.5%}
        amount.freight: {tolerance: {insuredFee: 3}}
        buyer.id: {enabled: false}
      """)
    #expect(rules.windowDays == 14)
    #expect(rules.limits.singleE5 == 600_050_000 && rules.limits.annualE5 == 3_000_000_000 && rules.limits.simplifiedE5 == 100_000)
    #expect(rules.priorityClasses == ["高级认证", "AA"])
    #expect(rules.inspection.ratesPpb == ["高级认证": 1_000_000, "失信": 1_000_000_000])
    #expect(rules.inspection.otherRatePpb == 25_000_000)
    #expect(rules[severity: .amountPaid] == .warning && rules[tolerance: .amountPaid] == Tolerance("0.01+0.5%"))
    #expect(rules[RuleScope.all[3], .amountFreight].tolerances == [.zero, Tolerance("3")!])
    #expect(!rules[enabled: .buyerId])
    // The particular before the general, whatever stands first.
    #expect(rules[RuleScope(.import, .m1210), .weightGross].tolerances == [Tolerance("1%")!])
    #expect(rules[RuleScope(.import, .m1210), .weightGross].severity == .review)
    #expect(rules[RuleScope(.import, .m9610), .weightGross].tolerances == [Tolerance("0.2")!])
    #expect(rules[RuleScope(.export, .m1210), .weightGross].tolerances == [.zero])
  }

  @Test("what is unknown or senseless names its line and what was meant")
  func refusals() {
    #expect(refusal("windowDay: 3") == "line 1: unknown setting 'windowDay'; did you mean 'windowDays'?")
    #expect(refusal("\nfindings:\n  amount.payed: {severity: R}\n") == "line 3: unknown finding 'amount.payed'; did you mean 'amount.paid'?")
    #expect(refusal("findings:\n  amount.paid: {severity: X}\n") == "line 2: findings.amount.paid.severity: 'X': R (reject), P (pending), V (review) or W (warning) is expected")
    #expect(refusal("findings:\n  amount.paid:\n    severty: R\n") == "line 3: unknown setting 'findings.amount.paid.severty'; did you mean 'severity'?")
    #expect(refusal("findings:\n  buyer.id: {tolerance: 1}\n")?.hasPrefix("line 2: findings.buyer.id.tolerance: the check has no tolerance") == true)
    #expect(refusal("findings:\n  amount.paid: {tolerance: -1}\n")?.contains("'-1': an amount such as 0.01") == true)
    #expect(refusal("findings:\n  amount.paid: {tolerance: {price: 1}}\n")?.contains("the check has one tolerance") == true)
    #expect(refusal("findings:\n  amount.freight: {tolerance: {frieght: 1}}\n")?.contains("did you mean 'freight'?") == true)
    #expect(refusal("scopes:\n  export.9611: {}\n") == "line 2: unknown scope 'export.9611'; did you mean 'export.9610'?")
    #expect(refusal("windowDays: many") == "line 1: windowDays: 'many': a whole number from 0 to 1000000 is expected")
    #expect(refusal("limits: {single: -5}")?.hasPrefix("line 1: limits.single: '-5': an amount in yuan") == true)
    #expect(refusal("inspection: {otherRate: 0.02}")?.contains("a share such as 2%") == true)
    #expect(refusal("inspection: {otherRate: 101%}")?.contains("a share such as 2%") == true)
    #expect(refusal("priority: [a, a]") == "line 1: priority: 'a' is there twice")
    #expect(refusal("priority: [1, 2, 3, 4, 5, 6, 7, 8]")?.contains("at most 7") == true)
    #expect(refusal("priority: [\"a\\tb\"]")?.contains("no tab") == true)
    #expect(refusal("priority: ['']") == "line 1: priority: a credit class is expected")
    #expect(refusal("inspection: {rates: {\"a\\nb\": 1%}}")?.contains("no line end") == true)
    // An accent joins the point before it, and is still no part of the name.
    #expect(refusal("limits: {\u{301}single: 5}")?.contains("unknown limit") == true)
    #expect(refusal("windowDays: 1\nwindowDays: 2\n")?.contains("'windowDays' is there twice") == true)
    #expect(refusal("a: [")?.contains("not YAML") == true)
    #expect(refusal("- a") == "line 1: settings is expected, as 'name: value'")
    #expect(refusal("windowDays: 14\nfindings: {x: {}}\n")?.hasPrefix("line 2: unknown finding 'x'; known are order.missing") == true)
  }
}
