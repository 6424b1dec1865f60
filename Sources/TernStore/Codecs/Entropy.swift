import TernCEB

// Judging bytes by a sample, before anything is spent on them: how many bits a value would take
// behind an entropy coder, and whether values come in runs.

/// Places that stand for a stream: stretches, not single values, so that neighbours can be compared
/// and nothing falls in step with the rows.
struct Sample {
  static let stretchLength = 64
  static let stretchesMax = 16
  let count: Int
  private let gap: Int
  let stretches: Int

  init(of count: Int) {
    self.count = count
    stretches = min((count + Self.stretchLength - 1) / Self.stretchLength, Self.stretchesMax)
    gap = stretches > 1 ? (count - Self.stretchLength) / (stretches - 1) : 0
  }

  /// Rows of a stretch.
  @inline(__always) func stretch(_ index: Int) -> Range<Int> {
    let start = index &* gap
    return start..<min(start &+ Self.stretchLength, count)
  }

  /// Values in all stretches.
  var size: Int { min(count, stretches * Self.stretchLength) }
}

/// `n × log2(n)` for the counts that a sample can have, in 1/256 bit. Whole numbers, so that every
/// machine decides alike.
private let countBits: [UInt32] = (0...Sample.stretchLength * Sample.stretchesMax).map { count in
  guard count > 1 else { return 0 }
  // The fraction's bits, by squaring a number between 1 and 2 (as 2^30).
  let whole = Int.bitWidth - 1 - count.leadingZeroBitCount
  var rest = (UInt64(count) << 30) >> UInt64(whole)
  var logarithm = UInt64(whole)
  for _ in 0..<8 {
    rest = rest * rest >> 30
    logarithm <<= 1
    if rest >= 2 << 30 {
      logarithm |= 1
      rest >>= 1
    }
  }
  return UInt32(UInt64(count) * logarithm)
}

/// What a sample says about a stream of bytes.
struct ByteOutlook {
  /// Estimated bits a byte, in 1/256, behind an entropy coder that also sees runs.
  var bitsPerByte: Int
  /// Neighbours are equal clearly more often than chance has it: matching pays.
  var hasRuns: Bool

  init(bitsPerByte: Int, hasRuns: Bool) {
    self.bitsPerByte = bitsPerByte
    self.hasRuns = hasRuns
  }

  /// - Parameters:
  ///   - counts: of each byte value in the sample; 256 of them.
  ///   - size: their sum.
  ///   - repeats: how many of `pairs` neighbours in the sample are equal.
  init(counts: View<UInt32>, size: Int, repeats: Int, pairs: Int) {
    var sum = 0
    var distinct = 0
    var squares = 0
    unsafe countBits.withUnsafeBufferPointer { table in
      for byte in 0..<256 {
        let count = Int(counts[byte])
        sum &+= unsafe Int(table[count])
        squares &+= count &* count
        distinct &+= count == 0 ? 0 : 1
      }
      sum = unsafe Int(table[size]) - sum
    }
    // A sample sees too little of rare values: (distinct − 1) / (2 ln 2) bits in all.
    sum += (distinct - 1) * 185
    // By chance, neighbours would differ in this many of a million pairs.
    let chance = 1_000_000 - squares * 1_000_000 / (size * size)
    let differ = pairs == 0 ? chance : (pairs - repeats) * 1_000_000 / pairs
    hasRuns = distinct > 1 && differ * 2 < chance
    bitsPerByte = min(sum / size, 8 * 256)
    if hasRuns { bitsPerByte = bitsPerByte * differ / max(chance, 1) }
  }
}
