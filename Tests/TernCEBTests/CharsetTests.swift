import TernCEB
import Testing

/// Messages in GB18030 and its parts give what the same text gives in UTF-8, and stand where they stand.
@Suite struct CharsetTests {
  /// Characters of one, two and four bytes, whose second bytes look like letters, digits and brackets.
  private static let odd = "清单é丂丄俓侾[\\]{|}𠀀👍\u{E5E5}㐀龥ａα"

  private func declaration(_ encoding: String) -> String { "<?xml version=\"1.0\" encoding=\"\(encoding)\"?>\n" }

  private func orders(_ count: Int, from first: Int = 1) -> [Document] {
    (0..<count).map { index in
      var document = Document.valid(.order303, number: first + index)
      document[head: "ebpName"] = "平台\(index)" + Self.odd
      document[0, "itemName"] = String(repeating: "商品", count: index % 5) + "x"
      return document
    }
  }

  private func text(_ documents: [Document], _ encoding: String) -> String {
    message(.order303, documents, declaration: declaration(encoding))
  }

  @Test(
    "GB2312, GBK and GB18030 give the same documents as UTF-8, with all kernels",
    arguments: ["GB2312", "gb2312", "GBK", "gbk", "GB18030", "gb18030", "Gb18030"])
  func sameDocuments(encoding: String) {
    let documents = orders(40)
    let expected = decode(text(documents, "UTF-8"))
    #expect(expected.documentCount == 40)
    let source = gb18030(text(documents, encoding))
    for kernel in kernels {
      let batch = decode(source, kernel: kernel)
      #expect(batch.reasons == [])
      #expect(batch.documentDifference(from: expected, ignoring: ["#offset", "#length"]) == nil)
    }
    #expect(expected[.order303].heads.value("ebpName", 7) == "平台7" + Self.odd)
  }

  @Test("offset, length and original are those of the bytes as they came")
  func places() {
    var documents = orders(30)
    documents[11][head: "goodsValue"] = "many"
    documents[12][head: "appTime"] = "清"
    let before = Array(text(orders(3), "UTF-8").utf8)
    let source = before + gb18030(text(documents, "GBK")) + before
    let batch = decode(source)
    #expect(batch.reasons == ["number-invalid", "date-invalid"])
    #expect(batch.rejects.values("encoding") == ["gbk", "gbk"])
    #expect(batch.documentCount == 34)
    let written = documents.map { gb18030(Expectation.trimmed(element(.order303, $0))) }
    let good = documents.indices.filter { $0 != 11 && $0 != 12 }
    func bytes(_ table: Table, _ prefix: String, _ row: Int) -> [UInt8] {
      let offset = Int(table.value(prefix + "offset", row))!
      return Array(source[offset..<offset + Int(table.value(prefix + "length", row))!])
    }
    for (row, document) in good.enumerated() {
      #expect(bytes(batch[.order303].heads, "#", 3 + row) == written[document], "document \(document)")
    }
    for (row, document) in [11, 12].enumerated() {
      #expect(bytes(batch.rejects, "", row) == written[document])
      #expect(unsafe Array(batch.rejects["original"].text.unsafeValue(row)) == written[document])
    }
    #expect(batch.rejects.value("message", 1).contains("'清'"))
  }

  @Test("messages in random shapes, turned to GB18030", arguments: Kind.allCases)
  func shapes(kind: Kind) {
    let seed = UInt64(20_260_302 + Int(kind.rawValue))
    var shaper = MessageShaper(seed: seed)
    var accepted = 0
    for round in 0..<12 {
      var body = shaper.message(kind)
      if body.hasPrefix("\u{FEFF}") { body.removeFirst() }
      if body.hasPrefix("<?xml"), let end = body.firstIndex(of: ">") { body = String(body[body.index(after: end)...]) }
      let expected = decode(declaration("UTF-8") + body)
      let batch = decode(gb18030(declaration("gb18030") + body))
      accepted += expected.documentCount
      #expect(batch.reasons == expected.reasons, "seed \(seed), round \(round)")
      let difference = batch.documentDifference(from: expected, ignoring: ["#offset", "#length"])
      #expect(difference == nil, "seed \(seed), round \(round)")
      #expect(batch.rejects.values("key") == expected.rejects.values("key"))
      #expect(batch.irregulars.difference(from: expected.irregulars) == nil)
    }
    #expect(accepted > 5)
  }

