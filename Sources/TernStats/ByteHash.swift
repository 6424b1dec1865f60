/// Hashing and comparing short byte strings, eight bytes at a time and never past their end.
///
/// The hash only finds candidates; equality of the bytes decides. It is seeded per process, so
/// that nobody can craft codes that all meet in one slot. Results don't depend on it: rows are
/// sorted by value.
enum ByteHash {
  static let seed: UInt64 = {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }()

  /// Both halves of a 64 × 64 bit product, folded (the mixing step of wyhash).
  @inline(__always) static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  @inline(__always) static func mix(_ key: UInt64, seed: UInt64) -> UInt64 {
    mix(key ^ seed, 0x9e37_79b9_7f4a_7c15)
  }

  /// Reads `count` bytes. Overlapping loads cover a tail without a loop over bytes.
  @unsafe @inline(__always)
  static func hash(_ bytes: UnsafeRawPointer, _ count: Int, seed: UInt64) -> UInt64 {
    var hash = mix(UInt64(count), seed: seed)
    if count >= 8 {
      var offset = 0
      while offset < count &- 8 {
        hash = mix(unsafe word(bytes + offset) ^ hash, 0xa076_1d64_78bd_642f)
        offset &+= 8
      }
      hash = mix(unsafe word(bytes + (count &- 8)) ^ hash, 0xe703_7ed1_a0b4_28db)
    } else {
      hash = mix(unsafe short(bytes, count) ^ hash, 0xe703_7ed1_a0b4_28db)
    }
    return hash
  }

  @unsafe @inline(__always)
  static func equal(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
    if count < 8 { return unsafe short(a, count) == short(b, count) }
    var offset = 0
    while offset < count &- 8 {
      if unsafe word(a + offset) != word(b + offset) { return false }
      offset &+= 8
    }
    return unsafe word(a + (count &- 8)) == word(b + (count &- 8))
  }

  @unsafe @inline(__always) private static func word(_ bytes: UnsafeRawPointer) -> UInt64 {
    unsafe bytes.loadUnaligned(as: UInt64.self)
  }

  /// Up to seven bytes in one word; of one count, different bytes give different words.
  @unsafe @inline(__always)
  private static func short(_ bytes: UnsafeRawPointer, _ count: Int) -> UInt64 {
    if count >= 4 {
      let low = unsafe bytes.loadUnaligned(as: UInt32.self)
      let high = unsafe (bytes + (count &- 4)).loadUnaligned(as: UInt32.self)
      return UInt64(high) << 32 | UInt64(low)
    }
    if count == 0 { return 0 }
    let first = unsafe bytes.load(as: UInt8.self)
    let middle = unsafe bytes.load(fromByteOffset: count >> 1, as: UInt8.self)
    let last = unsafe bytes.load(fromByteOffset: count &- 1, as: UInt8.self)
    return UInt64(first) << 16 | UInt64(middle) << 8 | UInt64(last)
  }
}
