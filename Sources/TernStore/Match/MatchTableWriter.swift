import TernCEB

/// Groups the match rows of one segment by key and encodes them.
///
/// A row is `wordsPerRow` 64-bit words: word 0 and the low half of word 1 the key, word 2 the
/// document reference with segment 0, the rest is not looked at. Rows are grouped by the top bits
/// of word 0 into as many ranges as leaves each about 128 rows or more, 256 at most, or 512 rows, 4096 at most. Within a range
/// they are in order of the top 16 bits, and those that share them as they came.
///
/// Memory: the rows of one range, and 8 bytes a row.
public struct MatchTableWriter: ~Copyable {
  private var encoder = MatchGranuleEncoder()
  private var order = GrowableBuffer<UInt32>()
  private var halfOrder = GrowableBuffer<UInt32>()
  private var range = GrowableBuffer<UInt64>()
  /// Up to 256 ranges, so that a small segment can be read in as many as the large ones beside it; and beyond, where
  /// ranges are many so that what is read at a time stays in a cache.
  private static let (rowsPerRange, rowsPerLaterRange) = (128, 512)

  public init() {}

  /// Key bits by which `rows` rows are grouped.
  public static func rangeBits(rows: Int) -> Int {
    var bits = 0
    while bits < 8 && rows >> (bits + 1) >= rowsPerRange { bits += 1 }
    while bits < StoreLimits.matchRangeBits && rows >> (bits + 1) >= rowsPerLaterRange { bits += 1 }
    return bits
  }

  /// Appends the granules of `rows` (row by row, in arrival order) to `unit`.
  ///
  /// Cost: a few nanoseconds a word.
  public mutating func encode(
    _ rows: borrowing GrowableBuffer<UInt64>, wordsPerRow: Int, id: TableID,
    into unit: EncodedUnit
  ) {
    precondition(
      wordsPerRow >= 3 && wordsPerRow <= StoreLimits.wordsPerMatchRow,
      "a match row has 3 to 64 words")
    precondition(rows.count % wordsPerRow == 0, "not a whole number of rows")
    let rowCount = rows.count / wordsPerRow
    precondition(rowCount <= Int(UInt32.max), "more rows than a segment takes")
    let bits = Self.rangeBits(rows: rowCount)
    unit.shapes[id] = .match(wordsPerRow: wordsPerRow, rangeBits: bits)
    let source = rows.view
    let starts = groupByKey(source, rowCount: rowCount, wordsPerRow: wordsPerRow, bits: bits)
    for group in 0..<1 << bits {
      let members = starts[group]..<starts[group + 1]
      guard !members.isEmpty else { continue }
      precondition(members.count <= StoreLimits.rowsPerBlock, "more rows than one range takes")
      range.prepare(members.count * wordsPerRow)
      let target = range.view
      var to = 0
      for index in members {
        let from = Int(order.view[index]) &* wordsPerRow
        for word in 0..<wordsPerRow { target[to &+ word] = source[from &+ word] }
        to &+= wordsPerRow
      }
      let start = unit.bytes.count
      encoder.encode(
        target, count: members.count, wordsPerRow: wordsPerRow, to: &unit.bytes)
      let size = unit.bytes.count - start
      unit.blocks.append(
        EncodedBlock(
          table: id, column: 0, group: group, rows: members.count, type: FileFormat.matchType,
          encoding: 0, offset: UInt64(start), size: size,
          rawSize: members.count * wordsPerRow * 8,
          checksum: unit.bytes.view.checksum(start, count: size)))
    }
  }

  /// Fills `order` with the row numbers by the top 16 bits of their keys, and returns where each
  /// range starts. A stable counting sort by one byte, then by the one above. O(rows).
  private mutating func groupByKey(
    _ rows: View<UInt64>, rowCount: Int, wordsPerRow: Int, bits: Int
  ) -> [Int] {
    order.prepare(rowCount)
    halfOrder.prepare(rowCount)
    let order = order.view
    let half = halfOrder.view
    // Where each value of the lower byte, and of the upper one, starts.
    var low = [Int](repeating: 0, count: 257)
    var high = [Int](repeating: 0, count: 257)
    var starts = [Int](repeating: 0, count: 1 << bits + 1)
    for row in 0..<rowCount {
      let key = rows[row &* wordsPerRow]
      low[Int(key >> 48 & 0xff) + 1] += 1
      high[Int(key >> 56) + 1] += 1
      starts[keyRange(key, bits: bits) + 1] += 1
    }
    for range in 0..<1 << bits { starts[range + 1] += starts[range] }
    for byte in 0..<256 {
      low[byte + 1] += low[byte]
      high[byte + 1] += high[byte]
    }
    for row in 0..<rowCount {
      let byte = Int(rows[row &* wordsPerRow] >> 48 & 0xff)
      half[low[byte]] = UInt32(truncatingIfNeeded: row)
      low[byte] += 1
    }
    for index in 0..<rowCount {
      let byte = Int(rows[Int(half[index]) &* wordsPerRow] >> 56)
      order[high[byte]] = half[index]
      high[byte] += 1
    }
    return starts
  }
}

/// The top `bits` of a key's first word.
@inline(__always) func keyRange(_ word: UInt64, bits: Int) -> Int {
  bits == 0 ? 0 : Int(truncatingIfNeeded: word &>> UInt64(64 &- bits))
}
