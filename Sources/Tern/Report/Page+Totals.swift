import TernCEB
import TernRules
import TernStats

extension Disposition {
  var words: Words { Words { text($0) } }

  /// The customs' code and what it is called.
  static let inOrder: [Disposition] = [.released, .inspect, .review, .pending, .rejected, .cancelled]
}

extension Direction {
  var words: Words { self == .export ? Words("export", "出口") : Words("import", "进口") }
}

/// Counts at the top, and the flow of documents.
extension ReportPage {
  var totals: HTML {
    let verdicts = figures.verdicts
    func card(_ name: Words, _ value: HTML, _ small: HTML = "", style: String = "") -> HTML {
      let size: HTML = value.source.utf8.count > 9 ? " class=\"small\"" : ""
      let more: HTML = small.source.isEmpty ? "" : "<small>\(small)</small>"
      return "<div class=\"\(style)\"><dt>\(name)</dt><dd\(size)>\(value)\(more)</dd></div>\n"
    }
    var cards = card(Words("lists judged", "判定清单"), .count(verdicts.lists))
    for disposition in Disposition.inOrder {
      let count = verdicts.dispositions[Int(disposition.rawValue)]
      if count == 0, disposition == .inspect || disposition == .cancelled { continue }
      let share = Shown.percent(count, of: verdicts.lists)
      cards += card(
        Words(disposition.name, disposition.shortChinese), .count(count), "\(share)", style: disposition.name)
    }
    cards += card(
      Words("documents taken in", "收到单证"), .count(figures.documents.reduce(0, +)),
      "\(Shown.number(figures.sources)) \(Words("sources", "个来源"))")
    cards += card(Words("rejects", "拒收"), .count(figures.rejects))
    if verdicts.returns > 0 {
      cards += card(
        Words("returns", "退货"), .count(verdicts.returns),
        "\(Shown.number(verdicts.exceedingReturns)) \(Words("exceed, ", "份超量，"))\(Shown.number(verdicts.orphanReturns)) \(Words("name no list", "份无对应清单"))")
    }
    if verdicts.cancellations > 0 {
      cards += card(
        Words("cancellations", "撤销申请"), .count(verdicts.cancellations),
        "\(Shown.number(verdicts.orphanCancellations)) \(Words("cancel nothing", "份无对应清单"))")
    }
    let all = figures.dispositions.totals.last?.measures
    cards += card(
      Words("goods value, CNY", "货值（人民币）"), "\(Shown.number(all?.goodsValueCny?.text ?? "—"))",
      withoutRate(all?.listsWithoutRate ?? 0))
    cards += card(
      Words("gross weight, kg", "毛重（千克）"), "\(Shown.decimal(e5: all?.grossWeightE5))")
    return Self.section(
      "totals",
      """
      <dl class="cards">
      \(cards)</dl>
      \(dispositionTable.folded)\(HTML.same(as: "tern stats STORE --by direction,disposition --measures lists,lines,goodsValueCny,listsWithoutRate,grossWeight,packages"))
      """)
  }

  /// Why there is no value in CNY.
  func withoutRate(_ lists: Int) -> HTML {
    lists == 0
      ? ""
      : "\(Shown.number(lists)) \(Words("lists in a currency without a rate", "份清单的币制没有汇率"))"
  }

  private var dispositionTable: ReportTable {
    var table = ReportTable(
      id: "t-dispositions", caption: Words("Lists by direction and disposition", "按进出口和处置结果统计"),
      columns: [
        .init("direction", Words("direction", "进出口")),
        .init("disposition", Words("disposition", "处置结果")),
        .init("lists", Words("lists", "清单"), isNumber: true),
        .init("lines", Words("lines", "商品行"), isNumber: true),
        .init("goodsValueCny", Words("goods value, CNY", "货值（人民币）"), isNumber: true),
        .init("listsWithoutRate", Words("lists without a rate", "无汇率清单"), isNumber: true),
        .init("grossWeight", Words("gross weight, kg", "毛重（千克）"), isNumber: true),
        .init("packages", Words("packages", "件数"), isNumber: true),
      ])
    for row in figures.dispositions.rows {
      let direction = Direction.allCases.first { $0.letter == row.values[0] }
      let disposition = Disposition.allCases.first { $0.name == row.values[1] }
      table.rows.append(
        [
          "<code>\(row.values[0])</code> \(direction?.words ?? Words(""))",
          .named(row.values[1], disposition?.words ?? Words("")),
          .count(row.measures.lists), .count(row.measures.lines),
          "\(Shown.number(row.measures.goodsValueCny?.text ?? ""))",
          .count(row.measures.listsWithoutRate ?? 0), "\(Shown.decimal(e5: row.measures.grossWeightE5))",
          "\(row.measures.packages.map { Shown.number(String($0)) } ?? "")",
        ])
    }
    return table
  }

