import Glibc
import Tern
import TernCEB
import TernTestSupport
import Testing

/// Rejects as data: found, counted, given back, mended.
struct RejectsTests {
  let folder = TemporaryFolder()
  let bad = corpus("good-bad-good-document") + "/input"

  private func text(_ body: (ByteSink) throws -> Void) throws -> [String] {
    let sink = try ByteSink(path: folder["out"])
    try body(sink)
    try sink.close()
    return textLines(try #require(readText(folder["out"])))
  }

  @Test("mended originals go in, nothing comes twice, and the verdicts are those of good documents")
  func mending() throws {
    let engine = Engine()
    let taken = try engine.ingest([bad], into: folder["store"])
    #expect(taken.rejects == 5)
    let report = try engine.writeRejectedMessages(of: folder["store"], to: folder["mend"])
    #expect(report.documents == 5 && report.others == 0)
    // As they are they are rejected for the same reasons.
    let again = Engine()
    #expect(try again.ingest([folder["mend"]], into: folder["again"]).rejects == 5)
    let reasons = { (store: String) in
      try text { try engine.writeRejectCounts(of: store, by: [.reason, .kind], as: .csv, to: $0) }
    }
    #expect(try reasons(folder["store"]) == reasons(folder["again"]))

    var lists = 0
    for name in names(in: folder["mend"]) where name.hasSuffix(".xml") {
      var message = try #require(readText(folder["mend"] + "/" + name))
      message = message.replacing("<ceb:grossWeight>1,35<", with: "<ceb:grossWeight>1.35<")
      message = message.replacing("<ceb:qty>1e1<", with: "<ceb:qty>2<")
      message = message.replacing("<ceb:orderNo> <", with: "<ceb:orderNo>DD202403100004<")
      message = message.replacing("20240230100630", with: "20240310100630")
      if name.hasPrefix("CEB505") {
        message = message.replacing("</ceb:grossWeight>", with: "</ceb:grossWeight><ceb:packNo>1</ceb:packNo>")
      }
      if name.hasPrefix("CEB603") { lists = message.split(separator: "<ceb:Inventory>").count - 1 }
      writeFile(folder["mend"] + "/" + name, message)
    }
    let mended = try engine.ingest([folder["mend"]], into: folder["store"])
    #expect(mended.documentCount + mended.rejects == 5 && mended.rejects == 0)
    let judged = try engine.reconcile(folder["store"])
    #expect(lists > 0 && judged.lists == taken.documents[Int(Kind.list603.rawValue)] + lists)
    #expect(judged.findings.allSatisfy { $0 == 0 }, "the parcels agree, and none is there twice")
  }

  @Test("filters and counts agree with the whole list")
  func filters() throws {
    let engine = Engine()
    try engine.ingest([bad, corpus("messages-refused") + "/input"], into: folder["store"])
    let all = try text { try engine.writeRejects(of: folder["store"], as: .csv, to: $0) }.dropFirst()
    var sum = 0
    for reason in RejectReason.allCases {
      var filter = RejectFilter()
      filter.reasons = [reason]
      let some = try text {
        try engine.writeRejects(of: folder["store"], as: .csv, filter: filter, to: $0)
      }.dropFirst()
      #expect(some.allSatisfy { $0.contains(",\(reason.rawValue),") && all.contains($0) })
      let counted = try text {
        try engine.writeRejectCounts(of: folder["store"], by: [.kind], as: .csv, filter: filter, to: $0)
      }.dropFirst()
      #expect(counted.reduce(0) { $0 + Int($1.split(separator: ",").last!)! } == some.count)
      sum += some.count
    }
    #expect(sum == all.count && all.count > 5)
    var filter = RejectFilter()
    filter.kinds = ["CEB603"]
    filter.senders = ["nobody"]
    #expect(
      try text { try engine.writeRejects(of: folder["store"], as: .csv, filter: filter, to: $0) }.count == 1)
  }

  @Test("too many rejects: nothing is committed, and the error names the first")
  func limit() throws {
    var engine = Engine()
    engine.settings.maxRejects = .count(4)
    #expect {
      try engine.ingest([bad], into: folder["store"])
    } throws: { error in
      guard case TernError.tooManyRejects(rejects: 5, limit: .count(4), let first) = error else { return false }
      return first.count == 5 && first[0].contains("number-invalid")
    }
    #expect(try engine.documentCounts(of: folder["store"]).allSatisfy { $0 == 0 })
    engine.settings.maxRejects = .count(5)
    let taken = try engine.ingest([bad], into: folder["store"])
    #expect(taken.rejects == 5)
    // 5 of all documents, exactly at the limit and just above it.
    let all = taken.documentCount + 5
    engine.settings.maxRejects = .share(ppm: 5_000_000 / all + 1)
    #expect(try engine.ingest([bad], into: folder["second"]).rejects == 5)
    engine.settings.maxRejects = .share(ppm: 5_000_000 / all - 1)
    #expect(throws: TernError.self) { try engine.ingest([bad], into: folder["third"]) }
  }

  @Test("a folder with files in it is left alone")
  func occupied() throws {
    let engine = Engine()
    try engine.ingest([bad], into: folder["store"])
    #expect(throws: TernError.self) {
      try engine.writeRejectedMessages(of: folder["store"], to: folder["store"])
    }
    #expect(names(in: folder.path).allSatisfy { !$0.contains(".tmp") })
  }
}
