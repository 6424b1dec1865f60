import TernReference
import TernRules
import TernStats

/// What the verdicts rest on: tables and rules.
extension ReportPage {
  var referenceTables: HTML {
    var table = ReportTable(
      id: "t-reference", caption: Words("Tables that names and rates come from", "名称和汇率所用的参数表"),
      columns: [
        .init("file", Words("file", "文件")), .init("rows", Words("rows", "行数"), isNumber: true),
        .init("sha256", Words("SHA-256")),
      ])
    table.rows = reference.files.map {
      ["<code>\($0.name)</code>", .count($0.rows), "<code>\($0.sha256)</code>"]
    }
    table.emptyText = Words("no table was given", "未提供参数表")
    let hash = reference.contentHash
    var html = table.html
    if !hash.isEmpty {
      html += "<p class=\"note\">\(Words("content hash", "内容摘要")) <code>\(hash)</code></p>\n"
    }
    if hash == figures.verdictReference {
      html += unchecked(reference)
    } else if figures.verdictReference.isEmpty {
      html += "<p class=\"warn\">\(Words("The verdicts were made without any table.", "判定时未使用任何参数表。"))</p>\n"
      html += unchecked(ReferenceData())
    } else {
      html +=
        "<p class=\"warn\">\(Words("The verdicts were made with other tables, content hash", "判定所用的参数表与上表不同，其内容摘要为")) <code>\(figures.verdictReference)</code></p>\n"
    }
    return Self.section("reference", html)
  }

  /// What verdicts with these tables don't say.
  private func unchecked(_ reference: ReferenceData) -> HTML {
    let parts = reference.unchecked
    if parts.isEmpty {
      return "<p>\(Words("Every check had its table.", "各项检查所需的参数表齐备。"))</p>\n"
    }
    var table = ReportTable(
      id: "t-unchecked", caption: Words("Not checked, for want of a table", "因缺少参数表而未检查"),
      columns: [
        .init("finding", Words("finding", "不符项")), .init("what", Words("what", "内容")),
        .init("table", Words("missing table", "缺少的表")),
      ])
    table.rows = parts.map {
      [
        "<code>\($0.finding.name)</code> \(Words(for: $0.finding))", "\(Words($0.what, Self.chinese($0.what)))",
        "<code>\($0.table)</code>",
      ]
    }
    return table.html
  }

  /// What `ReferenceData.unchecked` says of a check.
  private static func chinese(_ what: String) -> String {
    switch what {
    case "all": "全部"
    case "heading exists": "四位品目是否存在"
    case "licence, export duty, refund": "许可证件、出口关税、出口退税"
    case "value in other currencies than 142": "人民币（142）以外币制的货值"
    case "country": "国家（地区）"
    case "currency": "币制"
    case "unit": "计量单位"
    case "customsDistrict": "关区"
    case "transportMode": "运输方式"
    case "tradeMode": "监管方式"
    default: what
    }
  }

  // MARK: - Settings

  var settings: HTML {
    let rules = figures.rules
    let usual = RuleSettings()
    var table = ReportTable(
      id: "t-settings", caption: Words("Settings of the verdicts", "判定所用的设置"),
      columns: [
        .init("setting", Words("setting", "设置")), .init("value", Words("value", "值")),
        .init("default", Words("default", "默认值")),
      ])
    table.rows = [
      ["<code>asOf</code> \(Words("age is counted up to", "账龄截止时间"))", "\(Shown.time(timeText(rules.asOf ?? 0)))", "\(Words("latest appTime", "最晚的 appTime"))"],
      ["<code>windowDays</code> \(Words("days that a list may wait", "清单等待天数"))", .count(rules.windowDays), .count(usual.windowDays)],
      amount("limits.single", Words("one import list, CNY", "单次交易限值（元）"), rules.limits.singleE5, usual.limits.singleE5),
      amount("limits.annual", Words("one buyer and year, CNY", "年度交易限值（元）"), rules.limits.annualE5, usual.limits.annualE5),
      amount("limits.simplified", Words("simplified declaration, CNY", "简化申报限值（元）"), rules.limits.simplifiedE5, usual.limits.simplifiedE5),
      ["<code>priority</code> \(Words("credit classes that come first", "优先的信用等级"))", "\(rules.priorityClasses.isEmpty ? "—" : rules.priorityClasses.joined(separator: ", "))", "—"],
      ["<code>inspection</code> \(Words("draws for inspection", "布控抽查"))", inspection, "\(Words("none", "无"))"],
    ]
    return Self.section("settings", "\(table.html)\(changedRules.html)\(alertThresholds)\(HTML.same(as: "tern rules --rules FILE"))")
  }

