import TernCEB

/// Counts and sums over clearance lists, cut by dimensions (domain.md, "Statistics").
///
/// The cells form a tree with one level per dimension: first those of the list's head, always with
/// its currency, then its findings, then those of its lines. Amounts in two currencies never meet in
/// one cell.
///
/// Each thread fills a cube of its own; `merge` then adds them up. The result depends on neither
/// the split nor the order. Memory: about 100 bytes per cell and 16 per cell and dimension.
/// After an error the cube's content is undefined.
public struct Cube: Sendable {
  public let plan: CubePlan
  /// As asked for, and the order of a row's values.
  public var dimensions: [Dimension] { plan.dimensions }
  /// More cells than this are refused.
  public let cellLimit: Int
  let names: VerdictNames

  /// Head levels, then that of findings, then line levels.
  var levels: [Level]
  let headLevelCount: Int
  let currencyLevel: Int
  /// The level behind the currency, where goods values are asked for in CNY.
  let rateLevel: Int?
  /// Nil without the dimension `finding`.
  let findingLevel: Int?
  /// The first level of lines, or the number of levels.
  let lineLevel: Int
  var paths = PathTable()
  /// By number in the last head level.
  var headCells: [HeadCell] = []
  /// By number in the last level; empty without a dimension that lists touch.
  var lineCells: [LineCell] = []
  /// Quantities × 10^5, by the same numbers; empty unless they are asked for.
  var lineQuantities: [Int128] = []
  /// What returns take off the cells' goods values, by the same numbers; without returns, nothing.
  var headReturns: [UInt32: FineAmount] = [:]
  var lineReturns: [UInt32: FineAmount] = [:]
  /// Lists added so far: each has a serial above 0.
  var serial: UInt64 = 0
  var filter: CubeFilter
  /// Cells that are counted as one; nil: each by itself.
  var rest: CubeRest?
  var rates = RateCodes()

  /// An empty cube by these dimensions.
  ///
  /// - Parameters:
  ///   - cellLimit: protects memory from dimensions that make nearly a cell per list.
  ///   - dispositionName: the value shown for a disposition's code (1 to 255). Codes of one name share
  ///     their cells.
  public init(
    dimensions: [Dimension], cellLimit: Int = Cube.cellLimitDefault,
    dispositionName: (UInt8) -> String = { String($0) }
  ) {
    self.init(
      CubePlan(dimensions: dimensions),
      names: VerdictNames(
        dispositions: [""] + (1...255).map { dispositionName($0) }, findings: []),
      cellLimit: cellLimit)
  }

  public static let cellLimitDefault = 1 << 22

  /// An empty cube.
  ///
  /// - Parameter keeping: the entities (`CubePlan.entity`) that have cells by themselves; all others of one
  ///   period and currency share one. Nil: each has its own.
  public init(
    _ plan: CubePlan, names: VerdictNames, cellLimit: Int = Cube.cellLimitDefault,
    keeping: Set<[String]>? = nil
  ) {
    let dimensions = plan.dimensions
    precondition(Set(dimensions).count == dimensions.count, "a dimension is named twice")
    precondition(!plan.countsQuantity || dimensions.contains(.unit), "quantities are by unit")
    self.plan = plan
    self.names = names
    self.cellLimit = max(1, min(cellLimit, Int(UInt32.max) - 1))
    // Currency stands last among the head levels: it varies least within one sender.
    var subjects = dimensions.filter { !$0.isTouched && $0 != .currency }.map(Level.Subject.dimension)
    currencyLevel = subjects.count
    subjects.append(.dimension(.currency))
    rateLevel = plan.cnyRateE8 == nil ? nil : subjects.count
    if rateLevel != nil { subjects.append(.rate) }
    headLevelCount = subjects.count
    findingLevel = dimensions.contains(.finding) ? subjects.count : nil
    if findingLevel != nil { subjects.append(.dimension(.finding)) }
    lineLevel = subjects.count
    subjects += dimensions.filter(\.isOfLines).map(Level.Subject.dimension)
    let limit = self.cellLimit
    levels = subjects.map { Level($0, cellLimit: limit) }
    filter = CubeFilter(plan, names)
    rest = keeping.map(CubeRest.init)
  }

  var hasLineDimensions: Bool { lineLevel < levels.count }
  /// Cells are those that lists touch: a list may be in several or none.
  public var isTouched: Bool { levels.count > headLevelCount }

  /// Names of the columns that `add` reads.
  public struct NeededColumns: Sendable, Equatable {
    public var heads: [String]
    public var lines: [String]

    /// Columns of both, each once.
    public mutating func formUnion(_ other: NeededColumns) {
      for name in other.heads where !heads.contains(name) { heads.append(name) }
      for name in other.lines where !lines.contains(name) { lines.append(name) }
    }
  }

  /// The columns of the list tables of one direction that this cube's `add` reads; others need not
  /// be decoded.
  ///
  /// - Parameter withReturns: also those for lists of which something was returned.
  public func neededColumns(_ direction: Direction, withReturns: Bool = false) -> NeededColumns {
    var heads = ["#lines", "grossWeight", "netWeight", "packNo"]
    var lines = ["currency", "totalPrice"]
    for dimension in dimensions + plan.filter.dimensions {
      switch dimension {
      case .direction, .disposition, .finding, .currency: break
      case .statisticsFlag where direction == .import: break
      case .hour, .day, .month: heads.append("appTime")
      case .hs2, .hs4, .gcode: lines.append("gcode")
      case .unit: lines.append("unit")
      default: heads.append(dimension.rawValue)
      }
    }
    if plan.cnyRateE8 != nil || plan.span != nil { heads.append("appTime") }
    if plan.countsQuantity { lines.append("qty") }
    if withReturns { lines += ["qty", "price"] }
    var needed = NeededColumns(heads: [], lines: [])
    needed.formUnion(NeededColumns(heads: heads, lines: lines))
    return needed
  }

