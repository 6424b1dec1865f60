import TernCEB
import TernTestSupport
import Testing

@testable import TernStore

/// Match rows by partition, against the plainest way of doing it.
@Suite struct MatchTests {
  static func rows(
    _ count: Int, wordsPerRow: Int, _ generator: inout SeededGenerator, skewed: Bool = false
  ) -> [[UInt64]] {
    let sellers: [UInt64] = (0..<5).map { _ in generator.next() }
    return (0..<count).map { row in
      (0..<wordsPerRow).map { word in
        switch word {
        case 0: skewed ? generator.next() >> 3 : generator.next()
        case 1:
          wordsPerRow == 5
            ? generator.next() : generator.next() & 0xffff_ffff | [1, 2, 0xffff_fff0][row % 3] << 32
        case 9: generator.next()
        case 2: UInt64(row) << 1 | (generator.next() & 1)
        case 3: 1_700_000_000 + UInt64(row / 3)
        case 5: sellers.randomElement(using: &generator)!
        case 6: UInt64(bitPattern: Int64.random(in: -50_000...5_000_000, using: &generator))
        case 7: generator.next() & 1 == 0 ? 0 : .max
        case 10: UInt64(bitPattern: 7 + 1000 * Int64.random(in: -50_000...5_000_000, using: &generator))
        case 11: generator.next() / 10 * 10
        case 8: [UInt64.max, 1 << 63, 0, 142].randomElement(using: &generator)!
        default: 0
        }
      }
    }
  }

  /// The rows whose key's top `bits` are `part`: in order of the top 16 bits, and as they came.
  static func expected(
    _ rows: [[UInt64]], part: Int, bits: Int, ordinal: UInt64
  ) -> [UInt64] {
    var found = rows.enumerated().filter { keyRange($0.element[0], bits: bits) == part }
    found.sort { ($0.element[0] >> 48, $0.offset) < ($1.element[0] >> 48, $1.offset) }
    return found.flatMap { _, row in
      var row = row
      row[2] &+= ordinal << 32
      return row
    }
  }

  static func store(
    _ tables: [[[UInt64]]], in folder: TemporaryFolder
  ) throws -> (Store, SegmentReader) {
    let store = try Store.create(folder.path + "/store")
    let transaction = try store.begin()
    let writer = try transaction.newSegment()
    let unit = EncodedUnit()
    var tableWriter = MatchTableWriter()
    for (number, rows) in tables.enumerated() {
      var words = GrowableBuffer<UInt64>()
      for row in rows { words.append(contentsOf: row) }
      tableWriter.encode(
        words, wordsPerRow: rows.first?.count ?? 14, id: .match(number), into: unit)
    }
    try writer.append(unit)
    try transaction.seal(writer, latestAppTime: nil, inputBytes: 0)
    try transaction.commit(sources: [])
    return (store, try store.openSegment(0))
  }

  @Test(arguments: [0, 1, 2, 127, 255, 256, 700, 3_000, 33_000], [false, true])
  func everyPartitionOfEveryCount(rowCount: Int, skewed: Bool) throws {
    let seed = UInt64(rowCount * 2 + (skewed ? 1 : 0))
    var generator = SeededGenerator(seed: seed)
    let folder = TemporaryFolder()
    let wordsPerRow = rowCount % 2 == 0 ? 14 : 5
    let rows = Self.rows(rowCount, wordsPerRow: wordsPerRow, &generator, skewed: skewed)
    let (_, reader) = try Self.store([rows], in: folder)
    #expect(reader.rowCount(of: .match(0)) == rowCount)
    let range = MatchRange(table: .match(0), wordsPerRow: wordsPerRow)
    for (rangeBits, partBits) in [(0, 0), (1, 2), (3, 0), (5, 3), (8, 0), (8, 4), (10, 6)] {
      // Of many ranges a few, first and last among them.
      let all = Array(0..<1 << rangeBits)
      let some = rangeBits <= 1 ? all : [0, 1, all.count / 2, all.count - 1]
      for number in some {
        // The same file twice: its rows come twice, the second time as segment 1.
        try range.load(number, of: all.count, from: [reader, reader])
        var rowsOfParts = 0
        for part in 0..<1 << partBits {
          var found = GrowableBuffer<UInt64>()
          found.append(99)
          try range.take(part: part, of: 1 << partBits, into: &found)
          let bits = rangeBits + partBits
          let wanted = (0..<2).flatMap {
            Self.expected(
              rows, part: number << partBits + part, bits: bits, ordinal: UInt64($0))
          }
          let same = Self.appended(found, wanted)
          #expect(same, "seed \(seed), part \(part) of range \(number) of \(all.count)")
          rowsOfParts += wanted.count / wordsPerRow
        }
        #expect(range.rowCount == rowsOfParts)
      }
    }
  }

  /// Whether just `wanted` was appended to the one word that was there.
  static func appended(
    _ found: borrowing GrowableBuffer<UInt64>, _ wanted: [UInt64]
  ) -> Bool {
    guard found.count == wanted.count + 1, found[0] == 99 else { return false }
    for index in wanted.indices where found[index + 1] != wanted[index] { return false }
    return true
  }

