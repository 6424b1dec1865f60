import TernCEB
import TernMatch
import TernRules
import TernStats
import TernStore

/// What became of a return.
enum ReturnEffect: UInt8, Sendable {
  /// A draft, an old version, or deleted.
  case doesNotCount = 0
  case taken = 1
  case exceeds = 2
  case orphan = 3

  var finding: ReturnFinding? {
    switch self {
    case .doesNotCount, .taken: nil
    case .exceeds: .exceeds
    case .orphan: .orphan
    }
  }
}

/// What became of every return, and what has come back of every list.
struct ReturnResults: Sendable {
  /// One return that counts.
  struct Entry: Sendable {
    var effect: ReturnEffect
    /// Nil for an orphan.
    var list: DocumentRef?
    /// Of the list's first line.
    var currency = ""
    /// Sum of returned quantity × the lines' `price`; 0 where nothing was taken.
    var value = FineAmount.zero
  }

  /// Part of one line of a list.
  struct Reduction: Sendable {
    var list: DocumentRef
    /// Position in the list.
    var line: Int
    var qtyE5: Int128
  }

  let numbering: ListNumbering
  /// By dense number; nil where it does not count.
  var entries: [Entry?]
  /// In order of segment, direction, row and line.
  var reductions: [Reduction] = []

  init(_ numbering: ListNumbering) {
    self.numbering = numbering
    entries = Array(repeating: nil, count: numbering.count)
  }

  func count(into report: inout ReconcileReport) {
    for entry in entries {
      guard let entry else { continue }
      report.returns += 1
      if entry.effect == .exceeds { report.exceedingReturns += 1 }
      if entry.effect == .orphan { report.orphanReturns += 1 }
    }
  }

  // MARK: - As stored

  static let entryTable = TableID.result(3)
  static let entrySchema = TableSchema([
    .init("effect", .integer), .init("list", .integer), .init("currency", .text),
    .init("value", .text),
  ])
  static let reductionTable = TableID.result(4)
  static let reductionSchema = TableSchema([
    .init("list", .integer), .init("line", .integer), .init("qty", .decimal),
  ])
  /// `list` of a return that names none.
  static let noList: Int64 = -1

  /// Appends the row groups of one segment and direction: what became of its returns, aligned with
  /// their rows, and what came back of its lists.
  func encode(
    group: Int, _ encoder: inout ColumnEncoder, into unit: EncodedUnit
  ) {
    let table = Table(Self.entrySchema)
    for index in numbering.range(ofGroup: group) {
      let entry = entries[index]
      table.columns[0].integer.append(Int64(entry?.effect.rawValue ?? 0))
      table.columns[1].integer.append(entry?.list.map { Int64($0.rawValue) } ?? Self.noList)
      table.columns[2].text.append(entry?.currency ?? "")
      table.columns[3].text.append(entry?.effect == .taken ? entry!.value.text : "")
    }
    if table.rowCount > 0 { encoder.encode(table, id: Self.entryTable, group: group, into: unit) }

    let place = DocumentRef(
      segment: group / 2, row: 0, direction: Direction.allCases[group % 2])
    let parts = Table(Self.reductionSchema)
    var index = firstReduction(place.segment, place.direction)
    while index < reductions.count, reductions[index].list.segment == place.segment,
      reductions[index].list.direction == place.direction
    {
      let part = reductions[index]
      parts.columns[0].integer.append(Int64(part.list.row))
      parts.columns[1].integer.append(Int64(part.line))
      // Not more than was declared, so it has as many digits at most.
      parts.columns[2].decimal.append(
        mantissa: UInt64(part.qtyE5), form: DecimalForm(rawValue: 5))
      index += 1
    }
    if parts.rowCount > 0 {
      encoder.encode(parts, id: Self.reductionTable, group: group, into: unit)
    }
  }

  private func firstReduction(_ segment: Int, _ direction: Direction) -> Int {
    func precedes(_ list: DocumentRef) -> Bool {
      (list.segment, list.direction.rawValue) < (segment, direction.rawValue)
    }
    var low = 0
    var high = reductions.count
    while low < high {
      let middle = (low + high) / 2
      if precedes(reductions[middle].list) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// What became of every return, as stored: a byte each.
struct ReturnEffects: Sendable {
  private let numbering: ListNumbering
  private var effects: [UInt8]

  init(_ result: SegmentReader, _ view: StoreView) throws(TernError) {
    numbering = view.refunds
    effects = [UInt8](repeating: ReturnEffect.doesNotCount.rawValue, count: numbering.count)
    var decoder = ColumnDecoder()
    for (group, _) in result.groups(of: ReturnResults.entryTable) {
      let stored = try storing { () throws(StoreError) in
        try result.readTable(
          ReturnResults.entryTable, group: group, columns: ["effect"], decoder: &decoder)
      }.columns[0].integer
      for (row, index) in numbering.range(ofGroup: group).enumerated() {
        effects[index] = UInt8(truncatingIfNeeded: stored[row])
      }
    }
  }

  subscript(document: DocumentRef) -> ReturnEffect {
    ReturnEffect(rawValue: effects[numbering.index(document)]) ?? .doesNotCount
  }
}
