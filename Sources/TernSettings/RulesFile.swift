import Tern
import TernCEB
import TernMatch
import TernRules
import Yams

/// The rules of a run as a YAML file: see `RulesFile.defaultText` for one with all settings and what they mean.
public enum RulesFile {
  /// A longer file is refused.
  public static let byteCountMax = 1 << 20

  /// Changes `rules` by what a file says; what it leaves out stays.
  ///
  /// `findings` come first, then `scopes` from the general to the particular, wherever they stand in the file.
  ///
  /// - Throws: at the first thing that is unknown or senseless, with its line and what is expected.
  public static func apply(_ text: String, to rules: inout RuleSettings) throws(SettingsError) {
    var alerts = AlertSettings()
    try apply(text, to: &rules, alerts: &alerts)
  }

  /// The same, and the thresholds of alerts.
  public static func apply(
    _ text: String, to rules: inout RuleSettings, alerts: inout AlertSettings
  ) throws(SettingsError) {
    guard let root = try root(text) else { return }
    var result = rules
    var thresholds = alerts
    for (name, value) in try root.entries("settings") {
      switch name.path {
      case "windowDays": result.windowDays = try value.integer(0...1_000_000)
      case "limits": try applyLimits(value, &result)
      case "findings": try applyFindings(value, RuleScope.all, &result)
      case "scopes": break
      case "alerts": try applyAlerts(value, &thresholds)
      case "inspection": try applyInspection(value, &result)
      case "priority":
        let classes = try value.items("a list of credit classes")
        guard classes.count <= RuleSettings.priorityClassesMax else {
          throw value.fail("at most \(RuleSettings.priorityClassesMax) credit classes may come first")
        }
        var names: [String] = []
        for node in classes {
          let name = try creditClass(node)
          guard !name.isEmpty else { throw node.fail("a credit class is expected") }
          guard !names.contains(name) else { throw node.fail("'\(name)' is there twice") }
          names.append(name)
        }
        result.priorityClasses = names
      default:
        throw SettingsError(
          line: name.line, "unknown setting '\(name.path)'" + suggestion(name.path, topLevel))
      }
    }
    for (name, value) in try root.entries("settings") where name.path == "scopes" {
      try applyScopes(value, &result)
    }
    rules = result
    alerts = thresholds
  }

  static let topLevel = ["windowDays", "limits", "findings", "scopes", "inspection", "priority", "alerts"]

  /// Nil for a file without any setting.
  static func root(_ text: String) throws(SettingsError) -> SettingsNode? {
    guard text.utf8.count <= byteCountMax else {
      throw SettingsError(line: nil, "longer than \(byteCountMax >> 20) MiB")
    }
    do {
      // Values are read by what is expected of them, not by what they look like: rules for that are regular expressions,
      // whose making takes 3 ms of a small run's 20.
      guard let node = try compose(yaml: text, .basic), node.null == nil else { return nil }
      return SettingsNode(node: node, path: "")
    } catch let error as YamlError {
      switch error {
      case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        throw SettingsError(line: mark.line, "not YAML: \(problem)")
      case .duplicatedKeysInMapping(let names, let context):
        throw SettingsError(line: context.mark.line, "'\(names.joined(separator: "', '"))' is there twice")
      default: throw SettingsError(line: nil, "not YAML: \(error)")
      }
    } catch {
      throw SettingsError(line: nil, "not YAML: \(error)")
    }
  }

  /// Results keep credit classes between tabs and line feeds.
  private static func creditClass(_ node: SettingsNode) throws(SettingsError) -> String {
    let name = try node.text("a credit class")
    guard name.utf8.allSatisfy({ $0 >= 0x20 }) else {
      throw node.fail("a credit class has no tab, no line end and no other control character")
    }
    return name
  }

  private static func applyLimits(
    _ node: SettingsNode, _ rules: inout RuleSettings
  ) throws(SettingsError) {
    for (name, value) in try node.entries("limits") {
      let key = try name.text("a name")
      let amountE5 = try value.decimal("an amount in yuan such as 5000", fractionDigits: 5, max: .max)
      switch key {
      case "single": rules.limits.singleE5 = amountE5
      case "annual": rules.limits.annualE5 = amountE5
      case "simplified": rules.limits.simplifiedE5 = amountE5
      default:
        throw SettingsError(
          line: name.line, "unknown limit '\(key)'" + suggestion(key, ["single", "annual", "simplified"]))
      }
    }
  }