  @Test func rangesHaveEnoughRows() {
    #expect(MatchTableWriter.rangeBits(rows: 0) == 0)
    #expect(MatchTableWriter.rangeBits(rows: 255) == 0)
    #expect(MatchTableWriter.rangeBits(rows: 256) == 1)
    #expect(MatchTableWriter.rangeBits(rows: 1 << 15) == 8)
    #expect(MatchTableWriter.rangeBits(rows: 1 << 18 - 1) == 8)
    #expect(MatchTableWriter.rangeBits(rows: 1 << 18) == 9)
    #expect(MatchTableWriter.rangeBits(rows: 1 << 30) == 12)
  }

  /// More than 256 ranges: a segment's own ranges, and fewer and more than these, have every row once and in order.
  @Test func aLargeSegmentHasMoreRanges() throws {
    var generator = SeededGenerator(seed: 11)
    let folder = TemporaryFolder()
    let rows = (0..<1 << 18).map { [generator.next(), 7, $0] as [UInt64] }
    let (_, reader) = try Self.store([rows], in: folder)
    #expect(reader.matchRangeBits(of: .match(0)) == 9)
    let order = rows.enumerated().sorted { ($0.element[0] >> 48, $0.offset) < ($1.element[0] >> 48, $1.offset) }
    let wanted = order.flatMap(\.element)
    let range = MatchRange(table: .match(0), wordsPerRow: 3)
    for bits in [8, 9, 10] {
      var found = GrowableBuffer<UInt64>()
      found.append(99)
      for number in 0..<1 << bits {
        try range.load(number, of: 1 << bits, from: [reader])
        try range.take(part: 0, of: 1, into: &found)
      }
      let same = Self.appended(found, wanted)
      #expect(same, "2^\(bits) ranges")
    }
  }

  @Test func severalTablesAndAMissingOne() throws {
    var generator = SeededGenerator(seed: 9)
    let folder = TemporaryFolder()
    let tables = [300, 20, 900].map { Self.rows($0, wordsPerRow: 10, &generator) }
    let (_, reader) = try Self.store(tables, in: folder)
    for (number, rows) in tables.enumerated() {
      let range = MatchRange(table: .match(number), wordsPerRow: 10)
      try range.load(0, of: 1, from: [reader])
      #expect(range.rowCount == rows.count)
      var found = GrowableBuffer<UInt64>()
      try range.take(part: 0, of: 1, into: &found)
      let count = found.count
      #expect(count == rows.count * 10)
      #expect(reader.wordsPerRow(of: .match(number)) == 10)
      // Another shape than the reader's is damage, not a wrong row.
      #expect(throws: StoreError.self) {
        try MatchRange(table: .match(number), wordsPerRow: 9).load(0, of: 1, from: [reader])
      }
    }
    let range = MatchRange(table: .match(9), wordsPerRow: 10)
    try range.load(0, of: 4, from: [reader])
    #expect(range.rowCount == 0)
    #expect(reader.wordsPerRow(of: .match(9)) == nil)
  }

  /// Words with few distinct values, and constant ones, cost next to nothing.
  @Test func widthsFollowTheValues() throws {
    var generator = SeededGenerator(seed: 10)
    let seller = generator.next()
    let other = generator.next()
    var words = GrowableBuffer<UInt64>()
    for row in 0..<200 {
      words.append(contentsOf: [generator.next(), generator.next() & 0xffff_ffff | 3 << 32, UInt64(row)])
      words.append(contentsOf: [row % 2 == 0 ? seller : other, 142, generator.next() % 100 * 100_000])
    }
    let unit = EncodedUnit()
    var writer = MatchTableWriter()
    writer.encode(words, wordsPerRow: 6, id: .match(0), into: unit)
    // 12 bytes of key, 8 bits of reference, 1 bit of seller and 7 of an amount a row.
    #expect(unit.byteCount <= 16 + 7 * 16 + 200 * 12 + 200 + 25 + 16 + 175 + 8)
  }

  @Test(arguments: 0..<4 as Range<UInt64>) func mangledGranules(seed: UInt64) {
    var generator = SeededGenerator(seed: seed &+ 500)
    let rows = Self.rows(100, wordsPerRow: 10, &generator)
    var encoder = MatchGranuleEncoder()
    var words = GrowableBuffer<UInt64>()
    for row in rows { words.append(contentsOf: row) }
    var bytes = GrowableBuffer<UInt8>()
    encoder.encode(words.view, count: 100, wordsPerRow: 10, to: &bytes)
    bytes.reserve(paddingBytes)
    var thrown = 0
    for _ in 0..<2000 {
      let place = Int.random(in: 0..<min(bytes.count, 200), using: &generator)
      let before = bytes[place]
      bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
      let size = Bool.random(using: &generator) ? bytes.count : Int.random(in: 0...bytes.count, using: &generator)
      var out = GrowableBuffer<UInt64>()
      do throws(BlockFault) {
        try decodeGranule(
          bytes.view, start: 0, size: size, rows: 100, wordsPerRow: 10, segmentOrdinal: 1,
          into: &out)
        let count = out.count
        #expect(count == 1000)
      } catch {
        thrown += 1
      }
      bytes[place] = before
    }
    #expect(thrown > 900, "seed \(seed)")
  }
}
