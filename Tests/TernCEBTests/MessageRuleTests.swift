import TernCEB
import Testing

/// What makes a message a reject, and that nothing else suffers.
@Suite struct MessageRuleTests {
  @Test("0, 1, 100 and 101 documents", arguments: Kind.allCases)
  func documentCount(kind: Kind) {
    // Other kinds may hold any number.
    let refusal = kind.role.decides ? ["document-count"] : []
    for (count, reasons) in [(0, refusal), (1, []), (100, []), (101, refusal)] {
      let text = message(kind, (0..<count).map { .valid(kind, number: $0 + 1, lines: 1) })
      let batch = decode(text + message(kind, documents(kind, 1)))
      #expect(batch.reasons == reasons, "\(count) documents")
      #expect(batch.documentCount == (reasons == [] ? count : 0) + 1)
    }
  }

  @Test("nesting of 64 elements passes, of 65 does not", arguments: [61, 62])
  func nesting(extra: Int) {
    // Root, document and field stand above the unknown elements.
    let nest = String(repeating: "<u>", count: extra) + String(repeating: "</u>", count: extra)
    let text = message(.payment403, documents(.payment403, 1))
      .replacing("</ceb:payName>", with: nest + "</ceb:payName>")
    #expect(decode(text).reasons == (extra == 61 ? [] : ["nesting"]))
  }

  @Test("messages that are rejected as a whole, each with its reason and none with its neighbours")
  func messageRejects() {
    let good = message(.payment403, documents(.payment403, 2))
    let cases: [(String, String)] = [
      (good.replacing("</ceb:CEB403Message>\n", with: ""), "truncated"),
      (good.replacing("<ceb:CEB403Message", with: "<!DOCTYPE a [<!ENTITY b 'c'>]><ceb:CEB403Message"), "doctype"),
      (good.replacing("CEB403Message", with: "CEB999Message"), "root-unknown"),
      (good.replacing(ceb, with: "urn:other"), "root-unknown"),
      (good.replacing("UTF-8", with: "UTF-16"), "encoding"),
      (good.replacing("<ceb:guid>", with: "<ceb:guid>&nbsp;"), "not-well-formed"),
      (good.replacing("<ceb:guid>", with: "<ceb:guid>]]>"), "not-well-formed"),
      (good.replacing("<ceb:guid>", with: "<ceb:guid>\u{1}"), "not-well-formed"),
      (good.replacing("</ceb:guid>", with: "</ceb:giud>"), "not-well-formed"),
      (good.replacing("<ceb:guid>", with: "<ceb:guid a='1' a='2'>"), "not-well-formed"),
      (good.replacing("<ceb:guid>", with: "<none:guid/><ceb:guid>"), "not-well-formed"),
    ]
    for (bad, reason) in cases {
      let batch = decode(good + bad + good)
      #expect(batch.reasons == [reason])
      #expect(batch.documentCount == 4, "\(reason)")
    }
    for declaration in [
      "<?xml version=\"v1.0\"?>", "<?xml version='1.0' encoding='utf8'?>", "", "\u{FEFF}",
      "\u{FEFF}<?xml version='1.0' encoding='GBK'?>",
    ] {
      let text = message(.payment403, documents(.payment403, 2), declaration: declaration)
      #expect(decode(text).reasons == [], "\(declaration)")
      #expect(decode(text).documentCount == 2)
    }
    #expect(decode("").reasons == ["empty"])
    #expect(decode(" \n ").reasons == ["empty"])
  }

