/// What a cube counts, and of which lists.
public struct CubePlan: Sendable {
  /// None twice; none at all gives a cell per currency.
  public var dimensions: [Dimension]
  /// The last dimension is the time of a series: the others name whose series it is.
  public var isSeries = false
  public var filter = StatisticsFilter()
  /// Only lists with `appTime` in it.
  public var span: TimeSpan?
  /// Rows are cut by currency too. Otherwise they have no `goodsValue`, but may have one in CNY.
  public var showsCurrency = true
  /// CNY per unit of a currency × 10^8 at a time in seconds since 1970-01-01, the same for all of a day; nil
  /// where none is given. Given where goods values are asked for in CNY.
  public var cnyRateE8: (@Sendable (_ currency: String, _ seconds: Int64) -> Int64?)?
  /// Adds up `qty`. The cube is then by `unit`.
  public var countsQuantity = false

  public init(dimensions: [Dimension]) { self.dimensions = dimensions }

  /// What the sums of one row are of, but for the time of a series: the values, and the currency where
  /// rows are cut by it.
  func entity(_ values: [String], currency: String?) -> [String] {
    (isSeries ? values.dropLast() : values[...]) + (splitsCurrency ? [currency ?? ""] : [])
  }

  /// The rest of a top N has a row for each of their values: sums over several would be of nothing.
  func isOfRest(_ dimension: Dimension) -> Bool {
    dimension == .currency || dimension == .unit && countsQuantity
  }

  /// The currency is a column of its own.
  var splitsCurrency: Bool { showsCurrency && !dimensions.contains(.currency) }
}
