import TernRules

extension AlertLevel {
  var words: Words {
    switch self {
    case .high: Words("high", "高")
    case .medium: Words("medium", "中")
    case .low: Words("low", "低")
    }
  }

  /// As the severities of findings are coloured.
  fileprivate var style: String {
    switch self {
    case .high: "R"
    case .medium: "P"
    case .low: "V"
    }
  }
}

/// What should be looked at.
extension ReportPage {
  private static let alertsMost = 50

  var alerts: HTML {
    let report = figures.alerts
    if report.alerts.isEmpty {
      return Self.section("alerts", "<p>\(Words("Nothing reaches a threshold.", "未达到任何预警阈值。"))</p>\n")
    }
    var counts: [(rule: AlertRule, level: AlertLevel, count: Int)] = []
    for level in AlertLevel.allCases {
      for rule in AlertRule.allCases {
        let count = report.alerts.count { $0.rule == rule && $0.level == level }
        if count > 0 { counts.append((rule, level, count)) }
      }
    }
    let chart = BarChart(
      id: "c-alerts", title: Words("Alerts by rule and level", "按规则和级别统计预警"),
      description: Words("A jump, a rate or a price beyond its threshold: something to look at, not a verdict.", "超过阈值的突增、比率或单价：供关注，不是判定。"),
      bars: counts.map { rule, level, count in
        .init(
          label: Words("\(level.words.english): \(rule.words.english)", "\(level.words.chinese)：\(rule.words.chinese)"),
          value: Shown.number(count), length: Int128(count), style: level.style)
      })
    var byRule = ReportTable(
      id: "t-alert-rules", caption: Words("Alerts by rule and level", "按规则和级别统计预警"),
      columns: [
        .init("rule", Words("rule", "规则")), .init("level", Words("level", "级别")),
        .init("alerts", Words("alerts", "预警"), isNumber: true),
      ])
    byRule.rows = counts.map { ["<code>\($0.rule.rawValue)</code> \($0.rule.words)", "\($0.level.words)", .count($0.count)] }
    var table = ReportTable(
      id: "t-alerts", caption: Words("The worst alerts", "最严重的预警"),
      columns: [
        .init("subject", Words("who or what", "对象")), .init("level", Words("level", "级别")),
        .init("text", Words("what", "内容")), .init("threshold", Words("threshold", "阈值")),
        .init("listCount", Words("lists", "清单"), isNumber: true), .init("lists", Words("the first of them", "其中")),
      ])
    for alert in report.alerts.prefix(Self.alertsMost) {
      let lists = alert.lists.prefix(2).map { "<code>\($0.text)</code> " as HTML }.joined()
      table.rows.append([
        "<code>\(alert.subject)</code>", "\(alert.level.words)", "\(Words { alert.text($0) })",
        "<code>\(alert.threshold.rawValue)</code> \(Shown.number(alert.thresholdValue)) \(alert.threshold.description.unit)",
        .count(alert.listCount), lists,
      ])
    }
    var more: HTML = ""
    if report.alerts.count > Self.alertsMost {
      more =
        "<p class=\"note\">\(Words("Shown are", "仅列出")) \(Self.alertsMost) / \(Shown.number(report.alerts.count))</p>\n"
    }
    for (rule, count) in report.omitted {
      more +=
        "<p class=\"note\">\(Words("Beyond the most that are kept:", "超过保留上限的：")) <code>\(rule.rawValue)</code> \(Shown.number(count))</p>\n"
    }
    return Self.section(
      "alerts", "\(chart.html)\(byRule.folded)\(table.html)\(more)\(HTML.same(as: "tern alerts STORE"))")
  }
}

extension AlertRule {
  fileprivate var words: Words {
    switch self {
    case .volume: Words("jump of a seller's lists", "企业清单量突增")
    case .value: Words("jump of a seller's value", "企业货值突增")
    case .findingRate: Words("seller's rate of a finding", "企业不符项比率")
    case .sellerSplitting: Words("seller just below the limit", "企业清单略低于限值")
    case .buyerSplitting: Words("buyer just below the limit", "订购人清单略低于限值")
    case .buyerAddresses: Words("one buyer, many addresses", "一人多址")
    case .addressBuyers: Words("one address, many buyers", "一址多人")
    case .price: Words("price far from the median", "单价远离中位数")
    }
  }
}
