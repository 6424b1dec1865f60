import CUnpack
import TernCEB

/// One column of a granule, checked: where its numbers lie and how they are packed.
typealias GranuleColumn = tern_granule_column

extension GranuleColumn {
  /// As `TERN_PACKED_…`.
  enum Kind: UInt8 {
    case numbers = 0
    case dictionary = 1
    case multiples = 2
  }

  init(base: UInt64, data: Int, factor: UInt64, width: Int, kind: Kind, entries: Int) {
    self.init(
      base: base, data: Int64(data), factor: factor, width: UInt8(width), packing: kind.rawValue, entries: UInt16(entries))
  }

  @inline(__always) private var kind: Kind { Kind(rawValue: packing)! }

  /// Position of the packed numbers in the reader's bytes.
  @inline(__always) private var start: Int { Int(data) }
  @inline(__always) private var dictionary: Int { start &- Int(entries) &* 8 }
}

/// Rows are unpacked so many at a time: a piece of the output that stays in the first-level cache.
private let rowsPerStep = TERN_UNPACK_ROWS

/// Checks the granule at `start`, of which `size` bytes are there, and appends its columns to `columns`.
///
/// `segmentOrdinal << 32` goes to the base of column 1, the document reference. 40 bytes after the
/// granule must be readable. O(columns).
///
/// - Parameter keysOnly: just the beginning is there, with columns 0 and 1: only these are appended.
func parseGranule(
  _ bytes: View<UInt8>, start: Int, size: Int, rows: Int, wordsPerRow: Int,
  segmentOrdinal: UInt64, keysOnly: Bool = false, into columns: inout GrowableBuffer<GranuleColumn>
) throws(BlockFault) {
  let all = granuleColumnCount(wordsPerRow: wordsPerRow)
  let headerSize = granuleHeaderSize + all * columnDescriptorSize
  guard size >= headerSize else { throw BlockFault("data ends too early") }
  let header = bytes.load64(start)
  guard Int(header & 0xffff_ffff) == rows, Int(header >> 32 & 0xffff) == wordsPerRow else {
    throw BlockFault("shape of the match rows is another")
  }
  guard header >> 48 == 0 else { throw BlockFault("reserved bytes are not zero") }
  let count = keysOnly ? 2 : all
  columns.reserve(count)
  let first = columns.count
  var next = headerSize
  for number in 0..<count {
    let descriptor = start + granuleHeaderSize + number * columnDescriptorSize
    let tail = bytes.load64(descriptor + 8)
    let width = Int(tail & 0xff)
    let detail = Int(tail >> 16 & 0xffff)
    guard let kind = GranuleColumn.Kind(rawValue: UInt8(tail >> 8 & 0xff)), width <= 64,
      number > 2 || kind == .numbers, number != 2 || width <= 32, Int(tail >> 32) == next
    else { throw BlockFault("impossible column of match rows") }
    let isPossible =
      switch kind {
      case .numbers: detail == 0
      case .dictionary: detail > 0 && detail <= dictionaryEntriesMax
      case .multiples: detail < granuleFactors.count
      }
    guard isPossible else { throw BlockFault("impossible column of match rows") }
    let entries = kind == .dictionary ? detail : 0
    let data = next + entries * 8
    next = data + packedSize(rows, width: width)
    guard next <= size else { throw BlockFault("data ends too early") }
    var base = bytes.load64(descriptor)
    if number == 1 { base &+= segmentOrdinal << 32 }
    columns.view[first + number] = GranuleColumn(
      base: base, data: start + data, factor: kind == .multiples ? granuleFactors[detail] : 1,
      width: width, kind: kind, entries: entries)
  }
  columns.setCount(first + count)
  guard keysOnly || next == size else { throw BlockFault("data goes on after its end") }
}

/// Where the keys and documents of the granule at `start` end, counted from there, by its descriptors; nil if they are
/// impossible.
func keysEnd(_ bytes: View<UInt8>, start: Int, rows: Int, wordsPerRow: Int) -> Int? {
  guard wordsPerRow >= 3 else { return nil }
  let tail = bytes.load64(start + granuleHeaderSize + columnDescriptorSize + 8)
  let width = Int(tail & 0xff)
  guard width <= 64 else { return nil }
  return Int(tail >> 32) + packedSize(rows, width: width)
}

extension GranuleColumn {
  /// The number in `row` of a column of numbers.
  @inline(__always) func value(_ row: Int, _ bytes: View<UInt8>) -> UInt64 {
    width == 0 ? base : number(row, bytes) &+ base
  }

  /// As packed; the width is not 0.
  @inline(__always) private func number(_ row: Int, _ bytes: View<UInt8>) -> UInt64 {
    let width = Int(width)
    let bit = row &* width
    let byte = start &+ bit &>> 3
    let shift = UInt64(bit & 7)
    let low = bytes.load64(byte) &>> shift
    // Past 56 bits a ninth byte may be part of it.
    let high = (UInt64(bytes[byte &+ 8]) &<< 1) &<< (63 &- shift)
    return (low | high) & lowMask(width)
  }

