import TernCEB
import TernMatch

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

/// Two values whose comparison failed, and where they stand.
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
  /// Failed comparisons of the same finding that are not given: beyond `countMax`. In the last one.
  public var moreCount = 0

  /// Of one finding no more are given: a list may have thousands of lines.
  public static let countMax = 20

  init(_ finding: Finding, _ left: Side, _ right: Side, differsAt: Int? = nil) {
    self.finding = finding
    self.left = left
    self.right = right
    self.differsAt = differsAt
  }
}

/// What the findings of a list are founded on: for each finding, in the order of `Finding`, the
/// comparisons that failed, at least one.
///
/// Reads nothing but the rows given and compares as `RuleEngine` does; a finding that these documents
/// do not bear out (they are not those it was judged by) gets an entry without values. O(lines) and,
/// for lines that repeat a `gnum`, O(n^3) of at most 64.
public func evidence(
  _ findings: FindingSet, of listCase: ListCase, settings: RuleSettings = RuleSettings()
) -> [Evidence] {
  let comparison = Comparison(listCase, settings)
  return findings.findings.flatMap { finding in
    var found = comparison.failures(finding)
    if found.isEmpty {
      found = [Evidence(finding, .init(.list, "", nil), .init(.rule, "", nil))]
    }
    if found.count > Evidence.countMax {
      let more = found.count - Evidence.countMax
      found.removeLast(more)
      found[found.count - 1].moreCount = more
    }
    return found
  }
}

/// The comparisons of one case, a finding at a time.
struct Comparison {
  let given: ListCase
  let settings: RuleSettings

  init(_ given: ListCase, _ settings: RuleSettings) {
    self.given = given
    self.settings = settings
  }

  /// Every failed comparison of a finding; none if it holds, cannot be decided by these documents, or
  /// is not carried out.
  func failures(_ finding: Finding) -> [Evidence] {
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
    case .goodsUnit: units()
    default: []
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

  /// Nil where the texts agree. Personal values are masked, and where the masks agree the place of
  /// the difference is given instead.
  func texts(
    _ finding: Finding, _ left: (Evidence.Document, FieldRow, String),
    _ right: (Evidence.Document, FieldRow, String), leftNumber: Int? = nil, rightNumber: Int? = nil,
    gnum: Int64? = nil
  ) -> Evidence? {
    let (a, b) = (left.1.text(left.2), right.1.text(right.2))
    guard let place = PersonalData.difference(a, b) else { return nil }
    func shown(_ value: String, _ element: String) -> String {
      PersonalData.contains(element) ? PersonalData.masked(value) : value
    }
    let (shownA, shownB) = (shown(a, left.2), shown(b, right.2))
    return Evidence(
      finding, .init(left.0, left.2, shownA, gnum: gnum, number: leftNumber),
      .init(right.0, right.2, shownB, gnum: gnum, number: rightNumber),
      differsAt: shownA == shownB ? place : nil)
  }
}
