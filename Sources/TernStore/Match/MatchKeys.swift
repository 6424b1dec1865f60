import TernCEB

/// The keys and documents of one match table's rows, of one range of keys and all segments: what a search reads
/// instead of whole rows, a fifth to a tenth of their bytes.
///
/// Keys go by the first 64 bits of their digest. These are keyed, so they find candidates; the judging compares all of the key.
/// One per thread and table; its memory is kept from range to range.
public final class MatchKeys {
  /// A row of the range. Valid until the next `load`.
  public struct Place: BitwiseCopyable, Sendable {
    fileprivate var granule: Int32
    fileprivate var row: Int32
  }

  private struct Granule {
    var segment: Int
    var block: EncodedBlock
    /// Key bits that all its rows share.
    var rangeBits: Int
    /// Where its beginning lies in `bytes`, and how much of it is there.
    var start: Int
    var size: Int
    var firstColumn = 0
    /// Those that belong to the range.
    var rows = 0..<0
  }

  private let table: TableID
  private let wordsPerRow: Int
  private var segments: [SegmentReader] = []
  private var bytes = GrowableBuffer<UInt8>()
  private var columns = GrowableBuffer<GranuleColumn>()
  private var granules: [Granule] = []
  /// Of the stretch at hand.
  private var documents = GrowableBuffer<UInt64>()
  /// One granule in whole, and its columns.
  private var whole = GrowableBuffer<UInt8>()
  private var wholeColumns = GrowableBuffer<GranuleColumn>()

  public init(table: TableID, wordsPerRow: Int) {
    self.table = table
    self.wordsPerRow = wordsPerRow
  }

  /// Reads range `range` of `count` (a power of two, at most 2^16) of the keys, of those of `segments` that are `among`;
  /// nil: of all.
  ///
  /// A segment's number in `segments` << 32 is added to its documents. A table that is not there adds nothing.
  ///
  /// - Parameter asked: by segment, keys in ascending order: of its granules only those into whose key range one of
  ///   them falls are read. Nil, for all or for one segment: every granule.
  public func load(
    _ range: Int, of count: Int, from segments: [SegmentReader], among: Range<Int>? = nil, asked: [[UInt64]?]? = nil
  ) throws(StoreError) {
    let bits = MatchRange.bits(ofRange: range, of: count)
    self.segments = segments
    bytes.removeAll()
    columns.removeAll()
    granules.removeAll(keepingCapacity: true)
    // First all bytes, then what lies in them: the memory moves while it grows.
    for ordinal in among ?? segments.indices {
      let segment = segments[ordinal]
      let rangeBits = segment.matchRangeBits(of: table)
      let asked = asked?[ordinal]
      if asked?.isEmpty == true { continue }
      for block in try segment.matchBlocks(range, bits: bits, table: table) {
        if let asked, !asked.contains(range: block.group, bits: rangeBits) { continue }
        let start = bytes.count
        let size = try segment.readKeys(block, rangeBits: rangeBits, wordsPerRow: wordsPerRow, into: &bytes)
        granules.append(
          Granule(segment: ordinal, block: block, rangeBits: rangeBits, start: start, size: size))
      }
    }
    bytes.reserve(paddingBytes)
    for index in granules.indices {
      var granule = granules[index]
      granule.firstColumn = columns.count
      do throws(BlockFault) {
        try parseGranule(
          bytes.view, start: granule.start, size: granule.size, rows: granule.block.rows,
          wordsPerRow: wordsPerRow, segmentOrdinal: UInt64(granule.segment), keysOnly: true,
          into: &columns)
      } catch {
        throw segments[granule.segment].damage(granule.block, error)
      }
      granule.rows = 0..<granule.block.rows
      if granule.rangeBits < bits {
        // The granule holds more ranges than this one.
        let first = firstRow(granule, from: range << (MatchRange.keyBitsMax - bits))
        granule.rows = first..<granule.rows.upperBound
        let end = firstRow(granule, from: (range + 1) << (MatchRange.keyBitsMax - bits))
        granule.rows = first..<end
      }
      granules[index] = granule
    }
  }

  private func firstRow(_ granule: Granule, from bound: Int) -> Int {
    columns.view[granule.firstColumn].firstRow(
      from: bound, in: granule.rows, of: granule.block.rows, rangeBits: granule.rangeBits, bytes.view)
  }

  /// Calls `body` with the documents of what was read, granule by granule, and what gives the key beside each.
  public func forEachStretch(
    _ body: (_ segment: Int, _ documents: Span<UInt64>, _ key: (Int) -> UInt64) -> Void
  ) {
    let bytes = bytes.view
    for granule in granules {
      let (key, document) = (columns.view[granule.firstColumn], columns.view[granule.firstColumn + 1])
      documents.prepare(granule.rows.count)
      guard document.unpack(granule.rows, bytes, to: documents.view, first: 0, stride: 1) else {
        preconditionFailure("documents have no dictionary")
      }
      documents.setCount(granule.rows.count)
      unsafe body(granule.segment, Span(_unsafeElements: documents.unsafeElements)) { row in
        key.value(granule.rows.lowerBound + row, bytes)
      }
    }
  }

