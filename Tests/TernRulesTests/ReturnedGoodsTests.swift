import TernCEB
import TernMatch
import Testing

@testable import TernRules

@Suite("goods that come back")
struct ReturnedGoodsTests {
  typealias Line = ReturnedGoods.Line

  /// What is taken, line by line; nil if it exceeds.
  func take(_ goods: inout ReturnedGoods, _ lines: (Int64, Int128)...) -> [Int: Int128]? {
    goods.take(lines.map { Line(gnum: $0.0, qtyE5: $0.1) }).map {
      Dictionary(uniqueKeysWithValues: $0.map { ($0.line, $0.qtyE5) })
    }
  }

  @Test("quantities add up over returns, and what exceeds takes nothing")
  func accumulates() {
    var goods = ReturnedGoods(of: [Line(gnum: 1, qtyE5: 300_000), Line(gnum: 2, qtyE5: 100)])
    #expect(take(&goods, (1, 100_000)) == [0: 100_000])
    #expect(take(&goods, (2, 100), (1, 200_001)) == nil)
    #expect(goods.returnedE5 == [100_000, 0])
    #expect(take(&goods, (1, 100_000), (1, 100_000)) == [0: 200_000])
    #expect(take(&goods, (1, 1)) == nil)
    #expect(take(&goods, (1, 0)) == [:])
    #expect(goods.returnedE5 == [300_000, 0])
  }

  @Test("an unknown gnum exceeds, even with nothing of it; so does a quantity below 0")
  func unknown() {
    var goods = ReturnedGoods(of: [Line(gnum: 1, qtyE5: 5)])
    #expect(take(&goods, (2, 0)) == nil && take(&goods, (1, -1)) == nil)
    #expect(take(&goods, (1, 2), (1, -1)) == nil)
    var empty = ReturnedGoods(of: [])
    #expect(take(&empty, (1, 1)) == nil && take(&empty) == [:])
  }

  @Test("lines of one gnum are used up in their order; one below 0 offers nothing")
  func repeated() {
    var goods = ReturnedGoods(
      of: [Line(gnum: 7, qtyE5: 3), Line(gnum: 1, qtyE5: 9), Line(gnum: 7, qtyE5: -2), Line(gnum: 7, qtyE5: 4)])
    #expect(take(&goods, (7, 2)) == [0: 2])
    #expect(take(&goods, (7, 3)) == [0: 1, 3: 2])
    #expect(take(&goods, (7, 3)) == nil)
    #expect(take(&goods, (7, 2), (1, 9)) == [3: 2, 1: 9])
    #expect(goods.returnedE5 == [3, 9, 0, 4])
  }

  @Test("the largest legal quantities")
  func extremes() {
    let most: Int128 = 9_999_999_999_999_999_999
    var goods = ReturnedGoods(of: (0..<100).map { _ in Line(gnum: 1, qtyE5: most) })
    let all = (0..<100).map { _ in Line(gnum: 1, qtyE5: most) }
    #expect(goods.take(all)?.count == 100)
    #expect(goods.take([Line(gnum: 1, qtyE5: 1)]) == nil)
  }

  @Test("findings of returns have names and severities of their own")
  func findings() {
    #expect(ReturnFinding.allCases.map(\.name) == ["return.exceeds", "return.orphan"])
    #expect(ReturnFinding.allCases.map(\.severity) == [.reject, .pending])
    #expect(Finding.allCases.allSatisfy { !$0.name.hasPrefix("return.") })
  }
}

@Suite("which returns count")
struct RefundVersionTests {
  static let refund = Doc(
    kind: .refund213,
    head: [
      "guid": "G1", "appType": "1", "appTime": "1000", "appStatus": "2", "agentCode": "A", "coElNo": "R1",
      "invtNo": "I1",
    ], lines: [["gnum": "1", "qty": "1"]])

  /// Positions of those that count, judged in several partitions.
  func counting(_ docs: [Doc], partitions: Int = 3) -> Set<Int> {
    let tables = makeTables(docs) { _ in true }
    let secret = Secret(bytes: (0..<16).map { UInt8($0) })
    let rows = MatchTables()
    var projector = Projector(secret: secret)
    for (segment, unit) in tables.enumerated() {
      projector.project(unit, rowBase: 0, segment: segment, into: rows)
    }
    let parts = (0..<partitions).map { _ in MatchTables() }
    spread(rows.refunds, RefundRow.wordCount, parts) { $0.refunds.append($1) }
    let scratch = MatchScratch()
    var facts = FactTable()
    var found: Set<Int> = []
    func run(_ part: MatchTables) {
      let view = unsafe RowView<RefundRow>(words: part.refunds)
      matchRefunds(view, facts: facts, scratch: scratch)
      for row in scratch.refunds { found.insert(view[Int(row)].document.segment) }
    }
    for part in parts { run(part) }
    while !scratch.needs.isEmpty {
      facts.add(
        .refund,
        scratch.needs.facts(.refund).map {
          ($0, versionFacts(of: tables[$0.segment], row: $0.row, secret: secret))
        })
      scratch.needs = NeededDocuments()
      let deferred = scratch.deferred
      scratch.deferred = MatchTables()
      run(deferred)
    }
    return found
  }

  @Test("versions of one identity: the latest counts, a delete takes it away, a draft never counts")
  func versions() {
    let base = Self.refund
    #expect(counting([base, base.with(["appTime": "1001", "appType": "2"])]) == [1])
    #expect(counting([base.with(["appTime": "1001"]), base]) == [0])
    #expect(counting([base, base.with(["appTime": "1001", "appType": "3"])]).isEmpty)
    #expect(counting([base.with(["appStatus": "1"])]).isEmpty)
    // Equal content counts once, as first received; another line makes another content.
    #expect(counting([base, base]) == [0])
    var other = base
    other.lines[0]["qty"] = "2"
    #expect(counting([base, other]) == [1])
  }

  @Test("the identity is direction, agent, invtNo and own number, or guid where that is empty")
  func identity() {
    let base = Self.refund
    for (field, value) in [("agentCode", "B"), ("invtNo", "I2"), ("coElNo", "R2")] {
      #expect(counting([base, base.with([field: value])]) == [0, 1], "\(field)")
    }
    #expect(counting([base, base.with(["guid": "G2", "appTime": "1001"])]) == [1])
    let unnumbered = base.with(["coElNo": ""])
    #expect(counting([unnumbered, unnumbered.with(["guid": "G2"])]) == [0, 1])
    #expect(counting([unnumbered, unnumbered.with(["appTime": "1001"])]) == [1])
    var `import` = base.with(["copNo": "R1"])
    `import`.kind = .refund625
    #expect(counting([base, `import`]) == [0, 1])
  }
}
