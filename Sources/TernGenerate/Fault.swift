/// What may happen to a list and its documents. At most one happens to each list.
///
/// Every fault's complete set of findings is known when it is made: `Parcel+Faults.swift` has the
/// differences of value, `Plan.swift` the documents too few or too many.
public enum Fault: String, CaseIterable, Sendable, BitwiseCopyable {
  // A document of the triplet never arrives. `.late`: the list is past the window of 30 days.
  case orderMissing = "order.missing"
  case orderMissingLate = "order.missing.late"
  case paymentMissing = "payment.missing"
  case paymentMissingLate = "payment.missing.late"
  case waybillMissing = "waybill.missing"
  case waybillMissingLate = "waybill.missing.late"

  // An identity used twice.
  case orderDuplicate = "order.duplicate"
  case paymentDuplicate = "payment.duplicate"
  case waybillDuplicate = "waybill.duplicate"
  case listDuplicate = "list.duplicate"
  /// A second list, with a waybill of its own, for one trade key.
  case listSecond = "list.second"
  /// A second list, with an order of its own, for one waybill.
  case waybillShared = "waybill.shared"

  // Parties.
  case sellerOnOrder = "party.seller.order"
  case sellerOnPayment = "party.seller.payment"
  case sellerOnWaybill = "party.seller.waybill"
  case buyerId = "party.buyer.id"
  case buyerName = "party.buyer.name"
  case payer = "party.payer"
  case consigneeName = "party.consignee.name"
  case consigneeTelephone = "party.consignee.telephone"
  case consigneeAddress = "party.consignee.address"

  // Amounts.
  /// A list line's price is wrong.
  case amountLine = "amount.line"
  /// A list line's quantity is wrong.
  case amountLineQuantity = "amount.line.qty"
  case amountOrderLine = "amount.order_line"
  /// The same wrong price on the order and the list.
  case amountBothLines = "amount.line.both"
  /// A gift: a line that costs nothing, on the order too.
  case amountPositive = "amount.positive"
  /// A freight below 0 on the list.
  case amountPositiveFreight = "amount.positive.freight"
  /// Another unit on the order's line.
  case linesUnit = "amount.lines_differ.unit"
  /// One line fewer on the order.
  case linesCount = "amount.lines_differ.count"
  /// `goodsValue` differs; what was paid follows it.
  case amountGoods = "amount.goods"
  /// `goodsValue` differs; what was paid does not follow it.
  case amountGoodsAlone = "amount.goods.alone"
  case amountPaid = "amount.paid"
  case amountSettlement = "amount.settlement"
  case currencyOnOrder = "amount.currency.order"
  case currencyOnPayment = "amount.currency.payment"
  case currencyImport = "amount.currency.import"
  case amountFreight = "amount.freight"

  // Weights, packages, goods.
  case weightGross = "weight.gross"
  case weightNet = "weight.net"
  case packageCount = "package.count"
  case goodsEmpty = "goods.empty"
  case goodsSequence = "goods.sequence"
  case goodsUnitQuantity = "goods.unit.qty1"
  case goodsUnitSecond = "goods.unit.unit2"

  // A document that can't be used: a reject, and as if it had never come.
  case orderBroken = "broken.order"
  case paymentBroken = "broken.payment"
  case waybillBroken = "broken.waybill"
  case listBroken = "broken.list"

  // The rule book: what a list gives away of itself, and what tables say of it. See `needsRuleBook`.
  /// A heading of 4 digits, flag B.
  case headingOnly = "goods.code.heading_only"
  case codeDigits = "goods.code.digits"
  case codeHeading = "goods.code.heading"
  case tradeMode = "regime.trade_mode"
  /// No account book, no zone enterprise, or no record number.
  case bonded = "regime.bonded"
  /// No vehicle, no voyage, or no bill.
  case direct = "regime.direct"
  /// Flag A, and worth more than ¥5,000.
  case simplifiedValue = "regime.simplified.value"
  /// Flag A, and under export duty or refund.
  case simplifiedGoods = "regime.simplified.goods"
  case limitSingle = "regime.limit_single"
  /// A second list, with a triplet of its own, takes the buyer over the limit.
  case limitAnnual = "regime.limit_annual"
  case positiveList = "regime.positive_list"
  case licence = "regime.licence"
  /// A country that is none.
  case referenceCode = "reference.code"
  case unregistered = "enterprise.unregistered"
  case enterpriseCode = "enterprise.code"
  case blacklisted = "enterprise.blacklisted"
  case buyerIdCheck = "buyer.id"

