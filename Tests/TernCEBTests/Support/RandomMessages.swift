import TernCEB
import TernTestSupport

/// Messages in all the shapes that senders write, and now and then one that breaks a rule.
struct MessageShaper {
  var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// How one message is written.
  private struct Shape {
    var prefix: String
    var indent: String
    var lineEnd: String
    var quote: String
    /// Share of the values and gaps that are not written plainly.
    var oddity: Double
    /// Share of the documents that break a rule.
    var faults: Double
  }

  /// One message with its declaration. Nearly all are well-formed.
  /// - Parameter maxDocuments: most messages have far fewer.
  mutating func message(_ kind: Kind, maxDocuments: Int = 4) -> String {
    let shape = Shape(
      prefix: random.pick(["ceb", "ceb", "ceb", "", "x", "报", "c-e.b_1"]),
      indent: random.pick(["\t", "\t", "  ", "", " "]), lineEnd: random.pick(["\n", "\n", "\r\n", "", "\r"]),
      quote: random.pick(["\"", "\"", "'"]), oddity: random.pick([0, 0, 0.02, 0.1, 0.3]),
      faults: random.pick([0, 0, 0, 0.2, 0.5]))
    let quote = shape.quote
    var out = random.chance(0.2) ? "\u{FEFF}" : ""
    if random.chance(0.8) {
      out += "<?xml version=\(quote)1.0\(quote)"
      if random.chance(0.8) { out += " encoding=\(quote)\(random.pick(["UTF-8", "utf-8"]))\(quote)" }
      if random.chance(0.1) { out += " standalone=\(quote)yes\(quote)" }
      out += random.pick(["?>", " ?>"]) + shape.lineEnd
    }
    if random.chance(shape.oddity) { out += "<!-- before the root --><?pi a?>\n" }
    let name = tag(kind.name + "Message", shape)
    let binding = shape.prefix.isEmpty ? "xmlns" : "xmlns:" + shape.prefix
    out += "<\(name) \(binding)=\(quote)\(ceb)\(quote)"
    out += " xmlns:other=\(quote)urn:other\(quote) guid=\(quote)1\(quote)\n version=\(quote)1.0\(quote)>"
    for number in 1...(1 + random.below(maxDocuments)) {
      out += randomGap(shape, 1) + documentText(kind, number, shape)
    }
    for _ in 0..<random.below(3) {
      let transfer = tag("BaseTransfer", shape)
      let code = tag("copCode", shape)
      out += gap(shape, 1) + "<\(transfer)>" + gap(shape, 2) + "<\(code)>3301968A01</\(code)>"
      out += gap(shape, 1) + "</\(transfer)>"
    }
    out += gap(shape, 0) + "</\(name)>"
    if random.chance(0.7) { out += "\n" }
    return out
  }

  private func tag(_ local: String, _ shape: Shape) -> String {
    shape.prefix.isEmpty ? local : shape.prefix + ":" + local
  }

  private func gap(_ shape: Shape, _ depth: Int) -> String {
    shape.lineEnd + String(repeating: shape.indent, count: depth)
  }

  /// White space, and at times what must mean nothing there.
  private mutating func randomGap(_ shape: Shape, _ depth: Int) -> String {
    var out = gap(shape, depth)
    guard random.chance(shape.oddity) else { return out }
    let unknown = tag("unknown", shape)
    out += random.pick([
      "<!-- a > comment & more -->", "<?pi some data?>", " stray text ", "<![CDATA[<stray>]]>",
      "<\(unknown)>text<\(tag("orderNo", shape))>deep</\(tag("orderNo", shape))></\(unknown)>",
      "<\(unknown)/>", "<other:orderNo>foreign</other:orderNo>", "<other:appTime/>", "&#x20;", "&amp;",
      "<\(tag("note", shape)) xmlns:\(shape.prefix.isEmpty ? "q" : shape.prefix)='urn:rebound'></\(tag("note", shape))>",
    ])
    return out + gap(shape, depth)
  }

  private mutating func documentText(_ kind: Kind, _ number: Int, _ shape: Shape) -> String {
    let spec = kind.spec
    var document = Document.valid(kind, number: number + random.below(50), lines: random.below(4))
    if random.chance(shape.faults) { spoil(&document) }
    let name = tag(spec.document, shape)
    var out = "<\(name)>"
    var parts: [String] = []
    if let head = spec.head {
      parts.append(container(tag(head, shape), document.head, shape))
      if random.chance(shape.oddity / 2) { parts.append(container(tag(head, shape), document.head.reversed(), shape)) }
    } else {
      out += leaves(document.head, shape, 2)
    }
    parts += document.lines.map { container(tag(spec.line!, shape), $0, shape) }
    if random.chance(shape.oddity / 2) { parts.reverse() }
    for part in parts { out += randomGap(shape, 2) + part }
    return out + gap(shape, 1) + "</\(name)>"
  }

  private mutating func container(
    _ name: String, _ elements: [Document.Element], _ shape: Shape
  ) -> String {
    "<\(name)>" + leaves(elements, shape, 3) + gap(shape, 2) + "</\(name)>"
  }

