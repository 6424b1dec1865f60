import Tern
import TernCEB
import TernStats
import TernTestSupport
import Testing

/// Returns and cancellations of a store through the engine; what each does is in the corpora.
struct ReturnsTests {
  let folder = TemporaryFolder()
  let engine = Engine(settings: EngineSettings(threads: 2))

  func text(_ body: (ByteSink) throws -> Void) throws -> [String] {
    let sink = try ByteSink(path: folder["text"])
    try body(sink)
    try sink.close()
    return textLines(try #require(readText(folder["text"])))
  }

  @Test("a list without a number is named by the one that its receipts derive")
  func derived() throws {
    let input = corpus("return-by-receipt") + "/input/"
    let number = DerivedNumbers(
      .export, agentCode: Array("3301968A01".utf8), copNo: Array("QD202403100001".utf8),
      platform: [], orderNo: [], logisticsCode: [], logisticsNo: []
    ).invtNo
    for file in filesBelow(corpus("return-by-receipt") + "/input") where !file.hasPrefix("receipts") {
      let message = readText(input + file)!
      let isReturn = file.hasPrefix("returns-213")
      writeFile(
        folder["input-\(file)"],
        isReturn ? message.replacing("310120240310000001", with: number) : message)
    }
    let files = filesBelow(corpus("return-by-receipt") + "/input").map { folder["input-\($0)"] }
      .filter { readFile($0) != nil }
    try engine.ingest(files, into: folder["store"])
    let report = try engine.reconcile(folder["store"])
    #expect(report.returns == 3 && report.orphanReturns == 2)
    let rows = try text { try engine.writeReturns(of: folder["store"], as: .csv, to: $0) }
    #expect(rows.filter { $0.hasSuffix(",142,120,") }.count == 1)
    #expect(rows.contains { $0.contains(",\(number),") && $0.contains(",QD202403100001,") })

    // A number that the customs gave goes before the derived one.
    try engine.ingest(files + [input + "receipts-604.xml"], into: folder["official"])
    #expect(try engine.reconcile(folder["official"]).orphanReturns == 3)
  }

  @Test("cancellations and returns without a list are orphans", arguments: [
    ("cancellation-of-a-missing-list", ["CEB605", "CEB605", "CEB605", "CEB623"]),
    ("cancellation-too-early", ["CEB605", "CEB605"]), ("cancellation-in-time", []),
    ("return-orphan", ["CEB213", "CEB213", "CEB213", "CEB625"]), ("return-of-a-part", []),
  ])
  func orphans(_ name: String, _ kinds: [String]) throws {
    try engine.ingest([corpus(name) + "/input"], into: folder["store"])
    let report = try engine.reconcile(folder["store"])
    #expect(report.orphanCancellations + report.orphanReturns == kinds.count)
    let rows = try text { try engine.writeOrphans(of: folder["store"], as: .csv, to: $0) }
    let found = rows.map { String($0.prefix(6)) }
    #expect(found.filter { ["CEB605", "CEB623", "CEB213", "CEB625"].contains($0) } == kinds)
  }

  @Test("statistics by any dimensions have what the table's totals have; a second reconcile keeps all")
  func statistics() throws {
    let taken = try engine.ingest([corpus("return-of-a-part") + "/input"], into: folder["store"])
    let report = try engine.reconcile(folder["store"])
    for dimensions in Dimension.allCases.filter({ $0 != .finding }).map({ [$0] }) + [[], [.direction, .hs4]] {
      let cube = try engine.statistics(of: folder["store"], by: dimensions)
      let total = try cube.total()
      #expect(total.lists == 3 && total.lines == 5 && total.goodsValue?.text == "483.7001")
      let sum = cube.rows().map { $0.measures.goodsValue! }.reduce(.zero, +)
      #expect(sum.text == "483.7001", "\(dimensions)")
    }
    let again = try engine.reconcile(folder["store"])
    #expect(again.wasUpToDate && again.returns == report.returns && report.returns == 4)
    #expect(engine.summary(taken, report).contains("\"returns\":4,\"exceedingReturns\":0,\"orphanReturns\":0"))
  }

  @Test("a store whose verdicts are missing is refused")
  func notReconciled() throws {
    try engine.ingest([corpus("return-of-a-part") + "/input"], into: folder["store"])
    #expect(throws: TernError.self) {
      try text { try engine.writeReturns(of: folder["store"], to: $0) }
    }
  }
}
