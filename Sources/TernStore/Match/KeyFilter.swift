import TernCEB

// A filter of keys: says of most keys that a segment does not have that no row has them, without a look at the rows.
//
// A split block Bloom filter, as Parquet has it: a key belongs to one block of 256 bits and sets one bit in each of
// its eight parts. Some 24 bits a key, and one key in 6,000 that is not there seems to be; of 16 bits one in 760, which let
// nearly every granule of a store of 5 M lists be read for 1 % new ones. A filter is an ordinary table
// with one column of numbers, four to a block; its row groups, a power of two, are ranges of the keys' top bits.

private let filterSchema = TableSchema([.init("bits", .integer)])
private let wordsPerBlock = 4
private let bitsPerKey = 24

/// Where a key lies among the `blocks` blocks of its range.
@inline(__always) private func block(_ key: UInt64, rangeBits: Int, of blocks: Int) -> Int {
  let place = (key &<< UInt64(rangeBits)) &>> 32
  return Int(truncatingIfNeeded: (place &* UInt64(truncatingIfNeeded: blocks)) &>> 32)
}

/// The bits of a key in word `word` of its block, one in each half.
@inline(__always) private func bits(_ key: UInt64, word: Int) -> UInt64 {
  // Odd numbers by which one hash becomes eight.
  let (low, high): (UInt32, UInt32) =
    switch word {
    case 0: (0x47b6_137b, 0x4497_4d91)
    case 1: (0x8824_ad5b, 0xa2b7_289d)
    case 2: (0x7054_95c7, 0x2df1_424b)
    default: (0x9efc_4947, 0x5c6b_fb31)
    }
  let hash = UInt32(truncatingIfNeeded: key)
  return 1 &<< UInt64((hash &* low) &>> 27) | 1 &<< (32 &+ UInt64((hash &* high) &>> 27))
}

/// Makes the filters of a segment. Memory: ten bytes a row. Cost: some 10 ns a row.
public struct KeyFilterWriter: ~Copyable {
  private var keys = GrowableBuffer<UInt64>()
  private var seen = GrowableBuffer<UInt64>()
  private var filter = GrowableBuffer<UInt64>()
  private var encoder = ColumnEncoder(level: 0)
  private static let keysPerRange = 8192

  public init() {}

  /// Adds the keys, word 0, of the rows of a match table. They must be spread evenly.
  public mutating func add(_ rows: UnsafeBufferPointer<UInt64>, wordsPerRow: Int) {
    keys.reserve(rows.count / wordsPerRow)
    for start in stride(from: 0, to: rows.count, by: wordsPerRow) { unsafe keys.append(rows[start]) }
  }

  /// Appends the filter of all keys added since the last one; none without keys.
  public mutating func encode(id: TableID, into unit: EncodedUnit) {
    defer { keys.removeAll() }
    if keys.isEmpty { return }
    // A bit for each of at least eight times as many stretches of keys as there are rows: how many keys differ.
    let seenBits = max(bitsNeeded(UInt64(keys.count * 8)), StoreLimits.hashRangeBits + 6)
    seen.removeAll()
    seen.append(repeating: 0, count: 1 << (seenBits - 6))
    for index in 0..<keys.count {
      let place = Int(truncatingIfNeeded: keys[index] &>> UInt64(64 - seenBits))
      seen[place >> 6] |= 1 &<< UInt64(place & 63)
    }
    let distinct = (0..<seen.count).reduce(0) { $0 + seen[$1].nonzeroBitCount }
    var rangeBits = 0
    while rangeBits < StoreLimits.hashRangeBits && distinct >> (rangeBits + 1) >= Self.keysPerRange {
      rangeBits += 1
    }
    let ranges = 1 << rangeBits
    var starts = [0]
    for range in 0..<ranges {
      let words = seen.count / ranges
      let count = (range * words..<(range + 1) * words).reduce(0) { $0 + seen[$1].nonzeroBitCount }
      starts.append(starts[range] + max(1, (count * bitsPerKey + 255) / 256))
    }
    filter.removeAll()
    filter.append(repeating: 0, count: starts[ranges] * wordsPerBlock)
    for index in 0..<keys.count {
      let key = keys[index]
      let range = keyRange(key, bits: rangeBits)
      let blocks = starts[range + 1] - starts[range]
      let first = (starts[range] + block(key, rangeBits: rangeBits, of: blocks)) * wordsPerBlock
      for word in 0..<wordsPerBlock { filter[first + word] |= bits(key, word: word) }
    }
    let table = Table(filterSchema)
    let words = table.columns[0].integer
    for range in 0..<ranges {
      table.truncate(0)
      for word in starts[range] * wordsPerBlock..<starts[range + 1] * wordsPerBlock {
        words.append(Int64(bitPattern: filter[word]))
      }
      encoder.encode(table, id: id, group: range, into: unit)
    }
  }
}

extension SegmentReader {
  /// Of `keys`, which ascend, all that rows of this filter's tables have, and few others. Reads the ranges of the
  /// filter that hold one of them; a segment without the filter may have all.
  public func mayHave(
    _ keys: [UInt64], filter id: TableID, decoder: inout ColumnDecoder
  ) throws(StoreError) -> [UInt64] {
    guard let found = directory.table(id)?.groups, self.schema(of: id) == filterSchema else { return keys }
    let rangeBits = found.count.trailingZeroBitCount
    guard found.count == 1 << rangeBits, found.last?.number == found.count - 1 else {
      throw .corrupt(file: path, range: 0..<summary.size, what: "a filter of keys lacks a range")
    }
    var held: [UInt64] = []
    var next = 0
    while next < keys.count {
      let range = keyRange(keys[next], bits: rangeBits)
      let table = try readTable(id, group: range, decoder: &decoder)
      let column = table.columns[0].integer
      let words = unsafe View(column.values.base, count: column.count)
      guard words.count > 0, words.count % wordsPerBlock == 0 else {
        throw damage(try blocks(of: id)[range], BlockFault("not whole blocks of a filter"))
      }
      while next < keys.count, keyRange(keys[next], bits: rangeBits) == range {
        let key = keys[next]
        let first = block(key, rangeBits: rangeBits, of: words.count / wordsPerBlock) * wordsPerBlock
        var word = 0
        while word < wordsPerBlock {
          let wanted = bits(key, word: word)
          if UInt64(bitPattern: words[first + word]) & wanted != wanted { break }
          word += 1
        }
        if word == wordsPerBlock { held.append(key) }
        next += 1
      }
      extendLifetime(table)
    }
    return held
  }
}
