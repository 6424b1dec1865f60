import TernCEB

/// A folder of segments, and the manifest that says which of them count.
///
/// A store opened for reading is a snapshot: it sees the commit that was the latest when it was
/// opened. Results that a later commit replaces are removed; a snapshot that still wants one gets
/// an error and opens the store again. One writer at a time; readers need no lock.
public final class Store {
  public enum Mode: Sendable {
    case read
    case write
  }

  /// The folder.
  public let path: String
  public let key: StoreKey
  public internal(set) var manifest: Manifest
  let system: SystemCalls
  /// Held for as long as the store is open for writing.
  private let lock: OpenFile?
  var hasTransaction = false

  private init(
    path: String, key: StoreKey, manifest: Manifest, system: SystemCalls, lock: OpenFile?
  ) {
    self.path = path
    self.key = key
    self.manifest = manifest
    self.system = system
    self.lock = lock
  }

  /// Makes an empty store, open for writing. The folder must not exist or be empty; what a dead
  /// `create` left there is made anew.
  public static func create(
    _ path: String, system: SystemCalls = .live
  ) throws(StoreError) -> Store {
    do throws(StoreError) {
      try system.makeFolder(path)
      try syncFolder(parent(of: path), system)
    } catch .system(_, "mkdir", let error) where error == existsErrno {
      // Looked into below.
    }
    let lock = try lockFolder(path, system)
    let names = try system.list(path)
    let leftovers = [StoreFolder.key, StoreFolder.key + ".tmp", StoreFolder.manifest + ".tmp"]
    guard names.allSatisfy(leftovers.contains) else { throw .exists(path: path) }
    for name in names { try system.remove(path + "/" + name) }
    let key = try StoreKey.create(system: system, folder: path)
    var random = GrowableBuffer<UInt8>(capacity: 16)
    try system.fillRandom(random.view.slice(0, count: 16), for: path)
    random.setCount(16)
    let id = StoreID(low: random.view.load64(0), high: random.view.load64(8))
    let store = Store(
      path: path, key: key, manifest: Manifest(store: id, keyChecksum: key.checksum),
      system: system, lock: lock)
    do throws(StoreError) {
      try store.publish(store.manifest)
      try syncFolder(path, system)
    } catch {
      for name in [StoreFolder.key, StoreFolder.manifest] { try? system.remove(path + "/" + name) }
      throw error
    }
    return store
  }

  /// Opens a store. For writing, this takes the lock and removes what a dead writer left.
  public static func open(
    _ path: String, mode: Mode = .read, system: SystemCalls = .live
  ) throws(StoreError) -> Store {
    let lock = mode == .write ? try lockFolder(path, system) : nil
    let manifest: Manifest
    do throws(StoreError) {
      manifest = try Manifest.read(system: system, folder: path)
    } catch .system(_, "open", let error) where error == missingErrno {
      throw .missing(path: path)
    }
    let key = try StoreKey.read(system: system, folder: path, checksum: manifest.keyChecksum)
    let store = Store(path: path, key: key, manifest: manifest, system: system, lock: lock)
    if lock != nil { try store.removeLeftovers() }
    return store
  }

  private func removeLeftovers() throws(StoreError) {
    let known = Set(manifest.files.map(\.name))
    for name in try system.list(path) where StoreFolder.isOurs(name) && !known.contains(name) {
      try system.remove(path + "/" + name)
    }
  }

  private static func lockFolder(
    _ path: String, _ system: SystemCalls
  ) throws(StoreError) -> OpenFile {
    let folder: OpenFile
    do throws(StoreError) {
      folder = try system.openFolder(path)
    } catch .system(_, "open", let error) where error == missingErrno {
      throw .missing(path: path)
    }
    guard try system.lock(folder) else { throw .locked(path: path) }
    return folder
  }

  private static func parent(of path: String) -> String {
    var path = Substring(path)
    while path.count > 1 && path.hasSuffix("/") { path = path.dropLast() }
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func syncFolder(_ path: String, _ system: SystemCalls) throws(StoreError) {
    try system.sync(try system.openFolder(path))
  }

  /// Puts a manifest in place. The folder still has to be synced.
  func publish(_ manifest: Manifest) throws(StoreError) {
    let writer = try SegmentWriter(
      system: system, folder: path, name: StoreFolder.manifest,
      header: FileHeader(
        kind: .manifest, store: manifest.store, number: UInt64(manifest.revision)))
    do throws(StoreError) {
      try manifest.write(to: writer)
      _ = try writer.finish()
      try writer.publish()
    } catch {
      writer.abandon()
      throw error
    }
  }

  // MARK: What is there

  /// Opens a committed segment; `position` in `manifest.segments`.
  public func openSegment(_ position: Int) throws(StoreError) -> SegmentReader {
    try open(manifest.segments[position].file, kind: .segment)
  }

  /// Opens a result by name; nil if there is none. See `ResultInfo.generation`.
  public func openResult(_ name: String) throws(StoreError) -> SegmentReader? {
    guard let info = manifest.results.first(where: { $0.name == name }) else { return nil }
    return try open(info.file, kind: .results)
  }

  /// The sources of every ingest so far, in order of ingest.
  public func sources() throws(StoreError) -> [(ingest: Int, source: SourceRecord)] {
    var all: [(ingest: Int, source: SourceRecord)] = []
    for ledger in manifest.ledgers {
      let reader = try open(ledger.file, kind: .ledger)
      for source in try Ledger.read(reader) { all.append((ledger.file.number, source)) }
    }
    return all
  }

  /// Paths of some sources, by their number: the position in `sources()`. A number without a source has none.
  public func sourcePaths(_ numbers: Set<Int>) throws(StoreError) -> [Int: String] {
    var paths: [Int: String] = [:]
    var base = 0
    for ledger in manifest.ledgers {
      let wanted = numbers.filter { $0 >= base && $0 < base + ledger.sources }.sorted()
      if !wanted.isEmpty {
        try Ledger.readPaths(wanted, base: base, try open(ledger.file, kind: .ledger), into: &paths)
      }
      base += ledger.sources
    }
    return paths
  }

  /// What is needed to tell a source that was taken in before. Reads all ledgers.
  public func knownSources() throws(StoreError) -> KnownSources {
    KnownSources(try sources().map(\.source))
  }

  func open(_ file: FileSummary, kind: FileKind) throws(StoreError) -> SegmentReader {
    try SegmentReader(
      system: system, folder: path, name: file.name, kind: kind, store: manifest.store,
      expected: file)
  }

  /// Starts a transaction; the store must be open for writing and have none.
  public func begin() throws(StoreError) -> IngestTransaction {
    guard lock != nil else { throw .misuse(path: path, what: "opened for reading only") }
    guard !hasTransaction else { throw .misuse(path: path, what: "a transaction is open") }
    hasTransaction = true
    return IngestTransaction(self)
  }
}
