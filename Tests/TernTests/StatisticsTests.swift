import Tern
import TernRules
import TernStats
import TernTestSupport
import Testing

/// Questions to the statistics of a store, in process: what the report asks.
struct StatisticsTests {
  static let input = corpus("demo") + "/input"
  static let folder = TemporaryFolder()
  /// A judged store of `corpora/demo`, made once.
  static let store: String = {
    let engine = Engine()
    let path = folder["store"]
    guard (try? engine.ingest([input], into: path)) != nil, (try? engine.reconcile(path)) != nil else {
      preconditionFailure("the demo can't be judged")
    }
    return path
  }()

  private func engine(threads: Int = 2, reference: Bool = false) throws -> Engine {
    var settings = EngineSettings(threads: threads)
    if reference { settings.reference = try ReferenceFolder.load(corpus("reference")).data }
    return Engine(settings: settings)
  }

  private func lines(_ result: StatisticsResult, _ format: StatisticsFormat = .csv) throws -> [String] {
    let folder = TemporaryFolder()
    let sink = try ByteSink(path: folder["out"])
    try engine().writeStatistics(result, as: format, to: sink)
    try sink.close()
    return textLines(try #require(readText(folder["out"])))
  }

  private func query(_ by: String, _ change: (inout StatisticsQuery) throws -> Void = { _ in }) throws -> StatisticsQuery {
    var query = StatisticsQuery(by.isEmpty ? [] : try Dimension.parse(by))
    try change(&query)
    return query
  }

  @Test("lists by finding and by disposition are those of the verdicts; filters are the verdicts' filters")
  func verdicts() throws {
    let engine = try engine()
    let verdicts = try verdictRows(Self.store).dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    func count(_ keep: ([String]) -> Bool) -> Int { verdicts.filter { $0[7] != "cancelled" && keep($0) }.count }
    func has(_ row: [String], _ finding: String) -> Bool { row[9].split(separator: ";").contains(Substring(finding)) }

    let byFinding = try engine.statistics(of: Self.store, query("finding") { $0.measures = [.lists] })
    #expect(Set(byFinding.rows.map { $0.values[0] }) == Set(verdicts.flatMap { $0[9].split(separator: ";").map(String.init) }))
    for row in byFinding.rows {
      #expect(row.measures.lists == count { has($0, row.values[0]) }, "\(row.values)")
    }
    #expect(byFinding.totals.last?.measures.lists == count { _ in true })
    for disposition in Disposition.allCases where disposition != .cancelled {
      let found = try engine.statistics(
        of: Self.store,
        query("") {
          $0.measures = [.lists]
          $0.filter = try StatisticsFilter("disposition=\(disposition.name),finding=amount.paid|order.missing", names: .ofVerdicts)
        })
      let expected = count { $0[7] == disposition.name && (has($0, "amount.paid") || has($0, "order.missing")) }
      #expect(found.rows.map(\.measures.lists) == (expected == 0 ? [] : [expected]), "\(disposition)")
    }
  }

  @Test("any number of threads gives the same bytes, for every kind of question")
  func threads() throws {
    let queries = try [
      query("finding,hs2") { $0.top = .init(count: 3) },
      query("seller") {
        $0.measures = [.lists, .goodsValueCny, .listsWithoutRate]
        $0.series = .hour
        $0.showsTotals = true
      },
      query("unit,heading") { $0.measures = [.qty, .lists] },
      query("country") { $0.comparison = try .init("2024031000..2024031010,2024031011..20240311") },
    ]
    for query in queries {
      for format in StatisticsFormat.allCases {
        let texts = try [1, 2, 5].map { threads in
          try lines(engine(threads: threads, reference: true).statistics(of: Self.store, query), format)
        }
        #expect(texts[0].count > 2 && texts[1] == texts[0] && texts[2] == texts[0])
      }
    }
  }

  @Test("CNY: by the rates of the engine's reference tables on each list's day; without a table only 142 has one")
  func cny() throws {
    let folder = TemporaryFolder()
    let store = folder["store"]
    try engine().ingest([Self.input, corpus("rates-by-day") + "/input"], into: store)
    try engine().reconcile(store)
    let query = try query("currency,day") { $0.measures = [.lists, .goodsValue, .goodsValueCny] }
    func dollars(_ result: StatisticsResult) -> [[String]] {
      result.rows.filter { $0.values[0] == "502" }.map { row in
        [row.values[1], row.measures.goodsValue?.text ?? "", row.measures.goodsValueCny?.text ?? ""]
      }
    }
    let without = try engine().statistics(of: store, query)
    #expect(dollars(without) == [["20251231", "700", ""], ["20260101", "700", ""]])
    #expect(without.listsWithoutRate == 2)
    let with = try engine(reference: true).statistics(of: store, query)
    #expect(dollars(with) == [["20251231", "700", "5040"], ["20260101", "700", "4970"]])
    #expect(with.listsWithoutRate == 0)
    for row in with.rows where row.values[0] == "142" {
      #expect(row.measures.goodsValueCny?.text == row.measures.goodsValue?.text)
    }
  }

  @Test("a question that makes no sense is refused before the store is read")
  func refused() throws {
    let error = #expect(throws: TernError.self) {
      try engine().statistics(of: Self.folder["nowhere"], query("hs2") { $0.measures = [.qty] })
    }
    #expect(error.map { "\($0)" }?.hasPrefix("qty of several units") == true)
  }
}
