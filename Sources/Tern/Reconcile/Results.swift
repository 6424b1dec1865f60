import Synchronization
import TernCEB
import TernMatch
import TernRules
import TernStore

/// The verdicts of a run as they are stored: for each segment and direction one row group of
/// (`findings`, `disposition`, `kept`), aligned with the rows of the lists, and one of what became of the
/// cancellations and of the returns, aligned with theirs.
enum ResultFile {
  static let name = "verdicts"
  static let verdicts = TableID.result(0)
  static let settings = TableID.result(1)
  static let cancellations = TableID.result(2)
  /// `kept`: what else `ListResults` knows of a list, in its bits: trade mode and priority, and of lists that do not
  /// count or are cancelled what they decided by themselves, should they count one day.
  static let schema = TableSchema([
    .init("findings", .integer), .init("disposition", .integer), .init("kept", .integer),
  ])
  static let cancellationsSchema = TableSchema([.init("effect", .integer)])
  static let settingsSchema = TableSchema([.init("name", .text), .init("value", .text)])

  /// Row group of a segment's lists of one direction.
  static func group(segment: Int, _ direction: Direction) -> Int {
    segment * 2 + Int(direction.rawValue)
  }

  /// The verdicts of just the store's documents.
  ///
  /// - Throws: `notReconciled` if there are none.
  static func open(_ store: Store) throws(TernError) -> SegmentReader {
    guard let info = store.manifest.results.first(where: { $0.name == name }),
      info.generation == store.manifest.generation,
      let result = try storing({ () throws(StoreError) in try store.openResult(name) })
    else { throw .notReconciled(store: store.path) }
    return result
  }

  /// What `disposition` says.
  static let statusBits = ListResults.countsBit | ListResults.cancelledBit

  /// `disposition` of a list that does not count; otherwise `Disposition.rawValue` + 1.
  static let doesNotCount: Int64 = 0
}

extension Engine {
  func writeResults(
    _ store: Store, _ view: StoreView, _ results: ListResults, _ effects: CancellationResults,
    _ returns: ReturnResults?, _ rules: RuleSettings, _ rule: DispositionRule,
    _ fingerprint: [(String, String)]
  ) throws(TernError) -> ReconcileReport {
    var report = ReconcileReport()
    report.asOf = rules.asOf ?? 0
    returns?.count(into: &report)
    let transaction = try storing { () throws(StoreError) in try store.begin() }
    do throws(TernError) {
      let writer = try storing { () throws(StoreError) in try transaction.newResult() }
      // So many at a time that their memory does not grow with the store.
      let groups = view.segments.count * 2
      for first in stride(from: 0, to: groups, by: Self.groupsAtATime) {
        let range = first..<min(first + Self.groupsAtATime, groups)
        let units = try verdictUnits(range, view, results, effects, returns, rules, rule)
        for (unit, part) in units {
          try storing { () throws(StoreError) in try writer.append(unit) }
          report.add(part)
        }
      }
      let settingsTable = Table(ResultFile.settingsSchema)
      for (name, value) in fingerprint + counts(report) + coverage(view) {
        settingsTable.columns[0].text.append(name)
        settingsTable.columns[1].text.append(value)
      }
      try storing { () throws(StoreError) in
        try writer.append(table: settingsTable, id: ResultFile.settings, group: 0)
        try transaction.seal(writer, asResult: ResultFile.name)
        try transaction.commit(sources: [])
      }
    } catch {
      transaction.abort()
      throw error
    }
    return report
  }

  private static let groupsAtATime = 64

  /// Row groups of the result, encoded on all threads, in their order.
  private func verdictUnits(
    _ range: Range<Int>, _ view: StoreView, _ results: ListResults,
    _ effects: CancellationResults, _ returns: ReturnResults?, _ rules: RuleSettings,
    _ rule: DispositionRule
  ) throws(TernError) -> [(EncodedUnit, ReconcileReport)] {
    let finished = Mutex<[(group: Int, unit: EncodedUnit, report: ReconcileReport)]>([])
    let queue = WorkQueue(count: range.count)
    try onWorkers(min(settings.threads, range.count)) { (_) throws(TernError) in
      var decoder = ColumnDecoder()
      var encoder = ColumnEncoder()
      let table = Table(ResultFile.schema)
      while let index = queue.take() {
        let group = range.lowerBound + index
        let unit = EncodedUnit()
        var report = ReconcileReport()
        try storing { () throws(StoreError) in
          try fillVerdicts(
            table, view, segment: group / 2, Direction.allCases[group % 2], results, rules, rule,
            &decoder, &report)
        }
        encoder.encode(table, id: ResultFile.verdicts, group: group, into: unit)
        let cancellations = cancellationRows(view, group: group, effects, &report)
        if cancellations.rowCount > 0 {
          encoder.encode(cancellations, id: ResultFile.cancellations, group: group, into: unit)
        }
        returns?.encode(group: group, &encoder, into: unit)
        let part = report
        finished.withLock { $0.append((group, unit, part)) }
      }
    }
    return finished.withLock { $0.sorted { $0.group < $1.group }.map { ($0.unit, $0.report) } }
  }

