import TernCEB
import TernTestSupport
import Testing

@testable import TernStats

/// Answers beyond a plain cube, on a few lists that can be added up by hand.
struct AnswerTests {
  /// Of 1970-01-01 00:00 and later hours.
  private static func list(
    _ seller: String, _ currency: String, _ value: String, hour: Int64 = 0, findings: UInt64 = 0
  ) -> SampleList {
    var list = SampleList()
    list.ebcCode = seller
    list.appTime = hour * 3_600
    list.findings = findings
    list.lines = [.init(currency: currency, totalPrice: value, qty: "2")]
    return list
  }

  private static let lists = [
    list("A", "142", "10", findings: 0b11), list("A", "502", "1.5", hour: 30, findings: 0b10),
    list("B", "142", "30", hour: 1), list("C", "142", "20", hour: 26, findings: 0b01),
    list("C", "110", "7", hour: 26), list("D", "142", "20"),
  ]

  private func csv(_ dimensions: [Dimension], _ change: (inout StatisticsQuery) -> Void) throws -> [String] {
    var query = StatisticsQuery(dimensions)
    change(&query)
    let found = try TernStatsTests.csv(query, Self.lists)
    #expect(found == NaiveAnswer(query, Self.lists).lines())
    return found
  }

  @Test("CNY: each list at the rate of its day; empty where one has none, and said how many")
  func cny() throws {
    let found = try csv([.ebcCode]) {
      $0.measures = [.lists, .goodsValueCny, .listsWithoutRate]
      $0.showsTotals = true
    }
    #expect(
      found == [
        "cell,A,2,20.470000015,0", "cell,B,1,30,0", "cell,C,2,,1", "cell,D,1,20,0", "total,,6,,1",
      ])
    var query = StatisticsQuery([.ebcCode])
    query.measures = [.lists, .goodsValueCny]
    let result = try answer(query) { cubes in
      var cubes = cubes
      try cubes[0].add(Self.lists)
      return cubes
    }
    #expect(result.listsWithoutRate == 1)
    let json = StatisticsWriter.text(result, as: .json).split(separator: "\n")
    #expect(json[1] == #"{"ebcCode":"A","lists":2,"goodsValueCny":"20.470000015","listsWithoutRate":0},"#)
    #expect(json[3] == #"{"ebcCode":"C","lists":2,"goodsValueCny":null,"listsWithoutRate":1},"#)
  }

  @Test("a list without lines is worth nothing in any currency")
  func cnyOfNothing() throws {
    var empty = SampleList()
    empty.lines = []
    var query = StatisticsQuery([.country])
    query.measures = [.lists, .goodsValueCny]
    #expect(try TernStatsTests.csv(query, [empty, Self.lists[0]]) == ["502,2,10"])
  }

  @Test("quantities by unit, less what came back")
  func quantities() throws {
    var first = Self.lists[0]
    first.lines.append(.init(unit: "035", currency: "142", totalPrice: "1", qty: "0.5"))
    first.lines[0].returnedE5 = 100_000
    var query = StatisticsQuery([.unit])
    query.measures = [.lists, .lines, .qty]
    query.showsTotals = true
    #expect(
      try TernStatsTests.csv(query, [first, Self.lists[1]])
        == ["cell,011,2,2,3", "cell,035,1,1,0.5", "total,,2,3,"])
  }

  @Test("filters: lists by their values, lines by theirs; parts of lists have no weight")
  func filters() throws {
    let names = testNames
    #expect(
      try csv([.ebcCode]) { $0.filter = try! StatisticsFilter("seller=A|D,currency=142", names: names) }
        == ["A,142,1,1,10,1,1,1", "D,142,1,1,20,1,1,1"])
    #expect(
      try csv([]) { $0.filter = try! StatisticsFilter("finding=order.missing", names: names) }
        == ["142,2,2,30,2,2,2"])
    #expect(
      try csv([.finding]) { $0.filter = try! StatisticsFilter("finding=order.missing", names: names) }
        == ["order.missing,142,2,2,30,,,"])
    var query = StatisticsQuery([])
    query.filter = try StatisticsFilter("hs2=61,hour=1970010101..1970010200", names: names)
    #expect(try TernStatsTests.csv(query, Self.lists) == ["142,1,1,30,,,"])
    #expect(try csv([]) { $0.filter = try! StatisticsFilter("hs2=62", names: names) } == [])
  }

  @Test("top N: the rest in one row, where what touches several cells counts once")
  func top() throws {
    #expect(
      try csv([.ebcCode]) {
        $0.measures = [.lists, .lines]
        $0.top = .init(count: 1)
        $0.showsTotals = true
      } == ["cell,A,2,2", "rest,,4,4", "total,,6,6"])
    // Within each currency; a tie goes to the smaller value.
    #expect(
      try csv([.ebcCode]) {
        $0.measures = [.currency, .goodsValue]
        $0.top = .init(count: 2, by: .goodsValue)
      } == ["cell,C,110,7", "cell,B,142,30", "cell,C,142,20", "rest,,142,30", "cell,A,502,1.5"])
    // The first list has both findings left out.
    let all = [Self.list("A", "142", "1", findings: 0b1110), Self.list("B", "142", "2", findings: 0b1000)]
    var query = StatisticsQuery([.finding])
    query.measures = [.lists, .lines]
    query.top = .init(count: 1)
    #expect(try TernStatsTests.csv(query, all) == ["cell,weight.net,2,2", "rest,,1,1"])
  }

  @Test("series: every period from the first to the last, for every row")
  func series() throws {
    let found = try csv([.ebcCode]) {
      $0.measures = [.lists]
      $0.series = .day
      $0.filter = try! StatisticsFilter("seller=A|B", names: testNames)
    }
    #expect(found == ["A,19700101,1", "A,19700102,1", "B,19700101,1", "B,19700102,0"])
    let hours = try csv([]) {
      $0.measures = [.lists, .packages]
      $0.series = .hour
    }
    #expect(hours.count == 31 && hours[2] == "1970010102,0,0" && hours[30] == "1970010206,1,1")
    #expect(try csv([]) { $0.series = .month }.map { $0.prefix(11) } == ["197001,110,", "197001,142,", "197001,502,"])
  }

  @Test("a series longer than the cells allowed is refused before it is made")
  func longSeries() throws {
    var late = SampleList()
    late.appTime = 253_402_300_799
    var query = StatisticsQuery([.ebcCode])
    query.series = .hour
    let error = #expect(throws: StatisticsError.self) {
      try TernStatsTests.csv(query, [SampleList(), late])
    }
    #expect(error == .seriesTooLong(periods: 70_389_528, series: 1, limit: Cube.cellLimitDefault))
  }

  @Test("two periods side by side: difference, and ratio to six digits")
  func comparison() throws {
    let found = try csv([.ebcCode]) {
      $0.measures = [.currency, .lists, .goodsValue]
      $0.comparison = try! .init("19700101,19700102")
      $0.showsTotals = true
    }
    #expect(
      found == [
        "cell,A,142,1,0,-1,0,10,0,-10,0", "cell,A,502,0,1,1,,0,1.5,1.5,",
        "cell,B,142,1,0,-1,0,30,0,-30,0", "cell,C,110,0,1,1,,0,7,7,", "cell,C,142,0,1,1,,0,20,20,",
        "cell,D,142,1,0,-1,0,20,0,-20,0", "total,,110,0,1,1,,0,7,7,",
        "total,,142,3,1,-2,0.333333,60,20,-40,0.333333", "total,,502,0,1,1,,0,1.5,1.5,",
        "total,,,3,3,0,1,,,,",
      ])
    var query = StatisticsQuery([])
    query.comparison = try .init("202601,202602")
    #expect(
      StatisticsWriter(query, as: .csv).header.prefix(5)
        == ["currency", "lists1", "lists2", "listsDifference", "listsRatio"])
    #expect(try TernStatsTests.csv(query, Self.lists) == [])
  }

  @Test("a table says which rows are the rest and the total, also without room for it")
  func table() throws {
    var query = StatisticsQuery([.currency, .ebcCode])
    query.measures = [.lists]
    query.top = .init(count: 1)
    let job = try answer(query) { cubes in
      var cubes = cubes
      try cubes[0].add(Self.lists)
      return cubes
    }
    #expect(
      StatisticsWriter.text(job, as: .table) == """
        currency  ebcCode  lists
        --------  -------  -----
        110       C            1
        142       rest         4
        502       rest         1
        --------  -------  -----
        110       total        1
        142       total        4
        502       total        1
        total                  6

        """)
  }
}

