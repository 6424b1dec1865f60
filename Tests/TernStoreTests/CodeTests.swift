import TernCEB
import TernTestSupport
import Testing

@testable import TernStore

/// Columns of texts by their distinct values, and whole numbers as bytes.
struct CodeTests {
  private static func table(rows: Int, _ generator: inout SeededGenerator) -> Table {
    let table = Table(
      TableSchema([
        .init("few", .text), .init("same", .text), .init("guid", .text), .init("price", .decimal),
        .init("small", .integer), .init("long", .text),
      ]))
    let same = ["", "甲", "a value of more than eight bytes"].randomElement(using: &generator)!
    for row in 0..<rows {
      table["few"].text.append(["甲", "乙乙", "", "more than eight"].randomElement(using: &generator)!)
      table["same"].text.append(same)
      table["guid"].text.append(guid(&generator))
      table["price"].decimal.append(mantissa: UInt64(row), form: DecimalForm(rawValue: 2))
      table["small"].integer.append(Int64.random(in: 0...255, using: &generator))
      table["long"].text.append(
        String(repeating: "x", count: 20 + Int.random(in: 0..<9, using: &generator)))
    }
    return table
  }

  /// Of each row its value.
  private static func values(_ text: CodedText) -> [String] {
    guard let codes = text.codes else {
      return (0..<text.values.count).map { text.values.string($0) }
    }
    return (0..<codes.count).map { text.values.string(Int(codes[$0])) }
  }

  @Test("one table read into again and again has the rows of each group")
  func readsInto() throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("CodeTests seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let folder = TemporaryFolder()
    let store = try Store.create(folder.path + "/store")
    let transaction = try store.begin()
    let writer = try transaction.newSegment()
    let tables = (0..<6).map { Self.table(rows: [1, 7, 8, 100, 900, 3][$0], &generator) }
    for (group, table) in tables.enumerated() {
      try writer.append(table: table, id: .rejects, group: group)
    }
    try transaction.seal(writer, latestAppTime: 1, inputBytes: 1)
    try transaction.commit(sources: [])
    let reader = try Store.open(folder.path + "/store").openSegment(0)
    var decoder = ColumnDecoder()
    let names = ["long", "few", "small", "same", "price", "guid"]
    let schema = tables[0].schema
    let read = CodedTable(TableSchema(names.map { schema.columns[schema.index(of: $0)!] }))
    for group in Array(0..<6).shuffled(using: &generator) + [5, 4] {
      let expected = tables[group]
      try reader.read(.rejects, group: group, into: read, decoder: &decoder)
      #expect(read.rowCount == expected.rowCount)
      for name in ["few", "same", "guid", "long"] {
        let text = expected[name].text
        #expect(Self.values(read.text(name)) == (0..<text.count).map { text.string($0) })
      }
      #expect(Values(read["price"]) == Values(expected["price"]))
      #expect(Values(read["small"]) == Values(expected["small"]))
      if expected.rowCount >= 100 {
        #expect(read.text("few").codes != nil && read.text("few").values.count <= 4)
        #expect(read.text("same").codes != nil && read.text("same").values.count == 1)
        #expect(read.text("guid").codes == nil)
      }
      let small = expected["small"].integer
      let bytes = try reader.readBytes(
        .rejects, group: group, column: "small", decoder: &decoder)
      #expect(bytes == (0..<small.count).map { UInt8(small[$0]) })
    }
    // What is not there.
    try reader.read(.rejects, group: 99, into: read, decoder: &decoder)
    #expect(read.rowCount == 0)
    let none = try reader.readBytes(.rejects, group: 99, column: "small", decoder: &decoder)
    #expect(none.isEmpty)
    #expect(throws: StoreError.self) {
      try reader.readBytes(.rejects, group: 0, column: "few", decoder: &decoder)
    }
    #expect(throws: StoreError.self) {
      try reader.read(
        .rejects, group: 0, into: CodedTable(TableSchema([.init("nonesuch", .text)])),
        decoder: &decoder)
    }
  }

  @Test("whatever the bytes are, a code names a value, or the block is refused")
  func damagedCodes() throws {
    var generator = SeededGenerator(seed: 7)
    let table = Self.table(rows: 300, &generator)
    let unit = EncodedUnit()
    var encoder = ColumnEncoder()
    encoder.encode(table, id: .rejects, group: 0, into: unit)
    var refused = 0
    for block in unit.blocks[0..<2] {
      var decoder = ColumnDecoder()
      let isByValue = decoder.isByValue(block)
      #expect(isByValue)
      for place in 0..<block.size {
        for bit in 0..<8 as Range<UInt8> {
          decoder.input.removeAll()
          decoder.input.append(
            unit.bytes.view.slice(Int(block.offset), count: block.size), count: block.size)
          decoder.input[place] ^= 1 << bit
          let (values, codes) = (TextColumn(), IntegerColumn())
          do throws(BlockFault) {
            try decoder.decodeCodes(block, start: 0, values: values, codes: codes)
          } catch {
            refused += 1
            continue
          }
          #expect(codes.count == block.rows)
          #expect((0..<codes.count).allSatisfy { 0 <= codes[$0] && codes[$0] < values.count })
        }
      }
    }
    #expect(refused > 0)
  }
}
