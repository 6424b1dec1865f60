import Synchronization
import TernCEB
import TernIO
import TernMatch
import TernStore

/// Puts the units' results into segments in the order of the input, whichever thread made them:
/// what a store holds depends on the input alone.
final class IngestSequencer: @unchecked Sendable {
  /// A segment is closed when this much XML has gone into it, of a long input twice as much. The larger, the longer the
  /// stretches of a key range that reconciling unpacks (2 GiB against 512 MiB: a fifth less time), and the more match
  /// rows wait in memory: 0.12 GB, later 0.24.
  private static let segmentBytes = (first: 2 << 30, later: 4 << 30)
  /// As soon as so much XML has gone in, however it was compressed.
  private static let longInputBytes = 16 << 30

  let firstSource: Int
  private let transaction: IngestTransaction
  private let plan: InputPlan
  private let progress: @Sendable (Progress) -> Void

  // Everything below is touched under the lock, and after the workers have ended.
  private let lock = Mutex<Void>(())
  private var nextSequence = 0
  private var waiting: [Int: UnitResult] = [:]
  private var free: [UnitResult] = []
  private var openTail: UnitResult.OpenTail?
  private var writer: SegmentWriter?
  private var rows = MatchTables()
  private var numbers = NumberHashes()
  /// Of closed segments: their memory is used again.
  private var freeRows: [(MatchTables, NumberHashes)] = []
  /// Head rows in the open segment, by kind: what a unit's row numbers are moved by.
  private var segmentRows = [Int](repeating: 0, count: Kind.allCases.count)
  private var segmentInput = 0
  private var expandedBytes = 0
  private var segmentLatest: Int64?
  private var lastGroup = 0
  private(set) var records: [SourceRecord] = []
  private(set) var documents = [Int](repeating: 0, count: Kind.allCases.count)
  private(set) var rejects = 0
  private(set) var inputBytes: UInt64 = 0
  private(set) var schemaRemarks = 0

  private let maxRejects: RejectLimit?
  private let isSearchable: Bool
  private var firstRejects: [String] = []
  /// What the ledger keeps of a source's digest.
  var recordedDigest: (TernIO.ContentDigest) -> TernStore.ContentDigest = {
    TernStore.ContentDigest(high: $0.high, low: $0.low)
  }

  /// - Parameter isSearchable: make what finds single documents and keys: filters, and the index of numbers.
  init(
    transaction: IngestTransaction, firstSource: Int, plan: InputPlan, maxRejects: RejectLimit?,
    isSearchable: Bool = true, progress: @escaping @Sendable (Progress) -> Void
  ) {
    self.transaction = transaction
    self.firstSource = firstSource
    self.plan = plan
    self.maxRejects = maxRejects
    self.isSearchable = isSearchable
    self.progress = progress
    // A source that is not read to its end keeps this size and is never taken for known.
    records = (0..<plan.count).map { source in
      SourceRecord(
        path: plan.path(of: source), rawSize: .max,
        digest: TernStore.ContentDigest(high: 0, low: 0), documents: 0, rejects: 0)
    }
  }

  /// An empty result to fill.
  func takeResult() -> UnitResult {
    lock.withLock { _ in free.popLast() } ?? UnitResult()
  }

  /// A segment that has got all its units.
  private struct FullSegment: @unchecked Sendable {
    var writer: SegmentWriter
    var rows: MatchTables
    var numbers: NumberHashes
    var latestAppTime: Int64?
    var inputBytes: Int
  }

  /// Takes a finished result, and appends all that are next in order. A segment that is full by
  /// then is closed by this thread, while the others go on with the next one.
  func deliver(
    _ result: UnitResult, _ worker: IngestWorker, _ reader: InputReader
  ) throws(TernError) {
    var full: [FullSegment] = []
    try lock.withLock { (_) throws(TernError) in
      waiting[result.sequence] = result
      while let next = waiting.removeValue(forKey: nextSequence) {
        if let tail = openTail {
          // The unit was decoded as if it began with a message; it does not.
          openTail = nil
          worker.decode(next.unit!, into: next, firstSource: firstSource, after: tail)
        }
        openTail = next.openTail
        inputBytes += next.unit!.inputBytes
        reader.recycle(next.unit!)
        next.unit = nil
        try append(next)
        if segmentInput >= segmentBytes, let segment = takeSegment() { full.append(segment) }
        nextSequence += 1
        free.append(next)
        progress(
          Progress(
            stage: .ingest, done: inputBytes, total: plan.totalBytes,
            documents: documents.reduce(0, +), rejects: rejects))
      }
    }
    for segment in full { try close(segment, threads: 1) }
  }

