import CXXHash

/// Different byte strings and their numbers, in order of first sight.
///
/// The hash finds candidates, the bytes decide. It is seeded per process, so that nobody can craft
/// values that all meet in one slot; no result depends on it.
struct ByteKeys: Sendable {
  private static let secret: [UInt8] = {
    var secret = [UInt8](repeating: 0, count: Int(TERN_XXH3_SECRET_BYTES))
    let seed = UInt64.random(in: 0...UInt64.max)
    unsafe secret.withUnsafeMutableBytes { unsafe tern_xxh3_secret_from_seed($0.baseAddress!, seed) }
    return secret
  }()

  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Open addressing, a power of two: upper half of the hash, then number + 1; 0 is free.
  private var slots = [UInt64](repeating: 0, count: 64)

  var count: Int { ends.count }

  subscript(number: Int) -> ArraySlice<UInt8> {
    bytes[(number == 0 ? 0 : ends[number - 1])..<ends[number]]
  }

  /// The key's number; a new one if it was not seen before. O(length).
  mutating func number(of key: KeyBytes) -> Int {
    let hash = Self.hash(key.bytes[...])
    let tag = hash & 0xffff_ffff_0000_0000
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      if slots[slot] & 0xffff_ffff_0000_0000 == tag {
        let number = Int(truncatingIfNeeded: slots[slot] & 0xffff_ffff) - 1
        if self[number] == key.bytes[...] { return number }
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    precondition(count < Int(UInt32.max) - 1, "more keys than numbers")
    bytes += key.bytes
    ends.append(bytes.count)
    slots[slot] = tag | UInt64(count)
    if count * 2 > slots.count { grow() }
    return count - 1
  }

  private mutating func grow() {
    slots = [UInt64](repeating: 0, count: slots.count * 2)
    for number in 0..<count {
      let hash = Self.hash(self[number])
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = hash & 0xffff_ffff_0000_0000 | UInt64(number + 1)
    }
  }

  private static func hash(_ key: ArraySlice<UInt8>) -> UInt64 {
    unsafe key.withUnsafeBytes { key in
      unsafe secret.withUnsafeBytes {
        unsafe tern_xxh3_whole(key.baseAddress, key.count, $0.baseAddress!).low
      }
    }
  }
}

/// A key of several values, each with its length, so that no two different keys have the same bytes.
/// Reused: allocates nothing per key.
struct KeyBytes {
  private(set) var bytes: [UInt8] = []

  mutating func begin() { bytes.removeAll(keepingCapacity: true) }

  mutating func append(number: Int) {
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  mutating func append(_ value: UnsafeBufferPointer<UInt8>) {
    append(number: value.count)
    unsafe bytes.append(contentsOf: value)
  }

  /// A key that was written before.
  mutating func set(_ key: ArraySlice<UInt8>) {
    begin()
    bytes += key
  }

  /// The same with another number at its front.
  mutating func set(number: Int, tailOf key: ArraySlice<UInt8>) {
    begin()
    append(number: number)
    bytes += key.dropFirst(4)
  }

  /// The number that a key begins with.
  static func number(_ key: ArraySlice<UInt8>) -> Int {
    key.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// The values of a key, or of what follows its number.
  static func values(_ key: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var values: [ArraySlice<UInt8>] = []
    var rest = key
    while !rest.isEmpty {
      let count = number(rest)
      rest = rest.dropFirst(4)
      values.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    return values
  }

  /// Whether the values of one key stand before those of another, in byte order one by one. Both have
  /// the same number of values.
  static func precedes(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
    var (restA, restB) = (a, b)
    while !restA.isEmpty && !restB.isEmpty {
      let (countA, countB) = (number(restA), number(restB))
      (restA, restB) = (restA.dropFirst(4), restB.dropFirst(4))
      let (valueA, valueB) = (restA.prefix(countA), restB.prefix(countB))
      if valueA != valueB { return valueA.lexicographicallyPrecedes(valueB) }
      (restA, restB) = (restA.dropFirst(countA), restB.dropFirst(countB))
    }
    return false
  }
}
