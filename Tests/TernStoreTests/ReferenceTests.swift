import TernCEB
import TernTestSupport
import Testing

@testable import TernStore

/// Columns that are kept as what they add to another column of their table.
@Suite struct ReferenceTests {
  static let schema = TableSchema([
    .init("appTime", .integer), .init("ebcCode", .text), .init("ebcName", .text),
    .init("payTime", .integer), .init("ownerName", .text), .init("note", .text),
    .init("#offset", .integer), .init("#length", .integer),
  ])

  /// A seller's name follows its code but for a few rows; times are near each other; documents lie
  /// end to end but for gaps.
  static func table(rows: Int, sellers: Int, exceptions: Int, seed: UInt64) -> Table {
    var generator = SeededGenerator(seed: seed)
    let table = Table(schema)
    var offset: Int64 = 55
    for row in 0..<rows {
      let seller = Int.random(in: 0..<sellers, using: &generator)
      let time = 1_772_300_000 + Int64.random(in: 0..<86_400, using: &generator)
      let length = Int64.random(in: 800..<2000, using: &generator)
      let isException = exceptions > 0 && row % (rows / exceptions + 1) == 3
      table["appTime"].integer.append(time)
      table["ebcCode"].text.append("91310000MA" + String(100_000 + seller * 7) + "0X")
      table["ebcName"].text.append(isException ? "另一家公司\(row)" : "金华市贸易\(seller)有限公司")
      table["payTime"].integer.append(row % 97 == 0 ? IntegerColumn.absent : time - 20)
      table["ownerName"].text.append("金华市贸易\(isException ? seller / 2 : seller)有限公司")
      table["note"].text.append(row % 3 == 0 ? "" : "易碎物品\(row % 11)")
      table["#offset"].integer.append(offset)
      table["#length"].integer.append(length)
      offset += length + (row % 100 == 99 ? Int64.random(in: 300..<900, using: &generator) : 3)
      if row % 700 == 699 { offset = 55 }
    }
    return table
  }

  static func encode(_ table: Table, level: Int = 1) -> EncodedUnit {
    let unit = EncodedUnit()
    var encoder = ColumnEncoder(level: level)
    encoder.encode(table, id: .rejects, group: 4, into: unit)
    return unit
  }

