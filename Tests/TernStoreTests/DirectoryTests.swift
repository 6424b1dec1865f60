import TernCEB
import TernTestSupport
import Testing

@testable import TernStore

@Suite struct DirectoryTests {
  private static let schema = TableSchema([.init("a", .text), .init("b", .integer)])

  private static func block(
    _ id: TableID, group: Int, column: Int, rows: Int = 3, type: ColumnType, offset: UInt64 = 64
  ) -> EncodedBlock {
    EncodedBlock(
      table: id, column: column, group: group, rows: rows, type: type.rawValue, encoding: 1, offset: offset,
      size: 10, rawSize: 40, checksum: UInt64(group * 2 + column))
  }

  private static func group(_ id: TableID, _ number: Int, rows: Int = 3) -> [EncodedBlock] {
    [
      block(id, group: number, column: 0, rows: rows, type: .text),
      block(id, group: number, column: 1, rows: rows, type: .integer),
    ]
  }

  /// In whatever order blocks came, they are found by group and column, table by table.
  @Test func blocksAreFound() throws {
    let (first, second) = (TableID.heads(.order303), TableID.rejects)
    let ofFirst = [7, 2, 5].flatMap { Self.group(first, $0, rows: $0) }
    let ofSecond = Self.group(second, 0).reversed()
    var bytes = GrowableBuffer<UInt8>()
    let size = try Directory.append(
      [first: .columns(Self.schema), second: .columns(Self.schema)], [first: ofFirst, second: Array(ofSecond)],
      listsOffset: 64 + 80, to: &bytes)
    let start = bytes.count - size
    bytes.reserve(paddingBytes)
    var reader = ByteReader(bytes.view, start: start, count: size)
    let directory = try Directory(&reader, end: UInt64(64 + 80 + start))
    #expect(directory.listsOffset == 64 + 80)
    #expect(directory.tables.map(\.id) == [first, second])
    let table = try #require(directory.table(first))
    #expect(table.groups.map(\.number) == [2, 5, 7])
    #expect(table.groups.map(\.rows) == [2, 5, 7])
    #expect((table.rows, table.byteCount) == (14, 60))
    let list = bytes.view.slice(Int(table.listOffset) - 144, count: bytes.count - Int(table.listOffset) + 144)
    let blocks = try table.blocks(list, end: directory.listsOffset)
    #expect(blocks == [2, 5, 7].flatMap { Self.group(first, $0, rows: $0) })
    #expect(throws: BlockFault.self) { try table.blocks(list, end: 70) }
  }

  /// What no writer may write.
  @Test(arguments: [
    [block(.rejects, group: 0, column: 0, type: .text)],
    [block(.rejects, group: 0, column: 1, type: .integer)],
    group(.rejects, 0) + group(.rejects, 0),
    [block(.rejects, group: 0, column: 0, type: .text), block(.rejects, group: 0, column: 1, rows: 4, type: .integer)],
    [block(.rejects, group: 0, column: 0, type: .text), block(.rejects, group: 1, column: 1, type: .integer)],
    [block(.rejects, group: 0, column: 0, type: .decimal), block(.rejects, group: 0, column: 1, type: .integer)],
    group(.irregulars, 0),
    group(.rejects, 0, rows: 0),
  ])
  func faults(_ blocks: [EncodedBlock]) {
    var bytes = GrowableBuffer<UInt8>()
    #expect(throws: BlockFault.self) {
      try Directory.append([.rejects: .columns(Self.schema)], [.rejects: blocks], listsOffset: 64, to: &bytes)
    }
  }

  /// A damaged list of blocks hurts its own table alone, and is one damage.
  @Test func damagedListHurtsItsTable() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/store"
    try SegmentTests.smallStore(path)
    let file = path + "/" + StoreFolder.segment(1)
    let list = try #require(try Store.open(path).openSegment(0).directory.table(.rejects))
    var bytes = readFile(file)!
    bytes[Int(list.listOffset) + 3] ^= 4
    writeFile(file, bytes)
    let reader = try Store.open(path).openSegment(0)
    var decoder = ColumnDecoder()
    #expect(try reader.readTable(.heads(.order303), decoder: &decoder).rowCount == 14)
    #expect(reader.rowCount(of: .rejects) == 20)
    let damage = StoreError.corrupt(
      file: file, range: list.listOffset..<list.listOffset + UInt64(list.listSize),
      what: "wrong checksum of a list of blocks (table \(TableID.rejects.rawValue))")
    for _ in 0..<2 {
      #expect(throws: damage) { try reader.readTable(.rejects, decoder: &decoder) }
    }
    #expect(Store.verify(path).damages == [damage])
  }
}
