import TernCEB
import TernTestSupport
import Testing

@testable import TernStore

@Suite("a filter lets every key through that is there, and few others")
struct KeyFilterTests {
  private func reader(_ rows: [[UInt64]], in folder: TemporaryFolder) throws -> SegmentReader {
    let store = try Store.create(folder.path + "/store")
    let transaction = try store.begin()
    let writer = try transaction.newSegment()
    let unit = EncodedUnit()
    var filters = KeyFilterWriter()
    // Two tables with the same keys: they are counted once.
    for wordsPerRow in [1, 3] {
      var words = GrowableBuffer<UInt64>()
      for row in rows { words.append(contentsOf: Array(row[..<wordsPerRow])) }
      unsafe filters.add(words.unsafeElements, wordsPerRow: wordsPerRow)
    }
    filters.encode(id: .keyFilter(0), into: unit)
    filters.encode(id: .keyFilter(1), into: unit)
    try writer.append(unit)
    try transaction.seal(writer, latestAppTime: nil, inputBytes: 0)
    try transaction.commit(sources: [])
    return try store.openSegment(0)
  }

  @Test(arguments: [0, 1, 2, 100, 9_000, 100_000])
  func letsThrough(count: Int) throws {
    let seed = UInt64.random(in: 0..<1 << 40)
    print("key filter: seed \(seed), \(count) keys")
    var generator = SeededGenerator(seed: seed)
    let rows = (0..<count).map { _ in [generator.next(), 0, 0] }
    let folder = TemporaryFolder()
    let reader = try reader(rows, in: folder)
    var decoder = ColumnDecoder()
    let present = rows.map { $0[0] }.sorted()
    #expect(try reader.mayHave(present, filter: .keyFilter(0), decoder: &decoder) == present, "seed \(seed)")
    let absent = (0..<20_000).map { _ in generator.next() }.sorted()
    let through = try reader.mayHave(absent, filter: .keyFilter(0), decoder: &decoder)
    // Without keys there is no filter, and whoever has none may have all.
    if count == 0 {
      #expect(through == absent)
    } else {
      #expect(through.count < 60, "seed \(seed): \(through.count) of \(absent.count)")
      #expect(through.allSatisfy(Set(absent).contains))
      let bytes = reader.groups(of: .keyFilter(0)).reduce(0) { $0 + $1.rows } * 8
      #expect(bytes <= count * 3 + 32 * 257, "\(bytes) bytes")
    }
    #expect(try reader.mayHave([], filter: .keyFilter(0), decoder: &decoder) == [])
    #expect(try reader.mayHave(absent, filter: .keyFilter(1), decoder: &decoder) == absent)
  }

  @Test func damageIsTold() throws {
    var generator = SeededGenerator(seed: 3)
    let keys = (0..<2_000).map { _ in generator.next() }.sorted()
    let folder = TemporaryFolder()
    let reader = try reader(keys.map { [$0, 0, 0] }, in: folder)
    let whole = readFile(reader.path)!
    for offset in stride(from: 64, to: Int(reader.directory.listsOffset), by: 7) {
      var damaged = whole
      damaged[offset] ^= UInt8(1 << (offset % 8))
      writeFile(reader.path, damaged)
      #expect(throws: StoreError.self, "byte \(offset)") {
        var decoder = ColumnDecoder()
        _ = try reader.mayHave(keys, filter: .keyFilter(0), decoder: &decoder)
      }
    }
  }
}
