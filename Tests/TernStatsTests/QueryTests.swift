import TernCEB
import Testing

@testable import TernStats

/// Questions as users type them, and what makes no sense.
struct QueryTests {
  private func filter(_ text: String) throws -> StatisticsFilter {
    try StatisticsFilter(text, names: testNames)
  }

  private func failure(_ text: String) -> String? {
    do {
      _ = try filter(text)
      return nil
    } catch { return "\(error)" }
  }

  @Test("--where: several dimensions, several values, empty values, spaces, words for dimensions")
  func terms() throws {
    let terms = try filter("country=502|304, tradeMode=9610,statisticsFlag=,seller= a | b |a").terms
    #expect(terms.map(\.dimension) == [.country, .tradeMode, .statisticsFlag, .ebcCode])
    #expect(terms.map(\.values) == [["502", "304"], ["9610"], [""], ["a", "b"]])
    #expect(try filter("day=20260301..20260302|202604").terms[0].values.count == 2)
  }

  @Test(
    "what --where cannot mean is said, with what was meant",
    arguments: [
      ("country", "'country' names no value; dimension=value is expected, several values as dimension=a|b"),
      ("", "'' names no value"), ("country=502,", "'' names no value"),
      ("countri=502", "unknown dimension 'countri' (did you mean 'country'?); dimensions are direction, "),
      ("country=502,country=304", "dimension 'country' is named twice; several values are written country=a|b"),
      ("disposition=relesed", "disposition is never 'relesed' (did you mean 'released'?); it is one of released, "),
      ("disposition=", "disposition is never ''; it is one of"),
      ("finding=amount.payd", "finding is never 'amount.payd' (did you mean 'amount.paid'?)"),
      ("direction=X", "direction is never 'X'"), ("hs2=610", "hs2 is never '610': it is the first 2 characters of gcode"),
      ("heading=61091", "hs4 is never '61091'"),
      ("day=20260230", "day: '20260230' is no real YYYYMM, YYYYMMDD or YYYYMMDDhh"),
      ("hour=2026030124", "hour: '2026030124' is no real"), ("month=202613", "month: '202613' is no real"),
      ("day=20260302..20260301", "day: '20260302..20260301' ends before it begins"), ("day=", "day: '' is no real"),
    ])
  func mistakes(text: String, beginning: String) {
    #expect(failure(text)?.hasPrefix(beginning) == true, "\(failure(text) ?? "no error")")
  }

  @Test("stretches of time: one period, or two ends that both belong to it")
  func spans() throws {
    let day: Int64 = 86_400
    #expect(try TimeSpan("19700101").seconds == 0..<day)
    #expect(try TimeSpan("1970010101").seconds == 3_600..<7_200)
    #expect(try TimeSpan("197002").seconds == 31 * day..<59 * day)
    #expect(try TimeSpan(" 19700101 .. 1970010212 ").seconds == 0..<day + 13 * 3_600)
    #expect(try TimeSpan("196912..197001").seconds == -31 * day..<31 * day)
    #expect(try TimeSpan("999912").seconds.upperBound - TimeSpan("99991231").seconds.lowerBound == day)
  }

  @Test("every period's text is read back to its number, and periods follow each other")
  func periods() {
    for period in Period.allCases {
      // Months are counted from the year 0, which is none.
      for number in stride(from: period == .month ? 12 : Int64(-20_000), to: 60_000, by: 37) {
        #expect(period.number(ofText: period.text(number)) == number, "\(period.text(number))")
        #expect(period.number(ofSeconds: period.start(number)) == number)
        #expect(period.number(ofSeconds: period.start(number + 1) - 1) == number)
      }
    }
  }

  @Test("measures: goodsValue brings its currency")
  func measures() throws {
    #expect(try Measure.parse("lists, goodsValueCny") == [.lists, .goodsValueCny])
    #expect(try Measure.parse("lists,goodsValue") == [.currency, .lists, .goodsValue])
    #expect(try Measure.parse("lists,goodsValue,currency") == [.lists, .goodsValue, .currency])
    for (text, beginning) in [
      ("lists,", "a measure's name is empty; measures are currency, lists"),
      ("goodsvalue", "unknown measure 'goodsvalue' (did you mean 'goodsValue'?)"),
      ("lists,lines,lists", "measure 'lists' is named twice"),
    ] {
      let error = #expect(throws: MeasureError.self) { try Measure.parse(text) }
      #expect(error?.description.hasPrefix(beginning) == true)
    }
  }

  @Test("questions whose parts do not fit together")
  func contradictions() throws {
    func check(_ error: QueryError, _ dimensions: [Dimension] = [], _ change: (inout StatisticsQuery) -> Void) {
      var query = StatisticsQuery(dimensions)
      change(&query)
      #expect(throws: error) { try query.check() }
      #expect(!error.description.isEmpty)
    }
    check(.repeated(.day), [.day, .country]) { $0.series = .day }
    check(.mixedCurrencies) { $0.measures = [.goodsValue] }
    check(.mixedUnits, [.gcode]) { $0.measures = [.qty] }
    check(.seriesOfTwoPeriods) {
      $0.series = .day
      $0.comparison = try? .init("202601,202602")
    }
    check(.emptyTop) { $0.top = .init(count: 0) }
    check(.topByNoColumn(.qty, Array(Measure.usual.dropFirst()))) { $0.top = .init(count: 1, by: .qty) }
    check(.topByEmpty(.packages), [.hs2]) { $0.top = .init(count: 1, by: .packages) }
    var query = StatisticsQuery([.currency])
    query.measures = [.goodsValue]
    try query.check()
    for text in ["202601", "202601,202602,202603", "202601,2026"] {
      #expect(throws: QueryError.self) { try StatisticsQuery.Comparison(text) }
    }
  }
}
