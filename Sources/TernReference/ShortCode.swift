import TernCEB

/// A code of at most seven bytes in one word: its bytes, and its length on top.
@frozen public struct ShortCode: Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt64

  /// Nil for a longer value. An empty one has a word too.
  @inlinable @inline(__always) public init?(_ bytes: Bytes) {
    let count = bytes.count
    guard count <= 7 else { return nil }
    // Most codes have three or four bytes.
    if count == 3 || count == 4 {
      let start = unsafe bytes.unsafeStart
      let head = unsafe UInt64(start.loadUnaligned(as: UInt16.self))
      let tail = unsafe UInt64(start.loadUnaligned(fromByteOffset: count &- 2, as: UInt16.self))
      rawValue = UInt64(truncatingIfNeeded: count) &<< 56 | tail &<< UInt64((count &- 2) &* 8) | head
      return
    }
    var word = UInt64(truncatingIfNeeded: count) &<< 56
    var index = 0
    while index < count {
      word |= UInt64(bytes[index]) &<< UInt64(index &* 8)
      index &+= 1
    }
    rawValue = word
  }

  public init?(_ text: String) {
    var text = text
    let code = text.withUTF8 { unsafe ShortCode(Bytes($0)) }
    guard let code else { return nil }
    self = code
  }
}

/// Words to small numbers, by open addressing: made once, then only read.
@usableFromInline struct WordIndex: Sendable {
  /// Pairs of key + 1 and value; a key of all ones never occurs.
  @usableFromInline var slots: [UInt64] = [0, 0]
  @usableFromInline var mask = 0

  /// The last of equal keys stays.
  init(_ entries: [(key: UInt64, value: Int)]) {
    var size = 4
    while size < entries.count * 2 { size *= 2 }
    mask = size - 1
    slots = Array(repeating: 0, count: size * 2)
    for (key, value) in entries {
      var slot = Self.slot(key) & mask
      while slots[slot * 2] != 0 && slots[slot * 2] != key &+ 1 { slot = (slot + 1) & mask }
      slots[slot * 2] = key &+ 1
      slots[slot * 2 + 1] = UInt64(value)
    }
  }

  @inlinable @inline(__always) static func slot(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32)
  }

  @inlinable @inline(__always) subscript(key: UInt64) -> Int? {
    var slot = Self.slot(key) & mask
    while true {
      let found = slots[slot &* 2]
      if found == key &+ 1 { return Int(truncatingIfNeeded: slots[slot &* 2 &+ 1]) }
      if found == 0 { return nil }
      slot = (slot &+ 1) & mask
    }
  }
}
