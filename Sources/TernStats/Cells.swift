/// Sums over the lists of one head cell (all dimensions but those of lines). Every list that
/// counts is in exactly one, so sums over head cells are counts.
struct HeadCell: Sendable, BitwiseCopyable {
  var goodsValueE5: Int128 = 0
  var grossWeightE5: Int128 = 0
  var netWeightE5: Int128 = 0
  var packages: Int128 = 0
  var lists: Int64 = 0
  var lines: Int64 = 0

  /// Gives what overflowed. Counts can't: each was a row in memory.
  @inline(__always) mutating func add(_ other: HeadCell) -> Overflow {
    lists &+= other.lists
    lines &+= other.lines
    var overflow: Overflow = []
    overflow.add(&goodsValueE5, other.goodsValueE5, .goodsValue)
    overflow.add(&grossWeightE5, other.grossWeightE5, .grossWeight)
    overflow.add(&netWeightE5, other.netWeightE5, .netWeight)
    overflow.add(&packages, other.packages, .packages)
    return overflow
  }
}

/// Sums over the lines of one cell that lists touch.
struct LineCell: Sendable, BitwiseCopyable {
  var goodsValueE5: Int128 = 0
  var lists: Int64 = 0
  var lines: Int64 = 0
  /// Serial of the list counted last, so that a list counts once however many of its lines fall
  /// here. Its lines come together. 0: none.
  var lastList: UInt64 = 0
}

/// Sums that left the 128-bit integers.
struct Overflow: OptionSet, Sendable {
  var rawValue: UInt8

  static let goodsValue = Overflow(rawValue: 1)
  static let grossWeight = Overflow(rawValue: 2)
  static let netWeight = Overflow(rawValue: 4)
  static let packages = Overflow(rawValue: 8)
  static let qty = Overflow(rawValue: 16)

  @inline(__always)
  mutating func add(_ sum: inout Int128, _ value: Int128, _ measure: Overflow) {
    let (result, overflow) = sum.addingReportingOverflow(value)
    sum = result
    if overflow { formUnion(measure) }
  }

  /// Adds to what returns take off one cell.
  mutating func add(
    _ amount: FineAmount, to cell: UInt32, of returns: inout [UInt32: FineAmount]
  ) {
    if returns[cell, default: .zero].add(amount) { insert(.goodsValue) }
  }

  func check() throws(StatisticsError) {
    if isEmpty { return }
    if contains(.goodsValue) { throw .overflow(measure: "goodsValue") }
    if contains(.grossWeight) { throw .overflow(measure: "grossWeight") }
    if contains(.netWeight) { throw .overflow(measure: "netWeight") }
    if contains(.packages) { throw .overflow(measure: "packages") }
    throw .overflow(measure: "qty")
  }
}
