/// The store's secret, as SipHash takes it: 16 bytes, two little-endian words.
@frozen public struct Secret: Sendable, Equatable, BitwiseCopyable {
  @usableFromInline let k0: UInt64
  @usableFromInline let k1: UInt64

  /// `bytes` are exactly 16.
  public init(bytes: [UInt8]) {
    precondition(bytes.count == 16, "a secret has 16 bytes")
    var words: [UInt64] = [0, 0]
    for (index, byte) in bytes.enumerated() { words[index / 8] |= UInt64(byte) << (index % 8 * 8) }
    k0 = words[0]
    k1 = words[1]
  }
}

/// SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012), with the 64-bit
/// output of the paper and the 128-bit output of the authors' reference code.
///
/// A keyed function: whoever does not know the secret can neither find two keys that collide nor
/// aim at a place in a hash table.
@frozen @usableFromInline struct SipState {
  @usableFromInline var v0: UInt64
  @usableFromInline var v1: UInt64
  @usableFromInline var v2: UInt64
  @usableFromInline var v3: UInt64

  @inline(__always) @usableFromInline init(_ secret: Secret) {
    v0 = secret.k0 ^ 0x736f_6d65_7073_6575
    v1 = secret.k1 ^ 0x646f_7261_6e64_6f6d
    v2 = secret.k0 ^ 0x6c79_6765_6e65_7261
    v3 = secret.k1 ^ 0x7465_6462_7974_6573
  }

  @inline(__always) private static func rotate(_ x: UInt64, _ bits: UInt64) -> UInt64 {
    x &<< bits | x &>> (64 &- bits)
  }

  @inline(__always) mutating func round() {
    v0 &+= v1
    v1 = Self.rotate(v1, 13)
    v1 ^= v0
    v0 = Self.rotate(v0, 32)
    v2 &+= v3
    v3 = Self.rotate(v3, 16)
    v3 ^= v2
    v0 &+= v3
    v3 = Self.rotate(v3, 21)
    v3 ^= v0
    v2 &+= v1
    v1 = Self.rotate(v1, 17)
    v1 ^= v2
    v2 = Self.rotate(v2, 32)
  }

  @inline(__always) mutating func absorb(_ word: UInt64) {
    v3 ^= word
    round()
    round()
    v0 ^= word
  }

  /// All whole words, then the tail with the length in its top byte.
  @inline(__always) mutating func absorb(_ bytes: UnsafeRawPointer, count: Int) {
    var offset = 0
    while offset &+ 8 <= count {
      unsafe absorb(
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset &+= 8
    }
    let rest = count &- offset
    var tail = UInt64(truncatingIfNeeded: count) &<< 56
    if rest > 0 {
      if count >= 8 {
        // The last eight bytes overlap the word before: shift that part away.
        let last = unsafe UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
        tail |= last &>> UInt64(truncatingIfNeeded: (8 &- rest) &* 8)
      } else {
        var index = 0
        while index < rest {
          tail |= unsafe UInt64(bytes.load(fromByteOffset: index, as: UInt8.self))
            &<< UInt64(truncatingIfNeeded: index &* 8)
          index &+= 1
        }
      }
    }
    absorb(tail)
  }

  @inline(__always) mutating func finishRounds() -> UInt64 {
    round()
    round()
    round()
    round()
    return v0 ^ v1 ^ v2 ^ v3
  }
}

/// 64-bit SipHash-2-4 of `count` bytes.
@unsafe func sipHash64(_ bytes: UnsafeRawPointer, count: Int, secret: Secret) -> UInt64 {
  var state = SipState(secret)
  unsafe state.absorb(bytes, count: count)
  state.v2 ^= 0xff
  return state.finishRounds()
}

/// 128-bit SipHash-2-4 of `count` bytes: `low` is the first output word, `high` the second.
@unsafe func sipHash128(_ bytes: UnsafeRawPointer, count: Int, secret: Secret) -> KeyDigest {
  var state = SipState(secret)
  state.v1 ^= 0xee
  unsafe state.absorb(bytes, count: count)
  state.v2 ^= 0xee
  let first = state.finishRounds()
  state.v1 ^= 0xdd
  let second = state.finishRounds()
  return KeyDigest(high: second, low: first)
}
