import TernCEB

extension ColumnDecoder {
  /// Decodes a block that `isByValue` and whose bytes are in `input` from `start` on: its distinct values, and for
  /// each row the place of its own. Both columns are empty before.
  mutating func decodeCodes(
    _ block: EncodedBlock, start: Int, values: TextColumn, codes: IntegerColumn
  ) throws(BlockFault) {
    input.reserve(paddingBytes)
    var reader = ByteReader(input.view, start: start, count: block.size)
    guard try reader.byte() == block.encoding else { throw BlockFault("the encoding is another") }
    if block.encoding == TextEncoding.constant.rawValue {
      let length = try reader.size(limit: StoreLimits.decodedBytesPerBlock)
      values.bytes.append(reader.bytes.slice(try reader.take(length), count: length), count: length)
      values.ends.append(UInt32(length))
      codes.values.append(repeating: 0, count: block.rows)
      return try reader.finish()
    }
    let entryCount = try readEntries(&reader, hasMarks: false)
    let starts = starts.view
    values.bytes.append(texts.view, count: starts[entryCount])
    for entry in 1...entryCount { values.ends.append(UInt32(starts[entry])) }
    words.prepare(block.rows)
    let words = words.view
    try readWordStream(&reader, count: block.rows, to: words)
    codes.values.reserve(block.rows)
    let target = codes.values.view
    var highest: UInt64 = 0
    for row in 0..<block.rows {
      highest = max(highest, words[row])
      target[row] = Int64(bitPattern: words[row])
    }
    guard highest < UInt64(entryCount) else { throw BlockFault("code outside the dictionary") }
    codes.values.setCount(block.rows)
    try reader.finish()
  }

  /// The lowest bytes of the whole numbers of a block, whose own bytes are in `input` from `start` on.
  mutating func decodeBytes(_ block: EncodedBlock, start: Int) throws(BlockFault) -> [UInt8] {
    input.reserve(paddingBytes)
    var reader = ByteReader(input.view, start: start, count: block.size)
    words.prepare(block.rows)
    let values = words.view
    let encoding = try decodeWords(
      &reader, count: block.rows, absent: UInt64(bitPattern: IntegerColumn.absent), mayRefer: true,
      to: values)
    try reader.finish()
    guard encoding.rawValue == block.encoding else { throw BlockFault("the encoding is another") }
    var bytes = [UInt8](repeating: 0, count: block.rows)
    var span = bytes.mutableSpan
    for row in span.indices { span[row] = UInt8(truncatingIfNeeded: values[row]) }
    return bytes
  }
}
