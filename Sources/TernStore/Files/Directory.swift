import TernCEB

/// A file's footer: which tables it has, and where each block lies.
struct Directory: Sendable {
  struct TableEntry: Sendable {
    var id: TableID
    var shape: TableShape
    var rows: Int
    /// Positions in `blocks`, by group, then by column.
    var blocks: Range<Int> = 0..<0
  }

  /// A run of rows of one table: one unit's, or one key range's.
  struct Group: Sendable {
    var number: Int
    var rows: Int
    /// Position of the first column's block in `blocks`.
    var first: Int
  }

  /// Ascending by id.
  private(set) var tables: [TableEntry] = []
  /// By table, group and column.
  private(set) var blocks: [EncodedBlock] = []
  private(set) var groups: [TableID: [Group]] = [:]

  /// Sorts and checks what a file is to hold or says that it holds: no block twice, every group of
  /// a table with all its columns and the same rows in each, row counts right.
  init(shapes: [TableID: TableShape], blocks unsorted: [EncodedBlock]) throws(BlockFault) {
    blocks = Self.sorted(unsorted)
    var position = 0
    for (id, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      var entry = TableEntry(id: id, shape: shape, rows: 0)
      var found: [Group] = []
      let first = position
      while position < blocks.count && blocks[position].table == id {
        let group = Group(
          number: blocks[position].group, rows: blocks[position].rows, first: position)
        guard found.last.map({ $0.number < group.number }) ?? true else {
          throw BlockFault("a block is there twice")
        }
        try Self.check(blocks, at: position, shape: shape)
        position += shape.blocksPerGroup
        entry.rows += group.rows
        found.append(group)
      }
      entry.blocks = first..<position
      tables.append(entry)
      groups[id] = found
    }
    guard position == blocks.count else { throw BlockFault("blocks of an unknown table") }
  }

  /// By table, group and column. A file has its row groups in order, and the columns of one end to end, so that
  /// most often it is enough to take the tables apart: a tenth of the time that sorting takes.
  private static func sorted(_ blocks: [EncodedBlock]) -> [EncodedBlock] {
    var places: [TableID: [Int]] = [:]
    var first = 0
    while first < blocks.count {
      let table = blocks[first].table
      let end = blocks[first...].firstIndex { $0.table != table } ?? blocks.count
      places[table, default: []] += first..<end
      first = end
    }
    func precedes(_ a: Int, _ b: Int) -> Bool {
      (blocks[a].group, blocks[a].column) < (blocks[b].group, blocks[b].column)
    }
    var order: [Int] = []
    order.reserveCapacity(blocks.count)
    for (_, own) in places.sorted(by: { $0.key < $1.key }) {
      let isSorted = !zip(own, own.dropFirst()).contains { precedes($1, $0) }
      order += isSorted ? own : own.sorted(by: precedes)
    }
    return order.map { blocks[$0] }
  }

  private static func check(
    _ blocks: [EncodedBlock], at start: Int, shape: TableShape
  ) throws(BlockFault) {
    let first = blocks[start]
    guard first.rows > 0 && first.rows <= StoreLimits.rowsPerBlock else {
      throw BlockFault("impossible row count")
    }
    guard start + shape.blocksPerGroup <= blocks.count else {
      throw BlockFault("a column is missing")
    }
    switch shape {
    case .columns(let schema):
      for column in schema.columns.indices {
        let block = blocks[start + column]
        guard block.table == first.table, block.group == first.group, block.column == column,
          block.type == schema.columns[column].type.rawValue
        else { throw BlockFault("a column is missing") }
        guard block.rows == first.rows else { throw BlockFault("columns of unequal length") }
      }
    case .match(_, let rangeBits):
      guard first.type == FileFormat.matchType, first.column == 0, first.group < 1 << rangeBits
      else { throw BlockFault("not a range of match rows") }
    case .numbers(let rangeBits):
      guard first.type == FileFormat.numbersType, first.column == 0, first.group < 1 << rangeBits
      else { throw BlockFault("not a range of numbers") }
    }
  }

  func table(_ id: TableID) -> TableEntry? { tables.first { $0.id == id } }

  /// Block of one column of one group.
  func block(_ group: Group, column: Int) -> EncodedBlock { blocks[group.first + column] }
}

extension TableShape {
  var blocksPerGroup: Int {
    switch self {
    case .columns(let schema): schema.columns.count
    case .match, .numbers: 1
    }
  }
}

