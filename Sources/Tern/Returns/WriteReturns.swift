import Synchronization
import TernCEB
import TernMatch
import TernRules
import TernStore

public enum ReturnsFormat: String, Sendable, CaseIterable {
  case table, csv, ndjson
}

extension Engine {
  /// Columns of the returns, in order: the return's own, then those of its list, which are empty for an
  /// orphan. `returnNo` is `coElNo` of an export and `copNo` of an import; `value` is returned quantity
  /// × the lines' `price`, in the list's currency, exact.
  public static let returnColumns = [
    "direction", "returnAgentCode", "returnNo", "guid", "invtNo", "appTime", "agentCode", "copNo",
    "platform", "orderNo", "logisticsCode", "logisticsNo", "currency", "value", "findings",
  ]

  /// Writes every return that counts: segment by segment, exports before imports, each in received
  /// order. Does not close `sink`.
  ///
  /// Some 100,000 returns at a time are in memory, with the identities of their lists; for each such
  /// batch the lists' row groups that it names are read once, on all threads.
  ///
  /// - Throws: `notReconciled` if there are no verdicts for just these documents.
  public func writeReturns(
    of path: String, as format: ReturnsFormat = .table, to sink: ByteSink
  ) throws(TernError) {
    let store = try storing { () throws(StoreError) in try Store.open(path) }
    let result = try ResultFile.open(store).latest
    let view = try StoreView(store, threads: settings.threads)
    if format == .csv { sink.append(Self.returnColumns.joined(separator: ",") + "\n") }
    var decoder = ColumnDecoder()
    for (group, count) in result.groups(of: ReturnResults.entryTable) {
      let entries = try storing { () throws(StoreError) in
        try result.readTable(ReturnResults.entryTable, group: group, decoder: &decoder)
      }
      for start in stride(from: 0, to: count, by: Self.returnsAtATime) {
        let rows = start..<min(start + Self.returnsAtATime, count)
        let place = DocumentRef(
          segment: group / 2, row: 0, direction: Direction.allCases[group % 2])
        let batch = try StoredReturns(
          view, place, entries, rows, threads: settings.threads, &decoder)
        for row in rows {
          guard let values = batch.values(row) else { continue }
          format.write(values, to: sink)
          try sink.flushIfFull()
        }
      }
    }
  }

  private static let returnsAtATime = 1 << 17
}

/// Some neighbouring returns with the identities of their lists.
private struct StoredReturns {
  private static let identityColumns = VerdictRows.columns

  private let direction: Direction
  private let entries: Table
  /// The returns' own values, by row.
  private var own: [Int: [String]] = [:]
  private var identities: [DocumentRef: [String]] = [:]

  init(
    _ view: StoreView, _ place: DocumentRef, _ entries: Table, _ rows: Range<Int>, threads: Int,
    _ decoder: inout ColumnDecoder
  ) throws(TernError) {
    direction = place.direction
    self.entries = entries
    let effects = entries.columns[0].integer
    let counting = rows.filter { effects[$0] != Int64(ReturnEffect.doesNotCount.rawValue) }
    let lists = entries.columns[1].integer
    let wanted = Set(
      counting.filter { lists[$0] != ReturnResults.noList }
        .map { DocumentRef(rawValue: UInt64(lists[$0])) })
    let kind = Kind(.refund, direction)
    let columns = [
      "agentCode", direction == .import ? "copNo" : "coElNo", "guid", "invtNo", "appTime",
    ]
    try view.forEachRow(kind, place.segment, counting, columns, &decoder) { row, heads, index in
      own[row] =
        heads.columns[..<4].map { $0.text.string(index) }
        + [timeText(heads.columns[4].integer[index])]
    }
    identities = try Self.identities(wanted, view, threads: threads)
  }

