/// Numbers as text, exactly.
enum DecimalText {
  /// A value × 10^5 without trailing zeros: `123.45`, `0`, `-0.5`.
  static func ofE5(_ value: Int128) -> String {
    var bytes: [UInt8] = []
    append(e5: value, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  static func append(e5 value: Int128, to bytes: inout [UInt8]) {
    let (whole, fraction) = quotient(value.magnitude, 100_000)
    append(value < 0, whole, to: &bytes)
    if fraction == 0 { return }
    bytes.append(UInt8(ascii: "."))
    var rest = fraction
    while rest > 0 {
      rest *= 10
      bytes.append(0x30 + UInt8(truncatingIfNeeded: rest / 100_000))
      rest %= 100_000
    }
  }

  static func append(_ value: FineAmount, to bytes: inout [UInt8]) {
    append(e5: value.e5, rest: UInt64(value.restE10), units: 100_000, to: &bytes)
  }

  static func append(_ value: CnyAmount, to bytes: inout [UInt8]) {
    append(e5: value.e5, rest: UInt64(value.restE18), units: 10_000_000_000_000, to: &bytes)
  }

  /// - Parameter units: how many of the rest make 10^-5; at most 10^14.
  private static func append(e5: Int128, rest: UInt64, units: UInt64, to bytes: inout [UInt8]) {
    if rest == 0 { return append(e5: e5, to: &bytes) }
    // Of a negative one the rest counts from below.
    let isNegative = e5 < 0
    let magnitude = isNegative ? (e5 + 1).magnitude : e5.magnitude
    var rest = isNegative ? units - rest : rest
    let (whole, fraction) = quotient(magnitude, 100_000)
    append(isNegative, whole, to: &bytes)
    bytes.append(UInt8(ascii: "."))
    rest += fraction * units
    var unit = units * 10_000
    while rest > 0 {
      bytes.append(0x30 + UInt8(rest / unit))
      rest %= unit
      unit /= 10
    }
  }

  static func append(_ value: Int128, to bytes: inout [UInt8]) {
    append(value < 0, value.magnitude, to: &bytes)
  }

  static func append(_ isNegative: Bool, _ magnitude: UInt128, to bytes: inout [UInt8]) {
    if magnitude <= UInt128(UInt64.max) {
      append(isNegative, UInt(magnitude), to: &bytes)
    } else {
      // Nineteen digits at a time; the last ones with their leading zeros.
      let (high, low) = quotient(magnitude, 10_000_000_000_000_000_000)
      append(isNegative, high, to: &bytes)
      let start = bytes.count
      append(false, UInt(low), to: &bytes)
      bytes.insert(contentsOf: repeatElement(0x30, count: 19 - (bytes.count - start)), at: start)
    }
  }

  static func append(_ isNegative: Bool, _ magnitude: UInt, to bytes: inout [UInt8]) {
    if isNegative { bytes.append(UInt8(ascii: "-")) }
    var digits = 1
    var left = magnitude
    while left >= 10 {
      left /= 10
      digits += 1
    }
    bytes.append(contentsOf: repeatElement(0x30, count: digits))
    var place = bytes.count
    left = magnitude
    while left > 0 {
      place -= 1
      bytes[place] += UInt8(truncatingIfNeeded: left % 10)
      left /= 10
    }
  }

  /// Most values fit 64 bits, whose division is far cheaper.
  private static func quotient(_ value: UInt128, _ divisor: UInt64) -> (UInt128, rest: UInt64) {
    if value <= UInt128(UInt64.max) {
      let (whole, rest) = UInt64(value).quotientAndRemainder(dividingBy: divisor)
      return (UInt128(whole), rest)
    }
    let (whole, rest) = value.quotientAndRemainder(dividingBy: UInt128(divisor))
    return (whole, UInt64(rest))
  }
}
