import Synchronization

/// New files, and the one step that makes them count.
///
/// Files are written under temporary names and synced; `commit` renames them, syncs the folder,
/// and then puts the new manifest in place the same way. A kill at any moment leaves the old or the
/// new state. Results are committed in the same way, with or without segments.
///
/// Any thread may start and seal files: several may be written at once, each by one thread at a
/// time, and what takes long (footer, sync) happens outside the lock. `commit` and `abort` are for
/// one thread, when the others have ended.
public final class IngestTransaction: @unchecked Sendable {
  private let store: Store
  /// Guards everything below.
  private let lock = Mutex<Void>(())
  private var manifest: Manifest
  private var open: [SegmentWriter] = []
  private var finished: [SegmentWriter] = []
  private var isOver = false

  init(_ store: Store) {
    self.store = store
    manifest = store.manifest
  }

  deinit { abort() }

  /// Number that this ingest will have.
  public var ingestNumber: Int { manifest.nextLedger }

  /// Starts a segment. Several may be open at once, each used by one thread.
  ///
  /// Segments are numbered, and their rows ordered, as they are started.
  public func newSegment() throws(StoreError) -> SegmentWriter {
    try lock.withLock { (_) throws(StoreError) in
      let number = manifest.nextSegment
      manifest.nextSegment += 1
      return try newFile(.segment, name: StoreFolder.segment(number), number: number)
    }
  }

  /// Starts a result file; its tables are the caller's.
  public func newResult() throws(StoreError) -> SegmentWriter {
    try lock.withLock { (_) throws(StoreError) in
      let number = manifest.nextResults
      manifest.nextResults += 1
      return try newFile(.results, name: StoreFolder.results(number), number: number)
    }
  }

  private func newFile(
    _ kind: FileKind, name: String, number: Int
  ) throws(StoreError) -> SegmentWriter {
    guard !isOver else { throw .misuse(path: store.path, what: "the transaction is over") }
    let writer = try SegmentWriter(
      system: store.system, folder: store.path, name: name,
      header: FileHeader(kind: kind, store: manifest.store, number: UInt64(number)))
    open.append(writer)
    return writer
  }

  /// Completes a segment and brings it to disk; it counts from `commit` on.
  ///
  /// - Parameters:
  ///   - latestAppTime: of its accepted documents, drafts and old versions included.
  ///   - inputBytes: bytes of input, expanded, that it came from.
  public func seal(
    _ writer: SegmentWriter, latestAppTime: Int64?, inputBytes: UInt64
  ) throws(StoreError) {
    let file = try finish(writer)
    let segment = SegmentInfo(
      file: file, documents: writer.documents, rejects: writer.rowCount(of: .rejects),
      latestAppTime: latestAppTime, inputBytes: inputBytes)
    lock.withLock { _ in
      manifest.segments.append(segment)
      manifest.segments.sort { $0.file.number < $1.file.number }
    }
  }

  /// Completes a result; from `commit` on it replaces the one of the same name.
  public func seal(_ writer: SegmentWriter, asResult name: String) throws(StoreError) {
    let file = try finish(writer)
    lock.withLock { _ in
      manifest.results.removeAll { $0.name == name }
      manifest.results.append(ResultInfo(name: name, file: file, generation: 0))
      manifest.results.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      newResults.insert(name)
    }
  }

  /// Gives a result another name, from `commit` on; nothing without such a result.
  public func rename(result name: String, to other: String) {
    lock.withLock { _ in
      guard var result = manifest.results.first(where: { $0.name == name }) else { return }
      manifest.results.removeAll { $0.name == name || $0.name == other }
      result.name = other
      manifest.results.append(result)
      manifest.results.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
  }

  /// Removes a result, from `commit` on, if it is there.
  public func remove(result name: String) {
    lock.withLock { _ in manifest.results.removeAll { $0.name == name } }
  }

  /// Reads a result that is sealed and does not count yet. It may be read on after `commit`.
  public func openSealed(_ writer: SegmentWriter) throws(StoreError) -> SegmentReader {
    guard lock.withLock({ _ in !isOver && finished.contains { $0 === writer } }) else {
      throw .misuse(path: writer.path, what: "not a sealed file of this transaction")
    }
    return try SegmentReader(
      system: store.system, folder: store.path, name: writer.name + StoreFolder.temporarySuffix,
      kind: .results, store: manifest.store, expected: nil)
  }

  private var newResults: Set<String> = []

  private func finish(_ writer: SegmentWriter) throws(StoreError) -> FileSummary {
    let isOpen = lock.withLock { _ in !isOver && open.contains { $0 === writer } }
    guard isOpen else {
      throw .misuse(path: writer.path, what: "not an open file of this transaction")
    }
    let file = try writer.finish()
    lock.withLock { _ in
      open.removeAll { $0 === writer }
      finished.append(writer)
    }
    return file
  }

  /// Makes everything count, with the sources it came from (none for results alone).
  ///
  /// On error nothing has changed and nothing is left behind, with one exception: when syncing the
  /// folder fails after the manifest was renamed, the new state is in place but may not survive a
  /// power cut; the error says so by naming the folder.
  public func commit(sources: [SourceRecord]) throws(StoreError) {
    guard !isOver else { throw .misuse(path: store.path, what: "the transaction is over") }
    guard open.isEmpty else {
      throw .misuse(path: store.path, what: "a file of the transaction is not sealed")
    }
    let before = store.manifest
    do throws(StoreError) {
      if !sources.isEmpty { try writeLedger(sources) }
      manifest.revision += 1
      if manifest.segments != before.segments || manifest.ledgers != before.ledgers {
        manifest.generation += 1
      }
      for index in manifest.results.indices
      where newResults.contains(manifest.results[index].name) {
        manifest.results[index].generation = manifest.generation
      }
      for writer in finished {
        try writer.publish()
        published.append(writer.path)
      }
      try Store.syncFolder(store.path, store.system)
      try store.publish(manifest)
    } catch {
      abort()
      throw error
    }
    published = []
    end()
    store.manifest = manifest
    try Store.syncFolder(store.path, store.system)
    let kept = Set(manifest.files.map(\.name))
    for file in before.files where !kept.contains(file.name) {
      // A leftover does no harm: the next writer removes it.
      try? store.system.remove(store.path + "/" + file.name)
    }
  }

  private var published: [String] = []

  private func writeLedger(_ sources: [SourceRecord]) throws(StoreError) {
    let number = manifest.nextLedger
    manifest.nextLedger += 1
    let writer = try newFile(.ledger, name: StoreFolder.ledger(number), number: number)
    try Ledger.write(sources, to: writer)
    let file = try finish(writer)
    manifest.ledgers.append(LedgerInfo(file: file, sources: sources.count))
  }

  /// Removes everything that was written. May be called again; does nothing after `commit`.
  public func abort() {
    guard !isOver else { return }
    for writer in open + finished { writer.abandon() }
    for path in published { try? store.system.remove(path) }
    end()
  }

  private func end() {
    isOver = true
    open = []
    finished = []
    store.hasTransaction = false
  }
}
