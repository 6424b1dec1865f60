import TernCEB

/// Lines beside the cells of their lists, or of one finding of theirs: those of a list come together, and the
/// same line of several findings too.
struct LineSelection {
  /// Rows of the lines.
  var rows: [UInt32]
  /// Of each the cell so far.
  var numbers: [UInt32] = []
  /// Of each the position of its list in the selection.
  var lists: [UInt32]
  /// What returns take off each; empty where nothing came back.
  var returned: [ReturnedPart]

  init() {
    rows = []
    lists = []
    returned = []
  }

  /// These lines, and the cells of their lists.
  init(_ picked: PickedLines, _ heads: [UInt32]) {
    rows = picked.rows
    lists = picked.lists
    returned = picked.returned
    numbers = lists.map { heads[Int($0)] }
  }

  /// All lines of a selection. One pass: most blocks go this way.
  init(_ selection: Selection, _ heads: [UInt32]) {
    let count = selection.lineCounts.reduce(0) { $0 + Int($1) }
    rows = [UInt32](repeating: 0, count: count)
    numbers = rows
    lists = rows
    returned = []
    var filled = 0
    for i in heads.indices {
      let first = selection.firstLines[i]
      for line in first..<first + selection.lineCounts[i] {
        rows[filled] = line
        numbers[filled] = heads[i]
        lists[filled] = UInt32(i)
        filled += 1
      }
    }
  }
}

/// The cells that lists touch: by finding, by line, or both.
extension Cube {
  /// The lines once for each finding of their lists.
  mutating func byFinding(
    _ picked: PickedLines, _ selection: Selection, _ heads: [UInt32], _ findings: Span<UInt64>
  ) throws(StatisticsError) -> LineSelection {
    var lines = LineSelection()
    for (i, row) in picked.rows.enumerated() {
      let list = Int(picked.lists[i])
      var bits = findings[Int(selection.rows[list])] & filter.findings
      while bits != 0 {
        lines.rows.append(row)
        lines.lists.append(UInt32(list))
        lines.numbers.append(try number(parent: heads[list], finding: bits.trailingZeroBitCount))
        if !picked.returned.isEmpty { lines.returned.append(picked.returned[i]) }
        bits &= bits &- 1
      }
    }
    return lines
  }

  private mutating func number(
    parent: UInt32, finding bit: Int
  ) throws(StatisticsError) -> UInt32 {
    let code = try levels[findingLevel!].values.code(of: names.finding(bit))
    return try levels[findingLevel!].prefixes.number(parent: parent, code: code)
  }

  /// Adds each list to the cells of its findings.
  mutating func addFindings(
    _ selection: Selection, _ heads: [UInt32], _ findings: Span<UInt64>,
    sums: (_ list: Int) -> ListSums
  ) throws(StatisticsError) {
    var overflow: Overflow = []
    for (i, row) in selection.rows.enumerated() {
      var bits = findings[Int(row)] & filter.findings
      if bits == 0 { continue }
      let sum = sums(i)
      let list = serial &+ 1 &+ UInt64(i)
      while bits != 0 {
        let own = try number(parent: heads[i], finding: bits.trailingZeroBitCount)
        bits &= bits &- 1
        growLineCells()
        let number = rest?.target(own) ?? own
        let cell = Int(number)
        if lineCells[cell].lastList == list { continue }
        lineCells[cell].lastList = list
        lineCells[cell].lists &+= 1
        lineCells[cell].lines &+= sum.lines
        overflow.add(&lineCells[cell].goodsValueE5, sum.goodsValueE5, .goodsValue)
        if sum.returned != .zero { overflow.add(sum.returned, to: number, of: &lineReturns) }
      }
    }
    try overflow.check()
  }

  /// Adds lines to the cells of their values.
  mutating func addLines(
    _ selection: LineSelection, _ columns: ListColumns, _ sources: [Level.Source],
    _ dispositions: Span<UInt8>, areSmall: Bool
  ) throws(StatisticsError) {
    let rows = selection.rows
    let lists = selection.lists
    var numbers = selection.numbers
    if rows.isEmpty { return }
    var codes = [UInt32](repeating: 0, count: rows.count)
    for index in lineLevel..<levels.count {
      var codeSpan = codes.mutableSpan
      try levels[index].encode(
        sources[index], rows: rows.span, dispositions: dispositions, into: &codeSpan)
      var numberSpan = numbers.mutableSpan
      try levels[index].extend(&numberSpan, by: codes.span)
    }

    growLineCells()
    if rest != nil || !selection.returned.isEmpty {
      return try addSlowly(selection, numbers, columns)
    }
    let firstSerial = serial &+ 1
    let factors = DecimalReader.smallFactors
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
        areSmall ? Int128(columns.totalPrice.smallE5(row, factors.span)) : columns.totalPrice.valueE5(row)
      overflow.add(&cells[number].goodsValueE5, value, .goodsValue)
    }
    if let qty = columns.qty {
      for i in rows.indices {
        overflow.add(&lineQuantities[Int(numbers[i])], qty.valueE5(Int(rows[i])), .qty)
      }
    }
    try overflow.check()
  }

  /// The same with returns, and with cells that share one: there a line counts once, however many of its
  /// list's findings meet.
  private mutating func addSlowly(
    _ selection: LineSelection, _ numbers: [UInt32], _ columns: ListColumns
  ) throws(StatisticsError) {
    var numbers = numbers
    rest?.redirect(&numbers)
    // Of each cell the line added last in this block.
    var lastLines: [UInt32: UInt32] = [:]
    var overflow: Overflow = []
    for (i, row) in selection.rows.enumerated() {
      let number = numbers[i]
      if rest != nil, lastLines.updateValue(row, forKey: number) == row { continue }
      let cell = Int(number)
      lineCells[cell].lines &+= 1
      let list = serial &+ 1 &+ UInt64(selection.lists[i])
      if lineCells[cell].lastList != list {
        lineCells[cell].lastList = list
        lineCells[cell].lists &+= 1
      }
      overflow.add(
        &lineCells[cell].goodsValueE5, columns.totalPrice.valueE5(Int(row)), .goodsValue)
      let part = selection.returned.isEmpty ? ReturnedPart() : selection.returned[i]
      if part.amount != .zero { overflow.add(part.amount, to: number, of: &lineReturns) }
      if let qty = columns.qty {
        overflow.add(&lineQuantities[cell], qty.valueE5(Int(row)) - part.qtyE5, .qty)
      }
    }
    try overflow.check()
  }
}
