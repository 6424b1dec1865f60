import TernCEB

/// The next few thousand lists that count, as row numbers: small enough that every pass over them
/// stays in the cache.
struct Selection {
  static let capacity = 4_096

  /// Rows of the heads.
  private(set) var rows: [UInt32] = []
  /// First line and number of lines of each.
  private(set) var firstLines: [UInt32] = []
  private(set) var lineCounts: [UInt32] = []
  /// The most lines that one of them has.
  private(set) var linesMax: UInt32 = 0
  /// Where the next block goes on.
  private(set) var nextRow = 0
  private(set) var nextLine = 0

  /// Takes the next block of heads, and of them those whose disposition is not 0.
  mutating func take(
    _ counts: IntegerReader, dispositions: Span<UInt8>, lines: Int
  ) throws(StatisticsError) {
    let end = min(nextRow + Self.capacity, counts.count)
    // Filled by position: an append would ask each time whether the array is its own.
    rows = [UInt32](repeating: 0, count: end - nextRow)
    firstLines = rows
    lineCounts = rows
    let taken = try Self.fill(
      &rows, &firstLines, &lineCounts, nextRow..<end, &nextLine, counts, dispositions, lines)
    rows.removeLast(rows.count - taken)
    firstLines.removeLast(firstLines.count - taken)
    lineCounts.removeLast(lineCounts.count - taken)
    linesMax = lineCounts.max() ?? 0
    nextRow = end
  }

  /// Just these lists.
  init(rows: [UInt32], firstLines: [UInt32], lineCounts: [UInt32]) {
    self.rows = rows
    self.firstLines = firstLines
    self.lineCounts = lineCounts
  }

  init() {}

  /// Keeps the lists with a true flag.
  mutating func keep(_ flags: [Bool]) {
    var kept = 0
    for i in flags.indices where flags[i] {
      rows[kept] = rows[i]
      firstLines[kept] = firstLines[i]
      lineCounts[kept] = lineCounts[i]
      kept += 1
    }
    rows.removeLast(rows.count - kept)
    firstLines.removeLast(firstLines.count - kept)
    lineCounts.removeLast(lineCounts.count - kept)
  }

  /// The line of each list that gives its currency: the first, or none.
  var currencyLines: [UInt32] {
    var lines = firstLines
    for i in lines.indices where lineCounts[i] == 0 { lines[i] = Level.noRow }
    return lines
  }

  /// Gives how many were taken.
  private static func fill(
    _ rows: inout [UInt32], _ firstLines: inout [UInt32], _ lineCounts: inout [UInt32],
    _ range: Range<Int>, _ nextLine: inout Int, _ counts: IntegerReader,
    _ dispositions: Span<UInt8>, _ lines: Int
  ) throws(StatisticsError) -> Int {
    var rows = rows.mutableSpan
    var firstLines = firstLines.mutableSpan
    var lineCounts = lineCounts.mutableSpan
    var taken = 0
    for row in range {
      let count = counts[row]
      guard count >= 0, count <= lines - nextLine else { throw .lineCountsDisagree }
      if dispositions[row] != 0 {
        rows[taken] = UInt32(row)
        firstLines[taken] = UInt32(nextLine)
        lineCounts[taken] = UInt32(count)
        taken += 1
      }
      nextLine += Int(count)
    }
    return taken
  }
}

/// The lines of a selection that count, list by list.
struct PickedLines {
  /// Rows of the lines.
  var rows: [UInt32] = []
  /// Of each the position of its list in the selection.
  var lists: [UInt32] = []
  /// What returns take off each; empty where nothing came back.
  var returned: [ReturnedPart] = []

  /// All lines.
  init(_ selection: Selection) {
    let count = selection.lineCounts.reduce(0) { $0 + Int($1) }
    rows = [UInt32](repeating: 0, count: count)
    lists = rows
    var filled = 0
    for i in selection.rows.indices {
      let first = selection.firstLines[i]
      for line in first..<first + selection.lineCounts[i] {
        rows[filled] = line
        lists[filled] = UInt32(i)
        filled += 1
      }
    }
  }

  init() {}

  mutating func append(_ row: UInt32, list: Int, _ part: ReturnedPart) {
    rows.append(row)
    lists.append(UInt32(list))
    returned.append(part)
  }

  /// Keeps the lines with a true flag.
  mutating func keep(_ flags: [Bool]) {
    if !returned.isEmpty { returned = zip(returned, flags).compactMap { $1 ? $0 : nil } }
    lists = zip(lists, flags).compactMap { $1 ? $0 : nil }
    rows = zip(rows, flags).compactMap { $1 ? $0 : nil }
  }

