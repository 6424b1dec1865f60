import TernCEB
import TernMatch
import TernReference

/// One list that counts or is cancelled, judged.
public struct Verdict: Sendable, Equatable {
  /// Segment = position of its tables in the input, row = row there.
  public var list: DocumentRef
  /// Those that are switched on; none of a cancelled list.
  public var findings: FindingSet
  public var disposition: Disposition

  public var returnStatus: String { disposition.returnStatus }
}

/// Judges the lists of a small batch with their triplets in memory: no store, no file.
///
/// `tables` in arrival order; of each kind there may be none or several. What `reference` has no table for is not
/// checked, and nothing is drawn for inspection. Gives a verdict for every
/// list that counts or is cancelled, exports before imports within one position, in order of arrival. Without
/// `settings.asOf` age counts up to the latest `appTime` of the batch. Runs on the calling thread;
/// O(documents), meant for hundreds to some 100,000.
public func judge(
  _ tables: [KindTables], settings: RuleSettings = RuleSettings(),
  reference: ReferenceData = ReferenceData()
) -> [Verdict] {
  var random = SystemRandomNumberGenerator()
  // The digests never leave this call, so any secret serves.
  let secret = Secret(bytes: (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) })
  let rows = MatchTables()
  var projector = Projector(secret: secret)
  for (segment, unit) in tables.enumerated() {
    projector.project(unit, rowBase: 0, segment: segment, into: rows)
  }
  let numbering = ListNumbering(tables, .list)
  let results = ListResults(numbering)
  let checks = ListChecks(settings, reference)
  for (segment, unit) in tables.enumerated() where unit.kind.role == .list && unit.documentCount > 0 {
    if checks.isIdle(unit.kind.direction) { continue }
    let first = numbering.firstIndex(ofSegment: segment, unit.kind.direction)
    checks.judge(TableLists(unit)) { row, word in results.add(first + row, word) }
  }
  let asOf = settings.asOf ?? latestAppTime(tables)
  let rule = DispositionRule(settings, asOf: asOf)
  judgeAll(RuleEngine(settings: settings, reference: reference, secret: secret), rows, tables, secret, results, rule)

  var verdicts: [Verdict] = []
  for (segment, unit) in tables.enumerated() where unit.kind.role == .list && unit.documentCount > 0 {
    let appTimes = unit.heads["appTime"].integer
    for row in 0..<unit.heads.rowCount {
      let list = DocumentRef(segment: segment, row: row, direction: unit.kind.direction)
      let index = numbering.index(list)
      let isCancelled = results.isCancelled(index)
      guard isCancelled || results.counts(index) else { continue }
      let scope = RuleScope(unit.kind.direction, word: results.word(index))
      let findings = settings.enabled(FindingSet(rawValue: results.findings(index)), scope)
      verdicts.append(
        Verdict(
          list: list, findings: findings,
          disposition: isCancelled ? .cancelled : rule(findings, appTime: appTimes[row], scope: scope)))
    }
  }
  return verdicts
}

extension ListNumbering {
  /// Of the documents of one role.
  init(_ tables: [KindTables], _ role: Role) {
    self.init(
      listRows: tables.map { unit in
        guard unit.kind.role == role else { return (export: 0, import: 0) }
        return unit.kind.direction == .export
          ? (export: unit.documentCount, import: 0) : (export: 0, import: unit.documentCount)
      })
  }
}

/// Runs the phases over one partition that holds everything, reading facts as they are
/// asked for.
private func judgeAll(
  _ engine: RuleEngine, _ rows: MatchTables, _ tables: [KindTables], _ secret: Secret,
  _ results: ListResults, _ rule: DispositionRule
) {
  let scratch = MatchScratch()
  let effects = CancellationResults(ListNumbering(tables, .cancellation))
  var facts = FactTable()
  var details = DetailTable()
  // Each round asks only for what it did not have, and there are finitely many documents.
  func untilSettled(_ phase: (MatchTables) -> Void) {
    phase(rows)
    while !scratch.needs.isEmpty {
      read(scratch.needs, tables, secret, &facts, &details)
      scratch.needs = NeededDocuments()
      let deferred = scratch.deferred
      scratch.deferred = MatchTables()
      phase(deferred)
    }
  }
  untilSettled { rows in
    unsafe engine.judgeIdentities(
      lists: RowView(words: rows.listsByIdentity),
      cancellations: RowView(words: rows.cancellations), facts: facts, results: results,
      effects: effects, scratch: scratch)
  }
  untilSettled { rows in
    unsafe engine.judgeWaybills(
      lists: RowView(words: rows.listsByWaybill), waybills: RowView(words: rows.waybills),
      facts: facts, results: results, scratch: scratch)
  }
  untilSettled { rows in
    unsafe engine.judgeTrades(
      lists: RowView(words: rows.listsByTrade), orders: RowView(words: rows.orders),
      payments: RowView(words: rows.payments), facts: facts, details: details, results: results,
      scratch: scratch)
  }
  untilSettled { rows in
    unsafe engine.judgeBuyers(
      lists: RowView(words: rows.listsByBuyer), details: details, results: results, rule: rule,
      scratch: scratch)
  }
  extendLifetime(rows)
}

/// Reads what `needs` names from the tables, one reader per unit.
private func read(
  _ needs: NeededDocuments, _ tables: [KindTables], _ secret: Secret, _ facts: inout FactTable,
  _ details: inout DetailTable
) {
  for role in Role.versioned {
    var newFacts: [(DocumentRef, VersionFacts)] = []
    var newDetails: [(DocumentRef, DocumentDetail)] = []
    let factsBySegment = Dictionary(grouping: needs.facts(role), by: \.segment)
    let detailsBySegment = Dictionary(grouping: needs.details(role), by: \.segment)
    for segment in Set(factsBySegment.keys).union(detailsBySegment.keys).sorted() {
      var reader = DocumentReader(tables[segment], secret: secret)
      for document in factsBySegment[segment] ?? [] {
        newFacts.append((document, reader.versionFacts(row: document.row)))
      }
      for document in detailsBySegment[segment] ?? [] {
        newDetails.append((document, reader.detail(row: document.row)))
      }
    }
    facts.add(role, newFacts)
    details.add(role, newDetails)
  }
}

/// Of all documents, drafts and old versions included; 0 if there are none.
private func latestAppTime(_ tables: [KindTables]) -> Int64 {
  var latest = Int64.min
  for unit in tables where unit.kind.role.decides && unit.documentCount > 0 {
    let appTimes = unit.heads["appTime"].integer
    for row in 0..<appTimes.count { latest = max(latest, appTimes[row]) }
  }
  return latest == .min ? 0 : latest
}
