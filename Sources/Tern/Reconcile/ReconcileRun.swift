import Synchronization
import TernCEB
import TernMatch
import TernRules
import TernStore

/// The phases over all keys of a store.
///
/// A phase goes through ranges of keys, each read packed from all segments by one thread, and
/// through the parts of a range, unpacked and judged one after the other. Keys that lack facts of
/// documents are put aside, and judged by themselves when these have been read. Where only some lists
/// have changed, just the rows of their keys are read and judged.
final class ReconcileRun: Sendable {
  let view: StoreView
  let engine: RuleEngine
  let results: ListResults
  private let effects: CancellationResults
  let secret: Secret
  let threads: Int
  private let plan: MemoryPlan
  /// Nil: all.
  private let changed: ChangedLists?
  private let progress: @Sendable (Progress) -> Void
  private let idle = Mutex<[Worker]>([])

  init(
    view: StoreView, engine: RuleEngine, results: ListResults, effects: CancellationResults,
    secret: Secret, threads: Int, plan: MemoryPlan, changed: ChangedLists?,
    progress: @escaping @Sendable (Progress) -> Void
  ) {
    self.view = view
    self.engine = engine
    self.results = results
    self.effects = effects
    self.secret = secret
    self.threads = threads
    self.plan = plan
    self.changed = changed
    self.progress = progress
  }

  func run() throws(TernError) {
    if let changed { try findChanged(changed) }
    try phase(
      0, .identity,
      { rows, facts, _, scratch in
        unsafe self.engine.judgeIdentities(
          lists: RowView(words: rows.listsByIdentity),
          cancellations: RowView(words: rows.cancellations), facts: facts,
          results: self.results, effects: self.effects, scratch: scratch)
      })
    // Of old lists some are read later.
    if changed == nil { results.packCounting() }
    try phase(
      1, .waybill,
      { rows, facts, _, scratch in
        unsafe self.engine.judgeWaybills(
          lists: RowView(words: rows.listsByWaybill), waybills: RowView(words: rows.waybills),
          facts: facts, results: self.results, scratch: scratch)
      })
    try phase(
      2, .trade,
      { rows, facts, details, scratch in
        unsafe self.engine.judgeTrades(
          lists: RowView(words: rows.listsByTrade), orders: RowView(words: rows.orders),
          payments: RowView(words: rows.payments), facts: facts, details: details,
          results: self.results, scratch: scratch)
      })
  }

  typealias Judge = @Sendable (MatchTables, FactTable, DetailTable, MatchScratch) -> Void

  /// One thread's memory, kept from phase to phase.
  private final class Worker: @unchecked Sendable {
    let scratch = MatchScratch()
    let rows = MatchTables()
    let ranges = MatchTable.allCases.map {
      MatchRange(table: .match(Int($0.rawValue)), wordsPerRow: $0.wordCount)
    }
    let keys = MatchTable.allCases.map {
      MatchKeys(table: .match(Int($0.rawValue)), wordsPerRow: $0.wordCount)
    }
    let changedRows = ChangedRows()

    func ranges(_ tables: [MatchTable]) -> [(table: MatchTable, range: MatchRange)] {
      tables.map { ($0, ranges[Int($0.rawValue)]) }
    }

    func search(_ tables: [MatchTable]) -> ChangedRows.Tables {
      tables.map { ($0, keys[Int($0.rawValue)], ranges[Int($0.rawValue)]) }
    }
  }

  /// Runs `body` with a worker on each of `count` threads.
  private func onWorkers(
    _ count: Int, _ body: @Sendable (Worker) throws(TernError) -> Void
  ) throws(TernError) {
    try Tern.onWorkers(min(threads, count)) { (_) throws(TernError) in
      let worker = idle.withLock { $0.popLast() } ?? Worker()
      try body(worker)
      idle.withLock { $0.append(worker) }
    }
  }

  /// Judges every key, or those of changed lists.
  private func phase(_ number: Int, _ space: KeySpace, _ judge: Judge) throws(TernError) {
    try phase(number, space.tables, changedIn: space, judge)
  }

  /// Judges every key, or with `space` those of changed lists. As many ranges at a time as leave the rows put
  /// aside within their memory.
  func phase(
    _ number: Int, _ tables: [MatchTable], changedIn space: KeySpace? = nil, _ judge: Judge
  ) throws(TernError) {
    let changed = space == nil ? nil : changed
    let ranges =
      if changed != nil, let space { plan.searchRangeCount(view, space) } else { plan.rangeCount(view, tables) }
    let queue = WorkQueue(count: ranges)
    let company = Mutex<[(index: Int, word: UInt64)]>([])
    while !queue.isEmpty {
      let deferred = Mutex(DeferredRows())
      try onWorkers(ranges) { (worker) throws(TernError) in
        while worker.scratch.deferred.byteCount < plan.deferredBytes, let range = queue.take() {
          do throws(TernError) {
            if let changed, let space {
              try self.judge(changed, range, of: ranges, space, worker, judge)
            } else {
              try self.judge(range, of: ranges, tables, worker, judge)
            }
          } catch {
            queue.stop()
            throw error
          }
          if number < 3 {
            progress(
              Progress(
                stage: .reconcile, done: UInt64(number * ranges + range + 1),
                total: UInt64(3 * ranges)))
          }
        }
        deferred.withLock { $0.take(worker.scratch) }
        company.withLock { $0 += worker.changedRows.takeCompany() }
      }
      try settle(deferred.withLock { $0 }, tables, judge)
    }
    for (index, word) in company.withLock({ $0 }) { results.set(index, word: word) }
  }