  private func amount(_ name: String, _ words: Words, _ valueE5: Int64, _ usualE5: Int64) -> [HTML] {
    ["<code>\(name)</code> \(words)", "\(Shown.decimal(e5: Int128(valueE5)))", "\(Shown.decimal(e5: Int128(usualE5)))"]
  }

  /// Rates by credit class. The key is never shown, only whether there was one.
  private var inspection: HTML {
    let settings = figures.rules.inspection
    func percent(_ ppb: Int64) -> String { Tolerance(absoluteE5: 0, relativePpb: ppb).text }
    let rates = settings.ratesPpb.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
      .map { "\($0.key) \(percent($0.value)), " as HTML }.joined()
    let all: HTML = "\(rates)\(Words("others", "其他")) \(percent(settings.otherRatePpb))"
    if figures.inspectionKey.isEmpty {
      return "\(all); \(Words("no key was given: nothing was drawn", "未提供密钥：未抽查"))"
    }
    return "\(all); \(Words("with a key", "已提供密钥"))"
  }

  /// Those of this page, where they differ from the default.
  private var alertThresholds: HTML {
    let changed = AlertSetting.allCases.filter { alertSettings[$0] != $0.description.defaultValue }
    if changed.isEmpty { return "" }
    var table = ReportTable(
      id: "t-thresholds", caption: Words("Thresholds of alerts that differ from the default", "与默认不同的预警阈值"),
      columns: [
        .init("setting", Words("setting", "设置")), .init("value", Words("value", "值"), isNumber: true),
        .init("default", Words("default", "默认值"), isNumber: true), .init("unit", Words("unit", "单位")),
      ])
    table.rows = changed.map {
      [
        "<code>\($0.rawValue)</code>", .count(alertSettings[$0]), .count($0.description.defaultValue),
        "\($0.description.unit)",
      ]
    }
    return table.html
  }

  private var changedRules: ReportTable {
    var table = ReportTable(
      id: "t-rules", caption: Words("Rules that differ from the default", "与默认不同的规则"),
      columns: [
        .init("finding", Words("finding", "不符项")), .init("scope", Words("scope", "范围")),
        .init("value", Words("value", "值")), .init("default", Words("default", "默认值")),
      ])
    table.emptyText = Words("none: the rules are those of the specification", "无：规则均为默认")
    let usual = RuleSettings()
    for finding in Finding.allCases {
      let changed = RuleScope.all.filter { figures.rules[$0, finding] != usual[$0, finding] }
      // One row for all where they agree.
      let isAll =
        changed.count == RuleScope.all.count
        && changed.allSatisfy { figures.rules[$0, finding] == figures.rules[changed[0], finding] }
      for scope in isAll ? [changed[0]] : changed {
        table.rows.append([
          "<code>\(finding.name)</code> \(Words(for: finding))", isAll ? "\(Words("all", "全部"))" : "<code>\(scope.name)</code>",
          rule(figures.rules[scope, finding]), rule(usual[scope, finding]),
        ])
      }
    }
    return table
  }

  private func rule(_ rule: FindingRule) -> HTML {
    guard rule.isEnabled else { return "\(Words("off", "关闭"))" }
    let tolerances = rule.tolerances.map(\.text).joined(separator: ", ")
    let tolerance: HTML = tolerances.isEmpty ? "" : "; \(Words("tolerance", "容差")) \(tolerances)"
    return "\(rule.severity.letter) \(rule.severity.words)\(tolerance)"
  }
}

extension Words {
  init(for finding: Finding) { self.init { finding.label($0) } }
}