extension Directory {
  /// Writes the footer; blocks in order of place.
  func append(to out: inout GrowableBuffer<UInt8>) {
    out.append(UInt32(tables.count))
    for table in tables {
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
      out.append(UInt64(table.rows))
      precondition(out.count - start == FileFormat.tableSize, "table entry of another size")
      if case .columns(let schema) = table.shape {
        for column in schema.columns {
          out.append(column.type.rawValue)
          out.append(UInt8(column.name.utf8.count))
          out.append(utf8: column.name)
        }
      }
    }
    out.append(UInt32(blocks.count))
    for block in blocks.sorted(by: { $0.offset < $1.offset }) {
      let start = out.count
      out.append(block.table.rawValue)
      out.append(UInt16(block.column))
      out.append(UInt32(block.group))
      out.append(UInt32(block.rows))
      out.append(block.type)
      out.append(block.encoding)
      out.append(0 as UInt16)
      out.append(block.offset)
      out.append(UInt64(block.size))
      out.append(UInt64(block.rawSize))
      out.append(block.checksum)
      precondition(out.count - start == FileFormat.blockSize, "block entry of another size")
    }
  }

  /// Reads a footer. The blocks must fill the file from its header to `end`.
  init(_ reader: inout ByteReader, end: UInt64) throws(BlockFault) {
    var shapes: [TableID: TableShape] = [:]
    var rows: [TableID: Int] = [:]
    for _ in 0..<(try reader.uint32()) {
      let id = TableID(rawValue: try reader.uint16())
      let shape = try reader.byte()
      let rangeBits = Int(try reader.byte())
      let width = Int(try reader.uint16())
      try reader.zeros(2)
      let rowCount = try reader.uint64()
      guard rowCount <= UInt64(Int.max) else { throw BlockFault("impossible row count") }
      guard shapes[id] == nil else { throw BlockFault("a table is there twice") }
      rows[id] = Int(rowCount)
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
        shapes[id] = .columns(TableSchema(columns))
      case 1:
        guard rangeBits <= StoreLimits.matchRangeBits,
          width >= 3 && width <= StoreLimits.wordsPerMatchRow
        else { throw BlockFault("impossible shape of match rows") }
        shapes[id] = .match(wordsPerRow: width, rangeBits: rangeBits)
      case 2:
        guard rangeBits <= StoreLimits.matchRangeBits, width == 0 else {
          throw BlockFault("impossible index of numbers")
        }
        shapes[id] = .numbers(rangeBits: rangeBits)
      default: throw BlockFault("unknown shape of table")
      }
    }
    let blockCount = Int(try reader.uint32())
    guard blockCount * FileFormat.blockSize == reader.remaining else {
      throw BlockFault("the number of blocks is another")
    }
    var blocks: [EncodedBlock] = []
    blocks.reserveCapacity(blockCount)
    var next = UInt64(FileFormat.headerSize)
    for _ in 0..<blockCount {
      let block = try Self.readBlock(&reader)
      guard block.offset == next, UInt64(block.size) <= end - next else {
        throw BlockFault("blocks are not end to end")
      }
      next += UInt64(block.size)
      blocks.append(block)
    }
    guard next == end else { throw BlockFault("blocks are not end to end") }
    try self.init(shapes: shapes, blocks: blocks)
    for table in tables where table.rows != rows[table.id] {
      throw BlockFault("the number of rows is another")
    }
  }

  private static func readBlock(_ reader: inout ByteReader) throws(BlockFault) -> EncodedBlock {
    let table = TableID(rawValue: try reader.uint16())
    let column = Int(try reader.uint16())
    let group = Int(try reader.uint32())
    let rows = Int(try reader.uint32())
    let type = try reader.byte()
    let encoding = try reader.byte()
    try reader.zeros(2)
    let offset = try reader.uint64()
    let size = try reader.uint64()
    let rawSize = try reader.uint64()
    let checksum = try reader.uint64()
    guard size <= UInt64(StoreLimits.encodedBytesPerBlock),
      rawSize <= UInt64(StoreLimits.decodedBytesPerBlock) * 2
    else { throw BlockFault("size beyond its limit") }
    return EncodedBlock(
      table: table, column: column, group: group, rows: rows, type: type, encoding: encoding,
      offset: offset, size: Int(size), rawSize: Int(rawSize), checksum: checksum)
  }
}
