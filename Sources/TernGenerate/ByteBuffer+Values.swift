extension ByteBuffer {
  /// A whole number in its shortest form.
  mutating func append(integer value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(digits: value.magnitude, width: value.magnitude.decimalWidth)
  }

  /// A decimal held in units of 10^-5, with at least `fraction` (0 … 5) fraction digits and no
  /// more trailing zeros than that asks for: 2050000 is `20.5`, `20.50` or `20.50000`.
  mutating func append(decimalE5 value: Int64, fraction: Int) {
    if value < 0 { append(UInt8(ascii: "-")) }
    let magnitude = value.magnitude
    let (whole, part) = (magnitude / 100_000, magnitude % 100_000)
    append(digits: whole, width: whole.decimalWidth)
    if part == 0 {
      if fraction > 0 { append(zeros: fraction) }
      return
    }
    // Most have cents and no more.
    let isCents = part % 1_000 == 0
    var (rest, width) = isCents ? (part / 1_000, 2) : (part, 5)
    while width > fraction && rest % 10 == 0 {
      rest /= 10
      width -= 1
    }
    while width < fraction {
      rest *= 10
      width += 1
    }
    append(UInt8(ascii: "."))
    append(digits: rest, width: width)
  }

  /// A point and `count` (1 … 5) zeros.
  @inline(__always)
  private mutating func append(zeros count: Int) {
    append(".00000", count: count + 1)
  }

  /// 36 characters, upper case, version 4 layout.
  mutating func append(guid high: UInt64, _ low: UInt64) {
    append(word: Self.hexadecimal(high >> 32))
    let middle = Self.hexadecimal(high & 0xffff_0000 | 0x4000 | high & 0xfff)
    let last = Self.hexadecimal(low >> 32 & 0x3fff_ffff | 0x8000_0000)
    append(UInt8(ascii: "-"))
    append(word: middle, count: 4)
    append(UInt8(ascii: "-"))
    append(word: middle >> 32, count: 4)
    append(UInt8(ascii: "-"))
    append(word: last, count: 4)
    append(UInt8(ascii: "-"))
    append(word: last >> 32, count: 4)
    append(word: Self.hexadecimal(low & 0xffff_ffff))
  }

  /// Eight upper-case digits of the low 32 bits, the first in the lowest byte.
  private static func hexadecimal(_ value: UInt64) -> UInt64 {
    var word = value & 0xffff_ffff
    word = (word | word << 16) & 0x0000_ffff_0000_ffff
    word = (word | word << 8) & 0x00ff_00ff_00ff_00ff
    word = (word | word << 4) & 0x0f0f_0f0f_0f0f_0f0f
    // 6 more make a digit above 9 overflow its four bits; letters begin 7 behind the digits.
    let isLetter = (word &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return (word &+ 0x3030_3030_3030_3030 &+ isLetter &* 7).byteSwapped
  }

  /// `YYYYMMDD` of a time in seconds since 1970 (China Standard Time taken as such).
  mutating func append(dateOf time: Int64) {
    append(day: time.floorDivided(by: 86_400))
  }

  /// `YYYYMMDDhhmmss`.
  mutating func append(time: Int64) {
    let day = time.floorDivided(by: 86_400)
    append(day: day)
    let second = time - day * 86_400
    append(
      digits: UInt64(second / 3_600 * 10_000 + second / 60 % 60 * 100 + second % 60), width: 6)
  }
}

extension UInt64 {
  /// Decimal digits, 1 for 0.
  var decimalWidth: Int {
    if self < 10 { return 1 }
    // 1233 / 4096 is just above log10(2).
    let guess = ((UInt64.bitWidth - leadingZeroBitCount) &* 1233) >> 12
    return guess + (self >= Self.powersOfTen[guess] ? 1 : 0)
  }

  private static let powersOfTen: InlineArray<20, UInt64> = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
    1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    self >= 0 ? self / divisor : (self - divisor + 1) / divisor
  }
}

/// Proleptic Gregorian calendar without a library (H. Hinnant, "chrono-compatible low-level date
/// algorithms").
struct CivilDate: Equatable {
  var year: Int
  var month: Int
  var day: Int

  init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  init(daysSince1970: Int64) {
    let z = Int(daysSince1970) + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shifted + 2) / 5 + 1
    month = shifted < 10 ? shifted + 3 : shifted - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// `YYYYMMDD` as one number; nil unless it is a real date of the years 1900 … 2999.
  init?(_ number: Int) {
    self.init(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    guard (1900...2999).contains(year), CivilDate(daysSince1970: daysSince1970) == self else {
      return nil
    }
  }

  var daysSince1970: Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int64(era * 146_097 + dayOfEra - 719_468)
  }
}
