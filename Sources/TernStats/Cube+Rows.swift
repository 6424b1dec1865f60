/// What a cube has counted.
extension Cube {
  /// All cells, sorted by the bytes of the dimensions' values in their order, then of the currency; those that
  /// share one behind the others.
  ///
  /// By lines a list without lines touches no cell, by finding one without findings; the totals have both.
  /// - Complexity: O(cells × log cells).
  public func cells() throws(StatisticsError) -> [StatisticsRow] {
    let columns = valueLevels
    let sortColumns =
      plan.showsCurrency && !columns.contains(currencyLevel) ? columns + [currencyLevel] : columns
    let width = sortColumns.count

    // Of each cell the rank of its values, in sorting order, found by walking up from its number.
    let ranks = levels.map { $0.values.ranks() }
    let cellCount = levels[levels.count - 1].prefixes.count
    var keys = [UInt32](repeating: 0, count: cellCount * width)
    var place = [Int](repeating: -1, count: levels.count)
    for (column, level) in sortColumns.enumerated() { place[level] = column }
    // Codes of currency and rate, which need not be columns.
    var currencies = [UInt32](repeating: 0, count: cellCount)
    var rateCodes = [UInt32](repeating: 0, count: rateLevel == nil ? 0 : cellCount)
    for cell in 0..<cellCount {
      var number = cell
      for level in levels.indices.reversed() {
        let code = levels[level].prefixes.code(number)
        if place[level] >= 0 { keys[cell * width + place[level]] = ranks[level][code] }
        if level == currencyLevel { currencies[cell] = UInt32(code) }
        if level == rateLevel { rateCodes[cell] = UInt32(code) }
        number = levels[level].prefixes.parent(number)
      }
    }
    if let rest {
      for cell in rest.stands {
        for column in columns.indices where !isKeptInRest(column) {
          keys[Int(cell) * width + column] = .max
        }
      }
    }
    let order = order(of: cellCount, keys, bits: sortColumns.map { Self.bits(ranks[$0].count) })

    // Texts by rank, made once each.
    let texts = levels.indices.map { level in
      var texts = [String](repeating: "", count: ranks[level].count)
      if place[level] < 0 && level != currencyLevel { return texts }
      for (code, rank) in ranks[level].enumerated() {
        texts[Int(rank)] = levels[level].values.string(code)
      }
      return texts
    }
    var rows: [StatisticsRow] = []
    rows.reserveCapacity(order.count)
    var last = -1
    for cell in order {
      let currency = texts[currencyLevel][Int(ranks[currencyLevel][Int(currencies[cell])])]
      let measures = try measures(
        cell, currency: currency, rate: rateLevel.map { _ in Int(rateCodes[cell]) })
      let isRest = rest?.stands.contains(UInt32(cell)) ?? false
      // Cells that differ only in what is no column are one row.
      if last >= 0, (rows[rows.count - 1].kind == .rest) == isRest,
        (0..<width).allSatisfy({ keys[last * width + $0] == keys[cell * width + $0] })
      {
        try rows[rows.count - 1].measures.add(measures)
      } else {
        let values = columns.indices.map { column in
          let key = keys[cell * width + column]
          return key == .max ? "" : texts[columns[column]][Int(key)]
        }
        rows.append(StatisticsRow(isRest ? .rest : .cell, values: values, measures: measures))
      }
      last = cell
    }
    if !plan.showsCurrency {
      for i in rows.indices { rows[i].measures.dropCurrency() }
    }
    return rows
  }

  /// Cells in the order of their keys, one key of `bits` each column; the rest behind. Those that were folded into a rest
  /// are left out.
  private func order(of cellCount: Int, _ keys: [UInt32], bits: [Int]) -> [Int] {
    let width = bits.count
    let cellBits = Self.bits(cellCount)
    if rest == nil, bits.reduce(cellBits, +) <= 64 {
      // As single words, which compare in one step.
      var words: [UInt64] = []
      words.reserveCapacity(cellCount)
      for cell in 0..<cellCount {
        var word: UInt64 = 0
        for column in 0..<width { word = word << UInt64(bits[column]) | UInt64(keys[cell * width + column]) }
        words.append(word << UInt64(cellBits) | UInt64(cell))
      }
      words.sort()
      return words.map { Int($0 & (1 << UInt64(cellBits) - 1)) }
    }
    return (0..<cellCount).filter { rest == nil || rest!.target(UInt32($0)) == UInt32($0) }
      .sorted { a, b in
        if let rest {
          let (left, right) = (rest.stands.contains(UInt32(a)), rest.stands.contains(UInt32(b)))
          if left != right { return right }
        }
        for column in 0..<width {
          let left = keys[a * width + column]
          let right = keys[b * width + column]
          if left != right { return left < right }
        }
        return false
      }
  }