  private var segmentBytes: Int {
    expandedBytes < Self.longInputBytes ? Self.segmentBytes.first : Self.segmentBytes.later
  }

  private func append(_ result: UnitResult) throws(TernError) {
    let writer = try openSegment()
    try storing { () throws(StoreError) in try writer.append(result.encoded) }
    lastGroup = result.sequence
    moveRows(result.rows)
    numbers.append(result.numbers, group: result.sequence)
    for kind in Kind.allCases.indices {
      segmentRows[kind] += result.documents[kind]
      documents[kind] += result.documents[kind]
    }
    rejects += result.rejects
    for reject in result.firstRejects.prefix(max(0, Self.rejectsNamed - firstRejects.count)) {
      let path = plan.path(of: reject.source - firstSource)
      firstRejects.append("\(path):\(reject.offset)  \(reject.text)")
    }
    try checkRejects(atEnd: false)
    schemaRemarks += result.schemaRemarks
    if let latest = result.latestAppTime { segmentLatest = max(segmentLatest ?? .min, latest) }
    for entry in result.sources {
      records[entry.source].documents += entry.documents
      records[entry.source].rejects += entry.rejects
      if let digest = entry.digest {
        records[entry.source].rawSize = digest.rawBytes
        records[entry.source].digest = recordedDigest(digest)
      }
    }
    segmentInput += result.expandedBytes
    expandedBytes += result.expandedBytes
  }

  private static let rejectsNamed = 5

  private func checkRejects(atEnd: Bool) throws(TernError) {
    guard let maxRejects,
      maxRejects.isExceeded(
        rejects: rejects, documents: documents.reduce(0, +), atEnd: atEnd)
    else { return }
    throw .tooManyRejects(rejects: rejects, limit: maxRejects, first: firstRejects)
  }

  private func openSegment() throws(TernError) -> SegmentWriter {
    if let writer { return writer }
    let writer = try storing { () throws(StoreError) in try transaction.newSegment() }
    self.writer = writer
    return writer
  }

  /// Appends a unit's match rows, with its row numbers moved to the segment's.
  private func moveRows(_ unit: MatchTables) {
    for table in MatchTable.allCases {
      let role = table.role
      let bases = Direction.allCases.map { UInt64(segmentRows[Int(Kind(role, $0).rawValue)]) << 1 }
      let source = unsafe unit.words(table)
      let words = table.wordCount
      rows.withWords(table) { target in
        let start = target.count
        unsafe target.append(contentsOf: source)
        var index = start + 2
        while index < target.count {
          unsafe target.base[index] &+= bases[Int(target.base[index] & 1)]
          index += words
        }
      }
    }
  }

  /// The open segment, to be closed. The next unit opens another.
  private func takeSegment() -> FullSegment? {
    guard let writer else { return nil }
    defer {
      self.writer = nil
      (rows, numbers) = freeRows.popLast() ?? (MatchTables(), NumberHashes())
      segmentRows = segmentRows.map { _ in 0 }
      segmentInput = 0
      segmentLatest = nil
    }
    return FullSegment(
      writer: writer, rows: rows, numbers: numbers, latestAppTime: segmentLatest, inputBytes: segmentInput)
  }

  /// Groups and packs the match rows, a table at a time on each thread, makes the index of numbers and the filters of
  /// keys, and brings the segment to disk. Without the lock: it takes as long as decoding several units.
  private func close(_ segment: FullSegment, threads: Int) throws(TernError) {
    // Jobs: filters, index, then a table each. The long ones first, so that the threads end together.
    let tables = MatchTable.allCases.filter { segment.rows.rowCount($0) > 0 }
      .sorted { segment.rows.byteCount($0) > segment.rows.byteCount($1) }
    let units = (0..<tables.count + 2).map { _ in EncodedUnit() }
    let queue = WorkQueue(count: units.count)
    let finished = Mutex((jobs: Set<Int>(), written: 0))
    try onWorkers(min(threads, queue.count)) { (_) throws(TernError) in
      var encoder = MatchTableWriter()
      while let job = queue.take() {
        switch job {
        case 0: if isSearchable { segment.rows.encodeKeys(into: units[job]) }
        case 1:
          guard isSearchable else { break }
          var writer = NumberTableWriter()
          writer.encode(segment.numbers, into: units[job])
        default:
          let table = tables[job - 2]
          segment.rows.withWords(table) { words in
            encoder.encode(
              words, wordsPerRow: table.wordCount, id: .match(Int(table.rawValue)), into: units[job])
          }
        }
        // Written in the order of the jobs, while others are made.
        try finished.withLock { (finished) throws(TernError) in
          finished.jobs.insert(job)
          while finished.jobs.contains(finished.written) {
            let unit = units[finished.written]
            do throws(StoreError) {
              if !unit.blocks.isEmpty { try segment.writer.append(unit) }
            } catch {
              queue.stop()
              throw .store(error)
            }
            finished.written += 1
          }
        }
      }
    }
    _ = try storing { () throws(StoreError) in try segment.writer.finish() }
    segment.rows.removeAll()
    segment.numbers.removeAll()
    try lock.withLock { (_) throws(TernError) in
      freeRows.append((segment.rows, segment.numbers))
      try storing { () throws(StoreError) in
        try transaction.seal(
          segment.writer, latestAppTime: segment.latestAppTime,
          inputBytes: UInt64(segment.inputBytes))
      }
    }
  }

