import TernCEB

// Numbers written in a fixed number of digits, eight at a time.

/// Digits that one number takes at most: 10^18 fits 63 bits.
let digitsPerNumber = 18

/// The number written in up to 8 digits at `offset`. Reads 8 bytes.
@inline(__always)
private func number(_ bytes: View<UInt8>, at offset: Int, upTo8 digits: Int) -> UInt64 {
  // The missing leading digits become zero bytes; then neighbours add up, twice as wide each time.
  var word = (bytes.load64(offset) &<< UInt64(64 &- 8 &* digits)) & 0x0f0f_0f0f_0f0f_0f0f
  word = (word &* 10 &+ word &>> 8) & 0x00ff_00ff_00ff_00ff
  word = (word &* 100 &+ word &>> 16) & 0x0000_ffff_0000_ffff
  return (word &* 10_000 &+ word &>> 32) & 0xffff_ffff
}

/// The number written in 1 to 18 digits at `offset`; what is no digit gives some number. Reads up to
/// 7 bytes past them.
@inline(__always)
func number(_ bytes: View<UInt8>, at offset: Int, digits: Int) -> UInt64 {
  // Up to three numbers of at most 8 digits; the first takes the odd ones.
  var done = (digits &- 1) & 7 &+ 1
  var value = number(bytes, at: offset, upTo8: done)
  while done < digits {
    value = value &* 100_000_000 &+ number(bytes, at: offset &+ done, upTo8: 8)
    done &+= 8
  }
  return value
}

/// Whether the `count` bytes at `offset` are all digits. Reads up to 7 bytes past them.
@inline(__always)
func areDigits(_ bytes: View<UInt8>, at offset: Int, count: Int) -> Bool {
  var done = 0
  var other: UInt64 = 0
  while done < count {
    // 0–9 for digits; anything from 10 on gets its high bit set.
    let value = bytes.load64(offset &+ done) ^ 0x3030_3030_3030_3030
    let high = ((value & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7676_7676_7676_7676) | value
    other |= count &- done >= 8 ? high : high &<< UInt64(64 &- 8 &* (count &- done))
    done &+= 8
  }
  return other & 0x8080_8080_8080_8080 == 0
}

/// Eight digits of a number below 10^8, the first in the lowest byte.
@inline(__always)
private func eightDigits(_ value: UInt64) -> UInt64 {
  // Halves, then quarters, then single digits, side by side in one word.
  let high = value / 10_000
  var word = high | (value &- high &* 10_000) &<< 32
  let hundreds = ((word &* 5243) &>> 19) & 0x0000_007f_0000_007f
  word = hundreds | (word &- hundreds &* 100) &<< 16
  let tens = ((word &* 103) &>> 10) & 0x000f_000f_000f_000f
  return (tens | (word &- tens &* 10) &<< 8) | 0x3030_3030_3030_3030
}

/// Writes `value`, below 10^`digits`, in so many digits at `offset`, and up to 7 bytes past them.
@inline(__always)
func write(_ value: UInt64, digits: Int, to target: View<UInt8>, at offset: Int) {
  var offset = offset
  var rest = value
  var left = digits
  if left > 16 {
    let head = rest / 10_000_000_000_000_000
    rest &-= head &* 10_000_000_000_000_000
    target.store64(eightDigits(head) &>> UInt64(64 &- 8 &* (left &- 16)), offset)
    offset &+= left &- 16
    left = 16
  }
  if left > 8 {
    let head = rest / 100_000_000
    rest &-= head &* 100_000_000
    target.store64(eightDigits(head) &>> UInt64(64 &- 8 &* (left &- 8)), offset)
    offset &+= left &- 8
    left = 8
  }
  target.store64(eightDigits(rest) &>> UInt64(64 &- 8 &* left), offset)
}

/// 10^`digits`, for up to 18.
func powerOfTen(_ digits: Int) -> UInt64 { (0..<digits).reduce(1) { power, _ in power * 10 } }