  /// Of the numbers below `count`.
  private static func bits(_ count: Int) -> Int { Int.bitWidth - count.leadingZeroBitCount }

  /// `cells` of a cube by currency and without CNY: nothing of that can overflow.
  public func rows() -> [StatisticsRow] {
    precondition(plan.showsCurrency && rateLevel == nil, "this cube's rows are its cells()")
    do throws(StatisticsError) { return try cells() } catch { preconditionFailure("\(error)") }
  }

  private func measures(
    _ cell: Int, currency: String, rate: Int?
  ) throws(StatisticsError) -> Measures {
    var measures: Measures
    let returned: FineAmount?
    if isTouched {
      let sums = lineCells[cell]
      measures = Measures(
        currency: currency, lists: Int(sums.lists), lines: Int(sums.lines),
        goodsValueE5: sums.goodsValueE5)
      if plan.countsQuantity { measures.qtyE5 = lineQuantities[cell] }
      returned = lineReturns[UInt32(cell)]
    } else {
      measures = self.measures(headCells[cell], currency: currency)
      returned = headReturns[UInt32(cell)]
    }
    try finish(&measures, returned: returned, rate: rate)
    return measures
  }

  /// Takes off what was returned, and gives the value in CNY.
  private func finish(
    _ measures: inout Measures, returned: FineAmount?, rate: Int?
  ) throws(StatisticsError) {
    if let returned, measures.takeOff(returned) { throw .overflow(measure: "goodsValue") }
    guard let rate, let value = measures.goodsValue else { return }
    guard let rateE8 = rateE8(rate) else { return measures.listsWithoutRate = measures.lists }
    guard let cny = CnyAmount(value, rateE8: rateE8) else {
      throw .overflow(measure: "goodsValueCny")
    }
    measures.goodsValueCny = cny
    measures.listsWithoutRate = 0
  }

  private func measures(_ cell: HeadCell, currency: String) -> Measures {
    // A filter by lines leaves parts of lists.
    let hasWeights = !filter.isOfLines
    return Measures(
      currency: currency, lists: Int(cell.lists), lines: Int(cell.lines),
      goodsValueE5: cell.goodsValueE5, grossWeightE5: hasWeights ? cell.grossWeightE5 : nil,
      netWeightE5: hasWeights ? cell.netWeightE5 : nil, packages: hasWeights ? cell.packages : nil)
  }

  /// All lists of each currency, counted once whatever the dimensions are; sorted by the currency's
  /// bytes.
  public func totals() throws(StatisticsError) -> [Measures] {
    // By codes of currency and rate.
    var sums: [UInt64: (cell: HeadCell, returned: FineAmount)] = [:]
    var overflow: Overflow = []
    let prefixes = levels[headLevelCount - 1].prefixes
    let parents = levels[currencyLevel].prefixes
    for (number, cell) in headCells.enumerated() where cell.lists > 0 {
      let code = prefixes.code(number)
      let key =
        rateLevel == nil
        ? UInt64(code) << 32 : UInt64(parents.code(prefixes.parent(number))) << 32 | UInt64(code)
      overflow.formUnion(sums[key, default: (HeadCell(), .zero)].cell.add(cell))
      guard let amount = headReturns[UInt32(number)] else { continue }
      if sums[key]!.returned.add(amount) { overflow.insert(.goodsValue) }
    }
    try overflow.check()
    let ranks = levels[currencyLevel].values.ranks()
    var totals: [Measures] = []
    let order = sums.keys.sorted { (ranks[Int($0 >> 32)], $0) < (ranks[Int($1 >> 32)], $1) }
    for key in order {
      let sum = sums[key]!
      var measures = measures(
        sum.cell, currency: levels[currencyLevel].values.string(Int(key >> 32)))
      try finish(
        &measures, returned: sum.returned,
        rate: rateLevel.map { _ in Int(UInt32(truncatingIfNeeded: key)) })
      if let last = totals.last, last.currency == measures.currency {
        try totals[totals.count - 1].add(measures)
      } else {
        totals.append(measures)
      }
    }
    return totals
  }

  /// All lists, counted once whatever the dimensions are. Several currencies have no common goods
  /// value: it is nil then.
  public func total() throws(StatisticsError) -> Measures { try total(of: totals()) }

  /// Of what `totals` has found.
  func total(of totals: [Measures]) throws(StatisticsError) -> Measures {
    guard var total = totals.first else { return noLists }
    for other in totals.dropFirst() { try total.add(other) }
    return total
  }

  /// The measures of no lists, over all currencies.
  var noLists: Measures {
    var none = measures(HeadCell(), currency: "")
    none.dropCurrency()
    if rateLevel != nil {
      none.goodsValueCny = .zero
      none.listsWithoutRate = 0
    }
    return none
  }
}

extension Measures {
  mutating func dropCurrency() {
    currency = nil
    goodsValueE5 = nil
    goodsValueRestE10 = 0
  }
}
