import TernCEB
import Testing

/// A broken message harms no neighbour, and cutting a source harms nothing.
@Suite struct MessageBoundaryTests {
  private let good = Array(message(.payment403, documents(.payment403, 2)).utf8)

  @Test("bytes that are not UTF-8 behind the fault of a broken message stay with it")
  func invalidBytesOfBrokenMessage() {
    for junk in [
      Array("<?xml version=\"1.0\"?><a><b></a>".utf8) + [0xFF, 0xFE], Array("junk".utf8) + [0xFF],
      [0xFF, 0xFF, 0xFF, 0x0A],
    ] {
      let batch = decode(junk + good)
      #expect(batch.documentCount == 2)
      #expect(batch.rejects.rowCount == 1)
    }
  }

  @Test("a message that broke inside a value leaves nothing to the next source")
  func faultInsideValue() {
    let decoder = UnitDecoder()
    let broken = String(repeating: " ", count: 200_000)
      + message(.payment403, documents(.payment403, 1))
      .replacing("</ceb:note>", with: "&bad;</ceb:note>")
    #expect(decode(Array(broken.utf8), with: decoder).rejects.rowCount == 1)
    let next = decode(Array("<!-- c --><?pi?>".utf8) + good, with: decoder)
    #expect(next.documentCount == 2)
    #expect(next.rejects.rowCount == 0)
  }

  @Test("behind a colon a name starts like a name")
  func localNamesStart() {
    let source = String(decoding: good, as: UTF8.self)
      .replacing("xmlns:ceb=", with: "xmlns:o='urn:o' o:.='' xmlns:ceb=")
    #expect(decode(source).documentCount == 0)
  }

  @Test("a comment or an instruction behind the root element belongs to the message")
  func miscBehindRoot() {
    for misc in ["<!-- end -->", "<?pi end?>", "\n<!-- a -->\n<!-- b -->\n"] {
      let source = good + Array(misc.utf8)
      #expect(decode(source).reasons == [], "\(misc)")
      let two = decode(source + good)
      #expect(two.reasons == [], "\(misc)")
      #expect(two.documentCount == 4)
    }
  }

  @Test("every cut of a source gives what the whole gives", arguments: ["ceb", "报"])
  func everyCut(prefix: String) {
    let text =
      "<?xml version='1.0'?><!-- <?xml version='1.0'?> no message --><?pi?>"
      + message(.payment403, documents(.payment403, 1), declaration: "")
      .replacing("ceb:", with: prefix + ":").replacing("xmlns:ceb", with: "xmlns:\(prefix)")
    let source = Array((text + text).utf8)
    let whole = decode(source)
    #expect(whole.documentCount == 2)
    #expect(whole.reasons == [])
    for cut in 0...source.count {
      let difference = decode(source, cuts: [cut]).difference(from: whole)
      #expect(difference == nil, "cut at \(cut)")
    }
  }

  @Test("a source without a message is one reject, wherever it is cut", arguments: ["\n \n", "<!-- none -->\n<?none ?>\n"])
  func noMessage(text: String) {
    let source = Array(text.utf8)
    let whole = decode(source)
    #expect(whole.reasons == ["empty"])
    for cut in 0...source.count {
      #expect(decode(source, cuts: [cut]).difference(from: whole) == nil, "cut at \(cut)")
    }
  }

  @Test("attributes that differ only behind their 60th byte are two")
  func longAttributeNames() {
    let long = String(repeating: "n", count: 60)
    let text = message(.payment403, documents(.payment403, 1))
    #expect(
      decode(text.replacing("guid=", with: "\(long)a='' \(long)b='' guid=")).reasons == [])
    #expect(
      decode(text.replacing("guid=", with: "\(long)a='' \(long)a='' guid=")).reasons
        == ["not-well-formed"])
  }

  @Test("a fixed value that differs is a remark, and a reject with strict")
  func fixedValue() {
    var document = Document.valid(.payment411)
    document[head: "currency"] = "840"
    let text = message(.payment411, [document])
    #expect(decode(text).schemaRemarks == 1)
    #expect(decode(text).reasons == [])
    #expect(decode(text, strict: true).reasons == ["schema"])
  }
}
