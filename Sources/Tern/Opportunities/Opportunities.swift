import TernCEB
import TernMatch
import TernReference
import TernRules
import TernStore

/// Export lists of one seller that were declared for summary (`statisticsFlag` B, 汇总申报), and how many of
/// them could have been declared in the simplified way (A, 简化申报).
public struct Opportunity: Sendable, Equatable {
  /// `ebcCode`.
  public var seller: String
  /// Flagged B, counting, not cancelled.
  public var lists = 0
  /// Of these: nothing stands against a simplified declaration.
  public var eligible = 0
  /// Goods of the eligible ones, yuan × 10^13; lists with a line without rate are not in it but in
  /// `eligibleWithoutRate`.
  public var eligibleValueE13: Int128 = 0
  public var eligibleWithoutRate = 0
  /// Lists that something stands against, by what it is; a list may count several times.
  public var overLimit = 0
  public var licence = 0
  public var exportDuty = 0
  public var refund = 0
}

extension Engine {
  /// Opportunities by seller, in byte order of the codes; sellers without a list flagged B are left out.
  ///
  /// By the reference tables of the settings and the limit that the verdicts were made by: without a tariff no
  /// goods have licence, duty or refund, and without a rate no value is compared. One way through four columns
  /// of the export lists and three of their lines; memory: the sellers.
  ///
  /// - Throws: `notReconciled` if there are no verdicts for just these documents.
  public func opportunities(of path: String) throws(TernError) -> [Opportunity] {
    let search = try OpportunitySearch(self, path)
    let lists = search.lists
    let found = try gatherOnWorkers(
      lists.parts.count, threads: settings.threads, SellerOpportunities(secret: search.secret),
      merge: { (all, more) throws(TernError) in try all.merge(more) }
    ) { (sellers, queue) throws(TernError) in
      var reader = JudgedLists.Reader(lists)
      while let index = queue.take() {
        try search.forEach(&reader, lists.parts[index], ["ebcCode"]) {
          (heads, _, lists) throws(TernError) in
          try sellers.add(heads["ebcCode"].text, lists)
        }
      }
    }
    return found.sellers
  }

  /// Columns of single opportunities; see `Opportunities/README.md`.
  public static let opportunityListColumns = [
    "ebcCode", "agentCode", "copNo", "invtNo", "customsCode", "appTime", "currency", "goodsValue",
    "goodsValueCny",
  ]

  /// Writes each list flagged B that would qualify, in received order. Does not close `sink`.
  public func writeOpportunityLists(
    of path: String, as format: RowFormat, to sink: ByteSink
  ) throws(TernError) {
    let search = try OpportunitySearch(self, path)
    try search.lists.writeRows(
      Self.opportunityListColumns, format, threads: settings.threads, to: sink
    ) { (reader, part, rows) throws(TernError) in
      try search.forEach(&reader, part, Array(Self.opportunityListColumns[..<6])) {
        (heads, goods, lists) in
        let own = heads.columns[..<5].map(\.text)
        let appTime = heads.columns[5].integer
        for list in lists where list.obstacles.isEmpty {
          for column in own { rows.text(column, list.row) }
          rows.time(appTime[list.row])
          goods.writeCurrency(list.row, to: &rows)
          rows.decimal(e5: goods.valueE5(list.row))
          rows.decimal(list.yuanE13, scale: 13)
          rows.endRow()
        }
      }
    }
  }
}

/// Lists flagged B with what stands against a simplified declaration.
struct OpportunitySearch: Sendable {
  struct List {
    var row: Int
    var obstacles: SimplifiedEligibility.Obstacles
    /// Nil: a line has no rate.
    var yuanE13: Int128?
  }

  let lists: JudgedLists
  let secret: Secret
  private let eligibility: SimplifiedEligibility
  private let yuan: YuanAmounts

  init(_ engine: Engine, _ path: String) throws(TernError) {
    let store = try storing { () throws(StoreError) in try Store.open(path) }
    lists = try JudgedLists(store, threads: engine.settings.threads)
    secret = Secret(bytes: Array(store.key.bytes[..<16]))
    let reference = engine.settings.reference
    eligibility = SimplifiedEligibility(reference, limits: try engine.storedRules(store).limits)
    yuan = YuanAmounts(reference.rates ?? .yuanOnly)
  }

