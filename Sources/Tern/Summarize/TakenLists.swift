import Synchronization
import TernCEB
import TernMatch
import TernRules
import TernStats
import TernStore

/// What became of a list after a run took it.
struct SummaryChange: OptionSet, Hashable {
  var rawValue: UInt8
  /// Another version, or a delete, counts instead.
  static let replaced = SummaryChange(rawValue: 1)
  static let cancelled = SummaryChange(rawValue: 2)
  /// Its verdict is another than `released`.
  static let notReleased = SummaryChange(rawValue: 4)
  /// More or less of its goods is back than the run took off.
  static let returned = SummaryChange(rawValue: 8)

  /// Joined by `;`.
  var text: String {
    [(Self.replaced, "replaced"), (.cancelled, "cancelled"), (.notReleased, "notReleased"), (.returned, "returned")]
      .filter { contains($0.0) }.map(\.1).joined(separator: ";")
  }
}

/// The lists that earlier runs took, and what has become of them.
///
/// A run remembers documents. A list that comes in a later version is another document, and its old
/// one counts no more: so only the identities of documents that count no more are looked at.
/// Memory: a bit per list of the store, and what has changed.
struct TakenLists: Sendable {
  private let numbering: ListNumbering
  /// By dense number.
  private var taken: [UInt64]
  /// Identities of lists whose taken version counts no more.
  private(set) var replacedIdentities: Set<[[UInt8]]> = []
  /// By dense number, of taken lists that are no longer just released.
  private var changes: [Int: SummaryChange] = [:]
  /// By dense number, of taken lists with returns: the quantity that is back, all lines.
  private var returnedE5: [Int: Int128] = [:]

  init(_ records: [SummaryRecord], _ lists: JudgedLists, threads: Int) throws(TernError) {
    numbering = StoreView(segments: lists.segments).numbering
    taken = [UInt64](repeating: 0, count: (numbering.count + 63) / 64)
    if records.isEmpty { return }
    for record in records {
      try record.forEachGroup(SummaryRecord.listsTable, columns: ["list"]) { (table) in
        let list = table.columns[0].integer
        for row in 0..<list.count {
          let index = numbering.index(DocumentRef(rawValue: UInt64(list[row])))
          taken[index / 64] |= 1 << UInt64(index % 64)
        }
      }
    }
    try findChanges(lists, threads: threads)
  }

  func contains(_ index: Int) -> Bool { taken[index / 64] >> UInt64(index % 64) & 1 != 0 }

  private mutating func findChanges(_ lists: JudgedLists, threads: Int) throws(TernError) {
    struct Found {
      var changes: [Int: SummaryChange] = [:]
      var returnedE5: [Int: Int128] = [:]
      var identities: Set<[[UInt8]]> = []
    }
    let parts = lists.parts.filter { $0.direction == .export }
    let queue = WorkQueue(count: parts.count)
    let all = Mutex(Found())
    let known = self
    try onWorkers(min(threads, max(parts.count, 1))) { (_) throws(TernError) in
      var reader = JudgedLists.Reader(lists)
      var found = Found()
      while let number = queue.take() {
        let part = parts[number]
        let first = known.numbering.firstIndex(ofSegment: part.segment) + part.rows.lowerBound
        let rows = (0..<part.rows.count).filter { known.contains(first + $0) }
        if rows.isEmpty { continue }
        let verdicts = try reader.verdicts(part, withFindings: false)
        var replaced: [Int] = []
        for row in rows {
          switch verdicts.disposition(row) {
          case .released: break
          case .cancelled: found.changes[first + row] = .cancelled
          case nil:
            found.changes[first + row] = .replaced
            replaced.append(row)
          default: found.changes[first + row] = .notReleased
          }
        }
        for line in try reader.returns(part) where known.contains(first + line.list) {
          found.returnedE5[first + line.list, default: 0] += line.qtyE5
        }
        if replaced.isEmpty { continue }
        let heads = try reader.heads(part, DerivedNumberColumns.columns, rows: replaced)
        let identities = DerivedNumberColumns(heads, .export)
        for row in replaced { found.identities.insert(identities.identity(row)) }
      }
      let mine = found
      all.withLock {
        $0.changes.merge(mine.changes) { first, _ in first }
        $0.returnedE5.merge(mine.returnedE5) { first, _ in first }
        $0.identities.formUnion(mine.identities)
      }
    }
    (changes, returnedE5, replacedIdentities) = all.withLock { ($0.changes, $0.returnedE5, $0.identities) }
  }

  /// What has become of a list that a run took.
  ///
  /// - Parameter returned: what was back then, as `SummaryRecord` has it.
  func change(of list: DocumentRef, returned: String) -> (change: SummaryChange, returned: String) {
    let index = numbering.index(list)
    var change = changes[index] ?? []
    let now = Self.returnedText(returnedE5[index] ?? 0)
    // Of a list that does not count nothing is taken off.
    if now != returned && change.isDisjoint(with: [.replaced, .cancelled]) { change.insert(.returned) }
    return (change, now)
  }

  /// Empty for 0.
  static func returnedText(_ qtyE5: Int128) -> String { qtyE5 == 0 ? "" : FineAmount(e5: qtyE5).text }
}
