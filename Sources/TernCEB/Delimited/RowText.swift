import CScan

/// How a table's bytes are text.
public enum TableEncoding: String, Sendable, CaseIterable {
  case utf8 = "utf-8"
  /// GB2312 and GBK too.
  case gb18030
}

/// Gives rows as UTF-8 that XML could carry.
///
/// In either encoding quotes, commas and line ends are found as they stand; GB18030 is converted row by
/// row, so that a row that is not valid costs no other.
final class RowText {
  let encoding: TableEncoding
  private let kernel: tern_kernel
  private lazy var converter = GB18030Converter()

  enum Reading {
    /// The bytes are it.
    case inPlace
    /// Valid until the next row is read.
    case converted(ByteView)
    /// What is wrong.
    case invalid(String)
  }

  init(_ encoding: TableEncoding, _ kernel: tern_kernel) {
    self.encoding = encoding
    self.kernel = kernel
  }

  /// As rejects name it.
  var name: String { encoding == .utf8 ? "" : encoding.rawValue }

  /// Whether all rows of a slice can be taken as they are.
  func isClean(_ text: ByteView) -> Bool {
    text.firstInvalid(in: 0..<text.count, kernel) == nil
      && (encoding == .utf8 || isASCII(text, 0..<text.count))
  }

  private func isASCII(_ text: ByteView, _ range: Range<Int>) -> Bool {
    unsafe text.bytes(range).allSatisfy { $0 < 0x80 }
  }

  func read(_ range: Range<Int>, of text: ByteView) -> Reading {
    if encoding == .gb18030, !isASCII(text, range) { return convert(range, of: text) }
    guard let wrong = text.firstInvalid(in: range, kernel) else { return .inPlace }
    if text[wrong] < 0x20 { return .invalid(control(text[wrong], at: wrong - range.lowerBound)) }
    let guess = unsafe EncodingGuess.name(of: text.bytes(range))
    let advice = guess == "GB18030" ? "; if they are GB18030, say so with --encoding gb18030" : ""
    return .invalid(
      "byte \(wrong - range.lowerBound) of the row is not UTF-8, or a character that XML cannot carry; the bytes look like \(guess)\(advice)"
    )
  }

  private func convert(_ range: Range<Int>, of text: ByteView) -> Reading {
    guard converter.isAvailable else {
      return .invalid("this system's iconv does not know GB18030")
    }
    unsafe converter.convert(text.bytes(range), isWhole: true)
    if let invalid = converter.invalid {
      return .invalid("byte \(invalid.original) of the row is not GB18030")
    }
    let converted = unsafe ByteView(converter.slice)
    if let wrong = converted.firstInvalid(in: 0..<converted.count, kernel) {
      return .invalid(control(converted[wrong], at: converter.original(of: wrong)))
    }
    return .converted(converted)
  }

  private func control(_ c: UInt8, at place: Int) -> String {
    "control character \(c) at byte \(place) of the row, which XML cannot carry"
  }
}
