import TernCEB

/// How much of one line of a list has come back.
public struct ReturnedLine: Sendable, Equatable {
  /// Row of the list among the heads.
  public var list: Int
  /// Position of the line in its list.
  public var line: Int
  /// × 10^5; above 0 and at most the line's `qty`.
  public var qtyE5: Int128

  public init(list: Int, line: Int, qtyE5: Int128) {
    self.list = list
    self.line = line
    self.qtyE5 = qtyE5
  }
}

/// Lists of which something was returned (domain.md, "Statistics"): a fully returned list counts nowhere,
/// a fully returned line counts in no cell and takes its `totalPrice` with it, and of another one
/// returned quantity × `price` comes off. Weights and packages stay until the whole list is back.
extension Cube {
  /// Columns of the lines that returns need, besides `neededColumns`.
  public static let returnColumns = ["qty", "price"]

  /// Adds the lists that `returns` name, and gives the dispositions with those lists taken out.
  mutating func addReturned(
    _ returns: [ReturnedLine], heads: Table, lines: Table, _ columns: ListColumns,
    _ sources: [Level.Source], _ dispositions: Span<UInt8>
  ) throws(StatisticsError) -> [UInt8] {
    var standing = dispositions.indices.map { dispositions[$0] }
    let found = try ReturnedLists(
      returns, columns.lineCounts, dispositions, lines, lineRows: lines.rowCount)
    for list in returns { standing[list.list] = 0 }
    let selection = found.selection
    if selection.rows.isEmpty { return standing }

    let numbers = try headNumbers(selection, sources, dispositions)
    growHeadCells()
    var overflow: Overflow = []
    var lineSelection = LineSelection()
    var linesReturned: [FineAmount] = []
    for (i, number) in numbers.enumerated() {
      let row = Int(selection.rows[i])
      let packNo = columns.packNo[row]
      var sums = HeadCell(
        grossWeightE5: columns.grossWeight.valueE5(row),
        netWeightE5: columns.netWeight.valueE5(row),
        packages: packNo == IntegerColumn.absent ? 0 : Int128(packNo), lists: 1)
      for line in selection.firstLines[i]..<selection.firstLines[i] + selection.lineCounts[i] {
        if found.full.contains(line) { continue }
        let returned = found.parts[line] ?? .zero
        sums.lines += 1
        overflow.add(&sums.goodsValueE5, columns.totalPrice.valueE5(Int(line)), .goodsValue)
        lineSelection.rows.append(line)
        lineSelection.numbers.append(number)
        lineSelection.lists.append(UInt32(i))
        linesReturned.append(returned)
        if returned != .zero { overflow.add(returned, to: number, of: &headReturns) }
      }
      overflow.formUnion(headCells[Int(number)].add(sums))
    }
    if hasLineDimensions {
      let lineNumbers = try addLines(
        lineSelection, columns, sources, dispositions, areSmall: false)
      for (number, amount) in zip(lineNumbers, linesReturned) where amount != .zero {
        overflow.add(amount, to: number, of: &lineReturns)
      }
    }
    try overflow.check()
    serial += UInt64(selection.rows.count)
    return standing
  }
}

/// The lists with returns, but for those that are back as a whole.
private struct ReturnedLists {
  var selection: Selection
  /// Rows of the lines that are back as a whole.
  var full: Set<UInt32> = []
  /// What is taken off others, by their rows.
  var parts: [UInt32: FineAmount] = [:]

  init(
    _ returns: [ReturnedLine], _ lineCounts: IntegerReader, _ dispositions: Span<UInt8>,
    _ lines: Table, lineRows: Int
  ) throws(StatisticsError) {
    let (qty, price) = (lines["qty"].decimal, lines["price"].decimal)
    var rows: [UInt32] = []
    var firstLines: [UInt32] = []
    var counts: [UInt32] = []
    var firstLine = 0
    var next = 0
    for row in 0..<lineCounts.count {
      let count = Int(lineCounts[row])
      guard count >= 0, count <= lineRows - firstLine else { throw .lineCountsDisagree }
      defer { firstLine += count }
      let start = next
      while next < returns.count, returns[next].list == row { next += 1 }
      if next == start { continue }
      precondition(dispositions[row] != 0, "a return of a list that does not count")
      var fullCount = 0
      for one in returns[start..<next] {
        precondition(one.line >= 0 && one.line < count, "no such line")
        let line = firstLine + one.line
        let declaredE5 = qty.valueE5(line) ?? 0
        precondition(one.qtyE5 > 0 && one.qtyE5 <= declaredE5, "more returned than declared")
        if one.qtyE5 == declaredE5 {
          fullCount += 1
          full.insert(UInt32(line))
        } else {
          parts[UInt32(line)] = FineAmount(
            qtyE5: one.qtyE5, priceE5: price.valueE5(line) ?? 0)
        }
      }
      if fullCount == count { continue }
      rows.append(UInt32(row))
      firstLines.append(UInt32(firstLine))
      counts.append(UInt32(count))
    }
    precondition(next == returns.count, "returns are in order of their lists")
    selection = Selection(rows: rows, firstLines: firstLines, lineCounts: counts)
  }
}

extension Measures {
  /// - Returns: whether the difference left the 128-bit integers.
  mutating func takeOff(_ returned: FineAmount) -> Bool {
    guard var value = goodsValue else { return false }
    let overflow = value.subtract(returned)
    goodsValueE5 = value.e5
    goodsValueRestE10 = value.restE10
    return overflow
  }
}