  private static func applyAlerts(
    _ node: SettingsNode, _ alerts: inout AlertSettings
  ) throws(SettingsError) {
    for (name, value) in try node.entries("thresholds of alerts") {
      let key = try name.text("a name")
      guard let setting = AlertSetting(rawValue: key) else {
        throw SettingsError(
          line: name.line,
          "unknown threshold '\(key)'" + suggestion(key, AlertSetting.allCases.map(\.rawValue)))
      }
      alerts[setting] = try value.integer(setting.description.range)
    }
  }

  private static func applyInspection(
    _ node: SettingsNode, _ rules: inout RuleSettings
  ) throws(SettingsError) {
    func share(_ node: SettingsNode) throws(SettingsError) -> Int64 {
      // Times 10^7: parts per billion of a percentage.
      try node.decimal(
        "a share such as 2% (up to 100%, 7 fraction digits)", fractionDigits: 7, max: 1_000_000_000,
        suffix: "%")
    }
    for (name, value) in try node.entries("settings of inspection") {
      switch try name.text("a name") {
      case "rates":
        for (name, rate) in try value.entries("a rate for each credit class") {
          rules.inspection.ratesPpb[try creditClass(name)] = try share(rate)
        }
      case "otherRate": rules.inspection.otherRatePpb = try share(value)
      case let other:
        throw SettingsError(
          line: name.line, "unknown setting 'inspection.\(other)'" + suggestion(other, ["rates", "otherRate"]))
      }
    }
  }

  private static func applyScopes(
    _ node: SettingsNode, _ rules: inout RuleSettings
  ) throws(SettingsError) {
    let directions = ["export", "import"]
    let known = directions + RuleScope.all.map(\.name)
    let scopes = try node.entries("scopes such as import or export.9610")
    for isGeneral in [true, false] {
      for (name, value) in scopes {
        let key = try name.text("a name")
        guard known.contains(key) else {
          throw SettingsError(line: name.line, "unknown scope '\(key)'" + suggestion(key, known))
        }
        guard directions.contains(key) == isGeneral else { continue }
        try applyFindings(value, RuleScope.all.filter { $0.name == key || $0.name.hasPrefix(key + ".") }, &rules)
      }
    }
  }

  private static func applyFindings(
    _ node: SettingsNode, _ scopes: [RuleScope], _ rules: inout RuleSettings
  ) throws(SettingsError) {
    for (name, value) in try node.entries("findings") {
      let key = try name.text("a name")
      guard let finding = Finding(name: key) else {
        throw SettingsError(
          line: name.line, "unknown finding '\(key)'" + suggestion(key, Finding.allCases.map(\.name)))
      }
      for (setting, value) in try value.entries("severity, enabled or tolerance") {
        switch try setting.text("a name") {
        case "severity":
          let text = try value.text("R, P, V or W")
          guard let severity = Severity(letter: text) else {
            throw value.fail("'\(text)': R (reject), P (pending), V (review) or W (warning) is expected")
          }
          for scope in scopes { rules[scope, finding].severity = severity }
        case "enabled":
          let isEnabled = try value.flag()
          for scope in scopes { rules[scope, finding].isEnabled = isEnabled }
        case "tolerance": try applyTolerance(value, finding, scopes, &rules)
        case let other:
          throw SettingsError(
            line: setting.line,
            "unknown setting '\(setting.path)'" + suggestion(other, ["severity", "enabled", "tolerance"]))
        }
      }
    }
  }

  private static func applyTolerance(
    _ node: SettingsNode, _ finding: Finding, _ scopes: [RuleScope], _ rules: inout RuleSettings
  ) throws(SettingsError) {
    guard finding.hasTolerance else {
      let able = Finding.allCases.filter(\.hasTolerance).map(\.name).joined(separator: ", ")
      throw node.fail("the check has no tolerance; those that have one are \(able)")
    }
    func tolerance(_ node: SettingsNode) throws(SettingsError) -> Tolerance {
      let text = try node.text("an amount")
      guard let tolerance = Tolerance(text) else {
        throw node.fail("'\(text)': an amount such as 0.01, a share such as 0.5%, or 0.01+0.5% is expected")
      }
      return tolerance
    }
    guard case .mapping = node.node else {
      let value = try tolerance(node)
      for scope in scopes { rules.setTolerance(value, finding, scope: scope) }
      return
    }
    for (name, value) in try node.entries("fields") {
      let key = try name.text("a name")
      guard let field = finding.toleranceFields.firstIndex(of: key) else {
        let fields = finding.toleranceFields
        throw SettingsError(
          line: name.line,
          "unknown field '\(name.path)'"
            + (fields.isEmpty ? "; the check has one tolerance: write it behind 'tolerance:'" : suggestion(key, fields)))
      }
      let allowed = try tolerance(value)
      for scope in scopes { rules.setTolerance(allowed, finding, field: field, scope: scope) }
    }
  }
}
