import TernCEB

// Texts of which there are few: each once, and a code for every row. Also the entries by themselves:
//
//     4     how many
//     …     stream of their lengths (twice the length, and a mark, in TextNumbered.swift)
//     …     stream of their bytes

extension ColumnEncoder {
  /// Finds the distinct values and puts the rows' codes in `codes`.
  mutating func findDictionary(_ rows: TextRows) -> ValueTable.Outcome {
    guard rows.count >= 8 else { return .tooLarge }
    valueTable.reset(limit: max(rows.count / 3, min(rows.count, 64)))
    codes.prepare(rows.count)
    let codes = codes.view
    guard rows.longest < 8 else { return valueTable.code(rows, to: codes) }
    // A short value is a number: its bytes, and its length on top.
    for row in 0..<rows.count {
      let length = rows.length(row)
      let word = rows.bytes.load64(rows.start(row)) & (1 &<< UInt64(length &* 8) &- 1)
      codes[row] = word | UInt64(length) &<< 56
    }
    return valueTable.code(codes, count: rows.count, to: codes)
  }

  mutating func appendDictionary(
    _ rows: TextRows, number: Int, to out: inout GrowableBuffer<UInt8>
  ) {
    let distinct = valueTable.count
    references.add(column: number, codes: codes.view, count: rows.count, distinct: distinct)
    out.append(TextEncoding.dictionary.rawValue)
    appendFound(rows, placesAreRows: rows.longest < 8, to: &out)
    appendCodes(codes.view, count: rows.count, distinct: distinct, to: &out)
  }

  /// Appends the texts in the value table as entries, twice their length with a mark below it if
  /// there are marks.
  mutating func appendFound(
    _ rows: TextRows, placesAreRows: Bool, hasMarks: Bool = false,
    to out: inout GrowableBuffer<UInt8>
  ) {
    let count = valueTable.count
    entries.prepare(count)
    texts.removeAll()
    let lengths = entries.view
    for entry in 0..<count {
      let place = valueTable.place(entry)
      let start = placesAreRows ? rows.start(place) : place
      let length = placesAreRows ? rows.length(place) : valueTable.length(entry)
      lengths[entry] = UInt64(length)
      if hasMarks { lengths[entry] = UInt64(length) &<< 1 | (valueTable.isMarked(entry) ? 1 : 0) }
      texts.append(rows.bytes.slice(start, count: length), count: length)
    }
    appendGathered(count, to: &out)
  }

  /// Appends the texts of some rows as entries.
  @inline(__always)
  mutating func appendEntries(
    _ rows: TextRows, count: Int, to out: inout GrowableBuffer<UInt8>, row: (Int) -> Int
  ) {
    entries.prepare(count)
    texts.removeAll()
    let lengths = entries.view
    for entry in 0..<count {
      let row = row(entry)
      let length = rows.length(row)
      lengths[entry] = UInt64(length)
      texts.append(rows.bytes.slice(rows.start(row), count: length), count: length)
    }
    appendGathered(count, to: &out)
  }

  /// Appends entries: count, stream of lengths (from `entries`), stream of bytes (from `texts`).
  private mutating func appendGathered(_ count: Int, to out: inout GrowableBuffer<UInt8>) {
    out.append(UInt32(count))
    appendWordStream(entries.view, count: count, to: &out)
    appendStream(texts.view, count: texts.count, to: &out)
  }
}

extension ColumnDecoder {
  mutating func decodeTextDictionary(
    _ reader: inout ByteReader, count: Int, into column: TextColumn
  ) throws(BlockFault) {
    let entryCount = try readEntries(&reader, hasMarks: false)
    words.prepare(count)
    let codes = words.view
    try readWordStream(&reader, count: count, to: codes)
    var tooLarge = false
    for row in 0..<count { tooLarge = tooLarge || codes[row] >= UInt64(entryCount) }
    guard !tooLarge else { throw BlockFault("code outside the dictionary") }
    try appendCoded(codes, count: count, into: column)
  }

  /// Appends the entries that `codes` name; all codes are in range.
  mutating func appendCoded(
    _ codes: View<UInt64>, count: Int, into column: TextColumn
  ) throws(BlockFault) {
    let texts = texts.view
    let starts = starts.view
    var total = 0
    for row in 0..<count {
      let code = Int(codes[row])
      total &+= starts[code &+ 1] &- starts[code]
    }
    let target = try makeRoom(in: column, rows: count, bytes: total)
    let ends = column.ends.view.slice(column.ends.count, count: count)
    let first = column.bytes.count
    var position = 0
    for row in 0..<count {
      let code = Int(codes[row])
      let start = starts[code]
      let length = starts[code &+ 1] &- start
      copyShort(from: texts, start, to: target, position, length: length)
      position &+= length
      ends[row] = UInt32(truncatingIfNeeded: first &+ position)
    }
    column.bytes.setCount(first + total)
    column.ends.setCount(column.ends.count + count)
  }

  /// Copies `length` bytes, or 16 if there are fewer: both sides have padding, and two stores serve
  /// every short value.
  @inline(__always)
  func copyShort(
    from source: View<UInt8>, _ start: Int, to target: View<UInt8>, _ position: Int, length: Int
  ) {
    if length <= 16 {
      target.store64(source.load64(start), position)
      target.store64(source.load64(start &+ 8), position &+ 8)
    } else {
      target.slice(position, count: length)
        .copy(from: source.slice(start, count: length), count: length)
    }
  }

  /// Reads what `appendEntries` wrote and returns how many there are. Entry i is in `texts`, from
  /// `starts[i]` to `starts[i + 1]`; its mark in the lowest bit of `entries[i]`.
  mutating func readEntries(
    _ reader: inout ByteReader, hasMarks: Bool
  ) throws(BlockFault) -> Int {
    let count = try reader.size(limit: ValueTable.entriesMax)
    guard count > 0 else { throw BlockFault("empty dictionary") }
    entries.prepare(count)
    starts.prepare(count + 1)
    let lengths = entries.view
    let starts = starts.view
    try readWordStream(&reader, count: count, to: lengths)
    var total = 0
    starts[0] = 0
    for entry in 0..<count {
      let length = hasMarks ? lengths[entry] &>> 1 : lengths[entry]
      guard length <= UInt64(StoreLimits.decodedBytesPerBlock &- total) else {
        throw BlockFault("length beyond its limit")
      }
      total &+= Int(length)
      starts[entry &+ 1] = total
    }
    texts.prepare(total + paddingBytes)
    try readStream(&reader, size: total, to: texts.view)
    return count
  }
}