  @Test("every cut of a source in several encodings gives what the whole gives")
  func everyCut() {
    let small = { (number: Int, encoding: String) in
      var document = Document.valid(.waybill511, number: number)
      document[head: "consignee"] = "张三\(number)𠀀"
      if number == 3 { document[head: "weight"] = "壹" }
      return message(.waybill511, [document], declaration: "<?xml version='1.0' encoding='\(encoding)'?>")
    }
    let source = gb18030(small(1, "GB18030")) + Array(small(2, "UTF-8").utf8) + gb18030(small(3, "gbk"))
    let whole = decode(source)
    #expect(whole.documentCount == 2)
    #expect(whole.reasons == ["number-invalid"])
    for cut in 0...source.count {
      #expect(decode(source, cuts: [cut]).difference(from: whole) == nil, "cut at \(cut)")
    }
  }

  @Test("a byte order mark beats the declaration")
  func mark() {
    let batch = decode("\u{FEFF}" + text(orders(2), "GBK"))
    #expect(batch.documentCount == 2)
    #expect(batch[.order303].heads.value("ebpName", 1) == "平台1" + Self.odd)
    let latin = decode("\u{FEFF}" + text(orders(2), "ISO-8859-1"))
    #expect(latin.documentCount == 2)
  }

  @Test("a declaration in a CDATA section or a comment, in GB18030")
  func hiddenDeclarations() {
    let hidden = "<?xml version='1.0'?>"
    for section in ["<![CDATA[\(hidden)]]>", "<!--\(hidden)-->", "<?p \(hidden)", "<![CDATA[\(String(repeating: hidden, count: 50))]]>"] {
      let body = message(.payment403, documents(.payment403, 3), declaration: declaration("GBK"))
        .replacing("<ceb:note>", with: "<ceb:note>清" + section)
      let expected = decode(body.replacing("GBK", with: "UTF-8"))
      #expect(expected.documentCount == 3)
      let batch = decode(gb18030(body + body))
      #expect(batch.rejects.values("message") == [], "\(section.prefix(20))")
      #expect(batch.documentCount == 6)
      guard batch.documentCount == 6 else { return }
      #expect(batch[.payment403].heads.value("note", 5) == expected[.payment403].heads.value("note", 2))
    }
  }

  @Test("a GB18030 message without an end harms no neighbour")
  func truncated() {
    let good = gb18030(text(orders(2), "GBK"))
    for end in ["<a", "<![CDATA[清", "<!-- 清", "清", "<?p ", ""] {
      let broken = gb18030(text(orders(2, from: 5), "GBK").replacing("</ceb:CEB303Message>\n", with: end))
      let batch = decode(good + broken + good)
      #expect(batch.documentCount == 4, "\(end)")
      #expect(batch.rejects.rowCount == 1, "\(end)")
      #expect(batch.rejects.value("length", 0) == String(broken.count), "\(end)")
      #expect(batch.rejects.value("encoding", 0) == "gbk")
    }
  }

  /// The reject of a message, or nil if it was taken in.
  private func reject(_ source: [UInt8]) -> (reason: String, text: String)? {
    let good = gb18030(text(orders(1), "GBK"))
    let batch = decode(good + source + good)
    #expect(batch[.order303].heads.rowCount >= 2, "a neighbour is gone")
    guard batch.rejects.rowCount == 1 else { return nil }
    let original = unsafe Array(batch.rejects["original"].text.unsafeValue(0))
    #expect(source.starts(with: original) && original.count >= source.count - 1)
    return (batch.rejects.value("reason", 0), batch.rejects.value("message", 0))
  }

