import Synchronization
import TernCEB
import TernMatch
import TernRules
import TernStore

/// Writes the verdicts of a run: all, or beside those of `earlier` what has changed.
struct ResultWriter: Sendable {
  let view: StoreView
  let results: ListResults
  let effects: CancellationResults
  let returns: ReturnResults?
  let rules: RuleSettings
  let rule: DispositionRule
  let engine: Engine
  /// Nil: all are written.
  let kept: Kept?

  /// Verdicts that stay where they are.
  struct Kept: Sendable {
    let stored: StoredResults
    let oldestPending: [Int64]
    /// Row groups of which lists have changed.
    let changed: Set<Int>
    let words: StoredWords
  }

  /// What one row group of lists comes to.
  private struct Part: Sendable {
    var number: Int
    var unit = EncodedUnit()
    /// What it adds to the totals.
    var report = ReconcileReport()
    var oldestPending = Int64.max
  }

  /// Adds the totals to `report`.
  func write(to writer: SegmentWriter, _ report: inout ReconcileReport) throws(TernError) {
    let ages = Table(ResultFile.agesSchema)
    // So many at a time that their memory does not grow with the store.
    for first in stride(from: 0, to: view.parts.count, by: Self.partsAtATime) {
      for part in try parts(first..<min(first + Self.partsAtATime, view.parts.count)) {
        try storing { () throws(StoreError) in try writer.append(part.unit) }
        report.add(part.report)
        ages.columns[0].integer.append(part.oldestPending)
      }
    }
    let unit = EncodedUnit()
    var encoder = ColumnEncoder()
    encoder.encode(ages, id: ResultFile.ages, group: 0, into: unit)
    for group in 0..<view.segments.count * 2 {
      encoder.encode(cancellations(group, &report), id: ResultFile.cancellations, group: group, into: unit)
      returns?.encode(group: group, &encoder, into: unit)
    }
    try storing { () throws(StoreError) in try writer.append(unit) }
  }

  private static let partsAtATime = 512

  /// Encoded on all threads, in their order.
  private func parts(_ range: Range<Int>) throws(TernError) -> [Part] {
    let finished = Mutex<[Part]>([])
    let queue = WorkQueue(count: range.count)
    try onWorkers(min(engine.settings.threads, range.count)) { (_) throws(TernError) in
      var decoder = ColumnDecoder()
      var encoder = ColumnEncoder()
      let table = Table(ResultFile.schema)
      while let index = queue.take() {
        var part = Part(number: range.lowerBound + index)
        try storing { () throws(StoreError) in
          if let kept, part.number < kept.stored.partCount {
            try encodeOld(&part, beside: kept, table, &decoder, &encoder)
          } else {
            try fill(table, &part, &decoder)
            encoder.encode(table, id: ResultFile.verdicts, group: part.number, into: part.unit)
          }
        }
        let done = part
        finished.withLock { $0.append(done) }
      }
    }
    return finished.withLock { $0.sorted { $0.number < $1.number } }
  }

  /// A row group that was there before.
  private func encodeOld(
    _ part: inout Part, beside kept: Kept, _ table: Table, _ decoder: inout ColumnDecoder,
    _ encoder: inout ColumnEncoder
  ) throws(StoreError) {
    let number = part.number
    let latest = kept.stored.latest
    let isOfBase = number < kept.stored.basePartCount
    guard kept.changed.contains(number) || kept.oldestPending[number] < rule.oldestPending else {
      part.oldestPending = kept.oldestPending[number]
      // The base stays; what has changed before is carried on.
      let id = isOfBase ? ResultFile.changes : ResultFile.verdicts
      if latest.hasGroup(number, of: id) {
        encoder.encode(
          try latest.readTable(id, group: number, decoder: &decoder), id: id, group: number, into: part.unit)
      }
      return
    }
    try kept.words.load(view.firstList(of: view.parts[number]))
    try fill(table, &part, &decoder)
    part.report.takeOut(try kept.stored.verdicts(number, decoder: &decoder))
    guard isOfBase else {
      return encoder.encode(table, id: ResultFile.verdicts, group: number, into: part.unit)
    }
    let before = try (kept.stored.base ?? latest).readTable(ResultFile.verdicts, group: number, decoder: &decoder)
    let changes = Table(ResultFile.changesSchema)
    for row in 0..<table.rowCount
    where !zip(table.columns, before.columns).allSatisfy({ $0.integer[row] == $1.integer[row] }) {
      changes.columns[0].integer.append(Int64(row))
      for (column, values) in zip(changes.columns.dropFirst(), table.columns) {
        column.integer.append(values.integer[row])
      }
    }
    encoder.encode(changes, id: ResultFile.changes, group: number, into: part.unit)
  }