  // What must change nothing.
  case draft = "harmless.draft"
  /// A change corrects an earlier version.
  case change = "harmless.change"
  /// The earlier version arrives after the change that corrects it.
  case lateOldVersion = "harmless.late_old_version"
  case deleteUnrelated = "harmless.delete_unrelated"
  case sameTwice = "harmless.same_twice"
  /// An order is deleted and sent anew.
  case orderRenewed = "harmless.order_renewed"
  case paymentSplit = "harmless.payment_split"
  /// The waybill's number was used before, more than 183 days ago.
  case waybillReused = "harmless.waybill_reused"
  /// One piece for more than ¥5,000 (import).
  case onePiece = "harmless.one_piece"
  /// A heading of 4 digits, flag A and eligible.
  case simplifiedHeading = "harmless.simplified_heading"
  /// Goods under licence, with one.
  case licenceGiven = "harmless.licence_given"

  /// The name in settings and in `summary.json`.
  public var name: String { rawValue }

  public init?(name: String) { self.init(rawValue: name) }

  /// Whether it can happen to an export.
  public var affectsExports: Bool {
    switch self {
    case .buyerId, .buyerName, .payer, .consigneeName, .consigneeTelephone, .consigneeAddress,
      .amountSettlement, .currencyImport, .direct, .limitSingle, .limitAnnual, .positiveList,
      .buyerIdCheck, .onePiece:
      false
    default: true
    }
  }

  /// Whether it can happen to an import.
  public var affectsImports: Bool {
    switch self {
    case .sellerOnPayment, .sellerOnWaybill, .currencyOnOrder, .currencyOnPayment, .headingOnly,
      .simplifiedValue, .simplifiedGoods, .simplifiedHeading:
      false
    default: true
    }
  }

  /// Whether it is made only with `RuleBook.full`: its truth holds for runs with the corpus' tables.
  public var needsRuleBook: Bool {
    switch self {
    case .headingOnly, .codeDigits, .codeHeading, .tradeMode, .bonded, .direct, .simplifiedValue,
      .simplifiedGoods, .limitSingle, .limitAnnual, .positiveList, .licence, .referenceCode,
      .unregistered, .enterpriseCode, .blacklisted, .buyerIdCheck, .onePiece, .simplifiedHeading,
      .licenceGiven:
      true
    default: false
    }
  }

  /// Whether its messages do not validate against the official schemas, on purpose.
  public var breaksSchema: Bool {
    switch self {
    case .goodsEmpty, .currencyImport, .orderBroken, .paymentBroken, .waybillBroken, .listBroken,
      .headingOnly, .codeDigits, .simplifiedHeading:
      true
    default: false
    }
  }

  /// Whether the list is past the window.
  var isLate: Bool {
    self == .orderMissingLate || self == .paymentMissingLate || self == .waybillMissingLate
  }

  /// Position in `allCases`.
  var ordinal: Int { Self.ordinals[self]! }

  private static let ordinals = Dictionary(
    uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}

/// How often each fault happens, in lists per million lists of the directions that it can happen to.
public struct FaultRates: Sendable, Equatable {
  private var perMillion: [Int]

  private init(_ rate: (Fault) -> Int) { perMillion = Fault.allCases.map(rate) }

  public subscript(fault: Fault) -> Int {
    get { perMillion[fault.ordinal] }
    set { perMillion[fault.ordinal] = newValue }
  }

  /// Nothing ever happens.
  public static let clean = FaultRates { _ in 0 }

  /// Mostly clean: 2 % of the lists have findings, 5 % see something harmless. Nothing that needs tables.
  public static let standard = FaultRates { fault in
    switch fault {
    case _ where fault.needsRuleBook: 0
    case .paymentSplit: 30_000
    case .change: 8_000
    case .draft, .sameTwice: 4_000
    case .lateOldVersion, .deleteUnrelated, .orderRenewed, .waybillReused: 1_000
    case .orderMissing, .paymentMissing, .waybillMissing: 2_000
    case .orderBroken, .paymentBroken, .waybillBroken, .listBroken: 100
    default: 350
    }
  }

  /// As `standard`, and each fault of the rule book to 350 lists in a million.
  public static let full = FaultRates { fault in
    fault.needsRuleBook ? 350 : standard[fault]
  }

  /// The same rate for every fault of the rule book's part: for tests that want to see all of them.
  public static func uniform(
    perMillion rate: Int, _ ruleBook: GenerateSettings.RuleBook = .triplet
  ) -> FaultRates {
    FaultRates { fault in ruleBook == .full || !fault.needsRuleBook ? rate : 0 }
  }
}
