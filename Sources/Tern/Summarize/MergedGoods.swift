import TernCEB
import TernStats
import TernStore

/// Sums over list lines.
struct GoodsSums: Sendable, Equatable {
  var listLines = 0
  var qty1E5: Int128 = 0
  var qty2E5: Int128 = 0
  var totalPrice = FineAmount.zero

  mutating func add(_ other: GoodsSums) throws(TernError) {
    listLines += other.listLines
    qty1E5 = try Self.sum(qty1E5, other.qty1E5, "qty1")
    qty2E5 = try Self.sum(qty2E5, other.qty2E5, "qty2")
    if totalPrice.add(other.totalPrice) { throw .statistics(.overflow(measure: "totalPrice")) }
  }

  mutating func subtract(_ other: GoodsSums) throws(TernError) {
    listLines -= other.listLines
    qty1E5 = try Self.sum(qty1E5, -other.qty1E5, "qty1")
    qty2E5 = try Self.sum(qty2E5, -other.qty2E5, "qty2")
    if totalPrice.subtract(other.totalPrice) { throw .statistics(.overflow(measure: "totalPrice")) }
  }

  static let names = ["listLines", "qty1", "qty2", "totalPrice"]

  /// By `names`; decimals without trailing zeros.
  var texts: [(name: String, value: String)] {
    let values = [
      "\(listLines)", FineAmount(e5: qty1E5).text, FineAmount(e5: qty2E5).text, totalPrice.text,
    ]
    return zip(Self.names, values).map { ($0, $1) }
  }

  private static func sum(_ a: Int128, _ b: Int128, _ measure: String) throws(TernError) -> Int128 {
    let (sum, overflow) = a.addingReportingOverflow(b)
    if overflow { throw .statistics(.overflow(measure: measure)) }
    return sum
  }
}

/// Columns of list lines that decide what is declared.
struct GoodsColumns {
  static let names = ["qty", "qty1", "qty2", "price", "totalPrice"]

  private let qty, qty1, qty2, price, totalPrice: DecimalColumn

  init(_ lines: Table) {
    func column(_ name: String) -> DecimalColumn { lines[name].decimal }
    (qty, qty1, qty2) = (column("qty"), column("qty1"), column("qty2"))
    (price, totalPrice) = (column("price"), column("totalPrice"))
  }

  /// As declared.
  func declared(_ line: Int) -> GoodsSums {
    GoodsSums(
      listLines: 1, qty1E5: qty1.valueE5(line) ?? 0, qty2E5: qty2.valueE5(line) ?? 0,
      totalPrice: FineAmount(e5: totalPrice.valueE5(line) ?? 0))
  }

  /// What a return of `returnedE5` (× 10^5, 0 to `qty`) leaves of a line: nothing of one that is back
  /// as a whole; otherwise returned quantity × `price` comes off `totalPrice`, and `qty1` and `qty2`
  /// go down as `qty` does, rounded half up to five fraction digits.
  func left(_ line: Int, returnedE5: Int128) throws(TernError) -> GoodsSums {
    var sums = declared(line)
    if returnedE5 == 0 { return sums }
    let qtyE5 = qty.valueE5(line) ?? 0
    precondition(returnedE5 > 0 && returnedE5 <= qtyE5, "more returned than declared")
    if returnedE5 == qtyE5 { return GoodsSums() }
    sums.qty1E5 = Self.share(sums.qty1E5, qtyE5 - returnedE5, of: qtyE5)
    sums.qty2E5 = Self.share(sums.qty2E5, qtyE5 - returnedE5, of: qtyE5)
    let back = FineAmount(qtyE5: returnedE5, priceE5: price.valueE5(line) ?? 0)
    if sums.totalPrice.subtract(back) { throw .statistics(.overflow(measure: "totalPrice")) }
    return sums
  }

  /// `value` × `part` / `whole`, half up (away from 0). Legal numbers: the product fits 128 bits.
  private static func share(_ value: Int128, _ part: Int128, of whole: Int128) -> Int128 {
    let (quotient, rest) = (value.magnitude * part.magnitude).quotientAndRemainder(dividingBy: whole.magnitude)
    let rounded = Int128(quotient) + (rest * 2 >= whole.magnitude ? 1 : 0)
    return value < 0 ? -rounded : rounded
  }
}

/// Declarations and their merged lines, of one thread or of all.
struct MergedGoods: Sendable {
  static let linesMax = 1 << 22
  private static let keyColumns = ["customsCode", "agentCode", "ebcCode", "trafMode", "ownerCode", "country", "portCode"]
  private static let lineKeyColumns = ["country", "gcode", "currency", "unit1", "itemName"]
  static let lineColumns = lineKeyColumns + ["unit2"] + GoodsColumns.names

  /// What a declaration takes from its first list.
  struct FirstList: Sendable {
    /// Dense number.
    var index: Int
    var agentName: [UInt8]
    var ebcName: [UInt8]
    /// `DerivedNumbers.guid`: makes the numbers of two stores different.
    var guid: String
  }

