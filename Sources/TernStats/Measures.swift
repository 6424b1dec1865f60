/// The measures of a cell or a total. Amounts are × 10^5, exact.
public struct Measures: Sendable, Equatable {
  /// Nil in a row over several currencies, or over all.
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
  /// Nil where it was not asked for, and where a list has no rate.
  public var goodsValueCny: CnyAmount?
  /// Lists in a currency without a rate; nil where CNY was not asked for.
  public var listsWithoutRate: Int?
  /// Sum of the lines' `qty` without what was returned, in the row's `unit`; nil where it was not asked
  /// for, and in a row over several units.
  public var qtyE5: Int128?
  /// Kilograms; nil in a cell that lists touch and where lines are filtered, as is `netWeightE5`.
  public var grossWeightE5: Int128?
  public var netWeightE5: Int128?
  /// Sum of `packNo`; nil where the weights are.
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

  /// Adds the sums of other lists. A sum over what is nil is nil; so is the goods value over two currencies.
  mutating func add(_ other: Measures) throws(StatisticsError) {
    lists += other.lists
    lines += other.lines
    var overflow: Overflow = []
    if currency != other.currency { currency = nil }
    if currency != nil, var sum = goodsValue, let value = other.goodsValue {
      if sum.add(value) { overflow.insert(.goodsValue) }
      set(sum)
    } else {
      goodsValueE5 = nil
      goodsValueRestE10 = 0
    }
    if var sum = goodsValueCny, let value = other.goodsValueCny {
      if sum.add(value) { overflow.insert(.goodsValue) }
      goodsValueCny = sum
    } else {
      goodsValueCny = nil
    }
    if let count = listsWithoutRate { listsWithoutRate = count + (other.listsWithoutRate ?? 0) }
    func add(_ sum: inout Int128?, _ value: Int128?, _ measure: Overflow) {
      guard var whole = sum, let value else { return sum = nil }
      overflow.add(&whole, value, measure)
      sum = whole
    }
    add(&qtyE5, other.qtyE5, .qty)
    add(&grossWeightE5, other.grossWeightE5, .grossWeight)
    add(&netWeightE5, other.netWeightE5, .netWeight)
    add(&packages, other.packages, .packages)
    try overflow.check()
  }

  mutating func set(_ value: FineAmount) {
    goodsValueE5 = value.e5
    goodsValueRestE10 = value.restE10
  }

  /// - Returns: whether the difference left the 128-bit integers.
  mutating func takeOff(_ returned: FineAmount) -> Bool {
    guard var value = goodsValue else { return false }
    let overflow = value.subtract(returned)
    set(value)
    return overflow
  }

  /// No lists of this currency; nil where `self` has it nil for its place, not for its lists.
  func empty(cny: Bool) -> Measures {
    var none = self
    none.lists = 0
    none.lines = 0
    none.goodsValueE5 = currency.map { _ in 0 }
    none.goodsValueRestE10 = 0
    none.goodsValueCny = cny ? .zero : nil
    none.listsWithoutRate = cny ? 0 : nil
    none.qtyE5 = qtyE5.map { _ in 0 }
    none.grossWeightE5 = grossWeightE5.map { _ in 0 }
    none.netWeightE5 = netWeightE5.map { _ in 0 }
    none.packages = packages.map { _ in 0 }
    return none
  }
}

/// One row of an answer.
public struct StatisticsRow: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case cell
    /// What the cells left out by a top N have together: empty values, but for the time of a series.
    case rest
    case total
  }

  public var kind = Kind.cell
  /// One per dimension, in the cube's order.
  public var values: [String]
  public var measures: Measures
  /// Of the first of two periods that are compared; `measures` are then the second's.
  public var first: Measures?

  public init(values: [String], measures: Measures) {
    self.values = values
    self.measures = measures
  }

  init(_ kind: Kind, values: [String], measures: Measures) {
    self.init(values: values, measures: measures)
    self.kind = kind
  }
}
