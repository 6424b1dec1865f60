import TernMatch
import TernRules
import TernStore

/// Verdicts by the same rules that a run starts from.
struct EarlierResults {
  let stored: StoredResults
  let report: ReconcileReport
  /// Segments that they are of: the first ones.
  let segmentCount: Int
  /// By row group of lists, see `ResultFile.agesSchema`.
  let oldestPending: [Int64]
  /// Only what changes is written, and only lists near that are looked at.
  let isKept: Bool
}

extension Engine {
  /// Where more than one document in so many is new, all lists are judged.
  private static let newShareMax = 8
  /// Where more than one list in so many is new or otherwise than in the base, a new base is written.
  private static let changedShareMax = 8

  /// Nil if all are to be judged: no verdicts are there, they were made by other rules, or too much is new.
  func earlierResults(
    _ store: Store, _ view: StoreView, _ rules: RuleSettings, _ fingerprint: [(String, String)]
  ) throws(TernError) -> EarlierResults? {
    let stored = try storing { () throws(StoreError) in try StoredResults(store) }
    guard let stored else { return nil }
    let entries = try storedSettings(stored.latest)
    for (name, value) in fingerprint where name != "asOf" && entries[name] != value {
      return nil
    }
    guard let known = entries["segments"].flatMap({ Int($0) }), known > 0,
      known <= view.segments.count,
      entries["lastSegment"] == "\(view.segments[known - 1].number)"
    else { return nil }
    let documents = store.manifest.segments.map { $0.documents.reduce(0, +) }
    let new = documents[known...].reduce(0, +)
    guard new * Self.newShareMax <= documents.reduce(0, +) else { return nil }
    let oldParts = view.parts.prefix { $0.segment < known }
    guard stored.partCount == oldParts.count, stored.basePartCount <= oldParts.count else { return nil }
    var oldestPending: [Int64] = []
    if !oldParts.isEmpty {
      let ages = try storing { () throws(StoreError) in
        var decoder = ColumnDecoder()
        return try stored.latest.readTable(ResultFile.ages, decoder: &decoder)
      }
      oldestPending = (0..<ages.rowCount).map { ages.columns[0].integer[$0] }
    }
    let report = report(from: entries)
    // Lists that the base does not have as they are.
    let beyond = view.parts[stored.basePartCount...].reduce(0) { $0 + $1.rows.count }
    let changed = beyond + stored.latest.rowCount(of: ResultFile.changes)
    // A limit over all of a buyer's lists, and returns, may look at any list.
    let limitsBuyers =
      RuleScope.all.contains { $0.direction == .import && rules[$0, .regimeLimitAnnual].isEnabled }
      && view.rowCount(.listsByBuyer) > 0
    return EarlierResults(
      stored: stored, report: report, segmentCount: known, oldestPending: oldestPending,
      isKept: !limitsBuyers && view.rowCount(.refunds) == 0 && report.asOf <= rules.asOf ?? 0
        && changed * Self.changedShareMax <= view.listCount)
  }
}
