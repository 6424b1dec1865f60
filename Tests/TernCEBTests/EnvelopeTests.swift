import TernCEB
import Testing

/// A message in a DXP envelope gives what it gives alone, and the envelope is remembered.
@Suite struct EnvelopeTests {
  private let inner = Array(message(.payment403, documents(.payment403, 3)).utf8)
  private var alone: DocumentBatch { decode(inner) }

  private func expectInner(_ batch: DocumentBatch, _ comment: String) {
    #expect(batch.reasons == [], "\(comment)")
    #expect(batch.documentDifference(from: alone, ignoring: ["#offset"]) == nil, "\(comment)")
  }

  @Test("terminal and transport messages, any prefix, are unwrapped", arguments: ["dxp", "", "x", "报"])
  func prefixes(prefix: String) {
    for hasServer in [false, true] {
      for declaration in ["", "<?xml version='1.0'?>", "\u{FEFF}<?xml version='1.0' encoding='utf-8'?>"] {
        let shape = EnvelopeShape(prefix: prefix, declaration: declaration, hasServer: hasServer)
        let source = envelope(inner, shape)
        for kernel in kernels {
          let batch = decode(source, kernel: kernel)
          expectInner(batch, "\(prefix) \(hasServer)")
          #expect(batch.envelopes.rowCount == 1)
          #expect(batch.envelopes.values("offset") == ["0"])
          // The line end behind it is not its.
          #expect(batch.envelopes.values("length") == [String(source.count - 1)])
          #expect(batch.envelopes.values("senderId") == ["DXPENT0000000001"])
          #expect(batch.envelopes.values("receiverId") == ["DXPEDC0000000001;DXPEDC0000000002"])
          #expect(batch.envelopes.values("messageId") == ["ID-4CDE1CFD"])
          #expect(batch.envelopes.values("messageType") == ["CEB403Message"])
          #expect(batch.envelopes.values("createTime") == ["2026-03-01T10:11:12"])
        }
      }
    }
  }

  @Test("base64 in lines, with spaces, CDATA, comments and references")
  func dataForms() {
    let plain = base64(inner)
    let half = plain.index(plain.startIndex, offsetBy: 1001)
    let forms = [
      plain, base64(inner, lineLength: 76), base64(inner, lineLength: 64, lineEnd: "\r\n"), "\n  \(plain)\n\t",
      base64(inner, lineLength: 1, lineEnd: " "), "<![CDATA[\(plain)]]>", "<![CDATA[\(plain[..<half])]]>\n\(plain[half...])",
      "\(plain[..<half])<!-- half --><?p?>\(plain[half...])", base64(inner, lineLength: 76, lineEnd: "&#10;"),
      base64(inner, lineLength: 5, lineEnd: "&#13;&#xA;"), "&#\(plain.utf8.first!);\(plain.dropFirst())",
      "\(plain[..<half])<x:y xmlns:x='urn:x'>AAAA</x:y>\(plain[half...])",
    ]
    for (index, form) in forms.enumerated() { expectInner(decode(envelope(data: form)), "form \(index)") }
  }

  @Test("TransInfo in CDATA, repeated, behind Data; signatures anywhere")
  func routing() {
    let signature =
      "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:SignedInfo><ds:Reference URI='#x'/></ds:SignedInfo>"
      + "<ds:SignatureValue>QUJD\nREVG</ds:SignatureValue></ds:Signature>"
    let shape = EnvelopeShape(
      sender: "<![CDATA[ DXP]]>ENT&#x32; ", extra: "<dxp:AddInfo><dxp:FileName>清单.xml</dxp:FileName></dxp:AddInfo>" + signature)
    var text = envelope(data: base64(inner), shape)
    var batch = decode(text)
    expectInner(batch, "signature")
    #expect(batch.envelopes.values("senderId") == ["DXPENT2"])
    text = text.replacing("<dxp:SenderId>", with: "<dxp:SenderId>first</dxp:SenderId><dxp:SenderId>")
      .replacing("<dxp:TransInfo>", with: signature + "<dxp:TransInfo>")
    batch = decode(text)
    expectInner(batch, "repeated")
    #expect(batch.envelopes.values("senderId") == ["first"])
    let moved = "<dxp:DxpMsg xmlns:dxp='\(dxp)'><dxp:Data>\(base64(inner))</dxp:Data><dxp:TransInfo><dxp:SenderId>late</dxp:SenderId></dxp:TransInfo></dxp:DxpMsg>"
    batch = decode(moved)
    expectInner(batch, "moved")
    #expect(batch.envelopes.values("senderId") == ["late"])
    #expect(batch.envelopes.values("receiverId") == [""])
    // In a business message a signature is passed over too.
    #expect(decode(message(.payment403, documents(.payment403, 2)).replacing("<ceb:BaseTransfer>", with: signature + "<ceb:BaseTransfer>")).documentCount == 2)
  }

