import TernCEB

// Columns of one table that repeat each other: a firm's code and its name, the times of one event,
// the place of a document and its length. The later one is kept as what it adds to the other, its
// reference, in the same row group. A reference has none itself, so that two blocks at most are read
// for a column.
//
// Texts ("twin"):
//
//     byte 0        6
//     bytes 1–2     column of the reference, which is a dictionary of texts
//     bytes 3–6     exceptions
//     …             entries (TextColumn.swift): one for each of the reference's, then one for each
//                   exception
//     …             stream of the exceptions' rows, ascending, if there are any
//
// Whole numbers ("beside"):
//
//     byte 0        3
//     bytes 1–2     column of the reference
//     byte 3        0: number − reference; 1: number − number before − reference before
//     …             stream of the differences

/// Dictionaries of texts that later columns of the table may follow.
struct TextReferences: ~Copyable {
  struct Entry {
    var column: Int
    var distinct: Int
    var codesAt: Int
    var rowsAt: Int
  }
  private(set) var found: [Entry] = []
  private(set) var codes = GrowableBuffer<UInt16>()
  /// Row in which each value of a dictionary comes first.
  private(set) var firstRows = GrowableBuffer<UInt32>()

  mutating func removeAll() {
    found.removeAll(keepingCapacity: true)
    codes.removeAll()
    firstRows.removeAll()
  }

  /// Remembers a dictionary, if it is worth following. Codes are numbered as they come.
  mutating func add(column: Int, codes source: View<UInt64>, count: Int, distinct: Int) {
    guard distinct >= distinctMin else { return }
    found.append(
      Entry(column: column, distinct: distinct, codesAt: codes.count, rowsAt: firstRows.count))
    codes.reserve(count)
    firstRows.reserve(distinct)
    let target = codes.view.slice(codes.count, count: count)
    let rows = firstRows.view.slice(firstRows.count, count: distinct)
    var next = 0
    for row in 0..<count {
      let code = Int(source[row])
      target[row] = UInt16(truncatingIfNeeded: code)
      if code == next {
        rows[next] = UInt32(truncatingIfNeeded: row)
        next &+= 1
      }
    }
    codes.setCount(codes.count + count)
    firstRows.setCount(firstRows.count + distinct)
  }
}

/// With fewer values, codes of one's own cost less than reading two blocks.
private let distinctMin = 16
private let textSampleRows = 64
private let exceptionsMax = 256

extension ColumnEncoder {
  /// Encodes rows that follow an earlier dictionary, but for a few.
  mutating func encodeTwin(_ rows: TextRows, to out: inout GrowableBuffer<UInt8>) -> Bool {
    for reference in references.found.reversed() where isTwin(rows, of: reference) {
      let codes = references.codes.view.slice(reference.codesAt, count: rows.count)
      let firstRows = references.firstRows.view.slice(reference.rowsAt, count: reference.distinct)
      words.prepare(exceptionsMax)
      let exceptions = words.view
      var count = 0
      for row in 0..<rows.count
      where !rows.areEqual(row, Int(firstRows[Int(codes[row])])) {
        guard count < min(exceptionsMax, rows.count / 32) else { return false }
        exceptions[count] = UInt64(row)
        count += 1
      }
      out.append(TextEncoding.twin.rawValue)
      out.append(UInt16(reference.column))
      out.append(UInt32(count))
      appendEntries(rows, count: reference.distinct + count, to: &out) { entry in
        entry < reference.distinct
          ? Int(firstRows[entry]) : Int(exceptions[entry &- reference.distinct])
      }
      if count > 0 { appendWordStream(exceptions, count: count, to: &out) }
      return true
    }
    return false
  }

  /// Whether a sample of the rows follows the reference, and its values are about as many.
  private mutating func isTwin(_ rows: TextRows, of reference: TextReferences.Entry) -> Bool {
    let codes = references.codes.view.slice(reference.codesAt, count: rows.count)
    let firstRows = references.firstRows.view.slice(reference.rowsAt, count: reference.distinct)
    let sampled = min(rows.count, textSampleRows)
    let step = rows.count / sampled
    var exceptions = 0
    for index in 0..<sampled {
      let row = index &* step
      if !rows.areEqual(row, Int(firstRows[Int(codes[row])])) {
        exceptions += 1
        if exceptions > 1 { return false }
      }
    }
    valueTable.reset(limit: reference.distinct)
    for entry in 0..<reference.distinct {
      let row = Int(firstRows[entry])
      if valueTable.text(rows.bytes, place: rows.start(row), length: rows.length(row)) < 0 {
        return false
      }
    }
    return valueTable.count * 8 >= reference.distinct * 7
  }

  /// The column beside which the numbers of column `number` are narrow, and how.
  mutating func reference(
    of number: Int, in table: Table
  ) -> (column: Int, isRunning: Bool)? {
    guard case .integer(let column) = table.columns[number], column.count >= 256,
      !integerReferences.contains(number)
    else { return nil }
    let sample = Sample(of: column.count)
    let values = unsafe View(column.values.base, count: column.count)
    let own = differenceBits(sample) { Int64(truncatingIfNeeded: values[$0]) }
    // Less than two bits a row is not worth a second block to read.
    guard own > 2 * sample.size else { return nil }
    var best = own / 2
    var found: (column: Int, isRunning: Bool)?
    for other in table.columns.indices
    where other <= number + 1 && other != number && !derivedIntegers.contains(other) {
      guard case .integer(let column) = table.columns[other] else { continue }
      let beside = unsafe View(column.values.base, count: column.count)
      let isRunning = other > number
      let bits = differenceBits(sample) { row in
        if !isRunning { return values[row] &- beside[row] }
        return row == 0 ? 0 : values[row] &- values[row &- 1] &- beside[row &- 1]
      }
      if bits < best {
        best = bits
        found = (other, isRunning)
      }
    }
    return found
  }