/// Exact arithmetic in CNY.
struct CnyTests {
  @Test("products and sums of eighteen digits agree with plain integers")
  func products() {
    let seed = UInt64.random(in: 0 ... .max)
    print("CnyTests seed \(seed)")
    var random = SeededGenerator(seed: seed)
    func whole(_ amount: CnyAmount) -> Int128 {
      amount.e5 * 10_000_000_000_000 + Int128(amount.restE18)
    }
    for _ in 0..<2_000 {
      let values = (0..<4).map { _ in Int128(Int64.random(in: -1_000_000_000...1_000_000_000, using: &random)) }
      let rates = (0..<2).map { _ in Int64.random(in: 1...100_000_000_000_000, using: &random) }
      var a = CnyAmount(FineAmount(qtyE5: values[0], priceE5: values[1]), rateE8: rates[0])!
      let b = CnyAmount(FineAmount(qtyE5: values[2], priceE5: values[3]), rateE8: rates[1])!
      // Units of 10^-10 × 10^-8.
      let (left, right) = (values[0] * values[1] * Int128(rates[0]), values[2] * values[3] * Int128(rates[1]))
      #expect(whole(a) == left && whole(b) == right)
      var difference = a
      let overflows = (a.add(b), difference.subtract(b))
      #expect(overflows == (false, false) && whole(a) == left + right && whole(difference) == left - right)
      #expect(a.text == NaiveAnswer.decimal(left + right))
      if left != 0, left.magnitude < 1 << 120 {
        let ratio = Ratio.text(b, over: CnyAmount(FineAmount(qtyE5: values[0], priceE5: values[1]), rateE8: rates[0])!)
        #expect(ratio == NaiveAnswer.ratio(right, left))
      }
    }
  }