  /// Calls `body` with those of one part, if it has any. Heads have `columns`, in their order.
  func forEach(
    _ reader: inout JudgedLists.Reader, _ part: JudgedLists.Part, _ columns: [String],
    _ body: (Table, ListGoods, [List]) throws(TernError) -> Void
  ) throws(TernError) {
    guard part.direction == .export else { return }
    let counting = try reader.verdicts(part, withFindings: false).counting
    guard counting.contains(where: { $0 != 0 }) else { return }
    let extra = ["statisticsFlag", "#lines", "appTime"].filter { !columns.contains($0) }
    let heads = try reader.heads(part, columns + extra)
    let flag = heads["statisticsFlag"].text
    let flagged = counting.indices.filter {
      unsafe counting[$0] != 0 && flag.unsafeValue($0).elementsEqual("B".utf8)
    }
    if flagged.isEmpty { return }
    let lines = try reader.lines(part, SimplifiedEligibility.lineColumns)
    let goods = ListGoods(heads["#lines"].integer, lines)
    let (appTime, currency) = (heads["appTime"].integer, lines["currency"].text)
    let totalPrice = lines["totalPrice"].decimal
    var found: [List] = []
    for row in flagged {
      let range = goods.lines(row)
      found.append(
        List(
          row: row, obstacles: eligibility.obstacles(lines, range, appTime: appTime[row]),
          yuanE13: yuan.sumE13(range, currency, totalPrice, at: appTime[row])))
    }
    try body(heads, goods, found)
    withExtendedLifetime(lines) {}
  }
}

/// What a thread counts.
private struct SellerOpportunities: Sendable {
  private var codes: CodeNumbers
  private var counts: [Opportunity] = []

  init(secret: Secret) { codes = CodeNumbers(secret: secret) }

  var sellers: [Opportunity] {
    counts.filter { $0.lists > 0 }
      .sorted { $0.seller.utf8.lexicographicallyPrecedes($1.seller.utf8) }
  }

  private mutating func grow() {
    while counts.count < codes.codes.count {
      counts.append(Opportunity(seller: codes.codes[counts.count]))
    }
  }

  mutating func add(_ ebcCode: TextColumn, _ lists: [OpportunitySearch.List]) throws(TernError) {
    let numbers = codes.numbers(ebcCode)
    grow()
    for list in lists {
      try counts[numbers[list.row]].add(list)
    }
  }

  mutating func merge(_ other: SellerOpportunities) throws(TernError) {
    let numbers = codes.absorb(other.codes)
    grow()
    for (number, theirs) in other.counts.enumerated() { try counts[numbers[number]].add(theirs) }
  }
}

extension Opportunity {
  fileprivate mutating func add(_ list: OpportunitySearch.List) throws(TernError) {
    var one = Opportunity(seller: seller)
    one.lists = 1
    one.overLimit = list.obstacles.contains(.value) ? 1 : 0
    one.licence = list.obstacles.contains(.licence) ? 1 : 0
    one.exportDuty = list.obstacles.contains(.exportDuty) ? 1 : 0
    one.refund = list.obstacles.contains(.refund) ? 1 : 0
    if list.obstacles.isEmpty {
      one.eligible = 1
      one.eligibleValueE13 = list.yuanE13 ?? 0
      one.eligibleWithoutRate = list.yuanE13 == nil ? 1 : 0
    }
    try add(one)
  }

  fileprivate mutating func add(_ other: Opportunity) throws(TernError) {
    lists += other.lists
    eligible += other.eligible
    let (sum, overflow) = eligibleValueE13.addingReportingOverflow(other.eligibleValueE13)
    if overflow { throw .statistics(.overflow(measure: "goodsValueCny")) }
    eligibleValueE13 = sum
    eligibleWithoutRate += other.eligibleWithoutRate
    overLimit += other.overLimit
    licence += other.licence
    exportDuty += other.exportDuty
    refund += other.refund
  }
}
