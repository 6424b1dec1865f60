import TernCEB

/// Hours, days and months of the Gregorian calendar, China Standard Time: each has a number, and
/// neighbours have neighbouring numbers.
public enum Period: String, Sendable, CaseIterable {
  case hour, day, month

  /// The dimension with one value per period.
  public var dimension: Dimension {
    switch self {
    case .hour: .hour
    case .day: .day
    case .month: .month
    }
  }

  /// Number of the period that holds a time given in seconds since 1970-01-01 00:00 of the same zone.
  func number(ofSeconds seconds: Int64) -> Int64 {
    switch self {
    case .hour: Self.quotient(seconds, 3_600)
    case .day: Self.quotient(seconds, 86_400)
    case .month: Self.month(ofDay: Self.quotient(seconds, 86_400))
    }
  }

  /// `YYYYMMDDhh`, `YYYYMMDD` or `YYYYMM`, as the messages write times.
  func text(_ number: Int64) -> String {
    switch self {
    case .hour:
      let day = Self.quotient(number, 24)
      return Period.day.text(day) + Self.padded(number - day * 24, 2)
    case .day:
      let date = date(daysSince1970: number)
      return Self.padded(date.year, 4) + Self.padded(date.month, 2) + Self.padded(date.day, 2)
    case .month:
      let year = Self.quotient(number, 12)
      return Self.padded(year, 4) + Self.padded(number - year * 12 + 1, 2)
    }
  }

  /// The number of a period written as `text` writes it; nil if there is no such.
  func number(ofText text: String) -> Int64? {
    let digits = Array(text.utf8)
    guard digits.count == textLength, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      return nil
    }
    func part(_ range: Range<Int>) -> Int64 {
      digits[range].reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
    let (year, month) = (part(0..<4), part(4..<6))
    guard let day = daysSince1970(year: year, month: month, day: self == .month ? 1 : part(6..<8))
    else { return nil }
    switch self {
    case .hour: return part(8..<10) < 24 ? day * 24 + part(8..<10) : nil
    case .day: return day
    case .month: return year * 12 + month - 1
    }
  }

  private var textLength: Int {
    switch self {
    case .hour: 10
    case .day: 8
    case .month: 6
    }
  }

  /// The first second of a period.
  func start(_ number: Int64) -> Int64 {
    switch self {
    case .hour: return number * 3_600
    case .day: return number * 86_400
    case .month:
      let year = Self.quotient(number, 12)
      // Months of numbers that `number(ofText:)` gives, and the one after, are real.
      return daysSince1970(year: year, month: number - year * 12 + 1, day: 1)! * 86_400
    }
  }

  private static func month(ofDay day: Int64) -> Int64 {
    let date = date(daysSince1970: day)
    return date.year * 12 + date.month - 1
  }

  /// Rounded down.
  @inline(__always) static func quotient(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (whole, rest) = value.quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? whole - 1 : whole
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

/// A stretch of time, as users write it.
public struct TimeSpan: Sendable, Equatable {
  /// Seconds since 1970-01-01 00:00, China Standard Time.
  public var seconds: Range<Int64>

  public init(seconds: Range<Int64>) { self.seconds = seconds }

  /// One hour, day or month (`2026030112`, `20260301`, `202603`), or from the beginning of one to the
  /// end of another: `20260301..20260307`.
  public init(_ text: String) throws(TimeSpanError) {
    var ends = [Substring(text)]
    let bytes = Array(text.utf8)
    let point = UInt8(ascii: ".")
    if let dots = bytes.indices.dropLast().first(where: { bytes[$0] == point && bytes[$0 + 1] == point }) {
      let place = text.utf8.index(text.utf8.startIndex, offsetBy: dots)
      ends = [text[..<place], text[text.utf8.index(place, offsetBy: 2)...]]
    }
    let first = try Self.period(Nearest.trimmed(ends[0]))
    let last = try Self.period(Nearest.trimmed(ends[ends.count - 1]))
    guard first.lowerBound < last.upperBound else { throw .backwards(text) }
    seconds = first.lowerBound..<last.upperBound
  }

  private static func period(_ text: String) throws(TimeSpanError) -> Range<Int64> {
    for period in Period.allCases {
      if let number = period.number(ofText: text) {
        return period.start(number)..<period.start(number + 1)
      }
    }
    throw .noTime(text)
  }
}

/// Why a stretch of time can't be read.
public enum TimeSpanError: Error, Equatable, CustomStringConvertible {
  case noTime(String)
  case backwards(String)

  public var description: String {
    switch self {
    case .noTime(let text):
      "'\(text)' is no real YYYYMM, YYYYMMDD or YYYYMMDDhh; a stretch of time is one of these, or two as in "
        + "20260301..20260307"
    case .backwards(let text):
      "'\(text)' ends before it begins"
    }
  }
}
