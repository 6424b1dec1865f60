/// One level of the cube's tree: (prefix so far, code of the next dimension) → dense number.
///
/// A cell's tuple of codes is found level by level. Each level hashes eight bytes, the first ones
/// are tiny and stay in the cache, and a cell's tuple can be walked back from its number.
struct PrefixTable: Sendable {
  private let seed = ByteHash.seed
  /// Per number: parent in the upper half, code in the lower.
  private var keys: [UInt64] = []
  /// Open addressing, a power of two: number + 1; 0 is free.
  private var slots: [UInt32] = Array(repeating: 0, count: 16)
  /// More numbers than this are refused.
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  var count: Int { keys.count }
  func parent(_ number: Int) -> Int { Int(keys[number] >> 32) }
  func code(_ number: Int) -> Int { Int(UInt32(truncatingIfNeeded: keys[number])) }

  @inline(__always)
  mutating func number(parent: UInt32, code: UInt32) throws(StatisticsError) -> UInt32 {
    let key = UInt64(parent) << 32 | UInt64(code)
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: ByteHash.mix(key, seed: seed)) & mask
    while true {
      let found = slots[slot]
      if found == 0 { return try insert(key, slot: slot) }
      if keys[Int(found &- 1)] == key { return found &- 1 }
      slot = (slot &+ 1) & mask
    }
  }

  @inline(never)
  private mutating func insert(_ key: UInt64, slot: Int) throws(StatisticsError) -> UInt32 {
    guard count < limit else { throw .tooManyCells(limit: limit) }
    let number = UInt32(count)
    keys.append(key)
    slots[slot] = number + 1
    if count * 2 > slots.count { grow() }
    return number
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    for number in 0..<count {
      var slot = Int(truncatingIfNeeded: ByteHash.mix(keys[number], seed: seed)) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(number + 1)
    }
  }
}
