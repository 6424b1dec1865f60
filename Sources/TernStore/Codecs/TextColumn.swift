import TernCEB

// Texts. The first byte of a block says how:
//
//     constant      length (4), the bytes
//     dictionary    count (4), stream of lengths, stream of bytes, stream of codes
//     guid          1 if in capitals (1), 16 bytes each: left as they are, being random
//     pattern       see TextPattern.swift
//     plain         stream of lengths, stream of bytes

/// How a column of texts is kept.
enum TextEncoding: UInt8 {
  case constant = 0
  case dictionary = 1
  case guid = 2
  case pattern = 3
  case plain = 4
}

/// The rows of a text column that are being encoded.
struct TextRows {
  /// The column's bytes, with padding.
  let bytes: View<UInt8>
  /// `offsets[i]` is where row i starts, `offsets[count]` where the last ends.
  let offsets: View<UInt32>
  let count: Int
  /// The length of every row, or nil if they differ.
  let fixedLength: Int?

  init(bytes: View<UInt8>, offsets: View<UInt32>, count: Int) {
    self.bytes = bytes
    self.offsets = offsets
    self.count = count
    let first = offsets[1] &- offsets[0]
    var different: UInt32 = 0
    for row in 0..<count { different |= (offsets[row &+ 1] &- offsets[row]) ^ first }
    fixedLength = different == 0 ? Int(first) : nil
  }

  var start: Int { Int(offsets[0]) }
  var byteCount: Int { Int(offsets[count]) - start }
  @inline(__always) func start(_ row: Int) -> Int { Int(offsets[row]) }
  @inline(__always) func length(_ row: Int) -> Int { Int(offsets[row &+ 1] &- offsets[row]) }
}

extension ColumnEncoder {
  /// Encodes the rows and says how.
  mutating func encodeText(_ rows: TextRows, to out: inout GrowableBuffer<UInt8>) -> TextEncoding {
    let start = out.count
    if let length = rows.fixedLength {
      if isConstant(rows, length: length) {
        out.append(TextEncoding.constant.rawValue)
        out.append(UInt32(length))
        out.append(rows.bytes.slice(rows.start, count: length), count: length)
        return .constant
      }
      if length == 36 && encodeGuids(rows, to: &out) { return .guid }
      out.setCount(start)
    }
    if fewDistinct(rows) && encodeTextDictionary(rows, to: &out) { return .dictionary }
    out.setCount(start)
    if let length = rows.fixedLength, encodePattern(rows, length: length, to: &out) {
      return .pattern
    }
    out.setCount(start)
    out.append(TextEncoding.plain.rawValue)
    appendLengths(rows, to: &out)
    appendStream(
      rows.bytes.slice(rows.start, count: rows.byteCount), count: rows.byteCount, to: &out)
    return .plain
  }

  /// All rows equal: the bytes equal themselves, one row further on.
  private func isConstant(_ rows: TextRows, length: Int) -> Bool {
    rows.bytes.equal(rows.start, rows.start + length, count: rows.byteCount - length)
  }

  /// Appends the stream of the rows' lengths.
  private mutating func appendLengths(_ rows: TextRows, to out: inout GrowableBuffer<UInt8>) {
    codes.prepare(rows.count)
    let lengths = codes.view
    for row in 0..<rows.count { lengths[row] = UInt64(truncatingIfNeeded: rows.length(row)) }
    appendWordStream(lengths, count: rows.count, to: &out)
  }

  /// Whether a sample spread over the rows repeats itself enough to try a dictionary.
  private mutating func fewDistinct(_ rows: TextRows) -> Bool {
    guard rows.count >= 8 else { return false }
    // Large enough to see some hundred articles repeat themselves.
    let sampled = min(rows.count, 1024)
    let step = rows.count / sampled
    valueTable.reset(limit: sampled * 5 / 8)
    for index in 0..<sampled {
      let row = index &* step
      if valueTable.text(rows.bytes, place: rows.start(row), length: rows.length(row)) < 0 {
        return false
      }
    }
    return true
  }

  private mutating func encodeTextDictionary(
    _ rows: TextRows, to out: inout GrowableBuffer<UInt8>
  ) -> Bool {
    valueTable.reset(limit: max(rows.count / 3, min(rows.count, 64)))
    codes.prepare(rows.count)
    let codes = codes.view
    var code = 0
    var lastStart = rows.start
    var lastLength = -1
    for row in 0..<rows.count {
      let start = rows.start(row)
      let length = rows.length(row)
      // Neighbours come from one sender: most often a value repeats the one before.
      if length != lastLength || !rows.bytes.equal(lastStart, start, count: length) {
        code = valueTable.text(rows.bytes, place: start, length: length)
        if code < 0 { return false }
      }
      lastStart = start
      lastLength = length
      codes[row] = UInt64(truncatingIfNeeded: code)
    }
    let entries = valueTable.count
    words.prepare(entries)
    texts.removeAll()
    let lengths = words.view
    for entry in 0..<entries {
      let length = valueTable.length(entry)
      lengths[entry] = UInt64(length)
      texts.append(
        rows.bytes.slice(valueTable.place(entry), count: length), count: length)
    }
    out.append(TextEncoding.dictionary.rawValue)
    out.append(UInt32(entries))
    appendWordStream(lengths, count: entries, to: &out)
    appendStream(texts.view, count: texts.count, to: &out)
    appendWordStream(codes, count: rows.count, to: &out)
    return true
  }
}

