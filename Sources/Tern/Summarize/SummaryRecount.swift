import TernCEB
import TernStats
import TernStore

/// The sums of a run, computed from its lists one by one: what they declared, less what came back.
/// The merged lines must have the same.
struct SummaryRecount: Sendable {
  /// By position in the plan's order.
  private(set) var listCounts: [Int]
  private var declared: [GoodsSums]
  private var returned: [GoodsSums]
  private(set) var currencies = ByteKeys()
  private var declaredIn: [GoodsSums] = []
  private var returnedIn: [GoodsSums] = []
  private var key = KeyBytes()

  init(declarations: Int) {
    listCounts = Array(repeating: 0, count: declarations)
    declared = Array(repeating: GoodsSums(), count: declarations)
    returned = declared
  }

  /// Takes one list.
  ///
  /// - Parameter returns: of its lines, in order.
  mutating func add(
    _ declaration: Int, _ lines: Range<Int>, _ goods: GoodsColumns, _ currency: TextColumn,
    _ returns: ArraySlice<ReturnedLine>
  ) throws(TernError) {
    listCounts[declaration] += 1
    for line in lines {
      try add(goods.declared(line), currency, line, to: declaration, isReturned: false)
    }
    for one in returns {
      let line = lines.lowerBound + one.line
      var back = goods.declared(line)
      try back.subtract(goods.left(line, returnedE5: one.qtyE5))
      try add(back, currency, line, to: declaration, isReturned: true)
    }
  }

  private mutating func add(
    _ sums: GoodsSums, _ currency: TextColumn, _ line: Int, to declaration: Int, isReturned: Bool
  ) throws(TernError) {
    key.begin()
    unsafe key.append(currency.unsafeValue(line))
    let number = number()
    if isReturned {
      try returned[declaration].add(sums)
      try returnedIn[number].add(sums)
    } else {
      try declared[declaration].add(sums)
      try declaredIn[number].add(sums)
    }
  }

  /// Of the currency in `key`.
  private mutating func number() -> Int {
    let number = currencies.number(of: key)
    if number == declaredIn.count {
      declaredIn.append(GoodsSums())
      returnedIn.append(GoodsSums())
    }
    return number
  }

  mutating func merge(_ other: SummaryRecount) throws(TernError) {
    for declaration in listCounts.indices {
      listCounts[declaration] += other.listCounts[declaration]
      try declared[declaration].add(other.declared[declaration])
      try returned[declaration].add(other.returned[declaration])
    }
    for currency in 0..<other.currencies.count {
      key.set(other.currencies[currency])
      let own = number()
      try declaredIn[own].add(other.declaredIn[currency])
      try returnedIn[own].add(other.returnedIn[currency])
    }
  }

  /// Of one declaration, by position in the plan's order.
  func sums(ofDeclaration declaration: Int) throws(TernError) -> GoodsSums {
    var sums = declared[declaration]
    try sums.subtract(returned[declaration])
    return sums
  }

  /// In the order of the currencies' codes.
  func sumsByCurrency() throws(TernError) -> [(currency: String, sums: GoodsSums)] {
    let order = (0..<currencies.count).sorted { KeyBytes.precedes(currencies[$0], currencies[$1]) }
    var found: [(currency: String, sums: GoodsSums)] = []
    for number in order {
      var sums = declaredIn[number]
      try sums.subtract(returnedIn[number])
      found.append((String(decoding: KeyBytes.values(currencies[number])[0], as: UTF8.self), sums))
    }
    return found
  }
}
