import TernCEB

/// A file's footer: which tables it has, and their row groups. Where a table's blocks lie stands in a list of its own,
/// read when the first of them is wanted: a segment has some thirty thousand blocks, of which most runs want few.
struct Directory: Sendable {
  struct TableEntry: Sendable {
    var id: TableID
    var shape: TableShape
    var rows = 0
    /// Ascending by number.
    var groups: [Group] = []
    /// Bytes of its blocks.
    var byteCount: UInt64 = 0
    /// Where its list begins.
    var listOffset: UInt64 = 0
    /// XXH3-64 of the list.
    var listChecksum: UInt64 = 0

    var listSize: Int { groups.count * shape.blocksPerGroup * FileFormat.blockSize }
  }

  /// A run of rows of one table: one unit's, or one key range's.
  struct Group: Sendable {
    var number: Int
    var rows: Int
    /// Position of the first column's block in the table's list.
    var first: Int
  }

  /// Ascending by id.
  private(set) var tables: [TableEntry] = []
  /// Where the blocks end and the lists begin.
  private(set) var listsOffset: UInt64

  func table(_ id: TableID) -> TableEntry? { tables.first { $0.id == id } }
}

extension TableShape {
  var blocksPerGroup: Int {
    switch self {
    case .columns(let schema): schema.columns.count
    case .match, .numbers: 1
    }
  }

  /// What a block of the column says it is.
  func blockType(column: Int) -> UInt8 {
    switch self {
    case .columns(let schema): schema.columns[column].type.rawValue
    case .match: FileFormat.matchType
    case .numbers: FileFormat.numbersType
    }
  }
}

// MARK: - Writing

extension Directory {
  /// Appends the lists of all tables and the footer; `listsOffset` is where they will stand. Returns the footer's size.
  ///
  /// A column that is missing or there twice, or of another length than its neighbours, is a fault.
  static func append(
    _ shapes: [TableID: TableShape], _ blocks: [TableID: [EncodedBlock]], listsOffset: UInt64,
    to out: inout GrowableBuffer<UInt8>
  ) throws(BlockFault) -> Int {
    var tables: [TableEntry] = []
    for (id, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      var table = TableEntry(id: id, shape: shape)
      let listStart = out.count
      for (position, block) in ordered(blocks[id] ?? []).enumerated() {
        try table.add(block, at: position)
        appendBlock(block, to: &out)
      }
      guard out.count - listStart == table.listSize else { throw BlockFault("a column is missing") }
      table.listChecksum = out.view.checksum(listStart, count: out.count - listStart)
      tables.append(table)
    }
    let footerStart = out.count
    out.append(UInt32(tables.count))
    for table in tables { appendTable(table, to: &out) }
    return out.count - footerStart
  }

  /// By group and column. Units come in order mostly, and with the columns of a group end to end.
  private static func ordered(_ blocks: [EncodedBlock]) -> [EncodedBlock] {
    func isBefore(_ a: EncodedBlock, _ b: EncodedBlock) -> Bool { (a.group, a.column) < (b.group, b.column) }
    if zip(blocks, blocks.dropFirst()).allSatisfy({ isBefore($0, $1) }) { return blocks }
    return blocks.sorted(by: isBefore)
  }

  private static func appendBlock(_ block: EncodedBlock, to out: inout GrowableBuffer<UInt8>) {
    let start = out.count
    out.append(block.offset)
    out.append(block.checksum)
    out.append(UInt32(block.size))
    out.append(UInt32(block.rawSize))
    out.append(block.encoding)
    out.append(repeating: 0, count: 7)
    precondition(out.count - start == FileFormat.blockSize, "block entry of another size")
  }

  private static func appendTable(_ table: TableEntry, to out: inout GrowableBuffer<UInt8>) {
    let start = out.count
    out.append(table.id.rawValue)
    switch table.shape {
    case .columns(let schema):
      out.append(0 as UInt8)
      out.append(0 as UInt8)
      out.append(UInt16(schema.columns.count))
    case .match(let wordsPerRow, let rangeBits):
      out.append(1 as UInt8)
      out.append(UInt8(rangeBits))
      out.append(UInt16(wordsPerRow))
    case .numbers(let rangeBits):
      out.append(2 as UInt8)
      out.append(UInt8(rangeBits))
      out.append(0 as UInt16)
    }
    out.append(0 as UInt16)
    out.append(UInt32(table.groups.count))
    out.append(0 as UInt32)
    out.append(table.byteCount)
    out.append(table.listChecksum)
    precondition(out.count - start == FileFormat.tableSize, "table entry of another size")
    if case .columns(let schema) = table.shape {
      for column in schema.columns {
        out.append(column.type.rawValue)
        out.append(UInt8(column.name.utf8.count))
        out.append(utf8: column.name)
      }
    }
    for group in table.groups {
      out.append(UInt32(group.number))
      out.append(UInt32(group.rows))
    }
  }
}

extension Directory.TableEntry {
  /// Adds the next block, in order of group and column.
  fileprivate mutating func add(_ block: EncodedBlock, at position: Int) throws(BlockFault) {
    guard block.table == id, block.type == shape.blockType(column: block.column) else {
      throw BlockFault("a block of another table")
    }
    guard block.column == position % shape.blocksPerGroup else { throw BlockFault("a column is missing, or twice") }
    if block.column == 0 { try addGroup(number: block.group, rows: block.rows) }
    guard let group = groups.last, group.number == block.group else { throw BlockFault("a column is missing") }
    guard group.rows == block.rows else { throw BlockFault("columns of unequal length") }
    byteCount += UInt64(block.size)
  }

