import TernCEB
import TernTestSupport
import Testing

@testable import TernStore

/// Searching keys, against going through all rows.
@Suite("a search reads keys and documents, and whole rows only where it found some")
struct MatchKeysTests {
  private func rows(_ count: Int, _ generator: inout SeededGenerator) -> [[UInt64]] {
    // Some keys twice, and some that agree in all of their first 16 bits.
    var rows = MatchTests.rows(count, wordsPerRow: 10, &generator)
    for row in rows.indices where row % 7 == 3 { rows[row][0] = rows[row / 2][0] }
    for row in rows.indices where row % 11 == 5 { rows[row][0] = rows[row / 3][0] ^ 1 << 20 }
    return rows
  }

  private struct Found: Hashable {
    var key: UInt64
    var document: UInt64
  }

  @Test(arguments: [0, 1, 130, 300, 5_000, 40_000])
  func findsWhatIsThere(rowCount: Int) throws {
    let seed = UInt64(rowCount)
    var generator = SeededGenerator(seed: seed)
    let folder = TemporaryFolder()
    let rows = rows(rowCount, &generator)
    let (_, reader) = try MatchTests.store([rows], in: folder)
    let keys = MatchKeys(table: .match(0), wordsPerRow: 10)
    // Those of some rows, and as many that are nowhere.
    let wanted = Set(
      rows.filter { _ in generator.next() % 5 == 0 }.map { $0[0] }
        + (0..<rowCount / 5).map { _ in generator.next() })
    for bits in [0, 3, 8, 12] {
      let count = 1 << bits
      for range in Set([0, count / 2, count - 1]) {
        // The same file twice: its rows come twice, the second time as segment 1.
        func expected(_ segments: Range<Int>, _ isWanted: (UInt64) -> Bool) -> [Found: Int] {
          var all: [Found: Int] = [:]
          for segment in segments {
            for row in rows where keyRange(row[0], bits: bits) == range && isWanted(row[0]) {
              all[Found(key: row[0], document: row[2] + UInt64(segment) << 32), default: 0] += 1
            }
          }
          return all
        }
        for first in 0...2 {
          var seen: [Found: Int] = [:]
          try keys.load(range, of: count, from: [reader, reader], among: first..<2)
          keys.forEachStretch { segment, documents, key in
            for row in documents.indices {
              #expect(documents[row] >> 32 == segment)
              seen[Found(key: key(row), document: documents[row]), default: 0] += 1
            }
          }
          #expect(seen == expected(first..<2) { _ in true }, "seed \(seed), range \(range) of \(count)")
        }
        try keys.load(range, of: count, from: [reader, reader])
        let mine = wanted.filter { keyRange($0, bits: bits) == range }.sorted()
        var places: [MatchKeys.Place] = []
        var documents: [UInt64] = []
        keys.find([mine, mine]) { place, document in
          places.append(place)
          documents.append(document)
        }
        var whole = GrowableBuffer<UInt64>()
        try keys.pick(places, into: &whole)
        var found: [Found: Int] = [:]
        var areWhole = whole.count == places.count * 10
        for place in places.indices where areWhole {
          let row = (0..<10).map { whole[place * 10 + $0] }
          areWhole = row[2] == documents[place]
          var original = row
          original[2] &= 0xffff_ffff
          areWhole = areWhole && rows[Int(original[2] >> 1)] == original
          found[Found(key: row[0], document: row[2]), default: 0] += 1
        }
        #expect(areWhole, "seed \(seed), range \(range) of \(count)")
        #expect(found == expected(0..<2) { wanted.contains($0) }, "seed \(seed), range \(range) of \(count)")
      }
    }
  }

  @Test func damagedKeysAreTold() throws {
    var generator = SeededGenerator(seed: 4)
    let folder = TemporaryFolder()
    let rows = rows(2_000, &generator)
    let (_, reader) = try MatchTests.store([rows], in: folder)
    let whole = readFile(reader.path)!
    let keys = MatchKeys(table: .match(0), wordsPerRow: 10)
    let blocks = try reader.matchBlocks(0, bits: 0, table: .match(0))
    // Every byte of a granule's beginning, up to the end of its documents.
    let block = blocks[blocks.count / 2]
    let start = Int(block.offset)
    var buffer = GrowableBuffer<UInt8>()
    let size = try reader.readKeys(block, rangeBits: reader.matchRangeBits(of: .match(0)), wordsPerRow: 10, into: &buffer)
    for offset in stride(from: start, to: start + size, by: 1) {
      var damaged = whole
      damaged[offset] ^= UInt8(1 << (offset % 8))
      writeFile(reader.path, damaged)
      let keys = MatchKeys(table: .match(0), wordsPerRow: 10)
      #expect(throws: StoreError.self, "byte \(offset - start)") { try keys.load(0, of: 1, from: [reader]) }
    }
    writeFile(reader.path, whole)
    try keys.load(0, of: 1, from: [reader])
  }
}
