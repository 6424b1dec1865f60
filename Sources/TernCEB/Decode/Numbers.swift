/// A decimal as it was read: digits, form, and whether an export needs the original text.
enum DecimalReading {
  case value(UInt64, DecimalForm)
  case invalid
}

/// Reads what real messages hold: `20`, `20.5`, `-0.05`; nil for everything else.
///
/// Plain means: at most 14 integer digits without leading zeros, and 1 to 5 fraction digits if
/// there is a point. These come back byte for byte from (digits, form).
func readPlainDecimal(_ p: UnsafePointer<UInt8>, _ count: Int) -> (UInt64, DecimalForm)? {
  var index = 0
  var sign: UInt8 = 0
  if count > 0, unsafe p[0] == UInt8(ascii: "-") {
    sign = 8
    index = 1
  }
  let first = index
  var mantissa: UInt64 = 0
  while index < count {
    let digit = unsafe p[index] &- 0x30
    if digit > 9 { break }
    mantissa = mantissa &* 10 &+ UInt64(digit)
    index &+= 1
    if index &- first > 14 { return nil }
  }
  let integerDigits = index &- first
  if integerDigits == 0 { return nil }
  if integerDigits > 1, unsafe p[first] == 0x30 { return nil }
  if index == count {
    if mantissa == 0, sign != 0 { return nil }
    return (mantissa, DecimalForm(rawValue: sign))
  }
  guard unsafe p[index] == UInt8(ascii: ".") else { return nil }
  index &+= 1
  let fractionDigits = count &- index
  if fractionDigits < 1 || fractionDigits > 5 { return nil }
  while index < count {
    let digit = unsafe p[index] &- 0x30
    if digit > 9 { return nil }
    mantissa = mantissa &* 10 &+ UInt64(digit)
    index &+= 1
  }
  return (mantissa, DecimalForm(rawValue: sign | UInt8(fractionDigits)))
}

/// Every form of xs:decimal (`+5`, `.5`, `5.`, `007`, `1.500000`) with at most 14 integer and 5
/// fraction digits, leading and trailing zeros aside.
func readAnyDecimal(_ text: UnsafeBufferPointer<UInt8>) -> DecimalReading {
  var index = 0
  var isNegative = false
  if let first = unsafe text.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
    isNegative = first == UInt8(ascii: "-")
    index = 1
  }
  var integer: [UInt8] = []
  var fraction: [UInt8] = []
  var hasPoint = false
  var digits = 0
  for position in index..<max(index, text.count) {
    let c = unsafe text[position]
    if c == UInt8(ascii: "."), !hasPoint {
      hasPoint = true
      continue
    }
    guard c >= 0x30, c <= 0x39 else { return .invalid }
    digits += 1
    if hasPoint {
      if fraction.count < 5 { fraction.append(c) } else if c != 0x30 { return .invalid }
    } else if !integer.isEmpty || c != 0x30 {
      integer.append(c)
      if integer.count > 14 { return .invalid }
    }
  }
  guard digits > 0 else { return .invalid }
  var mantissa: UInt64 = 0
  for c in integer + fraction { mantissa = mantissa * 10 + UInt64(c - 0x30) }
  let form = UInt8(fraction.count) | (isNegative ? 8 : 0) | 0x10
  return .value(mantissa, DecimalForm(rawValue: form))
}

/// `xs:int`: optional sign and digits within 32 bits. The second value says whether the plain
/// form of the number is what was written.
@inline(__always)
func readInteger(_ p: UnsafePointer<UInt8>, _ count: Int) -> (Int64, isPlain: Bool)? {
  var index = 0
  var isNegative = false
  var isPlain = true
  if count > 0, unsafe p[0] == UInt8(ascii: "-") || p[0] == UInt8(ascii: "+") {
    isNegative = unsafe p[0] == UInt8(ascii: "-")
    isPlain = isNegative
    index = 1
  }
  guard index < count else { return nil }
  if unsafe p[index] == 0x30, count - index > 1 || isNegative { isPlain = false }
  var value: Int64 = 0
  while index < count {
    let digit = unsafe p[index] &- 0x30
    guard digit <= 9 else { return nil }
    value = value * 10 + Int64(digit)
    guard value <= 0x8000_0000 else { return nil }
    index += 1
  }
  if isNegative { value = -value }
  guard value <= Int64(Int32.max) else { return nil }
  return (value, isPlain)
}

/// Calendar arithmetic in China Standard Time, which has no summer time.
struct CalendarReader {
  // Neighbours nearly always share their day.
  private var lastDate: UInt64 = 0
  private var lastDay: Int64?

  init() {}

  /// `YYYYMMDDhhmmss` → seconds since 1970-01-01 00:00.
  @inline(__always)
  mutating func readTime(_ p: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
    guard count == 14, let day = unsafe readDate(p, 8) else { return nil }
    // DDhhmmss: the digits by twos, in every other byte.
    let digits =
      unsafe UnsafeRawPointer(p + 6).loadUnaligned(as: UInt64.self) ^ 0x3030_3030_3030_3030
    guard ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080 == 0 else {
      return nil
    }
    let pairs = digits &* 10 &+ (digits &>> 8)
    let hour = Int64(pairs &>> 16 & 0xFF)
    let minute = Int64(pairs &>> 32 & 0xFF)
    let second = Int64(pairs &>> 48 & 0xFF)
    guard hour < 24, minute < 60, second < 60 else { return nil }
    return day &* 86400 &+ hour &* 3600 &+ minute &* 60 &+ second
  }

  /// `YYYYMMDD` → days since 1970-01-01. The day must be real.
  @inline(__always)
  mutating func readDate(_ p: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
    guard count == 8 else { return nil }
    let word = unsafe UnsafeRawPointer(p).loadUnaligned(as: UInt64.self)
    if word == lastDate, let lastDay { return lastDay }
    guard let century = unsafe twoDigits(p), let years = unsafe twoDigits(p + 2),
      let month = unsafe twoDigits(p + 4), let day = unsafe twoDigits(p + 6),
      let result = daysSince1970(year: century * 100 + years, month: month, day: day)
    else { return nil }
    lastDate = word
    lastDay = result
    return result
  }

  @inline(__always)
  private func twoDigits(_ p: UnsafePointer<UInt8>) -> Int64? {
    let tens = unsafe p[0] &- 0x30
    let ones = unsafe p[1] &- 0x30
    return tens > 9 || ones > 9 ? nil : Int64(tens) &* 10 &+ Int64(ones)
  }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, or nil if there is no such
/// day. After Howard Hinnant, "chrono-compatible low-level date algorithms".
public func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64? {
  guard year >= 1, month >= 1, month <= 12, day >= 1 else { return nil }
  let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  let length: Int64 =
    switch month {
    case 2: isLeap ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  guard day <= length else { return nil }
  let y = month <= 2 ? year - 1 : year
  let era = y / 400
  let yearOfEra = y - era * 400
  let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/// The date of a day since 1970-01-01.
public func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let z = days + 719_468
  let era = (z >= 0 ? z : z - 146_096) / 146_097
  let dayOfEra = z - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shifted = (5 * dayOfYear + 2) / 153
  let month = shifted < 10 ? shifted + 3 : shifted - 9
  return (
    yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1
  )
}
