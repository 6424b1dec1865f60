/// The measures of a cell or a total. Amounts are × 10^5, exact.
public struct Measures: Sendable, Equatable {
  /// Nil in a total over several currencies.
  public var currency: String?
  public var lists: Int
  public var lines: Int
  /// Sum of the lines' `totalPrice` at face value, without what was returned; nil where `currency` is.
  /// Rounded down where returned goods leave more than five fraction digits: see `goodsValue`.
  public var goodsValueE5: Int128?
  /// The same, exactly.
  public var goodsValue: FineAmount? {
    guard let goodsValueE5 else { return nil }
    return FineAmount(e5: goodsValueE5, restE10: goodsValueRestE10)
  }
  /// What `goodsValueE5` lacks, in units of 10^-10: 0 to 99,999.
  public var goodsValueRestE10: Int32 = 0
  /// Kilograms; nil in a cell by a line dimension, as is `netWeightE5`.
  public var grossWeightE5: Int128?
  public var netWeightE5: Int128?
  /// Sum of `packNo`; nil in a cell by a line dimension.
  public var packages: Int128?

  public init(
    currency: String?, lists: Int, lines: Int, goodsValueE5: Int128?,
    grossWeightE5: Int128? = nil, netWeightE5: Int128? = nil, packages: Int128? = nil
  ) {
    self.currency = currency
    self.lists = lists
    self.lines = lines
    self.goodsValueE5 = goodsValueE5
    self.grossWeightE5 = grossWeightE5
    self.netWeightE5 = netWeightE5
    self.packages = packages
  }

  /// Names of the measures, in output order. `currency` is left out where it is a dimension.
  public static let names = [
    "currency", "lists", "lines", "goodsValue", "grossWeight", "netWeight", "packages",
  ]
}

/// One cell of a cube.
public struct StatisticsRow: Sendable, Equatable {
  /// One per dimension, in the cube's order.
  public var values: [String]
  public var measures: Measures

  public init(values: [String], measures: Measures) {
    self.values = values
    self.measures = measures
  }
}
