import TernCEB
import TernMatch
import TernRules
import TernStore

/// What a reconciliation found.
public struct ReconcileReport: Sendable {
  /// Lists that count, and cancelled ones.
  public var lists = 0
  /// By `Disposition.rawValue`.
  public var dispositions = [Int](repeating: 0, count: Disposition.allCases.count)
  /// Lists by finding, by `Finding.rawValue`.
  public var findings = [Int](repeating: 0, count: Finding.allCases.count)
  /// Cancellations that count.
  public var cancellations = 0
  /// Those of them that cancel nothing: no such list counts, or it is later.
  public var orphanCancellations = 0
  /// Returns that count.
  public var returns = 0
  /// Those of them with `return.exceeds`.
  public var exceedingReturns = 0
  /// Those of them with `return.orphan`.
  public var orphanReturns = 0
  /// Age was counted up to here, seconds since 1970-01-01 in China Standard Time.
  public var asOf: Int64 = 0
  /// Lists judged by this call, drafts and old versions included; the others kept what was found before.
  public var judged = 0
  /// The verdicts were already there for these documents and settings.
  public var wasUpToDate = false
}

extension Engine {
  /// Gives every list that counts or is cancelled a verdict and keeps the verdicts in the store.
  ///
  /// Where verdicts by the same rules are there, only lists that documents taken in since can have
  /// changed are judged again, with the same result as if all were.
  ///
  /// First one sweep over the lists' columns for what they decide by themselves, with the reference tables. Then
  /// match rows alone, a key range at a time, in four passes: which lists count; lists against waybills; lists
  /// against orders and payments; what buyers have used of their year. Memory: 9 bytes per export list and 17
  /// per import list of the store, which go to a file where they exceed half of `memoryBytes`, and
  /// the rows of one key range per thread.
  ///
  /// - Parameter full: judge every list, as if there were no verdicts yet.
  @discardableResult
  public func reconcile(
    _ path: String, full: Bool = false
  ) throws(TernError) -> ReconcileReport {
    let store = try storing { () throws(StoreError) in try Store.open(path, mode: .write, system: storeCalls) }
    let latest = store.manifest.segments.compactMap(\.latestAppTime).max()
    var rules = settings.rules
    rules.asOf = rules.asOf ?? latest ?? 0
    let fingerprint = fingerprint(rules)
    if !full, let report = try upToDateReport(store, fingerprint) { return report }
    let view = try StoreView(store, threads: settings.threads)
    let plan = MemoryPlan(
      memoryBytes: settings.memoryBytes, threads: settings.threads, lists: view.listCount)
    let results = try listResults(view, plan, folder: path)
    let effects = CancellationResults(view.cancellations)
    let earlier = full ? nil : try earlierResults(store, view, rules, fingerprint)
    let changed = earlier.map { earlier in
      ChangedLists(
        firstNewSegment: earlier.segmentCount, view.numbering, StoredWords(earlier.stored, view, results))
    }
    if let earlier, let changed {
      if !earlier.isKept {
        try changed.words.load(parts: Array(0..<earlier.stored.partCount), threads: settings.threads)
      }
      try storing { () throws(StoreError) in
        var decoder = ColumnDecoder()
        for group in 0..<earlier.segmentCount * 2 {
          try effects.load(group, from: earlier.stored.latest, decoder: &decoder)
        }
      }
    }
    let secret = Secret(bytes: Array(store.key.bytes[..<16]))
    let run = ReconcileRun(
      view: view, engine: RuleEngine(settings: rules, reference: settings.reference, secret: secret),
      results: results, effects: effects, secret: secret, threads: settings.threads, plan: plan, changed: changed,
      progress: progress)
    try run.checkLists(rules, settings.reference, firstSegment: changed?.firstNewSegment ?? 0)
    try run.run()
    let rule = DispositionRule(rules, asOf: rules.asOf ?? 0)
    try run.checkBuyers(rules, rule)
    let returns = try returnResults(run, view, results, secret)
    var kept: ResultWriter.Kept?
    if let earlier, let changed, earlier.isKept {
      kept = ResultWriter.Kept(
        stored: earlier.stored, oldestPending: earlier.oldestPending,
        changed: Set(changed.old.map(view.part)), words: changed.words)
    }
    let writer = ResultWriter(
      view: view, results: results, effects: effects, returns: returns, rules: rules, rule: rule,
      engine: self, kept: kept)
    var report = try self.store(store, writer, earlier?.report, fingerprint)
    report.judged = changed?.count ?? view.listCount
    return report
  }

  /// What became of the returns; nil where there are none.
  private func returnResults(
    _ run: ReconcileRun, _ view: StoreView, _ results: ListResults, _ secret: Secret
  ) throws(TernError) -> ReturnResults? {
    guard view.rowCount(.refunds) > 0 else { return nil }
    let search = ListSearch(
      view: view, results: results, secret: secret, threads: settings.threads)
    return try ReturnsRun(view: view, search: search, threads: settings.threads)
      .run(run.countingReturns())
  }

  /// In memory, or where that is too small in a file that vanishes with its last use.
  private func listResults(
    _ view: StoreView, _ plan: MemoryPlan, folder: String
  ) throws(TernError) -> ListResults {
    guard plan.resultsSpill else { return ListResults(view.numbering) }
    let file = try SpillFile(
      folder: folder, byteCount: view.listCount * ListResults.bytesPerList)
    return ListResults(view.numbering, file: file.descriptor)
  }
}

/// The segments of a store, open.
struct StoreView: Sendable {
  let segments: [SegmentReader]
  let numbering: ListNumbering
  let cancellations: ListNumbering
  let refunds: ListNumbering
  /// Row groups of lists, in the order of their dense numbers.
  let parts: [JudgedLists.Part]
  /// Lists, drafts included.
  var listCount: Int { numbering.count }

  init(_ store: Store, threads: Int) throws(TernError) {
    self.init(segments: try store.openSegments(threads: threads))
  }

  init(segments: [SegmentReader]) {
    self.segments = segments
    numbering = Self.numbering(.list, segments)
    cancellations = Self.numbering(.cancellation, segments)
    refunds = Self.numbering(.refund, segments)
    parts = JudgedLists.parts(of: segments)
  }

  /// Dense number of the first list of a row group.
  func firstList(of part: JudgedLists.Part) -> Int {
    numbering.firstIndex(ofSegment: part.segment, part.direction) + part.rows.lowerBound
  }

  /// Number of the row group that has a list. O(log row groups).
  func part(of list: Int) -> Int {
    var (low, high) = (0, parts.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if firstList(of: parts[middle]) <= list { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// Dense numbers of one role's documents, drafts included.
  static func numbering(_ role: Role, _ segments: [SegmentReader]) -> ListNumbering {
    ListNumbering(
      listRows: segments.map {
        (
          export: $0.rowCount(of: .heads(Kind(role, .export))),
          import: $0.rowCount(of: .heads(Kind(role, .import)))
        )
      })
  }

  /// Rows of a match table in all segments.
  func rowCount(_ table: MatchTable) -> Int {
    segments.reduce(0) { $0 + $1.rowCount(of: .match(Int(table.rawValue))) }
  }
}