  /// Calls `body` with every row whose key begins with a word that its segment is `asked` for, as of `load`: granule by
  /// granule.
  ///
  /// O(words × segments): each look-up goes nearly straight to its place. Where there is a word for every fourth row of
  /// a granule or more, all its rows are gone through instead.
  public func find(_ asked: [[UInt64]], _ body: (_ place: Place, _ document: UInt64) -> Void) {
    let bytes = bytes.view
    for (number, granule) in granules.enumerated() {
      let wanted = asked[granule.segment]
      let (range, bits) = (granule.block.group, granule.rangeBits)
      let start = wanted.partitioningIndex { keyRange($0, bits: bits) >= range }
      let end = wanted.partitioningIndex { keyRange($0, bits: bits) > range }
      let (key, document) = (columns.view[granule.firstColumn], columns.view[granule.firstColumn + 1])
      let rows = granule.rows
      func found(_ row: Int) {
        body(Place(granule: Int32(number), row: Int32(row)), document.value(row, bytes))
      }
      if (end - start) * 4 > rows.count {
        key.forEachRow(in: rows, of: wanted[start..<end], bytes, found)
      } else {
        key.lookUp(wanted[start..<end], in: rows, of: granule.block.rows, rangeBits: bits, bytes, found)
      }
    }
  }

  /// Appends whole rows. Places of one granule come together, as `find` gives them.
  public func pick(
    _ places: [Place], into rows: inout GrowableBuffer<UInt64>
  ) throws(StoreError) {
    rows.reserve(places.count * wordsPerRow)
    var next = 0
    while next < places.count {
      let number = places[next].granule
      let granule = granules[Int(number)]
      let segment = segments[granule.segment]
      try segment.readMatchBlock(granule.block, wordsPerRow: wordsPerRow, into: &whole)
      do throws(BlockFault) {
        wholeColumns.removeAll()
        try parseGranule(
          whole.view, start: 0, size: granule.block.size, rows: granule.block.rows,
          wordsPerRow: wordsPerRow, segmentOrdinal: UInt64(granule.segment), into: &wholeColumns)
        while next < places.count, places[next].granule == number {
          // Neighbours are unpacked together.
          let first = Int(places[next].row)
          var end = first
          while next < places.count, places[next].granule == number, Int(places[next].row) == end {
            end += 1
            next += 1
          }
          try unpackGranule(
            wholeColumns.view.slice(0, count: wholeColumns.count), whole.view, rows: first..<end,
            to: rows.view, first: rows.count)
          rows.setCount(rows.count + (end - first) * wordsPerRow)
        }
      } catch {
        throw segment.damage(granule.block, error)
      }
    }
  }
}

extension [UInt64] {
  /// Whether one of the keys, which ascend, falls into a range of their top bits. O(log n).
  fileprivate func contains(range: Int, bits: Int) -> Bool {
    let index = partitioningIndex { keyRange($0, bits: bits) >= range }
    return index < count && keyRange(self[index], bits: bits) == range
  }
}

extension GranuleColumn {
  /// Top bits of a key by which rows are in order.
  private static let shift = UInt64(64 - MatchRange.keyBitsMax)

  /// Of a column of keys the rows with a word of `wanted`, which ascend, row by row.
  fileprivate func forEachRow(
    in rows: Range<Int>, of wanted: ArraySlice<UInt64>, _ bytes: View<UInt8>, _ body: (Int) -> Void
  ) {
    var next = wanted.startIndex
    for row in rows {
      let value = self.value(row, bytes)
      let top = value &>> Self.shift
      while next < wanted.endIndex, wanted[next] &>> Self.shift < top { next += 1 }
      var index = next
      while index < wanted.endIndex, wanted[index] &>> Self.shift == top {
        if wanted[index] == value { body(row) }
        index += 1
      }
    }
  }

  /// The same, word by word.
  fileprivate func lookUp(
    _ wanted: ArraySlice<UInt64>, in all: Range<Int>, of count: Int, rangeBits: Int, _ bytes: View<UInt8>,
    _ body: (Int) -> Void
  ) {
    var rows = all
    for word in wanted {
      let bound = Int(truncatingIfNeeded: word &>> Self.shift)
      let first = firstRow(from: bound, in: rows, of: count, rangeBits: rangeBits, bytes)
      rows = first..<rows.upperBound
      for row in rows {
        let value = self.value(row, bytes)
        if value == word {
          body(row)
        } else if value &>> Self.shift != UInt64(bound) {
          break
        }
      }
    }
  }
}
