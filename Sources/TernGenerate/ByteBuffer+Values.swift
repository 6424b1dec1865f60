extension ByteBuffer {
  /// A whole number in its shortest form.
  @inline(__always)
  mutating func append(integer value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    let magnitude = value.magnitude
    var width = 1
    var bound: UInt64 = 10
    while magnitude >= bound && width < 19 {
      width += 1
      bound &*= 10
    }
    append(digits: magnitude, width: magnitude >= bound ? 20 : width)
  }

  /// A decimal held in units of 10^-5, with at least `fraction` (0 … 5) fraction digits and no
  /// more trailing zeros than that asks for: 2050000 is `20.5`, `20.50` or `20.50000`.
  @inline(__always)
  mutating func append(decimalE5 value: Int64, fraction: Int) {
    if value < 0 { append(UInt8(ascii: "-")) }
    let magnitude = value.magnitude
    append(integer: Int64(magnitude / 100_000))
    var rest = magnitude % 100_000
    var width = 5
    while width > fraction && rest % 10 == 0 {
      rest /= 10
      width -= 1
    }
    if width > 0 {
      append(UInt8(ascii: "."))
      append(digits: rest, width: width)
    }
  }

  /// 36 characters, upper case, version 4 layout.
  mutating func append(guid high: UInt64, _ low: UInt64) {
    append(hexadecimal: high >> 32, width: 8)
    append(UInt8(ascii: "-"))
    append(hexadecimal: high >> 16, width: 4)
    append("-4")
    append(hexadecimal: high, width: 3)
    append(UInt8(ascii: "-"))
    append(hexadecimal: low >> 48 & 0x3fff | 0x8000, width: 4)
    append(UInt8(ascii: "-"))
    append(hexadecimal: low, width: 12)
  }

  /// `YYYYMMDD` of a time in seconds since 1970 (China Standard Time taken as such).
  mutating func append(dateOf time: Int64) {
    let date = CivilDate(daysSince1970: time.floorDivided(by: 86_400))
    append(digits: UInt64(date.year), width: 4)
    append(digits: UInt64(date.month), width: 2)
    append(digits: UInt64(date.day), width: 2)
  }

  /// `YYYYMMDDhhmmss`.
  mutating func append(time: Int64) {
    append(dateOf: time)
    let second = time - time.floorDivided(by: 86_400) * 86_400
    append(digits: UInt64(second / 3_600), width: 2)
    append(digits: UInt64(second / 60 % 60), width: 2)
    append(digits: UInt64(second % 60), width: 2)
  }
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
