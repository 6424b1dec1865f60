import TernCEB

/// Which documents are there, who took part, and what was shipped.
extension Comparison {
  func missing(_ finding: Finding) -> [Evidence] {
    let list = given.list
    func found(
      _ isThere: Bool, _ document: Evidence.Document, _ elements: [String]
    ) -> [Evidence] {
      let names = elements.joined(separator: " + ")
      let values = elements.map { list.text($0) }.joined(separator: " / ")
      return entry(
        finding, holds: isThere, .init(.list, names, values),
        .init(document, names, isThere ? values : nil))
    }
    let trade = [list.platformElement, "orderNo"]
    switch finding {
    case .orderMissing: return found(given.order != nil, .order, trade)
    case .paymentMissing: return found(!given.payments.isEmpty, .payment, trade)
    default: return found(given.waybill != nil, .waybill, ["logisticsCode", "logisticsNo"])
    }
  }

  /// Duplicates and shared waybills: what the other document calls itself. Whether there is one, other documents
  /// decide; where none is known the finding may stand all the same.
  func rival(_ finding: Finding) -> [Evidence] {
    let own: DocumentRow?
    let document: Evidence.Document
    switch finding {
    case .orderDuplicate: (own, document) = (given.order, .order)
    case .paymentDuplicate: (own, document) = (given.payments.first, .payment)
    case .waybillDuplicate: (own, document) = (given.waybill, .waybill)
    case .waybillShared: (own, document) = (given.waybill == nil ? nil : given.list, .list)
    default: (own, document) = (given.list, .list)
    }
    if let (own, other) = given.rivals[finding] {
      // Lists are told apart by their own numbers, other documents and list versions by guid.
      let element =
        document == .list && !own.text("copNo").isEmpty && own.text("copNo") != other.text("copNo")
        ? "copNo" : "guid"
      return [
        Evidence(
          finding, .init(document, element, own.text(element)),
          .init(document, element, other.text(element)))
      ]
    }
    guard let own else { return [] }
    return entry(
      finding, holds: wantsAll && !found.contains(finding), .init(document, "guid", own.text("guid")),
      .init(document, "guid", nil))
  }

  // MARK: - Parties

  func sellers() -> [Evidence] {
    let list = given.list
    var found: [Evidence] = []
    func compare(_ document: Evidence.Document, _ other: DocumentRow, _ number: Int? = nil) {
      let evidence = texts(
        .partySeller, (.list, list.head, "ebcCode"), (document, other.head, "ebcCode"),
        rightNumber: number)
      if let evidence { found.append(evidence) }
    }
    if let order = given.order { compare(.order, order) }
    if !given.isImport {
      for (number, payment) in payments { compare(.payment, payment, number) }
      if let waybill = given.waybill, !waybill.text("ebcCode").isEmpty { compare(.waybill, waybill) }
    }
    return found
  }

  func buyer() -> [Evidence] {
    guard given.isImport, let order = given.order else { return [] }
    return ["buyerIdNumber", "buyerName"].compactMap {
      texts(.partyBuyer, (.list, given.list.head, $0), (.order, order.head, $0))
    }
  }

  func payers() -> [Evidence] {
    guard given.isImport, let order = given.order else { return [] }
    return payments.flatMap { number, payment in
      [("payerIdNumber", "buyerIdNumber"), ("payerName", "buyerName")].compactMap {
        texts(
          .partyPayer, (.payment, payment.head, $0), (.order, order.head, $1), leftNumber: number)
      }
    }
  }

  func consignee() -> [Evidence] {
    guard given.isImport, let order = given.order, let waybill = given.waybill else { return [] }
    return ["consignee", "consigneeTelephone", "consigneeAddress"].compactMap {
      texts(.partyConsignee, (.order, order.head, $0), (.waybill, waybill.head, $0))
    }
  }

  // MARK: - Weight and packages

  func grossWeight() -> [Evidence] {
    guard let waybill = given.waybill else { return [] }
    return numbers(
      .weightGross, .list, "grossWeight", given.list.head, .waybill,
      given.isImport ? "weight" : "grossWeight", waybill.head)
  }

  func netWeight() -> [Evidence] {
    let list = given.list
    let (netE5, grossE5) = (list.decimalE5("netWeight"), list.decimalE5("grossWeight"))
    let net = Evidence.Side(.list, "netWeight", list.text("netWeight"))
    let isPositive = entry(.weightNet, holds: netE5 > 0, net, .init(.rule, "netWeight", "> 0"))
    if netE5 <= 0 { return isPositive }
    return isPositive
      + entry(
        .weightNet, holds: netE5 <= grossE5, net, .init(.list, "grossWeight", list.text("grossWeight")))
  }

  func packages() -> [Evidence] {
    let own = Evidence.Side(.list, "packNo", given.list.text("packNo"))
    var found: [Evidence] = []
    if let waybill = given.waybill {
      found += entry(
        .packageCount, holds: waybill.head.integer("packNo") == given.list.head.integer("packNo"), own,
        .init(.waybill, "packNo", waybill.text("packNo")))
    }
    if given.isImport {
      found += entry(
        .packageCount, holds: given.list.head.integer("packNo") == 1, own, .init(.rule, "packNo", "1"))
    }
    return found
  }
}
