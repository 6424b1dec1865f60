import TernCEB
import TernRules
import TernStats
import TernStore

/// Everything that the page shows, as other answers of the engine give it. Aggregates only: its size does not
/// grow with the store, but for one entry per hour with a list, per sender of rejects, and the alerts that are kept.
struct ReportFigures {
  /// Accepted documents, by `Kind.rawValue`.
  var documents = [Int](repeating: 0, count: Kind.allCases.count)
  var sources = 0
  var inputBytes: UInt64 = 0
  /// What the verdicts say: cancelled lists are among them, and returns take nothing off.
  var verdicts = ReconcileReport()
  /// The rules that they were made by, and the content hash of the tables.
  var rules = RuleSettings()
  var verdictReference = ""
  /// Key of the inspection draws: SHA-256 of it; empty where there was none.
  var inspectionKey = ""

  /// By direction and disposition.
  var dispositions: StatisticsResult
  var currencies: StatisticsResult
  var countries: Ranked
  var chapters: Ranked
  var sellers: [Seller] = []
  /// Lists with a finding of sellers that `sellers` leaves out; nil where there are none.
  var otherSellersFound: Int?
  var hours: [(hour: String, lists: Int)] = []
  var alerts = AlertReport()

  var rejectsByReason: [RejectCount] = []
  var rejectsBySender: [RejectCount] = []

  /// Lists that count and are not cancelled, without those that came back as a whole.
  var listsCounted: Int { dispositions.totals.last?.measures.lists ?? 0 }

  var rejects: Int { rejectsByReason.reduce(0) { $0 + $1.count } }

  /// A top N by value: one in CNY where every list has a rate, otherwise one in each of a few currencies.
  struct Ranked {
    var isInCny: Bool
    var result: StatisticsResult
  }

  /// A seller with findings.
  struct Seller {
    var code: String
    var listsFound: Int
    var lists = 0
    /// Most first.
    var findings: [(finding: Finding, lists: Int)] = []
  }
}

extension ReportFigures {
  /// Sellers, reject senders.
  static let sellersMost = 10
  static let countriesMost = 12
  static let chaptersMost = 12
  /// Where lists have no rate.
  static let currenciesMost = 4
  static let perCurrencyMost = 6
  static let currencyRowsMost = 20

  /// Reads the columns that the questions need in two sweeps over the lists, and once more for those of lines
  /// of which only the largest are shown.
  init(_ engine: Engine, _ path: String) throws(TernError) {
    let store = try storing { () throws(StoreError) in try Store.open(path) }
    let lists = try JudgedLists(store, threads: engine.settings.threads)

    func question(_ dimensions: [Dimension], _ measures: [Measure]) -> StatisticsQuery {
      var query = StatisticsQuery(dimensions)
      query.measures = measures
      return query
    }
    let byDisposition = question(
      [.direction, .disposition],
      [.lists, .lines, .goodsValueCny, .listsWithoutRate, .grossWeight, .packages])
    var byCurrency = question([.currency], [.lists, .lines, .goodsValue, .goodsValueCny, .listsWithoutRate])
    byCurrency.top = .init(count: Self.currencyRowsMost, by: .lists)
    var found = question([.ebcCode], [.lists])
    found.top = .init(count: Self.sellersMost, by: .lists)
    try Self.add(.finding, Finding.allCases.map(\.name), to: &found)
    let first = try engine.statistics(
      of: lists, [byDisposition, byCurrency, found, question([.hour], [.lists])])
    dispositions = first[0]
    currencies = first[1]

    // Values of several currencies compare only in CNY.
    let isInCny = currencies.listsWithoutRate == 0
    func largest(_ dimension: Dimension, _ most: Int) throws(TernError) -> StatisticsQuery {
      guard !isInCny else {
        var query = question([dimension], [.lists, .goodsValueCny])
        query.top = .init(count: most, by: .goodsValueCny)
        return query
      }
      var query = question([dimension], [.currency, .lists, .goodsValue])
      query.top = .init(count: Self.perCurrencyMost, by: .goodsValue)
      let some = first[1].rows.filter { $0.kind == .cell }.prefix(Self.currenciesMost)
      try Self.add(.currency, some.map { $0.values[0] }, to: &query)
      return query
    }
    for row in first[2].rows {
      if row.kind == .rest {
        otherSellersFound = row.measures.lists
      } else {
        sellers.append(Seller(code: row.values[0], listsFound: row.measures.lists))
      }
    }
    var queries = [
      try largest(.country, Self.countriesMost), try largest(.hs2, Self.chaptersMost),
    ]
    if !sellers.isEmpty {
      for dimensions in [[Dimension.ebcCode], [.ebcCode, .finding]] {
        var query = question(dimensions, [.lists])
        try Self.add(.ebcCode, sellers.map(\.code), to: &query)
        queries.append(query)
      }
    }
    let second = try engine.statistics(of: lists, queries)
    countries = Ranked(isInCny: isInCny, result: second[0])
    chapters = Ranked(isInCny: isInCny, result: second[1])
    if !sellers.isEmpty { describeSellers(all: second[2], byFinding: second[3]) }
    hours = first[3].rows.map { ($0.values[0], $0.measures.lists) }

    for segment in store.manifest.segments {
      for (kind, count) in segment.documents.enumerated() { documents[kind] += count }
      inputBytes += segment.inputBytes
    }
    sources = store.manifest.ledgers.reduce(0) { $0 + $1.sources }
    verdicts = try engine.storedReport(store)
    let entries = try engine.storedSettings(store)
    rules = RuleSettings(entries: entries)
    verdictReference = entries["reference"] ?? ""
    inspectionKey = (entries["inspection"] ?? "").split(
      separator: "\t", omittingEmptySubsequences: false
    ).first.map(String.init) ?? ""
    alerts = try engine.alerts(of: path)
    rejectsByReason = try engine.rejectCounts(of: path, by: [.reason])
    rejectsBySender = try engine.rejectCounts(of: path, by: [.sender])
  }

  private mutating func describeSellers(all: StatisticsResult, byFinding: StatisticsResult) {
    var places: [String: Int] = [:]
    for (place, seller) in sellers.enumerated() { places[seller.code] = place }
    for row in all.rows {
      if let place = places[row.values[0]] { sellers[place].lists = row.measures.lists }
    }
    for row in byFinding.rows {
      if let place = places[row.values[0]], let finding = Finding(name: row.values[1]) {
        sellers[place].findings.append((finding, row.measures.lists))
      }
    }
    for place in sellers.indices {
      // On a tie in the order of the rule book.
      sellers[place].findings.sort { ($1.lists, $0.finding.rawValue) < ($0.lists, $1.finding.rawValue) }
    }
  }

  private static func add(
    _ dimension: Dimension, _ values: [String], to query: inout StatisticsQuery
  ) throws(TernError) {
    do throws(FilterError) {
      try query.filter.add(dimension, values, names: .ofVerdicts)
    } catch {
      // Names are the engine's own, and codes are any text.
      preconditionFailure("\(error)")
    }
  }
}