  private mutating func leaves(
    _ elements: [Document.Element], _ shape: Shape, _ depth: Int
  ) -> String {
    var elements = elements
    if random.chance(shape.oddity / 2) { elements.shuffle(using: &random) }
    var out = ""
    for (name, text) in elements {
      out += randomGap(shape, depth)
      let tag = tag(name, shape)
      out += leaf(tag, text, shape)
      if random.chance(shape.oddity / 4) { out += leaf(tag, random.pick(["", "2", text]), shape) }
    }
    return out
  }

  private mutating func leaf(_ tag: String, _ text: String, _ shape: Shape) -> String {
    if text.isEmpty {
      return random.pick(["<\(tag)/>", "<\(tag) />", "<\(tag)></\(tag)>", "<\(tag)> \t\n</\(tag)>"])
    }
    var text = escaped(text)
    if random.chance(shape.oddity) {
      let half = text.index(text.startIndex, offsetBy: text.count / 2)
      text = random.pick([
        "<![CDATA[\(text)]]>", " \(text)\t", "\r\n\(text)\r", "\(text)<!-- c -->", "<!-- c -->\(text)",
        "\(text[..<half])<![CDATA[\(text[half...])]]>", "&#x20;\(text)&#10;", "\(text[..<half])<?p?>\(text[half...])",
        "\(text[..<half])<other:b>deep</other:b>\(text[half...])", "<!---->", "&#\(text.unicodeScalars.first!.value);\(text.dropFirst())",
        "\(text[..<half])<!-- c -->\(text[half...])",
      ])
    }
    let attributes = random.chance(shape.oddity / 4) ? random.pick([" a='>'", " other:a=\"&lt;\" b=''"]) : ""
    return "<\(tag)\(attributes)>\(text)</\(tag)\(random.chance(shape.oddity / 4) ? " " : "")>"
  }

  /// Makes one element empty, odd or absent.
  private mutating func spoil(_ document: inout Document) {
    func change(_ elements: inout [Document.Element], _ random: inout SeededGenerator) {
      guard !elements.isEmpty else { return }
      let index = random.below(elements.count)
      switch random.below(4) {
      case 0: elements.remove(at: index)
      case 1: elements[index].text = ""
      case 2:
        elements[index].text = random.pick([
          "+5", ".5", "5.", "007", "-1", "-0", "1e5", "1,5", "１", "99999999999999.99999", "100000000000000",
          "0.123456", "0.1234500", "20260229000000", "20240229235959", "20260301240000", "20260301",
          "2147483647", "2147483648", "-", ".", "浙江省杭州市", "a>b]]c", "&<>\"'", "👍",
        ])
      default:
        if let decimal = elements.indices.filter({ elements[$0].text.contains(".") }).first {
          elements[decimal].text = "\(random.below(100_000)).\(random.below(1_000_000))"
        }
      }
    }
    if !document.lines.isEmpty, random.chance(0.5) {
      change(&document.lines[random.below(document.lines.count)], &random)
    } else {
      change(&document.head, &random)
    }
  }

  /// Bytes changed, put in, taken out, doubled or moved, behind the declaration.
  mutating func mutated(_ source: [UInt8]) -> [UInt8] {
    var bytes = source
    // The declaration is left as it is: readers differ in how much of it they look at.
    let declaration = Array("?>".utf8)
    var floor = 3
    if source.prefix(8).contains(UInt8(ascii: "?")) {
      floor = source.indices.dropLast().first { source[$0...].starts(with: declaration) }.map { $0 + 2 } ?? 3
    }
    let telling = Array("<>&;/:='\"!?-[] \t\r\n#x0\u{0}\u{1}\u{7F}".utf8) + [0x80, 0xBF, 0xC0, 0xC3, 0xE0, 0xEF, 0xF0, 0xF5, 0xFF]
    for _ in 0...(random.chance(0.7) ? 0 : random.below(4)) {
      guard bytes.count > floor + 1 else { break }
      let at = floor + random.below(bytes.count - floor)
      let length = min(1 + random.below(random.chance(0.5) ? 4 : 60), bytes.count - at)
      switch random.below(9) {
      case 0: bytes[at] = UInt8(random.below(256))
      // Digits and letters often leave the message well-formed, and change what it says.
      case 7, 8: bytes[at] = random.pick(Array("0123456789.-+ ab".utf8))
      case 1: bytes[at] = random.pick(telling)
      case 2: bytes.insert(random.pick(telling), at: at)
      case 3: bytes.removeSubrange(at..<at + length)
      case 4: bytes.insert(contentsOf: bytes[at..<at + length], at: at)
      case 5:
        let piece = Array(bytes[at..<at + length])
        bytes.removeSubrange(at..<at + length)
        bytes.insert(contentsOf: piece, at: floor + random.below(bytes.count - floor + 1))
      default:
        let piece = random.pick([
          "<!--", "-->", "<![CDATA[", "]]>", "<?xml version='1.0'?>", "<?", "?>", "&#0;", "&#x110000;", "&nbsp;", "&lt;",
          "xmlns=''", " xmlns:x=''", "<!DOCTYPE a>", "</", "/>", "<a>", "</a>", "<a b='1' b='2'/>", "<:a/>",
          "<a:b:c/>", "\u{FEFF}", "\u{FFFE}", "\u{FFFD}", "<none:a/>", "<xml:a/>", "\u{85}", "\u{2028}", "<a xml:space='x'/>",
        ])
        bytes.insert(contentsOf: Array(piece.utf8), at: at)
      }
    }
    return bytes
  }
}
