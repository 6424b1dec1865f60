import TernCEB

/// The passes over one block of lists: dimension by dimension, then the measures.
extension Cube {
  mutating func addHeads(
    _ selection: Selection, _ columns: ListColumns, _ sources: [Level.Source],
    _ dispositions: Span<UInt8>
  ) throws(StatisticsError) {
    let count = selection.rows.count
    var codes = [UInt32](repeating: 0, count: count)
    var numbers = [UInt32](repeating: 0, count: count)
    for index in 0..<headLevelCount {
      var codeSpan = codes.mutableSpan
      if index == currencyLevel {
        // A list's currency is its first line's.
        var lines = selection.firstLines
        for i in lines.indices where selection.lineCounts[i] == 0 { lines[i] = Level.noRow }
        try levels[index].encode(
          sources[index], rows: lines.span, dispositions: dispositions, into: &codeSpan)
      } else {
        try levels[index].encode(
          sources[index], rows: selection.rows.span, dispositions: dispositions, into: &codeSpan)
      }
      var numberSpan = numbers.mutableSpan
      try levels[index].extend(&numberSpan, by: codes.span)
    }
    try measureHeads(selection, columns, numbers.span)
    if hasLineDimensions {
      try addLines(selection, columns, sources, dispositions, heads: numbers.span)
    }
    serial += UInt64(count)
  }

  private mutating func measureHeads(
    _ selection: Selection, _ columns: ListColumns, _ numbers: Span<UInt32>
  ) throws(StatisticsError) {
    growHeadCells()
    let rows = selection.rows.span
    let firstLines = selection.firstLines.span
    let lineCounts = selection.lineCounts.span
    var overflow: Overflow = []
    var cells = headCells.mutableSpan
    for i in numbers.indices {
      let row = Int(rows[i])
      let packNo = columns.packNo[row]
      let list = HeadCell(
        goodsValueE5: columns.goodsValueE5(first: firstLines[i], count: lineCounts[i]),
        grossWeightE5: columns.grossWeight.valueE5(row),
        netWeightE5: columns.netWeight.valueE5(row),
        packages: packNo == IntegerColumn.absent ? 0 : Int128(packNo),
        lists: 1, lines: Int64(lineCounts[i]))
      overflow.formUnion(cells[Int(numbers[i])].add(list))
    }
    try overflow.check()
  }

  /// The same for the block's lines: each starts from its list's cell.
  private mutating func addLines(
    _ selection: Selection, _ columns: ListColumns, _ sources: [Level.Source],
    _ dispositions: Span<UInt8>, heads: Span<UInt32>
  ) throws(StatisticsError) {
    var rows: [UInt32] = []
    var numbers: [UInt32] = []
    var serials: [UInt64] = []
    let expected = selection.lineCounts.reduce(0) { $0 + Int($1) }
    rows.reserveCapacity(expected)
    numbers.reserveCapacity(expected)
    serials.reserveCapacity(expected)
    for i in heads.indices {
      let first = selection.firstLines[i]
      for line in first..<first + selection.lineCounts[i] {
        rows.append(line)
        numbers.append(heads[i])
        serials.append(serial + UInt64(i) + 1)
      }
    }
    if rows.isEmpty { return }

    var codes = [UInt32](repeating: 0, count: rows.count)
    for index in headLevelCount..<levels.count {
      var codeSpan = codes.mutableSpan
      try levels[index].encode(
        sources[index], rows: rows.span, dispositions: dispositions, into: &codeSpan)
      var numberSpan = numbers.mutableSpan
      try levels[index].extend(&numberSpan, by: codes.span)
    }

    growLineCells()
    var overflow: Overflow = []
    var cells = lineCells.mutableSpan
    for i in rows.indices {
      let number = Int(numbers[i])
      cells[number].lines &+= 1
      if cells[number].lastList != serials[i] {
        cells[number].lastList = serials[i]
        cells[number].lists &+= 1
      }
      overflow.add(
        &cells[number].goodsValueE5, columns.totalPrice.valueE5(Int(rows[i])), .goodsValue)
    }
    try overflow.check()
  }

  /// Gives new prefixes of the last head level their cells.
  mutating func growHeadCells() {
    let missing = levels[headLevelCount - 1].prefixes.count - headCells.count
    headCells.append(contentsOf: repeatElement(HeadCell(), count: missing))
  }

  /// The same for the last line level.
  mutating func growLineCells() {
    let missing = levels[levels.count - 1].prefixes.count - lineCells.count
    lineCells.append(contentsOf: repeatElement(LineCell(), count: missing))
  }
}