  /// One range of keys, in parts that fit the cache.
  private func judge(
    _ range: Int, of count: Int, _ tables: [MatchTable], _ worker: Worker, _ judge: Judge
  ) throws(TernError) {
    var byteCount = 0
    let ranges = worker.ranges(tables)
    for (table, rows) in ranges {
      try storing { () throws(StoreError) in
        try rows.load(range, of: count, from: view.segments)
      }
      byteCount += rows.rowCount * table.wordCount * 8
    }
    let parts = plan.partCount(byteCount, ranges: count)
    for part in 0..<parts {
      for (table, rows) in ranges {
        try worker.rows.withWords(table) { (words) throws(TernError) in
          words.removeAll()
          try storing { () throws(StoreError) in
            try rows.take(part: part, of: parts, into: &words)
          }
        }
      }
      judge(worker.rows, FactTable(), DetailTable(), worker.scratch)
    }
  }

  /// Of one range of keys those of changed lists.
  private func judge(
    _ changed: ChangedLists, _ range: Int, of count: Int, _ space: KeySpace, _ worker: Worker,
    _ judge: Judge
  ) throws(TernError) {
    let isThere = try storing { () throws(StoreError) in
      try worker.changedRows.gather(
        KeyRange(range, of: count, space, view.segments), worker.search(space.tables), changed, results,
        into: worker.rows)
    }
    if isThere { judge(worker.rows, FactTable(), DetailTable(), worker.scratch) }
  }

  /// Marks every old list that the new documents can have changed, and forgets what was known of it.
  private func findChanged(_ changed: ChangedLists) throws(TernError) {
    // Where a key has found lists, all segments were asked for it; what else they hang by is still to be asked for.
    let moved = changed.insert(try mark(.identity, changed))
    try changed.place(moved, [.waybill, .trade], view)
    let (byWaybill, byTrade) = (try mark(.waybill, changed), try mark(.trade, changed))
    changed.forgetPlaces()
    try changed.place(changed.insert(byWaybill), [.identity, .trade], view)
    try changed.place(changed.insert(byTrade), [.identity, .waybill], view)
    try changed.words.load(parts: Set(changed.old.map(view.part)).sorted(), threads: threads)
    for index in changed.old { results.keep(index, RuleEngine.ownMask) }
  }

  /// Old lists under a key of a changed list or a new document, some more than once.
  private func mark(_ space: KeySpace, _ changed: ChangedLists) throws(TernError) -> [Int] {
    let count = plan.searchRangeCount(view, space)
    let queue = WorkQueue(count: count)
    let found = Mutex<(lists: [Int], held: [[[UInt64]]])>(([], []))
    try onWorkers(count) { (worker) throws(TernError) in
      let tables = worker.search(space.tables)
      var marked: [Int] = []
      while let range = queue.take() {
        do throws(StoreError) {
          marked += try worker.changedRows.mark(
            KeyRange(range, of: count, space, view.segments), tables, changed)
        } catch {
          queue.stop()
          throw TernError.store(error)
        }
      }
      let part = (marked, worker.changedRows.takeHeld())
      found.withLock {
        $0.lists += part.0
        $0.held.append(part.1)
      }
    }
    for held in found.withLock({ $0.held }) { changed.hold(held, in: space) }
    return found.withLock { $0.lists }
  }

  /// Judges the rows put aside until nothing is missing: the facts of all are read in one sweep over
  /// the store, and what then lacks details once more.
  private func settle(
    _ deferred: DeferredRows, _ tables: [MatchTable], _ judge: Judge
  ) throws(TernError) {
    var facts = FactTable()
    var details = DetailTable()
    var open = deferred
    while !open.needs.isEmpty {
      try readNeeded(open.needs, &facts, &details)
      let round = (rows: open.spread(tables, partBytes: plan.partBytes, threads: threads), facts: facts, details: details)
      let next = Mutex(DeferredRows())
      let queue = WorkQueue(count: round.rows.count)
      try onWorkers(round.rows.count) { (worker) throws(TernError) in
        while let part = queue.take() {
          round.rows.copy(part, to: worker.rows)
          judge(worker.rows, round.facts, round.details, worker.scratch)
        }
        next.withLock { $0.take(worker.scratch) }
      }
      open = next.withLock { $0 }
    }
  }
}
