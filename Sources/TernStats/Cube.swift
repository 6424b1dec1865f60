import TernCEB

/// Counts and sums over clearance lists, cut by dimensions (domain.md, "Statistics").
///
/// The cells form a tree with one level per dimension: first those of the list's head, always with
/// its currency, then those of its lines. Amounts in two currencies never meet in one cell.
///
/// Each thread fills a cube of its own; `merge` then adds them up. The result depends on neither
/// the split nor the order. Memory: about 100 bytes per cell and 16 per cell and dimension.
/// After an error the cube's content is undefined.
public struct Cube: Sendable {
  /// As asked for, and the order of a row's values.
  public let dimensions: [Dimension]
  /// More cells than this are refused.
  public let cellLimit: Int

  /// Head levels, then line levels.
  var levels: [Level]
  let headLevelCount: Int
  let currencyLevel: Int
  /// By number in the last head level.
  var headCells: [HeadCell] = []
  /// By number in the last line level; empty without line dimensions.
  var lineCells: [LineCell] = []
  /// What returns take off the cells' goods values, by the same numbers; without returns, nothing.
  var headReturns: [UInt32: FineAmount] = [:]
  var lineReturns: [UInt32: FineAmount] = [:]
  /// Lists added so far: each has a serial above 0.
  var serial: UInt64 = 0
  /// By disposition code.
  private let dispositionNames: [String]

  /// An empty cube.
  ///
  /// - Parameters:
  ///   - dimensions: none twice; none at all gives a cell per currency.
  ///   - cellLimit: protects memory from dimensions that make nearly a cell per list.
  ///   - dispositionName: the value shown for a disposition's code (1 to 255), asked here, once
  ///     each. Codes of one name share their cells.
  public init(
    dimensions: [Dimension], cellLimit: Int = 1 << 22,
    dispositionName: (UInt8) -> String = { String($0) }
  ) {
    precondition(Set(dimensions).count == dimensions.count, "a dimension is named twice")
    self.dimensions = dimensions
    self.cellLimit = max(1, min(cellLimit, Int(UInt32.max) - 1))
    // Currency stands last among the head levels: it varies least within one sender.
    let ofHeads = dimensions.filter { !$0.isOfLines && $0 != .currency } + [.currency]
    let ofLines = dimensions.filter(\.isOfLines)
    let limit = self.cellLimit
    levels = (ofHeads + ofLines).map { Level($0, cellLimit: limit) }
    headLevelCount = ofHeads.count
    currencyLevel = ofHeads.count - 1
    dispositionNames =
      dimensions.contains(.disposition)
      ? [""] + (1...255).map { dispositionName($0) } : []
  }

  var hasLineDimensions: Bool { levels.count > headLevelCount }

  /// Names of the columns that `add` reads.
  public struct NeededColumns: Sendable, Equatable {
    public var heads: [String]
    public var lines: [String]
  }

  /// The columns of the list tables of one direction that this cube's `add` reads; others need not
  /// be decoded.
  public func neededColumns(_ direction: Direction) -> NeededColumns {
    var needed = NeededColumns(
      heads: ["#lines", "grossWeight", "netWeight", "packNo"], lines: ["currency", "totalPrice"])
    if hasLineDimensions { needed.lines.append("gcode") }
    for level in levels[..<headLevelCount] {
      switch level.dimension {
      case .direction, .disposition, .currency: break
      case .statisticsFlag where direction == .import: break
      case .day: needed.heads.append("appTime")
      default: needed.heads.append(level.dimension.rawValue)
      }
    }
    return needed
  }

  /// Adds the lists whose disposition is not 0.
  ///
  /// - Parameters:
  ///   - heads: a row per list, at least with `neededColumns(direction).heads`.
  ///   - lines: the lists' lines in the same order, `#lines` of them per head.
  ///   - dispositions: a code per head; 0: the row does not count (a draft, an old version, a
  ///     cancelled list).
  ///   - returns: what of their lines has come back, in order of lists and lines, each once. Then
  ///     `lines` has `qty` and `price` too.
  /// - Complexity: O(heads + lines) × dimensions; no allocation per row.
  public mutating func add(
    heads: Table, lines: Table, direction: Direction, dispositions: Span<UInt8>,
    returns: [ReturnedLine] = []
  ) throws(StatisticsError) {
    defer { withExtendedLifetime((heads, lines)) {} }
    let rowCount = heads["#lines"].count
    precondition(dispositions.count == rowCount, "a disposition per head is needed")
    precondition(rowCount < Int(UInt32.max) && lines.rowCount < Int(UInt32.max))
    let columns = ListColumns(heads: heads, lines: lines, rowCount: rowCount)
    var sources: [Level.Source] = []
    for index in levels.indices {
      sources.append(try source(level: index, heads: heads, lines: lines, direction: direction))
    }

    if !returns.isEmpty {
      // The lists with returns by themselves, the others as always.
      let standing = try addReturned(
        returns, heads: heads, lines: lines, columns, sources, dispositions)
      return try add(heads: heads, lines: lines, direction: direction, dispositions: standing.span)
    }
    var selection = Selection()
    while selection.nextRow < rowCount {
      try selection.take(columns.lineCounts, dispositions: dispositions, lines: lines.rowCount)
      if selection.rows.isEmpty { continue }
      try addHeads(selection, columns, sources, dispositions)
    }
    guard selection.nextLine == lines.rowCount else { throw .lineCountsDisagree }
  }

  private mutating func source(
    level: Int, heads: Table, lines: Table, direction: Direction
  ) throws(StatisticsError) -> Level.Source {
    let dimension = levels[level].dimension
    switch dimension {
    case .direction: return .constant(try levels[level].values.code(of: direction.letter))
    case .statisticsFlag where direction == .import:
      return .constant(try levels[level].values.code(of: ""))
    case .disposition: return .disposition(names: dispositionNames)
    case .day: return .day(IntegerReader(heads["appTime"].integer))
    case .currency: return .text(TextReader(lines["currency"].text), characters: nil)
    case .hs2: return .text(TextReader(lines["gcode"].text), characters: 2)
    case .hs4: return .text(TextReader(lines["gcode"].text), characters: 4)
    case .customsCode, .portCode, .tradeMode, .statisticsFlag, .country, .ebcCode, .ebpCode:
      return .text(TextReader(heads[dimension.rawValue].text), characters: nil)
    }
  }

  /// Adds what `other` counted. The lists of the two must be different ones.
  ///
  /// - Precondition: both have the same dimensions.
  /// - Complexity: O(cells of `other`) × dimensions.
  public mutating func merge(_ other: Cube) throws(StatisticsError) {
    precondition(dimensions == other.dimensions, "cubes of different dimensions")
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
    if hasLineDimensions {
      growLineCells()
      for (number, cell) in zip(numbers, other.lineCells) {
        let number = Int(number)
        lineCells[number].lists &+= cell.lists
        lineCells[number].lines &+= cell.lines
        overflow.add(&lineCells[number].goodsValueE5, cell.goodsValueE5, .goodsValue)
      }
      for (number, amount) in other.lineReturns {
        overflow.add(amount, to: numbers[Int(number)], of: &lineReturns)
      }
    }
    try overflow.check()
  }
}
