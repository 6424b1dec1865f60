/// What a failed check means for a list, worst first.
public enum Severity: UInt8, Sendable, CaseIterable {
  case reject = 0
  /// Pending while the list is young, reject after the window.
  case pending = 1
  case review = 2
  case warning = 3

  /// `R`, `P`, `V`, `W`.
  public var letter: String {
    switch self {
    case .reject: "R"
    case .pending: "P"
    case .review: "V"
    case .warning: "W"
    }
  }

  /// The official code of a list with such a finding and no worse one; of a pending one while it is young.
  public var returnStatus: String {
    switch self {
    case .reject: Disposition.rejected.returnStatus
    case .pending: Disposition.pending.returnStatus
    case .review: Disposition.review.returnStatus
    case .warning: Disposition.released.returnStatus
    }
  }

  public init?(letter: String) {
    guard let severity = Self.allCases.first(where: { $0.letter == letter }) else { return nil }
    self = severity
  }
}

/// A check that failed. The raw value is its bit in a `FindingSet`; stores keep those bits, so
/// the order is fixed: new findings go to the end.
public enum Finding: UInt8, Sendable, CaseIterable {
  case orderMissing = 0
  case paymentMissing = 1
  case waybillMissing = 2
  case orderDuplicate = 3
  case paymentDuplicate = 4
  case waybillDuplicate = 5
  case listDuplicate = 6
  case waybillShared = 7
  case partySeller = 8
  case partyBuyer = 9
  case partyPayer = 10
  case partyConsignee = 11
  case amountLine = 12
  case amountPositive = 13
  case amountOrderLine = 14
  case amountLinesDiffer = 15
  case amountGoods = 16
  case amountPaid = 17
  case amountSettlement = 18
  case amountCurrency = 19
  case amountFreight = 20
  case weightGross = 21
  case weightNet = 22
  case packageCount = 23
  case goodsEmpty = 24
  case goodsSequence = 25
  case goodsCode = 26
  case goodsUnit = 27
  case regimeTradeMode = 28
  case regimeBonded = 29
  case regimeDirect = 30
  case regimeSimplified = 31
  case regimeLimitSingle = 32
  case regimeLimitAnnual = 33
  case regimePositiveList = 34
  case regimeLicence = 35
  case referenceCode = 36
  case enterpriseUnregistered = 37
  case enterpriseCode = 38
  case enterpriseBlacklisted = 39
  case buyerId = 40

  /// The reports' vocabulary.
  public var name: String {
    switch self {
    case .orderMissing: "order.missing"
    case .paymentMissing: "payment.missing"
    case .waybillMissing: "waybill.missing"
    case .orderDuplicate: "order.duplicate"
    case .paymentDuplicate: "payment.duplicate"
    case .waybillDuplicate: "waybill.duplicate"
    case .listDuplicate: "list.duplicate"
    case .waybillShared: "waybill.shared"
    case .partySeller: "party.seller"
    case .partyBuyer: "party.buyer"
    case .partyPayer: "party.payer"
    case .partyConsignee: "party.consignee"
    case .amountLine: "amount.line"
    case .amountPositive: "amount.positive"
    case .amountOrderLine: "amount.order_line"
    case .amountLinesDiffer: "amount.lines_differ"
    case .amountGoods: "amount.goods"
    case .amountPaid: "amount.paid"
    case .amountSettlement: "amount.settlement"
    case .amountCurrency: "amount.currency"
    case .amountFreight: "amount.freight"
    case .weightGross: "weight.gross"
    case .weightNet: "weight.net"
    case .packageCount: "package.count"
    case .goodsEmpty: "goods.empty"
    case .goodsSequence: "goods.sequence"
    case .goodsCode: "goods.code"
    case .goodsUnit: "goods.unit"
    case .regimeTradeMode: "regime.trade_mode"
    case .regimeBonded: "regime.bonded"
    case .regimeDirect: "regime.direct"
    case .regimeSimplified: "regime.simplified"
    case .regimeLimitSingle: "regime.limit_single"
    case .regimeLimitAnnual: "regime.limit_annual"
    case .regimePositiveList: "regime.positive_list"
    case .regimeLicence: "regime.licence"
    case .referenceCode: "reference.code"
    case .enterpriseUnregistered: "enterprise.unregistered"
    case .enterpriseCode: "enterprise.code"
    case .enterpriseBlacklisted: "enterprise.blacklisted"
    case .buyerId: "buyer.id"
    }
  }

  public init?(name: String) {
    guard let finding = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = finding
  }

  public var defaultSeverity: Severity {
    switch self {
    case .orderMissing, .paymentMissing, .waybillMissing: .pending
    case .paymentDuplicate, .amountFreight: .warning
    case .partyConsignee, .amountOrderLine, .referenceCode, .enterpriseUnregistered,
      .enterpriseCode, .buyerId:
      .review
    default: .reject
    }
  }

  /// The check compares numbers that may differ by a tolerance.
  public var hasTolerance: Bool {
    switch self {
    case .amountLine, .amountOrderLine, .amountGoods, .amountPaid, .amountSettlement,
      .amountFreight, .amountLinesDiffer, .weightGross:
      true
    default: false
    }
  }

  @inlinable public var bit: UInt64 { 1 &<< UInt64(rawValue) }
}

/// The findings of one list.
@frozen public struct FindingSet: OptionSet, Sendable, Hashable, BitwiseCopyable {
  public var rawValue: UInt64
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
  public init(_ findings: Finding...) {
    rawValue = findings.reduce(0) { $0 | $1.bit }
  }

  public func contains(_ finding: Finding) -> Bool { rawValue & finding.bit != 0 }

  public var findings: [Finding] { Finding.allCases.filter { contains($0) } }

  /// Names in byte order, joined by `;`, as verdicts give them.
  public var text: String { findings.map(\.name).sorted().joined(separator: ";") }
}