  // MARK: - After the workers

  /// Folders and files that could not even be listed become rejects of their own.
  func rejectFailures(_ failures: [SystemFailure]) throws(TernError) {
    guard !failures.isEmpty else { return }
    let batch = DocumentBatch()
    for failure in failures {
      let source = records.count
      unsafe batch.appendReject(
        source: firstSource + source, offset: 0, kind: "", key: "", field: "",
        reason: .unreadable, message: failure.description,
        original: UnsafeBufferPointer(start: nil, count: 0))
      records.append(
        SourceRecord(
          path: failure.path, rawSize: .max,
          digest: TernStore.ContentDigest(high: 0, low: 0), documents: 0, rejects: 1))
    }
    rejects += failures.count
    firstRejects += failures.prefix(max(0, Self.rejectsNamed - firstRejects.count)).map(\.description)
    let writer = try openSegment()
    try storing { () throws(StoreError) in
      try writer.append(table: batch.rejects, id: .rejects, group: nextSequence)
    }
  }

  /// A source beside the plan's, such as a table of lines. Returns its number among the records.
  func addSource(_ record: SourceRecord) -> Int {
    records.append(record)
    return records.count - 1
  }

  /// Rejects of such a source; `hashes` of their numbers.
  func append(
    rejects batch: DocumentBatch, of source: Int, numbers hashes: borrowing GrowableBuffer<UInt64>
  ) throws(TernError) {
    guard batch.rejects.rowCount > 0 else { return }
    rejects += batch.rejects.rowCount
    records[source].rejects += batch.rejects.rowCount
    let writer = try openSegment()
    try storing { () throws(StoreError) in
      try writer.append(table: batch.rejects, id: .rejects, group: nextSequence)
    }
    numbers.append(hashes, group: nextSequence)
    nextSequence += 1
    try checkRejects(atEnd: false)
  }

  /// The ingest is one pipe whose content the store has.
  func isKnownStream(_ known: KnownSources) -> Bool {
    guard plan.count == 1, plan.isStream(0), records.count == 1 else { return false }
    return known.contains(size: records[0].rawSize, digest: records[0].digest)
  }

  func finish(threads: Int) throws(TernError) {
    try checkRejects(atEnd: true)
    if let segment = takeSegment() { try close(segment, threads: threads) }
  }
}

extension MatchTables {
  /// The words of one table.
  func words(_ table: MatchTable) -> UnsafeBufferPointer<UInt64> {
    switch table {
    case .orders: unsafe orders.unsafeElements
    case .payments: unsafe payments.unsafeElements
    case .waybills: unsafe waybills.unsafeElements
    case .listsByTrade: unsafe listsByTrade.unsafeElements
    case .listsByWaybill: unsafe listsByWaybill.unsafeElements
    case .listsByIdentity: unsafe listsByIdentity.unsafeElements
    case .cancellations: unsafe cancellations.unsafeElements
    case .refunds: unsafe refunds.unsafeElements
    case .listsByBuyer: unsafe listsByBuyer.unsafeElements
    }
  }

  func withWords<Result, Failure: Error>(
    _ table: MatchTable, _ body: (inout GrowableBuffer<UInt64>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch table {
    case .orders: try body(&orders)
    case .payments: try body(&payments)
    case .waybills: try body(&waybills)
    case .listsByTrade: try body(&listsByTrade)
    case .listsByWaybill: try body(&listsByWaybill)
    case .listsByIdentity: try body(&listsByIdentity)
    case .cancellations: try body(&cancellations)
    case .refunds: try body(&refunds)
    case .listsByBuyer: try body(&listsByBuyer)
    }
  }
}
