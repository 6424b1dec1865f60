import Glibc
import Synchronization
import TernCEB
import TernTestSupport
import Testing

@testable import TernStore

/// Commits: whole or not at all.
@Suite struct StoreTests {
  @Test func createAndOpen() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    #expect(throws: StoreError.missing(path: path)) { try Store.open(path) }
    #expect(throws: StoreError.missing(path: path)) { try Store.open(path, mode: .write) }
    let key: [UInt8]
    do {
      let store = try Store.create(path)
      key = store.key.bytes
      #expect(key.count == 32)
      #expect(Set(key).count > 8)
      #expect("\(store.key)" == "StoreKey")
    }
    var status = stat()
    #expect(unsafe stat(path + "/store.key", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
    #expect(throws: StoreError.exists(path: path)) { try Store.create(path) }
    let store = try Store.open(path)
    #expect(store.key.bytes == key)
    #expect(store.manifest.segments.isEmpty)
    #expect(throws: StoreError.self) { try store.begin() }
    // A folder with something else in it is left alone; an empty one will do.
    writeFile(folder.path + "/note", [1])
    #expect(throws: StoreError.exists(path: folder.path)) { try Store.create(folder.path) }
    let empty = folder.path + "/empty"
    _ = unsafe mkdir(empty, 0o755)
    _ = try Store.create(empty + "/")
    #expect(try Store.open(empty).key != store.key)
  }

  @Test func twoWritersExcludeEachOther() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    do {
      let first = try Store.create(path)
      #expect(throws: StoreError.locked(path: path)) { try Store.open(path, mode: .write) }
      // Readers need no lock.
      #expect(try Store.open(path).manifest == first.manifest)
      let transaction = try first.begin()
      #expect(throws: StoreError.self) { try first.begin() }
      transaction.abort()
      _ = try first.begin()
    }
    _ = try Store.open(path, mode: .write)
  }

  @Test func ledgerTellsWhatIsKnown() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    let store = try Store.create(path)
    #expect(try store.knownSources().count == 0)
    for seed: UInt64 in 1...3 { try SegmentTests.ingest(into: store, seed: seed) }
    let known = try Store.open(path).knownSources()
    #expect(known.count == 6)
    for seed: UInt64 in 1...3 {
      let digest = ContentDigest(high: seed, low: .max)
      #expect(known.hasSize(999 + seed))
      #expect(known.contains(size: 999 + seed, digest: digest))
      #expect(!known.contains(size: 1000 + seed, digest: digest))
      #expect(known.contains(size: 5, digest: ContentDigest(high: 1 << 63, low: seed)))
    }
    #expect(!known.hasSize(999) && !known.hasSize(6) && !known.hasSize(0) && !known.hasSize(.max))
    #expect(!known.contains(size: 1000, digest: ContentDigest(high: 2, low: .max)))
    #expect(try store.sources().map(\.ingest) == [1, 1, 2, 2, 3, 3])
    #expect(try store.sources().map(\.source.path).first == "in/甲.xml")
  }

  @Test func resultsBelongToAGeneration() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    let store = try Store.create(path)
    try SegmentTests.ingest(into: store, seed: 1)
    #expect(store.manifest.generation == 1)
    #expect(store.manifest.results.map(\.generation) == [1])
    let old = store.manifest.results[0].file.name
    // Findings as bits and dispositions, a group per segment.
    let findings: [Int64] = [0, 1 << 40, -1, 5]
    let table = Table(
      TableSchema([.init("findings", .integer), .init("disposition", .integer)]))
    for (row, value) in findings.enumerated() {
      table["findings"].integer.append(value)
      table["disposition"].integer.append(Int64(row % 3))
    }
    let transaction = try store.begin()
    let writer = try transaction.newResult()
    try writer.append(table: table, id: .result(0), group: 1)
    try transaction.seal(writer, asResult: "verdicts")
    try transaction.commit(sources: [])
    #expect(store.manifest.generation == 1)
    #expect(store.manifest.revision == 2)
    #expect(!names(in: path).contains(old))
    let again = try Store.open(path)
    #expect(again.manifest == store.manifest)
    var decoder = ColumnDecoder()
    let reader = try #require(try again.openResult("verdicts"))
    let read = try reader.readTable(.result(0), group: 1, decoder: &decoder)
    #expect(read.values == table.values)
    #expect(try again.openResult("other") == nil)
    // New documents: the result stays, and says for which generation it holds.
    let next = try store.begin()
    let segment = try next.newSegment()
    try segment.append(table: sampleTable(rows: 1, seed: 5), id: .rejects, group: 0)
    try next.seal(segment, latestAppTime: nil, inputBytes: 1)
    try next.commit(sources: [])
    #expect(store.manifest.generation == 2)
    #expect(store.manifest.results.map(\.generation) == [1])
    #expect(Store.verify(path).isSound)
  }

  /// A result that another replaces may stay under another name; both change with the commit, or not at all.
  @Test func resultsAreRenamedAndRemoved() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    let store = try Store.create(path)
    func names() throws -> [String] { try Store.open(path).manifest.results.map { "\($0.name) \($0.file.number)" } }
    func write(_ change: (IngestTransaction) -> Void, commits: Bool = true) throws {
      let transaction = try store.begin()
      let writer = try transaction.newResult()
      try writer.append(table: sampleTable(rows: 3, seed: 3), id: .result(0), group: 0)
      change(transaction)
      try transaction.seal(writer, asResult: "a")
      if commits { try transaction.commit(sources: []) } else { transaction.abort() }
    }
    try write { $0.rename(result: "a", to: "b") }
    #expect(try names() == ["a 1"])
    try write({ $0.rename(result: "a", to: "b") }, commits: false)
    #expect(try names() == ["a 1"])
    try write { $0.rename(result: "a", to: "b") }
    #expect(try names() == ["a 2", "b 1"])
    try write { _ in }
    #expect(try names() == ["a 3", "b 1"])
    try write { $0.rename(result: "a", to: "b") }
    #expect(try names() == ["a 4", "b 3"])
    try write { $0.remove(result: "b") }
    #expect(try names() == ["a 5"])
    #expect(Store.verify(path).isSound && Store.verify(path).unknownFiles.isEmpty)
  }

  /// What a sealed result holds can be read before it counts, and while it does not, it is not there.
  @Test func sealedResultsAreRead() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    let store = try Store.create(path)
    let table = sampleTable(rows: 20, seed: 3)
    for counts in [false, true] {
      let transaction = try store.begin()
      let writer = try transaction.newResult()
      try writer.append(table: table, id: .result(0), group: 0)
      #expect(throws: StoreError.self) { try transaction.openSealed(writer) }
      try transaction.seal(writer, asResult: "sealed")
      let reader = try transaction.openSealed(writer)
      if counts { try transaction.commit(sources: []) } else { transaction.abort() }
      var decoder = ColumnDecoder()
      #expect(try reader.readTable(.result(0), decoder: &decoder).values == table.values)
      let committed = try Store.open(path).openResult("sealed")
      #expect((committed != nil) == counts)
      #expect(throws: StoreError.self) { try transaction.openSealed(writer) }
    }
    #expect(Store.verify(path).isSound && Store.verify(path).unknownFiles.isEmpty)
  }

  @Test func abortLeavesNothing() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    let store = try Store.create(path)
    let before = names(in: path)
    do {
      let transaction = try store.begin()
      let first = try transaction.newSegment()
      try first.append(table: sampleTable(rows: 50, seed: 1), id: .rejects, group: 0)
      try transaction.seal(first, latestAppTime: nil, inputBytes: 1)
      let second = try transaction.newSegment()
      try second.append(table: sampleTable(rows: 50, seed: 2), id: .rejects, group: 0)
      #expect(names(in: path).count == before.count + 2)
      #expect(throws: StoreError.self) { try transaction.commit(sources: []) }
      transaction.abort()
      #expect(names(in: path) == before)
      #expect(throws: StoreError.self) { try transaction.newSegment() }
    }
    // Forgotten without abort.
    do {
      let transaction = try store.begin()
      _ = try transaction.newSegment()
    }
    #expect(names(in: path) == before)
    #expect(Store.verify(path).unknownFiles.isEmpty)
  }

  @Test func leftoversOfADeadWriterAreRemoved() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    try SegmentTests.smallStore(path)
    let right = names(in: path)
    let content = try SegmentTests.content(path)
    for name in [
      "manifest.tmp", StoreFolder.segment(2) + ".tmp", StoreFolder.segment(2),
      StoreFolder.ledger(9), StoreFolder.results(123_456_789) + ".tmp",
    ] { writeFile(path + "/" + name, [1, 2, 3]) }
    let foreign = ["segment-1.tern", "notes.tmp", "segment-00000002.tern.bak"]
    for name in foreign { writeFile(path + "/" + name, [9]) }
    // A reader removes nothing.
    _ = try Store.open(path)
    #expect(names(in: path).count == right.count + 8)
    #expect(Store.verify(path).unknownFiles.count == 8)
    _ = try Store.open(path, mode: .write)
    #expect(names(in: path) == (right + foreign).sorted())
    #expect(try SegmentTests.content(path) == content)
  }

  /// Counts calls, and makes one of them fail.
  final class Faults: Sendable {
    let count = Atomic<Int>(0)
    let failing: Int
    let error: Int32
    init(failing: Int, error: Int32) {
      self.failing = failing
      self.error = error
    }
    func next() -> Int32 {
      count.wrappingAdd(1, ordering: .relaxed).oldValue == failing ? error : 0
    }
    /// Reading calls are left alone.
    func calls(_ kinds: [SystemCalls.Call]) -> SystemCalls {
      SystemCalls(writeBytesMax: 400, fault: { call, _ in kinds.contains(call) ? self.next() : 0 })
    }
  }

  /// The disk fails at every single write, sync and rename in turn: a typed error that names the
  /// file, the old or the new state, and nothing half-written.
  @Test(arguments: [ENOSPC, EIO]) func everyFailingCall(error: Int32) throws {
    let folder = TemporaryFolder()
    let original = folder.path + "/original"
    try SegmentTests.smallStore(original)
    let old = try SegmentTests.content(original)
    var failing = 0
    var newStates = 0
    while true {
      let path = folder.path + "/copy\(failing)"
      copyFolder(original, to: path)
      let before = names(in: path)
      let faults = Faults(failing: failing, error: error)
      do {
        let store = try Store.open(
          path, mode: .write, system: faults.calls([.write, .fsync, .rename, .open]))
        try SegmentTests.ingest(into: store, seed: 50)
        break
      } catch let found as StoreError {
        guard case .system(let file, _, let number) = found else { throw found }
        #expect(number == error)
        #expect(file.hasPrefix(path))
      }
      let content = try SegmentTests.content(path)
      if content == old {
        #expect(names(in: path) == before, "call \(failing)")
      } else {
        newStates += 1
        #expect(content.segments.count == 2)
      }
      let report = Store.verify(path)
      #expect(report.isSound && (content != old || report.unknownFiles.isEmpty))
      removeFolder(path)
      failing += 1
    }
    #expect(failing > 40)
    // Only the sync of the folder after the manifest's rename comes too late to go back: it opens
    // the folder, then syncs it.
    #expect(newStates == 2)
  }

  @Test func createFailsCleanly() throws {
    let folder = TemporaryFolder()
    var failing = 0
    while true {
      let path = folder.path + "/store\(failing)"
      let faults = Faults(failing: failing, error: ENOSPC)
      do {
        _ = try Store.create(
          path, system: faults.calls([.write, .fsync, .rename, .open, .mkdir, .getrandom, .flock]))
        break
      } catch {
        #expect(names(in: path).allSatisfy { $0 == StoreFolder.key })
        // It can be made again.
        _ = try Store.create(path)
        #expect(Store.verify(path).isSound)
      }
      failing += 1
    }
    #expect(failing > 10)
  }

  /// A crash between any two system calls: the copy of the folder at that moment opens as the old
  /// or as the new state, and once new it stays new.
  @Test func crashAfterEveryCall() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    try SegmentTests.smallStore(path)
    let old = try SegmentTests.content(path)
    let copies = Mutex<[String]>([])
    let system = SystemCalls(
      writeBytesMax: 500,
      observer: { call, _ in
        guard [.write, .fsync, .rename, .open, .unlink].contains(call) else { return }
        copies.withLock {
          let copy = folder.path + "/copy\($0.count)"
          copyFolder(path, to: copy)
          $0.append(copy)
        }
      })
    do {
      let store = try Store.open(path, mode: .write, system: system)
      try SegmentTests.ingest(into: store, seed: 60)
    }
    let new = try SegmentTests.content(path)
    #expect(new != old)
    var seenNew = false
    let all = copies.withLock { $0 }
    #expect(all.count > 40)
    for copy in all {
      let content = try SegmentTests.content(copy)
      #expect(content == old || content == new)
      if seenNew { #expect(content == new) }
      seenNew = content == new
      // The next writer clears up and can go on.
      let store = try Store.open(copy, mode: .write)
      #expect(Store.verify(copy).unknownFiles.isEmpty)
      try SegmentTests.ingest(into: store, seed: 70)
      #expect(Store.verify(copy).isSound)
      #expect(try SegmentTests.content(copy).segments.count == content.segments.count + 1)
    }
    #expect(seenNew)
  }

  @Test func crashWhileCreating() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    let copies = Mutex<[String]>([])
    let system = SystemCalls(
      writeBytesMax: 100,
      observer: { _, _ in
        copies.withLock {
          let copy = folder.path + "/copy\($0.count)"
          copyFolder(path, to: copy)
          $0.append(copy)
        }
      })
    _ = try Store.create(path, system: system)
    for copy in copies.withLock({ $0 }) {
      if names(in: copy).contains(StoreFolder.manifest) {
        _ = try Store.open(copy, mode: .write)
      } else {
        #expect(throws: StoreError.missing(path: copy)) { try Store.open(copy) }
        _ = try Store.create(copy)
      }
      #expect(Store.verify(copy).isSound)
      #expect(Store.verify(copy).unknownFiles.isEmpty)
    }
  }

  /// A store that goes with its process is the same, and waits for no disk.
  @Test func unsyncedStore() throws {
    let folder = TemporaryFolder()
    func build(_ name: String, syncs: Bool) throws -> (content: SegmentTests.Content, syncCount: Int) {
      let path = folder.path + "/" + name
      let syncCount = Mutex(0)
      let system = SystemCalls(syncs: syncs, observer: { call, _ in if call == .fsync { syncCount.withLock { $0 += 1 } } })
      let store = try Store.create(path, system: system)
      try SegmentTests.ingest(into: store, seed: 60)
      #expect(Store.verify(path).isSound)
      return (try SegmentTests.content(path), syncCount.withLock { $0 })
    }
    let (synced, unsynced) = (try build("synced", syncs: true), try build("unsynced", syncs: false))
    #expect(synced.syncCount > 4)
    #expect(unsynced.syncCount == 0)
    #expect(unsynced.content.tables == synced.content.tables && unsynced.content.sources == synced.content.sources)
  }

  /// Reading fails: the error is passed on, not taken for damage.
  @Test func failingReads() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    try SegmentTests.smallStore(path)
    for failing in 0..<8 {
      let faults = Faults(failing: failing, error: EIO)
      #expect(throws: StoreError.self) {
        let store = try Store.open(path, system: faults.calls([.pread, .fstat]))
        for position in store.manifest.segments.indices {
          var decoder = ColumnDecoder()
          _ = try store.openSegment(position).readTable(.rejects, decoder: &decoder)
        }
        _ = try store.sources()
      }
    }
  }
}
