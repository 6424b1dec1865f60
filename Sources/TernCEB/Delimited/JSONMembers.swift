/// The members of one JSON object (RFC 8259), found and not yet understood.
///
/// Numbers are tokens, taken as written: no number is computed here.
struct JSONMembers {
  static let maxDepth = 64

  enum Value: Equatable {
    case string, token, null, object, array
  }

  struct Member {
    /// Inside the quotes.
    var key: Range<Int>
    var keyHasEscapes: Bool
    var value: Range<Int>
    var type: Value
    var hasEscapes: Bool
  }

  struct Fault: Error {
    var reason: RejectReason
    var position: Int
    var text: String
  }

  private(set) var members: [Member] = []

  /// Reads the object at `start` and returns where it ends.
  mutating func read(_ text: ByteView, at start: Int) throws(Fault) -> Int {
    members.removeAll(keepingCapacity: true)
    var position = try Self.expect("{", text, start)
    position = Self.skipSpace(text, position)
    if position < text.count, text[position] == UInt8(ascii: "}") { return position + 1 }
    while true {
      let (key, keyHasEscapes, keyEnd) = try Self.string(text, Self.skipSpace(text, position))
      position = try Self.expect(":", text, Self.skipSpace(text, keyEnd))
      position = Self.skipSpace(text, position)
      let (member, end) = try Self.value(text, position, depth: 1)
      members.append(
        Member(
          key: key, keyHasEscapes: keyHasEscapes, value: member.range, type: member.type,
          hasEscapes: member.hasEscapes))
      position = Self.skipSpace(text, end)
      guard position < text.count else { throw Self.unfinished(position) }
      if text[position] == UInt8(ascii: "}") { return position + 1 }
      position = try Self.expect(",", text, position)
    }
  }

  // MARK: - Pieces, for arrays too

  static func skipSpace(_ text: ByteView, _ start: Int) -> Int {
    var position = start
    while position < text.count, ByteView.isSpace(text[position]) { position += 1 }
    return position
  }

  static func expect(
    _ character: Unicode.Scalar, _ text: ByteView, _ position: Int
  ) throws(Fault) -> Int {
    guard position < text.count else { throw unfinished(position) }
    guard text[position] == UInt8(ascii: character) else {
      throw Fault(reason: .notWellFormed, position: position, text: "'\(character)' is expected")
    }
    return position + 1
  }

  private static func unfinished(_ position: Int) -> Fault {
    Fault(reason: .truncated, position: position, text: "the object does not end on its line")
  }