  /// Replaces the rows of `table`, whose memory serves one row group after the other.
  private func fill(
    _ table: Table, _ part: inout Part, _ decoder: inout ColumnDecoder
  ) throws(StoreError) {
    table.truncate(0)
    let place = view.parts[part.number]
    let direction = place.direction
    let reader = view.segments[place.segment]
    let appTimes = try reader.readTable(
      .heads(place.kind), group: place.group, columns: ["appTime"], decoder: &decoder
    ).columns[0].integer
    let findings = table.columns[0].integer
    let dispositions = table.columns[1].integer
    let kept = table.columns[2].integer
    let enabled = TradeModeGroup.allCases.map { rules.enabledBits(RuleScope(direction, $0)) }
    let first = view.firstList(of: place)
    var draws = InspectionDraws(rules.inspection, engine.settings.reference)
    let heads =
      draws == nil
      ? nil
      : try reader.readTable(
        .heads(place.kind), group: place.group, columns: InspectionDraws.columns, decoder: &decoder)
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
        if isCancelled { part.report.count([], .cancelled) }
        continue
      }
      let scope = RuleScope(direction, word: word)
      let set = FindingSet(
        rawValue: word & ListResults.findingsMask & enabled[Int(scope.tradeMode.rawValue)])
      var disposition = rule(set, appTime: appTimes[row], scope: scope)
      if disposition == .released, let identities, draws?.draws(identities, row, direction) == true {
        disposition = .inspect
      }
      if disposition == .pending { part.oldestPending = min(part.oldestPending, appTimes[row]) }
      findings.append(Int64(bitPattern: set.rawValue))
      dispositions.append(Int64(disposition.rawValue) + 1)
      kept.append(Int64(bitPattern: word & ~ResultFile.statusBits & ~ListResults.findingsMask))
      part.report.count(set, disposition)
    }
    withExtendedLifetime(heads) {}
  }

  private func cancellations(_ group: Int, _ report: inout ReconcileReport) -> Table {
    let table = Table(ResultFile.cancellationsSchema)
    for index in view.cancellations.range(ofGroup: group) {
      let effect = effects[index]
      table.columns[0].integer.append(Int64(effect.rawValue))
      if effect != .doesNotCount { report.cancellations += 1 }
      if effect.isOrphan { report.orphanCancellations += 1 }
    }
    return table
  }
}

extension Engine {
  /// Writes the verdicts and makes them count.
  func store(
    _ store: Store, _ results: ResultWriter, _ earlier: ReconcileReport?, _ fingerprint: [(String, String)]
  ) throws(TernError) -> ReconcileReport {
    // With the lists as they were; the others are counted again.
    var report = ReconcileReport()
    if let earlier, results.kept != nil {
      (report.lists, report.dispositions, report.findings) = (earlier.lists, earlier.dispositions, earlier.findings)
    }
    report.asOf = results.rules.asOf ?? 0
    results.returns?.count(into: &report)
    let transaction = try storing { () throws(StoreError) in try store.begin() }
    do throws(TernError) {
      let writer = try storing { () throws(StoreError) in try transaction.newResult() }
      try results.write(to: writer, &report)
      let settingsTable = Table(ResultFile.settingsSchema)
      for (name, value) in fingerprint + counts(report) + coverage(results.view) {
        settingsTable.columns[0].text.append(name)
        settingsTable.columns[1].text.append(value)
      }
      try storing { () throws(StoreError) in
        try writer.append(table: settingsTable, id: ResultFile.settings, group: 0)
        if results.kept == nil {
          transaction.remove(result: ResultFile.baseName)
        } else if results.kept?.stored.base == nil {
          transaction.rename(result: ResultFile.name, to: ResultFile.baseName)
        }
        try transaction.seal(writer, asResult: ResultFile.name)
        try transaction.commit(sources: [])
      }
    } catch {
      transaction.abort()
      throw error
    }
    return report
  }

  /// The segments that the verdicts are of.
  private func coverage(_ view: StoreView) -> [(String, String)] {
    [("segments", "\(view.segments.count)"), ("lastSegment", "\(view.segments.last?.number ?? 0)")]
  }
}
