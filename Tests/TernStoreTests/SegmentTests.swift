import TernCEB
import TernTestSupport
import Testing

@testable import TernStore

/// Files: reading back, damage, versions.
@Suite struct SegmentTests {
  /// A store with one small segment of every kind of block, a ledger and a result.
  static func smallStore(_ path: String, system: SystemCalls = .live) throws {
    let store = try Store.create(path, system: system)
    try ingest(into: store, seed: 1)
  }

  static func ingest(into store: Store, seed: UInt64) throws {
    let transaction = try store.begin()
    let writer = try transaction.newSegment()
    try writer.append(table: sampleTable(rows: 20, seed: seed), id: .rejects, group: 0)
    try writer.append(table: sampleTable(rows: 9, seed: seed + 1), id: .heads(.order303), group: 2)
    try writer.append(table: sampleTable(rows: 5, seed: seed + 2), id: .heads(.order303), group: 0)
    var generator = SeededGenerator(seed: seed)
    var words = GrowableBuffer<UInt64>()
    for row in MatchTests.rows(12, wordsPerRow: 6, &generator) { words.append(contentsOf: row) }
    let unit = EncodedUnit()
    var tableWriter = MatchTableWriter()
    tableWriter.encode(words, wordsPerRow: 6, id: .match(0), into: unit)
    var numbers = NumberTableWriter()
    numbers.encode(
      NumberTests.hashes(NumberTests.entries(40, numbers: 30, groups: 0..<3, &generator)), into: unit)
    try writer.append(unit)
    try transaction.seal(writer, latestAppTime: 1_700_000_000 + Int64(seed), inputBytes: 999)
    let result = try transaction.newResult()
    try result.append(table: sampleTable(rows: 3, seed: seed), id: .result(0), group: 1)
    try transaction.seal(result, asResult: "verdicts")
    try transaction.commit(sources: [
      SourceRecord(
        path: "in/甲.xml", rawSize: 999 + seed, digest: ContentDigest(high: seed, low: .max),
        documents: 14, rejects: 20),
      SourceRecord(
        path: "in/b.xml", rawSize: 5, digest: ContentDigest(high: 1 << 63, low: seed),
        documents: 0, rejects: 0),
    ])
  }

  /// Everything that can be asked of a store, as comparable values.
  struct Content: Equatable {
    var segments: [SegmentInfo] = []
    var tables: [String: [Values]] = [:]
    var sources: [SourceRecord] = []
    var results: [ResultInfo] = []
    var key: [UInt8] = []
  }

  static func content(_ path: String) throws -> Content {
    let store = try Store.open(path)
    var content = Content()
    var decoder = ColumnDecoder()
    content.key = store.key.bytes
    content.segments = store.manifest.segments
    content.results = store.manifest.results
    content.sources = try store.sources().map(\.source)
    var readers: [SegmentReader] = []
    for position in store.manifest.segments.indices {
      readers.append(try store.openSegment(position))
    }
    if let result = try store.openResult("verdicts") { readers.append(result) }
    for reader in readers {
      for id in reader.tables {
        let name = "\(reader.summary.name) \(id.rawValue)"
        if id == .numbers {
          var found: [Int64] = []
          for hash in 0..<64 as Range<UInt64> {
            found += try reader.groups(ofNumber: hash << 58, decoder: &decoder).map { Int64($0) }
          }
          content.tables[name] = [.integer(found)]
        } else if reader.schema(of: id) != nil {
          content.tables[name] = try reader.readTable(id, decoder: &decoder).values
        } else {
          var words = GrowableBuffer<UInt64>()
          let range = MatchRange(table: id, wordsPerRow: reader.wordsPerRow(of: id)!)
          try range.load(0, of: 1, from: [reader])
          try range.take(part: 0, of: 1, into: &words)
          content.tables[name] = [.decimal((0..<words.count).map { words[$0] }, [])]
        }
      }
    }
    return content
  }