  private static func string(
    _ text: ByteView, _ start: Int
  ) throws(Fault) -> (content: Range<Int>, hasEscapes: Bool, end: Int) {
    var position = try expect("\"", text, start)
    let first = position
    var hasEscapes = false
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "\""): return (first..<position, hasEscapes, position + 1)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        position += 2
      case 0..<0x20:
        throw Fault(
          reason: .notWellFormed, position: position,
          text: "control character \(text[position]) in a string")
      default: position += 1
      }
    }
    throw unfinished(position)
  }

  private static func value(
    _ text: ByteView, _ start: Int, depth: Int
  ) throws(Fault) -> (member: (range: Range<Int>, type: Value, hasEscapes: Bool), end: Int) {
    guard start < text.count else { throw unfinished(start) }
    switch text[start] {
    case UInt8(ascii: "\""):
      let (content, hasEscapes, end) = try string(text, start)
      return ((content, .string, hasEscapes), end)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let isObject = text[start] == UInt8(ascii: "{")
      let end = try skip(text, start, depth: depth)
      return ((start..<end, isObject ? .object : .array, false), end)
    default:
      let end = try token(text, start)
      let isNull = text.isEqual(start..<end, words[0])
      return ((start..<end, isNull ? .null : .token, false), end)
    }
  }

  private static let words = ["null", "true", "false"].map { Array($0.utf8) }

  /// A number, `true`, `false` or `null`.
  private static func token(_ text: ByteView, _ start: Int) throws(Fault) -> Int {
    var end = start
    while end < text.count, isTokenByte(text[end]) { end += 1 }
    let first = end > start ? text[start] : 0
    let isNumber = first == UInt8(ascii: "-") || (0x30...0x39).contains(first)
    guard isNumber || words.contains(where: { text.isEqual(start..<end, $0) }) else {
      throw Fault(reason: .notWellFormed, position: start, text: "no JSON value")
    }
    return end
  }

  private static func isTokenByte(_ c: UInt8) -> Bool {
    (0x30...0x39).contains(c) || (0x61...0x7A).contains(c | 0x20) || c == UInt8(ascii: ".")
      || c == UInt8(ascii: "-") || c == UInt8(ascii: "+")
  }

  /// Behind an object or array, whatever is in it.
  private static func skip(_ text: ByteView, _ start: Int, depth: Int) throws(Fault) -> Int {
    guard depth < maxDepth else {
      throw Fault(reason: .nesting, position: start, text: "nested deeper than \(maxDepth)")
    }
    let isObject = text[start] == UInt8(ascii: "{")
    let close: Unicode.Scalar = isObject ? "}" : "]"
    var position = skipSpace(text, start + 1)
    if position < text.count, text[position] == UInt8(ascii: close) { return position + 1 }
    while true {
      if isObject {
        let key = try string(text, skipSpace(text, position))
        position = try expect(":", text, skipSpace(text, key.end))
      }
      position = skipSpace(text, try value(text, skipSpace(text, position), depth: depth + 1).end)
      guard position < text.count else { throw unfinished(position) }
      if text[position] == UInt8(ascii: close) { return position + 1 }
      position = try expect(",", text, position)
    }
  }

  /// Appends a string's value to `out`, with its escapes resolved.
  static func append(
    _ string: Range<Int>, of text: ByteView, to out: inout GrowableBuffer<UInt8>
  ) throws(Fault) {
    var index = string.lowerBound
    while index < string.upperBound {
      let c = text[index]
      guard c == UInt8(ascii: "\\") else {
        out.append(c)
        index += 1
        continue
      }
      let scalar = try escape(text, index, string.upperBound)
      guard isXML(scalar.value) else {
        throw Fault(
          reason: .encoding, position: index,
          text: "an escape for U+\(hex(scalar.value)), a character that XML cannot carry")
      }
      for unit in UTF8.encode(scalar.value)! { out.append(unit) }
      index = scalar.end
    }
  }

  private static func escape(
    _ text: ByteView, _ start: Int, _ end: Int
  ) throws(Fault) -> (value: Unicode.Scalar, end: Int) {
    let plain: [(Unicode.Scalar, Unicode.Scalar)] = [
      ("\"", "\""), ("\\", "\\"), ("/", "/"), ("b", "\u{8}"), ("f", "\u{C}"), ("n", "\n"),
      ("r", "\r"), ("t", "\t"),
    ]
    let fault = Fault(reason: .notWellFormed, position: start, text: "no JSON escape")
    guard start + 1 < end else { throw fault }
    if let (_, value) = plain.first(where: { UInt8(ascii: $0.0) == text[start + 1] }) {
      return (value, start + 2)
    }
    guard let unit = unit(text, start, end) else { throw fault }
    if let scalar = Unicode.Scalar(unit) { return (scalar, start + 6) }
    // The first half of a pair; its other half follows.
    guard unit < 0xDC00, let low = self.unit(text, start + 6, end), (0xDC00..<0xE000).contains(low)
    else {
      throw Fault(reason: .encoding, position: start, text: "half of a surrogate pair")
    }
    return (Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))!, start + 12)
  }

  /// The code unit of `\u` and four hexadecimal digits.
  private static func unit(_ text: ByteView, _ start: Int, _ end: Int) -> UInt32? {
    guard start + 6 <= end, text[start] == UInt8(ascii: "\\"), text[start + 1] == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt32 = 0
    for index in start + 2..<start + 6 {
      switch text[index] {
      case let c where (0x30...0x39).contains(c): unit = unit << 4 | UInt32(c - 0x30)
      case let c where (0x61...0x66).contains(c | 0x20): unit = unit << 4 | UInt32((c | 0x20) - 0x57)
      default: return nil
      }
    }
    return unit
  }

  private static func isXML(_ scalar: Unicode.Scalar) -> Bool {
    let code = scalar.value
    return code >= 0x20 ? code != 0xFFFE && code != 0xFFFF : code == 9 || code == 10 || code == 13
  }

  private static func hex(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
