/// A question to the cube: what `tern stats` takes as options.
public struct StatisticsQuery: Sendable {
  /// Columns that rows are cut by; may be empty.
  public var dimensions: [Dimension]
  /// Columns behind them. `currency` stands once where it is a dimension too.
  public var measures = Measure.usual
  public var filter = StatisticsFilter()
  /// A row for every period from the first to the last with a list, also for those without.
  public var series: Period?
  /// Two stretches of time side by side.
  public var comparison: Comparison?
  /// Only the largest, and the others in one row.
  public var top: Top?
  /// Total rows in CSV and JSON too; a table has them anyway.
  public var showsTotals = false

  public struct Comparison: Sendable, Equatable {
    public var first: TimeSpan
    public var second: TimeSpan

    public init(first: TimeSpan, second: TimeSpan) {
      self.first = first
      self.second = second
    }

    /// Two stretches of time, as `--compare 202602,202603` gives them.
    public init(_ text: String) throws(QueryError) {
      let parts = text.split(separator: ",", omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw .notTwoPeriods }
      do throws(TimeSpanError) {
        first = try TimeSpan(Nearest.trimmed(parts[0]))
        second = try TimeSpan(Nearest.trimmed(parts[1]))
      } catch { throw .time(error) }
    }
  }

  public struct Top: Sendable, Equatable {
    public var count: Int
    /// Largest first; ties in order of the values.
    public var measure: Measure

    public init(count: Int, by measure: Measure = .lists) {
      self.count = count
      self.measure = measure
    }
  }

  public init(_ dimensions: [Dimension]) { self.dimensions = dimensions }

  /// The values' columns: the dimensions, and the series' time behind them.
  public var columns: [Dimension] { dimensions + (series.map { [$0.dimension] } ?? []) }

  /// The measures without a currency that is a dimension.
  public var measureColumns: [Measure] {
    measures.filter { $0 != .currency || !dimensions.contains(.currency) }
  }

  /// Rows are of one currency each.
  var showsCurrency: Bool { measures.contains(.currency) || dimensions.contains(.currency) }

  /// Goods values are asked for in CNY.
  public var asksForCny: Bool { measures.contains(where: \.isCny) }

  /// Whether the parts fit together.
  public func check() throws(QueryError) {
    if let repeated = columns.first(where: { name in columns.filter { $0 == name }.count > 1 }) {
      throw .repeated(repeated)
    }
    if measures.contains(.goodsValue) && !showsCurrency { throw .mixedCurrencies }
    if measures.contains(.qty) && !dimensions.contains(.unit) { throw .mixedUnits }
    if series != nil && comparison != nil { throw .seriesOfTwoPeriods }
    if let top {
      if top.count < 1 { throw .emptyTop }
      let comparable = measures.filter { $0 != .currency }
      if !comparable.contains(top.measure) { throw .topByNoColumn(top.measure, comparable) }
      let isPart = dimensions.contains(where: \.isTouched) || filter.dimensions.contains(where: \.isOfLines)
      switch top.measure {
      case .grossWeight, .netWeight, .packages:
        if isPart { throw .topByEmpty(top.measure) }
      default: break
      }
    }
  }

  /// The cubes that answer: one, or one for each of two periods.
  ///
  /// - Parameter rateE8: as in `CubePlan`; asked only for values in CNY.
  func plans(
    rateE8: @escaping @Sendable (_ currency: String, _ seconds: Int64) -> Int64?
  ) -> [CubePlan] {
    var plan = CubePlan(dimensions: columns)
    plan.isSeries = series != nil
    plan.filter = filter
    plan.showsCurrency = showsCurrency
    plan.cnyRateE8 = asksForCny ? rateE8 : nil
    plan.countsQuantity = measures.contains(.qty)
    guard let comparison else { return [plan] }
    return [comparison.first, comparison.second].map { span in
      var plan = plan
      plan.span = span
      return plan
    }
  }
}

/// Why a question makes no sense.
public enum QueryError: Error, Equatable, CustomStringConvertible {
  case repeated(Dimension)
  case mixedCurrencies
  case mixedUnits
  case seriesOfTwoPeriods
  case notTwoPeriods
  case time(TimeSpanError)
  case emptyTop
  case topByNoColumn(Measure, [Measure])
  case topByEmpty(Measure)

  public var description: String {
    switch self {
    case .repeated(let dimension):
      "'\(dimension.rawValue)' is asked for twice"
    case .mixedCurrencies:
      "goodsValue of several currencies does not add up: ask for currency too, or for goodsValueCny instead"
    case .mixedUnits:
      "qty of several units does not add up: add the dimension unit"
    case .seriesOfTwoPeriods:
      "a series and a comparison of two periods exclude each other; add a dimension of time to the comparison"
    case .notTwoPeriods:
      "two stretches of time are expected, as in 202602,202603 or 20260301..20260307,20260308..20260314"
    case .time(let error): error.description
    case .emptyTop: "at least one row is to be kept"
    case .topByNoColumn(let measure, let measures):
      "'\(measure.rawValue)' is not among the measures asked for; they are "
        + measures.map(\.rawValue).joined(separator: ", ")
    case .topByEmpty(let measure):
      "\(measure.rawValue) is of whole lists, and empty here, where rows hold parts of them"
    }
  }
}
