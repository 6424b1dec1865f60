import TernCEB

/// What could not be used.
extension ReportPage {
  private static let sendersMost = 10

  private struct Row {
    var cell: HTML
    var label: Words
    var count: Int
    var isRest = false
  }

  var rejects: HTML {
    if figures.rejects == 0 {
      return Self.section("rejects", "<p>\(Words("Every document could be read.", "所有单证均可读取。"))</p>\n")
    }
    let byReason = figures.rejectsByReason.map { count -> Row in
      let reason = RejectReason(rawValue: count.values[0])
      let words = Words(count.values[0], reason.map { ReturnInfo.cause($0) } ?? count.values[0])
      return Row(cell: .named(count.values[0], words), label: words, count: count.count)
    }
    var senders = figures.rejectsBySender.prefix(Self.sendersMost).map { count -> Row in
      let code = count.values[0]
      let words = code.isEmpty ? Words("(not known)", "（未知）") : Words(code)
      return Row(cell: code.isEmpty ? words.html : "<code>\(code)</code>", label: words, count: count.count)
    }
    let rest = figures.rejectsBySender.dropFirst(Self.sendersMost).reduce(0) { $0 + $1.count }
    if rest > 0 { senders.append(Row(cell: .others, label: Words("all others", "其余合计"), count: rest, isRest: true)) }
    return Self.section(
      "rejects",
      """
      <div class="pair"><div>
      \(part("reasons", "reason", Words("Rejects by reason", "按原因统计拒收"), Words("reason", "原因"), byReason))</div><div>
      \(part("senders", "sender", Words("Rejects by sender", "按发送方统计拒收"), Words("sender", "发送方"), senders))</div></div>

      """)
  }

  private func part(
    _ id: String, _ dimension: String, _ title: Words, _ column: Words, _ rows: [Row]
  ) -> HTML {
    let chart = BarChart(
      id: "c-\(id)", title: title,
      description: Words(
        "Messages and documents that could not be used; their neighbours are unharmed.",
        "无法使用的报文和单证；其余单证不受影响。"),
      bars: rows.map {
        .init(
          label: $0.label, value: Shown.number($0.count), length: $0.isRest ? nil : Int128($0.count),
          style: "rejected")
      })
    var table = ReportTable(
      id: "t-\(id)", caption: title,
      columns: [.init(dimension, column), .init("rejects", Words("rejects", "拒收"), isNumber: true)])
    table.rows = rows.map { [$0.cell, .count($0.count)] }
    return "\(chart.html)\(table.folded)\(HTML.same(as: "tern rejects STORE --count-by \(dimension)"))"
  }
}
