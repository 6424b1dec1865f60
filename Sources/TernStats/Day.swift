/// Days since 1970-01-01 as dates of the Gregorian calendar.
enum Day {
  /// The day that holds a time given in seconds since 1970-01-01 00:00 of the same zone.
  static func ofSeconds(_ seconds: Int64) -> Int64 {
    let (day, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
    return rest < 0 ? day - 1 : day
  }

  /// `YYYY-MM-DD`. Howard Hinnant's algorithm (chrono-compatible low-level date algorithms).
  static func text(_ day: Int64) -> String {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    // Years begin in March here, so that the leap day is the last one.
    let month = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1
    let civilMonth = month < 10 ? month + 3 : month - 9
    let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
    return padded(year, 4) + "-" + padded(civilMonth, 2) + "-" + padded(dayOfMonth, 2)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
