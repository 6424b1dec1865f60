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
    var jobs: [ListGroup] = []
    let checks = ListChecks(rules, reference)
    for segment in firstSegment..<view.segments.count {
      for direction in Direction.allCases where !checks.isIdle(direction) {
        var first = view.numbering.firstIndex(ofSegment: segment, direction)
        for (group, rows) in view.segments[segment].groups(of: .heads(Kind(.list, direction))) {
          jobs.append(
            ListGroup(segment: segment, direction: direction, group: group, first: first, rows: rows))
          first += rows
        }
      }
    }
    let work = jobs
    let queue = WorkQueue(count: work.count)
    try Tern.onWorkers(min(threads, max(work.count, 1))) { (_) throws(TernError) in
      let decoder = SharedDecoder()
      while let index = queue.take() {
        let job = work[index]
        let lists = StoredLists(
          reader: view.segments[job.segment], kind: Kind(.list, job.direction), group: job.group,
          rowCount: job.rows, decoder: decoder)
        try storing { () throws(StoreError) in
          try checks.judge(lists) { row, word in results.add(job.first + row, word) }
        }
      }
    }
  }

  /// One row group of lists.
  private struct ListGroup: Sendable {
    var segment: Int
    var direction: Direction
    var group: Int
    /// Dense number of its first list.
    var first: Int
    var rows: Int
  }

  /// The last phase: what buyers have used of their year. Always over all import lists, since a verdict that
  /// changes frees or takes quota for all that come after it.
  /// Nothing is read where the check is switched off.
  func checkBuyers(_ rules: RuleSettings, _ rule: DispositionRule) throws(TernError) {
    let imports = RuleScope.all.filter { $0.direction == .import }
    guard imports.contains(where: { rules[$0, .regimeLimitAnnual].isEnabled }),
      view.rowCount(.listsByBuyer) > 0
    else { return }
    try phase(
      3, [.listsByBuyer],
      { rows, _, details, scratch in
        unsafe self.engine.judgeBuyers(
          lists: RowView(words: rows.listsByBuyer), details: details, results: self.results,
          rule: rule, scratch: scratch)
      })
  }
}
