import TernCEB

/// The passes over one block of lists: dimension by dimension, then the measures.
extension Cube {
  /// Adds lists with all their lines.
  mutating func addWhole(
    _ selection: Selection, _ columns: ListColumns, _ sources: [Level.Source],
    _ dispositions: Span<UInt8>, _ findings: Span<UInt64>
  ) throws(StatisticsError) {
    let numbers = try headNumbers(selection, columns, sources, dispositions)
    try measureHeads(selection, columns, numbers.span)
    if hasLineDimensions {
      let lines =
        findingLevel == nil
        ? LineSelection(selection, numbers)
        : try byFinding(PickedLines(selection), selection, numbers, findings)
      try addLines(
        lines, columns, sources, dispositions, areSmall: columns.areSmall(selection))
    } else if findingLevel != nil {
      try addFindings(selection, numbers, findings) { list in
        ListSums(
          lines: Int64(selection.lineCounts[list]),
          goodsValueE5: columns.goodsValueE5(
            first: selection.firstLines[list], count: selection.lineCounts[list]))
      }
    }
    serial += UInt64(selection.rows.count)
  }

  /// Adds lists with some of their lines, and each with one at least.
  mutating func addPicked(
    _ selection: Selection, _ picked: PickedLines, _ columns: ListColumns,
    _ sources: [Level.Source], _ dispositions: Span<UInt8>, _ findings: Span<UInt64>
  ) throws(StatisticsError) {
    let numbers = try headNumbers(selection, columns, sources, dispositions)
    growHeadCells()
    var overflow: Overflow = []
    var sums = [ListSums](repeating: ListSums(), count: selection.rows.count)
    for (i, line) in picked.rows.enumerated() {
      let list = Int(picked.lists[i])
      sums[list].lines += 1
      // Fewer than 2^32 values below 2^81 fit.
      sums[list].goodsValueE5 += columns.totalPrice.valueE5(Int(line))
      guard !picked.returned.isEmpty, picked.returned[i].amount != .zero else { continue }
      if sums[list].returned.add(picked.returned[i].amount) { overflow.insert(.goodsValue) }
    }
    for (i, sum) in sums.enumerated() {
      let row = Int(selection.rows[i])
      let cell = HeadCell(
        goodsValueE5: sum.goodsValueE5, grossWeightE5: columns.grossWeight.valueE5(row),
        netWeightE5: columns.netWeight.valueE5(row),
        packages: Int128(columns.packages(row)), lists: 1, lines: sum.lines)
      overflow.formUnion(headCells[Int(numbers[i])].add(cell))
      if sum.returned != .zero { overflow.add(sum.returned, to: numbers[i], of: &headReturns) }
    }
    try overflow.check()
    if hasLineDimensions {
      let lines =
        findingLevel == nil
        ? LineSelection(picked, numbers) : try byFinding(picked, selection, numbers, findings)
      try addLines(lines, columns, sources, dispositions, areSmall: false)
    } else if findingLevel != nil {
      try addFindings(selection, numbers, findings) { sums[$0] }
    }
    serial += UInt64(selection.rows.count)
  }

  /// Number of each list's cell.
  private mutating func headNumbers(
    _ selection: Selection, _ columns: ListColumns, _ sources: [Level.Source],
    _ dispositions: Span<UInt8>
  ) throws(StatisticsError) -> [UInt32] {
    // Level after level.
    var codes: [[UInt32]] = []
    for index in 0..<headLevelCount {
      // Rates begin with the codes of the currencies, the level before.
      var own =
        index == rateLevel ? codes[index - 1] : [UInt32](repeating: 0, count: selection.rows.count)
      var span = own.mutableSpan
      if index == currencyLevel {
        try levels[index].encode(
          sources[index], rows: selection.currencyLines.span, dispositions: dispositions, into: &span)
      } else if index == rateLevel {
        try encodeRates(selection, columns, into: &span)
      } else {
        try levels[index].encode(
          sources[index], rows: selection.rows.span, dispositions: dispositions, into: &span)
      }
      codes.append(own)
    }
    return try paths.numbers(codes, &levels)
  }

  /// Adds each list to its cell. Amounts come first, cells after: these lie all over the memory, and the loop over
  /// them is so short that the processor fetches those of the next lists meanwhile.
  private mutating func measureHeads(
    _ selection: Selection, _ columns: ListColumns, _ numbers: Span<UInt32>
  ) throws(StatisticsError) {
    growHeadCells()
    guard columns.areSmall(selection) else {
      return try measureLargeHeads(selection, columns, numbers)
    }
    let amounts = SmallAmounts(selection, columns)
    let lineCounts = selection.lineCounts.span
    let (goodsValues, grossWeights) = (amounts.goodsValues.span, amounts.grossWeights.span)
    let (netWeights, packages) = (amounts.netWeights.span, amounts.packages.span)
    var overflow: Overflow = []
    var cells = headCells.mutableSpan
    for i in numbers.indices {
      overflow.formUnion(
        cells[Int(numbers[i])].add(
          HeadCell(
            goodsValueE5: Int128(goodsValues[i]), grossWeightE5: Int128(grossWeights[i]),
            netWeightE5: Int128(netWeights[i]), packages: Int128(packages[i]), lists: 1,
            lines: Int64(lineCounts[i]))))
    }
    try overflow.check()
  }

  private mutating func measureLargeHeads(
    _ selection: Selection, _ columns: ListColumns, _ numbers: Span<UInt32>
  ) throws(StatisticsError) {
    var overflow: Overflow = []
    for i in numbers.indices {
      let row = Int(selection.rows[i])
      let (first, count) = (selection.firstLines[i], selection.lineCounts[i])
      let list = HeadCell(
        goodsValueE5: columns.goodsValueE5(first: first, count: count),
        grossWeightE5: columns.grossWeight.valueE5(row),
        netWeightE5: columns.netWeight.valueE5(row), packages: Int128(columns.packages(row)),
        lists: 1, lines: Int64(count))
      overflow.formUnion(headCells[Int(numbers[i])].add(list))
    }
    try overflow.check()
  }

  /// Gives new prefixes of the last head level their cells.
  mutating func growHeadCells() {
    let missing = levels[headLevelCount - 1].prefixes.count - headCells.count
    headCells.append(contentsOf: repeatElement(HeadCell(), count: missing))
  }

  /// The same for the last level.
  mutating func growLineCells() {
    let missing = levels[levels.count - 1].prefixes.count - lineCells.count
    lineCells.append(contentsOf: repeatElement(LineCell(), count: missing))
    if plan.countsQuantity { lineQuantities.append(contentsOf: repeatElement(0, count: missing)) }
    while let known = rest?.targets.count, known < lineCells.count { placeInRest(UInt32(known)) }
  }
}

/// Sums over the lines of one list.
struct ListSums {
  var lines: Int64 = 0
  var goodsValueE5: Int128 = 0
  var returned = FineAmount.zero
}
