import TernCEB

/// Head fields of a document that was rejected, read from its bytes: as much as names it.
///
/// For few documents. They were well-formed when they were read, so whatever is odd here makes the
/// document unreadable.
struct OriginalFields {
  private var values: [String: [UInt8]] = [:]

  /// Text of a head field, trimmed; empty if it is not there.
  subscript(name: String) -> [UInt8] { values[name] ?? [] }

  /// Nil where the bytes are not one document of this kind, in UTF-8.
  init?(_ original: UnsafeBufferPointer<UInt8>, _ spec: KindSpec) {
    guard unsafe String(validating: original, as: UTF8.self) != nil else { return nil }
    var scanner = unsafe Scanner(bytes: Array(original))
    // Fields are direct children of the head, or of the document where it has none.
    let wanted = [spec.document] + (spec.head.map { [$0] } ?? [])
    var path: [String] = []
    var text: [UInt8] = []
    while let token = scanner.next() {
      switch token {
      case .open(let name):
        if path.isEmpty && name != spec.document { return nil }
        path.append(name)
        text.removeAll()
      case .text(let more): text += more
      case .close:
        guard let name = path.popLast() else { return nil }
        if path == wanted, values[name] == nil { values[name] = Self.trimmed(text) }
        if path.isEmpty { return }
        text.removeAll()
      case .odd: return nil
      }
    }
    return nil
  }

  private static func trimmed(_ text: [UInt8]) -> [UInt8] {
    func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
    let start = text.firstIndex { !isSpace($0) } ?? text.endIndex
    let end = text.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
    return Array(text[start..<end])
  }
}

/// Tags and text of well-formed XML.
private struct Scanner {
  enum Token {
    /// Without its prefix.
    case open(String)
    case close
    case text([UInt8])
    case odd
  }

  let bytes: [UInt8]
  private var position = 0
  /// An empty element was opened: it closes next.
  private var closesNext = false

  init(bytes: [UInt8]) { self.bytes = bytes }

  private func starts(with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    return (0..<count).allSatisfy { unsafe bytes[position + $0] == text.utf8Start[$0] }
  }

  /// Moves behind the next `end`; what stood before it.
  private mutating func skip(past end: StaticString) -> ArraySlice<UInt8>? {
    let start = position
    while position < bytes.count {
      if starts(with: end) {
        defer { position += end.utf8CodeUnitCount }
        return bytes[start..<position]
      }
      position += 1
    }
    return nil
  }

  /// Nil at the end.
  mutating func next() -> Token? {
    if closesNext {
      closesNext = false
      return .close
    }
    guard position < bytes.count else { return nil }
    guard bytes[position] == UInt8(ascii: "<") else {
      let end = bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
      defer { position = end }
      return Self.decoded(bytes[position..<end]).map { .text($0) } ?? .odd
    }
    if starts(with: "<!--") {
      position += 4
      return skip(past: "-->") == nil ? .odd : .text([])
    }
    if starts(with: "<![CDATA[") {
      position += 9
      return skip(past: "]]>").map { .text(Array($0)) } ?? .odd
    }
    if starts(with: "<?") { return skip(past: "?>") == nil ? .odd : .text([]) }
    if starts(with: "</") { return skip(past: ">") == nil ? .odd : .close }
    return tag()
  }

  private mutating func tag() -> Token {
    position += 1
    let start = position
    var quote: UInt8 = 0
    while position < bytes.count {
      let byte = bytes[position]
      if quote != 0 {
        if byte == quote { quote = 0 }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        break
      }
      position += 1
    }
    guard position < bytes.count else { return .odd }
    let inside = bytes[start..<position]
    position += 1
    closesNext = inside.last == UInt8(ascii: "/")
    let name = inside.prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }
    let local = name.lastIndex(of: UInt8(ascii: ":")).map { name[($0 + 1)...] } ?? name
    return .open(String(decoding: local, as: UTF8.self))
  }

  /// Text with its references replaced; nil where one is unknown or stands for no legal character.
  private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.contains(UInt8(ascii: "&")) else { return Array(text) }
    var out: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "&") else {
        out.append(byte)
        continue
      }
      guard let end = rest.prefix(12).firstIndex(of: UInt8(ascii: ";")) else { return nil }
      let name = String(decoding: rest[..<end], as: UTF8.self)
      rest = rest[(end + 1)...]
      switch name {
      case "amp": out.append(UInt8(ascii: "&"))
      case "lt": out.append(UInt8(ascii: "<"))
      case "gt": out.append(UInt8(ascii: ">"))
      case "quot": out.append(UInt8(ascii: "\""))
      case "apos": out.append(UInt8(ascii: "'"))
      default:
        let code =
          name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16)
          : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
        guard let scalar = code.flatMap(Unicode.Scalar.init), scalar.isLegalInXML else { return nil }
        out += Array(String(scalar).utf8)
      }
    }
    return out
  }
}

extension Unicode.Scalar {
  /// XML 1.0, production Char.
  var isLegalInXML: Bool {
    switch value {
    case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x1_0000...0x10_FFFF: true
    default: false
    }
  }
}
