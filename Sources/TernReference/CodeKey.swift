import TernCEB

/// A code of 8 to 24 bytes in three words and its length: equal if and only if the codes are. Others have none.
@frozen public struct CodeKey: Equatable, Sendable, BitwiseCopyable {
  /// The first eight bytes, the next eight (of a code of 16 or more), and the last eight.
  @usableFromInline var words: SIMD4<UInt64>

  @inlinable @inline(__always) public init?(_ code: Bytes) {
    let count = code.count
    guard count >= 8 && count <= 24 else { return nil }
    let start = unsafe code.unsafeStart
    words = unsafe SIMD4(
      start.loadUnaligned(as: UInt64.self),
      count >= 16 ? start.loadUnaligned(fromByteOffset: 8, as: UInt64.self) : 0,
      start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self),
      UInt64(truncatingIfNeeded: count))
  }

  @inlinable @inline(__always) public static func == (a: Self, b: Self) -> Bool { a.words == b.words }

  /// Spreads codes over a table. The register is the operator's own, so no secret is needed.
  @inlinable @inline(__always) var hash: Int {
    let mixed = (words[0] &* 0x9E37_79B9_7F4A_7C15) ^ (words[1] &* 0xC2B2_AE3D_27D4_EB4F)
      ^ (words[2] &* 0x1656_67B1_9E37_79F9)
    return Int(truncatingIfNeeded: (mixed ^ mixed >> 29) &* 0x9E37_79B9_7F4A_7C15 >> 32)
  }
}

/// Codes to their places, by open addressing: made once, then only read.
@usableFromInline struct CodeIndex: Sendable {
  @usableFromInline var keys: [CodeKey] = []
  /// Place + 1; 0 is free.
  @usableFromInline var slots: [UInt32] = [0]
  @usableFromInline var mask = 0
  /// Codes that have no key.
  private var others: [[UInt8]: Int] = [:]

  /// Nil, and the place of the first, where a code is there twice.
  init(_ codes: [[UInt8]], repeated: inout Int?) {
    var size = 4
    while size < codes.count * 2 { size *= 2 }
    slots = Array(repeating: 0, count: size)
    mask = size - 1
    keys.reserveCapacity(codes.count)
    let none = CodeKey(Array(repeating: UInt8(0), count: 8))!
    for (place, code) in codes.enumerated() {
      guard let key = CodeKey(code) else {
        keys.append(none)
        if others.updateValue(place, forKey: code) != nil { repeated = repeated ?? place }
        continue
      }
      keys.append(key)
      var slot = key.hash & mask
      while slots[slot] != 0 {
        if keys[Int(slots[slot]) - 1] == key { repeated = repeated ?? place }
        slot = (slot + 1) & mask
      }
      slots[slot] = UInt32(place + 1)
    }
  }

  @inlinable @inline(__always) func place(of code: Bytes) -> Int? {
    guard let key = CodeKey(code) else { return other(code) }
    var slot = key.hash & mask
    while true {
      let found = slots[slot]
      if found == 0 { return nil }
      if keys[Int(found) &- 1] == key { return Int(found) &- 1 }
      slot = (slot &+ 1) & mask
    }
  }

  @usableFromInline @inline(never) func other(_ code: Bytes) -> Int? {
    others.isEmpty ? nil : others[code.array]
  }
}

extension CodeKey {
  fileprivate init?(_ code: [UInt8]) {
    let key = unsafe code.withUnsafeBufferPointer { unsafe CodeKey(Bytes($0)) }
    guard let key else { return nil }
    self = key
  }
}
