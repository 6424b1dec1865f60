/// Decodes base64 that comes in pieces (RFC 4648, section 4): white space anywhere, padding required. Unused bits of the
/// last character are not looked at.
struct Base64Decoder: ~Copyable {
  /// What has been decoded. `finish` puts zero bytes behind it.
  private(set) var bytes = GrowableBuffer<UInt8>()
  /// Bits of an unfinished group of four characters, and how many characters they are of.
  private var bits: UInt32 = 0
  private var characters = 0
  private var paddings = 0
  private var hasOthers = false

  /// Memory that one huge message needed is not kept.
  private static let maxKeptBytes = 16 << 20

  private static let space: UInt8 = 0x40
  private static let padding: UInt8 = 0x41
  private static let other: UInt8 = 0x42

  /// By character: its six bits, or what else it is.
  private static let meanings: [UInt8] = (0..<256).map { code in
    switch UInt8(code) {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt8(code) - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt8(code) - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt8(code) - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    case 0x20, 0x09, 0x0A, 0x0D: space
    case UInt8(ascii: "="): padding
    default: other
    }
  }

  mutating func begin() {
    if bytes.capacity > Self.maxKeptBytes { bytes = GrowableBuffer() }
    bytes.removeAll()
    bits = 0
    characters = 0
    paddings = 0
    hasOthers = false
  }

  /// Takes a piece of text whatever it holds.
  mutating func take(_ text: UnsafeBufferPointer<UInt8>) {
    if unsafe takePlain(text) < text.count { hasOthers = true }
  }

  mutating func take(_ scalar: Unicode.Scalar) {
    guard scalar.isASCII else {
      hasOthers = true
      return
    }
    let c = UInt8(scalar.value)
    unsafe withUnsafePointer(to: c) { unsafe take(UnsafeBufferPointer(start: $0, count: 1)) }
  }

  /// Takes what is base64 and white space at the front of `text`; returns how many bytes.
  mutating func takePlain(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    bytes.reserve(text.count / 4 * 3 + 3)
    var index = 0
    while index < text.count {
      if characters == 0, paddings == 0 {
        index = unsafe takeGroups(text, index)
        guard index < text.count else { break }
      }
      let meaning = unsafe Self.meanings[Int(text[index])]
      switch meaning {
      case Self.space: break
      case Self.padding: paddings += 1
      case Self.other: return index
      default:
        if paddings > 0 { hasOthers = true }
        bits = bits << 6 | UInt32(meaning)
        characters += 1
        if characters == 4 {
          bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
          bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
          bytes.append(UInt8(truncatingIfNeeded: bits))
          bits = 0
          characters = 0
        }
      }
      index += 1
    }
    return index
  }

  /// Whole groups of four, as long as nothing else stands between them; returns where they end.
  private mutating func takeGroups(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var index = start
    let count = text.count
    var written = bytes.count
    let target = unsafe bytes.base
    unsafe Self.meanings.withUnsafeBufferPointer { meanings in
      while index + 4 <= count {
        let a = unsafe meanings[Int(text[index])]
        let b = unsafe meanings[Int(text[index &+ 1])]
        let c = unsafe meanings[Int(text[index &+ 2])]
        let d = unsafe meanings[Int(text[index &+ 3])]
        guard a | b | c | d < Self.space else { break }
        let group = UInt32(a) << 18 | UInt32(b) << 12 | UInt32(c) << 6 | UInt32(d)
        unsafe target[written] = UInt8(truncatingIfNeeded: group >> 16)
        unsafe target[written &+ 1] = UInt8(truncatingIfNeeded: group >> 8)
        unsafe target[written &+ 2] = UInt8(truncatingIfNeeded: group)
        written &+= 3
        index &+= 4
      }
    }
    bytes.setCount(written)
    return index
  }

  /// What is wrong with the whole, or nil.
  var problem: String? {
    if hasOthers { return "it holds other characters" }
    let isWhole =
      (characters == 0 && paddings == 0) || (characters == 2 && paddings == 2)
      || (characters == 3 && paddings == 1)
    return isWhole ? nil : "its last group of four characters is not whole"
  }

  /// Adds the bytes of a padded last group, and zero bytes as a slice needs them behind its end.
  /// - Returns: how many bytes were decoded.
  mutating func finish() -> Int {
    if characters > 1 { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(6 * characters - 8))) }
    if characters > 2 { bytes.append(UInt8(truncatingIfNeeded: bits >> 2)) }
    let count = bytes.count
    bytes.append(repeating: 0, count: Kernel.padding)
    return count
  }
}