  private let options: SummaryOptions
  /// By the values of `keyColumns`; `ownerCode` is empty where it does not count.
  private(set) var declarations = ByteKeys()
  private(set) var firstLists: [FirstList] = []
  private(set) var listCounts: [Int] = []
  /// By declaration and the values of `lineKeyColumns`; `itemName` is empty where it does not count.
  private(set) var lines = ByteKeys()
  private(set) var sums: [GoodsSums] = []
  /// Every `unit2` of a merged line, by line and value.
  private(set) var secondUnits = ByteKeys()
  private var key = KeyBytes()

  init(_ options: SummaryOptions) { self.options = options }

  /// Takes the chosen lists of a part, and gives the number of each one's declaration.
  ///
  /// - Parameters:
  ///   - counts: `#lines` of all lists of the part.
  ///   - lines: `lineColumns` of all of them.
  mutating func add(
    _ chosen: SummarySelection.Chosen, counts: IntegerColumn, lines table: Table
  ) throws(TernError) -> [UInt32] {
    guard let heads = chosen.heads else { return [] }
    let keys = Self.keyColumns.map { $0 == "ownerCode" && !options.groupsByOwner ? nil : heads[$0].text }
    let lineKeys = Self.lineKeyColumns.map { $0 == "itemName" && !options.groupsByItemName ? nil : table[$0].text }
    let unit2 = table["unit2"].text
    let goods = GoodsColumns(table)
    var numbers: [UInt32] = []
    numbers.reserveCapacity(chosen.rows.count)
    var (row, line, next) = (0, 0, chosen.returns.startIndex)
    for chosenRow in chosen.rows {
      while row < chosenRow {
        line += Int(counts[row])
        row += 1
      }
      let declaration = declaration(keys, heads, row, index: chosen.firstIndex + row)
      numbers.append(UInt32(declaration))
      while next < chosen.returns.endIndex, chosen.returns[next].list < row { next += 1 }
      for offset in 0..<Int(counts[row]) {
        var returnedE5: Int128 = 0
        if next < chosen.returns.endIndex, chosen.returns[next].list == row,
          chosen.returns[next].line == offset
        {
          returnedE5 = chosen.returns[next].qtyE5
          next += 1
        }
        let left = try goods.left(line + offset, returnedE5: returnedE5)
        if left.listLines == 0 { continue }
        try add(left, lineKeys, unit2, line + offset, of: declaration)
      }
    }
    extendLifetime(table)
    return numbers
  }

  private mutating func declaration(
    _ keys: [TextColumn?], _ heads: Table, _ row: Int, index: Int
  ) -> Int {
    key.begin()
    for column in keys {
      if let column { unsafe key.append(column.unsafeValue(row)) } else { key.append(number: 0) }
    }
    let number = declarations.number(of: key)
    if number == firstLists.count {
      func value(_ name: String) -> [UInt8] { unsafe Array(heads[name].text.unsafeValue(row)) }
      firstLists.append(
        FirstList(
          index: index, agentName: value("agentName"), ebcName: value("ebcName"),
          guid: DerivedNumberColumns(heads, .export)[row].guid))
      listCounts.append(0)
    }
    listCounts[number] += 1
    return number
  }

  private mutating func add(
    _ left: GoodsSums, _ keys: [TextColumn?], _ unit2: TextColumn, _ line: Int, of declaration: Int
  ) throws(TernError) {
    key.begin()
    key.append(number: declaration)
    for column in keys {
      if let column { unsafe key.append(column.unsafeValue(line)) } else { key.append(number: 0) }
    }
    let number = lines.number(of: key)
    if number == sums.count {
      guard number < Self.linesMax else { throw .tooManyCounts(limit: Self.linesMax) }
      sums.append(left)
    } else {
      try sums[number].add(left)
    }
    let second = unsafe unit2.unsafeValue(line)
    if second.isEmpty { return }
    key.begin()
    key.append(number: number)
    unsafe key.append(second)
    _ = secondUnits.number(of: key)
  }

  /// Adds what another thread has, and gives the number here of each of its declarations.
  mutating func merge(_ other: MergedGoods) throws(TernError) -> [UInt32] {
    var numbers: [UInt32] = []
    for (number, first) in other.firstLists.enumerated() {
      key.set(other.declarations[number])
      let own = declarations.number(of: key)
      if own == firstLists.count {
        firstLists.append(first)
        listCounts.append(0)
      } else if first.index < firstLists[own].index {
        firstLists[own] = first
      }
      listCounts[own] += other.listCounts[number]
      numbers.append(UInt32(own))
    }
    var lineNumbers: [Int] = []
    for (number, more) in other.sums.enumerated() {
      let otherKey = other.lines[number]
      key.set(number: Int(numbers[KeyBytes.number(otherKey)]), tailOf: otherKey)
      let own = lines.number(of: key)
      if own == sums.count {
        guard own < Self.linesMax else { throw .tooManyCounts(limit: Self.linesMax) }
        sums.append(more)
      } else {
        try sums[own].add(more)
      }
      lineNumbers.append(own)
    }
    for number in 0..<other.secondUnits.count {
      let otherKey = other.secondUnits[number]
      key.set(number: lineNumbers[KeyBytes.number(otherKey)], tailOf: otherKey)
      _ = secondUnits.number(of: key)
    }
    return numbers
  }
}
