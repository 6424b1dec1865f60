import Synchronization
import TernCEB

/// Reads one file: its footer when opened, a table's list of blocks and blocks when asked. The file does not change, and
/// reads go by position, so that any number of threads may read at once, each with its own
/// `ColumnDecoder`.
public final class SegmentReader: Sendable {
  let file: OpenFile
  let header: FileHeader
  let directory: Directory
  let system: SystemCalls
  /// What a manifest remembers of this file.
  public let summary: FileSummary
  /// Lists of blocks that were asked for.
  private let lists = Mutex<[TableID: [EncodedBlock]]>([:])

  /// Number of the file within its kind.
  public var number: Int { summary.number }
  public var path: String { file.path }

  /// Opens and checks header, footer and size; with `expected`, that it is the very file that the
  /// manifest names.
  init(
    system: SystemCalls, folder: String, name: String, kind: FileKind, store: StoreID?,
    expected: FileSummary?
  ) throws(StoreError) {
    self.system = system
    let path = folder + "/" + name
    file = try system.open(path)
    let size = try system.size(file)
    let least = UInt64(FileFormat.headerSize + FileFormat.tailSize)
    guard size >= least else {
      throw .corrupt(file: path, range: 0..<size, what: "shorter than any file of a store")
    }
    var buffer = GrowableBuffer<UInt8>()
    try Self.read(system, file, 0, FileFormat.headerSize, to: &buffer)
    header = try FileHeader(buffer.view, file: path)
    try Self.read(
      system, file, size - UInt64(FileFormat.tailSize), FileFormat.tailSize, to: &buffer)
    let tail = try FileTail(buffer.view, file: path, fileSize: size)
    let whole = UInt64(0)..<UInt64(FileFormat.headerSize)
    guard header.kind == kind else {
      throw .corrupt(file: path, range: whole, what: "another kind of file")
    }
    guard store == nil || header.store == store, header.number <= UInt64(Int32.max) else {
      throw .corrupt(file: path, range: whole, what: "belongs to another store")
    }
    summary = FileSummary(
      name: name, number: Int(header.number), size: size, footerChecksum: tail.footerChecksum)
    guard expected == nil || expected == summary else {
      throw .corrupt(file: path, range: 0..<size, what: "not the file that the manifest names")
    }
    let footer = tail.footerOffset..<tail.footerOffset + tail.footerSize
    try Self.read(system, file, tail.footerOffset, Int(tail.footerSize), to: &buffer)
    guard buffer.view.checksum(0, count: Int(tail.footerSize)) == tail.footerChecksum else {
      throw .corrupt(file: path, range: footer, what: "wrong checksum of the footer")
    }
    var reader = ByteReader(buffer.view, count: Int(tail.footerSize))
    do throws(BlockFault) {
      directory = try Directory(&reader, end: tail.footerOffset)
    } catch {
      throw .corrupt(file: path, range: footer, what: error.description)
    }
  }

  static func read(
    _ system: SystemCalls, _ file: OpenFile, _ offset: UInt64, _ count: Int,
    to buffer: inout GrowableBuffer<UInt8>
  ) throws(StoreError) {
    buffer.prepare(count + paddingBytes)
    let done = try system.read(file, offset: offset, count: count, to: buffer.view)
    guard done == count else {
      throw .corrupt(
        file: file.path, range: offset + UInt64(done)..<offset + UInt64(count),
        what: "the file ends too early")
    }
    buffer.setCount(count)
  }

  // MARK: What is there

  public var tables: [TableID] { directory.tables.map(\.id) }

  /// Columns of a table, or nil if it is not here (or holds match rows).
  public func schema(of id: TableID) -> TableSchema? {
    if case .columns(let schema) = directory.table(id)?.shape { schema } else { nil }
  }

  /// Rows of a table in all its groups; 0 if it is not here.
  public func rowCount(of id: TableID) -> Int { directory.table(id)?.rows ?? 0 }

  /// Numbers of a table's row groups, ascending, with the rows of each. Row r of the table is the
  /// r-th in this order.
  public func groups(of id: TableID) -> [(group: Int, rows: Int)] {
    (directory.table(id)?.groups ?? []).map { ($0.number, $0.rows) }
  }

