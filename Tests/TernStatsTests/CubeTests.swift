import TernCEB
import Testing

@testable import TernStats

/// What the cube counts, case by case.
struct CubeTests {
  @Test("each dimension takes its value from its place")
  func everyDimension() throws {
    var list = SampleList()
    list.customsCode = "5100"
    list.portCode = "5300"
    list.tradeMode = "1210"
    list.statisticsFlag = "B"
    list.country = "304"
    list.ebcCode = "4401960001"
    list.ebpCode = "无"
    list.disposition = 4
    // 2024-02-29 23:59:59: one second before March.
    list.appTime = 1_709_251_199
    list.logisticsCode = "5101960003"
    list.findings = 2
    list.lines = [.init(gcode: "8517130000", unit: "035", currency: "142", totalPrice: "2.5")]
    let expected: [Dimension: String] = [
      .direction: "E", .customsCode: "5100", .portCode: "5300", .tradeMode: "1210",
      .statisticsFlag: "B", .country: "304", .currency: "142", .disposition: "review",
      .hs2: "85", .hs4: "8517", .ebcCode: "4401960001", .ebpCode: "无", .day: "20240229",
      .finding: "amount.paid", .gcode: "8517130000", .unit: "035", .logisticsCode: "5101960003",
      .hour: "2024022923", .month: "202402",
    ]
    #expect(expected.count == Dimension.allCases.count)
    for dimension in Dimension.allCases {
      let rows = try cube([dimension], [list]).rows()
      #expect(rows.map(\.values) == [[expected[dimension]!]], "\(dimension)")
      #expect(rows.first?.measures.currency == "142")
    }
    let all = try cube(Dimension.allCases, [list]).rows()
    #expect(all.map(\.values) == [Dimension.allCases.map { expected[$0]! }])
  }

  @Test("an import has direction I and no statisticsFlag; its currency is its line's")
  func imports() throws {
    var list = SampleList()
    list.direction = .import
    list.lines = [.init(currency: "142", totalPrice: "3")]
    let rows = try cube([.direction, .statisticsFlag, .currency], [list]).rows()
    #expect(rows.map(\.values) == [["I", "", "142"]])
  }

  @Test("the needed columns are enough, and each of them is a column of the schema")
  func neededColumns() throws {
    var list = SampleList()
    list.direction = .import
    let lists = [SampleList(), list]
    for dimensions in Dimension.allCases.map({ [$0] }) + [Dimension.allCases, []] {
      var pruned = makeCube(dimensions)
      try pruned.add(lists, pruned: true)
      #expect(pruned.rows() == (try cube(dimensions, lists).rows()))
    }
    let needed = makeCube([.statisticsFlag, .day, .hs2, .hs4])
    #expect(needed.neededColumns(.export).heads.contains("statisticsFlag"))
    #expect(!needed.neededColumns(.import).heads.contains("statisticsFlag"))
    #expect(needed.neededColumns(.import).lines == ["currency", "totalPrice", "gcode"])
  }

  @Test("disposition 0 does not count, and its lines are passed over")
  func skipped() throws {
    var dead = SampleList()
    dead.disposition = 0
    dead.lines = Array(repeating: .init(currency: "110", totalPrice: "1000"), count: 3)
    var live = SampleList()
    live.lines = [.init(currency: "142", totalPrice: "7")]
    let result = try cube([.currency], [dead, live, dead, dead])
    #expect(result.rows().map(\.values) == [["142"]])
    #expect(result.rows()[0].measures.goodsValueE5 == 700_000)
    let none = try cube([.day, .hs4], [dead])
    #expect(none.rows().isEmpty)
    #expect(try none.totals().isEmpty)
    #expect(try none.total() == Measures(currency: nil, lists: 0, lines: 0, goodsValueE5: nil, grossWeightE5: 0, netWeightE5: 0, packages: 0))
  }

  @Test("a list belongs to its first line's currency with all its lines")
  func firstLinesCurrency() throws {
    var list = SampleList()
    list.lines = [
      .init(currency: "502", totalPrice: "1"), .init(currency: "142", totalPrice: "2"),
    ]
    let rows = try cube([.country], [list]).rows()
    #expect(rows.count == 1)
    #expect(rows[0].measures.currency == "502")
    #expect(rows[0].measures.lines == 2)
    #expect(rows[0].measures.goodsValueE5 == 300_000)
    let byHeading = try cube([.hs2], [list]).rows()
    #expect(byHeading.map(\.measures.currency) == ["502"])
    #expect(byHeading[0].measures.goodsValueE5 == 300_000)
  }

