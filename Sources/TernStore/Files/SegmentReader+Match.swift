import TernCEB

extension SegmentReader {
  /// Words of a match row, or nil if the table is not here.
  public func wordsPerRow(of id: TableID) -> Int? {
    if case .match(let words, _) = directory.table(id)?.shape { words } else { nil }
  }

  /// Top key bits by which the rows of a match table are grouped; 0 if the table is not here.
  public func matchRangeBits(of id: TableID) -> Int {
    if case .match(_, let bits) = directory.table(id)?.shape { bits } else { 0 }
  }

  /// Bytes that a match table takes.
  public func matchByteCount(of id: TableID) -> Int {
    Int(directory.table(id)?.byteCount ?? 0)
  }

  /// The blocks of a match table that hold range `range` of 2^`bits` of the keys, in their order.
  func matchBlocks(_ range: Int, bits: Int, table id: TableID) throws(StoreError) -> ArraySlice<EncodedBlock> {
    guard let table = directory.table(id), case .match(_, let rangeBits) = table.shape else { return [] }
    // The ranges that the wanted one covers, or the one that covers it.
    let ranges =
      bits <= rangeBits
      ? range << (rangeBits - bits)..<(range + 1) << (rangeBits - bits)
      : range >> (bits - rangeBits)..<(range >> (bits - rangeBits)) + 1
    let blocks = try blocks(of: id)
    let first = blocks.partitioningIndex { $0.group >= ranges.lowerBound }
    let end = blocks.partitioningIndex { $0.group >= ranges.upperBound }
    return blocks[first..<end]
  }

  /// Appends the blocks of `matchBlocks` end to end, and calls `found` with each. Neighbours are read together.
  func readMatchBytes(
    _ range: Int, bits: Int, table id: TableID, into bytes: inout GrowableBuffer<UInt8>,
    found: (EncodedBlock) -> Void
  ) throws(StoreError) {
    let blocks = try matchBlocks(range, bits: bits, table: id)
    var index = blocks.startIndex
    while index < blocks.endIndex {
      let first = blocks[index]
      found(first)
      var size = first.size
      index += 1
      while index < blocks.endIndex {
        let next = blocks[index]
        guard next.offset == first.offset + UInt64(size),
          UInt64(size + next.size) <= Self.bytesPerRead
        else { break }
        found(next)
        size += next.size
        index += 1
      }
      try append(first.offset, size, to: &bytes)
    }
  }

  /// Appends the beginning of a granule, with its keys and documents, and returns how much it is.
  func readKeys(
    _ block: EncodedBlock, rangeBits: Int, wordsPerRow: Int, into bytes: inout GrowableBuffer<UInt8>
  ) throws(StoreError) -> Int {
    let start = bytes.count
    // Documents seldom take more bits than these: then one read is enough.
    let usual =
      granuleHeaderSize + granuleColumnCount(wordsPerRow: wordsPerRow) * columnDescriptorSize
      + packedSize(block.rows, width: 64 - rangeBits) + packedSize(block.rows, width: 24)
    let least = granuleHeaderSize + granuleColumnCount(wordsPerRow: wordsPerRow) * columnDescriptorSize
    guard block.size >= least, block.rawSize == block.rows * wordsPerRow * 8, block.encoding == 0 else {
      throw damage(block, BlockFault("the size of the values is another"))
    }
    let size = min(block.size, usual)
    try append(block.offset, size, to: &bytes)
    bytes.reserve(paddingBytes)
    guard
      let end = keysEnd(bytes.view, start: start, rows: block.rows, wordsPerRow: wordsPerRow),
      end >= least, end <= block.size
    else { throw damage(block, BlockFault("impossible column of match rows")) }
    if end > size { try append(block.offset + UInt64(size), end - size, to: &bytes) }
    bytes.reserve(paddingBytes)
    let checked = start + granuleHeaderSize
    guard bytes.view.checksum(checked, count: end - granuleHeaderSize) == bytes.view.load64(start + 8) else {
      throw damage(block, BlockFault("wrong checksum of the keys"))
    }
    bytes.setCount(start + end)
    return end
  }

  /// Reads a whole granule, with padding behind it.
  func readMatchBlock(
    _ block: EncodedBlock, wordsPerRow: Int, into bytes: inout GrowableBuffer<UInt8>
  ) throws(StoreError) {
    try Self.read(system, file, block.offset, block.size, to: &bytes)
    do throws(BlockFault) {
      try checkSum(of: block, at: 0, in: bytes.view)
      guard block.rawSize == block.rows * wordsPerRow * 8, block.encoding == 0 else {
        throw BlockFault("the size of the values is another")
      }
    } catch {
      throw damage(block, error)
    }
  }

  private func append(
    _ offset: UInt64, _ size: Int, to bytes: inout GrowableBuffer<UInt8>
  ) throws(StoreError) {
    bytes.reserve(size + paddingBytes)
    let done = try system.read(
      file, offset: offset, count: size,
      to: bytes.view.slice(bytes.count, count: bytes.capacity - bytes.count))
    guard done == size else {
      throw .corrupt(
        file: path, range: offset + UInt64(done)..<offset + UInt64(size), what: "the file ends too early")
    }
    bytes.setCount(bytes.count + size)
  }

  /// All rows of the block at `start` of the decoder's input.
  func decodeGranule(
    _ block: EncodedBlock, at start: Int, wordsPerRow: Int, segmentOrdinal: UInt64,
    into rows: inout GrowableBuffer<UInt64>, decoder: inout ColumnDecoder
  ) throws(StoreError) {
    let before = rows.count
    do throws(BlockFault) {
      try checkSum(of: block, at: start, in: decoder.input.view)
      guard block.rawSize == block.rows * wordsPerRow * 8, block.encoding == 0 else {
        throw BlockFault("the size of the values is another")
      }
      try TernStore.decodeGranule(
        decoder.input.view, start: start, size: block.size, rows: block.rows,
        wordsPerRow: wordsPerRow, segmentOrdinal: segmentOrdinal, into: &rows)
    } catch {
      rows.setCount(before)
      throw damage(block, error)
    }
  }
}

extension Array {
  /// First index whose element fulfils the condition, which holds for all after it.
  func partitioningIndex(where condition: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
