import TernCEB

/// One column of a granule, checked: where its numbers lie and how they are packed.
struct GranuleColumn: BitwiseCopyable {
  var base: UInt64
  /// Position of the packed numbers, and of the dictionary before them, in the reader's bytes.
  var data: Int
  var dictionary: Int
  var width: Int32
  /// 0 = numbers.
  var entries: Int32
}

/// Rows are unpacked so many at a time: a piece of the output that stays in the first-level cache.
private let rowsPerStep = 64

/// Checks the granule at `start`, of which `size` bytes are there, and appends its columns to `columns`.
///
/// `segmentOrdinal << 32` goes to the base of word 2, the document reference. 16 bytes after the
/// granule must be readable. O(columns).
///
/// - Parameter keysOnly: just the beginning is there, with words 0 and 2: only these two columns are appended.
func parseGranule(
  _ bytes: View<UInt8>, start: Int, size: Int, rows: Int, wordsPerRow: Int,
  segmentOrdinal: UInt64, keysOnly: Bool = false, into columns: inout GrowableBuffer<GranuleColumn>
) throws(BlockFault) {
  let headerSize = granuleHeaderSize + wordsPerRow * columnDescriptorSize
  guard size >= headerSize else { throw BlockFault("data ends too early") }
  let header = bytes.load64(start)
  guard Int(header & 0xffff_ffff) == rows, Int(header >> 32 & 0xffff) == wordsPerRow else {
    throw BlockFault("shape of the match rows is another")
  }
  guard header >> 48 == 0 else { throw BlockFault("reserved bytes are not zero") }
  columns.reserve(wordsPerRow)
  let first = columns.count
  var next = headerSize
  for position in 0..<(keysOnly ? 2 : wordsPerRow) {
    let word = wordOfData(at: position)
    let descriptor = start + granuleHeaderSize + word * columnDescriptorSize
    let tail = bytes.load64(descriptor + 8)
    let width = Int(tail & 0xff)
    let isDictionary = tail >> 8 & 0xff
    let entries = Int(tail >> 16 & 0xffff)
    guard width <= 64, isDictionary <= 1, (isDictionary == 1) == (entries > 0),
      entries <= dictionaryEntriesMax, word > 2 || entries == 0, Int(tail >> 32) == next
    else { throw BlockFault("impossible column of match rows") }
    let data = next + entries * 8
    next = data + packedSize(rows, width: width)
    guard next <= size else { throw BlockFault("data ends too early") }
    var base = bytes.load64(descriptor)
    if word == 2 { base &+= segmentOrdinal << 32 }
    columns.view[first + (keysOnly ? position : word)] = GranuleColumn(
      base: base, data: start + data, dictionary: start + data - entries * 8,
      width: Int32(width), entries: Int32(entries))
  }
  columns.setCount(first + (keysOnly ? 2 : wordsPerRow))
  guard keysOnly || next == size else { throw BlockFault("data goes on after its end") }
}

/// Where the keys and documents of the granule at `start` end, counted from there, by its descriptors; nil if they are
/// impossible.
func keysEnd(_ bytes: View<UInt8>, start: Int, rows: Int, wordsPerRow: Int) -> Int? {
  guard wordsPerRow >= 3 else { return nil }
  let tail = bytes.load64(start + granuleHeaderSize + 2 * columnDescriptorSize + 8)
  let (width, entries) = (Int(tail & 0xff), Int(tail >> 16 & 0xffff))
  guard width <= 64, entries <= dictionaryEntriesMax else { return nil }
  return Int(tail >> 32) + entries * 8 + packedSize(rows, width: width)
}

extension GranuleColumn {
  /// The number in `row`; of a dictionary its code.
  @inline(__always) func value(_ row: Int, _ bytes: View<UInt8>) -> UInt64 {
    let width = Int(width)
    if width == 0 { return base }
    let bit = row &* width
    let byte = data &+ bit &>> 3
    let shift = UInt64(bit & 7)
    let low = bytes.load64(byte) &>> shift
    // Past 56 bits a ninth byte may be part of it.
    let high = (UInt64(bytes[byte &+ 8]) &<< 1) &<< (63 &- shift)
    return ((low | high) & lowMask(width)) &+ base
  }

