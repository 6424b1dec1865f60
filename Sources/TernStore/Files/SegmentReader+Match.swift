import TernCEB

extension SegmentReader {
  /// Words of a match row, or nil if the table is not here.
  public func wordsPerRow(of id: TableID) -> Int? {
    if case .match(let words, _) = directory.table(id)?.shape { words } else { nil }
  }

  /// Appends the match rows whose key is in partition `partition` of `count` (a power of two), row
  /// by row. Rows come by key range, and within one in arrival order.
  ///
  /// `segmentOrdinal << 32` is added to word 2 of each. A table that is not here adds nothing.
  /// Cost: about a nanosecond a word from the page cache.
  public func readPartition(
    _ partition: Int, of count: Int, table id: TableID,
    into rows: inout GrowableBuffer<UInt64>, segmentOrdinal: UInt64,
    decoder: inout ColumnDecoder
  ) throws(StoreError) {
    precondition(count > 0 && count & (count - 1) == 0, "partitions must be a power of two")
    precondition(partition >= 0 && partition < count, "no such partition")
    guard case .match(let wordsPerRow, let rangeBits) = directory.table(id)?.shape else { return }
    let bits = count.trailingZeroBitCount
    // The ranges that the partition covers, or the one that covers the partition.
    let ranges =
      bits <= rangeBits
      ? partition << (rangeBits - bits)..<(partition + 1) << (rangeBits - bits)
      : partition >> (bits - rangeBits)..<(partition >> (bits - rangeBits)) + 1
    let groups = directory.groups[id] ?? []
    var index = groups.partitioningIndex { $0.number >= ranges.lowerBound }
    while index < groups.count && groups[index].number < ranges.upperBound {
      let first = directory.block(groups[index], column: 0)
      var end = index + 1
      var size = first.size
      while end < groups.count && groups[end].number < ranges.upperBound {
        let next = directory.block(groups[end], column: 0)
        guard next.offset == first.offset + UInt64(size),
          UInt64(size + next.size) <= Self.bytesPerRead
        else { break }
        size += next.size
        end += 1
      }
      try Self.read(system, file, first.offset, size, to: &decoder.input)
      for position in index..<end {
        let block = directory.block(groups[position], column: 0)
        let before = rows.count
        try decodeGranule(
          block, at: Int(block.offset - first.offset), wordsPerRow: wordsPerRow,
          segmentOrdinal: segmentOrdinal, into: &rows, decoder: &decoder)
        if bits > rangeBits {
          keep(partition, bits: bits, from: before, wordsPerRow: wordsPerRow, in: &rows)
        }
      }
      index = end
    }
  }

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
      var reader = ByteReader(decoder.input.view, start: start, count: block.size)
      try TernStore.decodeGranule(
        &reader, rows: block.rows, wordsPerRow: wordsPerRow, segmentOrdinal: segmentOrdinal,
        into: &rows)
    } catch {
      rows.setCount(before)
      throw damage(block, error)
    }
  }

  /// Drops the rows from `start` on that belong to another partition.
  private func keep(
    _ partition: Int, bits: Int, from start: Int, wordsPerRow: Int,
    in rows: inout GrowableBuffer<UInt64>
  ) {
    let words = rows.view
    var to = start
    var from = start
    while from < rows.count {
      if keyRange(words[from], bits: bits) == partition {
        if to != from { for word in 0..<wordsPerRow { words[to &+ word] = words[from &+ word] } }
        to &+= wordsPerRow
      }
      from &+= wordsPerRow
    }
    rows.setCount(to)
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