  @Test("a bad document at any place of 1 to 40 is the only one lost, with all kernels")
  func goodBadGood() {
    for count in 1...40 {
      let kind = count % 2 == 0 ? Kind.payment403 : .list621
      let kernel = kernels[count % kernels.count]
      for bad in stride(from: 0, to: count, by: count > 20 ? 3 : 1) {
        var all = (1...count).map { Document.valid(kind, number: $0, lines: 1 + $0 % 2) }
        if kind == .list621, bad % 2 == 0 {
          all[bad][0, "qty"] = "none"
        } else {
          all[bad][head: "orderNo"] = ""
        }
        let batch = decode(message(kind, all), kernel: kernel)
        let expected = all.indices.filter { $0 != bad }
        #expect(batch.rejects.rowCount == 1)
        #expect(
          batch[kind].heads.values("guid") == expected.map { all[$0][head: "guid"]! }, "\(bad) of \(count)")
        if let lines = batch[kind].lines {
          #expect(lines.values("gnum") == expected.flatMap { all[$0].lines.indices.map { String($0 + 1) } })
        }
      }
    }
  }

  @Test("source, offset and length say where a document or a reject stands")
  func provenance() {
    let kind = Kind.order303
    var all = documents(kind, 20)
    all[7][head: "goodsValue"] = "many"
    let prefix = Array("\u{FEFF}<?xml version='1.0'?>\n<broken>".utf8)
    let source = prefix + Array(message(kind, all).utf8)
    let batch = DocumentBatch()
    let decoder = UnitDecoder()
    let open = unsafe GuardedBytes(source).withBytes {
      unsafe decoder.decode($0, source: 5, sourceOffset: 1000, endIsFinal: true, into: batch)
    }
    #expect(open == nil)
    #expect(batch.reasons == ["truncated", "number-invalid"])
    #expect(batch.rejects.values("key")[1] == all[7][head: "orderNo"])
    #expect(batch.rejects.values("kind")[1] == "CEB303")
    func text(_ offset: String, _ length: String) -> String {
      String(decoding: source[(Int(offset)! - 1000)...].prefix(Int(length)!), as: UTF8.self)
    }
    func written(_ document: Document) -> String {
      Expectation.trimmed(element(kind, document))
    }
    for row in 0..<2 {
      let rejects = batch.rejects
      #expect(text(rejects.value("offset", row), rejects.value("length", row)) == rejects.value("original", row))
      #expect(rejects.value("source", row) == "5")
    }
    #expect(batch.rejects.value("original", 0) == String(decoding: prefix, as: UTF8.self))
    #expect(batch.rejects.value("original", 1) == written(all[7]))
    all.remove(at: 7)
    let heads = batch[kind].heads
    for row in all.indices {
      #expect(heads.value("#source", row) == "5")
      #expect(heads.value("#lines", row) == "2")
      #expect(text(heads.value("#offset", row), heads.value("#length", row)) == written(all[row]))
    }
  }

  /// Two short messages; a cut of the second or first leaves the other unharmed.
  private static let two: (first: [UInt8], second: [UInt8]) = {
    let kind = Kind.payment403
    return (
      Array(message(kind, [.valid(kind, number: 1)]).utf8), Array(message(kind, [.valid(kind, number: 2)]).utf8)
    )
  }()

  @Test("a source that ends at any byte: what is whole counts, the rest is one reject")
  func truncation() {
    let source = Self.two.first + Self.two.second
    // A message is whole with its root's end tag, without the line end behind it.
    let firstEnd = Self.two.first.count - 1
    for length in 1..<source.count {
      let kernel = kernels[length % kernels.count]
      let batch = decode(Array(source[..<length]), kernel: kernel)
      let whole = length >= source.count - 1 ? 2 : length >= firstEnd ? 1 : 0
      let hasRest = length < firstEnd || (length > Self.two.first.count && whole == 1)
      #expect(batch.documentCount == whole, "\(length) bytes")
      #expect(batch.rejects.rowCount == (hasRest ? 1 : 0), "\(length) bytes: \(batch.reasons)")
    }
  }

  @Test("a slice that ends at any byte, and then the rest with what was left, is the whole")
  func joinedSlices() {
    let source = Self.two.first + Self.two.second
    let whole = decode(source)
    #expect(whole.documentCount == 2)
    for cut in 0..<source.count {
      let kernel = kernels[cut % kernels.count]
      let difference = decode(source, cuts: [cut], kernel: kernel).difference(from: whole)
      #expect(difference == nil, "cut at \(cut)")
    }
  }
}
