import TernCEB

/// The match rows of one table and one range of keys, from all segments: read packed, and unpacked a
/// part at a time, so that the rows at hand stay in the cache however large the store is.
///
/// One per thread and table; its memory is kept from range to range.
public final class MatchRange {
  /// Key bits by which ranges and parts may be told apart: rows lie in their order.
  public static let keyBitsMax = 16

  private struct Granule {
    var segment: Int
    var block: EncodedBlock
    /// Key bits that all its rows share.
    var rangeBits: Int
    var firstColumn = 0
    /// Next row, and the end of those that belong to the range.
    var cursor = 0
    var end = 0
  }

  private let table: TableID
  private let wordsPerRow: Int
  private var segments: [SegmentReader] = []
  private var bytes = GrowableBuffer<UInt8>()
  private var columns = GrowableBuffer<GranuleColumn>()
  private var granules: [Granule] = []
  private var rangeBits = 0
  private var range = 0
  private var nextPart = 0
  /// Rows of the range.
  public private(set) var rowCount = 0

  public init(table: TableID, wordsPerRow: Int) {
    self.table = table
    self.wordsPerRow = wordsPerRow
  }

  /// Reads range `range` of `count` (a power of two, at most 2^16) of the keys.
  ///
  /// A segment's number in `segments` << 32 is added to word 2 of its rows; those before `first` are
  /// left out. A table that is not there adds nothing. Memory: the packed rows; where `count` is
  /// more than a segment's own ranges, those of the range that holds it.
  public func load(
    _ range: Int, of count: Int, from segments: [SegmentReader], first: Int = 0
  ) throws(StoreError) {
    precondition(count > 0 && count & (count - 1) == 0, "ranges must be a power of two")
    precondition(range >= 0 && range < count && count <= 1 << Self.keyBitsMax, "no such range")
    self.segments = segments
    self.range = range
    rangeBits = count.trailingZeroBitCount
    nextPart = 0
    rowCount = 0
    bytes.removeAll()
    columns.removeAll()
    granules.removeAll(keepingCapacity: true)
    // First all bytes, then what lies in them: the memory moves while it grows.
    for (ordinal, segment) in segments.enumerated() where ordinal >= first {
      try segment.readMatchBytes(range, bits: rangeBits, table: table, into: &bytes) { block in
        granules.append(
          Granule(segment: ordinal, block: block, rangeBits: segment.matchRangeBits(of: table)))
      }
    }
    bytes.reserve(paddingBytes)
    var position = 0
    for index in granules.indices {
      let segment = segments[granules[index].segment]
      let block = granules[index].block
      granules[index].firstColumn = columns.count
      do throws(BlockFault) {
        guard bytes.view.checksum(position, count: block.size) == block.checksum else {
          throw BlockFault("wrong checksum")
        }
        guard block.rawSize == block.rows * wordsPerRow * 8, block.encoding == 0 else {
          throw BlockFault("the size of the values is another")
        }
        try parseGranule(
          bytes.view, start: position, size: block.size, rows: block.rows,
          wordsPerRow: wordsPerRow, segmentOrdinal: UInt64(granules[index].segment),
          into: &columns)
      } catch {
        throw segment.damage(block, error)
      }
      position += block.size
      granules[index].end = block.rows
      if granules[index].rangeBits < rangeBits {
        // The granule holds more ranges than this one.
        let first = firstRow(granules[index], from: range << (Self.keyBitsMax - rangeBits))
        let end = firstRow(granules[index], from: (range + 1) << (Self.keyBitsMax - rangeBits))
        granules[index].cursor = first
        granules[index].end = end
      }
      rowCount += granules[index].end - granules[index].cursor
    }
  }

  /// Appends the rows of part `part` of `parts` of the range, row by row; parts are taken in order.
  public func take(
    part: Int, of parts: Int, into rows: inout GrowableBuffer<UInt64>
  ) throws(StoreError) {
    precondition(part == nextPart && parts & (parts - 1) == 0, "parts are taken in order")
    let bits = rangeBits + parts.trailingZeroBitCount
    precondition(bits <= Self.keyBitsMax, "more parts than keys are sorted by")
    nextPart = part + 1
    let isLast = part == parts - 1
    let bound = (range * parts + part + 1) << (Self.keyBitsMax - bits)
    let bytes = bytes.view
    for index in granules.indices {
      let granule = granules[index]
      let end = isLast ? granule.end : firstRow(granule, from: bound)
      if end == granule.cursor { continue }
      let count = (end - granule.cursor) * wordsPerRow
      rows.reserve(count)
      do throws(BlockFault) {
        try unpackGranule(
          columns.view.slice(granule.firstColumn, count: wordsPerRow), bytes,
          rows: granule.cursor..<end, to: rows.view, first: rows.count)
      } catch {
        throw segments[granule.segment].damage(granule.block, error)
      }
      rows.setCount(rows.count + count)
      granules[index].cursor = end
    }
  }

  /// Number of the first row that comes from segment `segment` or a later one.
  public func firstRow(ofSegment segment: Int) -> Int {
    granules.reduce(0) { $0 + ($1.segment < segment ? $1.end - $1.cursor : 0) }
  }

  /// Appends word `word` of every row that has not been taken. Row numbers of the range count in
  /// this order.
  public func column(_ word: Int, into values: inout GrowableBuffer<UInt64>) throws(StoreError) {
    precondition(word >= 0 && word < wordsPerRow, "no such word")
    values.reserve(rowCount)
    for granule in granules {
      let rows = granule.cursor..<granule.end
      guard
        columns.view[granule.firstColumn + word].unpack(
          rows, bytes.view, to: values.view, first: values.count, stride: 1)
      else {
        throw segments[granule.segment].damage(
          granule.block, BlockFault("code outside the dictionary"))
      }
      values.setCount(values.count + rows.count)
    }
  }

  /// Appends single rows by their numbers, which ascend; before any `take`.
  public func pick(
    _ numbers: borrowing GrowableBuffer<UInt32>, into rows: inout GrowableBuffer<UInt64>
  ) throws(StoreError) {
    precondition(nextPart == 0, "rows were taken")
    rows.reserve(numbers.count * wordsPerRow)
    var next = 0
    var base = 0
    for granule in granules {
      let end = base + granule.end - granule.cursor
      while next < numbers.count, Int(numbers[next]) < end {
        let row = Int(numbers[next]) - base + granule.cursor
        do throws(BlockFault) {
          try unpackGranule(
            columns.view.slice(granule.firstColumn, count: wordsPerRow), bytes.view,
            rows: row..<row + 1, to: rows.view, first: rows.count)
        } catch {
          throw segments[granule.segment].damage(granule.block, error)
        }
        rows.setCount(rows.count + wordsPerRow)
        next += 1
      }
      base = end
    }
    precondition(next == numbers.count, "a row beyond the range")
  }

  /// The first row, from the cursor on, whose key's top bits are `bound` or more.
  ///
  /// Keys are keyed digests, spread evenly: the guess by proportion is a few rows off, and steps of
  /// growing length find the place. O(log n) however they are spread.
  private func firstRow(_ granule: Granule, from bound: Int) -> Int {
    let key = columns.view[granule.firstColumn]
    let bytes = bytes.view
    func isBefore(_ row: Int) -> Bool {
      Int(truncatingIfNeeded: key.value(row, bytes) &>> UInt64(64 - Self.keyBitsMax)) < bound
    }
    var low = granule.cursor
    var high = granule.end
    let width = 1 << (Self.keyBitsMax - granule.rangeBits)
    let guess = (bound & (width - 1)) * granule.block.rows / width
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
