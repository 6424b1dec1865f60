import TernCEB
import TernIO
import TernStore

/// What an ingest did.
public struct IngestReport: Sendable {
  /// Documents taken in, by `Kind.rawValue`.
  public var documents = [Int](repeating: 0, count: Kind.allCases.count)
  public var rejects = 0
  /// Sources read now.
  public var sources = 0
  /// Sources whose content the store had already.
  public var knownSources = 0
  /// Files in folders that are no messages (`.csv`, dot files, …): some names, and how many.
  public var ignored: [String] = []
  public var ignoredCount = 0
  /// Bytes of input as stored.
  public var inputBytes: UInt64 = 0
  /// Values that break the schema without being a reason to reject.
  public var schemaRemarks = 0
  /// Something to know about the I/O back end.
  public var note: String?
  /// Of tables: columns that are not read.
  public var notes: [String] = []

  public var documentCount: Int { documents.reduce(0, +) }
}

extension Engine {
  /// Adds the messages of files, folders (recursively) and `-` (standard input) to a store, which
  /// is made if it is not there. One atomic step: after a crash at any moment the store holds all
  /// of it or nothing. Sources with content that the store knows add nothing.
  ///
  /// Memory: a few units of 16 MiB per thread, and about 100 bytes per document of a segment.
  @discardableResult
  public func ingest(_ inputs: [String], into path: String) throws(TernError) -> IngestReport {
    var plan: InputPlan
    do throws(InputError) { plan = try InputPlan(inputs: inputs) } catch { throw .input(error) }
    let store = try storing { () throws(StoreError) in try openForIngest(path) }
    var report = IngestReport()
    let known = try storing { () throws(StoreError) in try store.knownSources() }
    let digestKey = DigestKey(secret: store.key.bytes)
    report.knownSources = removeKnown(from: &plan, known, digestKey) {
      TernStore.ContentDigest(high: $0.high, low: $0.low)
    }
    report.ignored = plan.ignored.map(\.path)
    report.ignoredCount = plan.ignoredCount

    let transaction = try storing { () throws(StoreError) in try store.begin() }
    let sequencer = IngestSequencer(
      transaction: transaction, firstSource: store.manifest.ledgers.reduce(0) { $0 + $1.sources },
      plan: plan, maxRejects: settings.maxRejects, isSearchable: isStoreKept, progress: progress)
    do throws(TernError) {
      try read(plan, store, digestKey, sequencer, &report)
      try sequencer.rejectFailures(plan.failures)
      if sequencer.isKnownStream(known) {
        transaction.abort()
        report.knownSources += 1
        return report
      }
      try sequencer.finish(threads: settings.threads)
      if !sequencer.records.isEmpty {
        try storing { () throws(StoreError) in
          try transaction.commit(sources: sequencer.records)
        }
      }
    } catch {
      transaction.abort()
      throw error
    }
    report.sources = plan.count
    report.documents = sequencer.documents
    report.rejects = sequencer.rejects
    report.inputBytes = sequencer.inputBytes
    report.schemaRemarks = sequencer.schemaRemarks
    return report
  }

  func openForIngest(_ path: String) throws(StoreError) -> Store {
    do throws(StoreError) {
      return try Store.open(path, mode: .write, system: storeCalls)
    } catch .missing {
      return try Store.create(path, system: storeCalls)
    }
  }

  /// Sources of a known size are digested first: what the store has is not read again.
  func removeKnown(
    from plan: inout InputPlan, _ known: KnownSources, _ key: DigestKey,
    recordedDigest: (TernIO.ContentDigest) -> TernStore.ContentDigest
  ) -> Int {
    guard known.count > 0 else { return 0 }
    var removed = Set<Int>()
    for source in 0..<plan.count where !plan.isStream(source) && known.hasSize(plan.size(of: source)) {
      // A file that cannot be read is found out again, and reported, when it is ingested.
      guard let digest = try? key.digestOfFile(plan.pathBytes(of: source)) else { continue }
      if known.contains(size: digest.rawBytes, digest: recordedDigest(digest)) {
        removed.insert(source)
      }
    }
    plan.removeSources { removed.contains($0) }
    return removed.count
  }

  private func read(
    _ plan: InputPlan, _ store: Store, _ digestKey: DigestKey, _ sequencer: IngestSequencer,
    _ report: inout IngestReport
  ) throws(TernError) {
    guard !plan.isEmpty else { return }
    let options = InputOptions(
      backend: settings.io, unitsInFlight: settings.threads * 2 + 1, digestKey: digestKey)
    let reader: InputReader
    do throws(InputError) {
      unsafe reader = try InputReader(plan: plan, options: options) {
        unsafe MessageSplitter.lastCut(in: $0)
      }
    } catch { throw .input(error) }
    let secret = Array(store.key.bytes[..<16])
    let strict = settings.strict
    try onWorkers(settings.threads) { (_) throws(TernError) in
      let worker = IngestWorker(secret: secret, strict: strict, isSearchable: isStoreKept)
      do throws(TernError) {
        while let unit = try next(reader) {
          let result = sequencer.takeResult()
          worker.decode(unit, into: result, firstSource: sequencer.firstSource)
          try sequencer.deliver(result, worker, reader)
        }
      } catch {
        reader.cancel()
        throw error
      }
    }
    report.note = reader.note
    let members = reader.ignoredMembers
    report.ignored += members.named.map(\.path).prefix(InputPlan.maxIgnoredNamed - report.ignored.count)
    report.ignoredCount += members.count
  }

  func next(_ reader: InputReader) throws(TernError) -> InputUnit? {
    do throws(InputError) {
      return try reader.next()
    } catch .cancelled {
      // Another worker failed and says why.
      return nil
    } catch { throw .input(error) }
  }
}
