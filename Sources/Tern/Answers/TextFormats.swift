import TernCEB

/// CSV and JSON pieces, on bytes.
extension ByteSink {
  /// One CSV field (RFC 4180): quoted where it holds a comma, a quote or a line break.
  func appendCSV(_ value: UnsafeBufferPointer<UInt8>) {
    let needsQuotes = unsafe value.contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
    }
    guard needsQuotes else {
      unsafe append(value)
      return
    }
    append(UInt8(ascii: "\""))
    for index in value.indices {
      let c = unsafe value[index]
      if c == UInt8(ascii: "\"") { append(c) }
      append(c)
    }
    append(UInt8(ascii: "\""))
  }

  func appendCSV(_ value: String) {
    var value = value
    value.withUTF8 { unsafe appendCSV($0) }
  }

  /// A JSON string (RFC 8259). Bytes that are not UTF-8 become U+FFFD.
  func appendJSON(_ value: UnsafeBufferPointer<UInt8>) {
    unsafe appendJSON(String(decoding: value, as: UTF8.self))
  }

  func appendJSON(_ value: String) {
    append(UInt8(ascii: "\""))
    for c in value.utf8 {
      switch c {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x0A: append("\\n")
      case 0x0D: append("\\r")
      case 0x09: append("\\t")
      case 0..<0x20:
        append("\\u00")
        append(UInt8(ascii: c < 0x10 ? "0" : "1"))
        append(Array("0123456789abcdef".utf8)[Int(c & 15)])
      default: append(c)
      }
    }
    append(UInt8(ascii: "\""))
  }
}

/// `YYYYMMDDhhmmss` of seconds since 1970-01-01 in China Standard Time.
public func timeText(_ seconds: Int64) -> String {
  let days = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
  let time = seconds - days * 86400
  let day = date(daysSince1970: days)
  func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
  return padded(day.year, 4) + padded(day.month, 2) + padded(day.day, 2) + padded(time / 3600, 2)
    + padded(time / 60 % 60, 2) + padded(time % 60, 2)
}

/// Seconds of `YYYYMMDDhhmmss`, or of the end of the day `YYYYMMDD`; nil if it is no real time.
public func timeSeconds(_ text: String) -> Int64? {
  let digits = text.utf8.map { Int64($0) - 0x30 }
  guard digits.count == 8 || digits.count == 14, digits.allSatisfy({ (0...9).contains($0) }) else {
    return nil
  }
  func number(_ range: Range<Int>) -> Int64 { digits[range].reduce(0) { $0 * 10 + $1 } }
  guard
    let days = daysSince1970(
      year: number(0..<4), month: number(4..<6), day: number(6..<8))
  else { return nil }
  if digits.count == 8 { return days * 86400 + 86399 }
  let (hour, minute, second) = (number(8..<10), number(10..<12), number(12..<14))
  guard hour < 24, minute < 60, second < 60 else { return nil }
  return days * 86400 + hour * 3600 + minute * 60 + second
}
