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
  /// Adds the lists that `returns` name, and gives the dispositions with those lists taken out.
  mutating func addReturned(
    _ returns: [ReturnedLine], lines: CodedTable, _ columns: ListColumns, _ sources: [Level.Source],
    _ filterSources: CubeFilter.Sources, _ dispositions: Span<UInt8>, _ findings: Span<UInt64>
  ) throws(StatisticsError) -> [UInt8] {
    var standing = dispositions.indices.map { dispositions[$0] }
    let found = try ReturnedLists(
      returns, columns.lineCounts, dispositions, lines, lineRows: lines.rowCount)
    for list in returns { standing[list.list] = 0 }
    var selection = found.selection
    try filter.keepLists(&selection, filterSources, dispositions, findings)
    var picked = PickedLines()
    for i in selection.rows.indices {
      let first = selection.firstLines[i]
      for line in first..<first + selection.lineCounts[i] where !found.full.contains(line) {
        picked.append(line, list: i, found.parts[line] ?? ReturnedPart())
      }
    }
    try filter.keepLines(&picked, &selection, filterSources, dispositions)
    if !selection.rows.isEmpty {
      try addPicked(selection, picked, columns, sources, dispositions, findings)
    }
    return standing
  }
}

/// The lists with returns, but for those that are back as a whole.
private struct ReturnedLists {
  var selection: Selection
  /// Rows of the lines that are back as a whole.
  var full: Set<UInt32> = []
  /// What is taken off others, by their rows.
  var parts: [UInt32: ReturnedPart] = [:]

  init(
    _ returns: [ReturnedLine], _ lineCounts: IntegerReader, _ dispositions: Span<UInt8>,
    _ lines: CodedTable, lineRows: Int
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
          parts[UInt32(line)] = ReturnedPart(
            amount: FineAmount(qtyE5: one.qtyE5, priceE5: price.valueE5(line) ?? 0),
            qtyE5: one.qtyE5)
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
