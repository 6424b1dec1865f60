import TernCEB

extension SegmentReader {
  /// Row groups that may have a document with the number of this hash, ascending: every one that has, and one in
  /// vain for some twenty look-ups. Reads one block, of some 16 KiB.
  public func groups(
    ofNumber hash: UInt64, decoder: inout ColumnDecoder
  ) throws(StoreError) -> [Int] {
    guard let table = directory.table(.numbers), case .numbers(let rangeBits) = table.shape else { return [] }
    let ranges = table.groups
    let range = keyRange(hash, bits: rangeBits)
    let index = ranges.partitioningIndex { $0.number >= range }
    guard index < ranges.count, ranges[index].number == range else { return [] }
    let block = try blocks(of: .numbers)[index]
    try Self.read(system, file, block.offset, block.size, to: &decoder.input)
    do throws(BlockFault) {
      return try numbers(block, rangeBits: rangeBits, decoder: &decoder).groups(of: hash)
    } catch {
      throw damage(block, error)
    }
  }

  /// The block in the decoder's input, checked but for its entries.
  func numbers(
    _ block: EncodedBlock, rangeBits: Int, decoder: inout ColumnDecoder
  ) throws(BlockFault) -> NumberBlock {
    try checkSum(of: block, at: 0, in: decoder.input.view)
    guard block.encoding == 0, block.rawSize == block.rows * 8 else {
      throw BlockFault("the size of the values is another")
    }
    return try NumberBlock(
      decoder.input.view, start: 0, size: block.size, rows: block.rows, rangeBits: rangeBits)
  }
}
