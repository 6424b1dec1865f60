import TernRules
import TernStats

/// A piece of the page. Literals are markup; a `String` put into one is text and is escaped: nothing
/// from a message can become markup.
struct HTML: ExpressibleByStringInterpolation {
  private(set) var source: String

  static let empty: HTML = ""

  init(stringLiteral value: String) { source = value }

  init(stringInterpolation: Interpolation) { source = stringInterpolation.source }

  typealias StringInterpolation = Interpolation

  struct Interpolation: StringInterpolationProtocol {
    fileprivate(set) var source = ""

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ literal: String) { source += literal }

    /// Control characters and those that turn the direction of writing become U+FFFD.
    mutating func appendInterpolation(_ text: String) {
      source += XMLText.escaped(TextWidth.printable(text))
    }

    mutating func appendInterpolation(_ number: Int) { source += String(number) }

    mutating func appendInterpolation(_ html: HTML) { source += html.source }

    /// Text that stands as it is: the page's own style and script.
    mutating func appendInterpolation(trusted text: StaticString) { source += "\(text)" }

    mutating func appendInterpolation(_ words: Words) {
      source += words.html.source
    }
  }

  static func += (html: inout HTML, more: HTML) { html.source += more.source }
}

extension [HTML] {
  func joined() -> HTML { reduce(into: HTML.empty) { $0 += $1 } }
}

/// A label in both languages of the page.
struct Words {
  var english: String
  var chinese: String

  init(_ english: String, _ chinese: String) {
    self.english = english
    self.chinese = chinese
  }

  /// Something that has a text in each language.
  init(_ text: (Language) -> String) { self.init(text(.english), text(.chinese)) }

  /// A code or a name, the same in both languages.
  init(_ text: String) { self.init(text, text) }

  /// One span per language, of which the page shows one; one text where both are the same.
  var html: HTML {
    if isOne { return "\(english)" }
    return "<span data-l=\"e\" lang=\"en\">\(english)</span><span data-l=\"z\" lang=\"zh-CN\">\(chinese)</span>"
  }

  /// Both, one behind the other: where no markup can stand.
  var both: String { isOne ? english : "\(chinese) · \(english)" }

  /// The same as text of a chart, with further attributes.
  func svgText(_ attributes: HTML, number: String = "") -> HTML {
    func one(_ text: String, _ language: HTML) -> HTML {
      let number: HTML = number.isEmpty ? "" : " <tspan class=\"count\">\(number)</tspan>"
      return "<text\(language) \(attributes)>\(text)\(number)</text>"
    }
    if isOne { return one(english, "") }
    return "\(one(english, " data-l=\"e\" lang=\"en\""))\(one(chinese, " data-l=\"z\" lang=\"zh-CN\""))"
  }

  private var isOne: Bool { english == chinese }
}

/// Numbers as people read them.
enum Shown {
  /// A decimal with commas between thousands: `-1,234,567.5`.
  static func number(_ text: String) -> String {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first else { return text }
    let sign = whole.first == "-" ? "-" : ""
    let digits = Array(whole.utf8.dropFirst(sign.utf8.count))
    var grouped: [UInt8] = []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { grouped.append(UInt8(ascii: ",")) }
      grouped.append(digit)
    }
    return sign + String(decoding: grouped, as: UTF8.self)
      + (parts.count == 2 ? ".\(parts[1])" : "")
  }

  static func number(_ value: Int) -> String { number(String(value)) }

  /// Value × 10^5.
  static func decimal(e5 value: Int128?) -> String {
    value.map { number(FineAmount(e5: $0).text) } ?? ""
  }

  /// A share with one fraction digit, rounded down: `12.3%`. Empty where there is no whole.
  static func percent(_ part: Int, of whole: Int) -> String {
    guard whole > 0, part >= 0 else { return "" }
    let permille = Int128(part) * 1_000 / Int128(whole)
    return "\(permille / 10).\(permille % 10)%"
  }

  /// A length of a chart, in percent of `whole` with two fraction digits.
  static func length(_ part: Int128, of whole: Int128) -> String {
    guard whole > 0, part > 0 else { return "0%" }
    // Of very large sums the low digits don't show.
    var (part, whole) = (min(part, whole), whole)
    while whole > Int128(1) << 100 { (part, whole) = (part >> 20, whole >> 20) }
    let parts = part * 10_000 / whole
    let rest = parts % 100
    return "\(parts / 100).\(rest < 10 ? "0" : "")\(rest)%"
  }

  /// `2026-03-10 12:15:00` of `YYYYMMDDhhmmss`, as far as its digits go.
  static func time(_ digits: String) -> String {
    let bytes = Array(digits.utf8)
    guard [6, 8, 10, 14].contains(bytes.count) else { return digits }
    func part(_ start: Int, _ length: Int = 2) -> String {
      String(decoding: bytes[start..<start + length], as: UTF8.self)
    }
    var text = "\(part(0, 4))-\(part(4))"
    if bytes.count >= 8 { text += "-\(part(6))" }
    if bytes.count >= 10 { text += " \(part(8)):\(bytes.count == 14 ? part(10) : "00")" }
    if bytes.count == 14 { text += ":\(part(12))" }
    return text
  }
}
