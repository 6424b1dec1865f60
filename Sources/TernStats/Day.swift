import TernCEB

/// Days since 1970-01-01 as dates of the Gregorian calendar.
enum Day {
  /// The day that holds a time given in seconds since 1970-01-01 00:00 of the same zone.
  static func ofSeconds(_ seconds: Int64) -> Int64 {
    let (day, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
    return rest < 0 ? day - 1 : day
  }

  /// `YYYYMMDD`, as the messages write dates.
  static func text(_ day: Int64) -> String {
    let date = date(daysSince1970: day)
    return padded(date.year, 4) + padded(date.month, 2) + padded(date.day, 2)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