  @Test("bytes that are not valid in their encoding reject the message, and the text says what they look like")
  func invalid() throws {
    let chinese = message(.payment403, (1...3).map { number in
      var document = Document.valid(.payment403, number: number)
      document[head: "payName"] = "支付宝中国网络技术有限公司"
      return document
    }, declaration: "")
    // Not declared, and declared wrongly.
    var found = try #require(reject(gb18030("<?xml version=\"1.0\"?>" + chinese)))
    #expect(found.reason == "encoding")
    #expect(found.text.contains("are not UTF-8") && found.text.hasSuffix("look like GB18030"))
    found = try #require(reject(gb18030(declaration("utf-8") + chinese)))
    #expect(found.text.hasSuffix("look like GB18030"))
    found = try #require(reject(Array((declaration("GBK") + chinese).utf8)))
    #expect(found.reason == "encoding")
    #expect(found.text.contains("'gbk' is declared") && found.text.hasSuffix("look like UTF-8"))
    // Big5 for 支付, Latin for é.
    let big5 = [UInt8]([0xA4, 0xE4, 0xA5, 0x49, 0xA4, 0xA4, 0xB0, 0xEA, 0xBA, 0xF4, 0xB8, 0xF4, 0xA7, 0xDE, 0xB3, 0x4E])
    found = try #require(reject(replaced(declaration("Big5") + chinese, by: big5)))
    #expect(found.text.contains("'Big5' is declared") && found.text.hasSuffix("look like Big5"))
    found = try #require(reject(replaced("<?xml version='1.0'?>" + chinese, by: [0x43, 0x61, 0x66, 0xE9])))
    #expect(found.text.contains("are not UTF-8") && found.text.contains("Latin"))
    found = try #require(reject(replaced(declaration("GBK") + chinese, by: [0xE9])))
    #expect(found.text.contains("are not GB18030") && found.text.contains("Latin"))
    for bytes in [[0x80], [0xFF], [0x81, 0x30, 0x81], [0x81, 0x30, 0x20], [0xFE, 0x39, 0xFE, 0x39]] as [[UInt8]] {
      found = try #require(reject(replaced(declaration("GB18030") + chinese, by: bytes)))
      #expect(found.reason == "encoding" && found.text.contains("are not GB18030"), "\(bytes): \(found)")
    }
    // Nothing but ASCII, but another encoding is declared.
    found = try #require(reject(Array(message(.payment403, documents(.payment403, 1), declaration: declaration("US-ASCII")).utf8)))
    #expect(found.text.contains("'US-ASCII' is declared") && found.text.hasSuffix("look like ASCII"))
  }

  /// The message in ASCII with `bytes` as each document's `payName`.
  private func replaced(_ text: String, by bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var rest = Array(text.utf8)[...]
    let name = Array("支付宝中国网络技术有限公司".utf8)
    while !rest.isEmpty {
      if rest.starts(with: name) {
        out += bytes
        rest = rest.dropFirst(name.count)
      } else {
        out.append(rest.removeFirst())
      }
    }
    return out
  }

  @Test("UTF-16 is refused by name, with and without its mark")
  func utf16() throws {
    let text = message(.payment403, documents(.payment403, 1), declaration: declaration("UTF-16"))
    let units = Array(text.utf16)
    let little = units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let big = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    for source in [[0xFF, 0xFE] + little, little, [0xFE, 0xFF] + big, big] {
      let found = try #require(reject(source))
      #expect(found.reason == "encoding" && found.text.hasSuffix("look like UTF-16"))
    }
  }

  @Test("a document's content has one digest in all encodings")
  func digests() {
    let utf8 = decode(text(orders(3), "UTF-8"))[.order303].heads.values("#digest")
    let gb = decode(gb18030(text(orders(3), "GBK")))[.order303].heads.values("#digest")
    #expect(utf8 == gb && !utf8.contains("0"))
  }
}