  public func hasGroup(_ group: Int, of id: TableID) -> Bool { find(group, of: id) != nil }

  func find(_ group: Int, of id: TableID) -> Directory.Group? {
    guard let groups = directory.table(id)?.groups else { return nil }
    let index = groups.partitioningIndex { $0.number >= group }
    return index < groups.count && groups[index].number == group ? groups[index] : nil
  }

  /// Where the blocks of a table lie: those of its first group by column, then those of the next. Empty if it is not here.
  func blocks(of id: TableID) throws(StoreError) -> [EncodedBlock] {
    try lists.withLock { (lists) throws(StoreError) in
      if let known = lists[id] { return known }
      guard let table = directory.table(id) else { return [] }
      var buffer = GrowableBuffer<UInt8>()
      try Self.read(system, file, table.listOffset, table.listSize, to: &buffer)
      do throws(BlockFault) {
        let blocks = try table.blocks(buffer.view, end: directory.listsOffset)
        lists[id] = blocks
        return blocks
      } catch {
        throw .corrupt(
          file: path, range: table.listOffset..<table.listOffset + UInt64(table.listSize),
          what: "\(error) (table \(id.rawValue))")
      }
    }
  }

  // MARK: Reading columns

  /// Reads one row group of a table.
  ///
  /// - Parameters:
  ///   - columns: names of those wanted, in the order wanted; nil for all.
  ///   - rows: those whose values are wanted, ascending; nil for all. The other rows may be left empty:
  ///     a few rows of a long text column then cost little more than reading its bytes.
  /// - Returns: a table with these columns; without rows if the group is not there.
  public func readTable(
    _ id: TableID, group: Int, columns: [String]? = nil, rows: [Int]? = nil,
    decoder: inout ColumnDecoder
  ) throws(StoreError) -> Table {
    guard let schema = schema(of: id) else {
      throw .misuse(path: path, what: "no table \(id.rawValue)")
    }
    let wanted = try positions(columns, in: schema)
    let table = Table(TableSchema(wanted.map { schema.columns[$0] }))
    if let found = find(group, of: id) {
      decoder.wantedRows = rows
      defer { decoder.wantedRows = nil }
      try read(found, of: id, columns: wanted, into: table, decoder: &decoder)
    }
    return table
  }

  /// Reads all row groups of a table, end to end in order of their numbers.
  public func readTable(
    _ id: TableID, columns: [String]? = nil, decoder: inout ColumnDecoder
  ) throws(StoreError) -> Table {
    guard let schema = schema(of: id) else {
      throw .misuse(path: path, what: "no table \(id.rawValue)")
    }
    let wanted = try positions(columns, in: schema)
    let table = Table(TableSchema(wanted.map { schema.columns[$0] }))
    for group in directory.table(id)?.groups ?? [] {
      try read(group, of: id, columns: wanted, into: table, decoder: &decoder)
    }
    return table
  }

  /// Asks for each value of a column of texts, and for each distinct one once where they are kept so.
  ///
  /// - Returns: a byte for each row of the group, as `judge` says; nil where that is 0 for all. The rows' codes
  ///   are decoded only where there is something.
  public func readFlags(
    _ id: TableID, group: Int, column: String, decoder: inout ColumnDecoder, _ judge: (Bytes) -> UInt8
  ) throws(StoreError) -> [UInt8]? {
    guard let schema = schema(of: id) else {
      throw .misuse(path: path, what: "no table \(id.rawValue)")
    }
    let position = try positions([column], in: schema)[0]
    guard let found = find(group, of: id) else { return nil }
    let block = try blocks(of: id)[found.first + position]
    try Self.read(system, file, block.offset, block.size, to: &decoder.input)
    do throws(BlockFault) {
      try checkSum(of: block, at: 0, in: decoder.input.view)
      if decoder.isByValue(block) { return try decoder.decodeFlags(block, judge) }
    } catch {
      throw damage(block, error)
    }
    let whole = Column(.text)
    try decode(block, at: 0, into: whole, decoder: &decoder)
    return whole.text.flags(judge)
  }

