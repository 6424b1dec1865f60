import Synchronization
import TernCEB
import TernMatch
import TernRules
import TernStore

/// The verdicts of a store: one file, or a base and what has changed since. See `ResultFile`.
struct StoredResults: Sendable {
  /// Settings, totals, cancellations and returns are here.
  let latest: SegmentReader
  let base: SegmentReader?

  /// Nil if there are none.
  init?(_ store: Store) throws(StoreError) {
    guard let latest = try store.openResult(ResultFile.name) else { return nil }
    self.latest = latest
    base = try store.openResult(ResultFile.baseName)
  }

  /// Row groups of lists that it has verdicts of.
  var partCount: Int { latest.rowCount(of: ResultFile.ages) }
  /// Those of them that the base has, if there is one.
  var basePartCount: Int { (base ?? latest).rowCount(of: ResultFile.ages) }

  /// The file with the whole row group.
  private func file(of part: Int) -> SegmentReader {
    latest.hasGroup(part, of: ResultFile.verdicts) ? latest : base ?? latest
  }

  /// Some columns of the verdicts of one row group of lists.
  func verdicts(
    _ part: Int, columns: [String]? = nil, decoder: inout ColumnDecoder
  ) throws(StoreError) -> Table {
    let table = try file(of: part).readTable(
      ResultFile.verdicts, group: part, columns: columns, decoder: &decoder)
    guard latest.hasGroup(part, of: ResultFile.changes) else { return table }
    let names = columns ?? ResultFile.schema.columns.map(\.name)
    let changes = try changes(part, names, rows: table.rowCount, decoder: &decoder)
    for (column, name) in zip(table.columns, names) {
      for change in 0..<changes.rowCount {
        column.integer.values[Int(changes["row"].integer[change])] = changes[name].integer[change]
      }
    }
    return table
  }

  /// `disposition` alone: faster.
  func dispositions(_ part: Int, decoder: inout ColumnDecoder) throws(StoreError) -> [UInt8] {
    var bytes = try file(of: part).readBytes(
      ResultFile.verdicts, group: part, column: "disposition", decoder: &decoder)
    guard latest.hasGroup(part, of: ResultFile.changes) else { return bytes }
    let changes = try changes(part, ["disposition"], rows: bytes.count, decoder: &decoder)
    for change in 0..<changes.rowCount {
      bytes[Int(changes["row"].integer[change])] = UInt8(truncatingIfNeeded: changes["disposition"].integer[change])
    }
    return bytes
  }

  /// The rows of the base that are otherwise now, checked to be within `rows`.
  private func changes(
    _ part: Int, _ columns: [String], rows: Int, decoder: inout ColumnDecoder
  ) throws(StoreError) -> Table {
    let changes = try latest.readTable(
      ResultFile.changes, group: part, columns: ["row"] + columns, decoder: &decoder)
    let places = changes.columns[0].integer
    for change in 0..<changes.rowCount where places[change] < 0 || places[change] >= Int64(rows) {
      throw .corrupt(
        file: latest.path, range: 0..<latest.summary.size, what: "changes of verdicts that are not there")
    }
    return changes
  }
}

/// Puts stored findings into a run's results: of all lists, or a row group when one of its lists is met.
final class StoredWords: Sendable {
  private struct State: ~Copyable {
    var decoder = ColumnDecoder()
    var isLoaded: [Bool]
  }

  private let stored: StoredResults
  private let view: StoreView
  private let results: ListResults
  private let state: Mutex<State>

  init(_ stored: StoredResults, _ view: StoreView, _ results: ListResults) {
    self.stored = stored
    self.view = view
    self.results = results
    state = Mutex(State(isLoaded: [Bool](repeating: false, count: stored.partCount)))
  }

  /// Makes sure that what is stored of an old list was put into the results, before any list of its row group is
  /// changed there. Any thread.
  func load(_ list: Int) throws(StoreError) {
    let part = view.part(of: list)
    try state.withLock { (state) throws(StoreError) in
      if state.isLoaded[part] { return }
      try put(part, decoder: &state.decoder)
      state.isLoaded[part] = true
    }
  }

  /// The same of whole row groups, on `threads` threads, while nothing else runs.
  func load(parts: [Int], threads: Int) throws(TernError) {
    let open = state.withLock { state in parts.filter { !state.isLoaded[$0] } }
    let queue = WorkQueue(count: open.count)
    try onWorkers(min(threads, open.count)) { (_) throws(TernError) in
      var decoder = ColumnDecoder()
      while let index = queue.take() {
        try storing { () throws(StoreError) in try put(open[index], decoder: &decoder) }
      }
    }
    state.withLock { state in for part in open { state.isLoaded[part] = true } }
  }

  private func put(_ number: Int, decoder: inout ColumnDecoder) throws(StoreError) {
    let part = view.parts[number]
    let table = try stored.verdicts(number, decoder: &decoder)
    guard table.rowCount == part.rows.count else {
      throw .corrupt(
        file: stored.latest.path, range: 0..<stored.latest.summary.size, what: "verdicts of other lists")
    }
    let (findings, dispositions) = (table.columns[0].integer, table.columns[1].integer)
    let kept = table.columns[2].integer
    let first = view.firstList(of: part)
    for row in 0..<table.rowCount {
      let status: UInt64 =
        switch dispositions[row] {
        case ResultFile.doesNotCount: 0
        case Int64(Disposition.cancelled.rawValue) + 1: ListResults.cancelledBit
        default: ListResults.countsBit
        }
      // What buyers have used is counted anew.
      let found = UInt64(bitPattern: findings[row]) & ~Finding.regimeLimitAnnual.bit
      results.set(first + row, word: status | found | UInt64(bitPattern: kept[row]))
    }
  }
}
