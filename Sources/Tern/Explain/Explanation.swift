import TernCEB
import TernRules

/// What `explain` is asked about.
public enum ExplainQuery: Sendable, Equatable {
  case order(String)
  /// `copNo` or `invtNo`.
  case list(String)
  case waybill(String)

  public var number: String {
    switch self {
    case .order(let number), .list(let number), .waybill(let number): number
    }
  }

  /// Elements that carry the number.
  var elements: [String] {
    switch self {
    case .order: ["orderNo"]
    case .list: ["copNo", "invtNo"]
    case .waybill: ["logisticsNo"]
    }
  }

  /// What it is looked up by.
  var numbers: [IndexedNumber] {
    switch self {
    case .order: [.orderNo]
    case .list: [.copNo, .invtNo, .derivedInvtNo]
    case .waybill: [.logisticsNo]
    }
  }

  var name: String {
    switch self {
    case .order: "order"
    case .list: "list"
    case .waybill: "waybill"
    }
  }
}

/// All that a store knows of one number. See `Engine.explain`; `text` and `json` show it.
public struct Explanation {
  public let query: ExplainQuery
  let store: String
  /// Settings of the verdicts; nil if the store has none for just its documents.
  let rules: RuleSettings?
  /// The verdicts were made with the reference tables that are shown here.
  var tables = TablesState.same
  var stories: [ListStory] = []
  /// With the number, and named by no list of `stories`.
  var others: [VersionGroup] = []
  var rejects: [(origin: Origin, fields: [String: String])] = []
  /// More lists have the number than are told.
  var moreListCount = 0
  /// More rejects have one of the numbers.
  var moreRejectCount = 0
  /// More documents have it than are looked at.
  var isCut = false

  /// Nothing carries the number.
  public var isEmpty: Bool { stories.isEmpty && others.isEmpty && rejects.isEmpty }
  /// The verdicts are there and not older than the documents.
  public var isReconciled: Bool { rules != nil }
}

/// The reference tables given, beside those of the verdicts.
enum TablesState: String {
  case same
  /// None are given, and the verdicts had some.
  case notGiven = "not_given"
  case different
}

/// What the store's verdicts say of a list.
struct StoredVerdict {
  var disposition: Disposition
  var findings: FindingSet
}

/// One list with everything that belongs to it.
struct ListStory {
  var lists: VersionGroup
  /// The version that the story is told for: the counting one, or the last.
  var list: StoredDocument
  /// Of the counting version; nil without one, or without verdicts.
  var verdict: StoredVerdict?
  var orders = VersionGroup([])
  /// One for each payment.
  var payments: [VersionGroup] = []
  /// One for each waybill that the number has stood for.
  var waybills: [VersionGroup] = []
  /// The counting version of the waybill nearest in time.
  var waybill: StoredDocument?
  /// What returns call it by: its own `invtNo`; where it has none those of its receipts; else the derived one.
  var invtNos: Set<String> = []
  /// Other lists that count under its trade or waybill key.
  var rivals: [StoredDocument] = []
  /// What the buyer's earlier lists used of the year's limit, × 10^5; nil where there is none.
  var annualUsedE5: Int128?
  /// Of the seller, by the register.
  var creditClass: String?
  var evidence: [Evidence] = []
  /// All of them, where there is a verdict and the list is not cancelled.
  var checks: [Check] = []
  /// What returns that count were found to have.
  var returnFindings: [ObjectIdentifier: ReturnFinding] = [:]
  /// What happened to it later, and what the customs said: cancellations, returns, notices, receipts.
  var cancellations: [VersionGroup] = []
  var refunds: [VersionGroup] = []
  var notices: [StoredDocument] = []
  /// For the list, in order of `returnTime`.
  var officialStatus: [StoredDocument] = []
  /// For its order, payments, waybill, cancellations, returns.
  var otherReceipts: [StoredDocument] = []

  var countingPayments: [StoredDocument] { payments.compactMap(\.counting) }

  func severity(_ finding: Finding, _ rules: RuleSettings) -> Severity {
    rules[list.row.scope, finding].severity
  }

  /// What the list was judged by.
  var listCase: ListCase {
    var given = ListCase(
      list: list.row, order: orders.counting?.row, payments: countingPayments.map(\.row),
      waybill: waybill?.row)
    given.annualUsedE5 = annualUsedE5
    func set(_ finding: Finding, _ pair: (own: StoredDocument, other: StoredDocument)?) {
      if let pair { given.rivals[finding] = (pair.own.row, pair.other.row) }
    }
    set(.orderDuplicate, orders.duplicate)
    set(.paymentDuplicate, payments.lazy.filter { $0.counting != nil }.compactMap(\.duplicate).first)
    set(.waybillDuplicate, waybills.first { $0.counting === waybill }?.duplicate)
    let ofTrade = rivals.filter { $0.tradeKey == list.tradeKey }.sorted(by: StoredDocument.precedes)
    let first = ofTrade.first.flatMap { StoredDocument.precedes($0, list) ? $0 : nil }
    set(.listDuplicate, first.map { (list, $0) } ?? lists.duplicate)
    set(.waybillShared, rivals.first { shares(with: $0) }.map { (list, $0) })
    return given
  }

  /// Whether another list cites the very waybill: its number may have stood for several.
  private func shares(with other: StoredDocument) -> Bool {
    waybill != nil && other.waybillKey == list.waybillKey && nearestWaybill(to: other) === waybill
  }

  /// Of the waybills that count under the number the one nearest in time, the later on a tie.
  func nearestWaybill(to list: StoredDocument) -> StoredDocument? {
    func distance(_ waybill: StoredDocument) -> Int64 {
      abs((waybill.appTime ?? 0) - (list.appTime ?? 0))
    }
    return waybills.compactMap(\.counting).min {
      (distance($0), -($0.appTime ?? 0)) < (distance($1), -($1.appTime ?? 0))
    }
  }
}

extension StoredDocument {
  /// Of several lists of one trade key the first is none of the duplicates.
  static func precedes(_ a: StoredDocument, _ b: StoredDocument) -> Bool {
    if a.appTime != b.appTime { return (a.appTime ?? 0) < (b.appTime ?? 0) }
    for element in ["copNo", "agentCode"] where !isSame(a.text(element), b.text(element)) {
      return a.text(element).utf8.lexicographicallyPrecedes(b.text(element).utf8)
    }
    return a.place < b.place
  }
}
