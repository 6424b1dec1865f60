import TernRules

extension Severity {
  var words: Words {
    switch self {
    case .reject: Words("reject", "退单")
    case .pending: Words("pending", "待补")
    case .review: Words("review", "审核")
    case .warning: Words("warning", "提示")
    }
  }
}

/// What was found, by kind and by seller.
extension ReportPage {
  var findings: HTML {
    let found = Finding.allCases.map { ($0, figures.verdicts.findings[Int($0.rawValue)]) }
      .filter { $0.1 > 0 }.sorted { ($1.1, $0.0.rawValue) < ($0.1, $1.0.rawValue) }
    if found.isEmpty {
      return Self.section("findings", "<p>\(Words("Nothing was found.", "未发现不符项。"))</p>\n")
    }
    let byKind = BarChart(
      id: "c-findings", title: Words("Lists by finding", "按不符项统计清单"),
      description: Words(
        "The most frequent ones; a list counts once for each of its findings. The letter is the severity: R reject, P pending, V review, W warning.",
        "最常见的不符项；一份清单的每个不符项各计一次。字母为级别：R 退单，P 待补，V 审核，W 提示。"),
      bars: found.map { finding, count in
        let letter = severities(finding).map(\.letter).joined()
        return .init(
          label: Words("\(letter) \(finding.label(.english))", "\(letter) \(finding.label(.chinese))"),
          value: Shown.number(count), length: Int128(count), style: "\(severities(finding)[0].letter)")
      })
    return Self.section(
      "findings",
      """
      <div class="pair"><div>
      \(byKind.html)\(findingTable(found).folded)\(HTML.same(as: "tern verdicts STORE --finding NAME"))</div><div>
      \(sellerChart.html)\(sellerTable.folded)\(HTML.same(as: "tern stats STORE --by ebcCode,finding --measures lists"))</div></div>

      """)
  }

  /// Most have one; rules may set others by direction and trade mode.
  private func severities(_ finding: Finding) -> [Severity] {
    let set = Set(RuleScope.all.map { figures.rules[$0, finding].severity })
    return Severity.allCases.filter(set.contains)
  }

  private func findingTable(_ found: [(Finding, Int)]) -> ReportTable {
    var table = ReportTable(
      id: "t-findings", caption: Words("Lists by finding", "按不符项统计清单"),
      columns: [
        .init("finding", Words("finding", "不符项")),
        .init("severity", Words("severity", "级别")),
        .init("lists", Words("lists", "清单"), isNumber: true),
        .init("share", Words("share of lists", "占清单"), isNumber: true),
      ])
    for (finding, count) in found {
      let severity = severities(finding).map { "\($0.letter) \($0.words) " as HTML }.joined()
      table.rows.append([
        "<code>\(finding.name)</code> \(Words { finding.label($0) })", severity, .count(count),
        "\(Shown.percent(count, of: figures.verdicts.lists))",
      ])
    }
    return table
  }

  // MARK: - Sellers

  private func sellerName(_ code: String) -> String? { reference.enterprises?[code]?.name }

  private var sellerChart: BarChart {
    var chart = BarChart(
      id: "c-sellers", title: Words("Lists with a finding, by seller", "按电商企业统计有不符项的清单"),
      description: Words(
        "The sellers with the most such lists, and their share of the seller's lists.",
        "此类清单最多的电商企业，以及占该企业清单的比例。"),
      bars: figures.sellers.map { seller in
        .init(
          label: Words(label(seller.code, sellerName(seller.code))),
          value: "\(Shown.number(seller.listsFound)) (\(Shown.percent(seller.listsFound, of: seller.lists)))",
          length: Int128(seller.listsFound))
      })
    if let others = figures.otherSellersFound {
      chart.bars.append(
        .init(
          label: Words("all others", "其余合计"), value: Shown.number(others), length: nil))
    }
    return chart
  }

  private var sellerTable: ReportTable {
    var table = ReportTable(
      id: "t-sellers", caption: Words("Sellers with the most lists that have a finding", "有不符项清单最多的电商企业"),
      columns: [
        .init("ebcCode", Words("seller", "电商企业")),
        .init("listsFound", Words("with a finding", "有不符项"), isNumber: true),
        .init("lists", Words("lists", "清单"), isNumber: true),
        .init("share", Words("share", "占比"), isNumber: true),
        .init("findings", Words("most frequent", "最常见的不符项")),
      ])
    for seller in figures.sellers {
      let most = seller.findings.prefix(3).enumerated().map { index, one -> HTML in
        let comma: HTML = index > 0 ? ", " : ""
        return "\(comma)<code>\(one.finding.name)</code> \(Shown.number(one.lists))"
      }
      table.rows.append([
        .code(seller.code, name: sellerName(seller.code)), .count(seller.listsFound), .count(seller.lists),
        "\(Shown.percent(seller.listsFound, of: seller.lists))", most.joined(),
      ])
    }
    if let others = figures.otherSellersFound {
      table.rows.append([.others, .count(others), "", "", ""])
    }
    return table
  }

  /// A name in front of its code, for a chart.
  func label(_ code: String, _ name: String?) -> String {
    let shown = code.isEmpty ? "—" : code
    return name.map { "\(shown) \($0)" } ?? shown
  }
}
