import TernCEB
import TernMatch
import TernRules
import TernStats
import TernStore

/// One thread's choice of the lists that a run takes, a row group at a time.
struct SummarySelection: ~Copyable {
  /// Head columns of the lists that are taken.
  static let columns =
    DerivedNumberColumns.columns + [
      "customsCode", "agentName", "ebcName", "trafMode", "ownerCode", "country", "portCode",
    ]

  private let lists: JudgedLists
  private let period: SummaryPeriod
  private let taken: TakenLists
  private let firstIndex: (JudgedLists.Part) -> Int
  var reader: JudgedLists.Reader
  /// By `SummaryExclusion.rawValue`.
  private(set) var leftOut = [Int](repeating: 0, count: SummaryExclusion.allCases.count)

  init(_ lists: JudgedLists, _ period: SummaryPeriod, _ taken: TakenLists) {
    self.lists = lists
    self.period = period
    self.taken = taken
    let numbering = StoreView(segments: lists.segments).numbering
    firstIndex = { numbering.firstIndex(ofSegment: $0.segment) + $0.rows.lowerBound }
    reader = JudgedLists.Reader(lists)
  }

  /// The lists of a part that are taken.
  struct Chosen {
    /// Ascending.
    var rows: [Int] = []
    /// Of these and of others, in order.
    var returns: [ReturnedLine] = []
    /// `columns`, of these rows at least; nil where there is none.
    var heads: Table?
    /// Dense number of the part's first list.
    var firstIndex = 0
  }

  mutating func choose(_ part: JudgedLists.Part) throws(TernError) -> Chosen {
    var chosen = Chosen()
    chosen.firstIndex = firstIndex(part)
    let verdicts = try reader.verdicts(part, withFindings: false)
    let heads = try reader.heads(part, ["appTime", "statisticsFlag"])
    let (appTime, statisticsFlag) = (heads.columns[0].integer, heads.columns[1].text)
    for row in verdicts.dispositions.indices {
      guard let disposition = verdicts.disposition(row) else { continue }
      if appTime[row] < period.from || appTime[row] >= period.to {
        exclude(.otherPeriod)
      } else if disposition == .cancelled {
        exclude(.cancelled)
      } else if disposition != .released {
        exclude(.notReleased)
      } else if unsafe !statisticsFlag.unsafeValue(row).elementsEqual(CollectionOfOne(UInt8(ascii: "B"))) {
        exclude(.notSummaryStatistics)
      } else if taken.contains(chosen.firstIndex + row) {
        exclude(.takenBefore)
      } else {
        chosen.rows.append(row)
      }
    }
    if chosen.rows.isEmpty { return chosen }
    try dropTaken(part, &chosen)
    try dropReturned(part, &chosen)
    if !chosen.rows.isEmpty { try dropUndeclarable(part, &chosen) }
    return chosen
  }

  private mutating func exclude(_ reason: SummaryExclusion, count: Int = 1) {
    leftOut[reason.rawValue] += count
  }

  /// Those of which an earlier run took another version.
  private mutating func dropTaken(_ part: JudgedLists.Part, _ chosen: inout Chosen) throws(TernError) {
    if taken.replacedIdentities.isEmpty { return }
    let heads = try reader.heads(part, DerivedNumberColumns.columns, rows: chosen.rows)
    let identities = DerivedNumberColumns(heads, .export)
    let kept = chosen.rows.filter { !taken.replacedIdentities.contains(identities.identity($0)) }
    exclude(.takenBefore, count: chosen.rows.count - kept.count)
    chosen.rows = kept
  }

  /// Those of which every line is back.
  private mutating func dropReturned(_ part: JudgedLists.Part, _ chosen: inout Chosen) throws(TernError) {
    chosen.returns = try reader.returns(part)
    let returned = Set(chosen.returns.map(\.list)).intersection(chosen.rows)
    if returned.isEmpty { return }
    let counts = try reader.heads(part, ["#lines"]).columns[0].integer
    let qty = try reader.lines(part, ["qty"]).columns[0].decimal
    var fullCounts: [Int: Int] = [:]
    var firstLine = 0
    var next = chosen.returns.startIndex
    for row in 0..<counts.count {
      while next < chosen.returns.endIndex, chosen.returns[next].list == row {
        let one = chosen.returns[next]
        if one.qtyE5 == qty.valueE5(firstLine + one.line) ?? 0 { fullCounts[row, default: 0] += 1 }
        next += 1
      }
      firstLine += Int(counts[row])
    }
    let full = returned.filter { fullCounts[$0, default: 0] == Int(counts[$0]) }
    exclude(.fullyReturned, count: full.count)
    chosen.rows.removeAll(where: full.contains)
  }

  /// Those whose codes no valid CEB701 can carry: cut or made up, they would be another's.
  private mutating func dropUndeclarable(_ part: JudgedLists.Part, _ chosen: inout Chosen) throws(TernError) {
    let heads = try reader.heads(part, Self.columns, rows: chosen.rows)
    chosen.heads = heads
    let (customsCode, agentCode, ebcCode) = (heads["customsCode"].text, heads["agentCode"].text, heads["ebcCode"].text)
    func characters(_ column: TextColumn, _ row: Int) -> Int { unsafe column.unsafeValue(row).characterCount }
    let kept = chosen.rows.filter { row in
      characters(customsCode, row) == 4 && (1...18).contains(characters(agentCode, row))
        && (1...18).contains(characters(ebcCode, row))
    }
    exclude(.notDeclarable, count: chosen.rows.count - kept.count)
    chosen.rows = kept
  }
}