  @Test func readsBackByGroupAndColumn() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    try Self.smallStore(path)
    let store = try Store.open(path)
    let reader = try store.openSegment(0)
    var decoder = ColumnDecoder()
    let id = TableID.heads(.order303)
    #expect(reader.groups(of: id).map(\.group) == [0, 2])
    #expect(reader.groups(of: id).map(\.rows) == [5, 9])
    #expect(reader.rowCount(of: id) == 14)
    let first = sampleTable(rows: 5, seed: 3)
    let second = sampleTable(rows: 9, seed: 2)
    #expect(try reader.readTable(id, group: 2, decoder: &decoder).values == second.values)
    let some = try reader.readTable(
      id, group: 0, columns: ["#lines", "guid"], decoder: &decoder)
    #expect(some.schema.columns.map(\.name) == ["#lines", "guid"])
    #expect(some.values == [Values(first["#lines"]), Values(first["guid"])])
    // A few rows: theirs are the same, whatever the others are.
    for rows in [[], [0], [4], [1, 2, 4], [0, 1, 2, 3, 4]] {
      let few = try reader.readTable(
        id, group: 0, columns: ["guid", "name", "#lines"], rows: rows, decoder: &decoder)
      #expect(few.rowCount == first.rowCount)
      for row in rows {
        #expect(few["guid"].text.string(row) == first["guid"].text.string(row))
        #expect(few["name"].text.string(row) == first["name"].text.string(row))
      }
      #expect(Values(few["#lines"]) == Values(first["#lines"]))
    }
    let again = try reader.readTable(id, group: 0, columns: ["guid"], decoder: &decoder)
    #expect(Values(again["guid"]) == Values(first["guid"]))
    // All groups end to end.
    let both = try reader.readTable(id, decoder: &decoder)
    #expect(Values(both["guid"], 0..<5) == Values(first["guid"]))
    #expect(Values(both["guid"], 5..<14) == Values(second["guid"]))
    #expect(Values(both["price"], 5..<14) == Values(second["price"]))
    // What is not there.
    #expect(try reader.readTable(id, group: 1, decoder: &decoder).rowCount == 0)
    #expect(throws: StoreError.self) {
      try reader.readTable(id, group: 0, columns: ["nonesuch"], decoder: &decoder)
    }
    #expect(throws: StoreError.self) {
      try reader.readTable(.irregulars, group: 0, decoder: &decoder)
    }
    #expect(store.manifest.segments[0].documents == [14] + Kind.allCases.dropFirst().map { _ in 0 })
    #expect(store.manifest.segments[0].rejects == 20)
    #expect(Store.verify(path).isSound)
  }

  /// The same rows give the same bytes, however the blocks were handed over.
  @Test func bytesAreDeterministic() throws {
    let folder = TemporaryFolder()
    let id = StoreID(low: 1, high: 2)
    for name in ["a", "b"] {
      let writer = try SegmentWriter(
        system: SystemCalls(writeBytesMax: name == "a" ? 1 << 20 : 13), folder: folder.path,
        name: name, header: FileHeader(kind: .segment, store: id, number: 1))
      var encoder = ColumnEncoder()
      let unit = EncodedUnit()
      if name == "b" {
        // An encoder with a past.
        encoder.encode(sampleTable(rows: 700, seed: 99), id: .rejects, group: 0, into: unit)
        unit.removeAll()
      }
      for group in 0..<3 {
        let table = sampleTable(rows: 500, seed: UInt64(group))
        encoder.encode(table, id: .rejects, group: group, into: unit)
        if name == "a" {
          try writer.append(unit)
          unit.removeAll()
        }
      }
      try writer.append(unit)
      _ = try writer.finish()
      try writer.publish()
    }
    let first = readFile(folder.path + "/a")!
    #expect(first.count > 20_000)
    #expect(first == readFile(folder.path + "/b")!)
  }

  /// Every single flipped bit of every file is found, by `verify` and by whoever reads the data.
  @Test func everyFlippedByteIsFound() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    try Self.smallStore(path)
    let right = try Self.content(path)
    #expect(Store.verify(path).isSound)
    var generator = SeededGenerator(seed: 11)
    for name in names(in: path) {
      let bytes = readFile(path + "/" + name)!
      #expect(bytes.count < 12_000, "\(name) is small")
      for place in bytes.indices {
        var damaged = bytes
        damaged[place] ^= 1 << UInt8(generator.next() % 8)
        writeFile(path + "/" + name, damaged)
        #expect(!Store.verify(path).isSound, "\(name), byte \(place)")
        do {
          let found = try Self.content(path)
          #expect(found == right, "\(name), byte \(place): another value")
          Issue.record("\(name), byte \(place): read without an error")
        } catch let error as StoreError {
          #expect("\(error)".contains(path), "the error names the file")
        }
      }
      writeFile(path + "/" + name, bytes)
    }
    #expect(try Self.content(path) == right)
  }

  /// A file cut at any length is refused.
  @Test func everyTruncationIsFound() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    try Self.smallStore(path)
    for name in names(in: path) {
      let bytes = readFile(path + "/" + name)!
      for length in bytes.indices {
        writeFile(path + "/" + name, Array(bytes[..<length]))
        #expect(throws: StoreError.self) { try Self.content(path) }
        if length % 7 == 0 { #expect(!Store.verify(path).isSound) }
      }
      writeFile(path + "/" + name, bytes + [0])
      #expect(throws: StoreError.self) { try Self.content(path) }
      writeFile(path + "/" + name, bytes)
    }
    #expect(Store.verify(path).isSound)
  }

  /// Corrupt, too old and too new are three errors, and each names file and bytes.
  @Test func versions() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    try Self.smallStore(path)
    for name in [StoreFolder.manifest, StoreFolder.segment(1), StoreFolder.ledger(1)] {
      let file = path + "/" + name
      let bytes = readFile(file)!
      var changed = bytes
      let (newest, oldest) = (FileFormat.version, FileFormat.oldestVersion)
      changed[8] = UInt8(newest + 1)
      writeFile(file, changed)
      #expect(
        throws: StoreError.tooNew(
          file: file, range: 8..<10, version: newest + 1, newest: newest)
      ) {
        try Self.content(path)
      }
      changed[8] = 0
      writeFile(file, changed)
      #expect(throws: StoreError.tooOld(file: file, range: 8..<10, version: 0, oldest: oldest)) {
        try Self.content(path)
      }
      changed[8] = UInt8(newest)
      changed[0] = 0x20
      writeFile(file, changed)
      #expect(
        throws: StoreError.corrupt(file: file, range: 0..<8, what: "not a file of a store")
      ) { try Self.content(path) }
      writeFile(file, bytes)
    }
  }

  /// A sound file of another store, or another file of the same one, is not taken for this one.
  @Test func exchangedFiles() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    let other = folder.path + "/other"
    try Self.smallStore(path)
    try Self.smallStore(other)
    let segment = "/" + StoreFolder.segment(1)
    let own = readFile(path + segment)!
    writeFile(path + segment, readFile(other + segment)!)
    #expect(throws: StoreError.self) { try Self.content(path) }
    #expect(!Store.verify(path).isSound)
    writeFile(path + segment, own)
    let key = "/" + StoreFolder.key
    writeFile(path + key, readFile(other + key)!)
    #expect(throws: StoreError.self) { try Store.open(path) }
  }

  @Test func verifyGoesOnAfterADamage() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    try Self.smallStore(path)
    for name in [StoreFolder.segment(1), StoreFolder.ledger(1)] {
      var bytes = readFile(path + "/" + name)!
      bytes[70] ^= 1
      writeFile(path + "/" + name, bytes)
    }
    writeFile(path + "/note.txt", [1])
    var last: (UInt64, UInt64) = (0, 0)
    let report = Store.verify(path) { last = ($0, $1) }
    #expect(report.damages.count == 2)
    #expect(report.unknownFiles == ["note.txt"])
    let total = names(in: path).filter { $0 != "note.txt" }.reduce(0) {
      $0 + readFile(path + "/" + $1)!.count
    }
    #expect(report.byteCount == UInt64(total))
    #expect(last.0 == UInt64(total))
    #expect(report.fileCount == 5)
  }

  /// Many threads may read one file at once.
  @Test func concurrentReads() async throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    try Self.smallStore(path)
    let reader = try Store.open(path).openSegment(0)
    let right = sampleTable(rows: 20, seed: 1).values
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          var decoder = ColumnDecoder()
          for _ in 0..<100 {
            let table = try reader.readTable(.rejects, group: 0, decoder: &decoder)
            if table.values != right { return false }
          }
          return true
        }
      }
      for try await same in group { #expect(same) }
    }
  }
}
