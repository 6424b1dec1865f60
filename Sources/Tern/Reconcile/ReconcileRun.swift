import Synchronization
import TernCEB
import TernMatch
import TernRules
import TernStore

/// The three passes over all partitions of a store.
final class ReconcileRun: Sendable {
  /// Lists of one partition: its rows then stay in the processor's cache.
  private static let listsPerPartition = 16_384

  private let view: StoreView
  private let engine: RuleEngine
  private let results: ListResults
  private let secret: Secret
  private let threads: Int
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
    while partitions < 1 << 16, rows / partitions > Self.listsPerPartition { partitions *= 2 }
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

  // MARK: - What rows do not hold

  /// Reads facts and details of single documents, each unit of the store that holds any once.
  private func readNeeded(
    _ needs: NeededDocuments, _ facts: inout FactTable, _ details: inout DetailTable
  ) throws(TernError) {
    let found = Mutex<[(Role, [(DocumentRef, VersionFacts)], [(DocumentRef, DocumentDetail)])]>([])
    var jobs: [(segment: Int, kind: Kind, facts: [DocumentRef], details: [DocumentRef])] = []
    for role in Role.allCases {
      let byFacts = Dictionary(grouping: needs.facts(role), by: Place.init)
      let byDetails = Dictionary(grouping: needs.details(role), by: Place.init)
      for place in Set(byFacts.keys).union(byDetails.keys) {
        jobs.append(
          (
            place.segment, Kind(role, place.direction), byFacts[place] ?? [],
            byDetails[place] ?? []
          ))
      }
    }
    let work = jobs
    let queue = WorkQueue(count: work.count)
    try onWorkers(min(threads, max(work.count, 1))) { (_) throws(TernError) in
      var decoder = ColumnDecoder()
      while let index = queue.take() {
        let job = work[index]
        let read = try documents(job.segment, job.kind, job.facts, job.details, &decoder)
        found.withLock { $0.append((job.kind.role, read.facts, read.details)) }
      }
    }
    let all = found.withLock { $0 }
    for role in Role.allCases {
      let mine = all.filter { $0.0 == role }
      facts.add(role, mine.flatMap(\.1))
      details.add(role, mine.flatMap(\.2))
    }
  }

  private struct Place: Hashable {
    var segment: Int
    var direction: Direction

    init(_ document: DocumentRef) {
      segment = document.segment
      direction = document.direction
    }
  }

  private func documents(
    _ ordinal: Int, _ kind: Kind, _ wantedFacts: [DocumentRef], _ wantedDetails: [DocumentRef],
    _ decoder: inout ColumnDecoder
  ) throws(TernError) -> (
    facts: [(DocumentRef, VersionFacts)], details: [(DocumentRef, DocumentDetail)]
  ) {
    var facts: [(DocumentRef, VersionFacts)] = []
    var details: [(DocumentRef, DocumentDetail)] = []
    let segment = view.segments[ordinal]
    var firstRow = 0
    var factsLeft = wantedFacts[...]
    var detailsLeft = wantedDetails[...]
    for (group, rows) in segment.groups(of: .heads(kind)) {
      defer { firstRow += rows }
      let end = firstRow + rows
      let factsHere = factsLeft.prefix { $0.row < end }
      let detailsHere = detailsLeft.prefix { $0.row < end }
      factsLeft = factsLeft.dropFirst(factsHere.count)
      detailsLeft = detailsLeft.dropFirst(detailsHere.count)
      guard !factsHere.isEmpty || !detailsHere.isEmpty else { continue }
      let tables = try storing { () throws(StoreError) in
        KindTables(
          kind,
          heads: try segment.readTable(.heads(kind), group: group, decoder: &decoder),
          lines: kind.spec.line == nil || segment.schema(of: .lines(kind)) == nil
            ? nil : try segment.readTable(.lines(kind), group: group, decoder: &decoder))
      }
      var reader = DocumentReader(tables, secret: secret)
      for document in factsHere {
        facts.append((document, reader.versionFacts(row: document.row - firstRow)))
      }
      for document in detailsHere {
        details.append((document, reader.detail(row: document.row - firstRow)))
      }
    }
    return (facts, details)
  }
}
