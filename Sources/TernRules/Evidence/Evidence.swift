import TernCEB
import TernMatch
import TernReference

/// A list that counts, with the documents that it was judged against.
public struct ListCase {
  public var list: DocumentRow
  public var order: DocumentRow?
  /// All that count, in any order.
  public var payments: [DocumentRow]
  public var waybill: DocumentRow?
  /// What duplicates and shared waybills are about, where it is known: the document of the case and
  /// the other one. Without it such a finding names the first alone.
  public var rivals: [Finding: (own: DocumentRow, other: DocumentRow)] = [:]
  /// Of an import: what the buyer's lists before this one used of the year's limit, in yuan × 10^5. Nil: not known.
  public var annualUsedE5: Int128?

  public init(
    list: DocumentRow, order: DocumentRow? = nil, payments: [DocumentRow] = [],
    waybill: DocumentRow? = nil
  ) {
    self.list = list
    self.order = order
    self.payments = payments
    self.waybill = waybill
  }

  var isImport: Bool { list.kind.direction == .import }
}

extension DocumentRow {
  /// Of a list: which rules it is judged by.
  public var scope: RuleScope {
    var tradeMode = text("tradeMode")
    return RuleScope(
      kind.direction, tradeMode.withUTF8 { unsafe TradeModeGroup(Bytes($0)) })
  }
}

/// Two values that a check compared, and where they stand.
public struct Evidence: Sendable, Equatable {
  public enum Document: UInt8, Sendable {
    case list, order, payment, waybill
    /// What a value has to be by the rule itself.
    case rule
  }

  /// One of the two.
  public struct Side: Sendable, Equatable {
    public var document: Document
    /// Of several payments, which: from 1, as the case has them; nil for all, or the only one.
    public var number: Int?
    /// Line of the document.
    public var gnum: Int64?
    /// The schema's name, or how the rule computes the value: `goodsValue + freight`, `sum(charge)`.
    public var element: String
    /// As stored, or computed exactly; personal values are masked. Empty if the document leaves it out;
    /// nil if there is no such document or line.
    public var value: String?
    /// The numbers of a sum or product in their order, `100.00 + 25.00`; otherwise empty.
    public var terms = ""

    init(
      _ document: Document, _ element: String, _ value: String?, gnum: Int64? = nil,
      number: Int? = nil, terms: String = ""
    ) {
      self.document = document
      self.element = element
      self.value = value
      self.gnum = gnum
      self.number = number
      self.terms = terms
    }
  }

  public var finding: Finding
  /// The value that was checked.
  public var left: Side
  /// What it was checked against.
  public var right: Side
  /// Masked values that look equal differ at this character, from 1.
  public var differsAt: Int?
  /// Comparisons of the same outcome that are not given: beyond `countMax`. In the last one.
  public var moreCount = 0
  /// The comparison did not fail.
  public var holds = false

  /// Of one finding no more are given: a list may have thousands of lines.
  public static let countMax = 20

  init(_ finding: Finding, _ left: Side, _ right: Side, differsAt: Int? = nil, holds: Bool = false) {
    self.finding = finding
    self.left = left
    self.right = right
    self.differsAt = differsAt
    self.holds = holds
  }

  /// The first `countMax`, the last of them with the number of the others.
  static func capped(_ all: [Evidence], _ countMax: Int) -> [Evidence] {
    guard all.count > countMax else { return all }
    var first = Array(all.prefix(countMax))
    first[countMax - 1].moreCount = all.count - countMax
    return first
  }
}

/// What the findings of a list are founded on: for each finding, in the order of `Finding`, the
/// comparisons that failed, at least one.
///
/// Reads nothing but the rows given and compares as `RuleEngine` does; a finding that these documents
/// do not bear out (they are not those it was judged by) gets an entry without values. O(lines) and,
/// for lines that repeat a `gnum`, O(n^3) of at most 64.
///
/// - Parameter reference: the tables that it was judged with; what has none here is not borne out either.
public func evidence(
  _ findings: FindingSet, of listCase: ListCase, settings: RuleSettings = RuleSettings(),
  reference: ReferenceData = ReferenceData()
) -> [Evidence] {
  let comparison = Comparison(listCase, settings, reference, found: findings)
  return findings.findings.flatMap { finding in
    var found = comparison.failures(finding)
    if found.isEmpty {
      found = [Evidence(finding, .init(.list, "", nil), .init(.rule, "", nil))]
    }
    return Evidence.capped(found, Evidence.countMax)
  }
}