  /// Unpacks `rows` to `out` from `first` on, `stride` apart. False if a code is outside the
  /// dictionary.
  @inline(__always) func unpack(
    _ rows: Range<Int>, _ bytes: View<UInt8>, to out: View<UInt64>, first: Int, stride: Int
  ) -> Bool {
    let width = Int(width)
    var target = first
    if width == 0 {
      let value = entries == 0 ? base : bytes.load64(dictionary)
      for _ in rows {
        out[target] = value
        target &+= stride
      }
      return true
    }
    if entries != 0 {
      let mask = lowMask(width)
      let limit = UInt64(truncatingIfNeeded: entries)
      var bit = rows.lowerBound &* width
      var outside = false
      for _ in rows {
        let word = bytes.load64(data &+ bit &>> 3) &>> UInt64(bit & 7)
        var code = word & mask
        if code >= limit {
          outside = true
          code = 0
        }
        out[target] = bytes.load64(dictionary &+ Int(truncatingIfNeeded: code) &* 8)
        bit &+= width
        target &+= stride
      }
      return !outside
    }
    if width <= 56 {
      let mask = lowMask(width)
      var bit = rows.lowerBound &* width
      for _ in rows {
        let word = bytes.load64(data &+ bit &>> 3) &>> UInt64(bit & 7)
        out[target] = (word & mask) &+ base
        bit &+= width
        target &+= stride
      }
    } else if width == 64 {
      var byte = data &+ rows.lowerBound &* 8
      for _ in rows {
        out[target] = bytes.load64(byte) &+ base
        byte &+= 8
        target &+= stride
      }
    } else {
      for row in rows {
        out[target] = value(row, bytes)
        target &+= stride
      }
    }
    return true
  }
}

extension GranuleColumn {
  /// Of a column of keys the first row of `rows` whose top 16 bits are `bound` or more.
  ///
  /// Keys are keyed digests, spread evenly: the guess by proportion is a few rows off, and steps of
  /// growing length find the place. O(log n) however they are spread.
  ///
  /// - Parameters:
  ///   - all: rows of the granule.
  ///   - rangeBits: top bits that all of them share.
  func firstRow(
    from bound: Int, in rows: Range<Int>, of all: Int, rangeBits: Int, _ bytes: View<UInt8>
  ) -> Int {
    func isBefore(_ row: Int) -> Bool {
      Int(truncatingIfNeeded: value(row, bytes) &>> UInt64(64 - MatchRange.keyBitsMax)) < bound
    }
    var low = rows.lowerBound
    var high = rows.upperBound
    let width = 1 << (MatchRange.keyBitsMax - rangeBits)
    let guess = (bound & (width - 1)) * all / width
    var step = 1
    if guess > low && guess < high {
      if isBefore(guess) {
        low = guess + 1
        while low + step < high, isBefore(low + step) {
          low += step + 1
          step *= 2
        }
        high = min(high, low + step)
      } else {
        high = guess
        while high - step > low, !isBefore(high - step) {
          high -= step
          step *= 2
        }
        low = max(low, high - step)
      }
    }
    while low < high {
      let middle = (low &+ high) / 2
      if isBefore(middle) { low = middle &+ 1 } else { high = middle }
    }
    return low
  }
}

/// Unpacks `rows` of a granule, row by row, to `out` from `first` on. Half a nanosecond a word.
func unpackGranule(
  _ columns: View<GranuleColumn>, _ bytes: View<UInt8>, rows: Range<Int>,
  to out: View<UInt64>, first: Int
) throws(BlockFault) {
  let wordsPerRow = columns.count
  var isSound = true
  var start = rows.lowerBound
  while start < rows.upperBound {
    let end = min(start &+ rowsPerStep, rows.upperBound)
    let target = first &+ (start &- rows.lowerBound) &* wordsPerRow
    for word in 0..<wordsPerRow {
      let column = columns[word]
      if !column.unpack(
        start..<end, bytes, to: out, first: target &+ word, stride: wordsPerRow)
      {
        isSound = false
      }
    }
    start = end
  }
  guard isSound else { throw BlockFault("code outside the dictionary") }
}

/// Appends all rows of the granule of `size` bytes at `start` to `out`, row by row.
func decodeGranule(
  _ bytes: View<UInt8>, start: Int, size: Int, rows: Int, wordsPerRow: Int,
  segmentOrdinal: UInt64, into out: inout GrowableBuffer<UInt64>
) throws(BlockFault) {
  var columns = GrowableBuffer<GranuleColumn>()
  try parseGranule(
    bytes, start: start, size: size, rows: rows, wordsPerRow: wordsPerRow,
    segmentOrdinal: segmentOrdinal, into: &columns)
  out.reserve(rows * wordsPerRow)
  try unpackGranule(
    columns.view.slice(0, count: wordsPerRow), bytes, rows: 0..<rows, to: out.view,
    first: out.count)
  out.setCount(out.count + rows * wordsPerRow)
}
