import TernCEB

/// Money: sums are made as the rules make them, and shown with the digits of their terms.
extension Comparison {
  /// A sum, its terms, and as many fraction digits as the longest of them.
  struct Sum {
    var valueE5: Int128 = 0
    var fractionDigits = 0
    var terms = ""
    var termCount = 0
    private static let termsMax = 8

    mutating func add(_ row: FieldRow, _ element: String, negated: Bool = false) {
      let value = row.decimalE5(element)
      valueE5 += negated ? -value : value
      fractionDigits = max(fractionDigits, row.fractionDigits(element))
      termCount += 1
      if termCount > 1 && termCount <= Self.termsMax + 1 { terms += negated ? " - " : " + " }
      if termCount <= Self.termsMax {
        let text = row.text(element)
        terms += text.isEmpty ? "0" : text
      } else if termCount == Self.termsMax + 1 {
        terms += "…"
      }
    }

    var text: String { decimalText(valueE5, scale: 5, fractionDigits: fractionDigits) }

    func side(_ document: Evidence.Document, _ element: String) -> Evidence.Side {
      Evidence.Side(document, element, text, terms: termCount > 1 ? terms : "")
    }
  }

  /// Two single numbers that must agree within the finding's tolerance.
  func numbers(
    _ finding: Finding, _ left: Evidence.Document, _ leftElement: String, _ leftRow: FieldRow,
    _ right: Evidence.Document, _ rightElement: String, _ rightRow: FieldRow
  ) -> [Evidence] {
    let (a, b) = (leftRow.decimalE5(leftElement), rightRow.decimalE5(rightElement))
    return entry(
      finding, holds: tolerance(finding, leftElement).allows(a, b),
      .init(left, leftElement, leftRow.text(leftElement)),
      .init(right, rightElement, rightRow.text(rightElement)))
  }

  private func sums(
    _ finding: Finding, _ left: (Evidence.Document, String, Sum),
    _ right: (Evidence.Document, String, Sum)
  ) -> [Evidence] {
    entry(
      finding, holds: tolerance(finding).allows(left.2.valueE5, right.2.valueE5),
      left.2.side(left.0, left.1), right.2.side(right.0, right.1))
  }

  func goodsValue() -> [Evidence] {
    guard let order = given.order else { return [] }
    var total = Sum()
    for line in given.list.lines { total.add(line, "totalPrice") }
    var wanted = Sum()
    wanted.add(order.head, "goodsValue")
    return sums(.amountGoods, (.list, "sum(totalPrice)", total), (.order, "goodsValue", wanted))
  }

  func paid() -> [Evidence] {
    guard let order = given.order, !given.payments.isEmpty else { return [] }
    let element = given.isImport ? "amountPaid" : "charge"
    var total = Sum()
    for payment in given.payments { total.add(payment.head, element) }
    var wanted = Sum()
    if given.isImport {
      wanted.add(order.head, "acturalPaid")
    } else {
      wanted.add(order.head, "goodsValue")
      wanted.add(order.head, "freight")
    }
    return sums(
      .amountPaid, (.payment, "sum(\(element))", total),
      (.order, given.isImport ? "acturalPaid" : "goodsValue + freight", wanted))
  }

  func settlement() -> [Evidence] {
    guard given.isImport, let order = given.order else { return [] }
    var paid = Sum()
    paid.add(order.head, "acturalPaid")
    var wanted = Sum()
    for element in ["goodsValue", "freight", "taxTotal"] { wanted.add(order.head, element) }
    wanted.add(order.head, "discount", negated: true)
    return sums(
      .amountSettlement, (.order, "acturalPaid", paid),
      (.order, "goodsValue + freight + taxTotal - discount", wanted))
  }

  func freight() -> [Evidence] {
    guard let waybill = given.waybill else { return [] }
    return [("freight", "fFlag"), ("insuredFee", "iFlag")].flatMap { element, flag in
      guard given.isImport || given.list.text(flag) == "3", !waybill.text(element).isEmpty else {
        return [Evidence]()
      }
      return numbers(
        .amountFreight, .list, element, given.list.head, .waybill, element, waybill.head)
    }
  }

  /// The first currency named, of order, payments and lines, is the one that the others must have.
  func currencies() -> [Evidence] {
    var named: [Evidence.Side] = []
    func add(_ document: Evidence.Document, _ row: FieldRow, gnum: Int64? = nil, number: Int? = nil) {
      let currency = row.text("currency")
      if !currency.isEmpty {
        named.append(.init(document, "currency", currency, gnum: gnum, number: number))
      }
    }
    if given.isImport { named.append(.init(.rule, "currency", "142")) }
    if let order = given.order { add(.order, order.head) }
    for (number, payment) in payments { add(.payment, payment.head, number: number) }
    for line in given.list.lines { add(.list, line, gnum: line.integer("gnum")) }
    guard let wanted = named.first else { return [] }
    return named.dropFirst().flatMap {
      entry(.amountCurrency, holds: hasSameBytes($0.value ?? "", wanted.value ?? ""), $0, wanted)
    }
  }

  /// `qty` × `price` against `totalPrice`, line by line.
  func lineArithmetic(
    _ finding: Finding, _ row: DocumentRow, _ document: Evidence.Document
  ) -> [Evidence] {
    let tolerance = tolerance(finding)
    return row.lines.flatMap { line in
      let (qtyE5, priceE5) = (line.decimalE5("qty"), line.decimalE5("price"))
      let holds = tolerance.allowsLine(
        qtyE5: qtyE5, priceE5: priceE5, totalPriceE5: line.decimalE5("totalPrice"))
      if holds && !wantsAll { return [Evidence]() }
      // Two legal numbers times 10^5 have a product within 128 bits.
      let product = decimalText(
        qtyE5 * priceE5, scale: 10,
        fractionDigits: max(
          line.fractionDigits("totalPrice"),
          line.fractionDigits("qty") + line.fractionDigits("price")))
      let gnum = line.integer("gnum")
      return entry(
        finding, holds: holds,
        .init(
          document, "qty × price", product, gnum: gnum,
          terms: "\(line.text("qty")) × \(line.text("price"))"),
        .init(document, "totalPrice", line.text("totalPrice"), gnum: gnum))
    }
  }

  func positive() -> [Evidence] {
    var found: [Evidence] = []
    for element in ["freight", "insuredFee"] {
      found += entry(
        .amountPositive, holds: given.list.decimalE5(element) >= 0,
        .init(.list, element, given.list.text(element)), .init(.rule, element, "≥ 0"))
    }
    for line in given.list.lines {
      for element in ["qty", "price", "totalPrice"] {
        found += entry(
          .amountPositive, holds: line.decimalE5(element) > 0,
          .init(.list, element, line.text(element), gnum: line.integer("gnum")),
          .init(.rule, element, "> 0"))
      }
    }
    return found
  }
}
