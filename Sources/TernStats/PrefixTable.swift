/// One level of the cube's tree: (prefix so far, code of the next dimension) → dense number.
///
/// A cell's tuple of codes is found level by level, and can be walked back from its number. While
/// prefixes times codes are few, a level is a plain array that fits the cache; then it hashes eight
/// bytes.
struct PrefixTable: Sendable {
  private let seed = ByteHash.seed
  /// Per number: parent in the upper half, code in the lower.
  private var keys: [UInt64] = []
  /// Open addressing, a power of two: number + 1; 0 is free.
  private var slots: [UInt32] = Array(repeating: 0, count: 16)
  /// More numbers than this are refused.
  private let limit: Int
  /// Number + 1 at parent × 2^`codeBits` + code, 0 if not known; empty once that grew too large.
  private var direct: [UInt32] = [0]
  private var codeBits: UInt32 = 0
  private static let directMax = 1 << 16

  init(limit: Int) { self.limit = limit }

  var count: Int { keys.count }
  func parent(_ number: Int) -> Int { Int(keys[number] >> 32) }
  func code(_ number: Int) -> Int { Int(UInt32(truncatingIfNeeded: keys[number])) }

  @inline(__always)
  mutating func number(parent: UInt32, code: UInt32) throws(StatisticsError) -> UInt32 {
    let place = Int(parent) &<< Int(codeBits) &+ Int(code)
    if code &>> codeBits == 0 && place < direct.count {
      let found = direct[place]
      if found != 0 { return found &- 1 }
    }
    return try find(parent: parent, code: code)
  }

  @inline(__always)
  private mutating func find(parent: UInt32, code: UInt32) throws(StatisticsError) -> UInt32 {
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
    if !direct.isEmpty { addDirect(number) }
    return number
  }

  /// Makes the newest number known to `direct`, which is built anew where it is too small.
  private mutating func addDirect(_ number: UInt32) {
    let newest = (parent: parent(Int(number)), code: code(Int(number)))
    let place = newest.parent << Int(codeBits) + newest.code
    if newest.code >> Int(codeBits) == 0 && place < direct.count {
      direct[place] = number + 1
      return
    }
    while newest.code >> Int(codeBits) != 0 { codeBits += 1 }
    let parents = keys.reduce(0) { max($0, Int($1 >> 32)) } + 1
    let size = max(parents, 1 << (Int.bitWidth - (parents - 1).leadingZeroBitCount)) << Int(codeBits)
    direct = size <= Self.directMax ? Array(repeating: 0, count: size) : []
    if direct.isEmpty { return }
    for number in 0..<count {
      direct[parent(number) << Int(codeBits) + code(number)] = UInt32(number + 1)
    }
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