  // MARK: - Flow

  var flow: HTML {
    var documents = [Int](repeating: 0, count: 8)
    for kind in Kind.allCases {
      documents[Int(kind.role.rawValue)] += figures.documents[Int(kind.rawValue)]
    }
    let lists = documents[Int(Role.list.rawValue)]
    var chart = FlowChart(
      id: "c-flow", title: Words("From documents to dispositions", "从单证到处置结果"),
      description: Words(
        "Lists are compared with their orders, payments and waybills; each list that counts gets one disposition.",
        "清单与订单、支付单、运单比对；每份生效的清单有一个处置结果。"),
      nodes: [
        .init(label: Words("lists", "清单"), style: "list"),
        .init(label: Words("orders", "订单"), style: "order"),
        .init(label: Words("payments", "支付单"), style: "payment"),
        .init(label: Words("waybills", "运单"), style: "waybill"),
        .init(label: Words("cancellations", "撤销申请"), style: "other"),
        .init(label: Words("returns", "退货申请"), style: "other"),
        .init(label: Words("others", "其他单证"), style: "other"),
        .init(label: Words("rejects", "拒收"), style: "rejected"),
      ], bands: [])
    func outcome(_ label: Words, _ style: String, _ from: [(Int, Int)]) {
      chart.bands += from.map { .init(from: $0.0, to: chart.nodes.count, count: $0.1) }
      chart.nodes.append(.init(label: label, style: style, isOutcome: true))
    }
    for disposition in Disposition.inOrder {
      outcome(
        Words(disposition.name, disposition.shortChinese), disposition.name,
        [(0, figures.verdicts.dispositions[Int(disposition.rawValue)])])
    }
    outcome(Words("not counting", "不生效"), "gone", [(0, max(lists - figures.verdicts.lists, 0))])
    outcome(
      Words("compared", "参与比对"), "triplet",
      [Role.order, .payment, .waybill].enumerated().map { ($0 + 1, documents[Int($1.rawValue)]) })
    chart.alone = [
      4: documents[Int(Role.cancellation.rawValue)], 5: documents[Int(Role.refund.rawValue)],
      6: documents[Int(Role.receipt.rawValue)] + documents[Int(Role.notice.rawValue)], 7: figures.rejects,
    ]
    return Self.section("flow", "\(chart.html)\(kindTable.folded)\(verdictTable.folded)")
  }

  private var kindTable: ReportTable {
    var table = ReportTable(
      id: "t-kinds", caption: Words("Documents taken in, by kind", "收到的单证（按报文类型）"),
      columns: [
        .init("kind", Words("kind", "报文")),
        .init("documents", Words("documents", "单证"), isNumber: true),
      ])
    for kind in Kind.allCases where figures.documents[Int(kind.rawValue)] > 0 {
      table.rows.append([
        "<code>\(kind.name)</code> \(Words { kind.title($0) })", .count(figures.documents[Int(kind.rawValue)]),
      ])
    }
    return table
  }

  private var verdictTable: ReportTable {
    var table = ReportTable(
      id: "t-verdicts", caption: Words("Lists by disposition", "清单处置结果"),
      columns: [
        .init("disposition", Words("disposition", "处置结果")),
        .init("returnStatus", Words("official code", "回执状态")),
        .init("lists", Words("lists", "清单"), isNumber: true),
        .init("share", Words("share", "占比"), isNumber: true),
      ])
    for disposition in Disposition.inOrder {
      let count = figures.verdicts.dispositions[Int(disposition.rawValue)]
      table.rows.append([
        .named(disposition.name, disposition.words), "\(disposition.returnStatus)", .count(count),
        "\(Shown.percent(count, of: figures.verdicts.lists))",
      ])
    }
    return table
  }
}

extension Disposition {
  /// Fits a chart.
  fileprivate var shortChinese: String {
    switch self {
    case .released: "放行"
    case .pending: "待补"
    case .rejected: "退单"
    case .review: "人工审核"
    case .inspect: "查验"
    case .cancelled: "已撤销"
    }
  }
}