/// The comparisons of one case, a finding at a time.
struct Comparison {
  let given: ListCase
  let settings: RuleSettings
  let reference: ReferenceData
  /// Also comparisons that did not fail.
  let wantsAll: Bool
  /// What the list was found to have: of rivals these rows alone do not tell.
  let found: FindingSet

  init(
    _ given: ListCase, _ settings: RuleSettings, _ reference: ReferenceData = ReferenceData(),
    wantsAll: Bool = false, found: FindingSet = []
  ) {
    self.given = given
    self.settings = settings
    self.reference = reference
    self.wantsAll = wantsAll
    self.found = found
  }

  /// Every failed comparison of a finding; none if it holds, cannot be decided by these documents, or
  /// is not carried out.
  func failures(_ finding: Finding) -> [Evidence] {
    wantsAll ? compared(finding).filter { !$0.holds } : compared(finding)
  }

  /// The comparison, if it failed or is wanted anyway.
  func entry(
    _ finding: Finding, holds: Bool, _ left: @autoclosure () -> Evidence.Side,
    _ right: @autoclosure () -> Evidence.Side
  ) -> [Evidence] {
    holds && !wantsAll ? [] : [Evidence(finding, left(), right(), holds: holds)]
  }

  /// The comparisons that a finding is about: the failed ones, or all of them.
  func compared(_ finding: Finding) -> [Evidence] {
    switch finding {
    case .orderMissing, .paymentMissing, .waybillMissing: missing(finding)
    case .orderDuplicate, .paymentDuplicate, .waybillDuplicate, .listDuplicate, .waybillShared:
      rival(finding)
    case .partySeller: sellers()
    case .partyBuyer: buyer()
    case .partyPayer: payers()
    case .partyConsignee: consignee()
    case .amountLine: lineArithmetic(finding, given.list, .list)
    case .amountPositive: positive()
    case .amountOrderLine: given.order.map { lineArithmetic(finding, $0, .order) } ?? []
    case .amountLinesDiffer: linesDiffer()
    case .amountGoods: goodsValue()
    case .amountPaid: paid()
    case .amountSettlement: settlement()
    case .amountCurrency: currencies()
    case .amountFreight: freight()
    case .weightGross: grossWeight()
    case .weightNet: netWeight()
    case .packageCount: packages()
    case .goodsEmpty: noGoods()
    case .goodsSequence: sequence()
    case .goodsCode: goodsCodes()
    case .goodsUnit: units()
    case .regimeTradeMode: tradeModes()
    case .regimeBonded: bonded()
    case .regimeDirect: direct()
    case .regimeSimplified: simplified()
    case .regimeLimitSingle: limitSingle()
    case .regimeLimitAnnual: limitAnnual()
    case .regimePositiveList: positiveList()
    case .regimeLicence: licences()
    case .referenceCode: referenceCodes()
    case .enterpriseUnregistered: registered()
    case .enterpriseCode: enterpriseCodes()
    case .enterpriseBlacklisted: blacklisted()
    case .buyerId: buyerIds()
    }
  }

  /// Of the list's direction and trade mode, and of one field where each may have its own.
  func tolerance(_ finding: Finding, _ element: String = "") -> Tolerance {
    let tolerances = settings[given.list.scope, finding].tolerances
    return tolerances[finding.toleranceFields.firstIndex(of: element) ?? 0]
  }

  /// Payments numbered where there are several.
  var payments: [(number: Int?, row: DocumentRow)] {
    given.payments.enumerated().map { (given.payments.count > 1 ? $0 + 1 : nil, $1) }
  }

  /// Nil where the texts agree, unless all is wanted. Personal values are masked, and where the masks agree the place of
  /// the difference is given instead.
  func texts(
    _ finding: Finding, _ left: (Evidence.Document, FieldRow, String),
    _ right: (Evidence.Document, FieldRow, String), leftNumber: Int? = nil, rightNumber: Int? = nil,
    gnum: Int64? = nil
  ) -> Evidence? {
    let (a, b) = (left.1.text(left.2), right.1.text(right.2))
    let place = PersonalData.difference(a, b)
    if place == nil && !wantsAll { return nil }
    func shown(_ value: String, _ element: String) -> String {
      PersonalData.contains(element) ? PersonalData.masked(value) : value
    }
    let (shownA, shownB) = (shown(a, left.2), shown(b, right.2))
    return Evidence(
      finding, .init(left.0, left.2, shownA, gnum: gnum, number: leftNumber),
      .init(right.0, right.2, shownB, gnum: gnum, number: rightNumber),
      differsAt: shownA == shownB ? place : nil, holds: place == nil)
  }
}
