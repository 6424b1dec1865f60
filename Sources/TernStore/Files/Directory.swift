import TernCEB

/// A file's footer: which tables it has, and where each block lies.
struct Directory: Sendable {
  struct TableEntry: Sendable {
    var id: TableID
    var shape: TableShape
    var rows: Int
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
  /// The columns of each group one after the other.
  private(set) var blocks: [EncodedBlock] = []
  /// Ascending by number.
  private(set) var groups: [TableID: [Group]] = [:]

  /// Checks what a file is to hold or says that it holds: no block twice, every group of a table with all its
  /// columns and the same rows in each. A writer appends the columns of a group end to end; only where they come
  /// otherwise are the blocks sorted.
  init(shapes: [TableID: TableShape], blocks given: [EncodedBlock]) throws(BlockFault) {
    blocks = given
    do throws(BlockFault) {
      groups = try Self.groups(shapes, blocks)
    } catch {
      blocks.sort { ($0.table.rawValue, $0.group, $0.column) < ($1.table.rawValue, $1.group, $1.column) }
      groups = try Self.groups(shapes, blocks)
    }
    for (id, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      let rows = groups[id]?.reduce(0) { $0 + $1.rows } ?? 0
      tables.append(TableEntry(id: id, shape: shape, rows: rows))
    }
  }

  private static func groups(
    _ shapes: [TableID: TableShape], _ blocks: [EncodedBlock]
  ) throws(BlockFault) -> [TableID: [Group]] {
    var groups = shapes.mapValues { _ in [Group]() }
    var position = 0
    while position < blocks.count {
      let first = blocks[position]
      guard let shape = shapes[first.table] else { throw BlockFault("blocks of an unknown table") }
      try check(blocks, at: position, shape: shape)
      groups[first.table]!.append(Group(number: first.group, rows: first.rows, first: position))
      position += shape.blocksPerGroup
    }
    for (id, found) in groups {
      if zip(found, found.dropFirst()).allSatisfy({ $0.number < $1.number }) { continue }
      let sorted = found.sorted { $0.number < $1.number }
      guard zip(sorted, sorted.dropFirst()).allSatisfy({ $0.number < $1.number }) else {
        throw BlockFault("a block is there twice")
      }
      groups[id] = sorted
    }
    return groups
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
    let start = try reader.take(FileFormat.blockSize)
    let bytes = reader.bytes
    let place = bytes.load64(start)
    let kind = bytes.load64(start + 8)
    guard kind >> 48 == 0 else { throw BlockFault("reserved bytes are not zero") }
    let size = bytes.load64(start + 24)
    let rawSize = bytes.load64(start + 32)
    guard size <= UInt64(StoreLimits.encodedBytesPerBlock),
      rawSize <= UInt64(StoreLimits.decodedBytesPerBlock) * 2
    else { throw BlockFault("size beyond its limit") }
    return EncodedBlock(
      table: TableID(rawValue: UInt16(truncatingIfNeeded: place)), column: Int(place >> 16 & 0xffff),
      group: Int(place >> 32), rows: Int(kind & 0xffff_ffff), type: UInt8(truncatingIfNeeded: kind >> 32),
      encoding: UInt8(truncatingIfNeeded: kind >> 40), offset: bytes.load64(start + 16),
      size: Int(size), rawSize: Int(rawSize), checksum: bytes.load64(start + 40))
  }
}