  /// What the differences between neighbours would take in a sample, each in its own width.
  @inline(__always)
  private func differenceBits(_ sample: Sample, _ value: (Int) -> Int64) -> Int {
    var bits = 0
    for index in 0..<sample.stretches {
      let rows = sample.stretch(index)
      var last = value(rows.lowerBound)
      for row in rows {
        let next = value(row)
        bits &+= bitsNeeded(zigzag(UInt64(bitPattern: next &- last)))
        last = next
      }
    }
    return bits
  }

  mutating func encodeBeside(
    _ column: IntegerColumn, _ other: IntegerColumn, number: Int, isRunning: Bool,
    to out: inout GrowableBuffer<UInt8>
  ) {
    let count = column.count
    let values = unsafe View(column.values.base, count: count)
    let beside = unsafe View(other.values.base, count: count)
    words.prepare(count)
    let differences = words.view
    if isRunning {
      differences[0] = UInt64(bitPattern: values[0])
      for row in 1..<count {
        differences[row] = UInt64(
          bitPattern: values[row] &- values[row &- 1] &- beside[row &- 1])
      }
    } else {
      for row in 0..<count {
        differences[row] = UInt64(bitPattern: values[row] &- beside[row])
      }
    }
    out.append(WordEncoding.beside.rawValue)
    out.append(UInt16(number))
    out.append(isRunning ? 1 as UInt8 : 0)
    appendWordStream(differences, count: count, to: &out)
  }
}

extension TextRows {
  @inline(__always) func areEqual(_ a: Int, _ b: Int) -> Bool {
    let length = length(a)
    return length == self.length(b) && bytes.equal(start(a), start(b), count: length)
  }
}

extension ColumnDecoder {
  /// Column of the block's reference, if it has one. `start` is where the block is in `input`.
  func reference(of block: EncodedBlock, start: Int) -> Int? {
    guard block.size >= 3 else { return nil }
    let kind = input.view[start]
    let column = Int(input.view[start + 1]) | Int(input.view[start + 2]) << 8
    switch ColumnType(rawValue: block.type) {
    case .text: return kind == TextEncoding.twin.rawValue ? column : nil
    case .integer: return kind == WordEncoding.beside.rawValue ? column : nil
    default: return nil
    }
  }

  /// The reference's bytes, which are in `referenceInput`.
  private mutating func openReference(
    _ reader: inout ByteReader, type: ColumnType, count: Int
  ) throws(BlockFault) -> ByteReader {
    _ = try reader.uint16()
    guard let reference, reference.type == type.rawValue, reference.rows == count else {
      throw BlockFault("no such reference")
    }
    referenceInput.reserve(paddingBytes)
    return ByteReader(referenceInput.view, count: reference.size)
  }

  mutating func decodeTwin(
    _ reader: inout ByteReader, count: Int, into column: TextColumn
  ) throws(BlockFault) {
    var other = try openReference(&reader, type: .text, count: count)
    let exceptionCount = try reader.size(limit: exceptionsMax)
    let entryCount = try readEntries(&reader, hasMarks: false)
    guard exceptionCount < entryCount else { throw BlockFault("more exceptions than entries") }
    guard try other.byte() == TextEncoding.dictionary.rawValue else {
      throw BlockFault("the reference is no dictionary")
    }
    let distinct = try other.size(limit: ValueTable.entriesMax)
    guard distinct == entryCount - exceptionCount else {
      throw BlockFault("the reference has another dictionary")
    }
    try skipWordStream(&other)
    try skipStream(&other)
    words.prepare(count + exceptionCount)
    let codes = words.view.slice(0, count: count)
    try readWordStream(&other, count: count, to: codes)
    var tooLarge = false
    for row in 0..<count { tooLarge = tooLarge || codes[row] >= UInt64(distinct) }
    guard !tooLarge else { throw BlockFault("code outside the dictionary") }
    if exceptionCount > 0 {
      let exceptions = words.view.slice(count, count: exceptionCount)
      try readWordStream(&reader, count: exceptionCount, to: exceptions)
      for index in 0..<exceptionCount {
        guard exceptions[index] < UInt64(count) else { throw BlockFault("no such row") }
        codes[Int(exceptions[index])] = UInt64(distinct + index)
      }
    }
    try appendCoded(codes, count: count, into: column)
  }

  mutating func decodeBeside(
    _ reader: inout ByteReader, count: Int, to out: View<UInt64>
  ) throws(BlockFault) {
    var other = try openReference(&reader, type: .integer, count: count)
    let isRunning = try reader.byte()
    guard isRunning <= 1 else { throw BlockFault("unknown kind of differences") }
    numbers.prepare(count)
    let beside = numbers.view
    _ = try decodeWords(
      &other, count: count, absent: UInt64(bitPattern: IntegerColumn.absent), mayRefer: false,
      to: beside)
    try readWordStream(&reader, count: count, to: out)
    if isRunning == 0 {
      for row in 0..<count { out[row] = out[row] &+ beside[row] }
    } else {
      for row in 1..<max(count, 1) {
        out[row] = out[row] &+ out[row &- 1] &+ beside[row &- 1]
      }
    }
  }
}
