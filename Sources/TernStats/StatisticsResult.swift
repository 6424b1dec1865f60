/// The answer to a question: rows ready to be written.
///
/// Rows stand sorted by the bytes of their values, then by currency. The rows of one series stand together. With a
/// top N they stand by rank, and the rest behind them: behind those of its currency where ranks are within
/// currencies.
public struct StatisticsResult: Sendable {
  public let query: StatisticsQuery
  public internal(set) var rows: [StatisticsRow]
  /// One per currency where rows are of one each, then one over all if that makes several.
  public internal(set) var totals: [StatisticsRow]
  /// Lists in a currency without a rate, of all that were counted; 0 where CNY was not asked for.
  public internal(set) var listsWithoutRate = 0

  /// What a cube with dimensions and nothing else answers.
  public init(_ cube: Cube) throws(StatisticsError) {
    query = StatisticsQuery(cube.dimensions)
    rows = try cube.cells()
    totals = try Self.totals(query, [cube])
  }

  init(
    _ query: StatisticsQuery, rows: [StatisticsRow], totals: [StatisticsRow]
  ) {
    self.query = query
    self.rows = rows
    self.totals = totals
  }

  static func totals(
    _ query: StatisticsQuery, _ cubes: [Cube]
  ) throws(StatisticsError) -> [StatisticsRow] {
    var sides: [[StatisticsRow]] = []
    let values = [String](repeating: "", count: query.columns.count)
    let ofCurrencies = try cubes.map { (cube) throws(StatisticsError) in try cube.totals() }
    for totals in ofCurrencies {
      sides.append((query.showsCurrency ? totals : []).map { StatisticsRow(.total, values: values, measures: $0) })
    }
    var rows = join(sides, query)
    if rows.count != 1 {
      var all = try zip(cubes, ofCurrencies).map { (cube, totals) throws(StatisticsError) in
        try cube.total(of: totals)
      }
      // Of two sides one may have a single currency; over all there are several, or none is a column.
      if rows.count > 1 || !query.showsCurrency { for i in all.indices { all[i].dropCurrency() } }
      var row = StatisticsRow(.total, values: values, measures: all[all.count - 1])
      if all.count == 2 { row.first = all[0] }
      rows.append(row)
    }
    return rows
  }

  /// Rows of one cube as they are, those of two side by side: what only one has is zero in the other.
  static func join(_ sides: [[StatisticsRow]], _ query: StatisticsQuery) -> [StatisticsRow] {
    guard sides.count == 2 else { return sides[0] }
    func key(_ row: StatisticsRow) -> [String] {
      [row.kind == .rest ? "1" : "0"] + row.values
        + [query.showsCurrency ? row.measures.currency ?? "" : ""]
    }
    var rows: [[String]: StatisticsRow] = [:]
    for var row in sides[1] {
      row.first = row.measures.empty(cny: query.asksForCny)
      rows[key(row)] = row
    }
    for var row in sides[0] {
      row.first = row.measures
      row.measures = rows[key(row)]?.measures ?? row.measures.empty(cny: query.asksForCny)
      rows[key(row)] = row
    }
    return rows.sorted { Self.precedes($0.key, $1.key) }.map(\.value)
  }

  /// In order of bytes.
  static func precedes(_ a: [String], _ b: [String]) -> Bool {
    for (left, right) in zip(a, b) where left != right {
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    }
    return a.count < b.count
  }

  /// The rows of a series, with those of the periods in which nothing was counted.
  static func fill(
    _ rows: [StatisticsRow], _ period: Period, _ cubes: [Cube], _ query: StatisticsQuery
  ) throws(StatisticsError) -> [StatisticsRow] {
    let present = cubes[0].periods(period)
    guard let first = present.min(), let last = present.max() else { return rows }
    struct Series: Hashable {
      var isRest: Bool
      var entity: [String]
    }
    // In the order that their first rows have.
    var series: [Series] = []
    var known: [Series: [String: StatisticsRow]] = [:]
    for row in rows {
      let own = Series(
        isRest: row.kind == .rest,
        entity: cubes[0].plan.entity(row.values, currency: row.measures.currency))
      if known[own] == nil { series.append(own) }
      known[own, default: [:]][row.values[row.values.count - 1]] = row
    }
    let count = Int(last - first) + 1
    guard count <= cubes[0].cellLimit / max(series.count, 1) else {
      throw .seriesTooLong(periods: count, series: series.count, limit: cubes[0].cellLimit)
    }
    let texts = (first...last).map(period.text)
    var filled: [StatisticsRow] = []
    filled.reserveCapacity(count * series.count)
    for own in series {
      let rows = known[own]!
      var none = rows.first!.value
      none.measures = none.measures.empty(cny: query.asksForCny)
      for text in texts {
        none.values[none.values.count - 1] = text
        filled.append(rows[text] ?? none)
      }
    }
    return filled
  }
}

/// A question being answered: empty cubes to fill with the lists, once, or twice where the rest of a top N can't
/// be added up from cells.
///
///     var job = try StatisticsJob(query, names: names, rateE8: rate)
///     while job.result == nil { try job.take(fill(job.cubes)) }
public struct StatisticsJob: Sendable {
  /// To be filled, all with the same lists.
  public private(set) var cubes: [Cube]
  public private(set) var result: StatisticsResult?
  private let query: StatisticsQuery
  /// Known from the first filling, when the second is under way.
  private var ranking: Ranking?

  /// - Parameter rateE8: as in `CubePlan`; asked only for values in CNY.
  public init(
    _ query: StatisticsQuery, names: VerdictNames, cellLimit: Int = Cube.cellLimitDefault,
    rateE8: @escaping @Sendable (_ currency: String, _ seconds: Int64) -> Int64?
  ) throws(QueryError) {
    try query.check()
    self.query = query
    cubes = query.plans(rateE8: rateE8).map { Cube($0, names: names, cellLimit: cellLimit) }
  }

  public mutating func take(_ filled: [Cube]) throws(StatisticsError) {
    var sides: [[StatisticsRow]] = []
    for cube in filled { sides.append(try cube.cells()) }
    var rows = StatisticsResult.join(sides, query)
    if let top = query.top {
      let ranking = self.ranking ?? Ranking(rows, top, filled[0].plan)
      if self.ranking == nil && ranking.leavesOut {
        if filled[0].isTouched {
          self.ranking = ranking
          cubes = filled.map {
            Cube($0.plan, names: $0.names, cellLimit: $0.cellLimit, keeping: ranking.kept)
          }
          return
        }
        rows = try ranking.fold(rows)
      }
      ranking.sort(&rows)
    }
    if let period = query.series {
      rows = try StatisticsResult.fill(rows, period, filled, query)
    }
    var result = StatisticsResult(
      query, rows: rows, totals: try StatisticsResult.totals(query, filled))
    if query.asksForCny {
      for cube in filled { result.listsWithoutRate += try cube.total().listsWithoutRate ?? 0 }
    }
    self.result = result
  }
}
