import TernCEB
import TernMatch
import TernRules
import TernStore

/// What a reconciliation found.
public struct ReconcileReport: Sendable {
  /// Lists that count.
  public var lists = 0
  /// By `Disposition.rawValue`.
  public var dispositions = [Int](repeating: 0, count: Disposition.allCases.count)
  /// Lists by finding, by `Finding.rawValue`.
  public var findings = [Int](repeating: 0, count: Finding.allCases.count)
  /// Age was counted up to here, seconds since 1970-01-01 in China Standard Time.
  public var asOf: Int64 = 0
  /// The verdicts were already there for these documents and settings.
  public var wasUpToDate = false
}

extension Engine {
  /// Gives every list that counts a verdict and keeps the verdicts in the store.
  ///
  /// Reads match rows alone, a key range at a time, in three passes: which lists count; lists
  /// against waybills; lists against orders and payments. Memory: 17 bytes per list of the store
  /// and the rows of one key range per thread.
  @discardableResult
  public func reconcile(_ path: String) throws(TernError) -> ReconcileReport {
    let store = try storing { () throws(StoreError) in try Store.open(path, mode: .write) }
    let latest = store.manifest.segments.compactMap(\.latestAppTime).max()
    var rules = settings.rules
    rules.asOf = rules.asOf ?? latest ?? 0
    if let report = try upToDateReport(store, rules) { return report }
    let view = try StoreView(store)
    let results = ListResults(view.numbering)
    let secret = Secret(bytes: Array(store.key.bytes[..<16]))
    let run = ReconcileRun(
      view: view, engine: RuleEngine(settings: rules, secret: secret), results: results,
      secret: secret, threads: settings.threads, memoryBytes: settings.memoryBytes,
      progress: progress)
    try run.run()
    return try writeResults(store, view, results, rules)
  }
}

/// The segments of a store, open.
struct StoreView: Sendable {
  let segments: [SegmentReader]
  let numbering: ListNumbering
  /// Lists, drafts included.
  var listCount: Int { numbering.count }

  init(_ store: Store) throws(TernError) {
    segments = try storing { () throws(StoreError) in
      var readers: [SegmentReader] = []
      for position in store.manifest.segments.indices {
        readers.append(try store.openSegment(position))
      }
      return readers
    }
    numbering = ListNumbering(
      listRows: segments.map {
        (
          export: $0.rowCount(of: .heads(.list603)), import: $0.rowCount(of: .heads(.list621))
        )
      })
  }

  /// Rows of a match table in all segments.
  func rowCount(_ table: MatchTable) -> Int {
    segments.reduce(0) { $0 + $1.rowCount(of: .match(Int(table.rawValue))) }
  }
}
