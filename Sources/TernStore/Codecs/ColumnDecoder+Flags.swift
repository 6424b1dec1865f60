import TernCEB

extension ColumnDecoder {
  /// Whether a block of texts is kept by its distinct values.
  func isByValue(_ block: EncodedBlock) -> Bool {
    block.type == ColumnType.text.rawValue
      && (block.encoding == TextEncoding.constant.rawValue
        || block.encoding == TextEncoding.dictionary.rawValue)
  }

  /// A byte for each row of a block whose bytes are in `input`: what `judge` says of its value, asked once for
  /// each distinct one. Nil where that is 0 for all; the rows are not decoded then.
  mutating func decodeFlags(
    _ block: EncodedBlock, _ judge: (Bytes) -> UInt8
  ) throws(BlockFault) -> [UInt8]? {
    input.reserve(paddingBytes)
    var reader = ByteReader(input.view, start: 0, count: block.size)
    guard try reader.byte() == block.encoding else { throw BlockFault("the encoding is another") }
    if block.encoding == TextEncoding.constant.rawValue {
      let length = try reader.size(limit: StoreLimits.decodedBytesPerBlock)
      let start = try reader.take(length)
      let flag = judge(reader.bytes.bytes(start, count: length))
      try reader.finish()
      return flag == 0 ? nil : Array(repeating: flag, count: block.rows)
    }
    let entryCount = try readEntries(&reader, hasMarks: false)
    var ofEntries = [UInt8](repeating: 0, count: entryCount)
    var any: UInt8 = 0
    let (texts, starts) = (texts.view, starts.view)
    for entry in 0..<entryCount {
      let start = starts[entry]
      ofEntries[entry] = judge(texts.bytes(start, count: starts[entry &+ 1] &- start))
      any |= ofEntries[entry]
    }
    if any == 0 { return nil }
    words.prepare(block.rows)
    let codes = words.view
    try readWordStream(&reader, count: block.rows, to: codes)
    try reader.finish()
    var tooLarge = false
    for row in 0..<block.rows { tooLarge = tooLarge || codes[row] >= UInt64(entryCount) }
    guard !tooLarge else { throw BlockFault("code outside the dictionary") }
    return (0..<block.rows).map { ofEntries[Int(codes[$0])] }
  }
}
