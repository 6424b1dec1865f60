import TernCEB
import Testing

/// What a decoder has learned of one message must never change what another one means.
@Suite struct LearnedTemplateTests {
  @Test("many documents that end with an empty element", arguments: Kind.allCases)
  func emptyLastElement(kind: Kind) {
    var all = documents(kind, 40)
    for index in all.indices {
      if all[index].lines.isEmpty {
        all[index][head: "note"] = ""
      } else {
        all[index][all[index].lines.count - 1, "note"] = ""
      }
    }
    let text = message(kind, all).replacing("<ceb:note></ceb:note>", with: "<ceb:note/>")
    for kernel in kernels {
      let batch = decode(text, kernel: kernel)
      #expect(batch[kind].heads.rowCount == 40)
      #expect(batch.reasons == [])
    }
  }

  @Test("an odd element in the last document of a group, after a longer source")
  func oddElementAfterLongerSource() {
    let kind = Kind.payment403
    for kernel in kernels {
      for odd in 0..<20 {
        let decoder = UnitDecoder(kernel: kernel)
        _ = decode(Array(message(kind, documents(kind, 100)).utf8), with: decoder)
        var all = documents(kind, 20)
        all[odd][head: "payName"] = "a<!-- c -->b"
        let batch = decode(Array(message(kind, all, verbatim: true).utf8), with: decoder)
        #expect(batch[kind].heads.rowCount == 20, "odd document \(odd), \(kernel)")
        #expect(batch[kind].heads.value("payName", odd) == "ab")
        #expect(batch.reasons == [])
      }
    }
  }

  /// A payment message whose `payName`, a required element, is empty and under the prefix `x`.
  private func withEmptyUnder(_ binding: String) -> [UInt8] {
    let kind = Kind.payment403
    var all = documents(kind, 3)
    for index in all.indices { all[index][head: "payName"] = "" }
    return Array(
      message(kind, all)
        .replacing("xmlns:ceb", with: "\(binding) xmlns:ceb")
        .replacing("<ceb:payName></ceb:payName>", with: "<x:payName/>").utf8)
  }

  @Test("an empty element under a second prefix means what that prefix is bound to now")
  func secondPrefixOfEmptyElement() {
    let decoder = UnitDecoder()
    let own = decode(withEmptyUnder("xmlns:x=\"\(ceb)\""), with: decoder)
    #expect(own.documentCount == 3)
    let foreign = decode(withEmptyUnder("xmlns:x=\"urn:foreign\""), with: decoder)
    #expect(foreign.reasons == ["element-missing", "element-missing", "element-missing"])
  }

  @Test("a learned prefix that a later message does not declare")
  func secondPrefixUndeclared() {
    let decoder = UnitDecoder()
    _ = decode(withEmptyUnder("xmlns:x=\"\(ceb)\""), with: decoder)
    #expect(decode(withEmptyUnder("a=\"\""), with: decoder).reasons == ["not-well-formed"])
  }

  @Test("an end tag with another prefix than its start tag", arguments: ["payName", "Receipts"])
  func endTagOfOtherPrefix(name: String) {
    let decoder = UnitDecoder()
    func source(_ open: String, _ close: String) -> [UInt8] {
      Array(
        message(.payment403, documents(.payment403, 3))
          .replacing("xmlns:ceb", with: "xmlns:x=\"\(ceb)\" xmlns:ceb")
          .replacing("<ceb:\(name)>", with: "<\(open):\(name)>")
          .replacing("</ceb:\(name)>", with: "</\(close):\(name)>").utf8)
    }
    #expect(decode(source("x", "x"), with: decoder).reasons == [])
    #expect(decode(source("ceb", "ceb"), with: decoder).documentCount == 3)
    #expect(decode(source("ceb", "x"), with: decoder).reasons == ["not-well-formed"])
    #expect(decode(source("x", "ceb"), with: decoder).reasons == ["not-well-formed"])
  }

  @Test("short values at the end of the side arena", arguments: 4060...4100)
  func arenaBoundary(length: Int) {
    // Reads past the arena show under the address sanitizer.
    var all = documents(.payment403, 1)
    all[0][head: "payName"] = String(repeating: "x", count: length) + "&amp;"
    all[0][head: "note"] = "abcdef&amp;"
    let batch = decode(message(.payment403, all, verbatim: true))
    #expect(batch[.payment403].heads.value("note", 0) == "abcdef&")
  }
}
