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

  /// Top bits of a key that tell its range. Traps unless there is range `range` of `count`.
  static func bits(ofRange range: Int, of count: Int) -> Int {
    precondition(count > 0 && count & (count - 1) == 0, "ranges must be a power of two")
    precondition(range >= 0 && range < count && count <= 1 << keyBitsMax, "no such range")
    return count.trailingZeroBitCount
  }

  /// Reads range `range` of `count` (a power of two, at most 2^16) of the keys, of those of `segments` that are `among`;
  /// nil: of all.
  ///
  /// A segment's number in `segments` << 32 is added to the documents of its rows. A table that is not there adds nothing.
  /// Memory: the packed rows; where `count` is more than a segment's own ranges, those of the range that holds it.
  public func load(
    _ range: Int, of count: Int, from segments: [SegmentReader], among: Range<Int>? = nil
  ) throws(StoreError) {
    rangeBits = Self.bits(ofRange: range, of: count)
    self.segments = segments
    self.range = range
    nextPart = 0
    rowCount = 0
    bytes.removeAll()
    columns.removeAll()
    granules.removeAll(keepingCapacity: true)
    // First all bytes, then what lies in them: the memory moves while it grows.
    for ordinal in among ?? segments.indices {
      let segment = segments[ordinal]
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
      // Stretches are short where segments are many, and lie far apart.
      if index + 1 < granules.count, granules[index + 1].cursor < granules[index + 1].end {
        prefetchGranule(columns(of: granules[index + 1]), bytes, row: granules[index + 1].cursor)
      }
      let end = isLast ? granule.end : firstRow(granule, from: bound)
      if end == granule.cursor { continue }
      let count = (end - granule.cursor) * wordsPerRow
      rows.reserve(count)
      do throws(BlockFault) {
        try unpackGranule(
          columns(of: granule), bytes, rows: granule.cursor..<end, to: rows.view, first: rows.count)
      } catch {
        throw segments[granule.segment].damage(granule.block, error)
      }
      rows.setCount(rows.count + count)
      granules[index].cursor = end
    }
  }

  private func columns(of granule: Granule) -> View<GranuleColumn> {
    columns.view.slice(granule.firstColumn, count: granuleColumnCount(wordsPerRow: wordsPerRow))
  }

  /// The first row, from the cursor on, whose key's top bits are `bound` or more.
  private func firstRow(_ granule: Granule, from bound: Int) -> Int {
    columns.view[granule.firstColumn].firstRow(
      from: bound, in: granule.cursor..<granule.end, of: granule.block.rows,
      rangeBits: granule.rangeBits, bytes.view)
  }
}