  @Test("a list without lines has the empty currency, is in no cell of lines, but in the totals")
  func noLines() throws {
    var empty = SampleList()
    empty.lines = []
    empty.grossWeight = "2.5"
    let byHead = try cube([.country], [empty, SampleList()]).rows()
    #expect(byHead.map(\.measures.currency) == ["", "502"])
    #expect(byHead[0].measures.goodsValueE5 == 0)
    #expect(byHead[0].measures.grossWeightE5 == 250_000)
    let byLine = try cube([.hs2], [empty, SampleList()])
    #expect(byLine.rows().map(\.values) == [["61"]])
    #expect(try byLine.totals().map(\.currency) == ["", "502"])
    #expect(try byLine.total().lists == 2)
    // Nothing but such a list.
    #expect(try cube([.hs2, .hs4], [empty]).rows().isEmpty)
  }

  @Test("by a line dimension a list counts once per cell; the total counts it once")
  func lineDimensions() throws {
    var list = SampleList()
    list.packNo = 4
    list.lines = [
      .init(gcode: "6109100010", totalPrice: "1"), .init(gcode: "8517130000", totalPrice: "10"),
      .init(gcode: "6110110000", totalPrice: "100"), .init(gcode: "6109100010", totalPrice: "1000"),
    ]
    let chapters = try cube([.hs2], [list, list])
    #expect(
      chapters.rows() == [
        StatisticsRow(
          values: ["61"],
          measures: .init(currency: "502", lists: 2, lines: 6, goodsValueE5: 220_200_000)),
        StatisticsRow(
          values: ["85"],
          measures: .init(currency: "502", lists: 2, lines: 2, goodsValueE5: 2_000_000)),
      ])
    let total = try chapters.total()
    #expect(total.lists == 2)
    #expect(total.lines == 8)
    #expect(total.packages == 8)
    #expect(total.goodsValueE5 == 222_200_000)
    let headings = try cube([.hs4, .hs2], [list]).rows()
    #expect(headings.map(\.values) == [["6109", "61"], ["6110", "61"], ["8517", "85"]])
    #expect(headings.map(\.measures.lines) == [2, 1, 1])
  }

  @Test("a short, an empty and a non-ASCII gcode are cut between characters")
  func oddCodes() throws {
    var list = SampleList()
    list.lines = ["", "6", "610", "茶叶类货物", "6茶叶1", "é"].map { .init(gcode: $0) }
    #expect(
      try cube([.hs4], [list]).rows().map { $0.values[0] }
        == ["", "6", "610", "6茶叶1", "é", "茶叶类货"])
    #expect(
      try cube([.hs2], [list]).rows().map { $0.values[0] } == ["", "6", "61", "6茶", "é", "茶叶"])
  }

  @Test("empty values and absent numbers are values like any other")
  func empties() throws {
    var list = SampleList()
    list.customsCode = ""
    list.portCode = ""
    list.ebcCode = ""
    list.ebpCode = ""
    list.country = ""
    list.appTime = IntegerColumn.absent
    list.packNo = nil
    list.grossWeight = ""
    list.lines = [.init(gcode: "", currency: "", totalPrice: "")]
    let dimensions: [Dimension] = [
      .customsCode, .portCode, .ebcCode, .ebpCode, .country, .day, .currency,
    ]
    let rows = try cube(dimensions, [list, SampleList()]).rows()
    #expect(rows.count == 2)
    #expect(rows[0].values == Array(repeating: "", count: 7))
    #expect(rows[0].measures.packages == 0)
    #expect(rows[0].measures.grossWeightE5 == 0)
    #expect(rows[0].measures.goodsValueE5 == 0)
  }

  @Test("values that share a beginning, an end or a length stay apart")
  func likeValues() throws {
    let values = [
      "", "a", "b", "ab", "ba", "abc", "acb", "abcd", "abcde", "abcdf", "abcdefg", "abcdefgh",
      "bbcdefgh", "abcdefghi", "abcdefghij0123456789", "abcdefghij0123456788",
      "abcdefghij1123456789", "bbcdefghij0123456789", String(repeating: "x", count: 1_000),
    ]
    let lists = (values + values.reversed()).map { value in
      var list = SampleList()
      list.ebcCode = value
      return list
    }
    let rows = try cube([.ebcCode], lists).rows()
    #expect(
      rows.map { $0.values[0] }
        == values.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(rows.allSatisfy { $0.measures.lists == 2 })
  }

  @Test("sums of the largest decimals are exact")
  func exactSums() throws {
    var list = SampleList()
    list.grossWeight = "99999999999999.99999"
    list.netWeight = "-99999999999999.99999"
    list.packNo = 999_999_999
    list.lines = Array(repeating: .init(totalPrice: "99999999999999.99999"), count: 7)
    let result = try cube([.direction], Array(repeating: list, count: 10_000)).rows()[0].measures
    let largestE5: Int128 = 9_999_999_999_999_999_999
    #expect(result.goodsValueE5 == largestE5 * 70_000)
    #expect(result.grossWeightE5 == largestE5 * 10_000)
    #expect(result.netWeightE5 == -largestE5 * 10_000)
    #expect(result.packages == 9_999_999_990_000)
    #expect(DecimalText.ofE5(result.goodsValueE5!) == "6999999999999999999.3")
  }

  @Test("a sum that leaves 128 bits is an error that names the measure")
  func overflow() throws {
    var heavy = SampleList()
    heavy.grossWeight = "99999999999999.99999"
    heavy.lines = [.init(totalPrice: "0")]
    #expect(throws: StatisticsError.overflow(measure: "grossWeight")) {
      var sum = try cube([.direction], Array(repeating: heavy, count: 16))
      for _ in 0..<60 { try sum.merge(sum) }
    }
    var dear = SampleList()
    dear.grossWeight = "0"
    dear.netWeight = "0"
    dear.packNo = 0
    dear.lines = [.init(totalPrice: "-99999999999999.99999")]
    #expect(throws: StatisticsError.overflow(measure: "goodsValue")) {
      var sum = try cube([.hs4], Array(repeating: dear, count: 16))
      for _ in 0..<60 { try sum.merge(sum) }
    }
    // Below that it is exact.
    var sum = try cube([.direction], [dear])
    for _ in 0..<60 { try sum.merge(sum) }
    let expected: Int128 = -9_999_999_999_999_999_999 * (1 << 60)
    #expect(sum.rows()[0].measures.goodsValueE5 == expected)
  }

  @Test("more cells than allowed are refused")
  func cellLimit() throws {
    let lists = (0..<100).map { number in
      var list = SampleList()
      list.ebcCode = "seller \(number)"
      return list
    }
    var enough = Cube(dimensions: [.ebcCode], cellLimit: 100)
    try enough.add(lists)
    #expect(enough.rows().count == 100)
    #expect(throws: StatisticsError.tooManyCells(limit: 99)) {
      var small = Cube(dimensions: [.ebcCode], cellLimit: 99)
      try small.add(lists)
    }
  }

  @Test("line counts that don't fit the lines are an error")
  func lineCounts() throws {
    for (count, note) in [(-1, "negative"), (2, "too many"), (0, "too few"), (.max, "huge")] {
      let tables = SampleTables([SampleList()], .export)
      let column = tables.heads["#lines"].integer
      column.truncate(0)
      column.append(Int64(count))
      #expect(throws: StatisticsError.lineCountsDisagree, "\(note)") {
        var cube = makeCube([.hs2])
        try cube.add(
          heads: tables.heads, lines: tables.lines, direction: .export,
          dispositions: tables.dispositions.span)
      }
    }
  }

  @Test("without dimensions there is a cell per currency; a total over several has no goods value")
  func totals() throws {
    var other = SampleList()
    other.lines = [.init(currency: "110", totalPrice: "0.00001")]
    let both = try cube([], [SampleList(), other, other])
    #expect(both.rows().map(\.measures) == (try both.totals()))
    #expect(try both.totals().map(\.goodsValueE5) == [2, 100_000])
    #expect(try both.total().currency == nil)
    #expect(try both.total().goodsValueE5 == nil)
    #expect(try both.total().lists == 3)
    #expect(try cube([], [other]).total() == (try cube([], [other]).totals()[0]))
  }

  @Test("dates of the calendar's corners")
  func days() {
    let (text, number) = (Period.day.text, { Period.day.number(ofSeconds: $0) })
    #expect(text(number(0)) == "19700101")
    #expect(text(number(-1)) == "19691231")
    #expect(text(number(86_399)) == "19700101")
    #expect(text(-719_468) == "00000301")
    #expect(text(2_932_896) == "99991231")
    let differing = (-40_000...60_000).filter { text($0) != NaiveStatistics.day($0 * 86_400) }
    #expect(differing.isEmpty)
  }
}