  @Test(arguments: 0..<12 as Range<UInt64>) func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed &* 77)
    for level in [0, 1] {
      let rows = Int.random(in: 1...4000, using: &generator)
      let table = Self.table(
        rows: rows, sellers: Int.random(in: 1...rows, using: &generator),
        exceptions: Int.random(in: 0...rows / 8, using: &generator), seed: seed)
      let unit = Self.encode(table, level: level)
      var decoder = ColumnDecoder()
      for (number, block) in unit.blocks.enumerated() {
        let decoded = try decoder.decode(block, of: unit)
        let same = Values(decoded) == Values(table.columns[number])
        #expect(same, "seed \(seed), column \(number), \(rows) rows")
      }
    }
  }

  /// An encoder is used for many units by one thread; which ones must not show.
  @Test func encoderKeepsNothing() {
    var used = ColumnEncoder()
    for seed in 0..<6 as Range<UInt64> {
      let table = Self.table(
        rows: 300 + Int(seed) * 700, sellers: 20 + 90 * Int(seed), exceptions: 3, seed: seed)
      let unit = EncodedUnit()
      used.encode(table, id: .rejects, group: 4, into: unit)
      let fresh = Self.encode(table)
      #expect(unit.blocks == fresh.blocks)
      let same = (0..<fresh.bytes.count).allSatisfy { unit.bytes[$0] == fresh.bytes[$0] }
      #expect(same, "seed \(seed)")
    }
  }

  @Test func relatedColumnsAreFound() {
    let table = Self.table(rows: 4000, sellers: 500, exceptions: 9, seed: 5)
    let unit = Self.encode(table)
    let used = Dictionary(
      uniqueKeysWithValues: zip(Self.schema.columns.map(\.name), unit.blocks.map(\.encoding)))
    #expect(used["ebcCode"] == TextEncoding.dictionary.rawValue)
    #expect(used["ebcName"] == TextEncoding.twin.rawValue)
    #expect(used["ownerName"] == TextEncoding.twin.rawValue)
    #expect(used["note"] == TextEncoding.dictionary.rawValue)
    #expect(used["appTime"] == WordEncoding.packed.rawValue)
    #expect(used["payTime"] == WordEncoding.beside.rawValue)
    #expect(used["#offset"] == WordEncoding.beside.rawValue)
    #expect(used["#length"] == WordEncoding.packed.rawValue)
    #expect(unit.blocks[6].size < 2000, "places cost next to nothing beside lengths")
  }

  /// Read from a file: all columns, and each alone, without the one it refers to.
  @Test func readsEachColumnAlone() throws {
    let folder = TemporaryFolder()
    let store = try Store.create(folder.path + "/store")
    let transaction = try store.begin()
    let writer = try transaction.newSegment()
    let tables = (0..<3).map { Self.table(rows: 1500, sellers: 90, exceptions: 4, seed: $0) }
    for (group, table) in tables.enumerated() {
      try writer.append(table: table, id: .rejects, group: group)
    }
    try transaction.seal(writer, latestAppTime: nil, inputBytes: 1)
    try transaction.commit(sources: [])
    let reader = try store.openSegment(0)
    var decoder = ColumnDecoder()
    for group in 0..<3 {
      let all = try reader.readTable(.rejects, group: group, decoder: &decoder)
      #expect(all.values == tables[group].values)
      for (number, column) in Self.schema.columns.enumerated() {
        let one = try reader.readTable(
          .rejects, group: group, columns: [column.name], decoder: &decoder)
        #expect(one.values == [tables[group].values[number]])
      }
    }
  }

  /// A damaged or hostile block, or reference, throws or gives the right number of rows.
  @Test(arguments: 0..<6 as Range<UInt64>) func mangledBlocks(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed &+ 900)
    let table = Self.table(rows: 600, sellers: 60, exceptions: 5, seed: seed)
    let unit = Self.encode(table)
    let bytes = unit.bytes.view
    var decoder = ColumnDecoder()
    var thrown = 0
    for number in [2, 3, 4, 6] {
      let block = unit.blocks[number]
      for _ in 0..<300 {
        // The block itself, or any other: the one it refers to is among them.
        let hit = Bool.random(using: &generator) ? block : unit.blocks.randomElement(using: &generator)!
        var changed: [(place: Int, byte: UInt8)] = []
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          let place = Int(hit.offset) + Int.random(in: 0..<min(hit.size, 60), using: &generator)
          changed.append((place, bytes[place]))
          bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
        }
        do {
          #expect(try decoder.decode(block, of: unit).count == 600)
        } catch {
          thrown += 1
        }
        for (place, byte) in changed.reversed() { bytes[place] = byte }
      }
    }
    #expect(thrown > 200, "seed \(seed)")
  }

  /// A reference that refers on, to itself or to a column of another type or length is refused.
  @Test func impossibleReferences() throws {
    let table = Self.table(rows: 600, sellers: 60, exceptions: 0, seed: 1)
    for (number, targets) in [(2, [0, 2, 3, 4, 6, 8, 0xffff]), (3, [1, 3, 6, 8, 0xffff])] {
      for target in targets {
        let unit = Self.encode(table)
        let block = unit.blocks[number]
        unit.bytes[Int(block.offset) + 1] = UInt8(target & 0xff)
        unit.bytes[Int(block.offset) + 2] = UInt8(target >> 8)
        var decoder = ColumnDecoder()
        #expect(throws: BlockFault.self) { try decoder.decode(block, of: unit) }
      }
    }
  }
}
