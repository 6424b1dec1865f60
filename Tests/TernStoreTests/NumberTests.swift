import TernCEB
import TernTestSupport
import Testing

@testable import TernStore

/// The index of numbers, against a plain set.
@Suite struct NumberTests {
  struct Entry: Hashable {
    var hash: UInt64
    var group: Int
  }

  /// So many hashes of so many numbers, spread over row groups from `first` on.
  static func entries(
    _ count: Int, numbers: Int, groups: Range<Int>, _ generator: inout SeededGenerator
  ) -> [Entry] {
    let hashes = (0..<numbers).map { _ in generator.next() }
    return (0..<count).map { index in
      Entry(
        hash: hashes.randomElement(using: &generator)!,
        group: groups.lowerBound + groups.count * index / count)
    }
  }

  static func hashes(_ entries: [Entry]) -> NumberHashes {
    let all = NumberHashes()
    var part = GrowableBuffer<UInt64>()
    for (index, entry) in entries.enumerated() {
      part.append(entry.hash)
      // Some groups come in two parts.
      if index == entries.count - 1 || entries[index + 1].group != entry.group || index % 1000 == 7 {
        all.append(part, group: entry.group)
        part.removeAll()
      }
    }
    return all
  }

  static func segment(_ entries: [Entry], in folder: TemporaryFolder) throws -> SegmentReader {
    let store = try Store.create(folder.path + "/store")
    let transaction = try store.begin()
    let writer = try transaction.newSegment()
    let unit = EncodedUnit()
    var numbers = NumberTableWriter()
    numbers.encode(Self.hashes(entries), into: unit)
    try writer.append(unit)
    try transaction.seal(writer, latestAppTime: nil, inputBytes: 0)
    try transaction.commit(sources: [])
    return try store.openSegment(0)
  }

  @Test("each number leads to its row groups, and hardly to others", arguments: [
    (1, 1, 0..<1), (40, 30, 3..<4), (5_000, 3_000, 10..<138), (70_000, 60_000, 1_000_000..<1_000_300),
    (60_000, 5, 0..<200), (40_000, 40_000, 7..<8),
  ])
  func findsAll(count: Int, numbers: Int, groups: Range<Int>) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    let folder = TemporaryFolder()
    let entries = Self.entries(count, numbers: numbers, groups: groups, &generator)
    let reader = try Self.segment(entries, in: folder)
    let all = Set(entries)
    let byHash = Dictionary(grouping: all, by: \.hash)
    var decoder = ColumnDecoder()
    var inVain = 0
    for (hash, own) in byHash.prefix(5_000) {
      let found = try reader.groups(ofNumber: hash, decoder: &decoder)
      #expect(found == found.sorted() && Set(found).count == found.count)
      #expect(Set(found).isSuperset(of: own.map(\.group)))
      inVain += found.count - own.count
    }
    #expect(inVain <= 20 + min(numbers, 5_000) / 8)
    inVain = 0
    for _ in 0..<2_000 { inVain += try reader.groups(ofNumber: generator.next(), decoder: &decoder).count }
    #expect(inVain <= (numbers < 100 ? 2_000 * numbers * groups.count / 50 : 250))
    #expect(reader.rowCount(of: .numbers) <= all.count)
    #expect(reader.rowCount(of: .numbers) >= all.count * 95 / 100)
    if numbers > 1_000 {
      let bits = 8 * reader.summary.size / UInt64(count)
      #expect(bits < 24, "bits a number")
    }
    #expect(Store.verify(folder.path + "/store").isSound)
  }

  @Test("a segment without numbers has no index, and nothing is found")
  func none() throws {
    let folder = TemporaryFolder()
    let reader = try Self.segment([], in: folder)
    var decoder = ColumnDecoder()
    #expect(try reader.groups(ofNumber: 1, decoder: &decoder) == [])
    #expect(!reader.tables.contains(.numbers))
  }

  @Test("bytes depend on the numbers alone, not on what the writer did before")
  func deterministic() throws {
    var generator = SeededGenerator(seed: 3)
    let entries = Self.entries(20_000, numbers: 9_000, groups: 2..<60, &generator)
    var used = NumberTableWriter()
    var blocks: [[UInt8]] = []
    for round in 0..<2 {
      let unit = EncodedUnit()
      if round == 1 {
        used.encode(Self.hashes(Self.entries(90_000, numbers: 50, groups: 0..<9, &generator)), into: unit)
        unit.removeAll()
      }
      used.encode(Self.hashes(entries), into: unit)
      blocks.append((0..<unit.byteCount).map { unit.bytes[$0] })
    }
    #expect(blocks[0] == blocks[1])
  }

  @Test("mangled bytes are refused or read, and never read out of bounds", arguments: 0..<4 as Range<UInt64>)
  func mangled(seed: UInt64) throws {
    print("mangled index: seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let unit = EncodedUnit()
    var writer = NumberTableWriter()
    writer.encode(
      Self.hashes(Self.entries(700, numbers: 500, groups: 5..<20, &generator)), into: unit)
    let block = unit.blocks[0]
    var refused = 0
    for _ in 0..<2_000 {
      var bytes = GrowableBuffer<UInt8>()
      bytes.append(unit.bytes.view, count: block.size)
      let header = Bool.random(using: &generator)
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<(header ? NumberBlock.headerSize : block.size), using: &generator)
        bytes[place] ^= UInt8.random(in: 1...255, using: &generator)
      }
      bytes.reserve(paddingBytes)
      do throws(BlockFault) {
        let found = try NumberBlock(bytes.view, start: 0, size: block.size, rows: block.rows, rangeBits: 0)
        try found.check()
        for _ in 0..<10 { _ = try found.groups(of: generator.next()) }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 1_000)
  }
}
