import TernCEB

// A granule: the match rows of one key range in one segment, in order of the top 16 bits of their
// keys, so that a smaller range of keys is a stretch of rows. Rows of W 64-bit words become W + 1 columns, each
// packed to the width that it needs within the granule: any stretch of rows
// can be unpacked by itself. The granule is one block, so one read fetches all of it; a search for keys
// reads its beginning only, which has a checksum of its own.
//
//     4  rows
//     2  W
//     2  zero
//     8  XXH3-64 of the descriptors and of the data of columns 0 and 1
//     W + 1 column descriptors of 16 bytes:
//        8  base: smallest value (as signed); 0 for a dictionary
//        1  width in bits (0–64); 0 = every row has the base
//        1  0 numbers, 1 dictionary, 2 multiples
//        2  entries of the dictionary; which factor of `granuleFactors` the multiples have
//        4  offset of the data from the start of the granule
//     for each column its data: entries of the dictionary (8 bytes each), then the numbers − base (of multiples
//     divided by the factor), or the codes, bit-packed.
//
// Columns: 0 is word 0, the key's first half; 1 is word 2, the document; 2 is the low half of word 1, the rest of the
// key, and 3 its high half, where it stands; from 4 on words 3, 4, ….

let granuleHeaderSize = 16
let columnDescriptorSize = 16
let dictionaryEntriesMax = 256

/// Amounts are times 10^5 and mostly have two decimals. The last one is for column 3, should it have no dictionary.
let granuleFactors: [UInt64] = [10, 100, 1000, 10_000, 100_000, 1 << 32]
/// Narrower columns are not worth a dictionary.
private let dictionaryWidthMin = 6

/// Columns of rows of `wordsPerRow` words.
@inline(__always) func granuleColumnCount(wordsPerRow: Int) -> Int { wordsPerRow &+ 1 }

/// The word that a column is, or is half of.
@inline(__always) func wordOfColumn(_ column: Int) -> Int {
  column >= 4 ? column &- 1 : column == 0 ? 0 : column == 1 ? 2 : 1
}

/// Bits of that word.
@inline(__always) func maskOfColumn(_ column: Int) -> UInt64 {
  column == 2 ? 0xffff_ffff : column == 3 ? ~0xffff_ffff : ~0
}

/// Encodes granules; owns the scratch memory.
struct MatchGranuleEncoder: ~Copyable {
  private var column = GrowableBuffer<UInt64>()
  private var codes = GrowableBuffer<UInt64>()
  private var quotients = GrowableBuffer<UInt64>()
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
    let columnCount = granuleColumnCount(wordsPerRow: wordsPerRow)
    out.append(repeating: 0, count: columnCount * columnDescriptorSize)
    column.prepare(count)
    codes.prepare(count)
    quotients.prepare(count)
    var keysEnd = 0
    for column in 0..<columnCount {
      if column == 2 { keysEnd = out.count }
      let packing = takeColumn(column, of: rows, count: count, wordsPerRow: wordsPerRow)
      let values = self.column.view
      let offset = out.count - start
      if packing.kind == .dictionary {
        for entry in 0..<packing.detail { out.append(values[valueTable.place(entry)]) }
      }
      let size = packedSize(count, width: packing.width)
      out.reserve(size + 8)
      let packed =
        switch packing.kind {
        case .numbers: values
        case .dictionary: codes.view
        case .multiples: quotients.view
        }
      pack(
        packed, count: count, base: packing.kind == .numbers ? packing.base : 0, width: packing.width,
        to: out.view, at: out.count)
      out.setCount(out.count + size)
      let descriptor = descriptors + column * columnDescriptorSize
      let tail =
        UInt64(packing.width) | UInt64(packing.kind.rawValue) << 8 | UInt64(packing.detail) << 16
        | UInt64(offset) << 32
      out.view.store64(packing.base, descriptor)
      out.view.store64(tail, descriptor + 8)
    }
    let keys = out.view.checksum(descriptors, count: keysEnd - descriptors)
    out.view.store64(keys, start + 8)
  }

  /// How a column is packed.
  private struct Packing {
    var kind = GranuleColumn.Kind.numbers
    var base: UInt64
    var width: Int
    var detail = 0
  }

  /// Gathers a column and chooses how to pack it.
  private mutating func takeColumn(
    _ number: Int, of rows: View<UInt64>, count: Int, wordsPerRow: Int
  ) -> Packing {
    let values = column.view
    let mask = maskOfColumn(number)
    var low = Int64.max
    var high = Int64.min
    var at = wordOfColumn(number)
    for row in 0..<count {
      let value = rows[at] & mask
      values[row] = value
      low = min(low, Int64(bitPattern: value))
      high = max(high, Int64(bitPattern: value))
      at &+= wordsPerRow
    }
    let base = UInt64(bitPattern: low)
    var packing = Packing(base: base, width: bitsNeeded(UInt64(bitPattern: high &- low)))
    // Keys never repeat enough, and documents never; digests of sellers and the like do.
    if number < 3 || packing.width < dictionaryWidthMin { return packing }
    if let index = findFactor(count, base: base) {
      packing.kind = .multiples
      packing.detail = index
      packing.width = bitsNeeded(UInt64(bitPattern: high &- low) / granuleFactors[index])
    }
    if findEntries(values, count: count, width: packing.width) {
      packing = Packing(
        kind: .dictionary, base: 0, width: bitsNeeded(UInt64(valueTable.count - 1)),
        detail: valueTable.count)
    }
    return packing
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

  /// The greatest factor that divides all differences from the base, if one does; then `quotients` has them divided.
  private mutating func findFactor(_ count: Int, base: UInt64) -> Int? {
    // Numbers that the compiler knows: no division is left.
    if divide(count, base, 1 << 32) { return 5 }
    if divide(count, base, 100_000) { return 4 }
    if divide(count, base, 10_000) { return 3 }
    if divide(count, base, 1000) { return 2 }
    if divide(count, base, 100) { return 1 }
    return divide(count, base, 10) ? 0 : nil
  }

  @inline(__always)
  private mutating func divide(_ count: Int, _ base: UInt64, _ factor: UInt64) -> Bool {
    let values = column.view
    let quotients = quotients.view
    for row in 0..<count {
      let (quotient, rest) = (values[row] &- base).quotientAndRemainder(dividingBy: factor)
      if rest != 0 { return false }
      quotients[row] = quotient
    }
    return true
  }
}