  /// `add` reads the lists' findings.
  public var needsFindings: Bool { findingLevel != nil || filter.findings != ~0 }

  /// Adds the lists of two plain tables: see below.
  public mutating func add(
    heads: Table, lines: Table, direction: Direction, dispositions: Span<UInt8>,
    findings: Span<UInt64> = Span(), returns: [ReturnedLine] = []
  ) throws(StatisticsError) {
    try add(
      heads: CodedTable(heads), lines: CodedTable(lines), direction: direction,
      dispositions: dispositions, findings: findings, returns: returns)
  }

  /// Adds the lists whose disposition is not 0.
  ///
  /// - Parameters:
  ///   - heads: a row per list, at least with `neededColumns(direction).heads`.
  ///   - lines: the lists' lines in the same order, `#lines` of them per head.
  ///   - dispositions: a code per head; 0: the row does not count (a draft, an old version, a
  ///     cancelled list).
  ///   - findings: bits per head, where `needsFindings`.
  ///   - returns: what of their lines has come back, in order of lists and lines, each once. Then
  ///     `lines` has `qty` and `price` too.
  /// - Complexity: O(heads + lines) × dimensions; no allocation per row.
  public mutating func add(
    heads: CodedTable, lines: CodedTable, direction: Direction, dispositions: Span<UInt8>,
    findings: Span<UInt64> = Span(), returns: [ReturnedLine] = []
  ) throws(StatisticsError) {
    defer { withExtendedLifetime((heads, lines)) {} }
    let rowCount = heads["#lines"].count
    precondition(dispositions.count == rowCount, "a disposition per head is needed")
    precondition(!needsFindings || findings.count == rowCount, "findings per head are needed")
    precondition(rowCount < Int(UInt32.max) && lines.rowCount < Int(UInt32.max))
    let columns = ListColumns(heads: heads, lines: lines, plan)
    let tables = ListTables(heads: heads, lines: lines, direction: direction, names: names)
    var sources: [Level.Source] = []
    for index in levels.indices { sources.append(try tables.source(for: &levels[index])) }
    let filterSources = try filter.sources(tables)

    if !returns.isEmpty {
      // The lists with returns by themselves, the others as always.
      let standing = try addReturned(
        returns, lines: lines, columns, sources, filterSources, dispositions, findings)
      return try add(
        heads: heads, lines: lines, direction: direction, dispositions: standing.span,
        findings: findings)
    }
    var selection = Selection()
    while selection.nextRow < rowCount {
      try selection.take(columns.lineCounts, dispositions: dispositions, lines: lines.rowCount)
      try filter.keepLists(&selection, filterSources, dispositions, findings)
      if selection.rows.isEmpty { continue }
      if filter.isOfLines {
        var picked = PickedLines(selection)
        try filter.keepLines(&picked, &selection, filterSources, dispositions)
        if selection.rows.isEmpty { continue }
        try addPicked(selection, picked, columns, sources, dispositions, findings)
      } else {
        try addWhole(selection, columns, sources, dispositions, findings)
      }
    }
    guard selection.nextLine == lines.rowCount else { throw .lineCountsDisagree }
  }

  /// Adds what `other` counted. The lists of the two must be different ones.
  ///
  /// - Precondition: both have the same plan.
  /// - Complexity: O(cells of `other`) × dimensions.
  public mutating func merge(_ other: Cube) throws(StatisticsError) {
    precondition(
      dimensions == other.dimensions && rateLevel == other.rateLevel, "cubes of different plans")
    var overflow: Overflow = []
    // Number of each prefix of `other` here, level by level.
    var numbers: [UInt32] = [0]
    for index in levels.indices {
      let theirs = other.levels[index].prefixes
      let codes = try levels[index].values.absorb(other.levels[index].values)
      var next: [UInt32] = []
      next.reserveCapacity(theirs.count)
      for number in 0..<theirs.count {
        next.append(
          try levels[index].prefixes.number(
            parent: numbers[theirs.parent(number)], code: codes[theirs.code(number)]))
      }
      numbers = next
      if index == headLevelCount - 1 {
        growHeadCells()
        for (number, cell) in zip(numbers, other.headCells) {
          overflow.formUnion(headCells[Int(number)].add(cell))
        }
        for (number, amount) in other.headReturns {
          overflow.add(amount, to: numbers[Int(number)], of: &headReturns)
        }
      }
    }
    if isTouched {
      growLineCells()
      rest?.redirect(&numbers)
      for (number, cell) in zip(numbers, other.lineCells) {
        let number = Int(number)
        lineCells[number].lists &+= cell.lists
        lineCells[number].lines &+= cell.lines
        overflow.add(&lineCells[number].goodsValueE5, cell.goodsValueE5, .goodsValue)
      }
      for (number, sum) in zip(numbers, other.lineQuantities) {
        overflow.add(&lineQuantities[Int(number)], sum, .qty)
      }
      for (number, amount) in other.lineReturns {
        overflow.add(amount, to: numbers[Int(number)], of: &lineReturns)
      }
    }
    try overflow.check()
  }
}
