/// Numbers of one width end to end, lowest bit first.

/// Bits that hold every number up to `range`.
@inline(__always) func bitsNeeded(_ range: UInt64) -> Int { 64 - range.leadingZeroBitCount }

/// Bytes that `count` numbers of `width` bits take.
@inline(__always) func packedSize(_ count: Int, width: Int) -> Int { (count &* width &+ 7) >> 3 }

@inline(__always) func lowMask(_ width: Int) -> UInt64 {
  width == 0 ? 0 : ~0 &>> UInt64(64 &- width)
}

/// Writes `values[i] − base`, `width` bits each, at `start` of `out`.
///
/// `out` needs 8 writable bytes past the packed size. Cost: about a nanosecond a value.
func pack(
  _ values: View<UInt64>, count: Int, base: UInt64, width: Int, to out: View<UInt8>, at start: Int
) {
  if width == 0 { return }
  var word: UInt64 = 0
  var filled = 0
  var position = start
  for index in 0..<count {
    let value = values[index] &- base
    word |= value &<< UInt64(filled)
    filled &+= width
    if filled >= 64 {
      out.store64(word, position)
      position &+= 8
      filled &-= 64
      word = filled == 0 ? 0 : value &>> UInt64(width &- filled)
    }
  }
  out.store64(word, position)
}

/// Reads `count` numbers of `width` bits from byte `start` of `bytes`, adds `base`, and writes them
/// to `out` from `first` on, `stride` apart.
///
/// The caller has checked that the packed bytes and 16 bytes of padding after them are readable.
/// Cost: half a nanosecond a value.
@inline(__always)
func unpack(
  _ bytes: View<UInt8>, at start: Int, count: Int, base: UInt64, width: Int,
  to out: View<UInt64>, first: Int, stride: Int
) {
  var target = first
  if width == 0 {
    for _ in 0..<count {
      out[target] = base
      target &+= stride
    }
  } else if width == 64 {
    for index in 0..<count {
      out[target] = bytes.load64(start &+ index &* 8) &+ base
      target &+= stride
    }
  } else if width <= 56 {
    let mask = lowMask(width)
    var bit = 0
    for _ in 0..<count {
      let word = bytes.load64(start &+ bit &>> 3) &>> UInt64(bit & 7)
      out[target] = (word & mask) &+ base
      bit &+= width
      target &+= stride
    }
  } else {
    let mask = lowMask(width)
    var bit = 0
    for _ in 0..<count {
      let byte = start &+ bit &>> 3
      let shift = UInt64(bit & 7)
      let low = bytes.load64(byte) &>> shift
      let high = (UInt64(bytes[byte &+ 8]) &<< 1) &<< (63 &- shift)
      out[target] = ((low | high) & mask) &+ base
      bit &+= width
      target &+= stride
    }
  }
}
