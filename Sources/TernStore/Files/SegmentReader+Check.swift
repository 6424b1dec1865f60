import TernCEB

extension SegmentReader {
  /// Reads and decodes every block, and reports each that is damaged.
  func check(
    decoder: inout ColumnDecoder, progress: (Int) -> Void, damaged: (StoreError) -> Void
  ) {
    var rows = GrowableBuffer<UInt64>()
    for block in directory.blocks.sorted(by: { $0.offset < $1.offset }) {
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
