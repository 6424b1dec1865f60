import TernCEB

// Texts. The first byte of a block says how:
//
//     constant      length (4), the bytes
//     dictionary    count (4), stream of lengths, stream of bytes, stream of codes
//     numbered      see TextNumbered.swift
//     twin          see References.swift
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
  case numbered = 5
  /// With the codes of another column: see References.swift.
  case twin = 6
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
  let longest: Int

  init(bytes: View<UInt8>, offsets: View<UInt32>, count: Int) {
    self.bytes = bytes
    self.offsets = offsets
    self.count = count
    let first = offsets[1] &- offsets[0]
    var different: UInt32 = 0
    var longest: UInt32 = 0
    for row in 0..<count {
      let length = offsets[row &+ 1] &- offsets[row]
      different |= length ^ first
      longest = max(longest, length)
    }
    fixedLength = different == 0 ? Int(first) : nil
    self.longest = Int(longest)
  }

  var start: Int { Int(offsets[0]) }
  var byteCount: Int { Int(offsets[count]) - start }
  @inline(__always) func start(_ row: Int) -> Int { Int(offsets[row]) }
  @inline(__always) func length(_ row: Int) -> Int { Int(offsets[row &+ 1] &- offsets[row]) }
}

extension ColumnEncoder {
  /// Encodes the rows and says how.
  ///
  /// - Parameter number: of the column, by which a later one refers to it.
  mutating func encodeText(
    _ rows: TextRows, number: Int, to out: inout GrowableBuffer<UInt8>
  ) -> TextEncoding {
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
    if rows.longest >= 8 && encodeTwin(rows, to: &out) { return .twin }
    switch findDictionary(rows) {
    case .found:
      appendDictionary(rows, number: number, to: &out)
      return .dictionary
    case .tooLarge: break
    case .hopeless: if encodeNumbered(rows, to: &out) { return .numbered }
    }
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
    case .numbered: try decodeNumbered(&reader, count: count, into: column)
    case .twin: try decodeTwin(&reader, count: count, into: column)
    case .plain:
      let size = try readLengths(&reader, count: count)
      let target = try makeRoom(in: column, rows: count, bytes: size)
      try readStream(&reader, size: size, to: target)
      appendEnds(to: column, count: count)
    }
    return encoding
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

  /// Declares `count` values written: `rows`, ascending, have `length` bytes, the others none.
  func appendEnds(to column: TextColumn, count: Int, length: Int, rows: [Int]) {
    let ends = column.ends.view.slice(column.ends.count, count: count)
    var end = column.bytes.count
    var next = 0
    for row in 0..<count {
      if next < rows.count, rows[next] == row {
        end &+= length
        next &+= 1
      }
      ends[row] = UInt32(truncatingIfNeeded: end)
    }
    precondition(next == rows.count, "rows that are not ascending")
    column.bytes.setCount(end)
    column.ends.setCount(column.ends.count + count)
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
