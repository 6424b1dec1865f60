import TernCEB
import Testing

/// Good, bad, good: whatever is wrong with a message or a document, those before and behind it come out as if it were not
/// there, in every form that messages arrive in.
@Suite struct DamageTests {
  /// How a file's messages are written.
  enum Form: CaseIterable {
    case utf8, gb18030, enveloped, envelopedGB18030

    var declaration: String {
      let encoding = self == .gb18030 || self == .envelopedGB18030 ? "GB18030" : "UTF-8"
      return "<?xml version=\"1.0\" encoding=\"\(encoding)\"?>\n"
    }

    func bytes(_ text: String) -> [UInt8] {
      self == .gb18030 || self == .envelopedGB18030 ? TernCEBTests.gb18030(text) : Array(text.utf8)
    }

    func wrapped(_ message: [UInt8]) -> [UInt8] {
      self == .enveloped || self == .envelopedGB18030 ? envelope(message) : message
    }
  }

  /// What spoils a message that is written in UTF-8 or ASCII-compatible bytes.
  private static let messageDamages: [(reason: RejectReason, spoil: @Sendable ([UInt8]) -> [UInt8])] = [
    (.encoding, { replacing($0, "NAME", by: [0xFF]) }),
    (.encoding, { replacing(replacing($0, "UTF-8", by: Array("Big5".utf8)), "GB18030", by: Array("Big5".utf8)) }),
    (.notWellFormed, { replacing($0, "</ceb:note>", by: Array("</ceb:nose>".utf8)) }),
    (.notWellFormed, { replacing($0, "NAME", by: Array("&name;".utf8)) }),
    (.notWellFormed, { replacing($0, "NAME", by: [1]) }),
    (.truncated, { replacing($0, "</ceb:BaseTransfer>\n</ceb:CEB303Message>\n", by: []) }),
    (.truncated, { replacing($0, "</ceb:CEB303Message>\n", by: Array("<![CDATA[ no end".utf8)) }),
    (.doctype, { replacing($0, "<ceb:CEB303Message", by: Array("<!DOCTYPE a><ceb:CEB303Message".utf8)) }),
    (.nesting, { replacing($0, "NAME", by: Array((String(repeating: "<a>", count: 62) + String(repeating: "</a>", count: 62)).utf8)) }),
    (.rootUnknown, { replacing($0, "CEB303Message", by: Array("CEB999Message".utf8)) }),
    (.kindUnsupported, { replacing(replacing($0, "CEB303Message", by: Array("DxpRep".utf8)), ceb, by: Array(dxp.utf8)) }),
    (.envelope, { replacing(replacing($0, "CEB303Message", by: Array("DxpMsg".utf8)), ceb, by: Array(dxp.utf8)) }),
    (.documentCount, { replacing($0, "ceb:Order>", by: Array("ceb:Other>".utf8)) }),
    (.empty, { _ in Array(envelope(data: " ").utf8) }),
  ]

  /// What spoils the document in the middle, an order.
  private static let documentDamages: [(reason: RejectReason, spoil: @Sendable (inout Document) -> Void)] = [
    (.elementMissing, { $0[head: "ebcName"] = nil }), (.elementMissing, { $0[1, "qty"] = nil }),
    (.elementMissing, { $0.lines = [] }), (.valueEmpty, { $0[head: "orderNo"] = "" }),
    (.valueEmpty, { $0[head: "goodsValue"] = " " }), (.valueEmpty, { $0[0, "price"] = "" }),
    (.numberInvalid, { $0[head: "goodsValue"] = "1,5" }), (.numberInvalid, { $0[1, "price"] = "壹" }),
    (.dateInvalid, { $0[head: "appTime"] = "20260230000000" }), (.dateInvalid, { $0[head: "appTime"] = "清单" }),
    (.schema, { $0[head: "ebcName"] = String(repeating: "长", count: 300) }),
  ]

  private func orders(_ numbers: ClosedRange<Int>) -> [Document] {
    numbers.map { number in
      var document = Document.valid(.order303, number: number)
      document[head: "ebpName"] = "平台\(number)"
      document[0, "itemName"] = "商品𠀀"
      document[head: "note"] = "NAME"
      return document
    }
  }

  /// Everything but the place, which the bad one moves.
  private static let moved: Set = ["#offset"]

  @Test("a broken message between two good ones", arguments: Form.allCases)
  func messages(form: Form) {
    func message(_ numbers: ClosedRange<Int>) -> [UInt8] {
      form.bytes(TernCEBTests.message(.order303, orders(numbers), declaration: form.declaration))
    }
    let (first, last) = (form.wrapped(message(1...3)), form.wrapped(message(7...20)))
    let undamaged = decode(first + last)
    #expect(undamaged.documentCount == 17)
    var met: Set<RejectReason> = []
    for (reason, spoil) in Self.messageDamages {
      let middle = message(4...6)
      let bad = spoil(middle)
      #expect(bad != middle, "\(reason): nothing is spoiled")
      // An envelope without a message is no message to be put into another one.
      let source = first + (reason == .empty ? bad : form.wrapped(bad)) + last
      for kernel in kernels {
        let batch = decode(source, kernel: kernel)
        #expect(batch.reasons == [reason.rawValue])
        let difference = batch.documentDifference(from: undamaged, ignoring: Self.moved)
        #expect(difference == nil, "\(reason)")
        #expect(batch.schemaRemarks == undamaged.schemaRemarks && batch.latestAppTime == undamaged.latestAppTime)
        #expect(batch.irregulars.difference(from: undamaged.irregulars) == nil)
      }
      met.insert(reason)
    }
    // A source that could not be read, and lines of tables, never come here.
    let others: Set<RejectReason> = [.unreadable, .lineWithoutHead, .lineBroken]
    #expect(met.union(Self.documentDamages.map(\.reason)).union(others) == Set(RejectReason.allCases))
  }

  @Test("a broken document between good ones of its message", arguments: Form.allCases)
  func documents(form: Form) {
    func source(_ documents: [Document]) -> [UInt8] {
      let text = message(.order303, documents, declaration: form.declaration)
      let neighbour = message(.payment403, [.valid(.payment403)], declaration: form.declaration)
      return form.wrapped(form.bytes(neighbour)) + form.wrapped(form.bytes(text)) + form.wrapped(form.bytes(neighbour))
    }
    let good = orders(1...40)
    for place in [0, 1, 15, 16, 20, 39] {
      var others = good
      others.remove(at: place)
      let undamaged = decode(source(others), strict: true)
      #expect(undamaged.documentCount == 41)
      for (reason, spoil) in Self.documentDamages {
        var all = good
        spoil(&all[place])
        let batch = decode(source(all), strict: true)
        #expect(batch.reasons == [reason.rawValue])
        let difference = batch.documentDifference(from: undamaged, ignoring: Self.moved)
        #expect(difference == nil, "\(reason) at \(place)")
        let written = Expectation.trimmed(element(.order303, all[place]))
        #expect(unsafe Array(batch.rejects["original"].text.unsafeValue(0)) == form.bytes(written))
      }
    }
  }
}
