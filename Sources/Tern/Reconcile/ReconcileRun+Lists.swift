import TernCEB
import TernMatch
import TernReference
import TernRules
import TernStore

/// What lists decide by themselves, with the reference tables: one sweep over the columns of the lists.
extension ReconcileRun {
  /// Judges the lists of all segments from `firstSegment` on, a row group at a time, on all threads. Each list
  /// belongs to one row group, so results are written without locks.
  func checkLists(
    _ rules: RuleSettings, _ reference: ReferenceData, firstSegment: Int
  ) throws(TernError) {
    var jobs: [(segment: Int, direction: Direction, group: Int, first: Int)] = []
    let checks = ListChecks(rules, reference)
    for segment in firstSegment..<view.segments.count {
      for direction in Direction.allCases where !checks.isIdle(direction) {
        var first = view.numbering.firstIndex(ofSegment: segment, direction)
        for (group, rows) in view.segments[segment].groups(of: .heads(Kind(.list, direction))) {
          jobs.append((segment, direction, group, first))
          first += rows
        }
      }
    }
    let work = jobs
    let columns = Direction.allCases.map { (checks.headColumns($0), checks.lineColumns($0)) }
    let queue = WorkQueue(count: work.count)
    try Tern.onWorkers(min(threads, max(work.count, 1))) { (_) throws(TernError) in
      var decoder = ColumnDecoder()
      while let index = queue.take() {
        let job = work[index]
        let (heads, lines) = try storing { () throws(StoreError) in
          let (headColumns, lineColumns) = columns[Int(job.direction.rawValue)]
          return try tables(job.segment, job.direction, job.group, headColumns, lineColumns, &decoder)
        }
        checks.judge(heads, lines, job.direction) { row, word in
          if word != 0 { results.add(job.first + row, word) }
        }
      }
    }
  }

  private func tables(
    _ segment: Int, _ direction: Direction, _ group: Int, _ headColumns: [String],
    _ lineColumns: [String], _ decoder: inout ColumnDecoder
  ) throws(StoreError) -> (heads: Table, lines: Table) {
    let reader = view.segments[segment]
    let kind = Kind(.list, direction)
    let heads = try reader.readTable(
      .heads(kind), group: group, columns: headColumns, decoder: &decoder)
    // No list of the segment may have a line.
    if lineColumns.isEmpty || reader.schema(of: .lines(kind)) == nil {
      let schema = KindTables.lineSchema(kind)!.columns
      return (heads, Table(TableSchema(schema.filter { lineColumns.contains($0.name) })))
    }
    return (
      heads,
      try reader.readTable(.lines(kind), group: group, columns: lineColumns, decoder: &decoder)
    )
  }

  /// The last phase: what buyers have used of their year. Always over all import lists, since a verdict that
  /// changes frees or takes quota for all that come after it.
  func checkBuyers(_ rule: DispositionRule) throws(TernError) {
    guard view.rowCount(.listsByBuyer) > 0 else { return }
    _ = try phase(
      3, [.listsByBuyer], isSearch: false, onlyChanged: false,
      { rows, _, details, scratch in
        unsafe self.engine.judgeBuyers(
          lists: RowView(words: rows.listsByBuyer), details: details, results: self.results,
          rule: rule, scratch: scratch)
      })
  }
}
