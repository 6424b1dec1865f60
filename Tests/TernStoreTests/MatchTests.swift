import TernCEB
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
        case 1, 9: generator.next()
        case 2: UInt64(row) << 1 | (generator.next() & 1)
        case 3: 1_700_000_000 + UInt64(row / 3)
        case 5: sellers.randomElement(using: &generator)!
        case 6: UInt64(bitPattern: Int64.random(in: -50_000...5_000_000, using: &generator))
        case 7: generator.next() & 1 == 0 ? 0 : .max
        case 8: [UInt64.max, 1 << 63, 0, 142].randomElement(using: &generator)!
        default: 0
        }
      }
    }
  }

  /// The rows of one partition: by range, and within a range in arrival order.
  static func expected(
    _ rows: [[UInt64]], partition: Int, bits: Int, rangeBits: Int, ordinal: UInt64
  ) -> [UInt64] {
    var ranges = [[UInt64]](repeating: [], count: 1 << rangeBits)
    for var row in rows where keyRange(row[0], bits: bits) == partition {
      row[2] &+= ordinal << 32
      ranges[keyRange(row[0], bits: rangeBits)] += row
    }
    return ranges.flatMap { $0 }
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
    var generator = SeededGenerator(seed)
    let folder = TemporaryFolder()
    let wordsPerRow = rowCount % 2 == 0 ? 14 : 5
    let rows = Self.rows(rowCount, wordsPerRow: wordsPerRow, &generator, skewed: skewed)
    let (_, reader) = try Self.store([rows], in: folder)
    let rangeBits = MatchTableWriter.rangeBits(rows: rowCount)
    #expect(reader.rowCount(of: .match(0)) == rowCount)
    var decoder = ColumnDecoder()
    for bits in [0, 1, 2, 3, 5, 8, 10] {
      // Of many partitions a few, first and last among them.
      let all = Array(0..<1 << bits)
      let some = bits <= 2 ? all : [0, 1, all.count / 2, all.count - 1]
      for partition in some {
        var found = GrowableBuffer<UInt64>()
        found.append(99)
        try reader.readPartition(
          partition, of: 1 << bits, table: .match(0), into: &found, segmentOrdinal: 7,
          decoder: &decoder)
        let wanted = Self.expected(
          rows, partition: partition, bits: bits, rangeBits: rangeBits, ordinal: 7)
        var same = found.count == wanted.count + 1
        for index in 1..<found.count where same { same = found[index] == wanted[index - 1] }
        #expect(same, "seed \(seed), partition \(partition) of \(1 << bits)")
      }
    }
  }

  @Test func rangesHaveEnoughRows() {
    #expect(MatchTableWriter.rangeBits(rows: 0) == 0)
    #expect(MatchTableWriter.rangeBits(rows: 255) == 0)
    #expect(MatchTableWriter.rangeBits(rows: 256) == 1)
    #expect(MatchTableWriter.rangeBits(rows: 1 << 30) == 8)
  }

  @Test func severalTablesAndAMissingOne() throws {
    var generator = SeededGenerator(9)
    let folder = TemporaryFolder()
    let tables = [300, 20, 900].map { Self.rows($0, wordsPerRow: 10, &generator) }
    let (_, reader) = try Self.store(tables, in: folder)
    var decoder = ColumnDecoder()
    for (number, rows) in tables.enumerated() {
      var found = GrowableBuffer<UInt64>()
      try reader.readPartition(
        0, of: 1, table: .match(number), into: &found, segmentOrdinal: 0, decoder: &decoder)
      let count = found.count
      #expect(count == rows.count * 10)
      #expect(reader.wordsPerRow(of: .match(number)) == 10)
    }
    var found = GrowableBuffer<UInt64>()
    try reader.readPartition(
      0, of: 4, table: .match(9), into: &found, segmentOrdinal: 0, decoder: &decoder)
    let isEmpty = found.isEmpty
    #expect(isEmpty)
    #expect(reader.wordsPerRow(of: .match(9)) == nil)
  }

  /// Words with few distinct values, and constant ones, cost next to nothing.
  @Test func widthsFollowTheValues() throws {
    var generator = SeededGenerator(10)
    let seller = generator.next()
    let other = generator.next()
    var words = GrowableBuffer<UInt64>()
    for row in 0..<200 {
      words.append(contentsOf: [generator.next(), generator.next(), UInt64(row)])
      words.append(contentsOf: [row % 2 == 0 ? seller : other, 142, .max])
    }
    let unit = EncodedUnit()
    var writer = MatchTableWriter()
    writer.encode(words, wordsPerRow: 6, id: .match(0), into: unit)
    // 16 bytes of digest, 8 bits of reference and 1 bit of seller a row.
    #expect(unit.byteCount <= 8 + 6 * 16 + 200 * 16 + 200 + 25 + 16 + 8)
  }

  @Test(arguments: 0..<4 as Range<UInt64>) func mangledGranules(seed: UInt64) {
    var generator = SeededGenerator(seed &+ 500)
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
        var reader = ByteReader(bytes.view, count: size)
        try decodeGranule(&reader, rows: 100, wordsPerRow: 10, segmentOrdinal: 1, into: &out)
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
