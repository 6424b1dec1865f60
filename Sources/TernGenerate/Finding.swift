/// The findings that the truth can name, sorted by name. Bit positions of `Findings`.
enum Finding: String, CaseIterable {
  case amountCurrency = "amount.currency"
  case amountFreight = "amount.freight"
  case amountGoods = "amount.goods"
  case amountLine = "amount.line"
  case amountLinesDiffer = "amount.lines_differ"
  case amountOrderLine = "amount.order_line"
  case amountPaid = "amount.paid"
  case amountPositive = "amount.positive"
  case amountSettlement = "amount.settlement"
  case buyerId = "buyer.id"
  case enterpriseBlacklisted = "enterprise.blacklisted"
  case enterpriseCode = "enterprise.code"
  case enterpriseUnregistered = "enterprise.unregistered"
  case goodsCode = "goods.code"
  case goodsEmpty = "goods.empty"
  case goodsSequence = "goods.sequence"
  case goodsUnit = "goods.unit"
  case listDuplicate = "list.duplicate"
  case orderDuplicate = "order.duplicate"
  case orderMissing = "order.missing"
  case packageCount = "package.count"
  case partyBuyer = "party.buyer"
  case partyConsignee = "party.consignee"
  case partyPayer = "party.payer"
  case partySeller = "party.seller"
  case paymentDuplicate = "payment.duplicate"
  case paymentMissing = "payment.missing"
  case referenceCode = "reference.code"
  case regimeBonded = "regime.bonded"
  case regimeDirect = "regime.direct"
  case regimeLicence = "regime.licence"
  case regimeLimitAnnual = "regime.limit_annual"
  case regimeLimitSingle = "regime.limit_single"
  case regimePositiveList = "regime.positive_list"
  case regimeSimplified = "regime.simplified"
  case regimeTradeMode = "regime.trade_mode"
  case waybillDuplicate = "waybill.duplicate"
  case waybillMissing = "waybill.missing"
  case waybillShared = "waybill.shared"
  case weightGross = "weight.gross"
  case weightNet = "weight.net"

  enum Severity { case reject, pending, review, warning }

  /// The default severities.
  var severity: Severity {
    switch self {
    case .orderMissing, .paymentMissing, .waybillMissing: .pending
    case .partyConsignee, .amountOrderLine, .referenceCode, .enterpriseUnregistered,
      .enterpriseCode, .buyerId:
      .review
    case .paymentDuplicate, .amountFreight: .warning
    default: .reject
    }
  }
}

/// A set of findings, one bit each.
struct Findings: Equatable, Sendable {
  private(set) var bits: UInt64

  init(_ findings: Finding...) {
    bits = 0
    for finding in findings { insert(finding) }
  }

  mutating func insert(_ finding: Finding) { bits |= 1 << Self.position(finding) }

  func union(_ other: Findings) -> Findings {
    var result = self
    result.bits |= other.bits
    return result
  }

  func contains(_ finding: Finding) -> Bool { bits & 1 << Self.position(finding) != 0 }

  private static func position(_ finding: Finding) -> UInt64 {
    UInt64(Finding.allCases.firstIndex(of: finding)!)
  }
}

/// What becomes of a list, with the `returnStatus` of its receipt.
enum Disposition: Int, CaseIterable {
  case released, review, pending, rejected

  var name: StaticString {
    switch self {
    case .released: "released"
    case .review: "review"
    case .pending: "pending"
    case .rejected: "rejected"
    }
  }

  var returnStatus: StaticString {
    switch self {
    case .released: "399"
    case .review: "300"
    case .pending: "2"
    case .rejected: "100"
    }
  }

  /// Worst first: reject, pending (reject when the list is past the window), review, the rest.
  init(_ findings: Findings, isLate: Bool) {
    self = .released
    guard findings != Findings() else { return }
    for finding in Finding.allCases where findings.contains(finding) {
      let worst: Disposition =
        switch finding.severity {
        case .reject: .rejected
        case .pending: isLate ? .rejected : .pending
        case .review: .review
        case .warning: .released
        }
      if worst.rawValue > rawValue { self = worst }
    }
  }
}