  /// Calls `body` with what is packed for each of `rows`: numbers − base, quotients or codes.
  @inline(__always)
  private func forEach(_ rows: Range<Int>, _ bytes: View<UInt8>, _ body: (UInt64) -> Void) {
    let width = Int(width)
    let mask = lowMask(width)
    if width & 7 == 0 {
      // Most digests: a third fewer instructions than bit by bit.
      let step = width &>> 3
      var byte = start &+ rows.lowerBound &* step
      for _ in rows {
        body(bytes.load64(byte) & mask)
        byte &+= step
      }
    } else if width <= 56 {
      var bit = rows.lowerBound &* width
      for _ in rows {
        body(bytes.load64(start &+ bit &>> 3) &>> UInt64(bit & 7) & mask)
        bit &+= width
      }
    } else {
      for row in rows { body(number(row, bytes)) }
    }
  }

  /// Unpacks `rows` to `out` from `first` on, `stride` apart. False if a code is outside the
  /// dictionary.
  @inline(__always) func unpack(
    _ rows: Range<Int>, _ bytes: View<UInt8>, to out: View<UInt64>, first: Int, stride: Int
  ) -> Bool {
    var target = first
    if width == 0 {
      let value = kind == .dictionary ? bytes.load64(dictionary) : base
      for _ in rows {
        out[target] = value
        target &+= stride
      }
      return true
    }
    switch kind {
    case .numbers:
      forEach(rows, bytes) { number in
        out[target] = number &+ base
        target &+= stride
      }
    case .multiples:
      forEach(rows, bytes) { quotient in
        out[target] = quotient &* factor &+ base
        target &+= stride
      }
    case .dictionary:
      let limit = UInt64(entries)
      var outside = false
      forEach(rows, bytes) { code in
        if code >= limit { outside = true }
        let entry = code < limit ? Int(truncatingIfNeeded: code) : 0
        out[target] = bytes.load64(dictionary &+ entry &* 8)
        target &+= stride
      }
      return !outside
    }
    return true
  }

  /// Adds the numbers, of 32 bits at most, to the words that are there, whose low halves are empty.
  @inline(__always) func addHalf(
    _ rows: Range<Int>, _ bytes: View<UInt8>, to out: View<UInt64>, first: Int, stride: Int
  ) {
    var target = first
    forEach(rows, bytes) { number in
      out[target] |= number &+ base
      target &+= stride
    }
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

/// Unpacks `rows` of a granule, row by row, to `out` from `first` on.
///
/// - Parameter vectors: by AVX2, where the processor has it; off, by the portable loops. Tests compare them.
func unpackGranule(
  _ columns: View<GranuleColumn>, _ bytes: View<UInt8>, rows: Range<Int>,
  to out: View<UInt64>, first: Int, vectors: Bool = tern_unpack_available() != 0
) throws(BlockFault) {
  let wordsPerRow = columns.count &- 1
  var isSound = true
  var start = rows.lowerBound
  while start < rows.upperBound {
    let end = min(start &+ rowsPerStep, rows.upperBound)
    let target = first &+ (start &- rows.lowerBound) &* wordsPerRow
    if vectors {
      let to = out.slice(target, count: (end &- start) &* wordsPerRow)
      if unsafe tern_unpack_rows(columns.base, wordsPerRow, bytes.base, start, end &- start, to.base) == 0 {
        isSound = false
      }
    } else if !unpackStep(columns, bytes, rows: start..<end, to: out, first: target) {
      isSound = false
    }
    start = end
  }
  guard isSound else { throw BlockFault("code outside the dictionary") }
}

/// The portable twin of `tern_unpack_rows`.
private func unpackStep(
  _ columns: View<GranuleColumn>, _ bytes: View<UInt8>, rows: Range<Int>, to out: View<UInt64>, first: Int
) -> Bool {
  let wordsPerRow = columns.count &- 1
  var isSound = true
  for number in 0..<columns.count where number != 2 {
    let column = columns[number]
    if !column.unpack(rows, bytes, to: out, first: first &+ wordOfColumn(number), stride: wordsPerRow) {
      isSound = false
    }
  }
  // After the other half of the word.
  columns[2].addHalf(rows, bytes, to: out, first: first &+ 1, stride: wordsPerRow)
  return isSound
}

/// Asks for the memory of a row of a granule, to be unpacked soon.
@inline(__always)
func prefetchGranule(_ columns: View<GranuleColumn>, _ bytes: View<UInt8>, row: Int) {
  unsafe tern_unpack_soon(columns.base, columns.count &- 1, bytes.base, row)
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
    columns.view.slice(0, count: columns.count), bytes, rows: 0..<rows, to: out.view,
    first: out.count)
  out.setCount(out.count + rows * wordsPerRow)
}
