import TernCEB

// A granule: the match rows of one key range in one segment, in order of the top 16 bits of their
// keys, so that a smaller range of keys is a stretch of rows. Rows of W 64-bit words; every word
// position is a column, packed to the width that it needs within the granule: any stretch of rows
// can be unpacked by itself. The granule is one block, so one read fetches all of it; a search for keys
// reads its beginning only, which has a checksum of its own.
//
//     4  rows
//     2  W
//     2  zero
//     8  XXH3-64 of the descriptors and of the data of words 0 and 2
//     W column descriptors of 16 bytes:
//        8  base: smallest value (as signed); 0 for a dictionary
//        1  width in bits (0–64); 0 = every row has the base
//        1  0 numbers, 1 dictionary
//        2  entries of the dictionary
//        4  offset of the data from the start of the granule
//     for each column its data: entries of the dictionary (8 bytes each), then the numbers − base,
//     or the codes, bit-packed. First words 0 and 2, the key's first half and the document, then the others.

let granuleHeaderSize = 16
let columnDescriptorSize = 16
let dictionaryEntriesMax = 256

/// The word whose data come at `position`: 0, 2, 1, 3, 4, ….
@inline(__always) func wordOfData(at position: Int) -> Int {
  position == 1 ? 2 : position == 2 ? 1 : position
}

/// Encodes granules; owns the scratch memory.
struct MatchGranuleEncoder: ~Copyable {
  private var column = GrowableBuffer<UInt64>()
  private var codes = GrowableBuffer<UInt64>()
  private var valueTable = ValueTable()

  /// Appends the granule of `count` rows, row by row in `rows`.
  mutating func encode(
    _ rows: View<UInt64>, count: Int, wordsPerRow: Int, to out: inout GrowableBuffer<UInt8>
  ) {
    let start = out.count
    out.append(UInt32(count))
    out.append(UInt16(wordsPerRow))
    out.append(0 as UInt16)
    out.append(0 as UInt64)
    let descriptors = out.count
    out.append(repeating: 0, count: wordsPerRow * columnDescriptorSize)
    column.prepare(count)
    codes.prepare(count)
    var keysEnd = 0
    for position in 0..<wordsPerRow {
      let word = wordOfData(at: position)
      if position == 2 { keysEnd = out.count }
      let values = column.view
      var low = Int64.max
      var high = Int64.min
      var at = word
      for row in 0..<count {
        let value = rows[at]
        values[row] = value
        low = min(low, Int64(bitPattern: value))
        high = max(high, Int64(bitPattern: value))
        at &+= wordsPerRow
      }
      var base = UInt64(bitPattern: low)
      var width = bitsNeeded(UInt64(bitPattern: high &- low))
      var data = values
      var entries = 0
      let offset = out.count - start
      // The key never repeats enough; digests of sellers and the like do.
      if word > 2 && width > 24 && findEntries(values, count: count, width: width) {
        entries = valueTable.count
        for entry in 0..<entries { out.append(values[valueTable.place(entry)]) }
        base = 0
        width = bitsNeeded(UInt64(entries - 1))
        data = codes.view
      }
      let size = packedSize(count, width: width)
      out.reserve(size + 8)
      pack(data, count: count, base: base, width: width, to: out.view, at: out.count)
      out.setCount(out.count + size)
      let descriptor = descriptors + word * columnDescriptorSize
      let tail =
        UInt64(width) | (entries > 0 ? 1 << 8 : 0) | UInt64(entries) << 16 | UInt64(offset) << 32
      out.view.store64(base, descriptor)
      out.view.store64(tail, descriptor + 8)
    }
    let keys = out.view.checksum(descriptors, count: keysEnd - descriptors)
    out.view.store64(keys, start + 8)
  }

  /// Whether a dictionary is smaller; then `codes` has the code of each value.
  private mutating func findEntries(_ values: View<UInt64>, count: Int, width: Int) -> Bool {
    valueTable.reset(limit: min(dictionaryEntriesMax, count / 4))
    let codes = codes.view
    for row in 0..<count {
      let code = valueTable.word(values, row: row)
      if code < 0 { return false }
      codes[row] = UInt64(truncatingIfNeeded: code)
    }
    let entries = valueTable.count
    return entries * 64 + count * bitsNeeded(UInt64(entries - 1)) < count * width
  }
}
