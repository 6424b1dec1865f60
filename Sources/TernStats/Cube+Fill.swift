import TernCEB

/// The passes over one block of lists: dimension by dimension, then the measures.
extension Cube {
  mutating func addHeads(
    _ selection: Selection, _ columns: ListColumns, _ sources: [Level.Source],
    _ dispositions: Span<UInt8>
  ) throws(StatisticsError) {
    let numbers = try headNumbers(selection, sources, dispositions)
    try measureHeads(selection, columns, numbers.span)
    if hasLineDimensions {
      try addLines(
        LineSelection(selection, numbers.span), columns, sources, dispositions,
        areSmall: columns.areSmall(selection))
    }
    serial += UInt64(selection.rows.count)
  }

  /// Number of each list's cell.
  mutating func headNumbers(
    _ selection: Selection, _ sources: [Level.Source], _ dispositions: Span<UInt8>
  ) throws(StatisticsError) -> [UInt32] {
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
    return numbers
  }

  private mutating func measureHeads(
    _ selection: Selection, _ columns: ListColumns, _ numbers: Span<UInt32>
  ) throws(StatisticsError) {
    growHeadCells()
    let rows = selection.rows.span
    let firstLines = selection.firstLines.span
    let lineCounts = selection.lineCounts.span
    let areSmall = columns.areSmall(selection)
    var overflow: Overflow = []
    var cells = headCells.mutableSpan
    for i in numbers.indices {
      let row = Int(rows[i])
      let packNo = columns.packNo[row]
      var list = HeadCell(
        packages: packNo == IntegerColumn.absent ? 0 : Int128(packNo), lists: 1,
        lines: Int64(lineCounts[i]))
      if areSmall {
        list.goodsValueE5 = Int128(
          columns.smallGoodsValueE5(first: firstLines[i], count: lineCounts[i]))
        list.grossWeightE5 = Int128(columns.grossWeight.smallE5(row))
        list.netWeightE5 = Int128(columns.netWeight.smallE5(row))
      } else {
        list.goodsValueE5 = columns.goodsValueE5(first: firstLines[i], count: lineCounts[i])
        list.grossWeightE5 = columns.grossWeight.valueE5(row)
        list.netWeightE5 = columns.netWeight.valueE5(row)
      }
      overflow.formUnion(cells[Int(numbers[i])].add(list))
    }
    try overflow.check()
  }

  /// The same for the block's lines: each starts from its list's cell. Gives the numbers of their own.
  @discardableResult
  mutating func addLines(
    _ selection: LineSelection, _ columns: ListColumns, _ sources: [Level.Source],
    _ dispositions: Span<UInt8>, areSmall: Bool
  ) throws(StatisticsError) -> [UInt32] {
    let rows = selection.rows
    let lists = selection.lists
    var numbers = selection.numbers
    if rows.isEmpty { return [] }
    var codes = [UInt32](repeating: 0, count: rows.count)
    for index in headLevelCount..<levels.count {
      var codeSpan = codes.mutableSpan
      try levels[index].encode(
        sources[index], rows: rows.span, dispositions: dispositions, into: &codeSpan)
      var numberSpan = numbers.mutableSpan
      try levels[index].extend(&numberSpan, by: codes.span)
    }

    growLineCells()
    let firstSerial = serial &+ 1
    var overflow: Overflow = []
    var cells = lineCells.mutableSpan
    for i in rows.indices {
      let number = Int(numbers[i])
      cells[number].lines &+= 1
      let list = firstSerial &+ UInt64(lists[i])
      if cells[number].lastList != list {
        cells[number].lastList = list
        cells[number].lists &+= 1
      }
      let row = Int(rows[i])
      let value =
        areSmall ? Int128(columns.totalPrice.smallE5(row)) : columns.totalPrice.valueE5(row)
      overflow.add(&cells[number].goodsValueE5, value, .goodsValue)
    }
    try overflow.check()
    return numbers
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