  /// Replaces the rows of `table`, whose memory serves one row group after the other.
  private func fillVerdicts(
    _ table: Table, _ view: StoreView, segment: Int, _ direction: Direction, _ results: ListResults,
    _ rules: RuleSettings, _ rule: DispositionRule, _ decoder: inout ColumnDecoder,
    _ report: inout ReconcileReport
  ) throws(StoreError) {
    table.truncate(0)
    let kind = Kind(.list, direction)
    let reader = view.segments[segment]
    guard reader.schema(of: .heads(kind)) != nil else { return }
    let appTimes = try reader.readTable(
      .heads(kind), columns: ["appTime"], decoder: &decoder
    ).columns[0].integer
    let findings = table.columns[0].integer
    let dispositions = table.columns[1].integer
    let kept = table.columns[2].integer
    let enabled = TradeModeGroup.allCases.map { rules.enabledBits(RuleScope(direction, $0)) }
    let first = view.numbering.firstIndex(ofSegment: segment, direction)
    var draws = InspectionDraws(rules.inspection, settings.reference)
    let heads =
      draws == nil
      ? nil
      : try reader.readTable(.heads(kind), columns: InspectionDraws.columns, decoder: &decoder)
    let identities = heads.map(InspectionDraws.Identities.init)
    for column in table.columns { column.integer.values.reserve(appTimes.count) }
    for row in 0..<appTimes.count {
      let word = results.word(first + row)
      guard word & ListResults.countsBit != 0 else {
        findings.append(0)
        let isCancelled = word & ListResults.cancelledBit != 0
        dispositions.append(
          isCancelled ? Int64(Disposition.cancelled.rawValue) + 1 : ResultFile.doesNotCount)
        kept.append(Int64(bitPattern: word & ~ResultFile.statusBits))
        if isCancelled { report.count([], .cancelled) }
        continue
      }
      let scope = RuleScope(direction, word: word)
      let set = FindingSet(
        rawValue: word & ListResults.findingsMask & enabled[Int(scope.tradeMode.rawValue)])
      var disposition = rule(set, appTime: appTimes[row], scope: scope)
      if disposition == .released, let identities, draws?.draws(identities, row, direction) == true {
        disposition = .inspect
      }
      findings.append(Int64(bitPattern: set.rawValue))
      dispositions.append(Int64(disposition.rawValue) + 1)
      kept.append(Int64(bitPattern: word & ~ResultFile.statusBits & ~ListResults.findingsMask))
      report.count(set, disposition)
    }
    withExtendedLifetime(heads) {}
  }

  private func cancellationRows(
    _ view: StoreView, group: Int, _ effects: CancellationResults, _ report: inout ReconcileReport
  ) -> Table {
    let table = Table(ResultFile.cancellationsSchema)
    for index in view.cancellations.range(ofGroup: group) {
      let effect = effects[index]
      table.columns[0].integer.append(Int64(effect.rawValue))
      if effect != .doesNotCount { report.cancellations += 1 }
      if effect.isOrphan { report.orphanCancellations += 1 }
    }
    return table
  }

  // MARK: - Whether a run is needed

  /// What decides the verdicts besides the documents.
  func fingerprint(_ rules: RuleSettings) -> [(String, String)] {
    rules.entries.map { ($0.name, $0.value) } + [("reference", settings.reference.contentHash)]
  }

  private func counts(_ report: ReconcileReport) -> [(String, String)] {
    [
      ("lists", "\(report.lists)"), ("cancellations", "\(report.cancellations)"),
      ("orphanCancellations", "\(report.orphanCancellations)"),
      ("returns", "\(report.returns)"), ("exceedingReturns", "\(report.exceedingReturns)"),
      ("orphanReturns", "\(report.orphanReturns)"),
    ]
      + Disposition.allCases.map { ("=\($0.name)", "\(report.dispositions[Int($0.rawValue)])") }
      + Finding.allCases.map { ("=\($0.name)", "\(report.findings[Int($0.rawValue)])") }
  }

  /// The report of the stored verdicts, if they are those of these documents and rules.
  func upToDateReport(
    _ store: Store, _ fingerprint: [(String, String)]
  ) throws(TernError) -> ReconcileReport? {
    guard let info = store.manifest.results.first(where: { $0.name == ResultFile.name }),
      info.generation == store.manifest.generation
    else { return nil }
    let entries = try storedSettings(store)
    for (name, value) in fingerprint where entries[name] != value { return nil }
    return report(from: entries)
  }

  /// The report of the stored verdicts, whatever their rules.
  func storedReport(_ store: Store) throws(TernError) -> ReconcileReport {
    report(from: try storedSettings(store))
  }

