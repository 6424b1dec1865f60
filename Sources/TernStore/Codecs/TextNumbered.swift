import TernCEB

// Texts that end in digits: order, payment and waybill numbers. What stands before the last so many
// digits repeats (a letter or two, a date) and goes through a dictionary; the digits are a number.
//
//     byte 1        digits of the number (4–18)
//     …             entries of the dictionary: count (4), stream of twice the length, plus 1 where
//                   the number follows (the others are whole values), stream of bytes
//     …             stream of codes, stream of the numbers that follow

private let digitsMin = 4
private let sampleRows = 128
/// Heads that repeat themselves so often in a sample are few.
private let sampleHeads = 32

extension ColumnEncoder {
  /// Encodes rows that end in digits behind few heads.
  mutating func encodeNumbered(_ rows: TextRows, to out: inout GrowableBuffer<UInt8>) -> Bool {
    guard rows.count >= 16, let digits = numberDigits(rows) else { return false }
    valueTable.reset(limit: max(rows.count / 16, 16))
    codes.prepare(rows.count)
    words.prepare(rows.count)
    let codes = codes.view
    let numbers = words.view
    var numbered = 0
    for row in 0..<rows.count {
      let start = rows.start(row)
      var length = rows.length(row)
      let isNumbered = endsInDigits(rows, row, digits)
      if isNumbered {
        length &-= digits
        numbers[numbered] = number(rows.bytes, at: start &+ length, digits: digits)
        numbered &+= 1
      }
      let code = valueTable.text(rows.bytes, place: start, length: length, isMarked: isNumbered)
      if code < 0 { return false }
      codes[row] = UInt64(truncatingIfNeeded: code)
    }
    out.append(TextEncoding.numbered.rawValue)
    out.append(UInt8(digits))
    appendFound(rows, placesAreRows: false, hasMarks: true, to: &out)
    appendCodes(codes, count: rows.count, distinct: valueTable.count, to: &out)
    if numbered > 0 { appendWordStream(numbers, count: numbered, to: &out) }
    return true
  }

  @inline(__always)
  private func endsInDigits(_ rows: TextRows, _ row: Int, _ digits: Int) -> Bool {
    let length = rows.length(row)
    return length >= digits
      && areDigits(rows.bytes, at: rows.start(row) &+ length &- digits, count: digits)
  }

  /// The fewest digits that leave few heads, judged by a sample spread over the rows.
  private mutating func numberDigits(_ rows: TextRows) -> Int? {
    let sampled = min(rows.count, sampleRows)
    let step = rows.count / sampled
    var low = digitsMin
    var high = min(digitsPerNumber, rows.longest)
    // The most digits in which all but a few of the sample end.
    while low <= high {
      let digits = (low + high) / 2
      var missing = 0
      // Empty values are few heads by themselves.
      for index in 0..<sampled
      where rows.length(index &* step) > 0 && !endsInDigits(rows, index &* step, digits) {
        missing += 1
      }
      if missing * 16 <= sampled { low = digits + 1 } else { high = digits - 1 }
    }
    guard high >= digitsMin else { return nil }
    let most = high
    low = digitsMin
    while low <= high {
      let digits = (low + high) / 2
      if hasFewHeads(rows, step: step, sampled: sampled, digits: digits) {
        high = digits - 1
      } else {
        low = digits + 1
      }
    }
    return low <= most ? low : nil
  }

  private mutating func hasFewHeads(
    _ rows: TextRows, step: Int, sampled: Int, digits: Int
  ) -> Bool {
    valueTable.reset(limit: max(sampled * sampleHeads / sampleRows, 4))
    for index in 0..<sampled {
      let row = index &* step
      let isNumbered = endsInDigits(rows, row, digits)
      let length = rows.length(row) &- (isNumbered ? digits : 0)
      let start = rows.start(row)
      if valueTable.text(rows.bytes, place: start, length: length, isMarked: isNumbered) < 0 {
        return false
      }
    }
    return true
  }
}

extension ColumnDecoder {
  mutating func decodeNumbered(
    _ reader: inout ByteReader, count: Int, into column: TextColumn
  ) throws(BlockFault) {
    let digits = Int(try reader.byte())
    guard digits >= digitsMin && digits <= digitsPerNumber else {
      throw BlockFault("impossible number of digits")
    }
    let entryCount = try readEntries(&reader, hasMarks: true)
    let texts = texts.view
    let starts = starts.view
    let marks = entries.view
    words.prepare(count * 2)
    let codes = words.view.slice(0, count: count)
    let numbers = words.view.slice(count, count: count)
    try readWordStream(&reader, count: count, to: codes)
    var total = 0
    var numbered = 0
    for row in 0..<count {
      guard codes[row] < UInt64(entryCount) else { throw BlockFault("code outside the dictionary") }
      let code = Int(codes[row])
      total &+= starts[code &+ 1] &- starts[code]
      numbered &+= Int(marks[code] & 1)
    }
    total &+= numbered &* digits
    if numbered > 0 { try readWordStream(&reader, count: numbered, to: numbers) }
    let limit = powerOfTen(digits)
    var tooLong = false
    for index in 0..<numbered { tooLong = tooLong || numbers[index] >= limit }
    guard !tooLong else { throw BlockFault("number too long for its digits") }
    let target = try makeRoom(in: column, rows: count, bytes: total)
    let ends = column.ends.view.slice(column.ends.count, count: count)
    let first = column.bytes.count
    var position = 0
    var next = 0
    for row in 0..<count {
      let code = Int(codes[row])
      let start = starts[code]
      let length = starts[code &+ 1] &- start
      copyShort(from: texts, start, to: target, position, length: length)
      position &+= length
      if marks[code] & 1 != 0 {
        write(numbers[next], digits: digits, to: target, at: position)
        next &+= 1
        position &+= digits
      }
      ends[row] = UInt32(truncatingIfNeeded: first &+ position)
    }
    column.bytes.setCount(first + total)
    column.ends.setCount(column.ends.count + count)
  }
}
