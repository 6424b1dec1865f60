/// The distinct values of one dimension: bytes → dense code, in order of first sight.
struct ValueDictionary: Sendable {
  private let dimension: Dimension
  private let seed = ByteHash.seed
  private var bytes: [UInt8] = []
  /// `ends[code]` is one past that value in `bytes`.
  private var ends: [UInt32] = []
  /// Open addressing, a power of two: upper half of the hash, then code + 1; 0 is free.
  private var slots: [UInt64] = Array(repeating: 0, count: 16)
  /// Short values seen lately, each in the one place where it may be.
  private var recent = [RecentText](repeating: RecentText(), count: Self.recentCount)
  private static let recentCount = 512

  private struct RecentText: BitwiseCopyable {
    var word: UInt64 = 0
    /// 255: nothing here yet.
    var length: UInt32 = 255
    var code: UInt32 = 0
  }

  init(_ dimension: Dimension) { self.dimension = dimension }

  var count: Int { ends.count }

  func range(_ code: Int) -> Range<Int> {
    (code == 0 ? 0 : Int(ends[code &- 1]))..<Int(ends[code])
  }

  func string(_ code: Int) -> String { String(decoding: bytes[range(code)], as: UTF8.self) }

  /// Is this the value of `code`?
  @unsafe @inline(__always)
  func matches(_ code: UInt32, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
    let range = range(Int(code))
    guard range.count == value.count else { return false }
    guard let pointer = value.baseAddress else { return true }
    return unsafe bytes.withUnsafeBufferPointer {
      // An empty value compares no byte, wherever it points.
      guard let base = $0.baseAddress else { return true }
      return unsafe ByteHash.equal(base + range.lowerBound, pointer, value.count)
    }
  }

  /// The value's code; a new one if it was not seen before. O(length).
  @unsafe @inline(__always)
  mutating func code(
    of value: UnsafeBufferPointer<UInt8>
  ) throws(StatisticsError) -> UInt32 {
    let hash =
      if let pointer = value.baseAddress {
        unsafe ByteHash.hash(pointer, value.count, seed: seed)
      } else {
        ByteHash.mix(0, seed: seed)
      }
    let tag = hash & 0xffff_ffff_0000_0000
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let found = slots[slot]
      if found == 0 { return try unsafe insert(value, tag: tag, slot: slot, hash: hash) }
      if found & 0xffff_ffff_0000_0000 == tag {
        let code = UInt32(truncatingIfNeeded: found) &- 1
        if unsafe matches(code, value) { return code }
      }
      slot = (slot &+ 1) & mask
    }
  }

  /// The same for a value of at most eight bytes: codes repeat, and most are found without their
  /// bytes being looked at again.
  @inline(__always)
  mutating func code(of value: ShortText) throws(StatisticsError) -> UInt32 {
    let place = Int(truncatingIfNeeded: ByteHash.mix(value.word, seed: seed)) & (Self.recentCount - 1)
    let found = recent[place]
    if found.word == value.word && Int(found.length) == value.length { return found.code }
    return try remember(value, place)
  }

  @inline(never)
  private mutating func remember(
    _ value: ShortText, _ place: Int
  ) throws(StatisticsError) -> UInt32 {
    let word = value.word.littleEndian
    let code = try unsafe withUnsafeBytes(of: word) { bytes throws(StatisticsError) in
      let all = unsafe bytes.bindMemory(to: UInt8.self)
      return try unsafe self.code(of: UnsafeBufferPointer(rebasing: all[..<value.length]))
    }
    recent[place] = RecentText(word: value.word, length: UInt32(value.length), code: code)
    return code
  }

  mutating func code(of value: String) throws(StatisticsError) -> UInt32 {
    let value = Array(value.utf8)
    // A closure in between would lose the error's type.
    return try unsafe value.withUnsafeBufferPointer { pointer throws(StatisticsError) in
      try unsafe code(of: pointer)
    }
  }

  /// Codes of all values of `other` here, in its order.
  mutating func absorb(_ other: ValueDictionary) throws(StatisticsError) -> [UInt32] {
    var codes: [UInt32] = []
    codes.reserveCapacity(other.count)
    for code in 0..<other.count {
      let range = other.range(code)
      let own = try unsafe other.bytes.withUnsafeBufferPointer { all throws(StatisticsError) in
        try unsafe self.code(of: UnsafeBufferPointer(rebasing: all[range]))
      }
      codes.append(own)
    }
    return codes
  }

  /// Position of each code when all values are sorted by their bytes.
  func ranks() -> [UInt32] {
    let order = (0..<count).sorted {
      bytes[range($0)].lexicographicallyPrecedes(bytes[range($1)])
    }
    var ranks = [UInt32](repeating: 0, count: count)
    for (rank, code) in order.enumerated() { ranks[code] = UInt32(rank) }
    return ranks
  }

  @unsafe @inline(never)
  private mutating func insert(
    _ value: UnsafeBufferPointer<UInt8>, tag: UInt64, slot: Int, hash: UInt64
  ) throws(StatisticsError) -> UInt32 {
    guard value.count <= Int(UInt32.max) - bytes.count, count < Int(UInt32.max) - 1 else {
      throw .valuesTooLarge(dimension)
    }
    let code = UInt32(count)
    unsafe bytes.append(contentsOf: value)
    ends.append(UInt32(bytes.count))
    slots[slot] = tag | UInt64(code + 1)
    if count * 2 > slots.count { grow() }
    return code
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for code in 0..<count {
      let range = range(code)
      let hash = unsafe bytes.withUnsafeBufferPointer {
        guard let base = $0.baseAddress else { return ByteHash.mix(0, seed: seed) }
        return unsafe ByteHash.hash(base + range.lowerBound, range.count, seed: seed)
      }
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = hash & 0xffff_ffff_0000_0000 | UInt64(code + 1)
    }
  }
}