  func positions(
    _ names: [String]?, in schema: TableSchema
  ) throws(StoreError) -> [Int] {
    guard let names else { return Array(schema.columns.indices) }
    var found: [Int] = []
    // Most ask in the schema's order: each search goes on behind the last.
    let columns = schema.columns
    var next = 0
    for name in names {
      let position =
        columns[next...].firstIndex { $0.name == name } ?? columns[..<next].firstIndex { $0.name == name }
      guard let position else { throw .misuse(path: path, what: "no column \(name)") }
      found.append(position)
      next = position + 1
    }
    return found
  }

  private func read(
    _ group: Directory.Group, of id: TableID, columns: [Int], into table: Table, decoder: inout ColumnDecoder
  ) throws(StoreError) {
    try fetch(group, of: id, columns: columns, decoder: &decoder) {
      (block, start, place, decoder) throws(StoreError) in
      try decode(block, at: start, into: table.columns[place], decoder: &decoder)
    }
  }

  /// Fetches the blocks of some columns, and calls `body` for each when it is in the decoder's `input`: with where
  /// it starts there, and the column's place among those wanted.
  func fetch(
    _ group: Directory.Group, of id: TableID, columns: [Int], decoder: inout ColumnDecoder,
    _ body: (EncodedBlock, _ start: Int, _ place: Int, inout ColumnDecoder) throws(StoreError) -> Void
  ) throws(StoreError) {
    let blocks = try blocks(of: id)
    var index = 0
    while index < columns.count {
      // Neighbours are fetched together.
      let first = blocks[group.first + columns[index]]
      var last = first
      var behind = index + 1
      while behind < columns.count {
        let next = blocks[group.first + columns[behind]]
        let end = next.offset + UInt64(next.size)
        guard next.offset == last.offset + UInt64(last.size),
          end - first.offset <= Self.bytesPerRead
        else { break }
        last = next
        behind += 1
      }
      let size = Int(last.offset + UInt64(last.size) - first.offset)
      try Self.read(system, file, first.offset, size, to: &decoder.input)
      for position in index..<behind {
        let block = blocks[group.first + columns[position]]
        try body(block, Int(block.offset - first.offset), position, &decoder)
      }
      index = behind
    }
  }

  static let bytesPerRead: UInt64 = 8 << 20

  func decode(
    _ block: EncodedBlock, at start: Int, into column: Column, decoder: inout ColumnDecoder
  ) throws(StoreError) {
    try check(block, at: start, decoder: &decoder)
    do throws(BlockFault) {
      try decoder.decodeInput(block, start: start, appendingTo: column)
    } catch {
      throw damage(block, error)
    }
  }

  /// Checks the bytes of a block, and reads those of the block that it refers to, if it does.
  func check(
    _ block: EncodedBlock, at start: Int, decoder: inout ColumnDecoder
  ) throws(StoreError) {
    do throws(BlockFault) {
      try checkSum(of: block, at: start, in: decoder.input.view)
    } catch {
      throw damage(block, error)
    }
    try readReference(of: block, at: start, decoder: &decoder)
  }

  /// Reads the block that this one refers to, if it does.
  private func readReference(
    of block: EncodedBlock, at start: Int, decoder: inout ColumnDecoder
  ) throws(StoreError) {
    decoder.reference = nil
    guard let number = decoder.reference(of: block, start: start),
      let columns = schema(of: block.table)?.columns.count, number < columns,
      let group = find(block.group, of: block.table)
    else { return }
    let reference = try blocks(of: block.table)[group.first + number]
    try Self.read(system, file, reference.offset, reference.size, to: &decoder.referenceInput)
    do throws(BlockFault) {
      try checkSum(of: reference, at: 0, in: decoder.referenceInput.view)
    } catch {
      throw damage(reference, error)
    }
    decoder.reference = reference
  }

  func checkSum(
    of block: EncodedBlock, at start: Int, in bytes: View<UInt8>
  ) throws(BlockFault) {
    guard bytes.checksum(start, count: block.size) == block.checksum else {
      throw BlockFault("wrong checksum")
    }
  }

  func damage(_ block: EncodedBlock, _ fault: BlockFault) -> StoreError {
    var place = "table \(block.table.rawValue), group \(block.group)"
    if let schema = schema(of: block.table) { place += ", \(schema.columns[block.column].name)" }
    return .corrupt(
      file: path, range: block.offset..<block.offset + UInt64(block.size),
      what: "\(fault) (\(place))")
  }
}
