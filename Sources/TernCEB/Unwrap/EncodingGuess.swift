/// What bytes look like, for the text of a reject. It decides nothing.
enum EncodingGuess {
  /// This much of a message tells.
  private static let maxBytes = 1 << 20

  /// `UTF-8`, `GB18030`, `Big5`, `UTF-16`, `ASCII`, a Latin encoding or none of them.
  static func name(of bytes: UnsafeBufferPointer<UInt8>) -> String {
    let bytes = unsafe UnsafeBufferPointer(rebasing: bytes.prefix(maxBytes))
    if unsafe looksLikeUTF16(bytes) { return "UTF-16" }
    var ascii = true
    // Pairs of a first byte above 0x80 and one that may follow it in GBK or Big5.
    var (pairs, pairsBelow, singles) = (0, 0, 0)
    // A high byte between two others of ASCII.
    var alone = 0
    var index = 0
    while index < bytes.count {
      let c = unsafe bytes[index]
      guard c >= 0x80 else {
        index += 1
        continue
      }
      ascii = false
      let next = index + 1 < bytes.count ? unsafe bytes[index + 1] : 0
      if c == 0x80 || c == 0xFF || next < 0x40 || next == 0x7F || next == 0xFF {
        // The four bytes of GB18030: two pairs whose second byte is a digit.
        if (0x30...0x39).contains(next), index + 3 < bytes.count, unsafe bytes[index + 2] >= 0x81,
          (0x30...0x39).contains(unsafe bytes[index + 3])
        {
          pairs += 2
          index += 4
          continue
        }
        singles += 1
        if next < 0x80 { alone += 1 }
        index += 1
        continue
      }
      pairs += 1
      if next < 0x80 {
        pairsBelow += 1
        alone += 1
      }
      index += 2
    }
    if ascii { return "ASCII" }
    if unsafe isUTF8(bytes) { return "UTF-8" }
    if alone == pairs + singles { return "a Latin encoding of one byte a character" }
    // A few single bytes are damage; many are another encoding.
    guard singles * 20 <= pairs else { return "no encoding that is known here" }
    // Common characters of Big5 often end below 0x80, those of GBK never.
    return pairsBelow * 5 > pairs ? "Big5" : "GB18030"
  }

  private static func looksLikeUTF16(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count >= 4 else { return false }
    let pair = unsafe (bytes[0], bytes[1])
    if pair == (0xFF, 0xFE) || pair == (0xFE, 0xFF) { return true }
    // Markup with a zero beside each letter.
    var zeros = (even: 0, odd: 0)
    let count = min(bytes.count, 64)
    for index in 0..<count where unsafe bytes[index] == 0 {
      if index % 2 == 0 { zeros.even += 1 } else { zeros.odd += 1 }
    }
    return max(zeros.even, zeros.odd) * 3 > count
  }

  /// Whether it is, apart from a character that the end cuts off.
  private static func isUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var end = bytes.count
    for _ in 0..<4 {
      if unsafe String(validating: UnsafeBufferPointer(rebasing: bytes[..<end]), as: UTF8.self) != nil {
        return true
      }
      guard end > 0 else { return false }
      end -= 1
    }
    return false
  }
}
