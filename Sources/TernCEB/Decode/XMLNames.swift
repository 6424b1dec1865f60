extension MessageReader {
  /// ASCII part of `NameStartChar` and `NameChar` (XML 1.0, 5th edition, 2.3).
  static func isNameByte(_ c: UInt8, first: Bool) -> Bool {
    switch c {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"), UInt8(ascii: ":"):
      true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): !first
    default: false
    }
  }

  /// As `isNameByte(_:first:)` of any but the first, for loops: a bit for each ASCII character.
  @inline(__always)
  static func isNameByte(_ c: UInt8) -> Bool {
    let bits: UInt64 = c < 64 ? 0x07FF_6000_0000_0000 : 0x07FF_FFFE_87FF_FFFE
    return c < 0x80 && bits &>> UInt64(c & 63) & 1 != 0
  }

  /// The rest of them.
  static func isNameScalar(_ code: UInt32, first: Bool) -> Bool {
    switch code {
    case 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF, 0x200C...0x200D,
      0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD,
      0x10000...0xEFFFF:
      true
    case 0xB7, 0x300...0x36F, 0x203F...0x2040: !first
    default: false
    }
  }

  /// The UTF-8 sequence at `index`, or nil if it is not one.
  func decodeScalar(at index: Int) -> (UInt32, count: Int)? {
    let a = UInt32(byte(index))
    let count = a < 0xC2 ? 0 : a < 0xE0 ? 2 : a < 0xF0 ? 3 : a < 0xF5 ? 4 : 0
    guard count > 0, index + count <= end else { return nil }
    var code = a & (0xFF >> UInt32(count + 1))
    for offset in 1..<count {
      let c = UInt32(byte(index + offset))
      guard c & 0xC0 == 0x80 else { return nil }
      code = code << 6 | c & 0x3F
    }
    return (code, count)
  }
}