extension ColumnDecoder {
  /// Appends `count` values to `column`.
  mutating func decodeText(
    _ reader: inout ByteReader, count: Int, into column: TextColumn
  ) throws(BlockFault) -> TextEncoding {
    guard let encoding = TextEncoding(rawValue: try reader.byte()) else {
      throw BlockFault("unknown encoding of texts")
    }
    switch encoding {
    case .constant:
      let length = try reader.size(limit: StoreLimits.decodedBytesPerBlock)
      let start = try reader.take(length)
      let value = reader.bytes.slice(start, count: length)
      let target = try makeRoom(in: column, rows: count, bytes: length.multiplied(by: count))
      for row in 0..<count { target.slice(row &* length, count: length).copy(from: value, count: length) }
      appendEnds(to: column, count: count, length: length)
    case .dictionary: try decodeTextDictionary(&reader, count: count, into: column)
    case .guid: try decodeGuids(&reader, count: count, into: column)
    case .pattern: try decodePattern(&reader, count: count, into: column)
    case .plain:
      let size = try readLengths(&reader, count: count)
      let target = try makeRoom(in: column, rows: count, bytes: size)
      try readStream(&reader, size: size, to: target)
      appendEnds(to: column, count: count)
    }
    return encoding
  }

  private mutating func decodeTextDictionary(
    _ reader: inout ByteReader, count: Int, into column: TextColumn
  ) throws(BlockFault) {
    let entries = try reader.size(limit: ValueTable.entriesMax)
    guard entries > 0 else { throw BlockFault("empty dictionary") }
    let size = try readLengths(&reader, count: entries)
    texts.prepare(size + paddingBytes)
    let texts = texts.view
    try readStream(&reader, size: size, to: texts)
    // starts[i] is where entry i begins, starts[i + 1] where it ends.
    starts.prepare(entries + 1)
    let starts = starts.view
    starts[0] = 0
    for entry in 0..<entries { starts[entry &+ 1] = starts[entry] &+ Int(words.view[entry]) }
    words.prepare(count)
    let codes = words.view
    try readWordStream(&reader, count: count, to: codes)
    var total = 0
    for row in 0..<count {
      let code = codes[row]
      guard code < UInt64(entries) else { throw BlockFault("code outside the dictionary") }
      total &+= starts[Int(code) &+ 1] &- starts[Int(code)]
    }
    let target = try makeRoom(in: column, rows: count, bytes: total)
    let ends = column.ends.view.slice(column.ends.count, count: count)
    let first = column.bytes.count
    var position = 0
    for row in 0..<count {
      let code = Int(codes[row])
      let start = starts[code]
      let length = starts[code &+ 1] &- start
      if length <= 16 {
        // Both sides have padding: two stores serve every short value.
        target.store64(texts.load64(start), position)
        target.store64(texts.load64(start &+ 8), position &+ 8)
      } else {
        target.slice(position, count: length)
          .copy(from: texts.slice(start, count: length), count: length)
      }
      position &+= length
      ends[row] = UInt32(truncatingIfNeeded: first &+ position)
    }
    column.bytes.setCount(first + total)
    column.ends.setCount(column.ends.count + count)
  }

  /// Reads a stream of lengths to `words` and returns their sum.
  private mutating func readLengths(
    _ reader: inout ByteReader, count: Int
  ) throws(BlockFault) -> Int {
    words.prepare(count)
    let lengths = words.view
    try readWordStream(&reader, count: count, to: lengths)
    var total: UInt64 = 0
    for row in 0..<count {
      let length = lengths[row]
      guard length <= UInt64(StoreLimits.decodedBytesPerBlock) else {
        throw BlockFault("length beyond its limit")
      }
      total &+= length
    }
    guard total <= UInt64(StoreLimits.decodedBytesPerBlock) else {
      throw BlockFault("size beyond its limit")
    }
    return Int(total)
  }

  /// Room for `rows` more values of `bytes` bytes together, with padding behind them.
  func makeRoom(
    in column: TextColumn, rows: Int, bytes: Int
  ) throws(BlockFault) -> View<UInt8> {
    guard bytes <= StoreLimits.decodedBytesPerBlock
      && column.bytes.count + bytes <= Int(UInt32.max)
    else { throw BlockFault("size beyond its limit") }
    column.bytes.reserve(bytes + paddingBytes)
    column.ends.reserve(rows)
    return column.bytes.view.slice(column.bytes.count, count: bytes + paddingBytes)
  }

  /// Declares `count` values of `length` bytes, or of the lengths in `words`, written.
  func appendEnds(to column: TextColumn, count: Int, length: Int? = nil) {
    let ends = column.ends.view.slice(column.ends.count, count: count)
    var end = column.bytes.count
    if let length {
      for row in 0..<count {
        end &+= length
        ends[row] = UInt32(truncatingIfNeeded: end)
      }
    } else {
      let lengths = words.view
      for row in 0..<count {
        end &+= Int(lengths[row])
        ends[row] = UInt32(truncatingIfNeeded: end)
      }
    }
    column.bytes.setCount(end)
    column.ends.setCount(column.ends.count + count)
  }
}

extension Int {
  /// The product, or more than any limit if it overflows.
  fileprivate func multiplied(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
