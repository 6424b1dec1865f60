import Synchronization
import TernCEB
import TernMatch
import TernRules
import TernStore

/// The three passes over all partitions of a store.
final class ReconcileRun: Sendable {
  /// Rows of one table in a partition: they then stay in the processor's cache.
  private static let rowsPerPartition = 16_384
  /// More partitions than a segment has key ranges mean that ranges are unpacked more than once:
  /// only where a partition would else be too large for the memory.
  private static let keyRanges = 256
  private static let maxRowsPerPartition = 262_144

  let view: StoreView
  private let engine: RuleEngine
  private let results: ListResults
  let secret: Secret
  let threads: Int
  private let partitions: Int
  private let progress: @Sendable (Progress) -> Void

  init(
    view: StoreView, engine: RuleEngine, results: ListResults, secret: Secret, threads: Int,
    memoryBytes: Int, progress: @escaping @Sendable (Progress) -> Void
  ) {
    self.view = view
    self.engine = engine
    self.results = results
    self.secret = secret
    self.threads = threads
    self.progress = progress
    let rows = MatchTable.allCases.reduce(0) { max($0, view.rowCount($1)) }
    var partitions = 1
    while partitions < Self.keyRanges, rows / partitions > Self.rowsPerPartition { partitions *= 2 }
    while partitions < 1 << 16, rows / partitions > Self.maxRowsPerPartition { partitions *= 2 }
    self.partitions = partitions
  }

  /// One thread's memory.
  private final class Worker {
    let scratch = MatchScratch()
    let rows = MatchTables()
    var decoder = ColumnDecoder()
  }

  func run() throws(TernError) {
    try phase(0, [.listsByIdentity]) { (engine, worker, facts, _, needs) in
      unsafe engine.judgeIdentities(
        lists: RowView(words: worker.rows.listsByIdentity), facts: facts, results: self.results,
        scratch: worker.scratch, needs: &needs)
    }
    try phase(1, [.listsByWaybill, .waybills]) { (engine, worker, facts, _, needs) in
      unsafe engine.judgeWaybills(
        lists: RowView(words: worker.rows.listsByWaybill),
        waybills: RowView(words: worker.rows.waybills), facts: facts, results: self.results,
        scratch: worker.scratch, needs: &needs)
    }
    try phase(2, [.listsByTrade, .orders, .payments]) { (engine, worker, facts, details, needs) in
      unsafe engine.judgeTrades(
        lists: RowView(words: worker.rows.listsByTrade),
        orders: RowView(words: worker.rows.orders),
        payments: RowView(words: worker.rows.payments), facts: facts, details: details,
        results: self.results, scratch: worker.scratch, needs: &needs)
    }
    let total = UInt64(3 * partitions)
    progress(Progress(stage: .reconcile, done: total, total: total))
  }

  private typealias Judge = @Sendable (
    RuleEngine, Worker, FactTable, DetailTable, inout NeededDocuments
  ) -> Bool

  /// Judges every partition. Those that lack facts of some documents are judged again when the
  /// facts of all have been read in one sweep over the store.
  private func phase(_ number: Int, _ tables: [MatchTable], _ judge: Judge) throws(TernError) {
    var todo = Array(0..<partitions)
    var facts = FactTable()
    var details = DetailTable()
    while !todo.isEmpty {
      let open = Mutex<(needs: NeededDocuments, partitions: [Int])>((NeededDocuments(), []))
      let round = (partitions: todo, facts: facts, details: details)
      let queue = WorkQueue(count: round.partitions.count)
      try onWorkers(min(threads, round.partitions.count)) { (_) throws(TernError) in
        let worker = Worker()
        while let index = queue.take() {
          let partition = round.partitions[index]
          do throws(TernError) {
            try read(partition, tables, worker)
          } catch {
            queue.stop()
            throw error
          }
          var needs = NeededDocuments()
          if !judge(engine, worker, round.facts, round.details, &needs) {
            let found = needs
            open.withLock {
              $0.needs.formUnion(found)
              $0.partitions.append(partition)
            }
          }
          report(number, index, round.partitions.count)
        }
      }
      let (needs, incomplete) = open.withLock { $0 }
      todo = incomplete.sorted()
      if !todo.isEmpty {
        try readNeeded(needs, &facts, &details)
      }
    }
  }

  private func report(_ phase: Int, _ index: Int, _ count: Int) {
    let done = phase * partitions + index * partitions / max(count, 1)
    progress(
      Progress(
        stage: .reconcile, done: UInt64(done), total: UInt64(3 * partitions), documents: 0,
        rejects: 0))
  }

  /// The rows of one partition, segment after segment: received order.
  private func read(
    _ partition: Int, _ tables: [MatchTable], _ worker: Worker
  ) throws(TernError) {
    for table in tables {
      try worker.rows.withWords(table) { (words) throws(TernError) in
        words.removeAll()
        for (ordinal, segment) in view.segments.enumerated() {
          try storing { () throws(StoreError) in
            try segment.readPartition(
              partition, of: partitions, table: .match(Int(table.rawValue)), into: &words,
              segmentOrdinal: UInt64(ordinal), decoder: &worker.decoder)
          }
        }
      }
    }
  }
}
