/// What a cube has counted.
extension Cube {
  /// All cells, sorted by the bytes of the dimensions' values in their order, then of the currency.
  ///
  /// With line dimensions a list without lines touches no cell; the totals have it.
  /// - Complexity: O(cells × log cells).
  public func rows() -> [StatisticsRow] {
    let columns = dimensions.map { dimension in
      levels.firstIndex { $0.dimension == dimension }!
    }
    let sortColumns = columns.contains(currencyLevel) ? columns : columns + [currencyLevel]
    let width = sortColumns.count

    // Of each cell the rank of its values, in sorting order, found by walking up from its number.
    let ranks = levels.map { $0.values.ranks() }
    let cellCount = levels[levels.count - 1].prefixes.count
    var keys = [UInt32](repeating: 0, count: cellCount * width)
    var place = [Int](repeating: 0, count: levels.count)
    for (column, level) in sortColumns.enumerated() { place[level] = column }
    for cell in 0..<cellCount {
      var number = cell
      for level in levels.indices.reversed() {
        keys[cell * width + place[level]] = ranks[level][levels[level].prefixes.code(number)]
        number = levels[level].prefixes.parent(number)
      }
    }
    let order = (0..<cellCount).sorted { a, b in
      for column in 0..<width {
        let left = keys[a * width + column]
        let right = keys[b * width + column]
        if left != right { return left < right }
      }
      return false
    }

    // Texts by rank, made once each.
    let texts = levels.indices.map { level in
      var texts = [String](repeating: "", count: ranks[level].count)
      for (code, rank) in ranks[level].enumerated() {
        texts[Int(rank)] = levels[level].values.string(code)
      }
      return texts
    }
    return order.map { cell in
      let text = { (level: Int) in texts[level][Int(keys[cell * width + place[level]])] }
      return StatisticsRow(
        values: columns.map(text), measures: measures(cell, currency: text(currencyLevel)))
    }
  }

  private func measures(_ cell: Int, currency: String) -> Measures {
    var measures: Measures
    let returned: FineAmount?
    if hasLineDimensions {
      let sums = lineCells[cell]
      measures = Measures(
        currency: currency, lists: Int(sums.lists), lines: Int(sums.lines),
        goodsValueE5: sums.goodsValueE5)
      returned = lineReturns[UInt32(cell)]
    } else {
      measures = Self.measures(headCells[cell], currency: currency)
      returned = headReturns[UInt32(cell)]
    }
    // It was checked when the return was added.
    if let returned { _ = measures.takeOff(returned) }
    return measures
  }

  private static func measures(_ cell: HeadCell, currency: String?) -> Measures {
    Measures(
      currency: currency, lists: Int(cell.lists), lines: Int(cell.lines),
      goodsValueE5: currency == nil ? nil : cell.goodsValueE5, grossWeightE5: cell.grossWeightE5,
      netWeightE5: cell.netWeightE5, packages: cell.packages)
  }

  /// All lists of each currency, counted once whatever the dimensions are; sorted by the currency's
  /// bytes.
  public func totals() throws(StatisticsError) -> [Measures] {
    let level = levels[currencyLevel]
    var sums = [HeadCell](repeating: HeadCell(), count: level.values.count)
    var overflow: Overflow = []
    for (number, cell) in headCells.enumerated() {
      overflow.formUnion(sums[level.prefixes.code(number)].add(cell))
    }
    var returned = [UInt32: FineAmount]()
    for (number, amount) in headReturns {
      let code = level.prefixes.code(Int(number))
      overflow.add(amount, to: UInt32(code), of: &returned)
    }
    try overflow.check()
    let ranks = level.values.ranks()
    let order = sums.indices.filter { sums[$0].lists > 0 }.sorted { ranks[$0] < ranks[$1] }
    var totals: [Measures] = []
    for code in order {
      var measures = Self.measures(sums[code], currency: level.values.string(code))
      if let amount = returned[UInt32(code)], measures.takeOff(amount) {
        throw .overflow(measure: "goodsValue")
      }
      totals.append(measures)
    }
    return totals
  }

  /// All lists, counted once whatever the dimensions are. Several currencies have no common goods
  /// value: it is nil then.
  public func total() throws(StatisticsError) -> Measures {
    var sum = HeadCell()
    var overflow: Overflow = []
    for cell in headCells {
      // A total over currencies that are not to be added must not fail for their sum.
      var cell = cell
      cell.goodsValueE5 = 0
      overflow.formUnion(sum.add(cell))
    }
    try overflow.check()
    let byCurrency = try totals()
    var total = Self.measures(sum, currency: nil)
    if byCurrency.count == 1 {
      total.currency = byCurrency[0].currency
      total.goodsValueE5 = byCurrency[0].goodsValueE5
      total.goodsValueRestE10 = byCurrency[0].goodsValueRestE10
    }
    return total
  }
}
