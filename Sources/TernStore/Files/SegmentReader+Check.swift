import TernCEB

extension SegmentReader {
  /// Reads and decodes every block, in order of place, and reports each that is damaged. A damaged list of blocks is
  /// one damage.
  func check(
    decoder: inout ColumnDecoder, progress: (Int) -> Void, damaged: (StoreError) -> Void
  ) {
    var rows = GrowableBuffer<UInt64>()
    var all: [EncodedBlock] = []
    var isWhole = true
    for table in directory.tables {
      do throws(StoreError) {
        all += try blocks(of: table.id)
      } catch {
        damaged(error)
        isWhole = false
      }
    }
    all.sort { $0.offset < $1.offset }
    if isWhole, let gap = gap(in: all) {
      damaged(.corrupt(file: path, range: gap, what: "blocks are not end to end"))
    }
    for block in all {
      do throws(StoreError) {
        try Self.read(system, file, block.offset, block.size, to: &decoder.input)
        if let wordsPerRow = wordsPerRow(of: block.table) {
          rows.removeAll()
          try decodeGranule(
            block, at: 0, wordsPerRow: wordsPerRow, segmentOrdinal: 0, into: &rows,
            decoder: &decoder)
          try checkKeys(rows, of: block, wordsPerRow: wordsPerRow)
        } else if case .numbers(let rangeBits) = directory.table(block.table)?.shape {
          do throws(BlockFault) {
            try numbers(block, rangeBits: rangeBits, decoder: &decoder).check()
          } catch {
            throw damage(block, error)
          }
        } else if let type = ColumnType(rawValue: block.type) {
          try decode(block, at: 0, into: Column(type), decoder: &decoder)
        }
      } catch {
        damaged(error)
      }
      progress(block.size)
    }
  }

  /// Between the blocks, which go by place, and the lists behind them.
  private func gap(in blocks: [EncodedBlock]) -> Range<UInt64>? {
    var next = UInt64(FileFormat.headerSize)
    for block in blocks {
      if block.offset != next { return min(next, block.offset)..<max(next, block.offset) }
      next += UInt64(block.size)
    }
    let end = directory.listsOffset
    return next == end ? nil : min(next, end)..<max(next, end)
  }

  /// Every row of a range has the range's key bits, and the rows are in order of their keys.
  private func checkKeys(
    _ rows: borrowing GrowableBuffer<UInt64>, of block: EncodedBlock, wordsPerRow: Int
  ) throws(StoreError) {
    guard case .match(_, let bits) = directory.table(block.table)?.shape else { return }
    var last = 0
    for row in 0..<block.rows {
      let key = rows[row * wordsPerRow]
      guard keyRange(key, bits: bits) == block.group else {
        throw damage(block, BlockFault("a row outside its key range"))
      }
      let top = keyRange(key, bits: MatchRange.keyBitsMax)
      guard top >= last else { throw damage(block, BlockFault("rows out of order")) }
      last = top
    }
  }
}
