/// Text as XML 1.0 writes it.
enum XMLText {
  /// Appends character data that reads back byte for byte: markup and carriage returns become
  /// references.
  static func append(_ value: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    for unsafe c in unsafe value {
      switch c {
      case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
      case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
      case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
      case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
      case 0x0D: bytes.append(contentsOf: "&#13;".utf8)
      default: bytes.append(c)
      }
    }
  }

  static func escaped(_ value: String) -> String {
    var bytes: [UInt8] = []
    var value = value
    value.withUTF8 { unsafe append($0, to: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