  /// Drops the lists that have no line here.
  mutating func dropEmptyLists(of selection: inout Selection) {
    var flags = [Bool](repeating: false, count: selection.rows.count)
    for list in lists { flags[Int(list)] = true }
    var places = [UInt32](repeating: 0, count: flags.count)
    var kept: UInt32 = 0
    for (list, flag) in flags.enumerated() where flag {
      places[list] = kept
      kept += 1
    }
    for i in lists.indices { lists[i] = places[Int(lists[i])] }
    selection.keep(flags)
  }
}

/// What of one line has come back.
struct ReturnedPart {
  var amount = FineAmount.zero
  var qtyE5: Int128 = 0
}

/// The columns that the measures are made of.
struct ListColumns {
  let lineCounts: IntegerReader
  let grossWeight: DecimalReader
  let netWeight: DecimalReader
  private let packNo: IntegerReader
  let totalPrice: DecimalReader
  /// Nil where quantities are not asked for.
  let qty: DecimalReader?
  /// Nil where goods values are not asked for in CNY.
  let rateTime: IntegerReader?

  init(heads: CodedTable, lines: CodedTable, _ plan: CubePlan) {
    lineCounts = IntegerReader(heads["#lines"].integer)
    grossWeight = DecimalReader(heads["grossWeight"].decimal)
    netWeight = DecimalReader(heads["netWeight"].decimal)
    packNo = IntegerReader(heads["packNo"].integer)
    totalPrice = DecimalReader(lines["totalPrice"].decimal)
    qty = plan.countsQuantity ? DecimalReader(lines["qty"].decimal) : nil
    rateTime = plan.cnyRateE8 == nil ? nil : IntegerReader(heads["appTime"].integer)
  }

  /// Whether the amounts of these lists are so small that sums over one list fit 64 bits.
  func areSmall(_ selection: Selection) -> Bool {
    guard let first = selection.rows.first, let last = selection.rows.last,
      let firstLine = selection.firstLines.first, let lastLine = selection.firstLines.last,
      let lastCount = selection.lineCounts.last, selection.linesMax <= 1_024
    else { return false }
    let heads = Int(first)..<Int(last) + 1
    return grossWeight.areSmall(heads) && netWeight.areSmall(heads)
      && totalPrice.areSmall(Int(firstLine)..<Int(lastLine) + Int(lastCount))
  }

  /// `packNo` of a list; an absent one is 0.
  @inline(__always) func packages(_ row: Int) -> Int64 {
    let packNo = packNo[row]
    return packNo == IntegerColumn.absent ? 0 : packNo
  }

  /// Sum of the `totalPrice` of some lines. Fewer than 2^32 values below 2^81 fit.
  @inline(__always) func goodsValueE5(first: UInt32, count: UInt32) -> Int128 {
    var sum: Int128 = 0
    for line in Int(first)..<Int(first) &+ Int(count) {
      sum &+= totalPrice.valueE5(line)
    }
    return sum
  }
}

/// The amounts of a selection, list by list, where `areSmall` holds.
struct SmallAmounts {
  let goodsValues: [Int64]
  let grossWeights: [Int64]
  let netWeights: [Int64]
  let packages: [Int64]

  init(_ selection: Selection, _ columns: ListColumns) {
    let factors = DecimalReader.smallFactors
    let (rows, firstLines, lineCounts) = (selection.rows, selection.firstLines, selection.lineCounts)
    goodsValues = Self.each(rows.count) { i in
      var sum: Int64 = 0
      for line in Int(firstLines[i])..<Int(firstLines[i]) &+ Int(lineCounts[i]) {
        sum &+= columns.totalPrice.smallE5(line, factors.span)
      }
      return sum
    }
    grossWeights = Self.each(rows.count) { columns.grossWeight.smallE5(Int(rows[$0]), factors.span) }
    netWeights = Self.each(rows.count) { columns.netWeight.smallE5(Int(rows[$0]), factors.span) }
    packages = Self.each(rows.count) { columns.packages(Int(rows[$0])) }
  }

  @inline(__always) private static func each(_ count: Int, _ amount: (Int) -> Int64) -> [Int64] {
    var amounts = [Int64](repeating: 0, count: count)
    var span = amounts.mutableSpan
    for i in span.indices { span[i] = amount(i) }
    return amounts
  }
}