  /// Values of `VerdictRows.columns` of lists.
  private static func identities(
    _ lists: Set<DocumentRef>, _ view: StoreView, threads: Int
  ) throws(TernError) -> [DocumentRef: [String]] {
    let jobs = Dictionary(grouping: lists) { $0.segment * 2 + Int($0.direction.rawValue) }
      .map { (place: $0, rows: $1.map(\.row).sorted()) }
    let found = Mutex<[DocumentRef: [String]]>([:])
    let queue = WorkQueue(count: jobs.count)
    try onWorkers(min(threads, max(jobs.count, 1))) { (_) throws(TernError) in
      var decoder = ColumnDecoder()
      var part: [DocumentRef: [String]] = [:]
      while let job = queue.take() {
        let (segment, direction) = (jobs[job].place / 2, Direction.allCases[jobs[job].place % 2])
        try view.forEachRow(
          Kind(.list, direction), segment, jobs[job].rows, identityColumns, &decoder
        ) { row, heads, index in
          part[DocumentRef(segment: segment, row: row, direction: direction)] =
            heads.columns.map { $0.text.string(index) }
        }
      }
      let mine = part
      found.withLock { $0.merge(mine) { first, _ in first } }
    }
    return found.withLock { $0 }
  }

  /// In the order of `Engine.returnColumns`; nil for one that does not count.
  func values(_ row: Int) -> [String]? {
    guard let own = own[row] else { return nil }
    let effect = ReturnEffect(rawValue: UInt8(truncatingIfNeeded: entries.columns[0].integer[row]))
    var values = [direction.letter] + own
    let list = entries.columns[1].integer[row]
    if list == ReturnResults.noList {
      values += [String](repeating: "", count: 8)
    } else {
      let identity = identities[DocumentRef(rawValue: UInt64(list))]!
      let (ebpCode, ebcCode) = (identity[2], identity[3])
      values += identity[..<2]
      values.append(ebpCode.isEmpty || ebpCode == "无" ? ebcCode : ebpCode)
      values += identity[4...]
      values.append(entries.columns[2].text.string(row))
      values.append(effect == .taken ? entries.columns[3].text.string(row) : "0")
    }
    return values + [effect?.finding?.name ?? ""]
  }
}

extension StoreView {
  /// Calls `body` for single documents of one kind and segment, which ascend, with their row, columns,
  /// and the row within these.
  fileprivate func forEachRow(
    _ kind: Kind, _ segment: Int, _ rows: [Int], _ columns: [String],
    _ decoder: inout ColumnDecoder, _ body: (_ row: Int, _ heads: Table, _ index: Int) -> Void
  ) throws(TernError) {
    var firstRow = 0
    var left = rows[...]
    for (group, count) in segments[segment].groups(of: .heads(kind)) {
      let here = left.prefix { $0 < firstRow + count }
      left = left.dropFirst(here.count)
      if !here.isEmpty {
        let heads = try storing { () throws(StoreError) in
          try segments[segment].readTable(
            .heads(kind), group: group, columns: columns, rows: here.map { $0 - firstRow },
            decoder: &decoder)
        }
        for row in here { body(row, heads, row - firstRow) }
      }
      firstRow += count
    }
  }
}

extension ReturnsFormat {
  /// One return; `values` in the order of `Engine.returnColumns`.
  fileprivate func write(_ values: [String], to sink: ByteSink) {
    switch self {
    case .csv:
      for (index, value) in values.enumerated() {
        if index > 0 { sink.append(UInt8(ascii: ",")) }
        sink.appendCSV(value)
      }
      sink.append(0x0A)
    case .ndjson:
      for (index, value) in values.enumerated() {
        sink.append((index == 0 ? "{\"" : ",\"") + Engine.returnColumns[index] + "\":")
        if index == values.count - 1 {
          sink.append(value.isEmpty ? "[]" : "[\"\(value)\"]")
        } else {
          sink.appendJSON(value)
        }
      }
      sink.append("}\n")
    case .table:
      let number = values[2].isEmpty ? values[3] : values[2]
      let list = values[6...11].filter { !$0.isEmpty }.joined(separator: " ")
      let amount = values[13].isEmpty ? "-" : "\(values[13]) \(values[12])"
      let rest = [list, values[14]].filter { !$0.isEmpty }.joined(separator: "  ")
      sink.append("\(values[0])  \(values[5])  \(values[1]) \(number)  \(values[4])  \(amount)  \(rest)\n")
    }
  }
}
