import TernCEB

extension ColumnDecoder {
  /// Decodes a block of texts, whose bytes are in `input`, to its distinct values and the rows' codes. Nil for
  /// encodings that have none.
  mutating func decodeCoded(_ block: EncodedBlock) throws(BlockFault) -> CodedTexts? {
    guard block.type == ColumnType.text.rawValue else { throw BlockFault("not texts") }
    let isConstant = block.encoding == TextEncoding.constant.rawValue
    guard isConstant || block.encoding == TextEncoding.dictionary.rawValue else { return nil }
    input.reserve(paddingBytes)
    var reader = ByteReader(input.view, start: 0, count: block.size)
    guard try reader.byte() == block.encoding else { throw BlockFault("the encoding is another") }
    let entries = TextColumn()
    let texts = CodedTexts(entries: entries, rowCount: block.rows)
    if isConstant {
      let length = try reader.size(limit: StoreLimits.decodedBytesPerBlock)
      let start = try reader.take(length)
      let value = reader.bytes.slice(start, count: length)
      try makeRoom(in: entries, rows: 1, bytes: length).slice(0, count: length)
        .copy(from: value, count: length)
      appendEnds(to: entries, count: 1, length: length)
      try reader.finish()
      return texts
    }
    let entryCount = try readEntries(&reader, hasMarks: false)
    words.prepare(block.rows)
    let read = words.view
    try readWordStream(&reader, count: block.rows, to: read)
    try reader.finish()
    texts.codes.reserve(block.rows)
    let codes = texts.codes.view
    var tooLarge = false
    for row in 0..<block.rows {
      tooLarge = tooLarge || read[row] >= UInt64(entryCount)
      codes[row] = UInt32(truncatingIfNeeded: read[row])
    }
    guard !tooLarge else { throw BlockFault("code outside the dictionary") }
    texts.codes.setCount(block.rows)
    let starts = starts.view
    let size = starts[entryCount]
    try makeRoom(in: entries, rows: entryCount, bytes: size).slice(0, count: size)
      .copy(from: self.texts.view, count: size)
    let ends = entries.ends.view
    for entry in 0..<entryCount { ends[entry] = UInt32(truncatingIfNeeded: starts[entry &+ 1]) }
    entries.bytes.setCount(size)
    entries.ends.setCount(entryCount)
    return texts
  }
}