  @Test("envelopes among plain messages, in one file: each document says where it stands")
  func mixed() {
    let plain = Array(message(.waybill505, documents(.waybill505, 2)).utf8)
    var other = documents(.order303, 3)
    other[1][head: "goodsValue"] = "many"
    let orders = Array(message(.order303, other).utf8)
    let first = envelope(inner)
    let second = envelope(orders, EnvelopeShape(hasServer: true, sender: "SENDER2"))
    let source = plain + first + plain + second + first
    let batch = decode(source)
    #expect(batch.reasons == ["number-invalid"])
    #expect(batch[.payment403].heads.rowCount == 6)
    #expect(batch[.waybill505].heads.rowCount == 4)
    #expect(batch[.order303].heads.rowCount == 2)
    let starts = [plain.count, 2 * plain.count + first.count, 2 * plain.count + first.count + second.count]
    #expect(batch.envelopes.values("offset") == starts.map(String.init))
    // In the envelope: its first byte, and the place in what it holds.
    let own = alone[.payment403].heads.values("#offset").map { Int($0)! }
    #expect(
      batch[.payment403].heads.values("#offset").map { Int($0)! } == own.map { starts[0] + $0 } + own.map { starts[2] + $0 })
    let reject = batch.rejects
    let written = Expectation.trimmed(element(.order303, other[1]))
    #expect(reject.value("original", 0) == written)
    #expect(reject.value("length", 0) == String(written.utf8.count))
    #expect(Int(reject.value("offset", 0))! > starts[1] && Int(reject.value("offset", 0))! < starts[1] + second.count)
    #expect(reject.value("sender", 0) == "SENDER2")
    #expect(reject.value("message", 0).hasSuffix("inside the DXP envelope at \(starts[1])"))
  }

  @Test("the message inside may be in GB18030 or have a byte order mark; so may the envelope")
  func charsets() {
    var all = documents(.payment403, 3)
    all[1][head: "payName"] = "支付宝𠀀"
    all[2][head: "charge"] = "壹"
    let text = message(.payment403, all)
    let gbText = text.replacing("UTF-8", with: "GBK")
    let expected = decode(text)
    #expect(expected.documentCount == 2)
    let gbShape = EnvelopeShape(
      declaration: "<?xml version='1.0' encoding='GB18030'?>", extra: "<!-- 单 --><dxp:AddInfo><dxp:FileName>清</dxp:FileName></dxp:AddInfo>")
    let sources: [[UInt8]] = [
      envelope(gb18030(gbText)), envelope(Array(("\u{FEFF}" + gbText).utf8)),
      gb18030(envelope(data: base64(Array(text.utf8)), gbShape)), gb18030(envelope(data: base64(gb18030(gbText)), gbShape)),
    ]
    for (index, source) in sources.enumerated() {
      let before = Array("<!-- 1 -->\n".utf8)
      let batch = decode(before + source)
      #expect(batch.reasons == ["number-invalid"], "\(index)")
      #expect(batch.documentDifference(from: expected, ignoring: ["#offset", "#length"]) == nil, "\(index)")
      #expect(batch.envelopes.values("offset") == [String(before.count)])
      #expect(batch.envelopes.values("length") == [String(source.count - 1)], "\(index)")
      let isGB = index == 0 || index == 3
      #expect(batch.rejects.values("encoding") == [isGB ? "gbk" : ""])
      let written = Expectation.trimmed(element(.payment403, all[2]))
      #expect(unsafe Array(batch.rejects["original"].text.unsafeValue(0)) == (isGB ? gb18030(written) : Array(written.utf8)))
    }
  }

  @Test("several messages in one envelope are all read")
  func several() {
    let batch = decode(envelope(inner + Array("<!-- between -->".utf8) + inner))
    #expect(batch.reasons == [])
    #expect(batch[.payment403].heads.rowCount == 6)
    #expect(batch.envelopes.rowCount == 1)
    #expect(Set(batch[.payment403].heads.values("#offset")).count == 6)
  }

  @Test("a broken envelope is one reject with all its bytes, and harms no neighbour")
  func broken() {
    let good = envelope(inner)
    let plain = base64(inner)
    let data = { (text: String) in envelope(data: text) }
    let cases: [(String, reason: String, part: String)] = [
      (data(plain + "!"), "envelope", "other characters"), (data("é" + plain), "envelope", "other characters"),
      (data("<![CDATA[" + plain + ";]]>"), "envelope", "other characters"), (data("QUJDR"), "envelope", "not whole"),
      (data("QUJDREU"), "envelope", "not whole"), (data("QQ==QQ=="), "envelope", "other characters"),
      (data("&#x4E00;"), "envelope", "other characters"), (data("="), "envelope", "not whole"),
      (data(plain).replacing("dxp:Data", with: "dxp:Date"), "envelope", "0 <Data>"),
      (data(plain).replacing("<dxp:Data>", with: "<dxp:Data/><dxp:Data>"), "envelope", "2 <Data>"),
      (data(plain).replacing("DxpMsg", with: "DxpMsgSv"), "envelope", "0 <DxpMsg>"),
      (
        envelope(data: plain, EnvelopeShape(hasServer: true)).replacing("</dxp:DxpMsg>", with: "</dxp:DxpMsg><dxp:DxpMsg/>"),
        "envelope", "2 <DxpMsg>"
      ),
      (data(""), "empty", "holds no message"), (data(base64(Array(" \n".utf8))), "empty", "holds no message"),
      (data(plain).replacing("DxpMsg", with: "DxpRep"), "kind-unsupported", "carries no business message"),
      (data(plain).replacing(dxp, with: "urn:dxp"), "root-unknown", "<DxpMsg>"),
      (data(plain).replacing("DxpMsg", with: "DxpMsgs"), "root-unknown", "DxpMsgs"),
      (data(plain).replacing("</dxp:Data>", with: "</dxp:Date>"), "not-well-formed", "</dxp:Date>"),
      (data(plain).replacing("</dxp:DxpMsg>\n", with: ""), "truncated", ""),
    ]
    for (text, reason, part) in cases {
      let bad = Array(text.utf8)
      let batch = decode(good + bad + good)
      #expect(batch.reasons == [reason], "\(part)")
      #expect(batch.documentCount == 6, "\(part)")
      #expect(batch.rejects.value("message", 0).contains(part), "\(batch.rejects.value("message", 0))")
      #expect(batch.rejects.value("offset", 0) == String(good.count))
      // What follows an envelope that could be read, here a line end, is not its.
      #expect(text.hasPrefix(batch.rejects.value("original", 0)) && batch.rejects.value("original", 0).utf8.count >= bad.count - 1)
      if ["envelope", "empty"].contains(reason), part != "0 <DxpMsg>" { #expect(batch.rejects.value("sender", 0) == "DXPENT0000000001") }
    }
  }

  @Test("an unusable message inside is one reject with its own bytes")
  func unusableInside() {
    let good = envelope(inner)
    let text = message(.payment403, documents(.payment403, 2))
    let cases: [([UInt8], String)] = [
      (Array(text.replacing("</ceb:CEB403Message>\n", with: "").utf8), "truncated"),
      (Array(text.replacing("CEB403Message", with: "CEB999Message").utf8), "root-unknown"),
      (Array(text.replacing("UTF-8", with: "Big5").utf8), "encoding"), (Array("no message".utf8), "not-well-formed"),
      (envelope(inner), "envelope"), (envelope(inner, EnvelopeShape(hasServer: true)), "envelope"),
      (gb18030(envelope(data: base64(inner)).replacing("UTF-8", with: "GBK")), "envelope"),
      (Array(message(.payment403, []).utf8), "document-count"),
    ]
    for (bad, reason) in cases {
      let batch = decode(good + envelope(bad, EnvelopeShape(sender: "BAD")) + good)
      #expect(batch.reasons == [reason])
      #expect(batch.documentCount == 6, "\(reason)")
      #expect(batch.envelopes.rowCount == 3)
      #expect(batch.rejects.value("offset", 0) == String(good.count))
      let original = unsafe Array(batch.rejects["original"].text.unsafeValue(0))
      #expect(bad.starts(with: original) && original.count >= bad.count - 1, "\(reason)")
      #expect(batch.rejects.value("message", 0).hasSuffix(", inside the DXP envelope at \(good.count)"))
      #expect(batch.rejects.value("sender", 0) == "BAD")
    }
  }

  @Test("every cut of a source with envelopes gives what the whole gives")
  func everyCut() {
    let one = Array(message(.payment403, documents(.payment403, 1)).utf8)
    let source = envelope(one, EnvelopeShape(hasServer: true)) + one + envelope(one, EnvelopeShape(prefix: "", declaration: ""))
    let whole = decode(source)
    #expect(whole.documentCount == 3)
    #expect(whole.reasons == [])
    // Most of it is base64: not every place of it is another case.
    for cut in stride(from: 0, through: source.count, by: 5) {
      #expect(decode(source, cuts: [cut]).difference(from: whole) == nil, "cut at \(cut)")
    }
  }

  @Test("a reject names its sender: of the envelope, else dxpId, else copCode")
  func senders() {
    var all = documents(.payment403, 3)
    all[1][head: "charge"] = "none"
    let text = message(.payment403, all)
    let withId = text.replacing(
      "</ceb:copCode>", with: "</ceb:copCode><ceb:dxpId> DXPENT&#x31;</ceb:dxpId><ceb:dxpId>second</ceb:dxpId>")
    #expect(decode(text).rejects.values("sender") == ["3301968A01"])
    #expect(decode(withId).rejects.values("sender") == ["DXPENT1"])
    #expect(decode(text + withId + text).rejects.values("sender") == ["3301968A01", "DXPENT1", "3301968A01"])
    #expect(decode(gb18030(withId.replacing("UTF-8", with: "GBK"))).rejects.values("sender") == ["DXPENT1"])
    #expect(decode(envelope(Array(withId.utf8))).rejects.values("sender") == ["DXPENT0000000001"])
    #expect(decode(envelope(Array(withId.utf8), EnvelopeShape(sender: ""))).rejects.values("sender") == ["DXPENT1"])
    // Of a message as a whole, too; a deeper or foreign element of the name does not count.
    let many = message(.payment403, documents(.payment403, 101))
    #expect(decode(many).rejects.values("sender") == ["3301968A01"])
    let deeper = text.replacing("<ceb:copCode>", with: "<ceb:x><ceb:copCode>no</ceb:copCode></ceb:x><copCode>no</copCode><ceb:copCode>")
    #expect(decode(deeper).rejects.values("sender") == ["3301968A01"])
    // A first BaseTransfer in front of the documents.
    let moved = text.replacing("<ceb:Receipts>", with: "<ceb:BaseTransfer><ceb:dxpId>early</ceb:dxpId></ceb:BaseTransfer><ceb:Receipts>")
    #expect(decode(moved).documentCount == 2)
    #expect(decode(moved).rejects.values("sender") == ["early"])
  }
}
