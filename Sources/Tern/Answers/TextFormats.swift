import TernCEB

/// CSV and JSON, on bytes.
enum TextFormats {
  /// One CSV field (RFC 4180): quoted where it holds a comma, a quote or a line break.
  static func appendCSV(_ value: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    let needsQuotes = unsafe value.contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
    }
    guard needsQuotes else {
      unsafe bytes.append(contentsOf: value)
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for index in value.indices {
      let c = unsafe value[index]
      if c == UInt8(ascii: "\"") { bytes.append(c) }
      bytes.append(c)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// The inside of a JSON string (RFC 8259). Bytes that are not UTF-8 become U+FFFD.
  static func appendJSONCharacters(
    _ value: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]
  ) {
    for c in unsafe String(decoding: value, as: UTF8.self).utf8 {
      switch c {
      case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        bytes.append(contentsOf: (c < 0x10 ? "\\u000" : "\\u001").utf8)
        bytes.append(Array("0123456789abcdef".utf8)[Int(c & 15)])
      default: bytes.append(c)
      }
    }
  }
}

extension TextFormats {
  /// RFC 4648, with padding.
  static func appendBase64(_ value: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    bytes.reserveCapacity(bytes.count + (value.count + 2) / 3 * 4)
    var index = 0
    while index < value.count {
      let left = value.count - index
      var group = unsafe UInt32(value[index]) << 16
      if left > 1 { group |= unsafe UInt32(value[index + 1]) << 8 }
      if left > 2 { group |= unsafe UInt32(value[index + 2]) }
      bytes.append(alphabet[Int(group >> 18)])
      bytes.append(alphabet[Int(group >> 12 & 63)])
      bytes.append(left > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
      bytes.append(left > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
      index += 3
    }
  }
}

extension ByteSink {
  func appendBase64(_ value: UnsafeBufferPointer<UInt8>) {
    unsafe TextFormats.appendBase64(value, to: &bytes)
  }

  func appendCSV(_ value: String) {
    var value = value
    value.withUTF8 { unsafe TextFormats.appendCSV($0, to: &bytes) }
  }

  /// A JSON string.
  func appendJSON(_ value: UnsafeBufferPointer<UInt8>) {
    append(UInt8(ascii: "\""))
    unsafe TextFormats.appendJSONCharacters(value, to: &bytes)
    append(UInt8(ascii: "\""))
  }

  func appendJSON(_ value: String) {
    var value = value
    value.withUTF8 { unsafe appendJSON($0) }
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