  @Test("ratios are rounded at the sixth digit, a half away from zero; none of nothing")
  func ratios() {
    func ratio(_ b: Int128, _ a: Int128) -> String? { Ratio.text(CnyAmount(e5: b), over: CnyAmount(e5: a)) }
    #expect(ratio(1, 3) == "0.333333" && ratio(2, 3) == "0.666667" && ratio(3, 2) == "1.5")
    #expect(ratio(1, 2_000_000) == "0.000001" && ratio(-1, 2_000_000) == "-0.000001")
    #expect(ratio(1, 2_000_001) == "0" && ratio(-1, 2_000_001) == "0" && ratio(0, 5) == "0")
    #expect(ratio(5, 0) == nil && ratio(-6, -3) == "2" && ratio(6, -3) == "-2")
    #expect(ratio(.max, 1) == "170141183460469231731687303715884105727")
    #expect(ratio(.min, -1) == "170141183460469231731687303715884105728")
    #expect(ratio(.max, .min) == "-1" && ratio(1, .max) == "0")
  }

  @Test("a value that leaves 128 bits in CNY is an error")
  func overflow() throws {
    #expect(CnyAmount(FineAmount(e5: .max), rateE8: 100_000_000) == CnyAmount(e5: .max))
    #expect(CnyAmount(FineAmount(e5: .max), rateE8: 100_000_001) == nil)
    #expect(CnyAmount(FineAmount(e5: .min), rateE8: 100_000_001) == nil)
    var edge = CnyAmount(e5: .max)
    let overflows = edge.add(CnyAmount(e5: 1))
    #expect(overflows)
  }
}
