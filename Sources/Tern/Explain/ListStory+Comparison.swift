import TernCEB
import TernRules

/// The documents side by side: what the rules compare, one element a row.
extension ListStory {
  /// More payments are counted, not shown.
  private static let paymentsMax = 4
  static let linesMax = 30

  private struct Column {
    var title: String
    var document: Evidence.Document
    var number: Int?
    var stored: StoredDocument
  }

  private func columns(_ language: Language) -> [Column] {
    var columns = [
      Column(title: Evidence.Document.list.name(language), document: .list, stored: list)
    ]
    func add(_ document: Evidence.Document, _ stored: StoredDocument?, _ number: Int? = nil) {
      guard let stored else { return }
      let title = document.name(language) + (number.map { " \($0)" } ?? "")
      columns.append(Column(title: title, document: document, number: number, stored: stored))
    }
    add(.order, orders.counting)
    let payments = countingPayments
    for (index, payment) in payments.prefix(Self.paymentsMax).enumerated() {
      add(.payment, payment, payments.count > 1 ? index + 1 : nil)
    }
    add(.waybill, waybill)
    return columns
  }

  /// Element of list, order, payment and waybill that belong together; empty where there is none.
  private static let rows: [(list: String, order: String, payment: String, waybill: String)] = [
    ("appTime", "appTime", "appTime", "appTime"),
    ("ebpCode", "ebpCode", "ebpCode", ""),
    ("ebcCode", "ebcCode", "ebcCode", "ebcCode"),
    ("orderNo", "orderNo", "orderNo", "orderNo"),
    ("", "", "payNo", ""), ("", "", "payTransactionId", ""),
    ("logisticsCode", "", "", "logisticsCode"),
    ("logisticsNo", "", "", "logisticsNo"),
    ("sum(totalPrice)", "goodsValue", "", ""),
    ("freight", "freight", "", "freight"),
    ("insuredFee", "", "", "insuredFee"),
    ("", "taxTotal", "", ""), ("", "discount", "", ""),
    ("", "acturalPaid", "amountPaid", ""), ("", "", "charge", ""),
    ("currency", "currency", "currency", "currency"),
    ("grossWeight", "", "", "grossWeight"),
    ("netWeight", "", "", ""),
    ("packNo", "", "", "packNo"),
    ("buyerIdNumber", "buyerIdNumber", "payerIdNumber", ""),
    ("buyerName", "buyerName", "payerName", ""),
    ("", "consignee", "", "consignee"),
    ("", "consigneeTelephone", "", "consigneeTelephone"),
    ("", "consigneeAddress", "", "consigneeAddress"),
  ]

  /// What the rules compare, with `≠` at the values of failed checks.
  func writeComparison(to page: inout TextPage) {
    let columns = columns(page.language)
    page.heading("side by side", "单证对照")
    var table: [[TextPage.Cell]] = [
      [.init("")] + columns.map { .init("\($0.title) \($0.stored.kind.name)", .bold) }
    ]
    for row in Self.rows {
      let elements = columns.map { column in
        switch column.document {
        case .list: row.list
        case .order: row.order
        case .payment: row.payment
        // The gross weight of an import.
        default:
          row.waybill == "grossWeight" && !column.stored.row.head.has("grossWeight")
            ? "weight" : row.waybill
        }
      }
      let cells = zip(columns, elements).map { cell($0, $1) }
      if cells.allSatisfy(\.text.isEmpty) { continue }
      var names: [String] = []
      for (column, element) in zip(columns, elements)
      where column.stored.row.head.has(element) || element == "sum(totalPrice)" {
        if !names.contains(element) { names.append(element) }
      }
      table.append([.init(names.joined(separator: " / "), .faint)] + cells)
    }
    page.table(table)
    let more = countingPayments.count - Self.paymentsMax
    if more > 0 {
      page.line(
        .init(page.language.pick("and \(more) more payments", "另有支付单 \(more) 份"), .yellow), indent: 4)
    }
  }

  private func cell(_ column: Column, _ element: String) -> TextPage.Cell {
    let value =
      element == "sum(totalPrice)" ? goodsSum : element.isEmpty ? "" : column.stored.shown(element)
    let differs = evidence.contains { entry in
      [entry.left, entry.right].contains { side in
        side.document == column.document && side.gnum == nil && side.element.mentions(element)
          && (side.number == nil || side.number == column.number)
      }
    }
    if value.isEmpty && !differs { return .init("") }
    return differs ? .init("\(value) ≠", .red) : .init(value)
  }

  private var goodsSum: String {
    let sum = list.row.lines.reduce(0) { $0 + $1.decimalE5("totalPrice") }
    return decimalText(sum, scale: 5, fractionDigits: 0)
  }

  /// Lines of list and order by `gnum`.
  func writeLines(to page: inout TextPage) {
    let order = orders.counting
    let all = list.row.lines.map { (Evidence.Document.list, list, $0) }
      + (order.map { order in order.row.lines.map { (Evidence.Document.order, order, $0) } } ?? [])
    if all.isEmpty { return }
    page.heading("lines", "商品明细")
    let elements = ["gnum", "gcode", "itemNo", "qty", "unit", "price", "totalPrice", "currency"]
    let sorted = all.enumerated().sorted {
      ($0.element.2.integer("gnum") ?? 0, $0.offset) < ($1.element.2.integer("gnum") ?? 0, $1.offset)
    }.map(\.element)
    var table: [[TextPage.Cell]] = [[.init("")] + elements.map { .init($0, .bold) }]
    for (document, _, line) in sorted.prefix(Self.linesMax) {
      let gnum = line.integer("gnum")
      table.append(
        [.init(document.name(page.language), .faint)]
          + elements.map { element in
            let differs = evidence.contains { entry in
              [entry.left, entry.right].contains {
                $0.document == document && $0.gnum == gnum && $0.gnum != nil
                  && $0.element.mentions(element)
              }
            }
            let value = line.text(element)
            return differs ? .init("\(value) ≠", .red) : .init(value)
          })
    }
    page.table(table)
    if sorted.count > Self.linesMax {
      let more = sorted.count - Self.linesMax
      page.line(.init(page.language.pick("and \(more) more lines", "另有 \(more) 项"), .yellow), indent: 4)
    }
  }
}

extension String {
  /// Whether a formula such as `goodsValue + freight` names the element.
  func mentions(_ element: String) -> Bool {
    if element.isEmpty { return false }
    if self == element { return true }
    return split(whereSeparator: { " +×-()".contains($0) }).contains { $0 == element }
  }
}