  private func report(from entries: [String: String]) -> ReconcileReport {
    var report = ReconcileReport()
    report.wasUpToDate = true
    report.asOf = Int64(entries["asOf"] ?? "") ?? 0
    report.lists = Int(entries["lists"] ?? "") ?? 0
    report.cancellations = Int(entries["cancellations"] ?? "") ?? 0
    report.orphanCancellations = Int(entries["orphanCancellations"] ?? "") ?? 0
    report.returns = Int(entries["returns"] ?? "") ?? 0
    report.exceedingReturns = Int(entries["exceedingReturns"] ?? "") ?? 0
    report.orphanReturns = Int(entries["orphanReturns"] ?? "") ?? 0
    for disposition in Disposition.allCases {
      report.dispositions[Int(disposition.rawValue)] = Int(entries["=\(disposition.name)"] ?? "") ?? 0
    }
    for finding in Finding.allCases {
      report.findings[Int(finding.rawValue)] = Int(entries["=\(finding.name)"] ?? "") ?? 0
    }
    return report
  }

  // MARK: - What is kept of an earlier run

  /// The segments that the verdicts are of.
  private func coverage(_ view: StoreView) -> [(String, String)] {
    [("segments", "\(view.segments.count)"), ("lastSegment", "\(view.segments.last?.number ?? 0)")]
  }

  /// What documents taken in since the stored verdicts can have changed, with the stored findings of
  /// all lists put into `results`, and the stored effects of all cancellations into `effects`. Nil if all are to be judged: no verdicts are there, they were made
  /// by other rules, or too much is new.
  func changedLists(
    _ store: Store, _ view: StoreView, _ results: ListResults, _ effects: CancellationResults,
    _ fingerprint: [(String, String)]
  ) throws(TernError) -> ChangedLists? {
    let result = try storing { () throws(StoreError) in try store.openResult(ResultFile.name) }
    guard let result, result.schema(of: ResultFile.verdicts) != nil else { return nil }
    let entries = try storedSettings(store)
    for (name, value) in fingerprint where name != "asOf" && entries[name] != value {
      return nil
    }
    guard let known = entries["segments"].flatMap({ Int($0) }), known > 0,
      known <= view.segments.count,
      entries["lastSegment"] == "\(view.segments[known - 1].number)"
    else { return nil }
    let documents = store.manifest.segments.map { $0.documents.reduce(0, +) }
    let new = documents[known...].reduce(0, +)
    guard new * Self.newShareMax <= documents.reduce(0, +) else { return nil }
    let queue = WorkQueue(count: known * 2)
    try onWorkers(min(settings.threads, queue.count)) { (_) throws(TernError) in
      var decoder = ColumnDecoder()
      while let group = queue.take() {
        let table = try storing { () throws(StoreError) in
          try result.readTable(ResultFile.verdicts, group: group, decoder: &decoder)
        }
        let (findings, dispositions) = (table.columns[0].integer, table.columns[1].integer)
        let kept = table.columns[2].integer
        let first = view.numbering.firstIndex(ofSegment: group / 2, Direction.allCases[group % 2])
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
        try storing { () throws(StoreError) in
          try effects.load(group, from: result, decoder: &decoder)
        }
      }
    }
    return ChangedLists(firstNewSegment: known, view.numbering)
  }

  /// Where more than one document in so many is new, all lists are judged.
  private static let newShareMax = 8

  func storedSettings(_ store: Store) throws(TernError) -> [String: String] {
    let table = try storing { () throws(StoreError) -> Table? in
      var decoder = ColumnDecoder()
      return try store.openResult(ResultFile.name)?.readTable(
        ResultFile.settings, decoder: &decoder)
    }
    guard let table else { throw .notReconciled(store: store.path) }
    var entries: [String: String] = [:]
    for row in 0..<table.rowCount {
      entries[table.columns[0].text.string(row)] = table.columns[1].text.string(row)
    }
    return entries
  }
}

extension CancellationResults {
  /// Takes the stored effects of a row group of the result.
  func load(
    _ group: Int, from result: SegmentReader, decoder: inout ColumnDecoder
  ) throws(StoreError) {
    guard result.schema(of: ResultFile.cancellations) != nil else { return }
    let stored = try result.readTable(
      ResultFile.cancellations, group: group, decoder: &decoder
    ).columns[0].integer
    let first = numbering.range(ofGroup: group).lowerBound
    for row in 0..<stored.count {
      self[first + row] =
        CancellationEffect(rawValue: UInt8(truncatingIfNeeded: stored[row])) ?? .doesNotCount
    }
  }
}

extension ListNumbering {
  /// Numbers of the documents of a row group of the result.
  func range(ofGroup group: Int) -> Range<Int> {
    let (segment, direction) = (group / 2, Direction.allCases[group % 2])
    return firstIndex(ofSegment: segment, direction)..<endIndex(ofSegment: segment, direction)
  }
}

extension ReconcileReport {
  mutating func count(_ set: FindingSet, _ disposition: Disposition) {
    lists += 1
    dispositions[Int(disposition.rawValue)] += 1
    var bits = set.rawValue
    while bits != 0 {
      findings[bits.trailingZeroBitCount] += 1
      bits &= bits - 1
    }
  }

  mutating func add(_ other: ReconcileReport) {
    lists += other.lists
    cancellations += other.cancellations
    orphanCancellations += other.orphanCancellations
    for index in dispositions.indices { dispositions[index] += other.dispositions[index] }
    for index in findings.indices { findings[index] += other.findings[index] }
  }
}