  fileprivate mutating func addGroup(number: Int, rows: Int) throws(BlockFault) {
    if let last = groups.last, last.number >= number { throw BlockFault("row groups out of order, or twice") }
    guard rows > 0 && rows <= StoreLimits.rowsPerBlock else { throw BlockFault("impossible row count") }
    switch shape {
    case .columns: break
    case .match(_, let bits), .numbers(let bits):
      guard number < 1 << bits else { throw BlockFault("a range beyond the last") }
    }
    groups.append(Directory.Group(number: number, rows: rows, first: groups.count * shape.blocksPerGroup))
    self.rows += rows
  }
}

// MARK: - Reading

extension Directory {
  /// Reads a footer that begins at `end` of the file. Blocks and lists must fill the file from its header to there.
  init(_ reader: inout ByteReader, end: UInt64) throws(BlockFault) {
    listsOffset = 0
    var listBytes: UInt64 = 0
    var blockBytes: UInt64 = 0
    for _ in 0..<(try reader.uint32()) {
      let table = try Self.readTable(&reader)
      if let last = tables.last, last.id >= table.id { throw BlockFault("tables out of order") }
      listBytes += UInt64(table.listSize)
      guard listBytes <= end, table.byteCount <= end else { throw BlockFault("more blocks than the file has") }
      blockBytes += table.byteCount
      tables.append(table)
    }
    try reader.finish()
    guard listBytes <= end, UInt64(FileFormat.headerSize) + blockBytes == end - listBytes else {
      throw BlockFault("blocks and their lists are not end to end")
    }
    listsOffset = end - listBytes
    var offset = listsOffset
    for index in tables.indices {
      tables[index].listOffset = offset
      offset += UInt64(tables[index].listSize)
    }
  }

  private static func readTable(_ reader: inout ByteReader) throws(BlockFault) -> TableEntry {
    let id = TableID(rawValue: try reader.uint16())
    let shape = try reader.byte()
    let rangeBits = Int(try reader.byte())
    let width = Int(try reader.uint16())
    try reader.zeros(2)
    let groupCount = Int(try reader.uint32())
    try reader.zeros(4)
    let byteCount = try reader.uint64()
    let checksum = try reader.uint64()
    var table = TableEntry(
      id: id, shape: try readShape(shape, rangeBits: rangeBits, width: width, &reader), byteCount: byteCount,
      listChecksum: checksum)
    guard groupCount * FileFormat.groupSize <= reader.remaining else { throw BlockFault("data ends too early") }
    table.groups.reserveCapacity(groupCount)
    for _ in 0..<groupCount {
      let number = Int(try reader.uint32())
      try table.addGroup(number: number, rows: Int(try reader.uint32()))
    }
    return table
  }

  private static func readShape(
    _ shape: UInt8, rangeBits: Int, width: Int, _ reader: inout ByteReader
  ) throws(BlockFault) -> TableShape {
    switch shape {
    case 0:
      guard rangeBits == 0 && width > 0 else { throw BlockFault("unknown shape of table") }
      var columns: [TableSchema.Entry] = []
      for _ in 0..<width {
        guard let type = ColumnType(rawValue: try reader.byte()) else {
          throw BlockFault("unknown type of column")
        }
        columns.append(.init(try reader.string(Int(try reader.byte())), type))
      }
      return .columns(TableSchema(columns))
    case 1:
      guard rangeBits <= StoreLimits.matchRangeBits,
        width >= 3 && width <= StoreLimits.wordsPerMatchRow
      else { throw BlockFault("impossible shape of match rows") }
      return .match(wordsPerRow: width, rangeBits: rangeBits)
    case 2:
      guard rangeBits <= StoreLimits.hashRangeBits, width == 0 else {
        throw BlockFault("impossible index of numbers")
      }
      return .numbers(rangeBits: rangeBits)
    default: throw BlockFault("unknown shape of table")
    }
  }
}

extension Directory.TableEntry {
  /// Reads its list, which is all of `bytes`; the blocks lie in front of `end`.
  func blocks(_ bytes: View<UInt8>, end: UInt64) throws(BlockFault) -> [EncodedBlock] {
    guard bytes.checksum(0, count: listSize) == listChecksum else {
      throw BlockFault("wrong checksum of a list of blocks")
    }
    var blocks: [EncodedBlock] = []
    blocks.reserveCapacity(groups.count * shape.blocksPerGroup)
    var reader = ByteReader(bytes, count: listSize)
    var total: UInt64 = 0
    for group in groups {
      for column in 0..<shape.blocksPerGroup {
        let offset = try reader.uint64()
        let checksum = try reader.uint64()
        let size = try reader.size(limit: StoreLimits.encodedBytesPerBlock)
        let rawSize = try reader.size(limit: StoreLimits.decodedBytesPerBlock * 2)
        let encoding = try reader.byte()
        try reader.zeros(7)
        guard offset >= UInt64(FileFormat.headerSize), offset <= end, UInt64(size) <= end - offset else {
          throw BlockFault("a block is out of place")
        }
        total += UInt64(size)
        blocks.append(
          EncodedBlock(
            table: id, column: column, group: group.number, rows: group.rows,
            type: shape.blockType(column: column), encoding: encoding, offset: offset, size: size,
            rawSize: rawSize, checksum: checksum))
      }
    }
    guard total == byteCount else { throw BlockFault("the bytes of the blocks are another number") }
    return blocks
  }
}
