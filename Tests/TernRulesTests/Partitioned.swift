import TernCEB
import TernMatch

@testable import TernRules

/// Runs the engine as a store does: rows spread over partitions by key, phase after phase, facts
/// fetched in one sweep for all keys that were put aside, or given at the start.
struct PartitionedRun {
  var verdicts: [DocumentRef: FindingSet] = [:]
  var cancelled: Set<DocumentRef> = []
  /// Of the cancellations that count.
  var effects: [DocumentRef: CancellationEffect] = [:]
  /// Sweeps for facts and details that were needed.
  var sweeps = 0
  /// Of every order, payment and waybill, where `faults` were given.
  var marks: TripletMarks?
  let numbering: ListNumbering

  init(
    _ tables: [KindTables], partitions: Int, settings: RuleSettings = RuleSettings(),
    allFacts: Bool = false, faults: OwnFaults? = nil, secret: Secret = Secret(bytes: (0..<16).map { UInt8($0) })
  ) {
    let rows = MatchTables()
    var projector = Projector(secret: secret)
    for (segment, unit) in tables.enumerated() {
      projector.project(unit, rowBase: 0, segment: segment, into: rows)
    }
    let parts = (0..<partitions).map { _ in MatchTables() }
    spread(rows.orders, OrderRow.wordCount, parts) { $0.orders.append($1) }
    spread(rows.payments, PaymentRow.wordCount, parts) { $0.payments.append($1) }
    spread(rows.waybills, WaybillRow.wordCount, parts) { $0.waybills.append($1) }
    spread(rows.listsByTrade, ListTradeRow.wordCount, parts) { $0.listsByTrade.append($1) }
    spread(rows.listsByWaybill, ListWaybillRow.wordCount, parts) { $0.listsByWaybill.append($1) }
    spread(rows.listsByIdentity, ListIdentityRow.wordCount, parts) { $0.listsByIdentity.append($1) }
    spread(rows.cancellations, CancellationRow.wordCount, parts) { $0.cancellations.append($1) }

    func numbers(_ role: Role) -> ListNumbering {
      ListNumbering(
        listRows: tables.map {
          guard $0.kind.role == role else { return (0, 0) }
          return $0.kind.direction == .export ? ($0.heads.rowCount, 0) : (0, $0.heads.rowCount)
        })
    }
    let numbering = numbers(.list)
    self.numbering = numbering
    let results = ListResults(numbering)
    let effects = CancellationResults(numbers(.cancellation))
    let engine = RuleEngine(settings: settings, secret: secret)
    let scratch = MatchScratch()
    var facts = FactTable()
    var details = DetailTable()
    if allFacts {
      for (segment, unit) in tables.enumerated() {
        for row in 0..<unit.heads.rowCount {
          let document = DocumentRef(segment: segment, row: row, direction: unit.kind.direction)
          facts.add(
            unit.kind.role, [(document, versionFacts(of: unit, row: row, secret: secret))])
          details.add(unit.kind.role, [(document, detail(of: unit, row: row))])
        }
      }
    }

    /// Every partition, then what was put aside until nothing is missing.
    func runPhase(_ judgeRows: (MatchTables) -> Void) -> Int {
      for partition in parts.reversed() { judgeRows(partition) }
      var sweeps = 0
      while !scratch.needs.isEmpty {
        let (needs, deferred) = (scratch.needs, scratch.deferred)
        scratch.needs = NeededDocuments()
        scratch.deferred = MatchTables()
        sweeps += 1
        for role in Role.versioned {
          facts.add(
            role,
            needs.facts(role).map {
              ($0, versionFacts(of: tables[$0.segment], row: $0.row, secret: secret))
            })
          details.add(
            role, needs.details(role).map { ($0, detail(of: tables[$0.segment], row: $0.row)) })
        }
        judgeRows(deferred)
      }
      return sweeps
    }
    sweeps += runPhase { rows in
      unsafe engine.judgeIdentities(
        lists: RowView(words: rows.listsByIdentity),
        cancellations: RowView(words: rows.cancellations), facts: facts, results: results,
        effects: effects, scratch: scratch)
    }
    // A store's run does; a call in memory does not.
    if partitions > 1 { results.packCounting() }
    sweeps += runPhase { rows in
      unsafe engine.judgeWaybills(
        lists: RowView(words: rows.listsByWaybill), waybills: RowView(words: rows.waybills),
        facts: facts, results: results, scratch: scratch)
    }
    sweeps += runPhase { rows in
      unsafe engine.judgeTrades(
        lists: RowView(words: rows.listsByTrade), orders: RowView(words: rows.orders),
        payments: RowView(words: rows.payments), facts: facts, details: details,
        results: results, scratch: scratch)
    }
    if let faults {
      let marks = TripletMarks(
        [Role.order, .payment, .waybill].map(numbers), faults: faults,
        positions: TripletPositions(
          wanted: [UInt64](repeating: .max, count: numbering.count / 64 + 1)))
      _ = runPhase { rows in
        unsafe markWaybills(
          lists: RowView(words: rows.listsByWaybill), waybills: RowView(words: rows.waybills),
          results: results, facts: facts, scratch: scratch, marks: marks)
      }
      _ = runPhase { rows in
        unsafe markTrades(
          lists: RowView(words: rows.listsByTrade), orders: RowView(words: rows.orders),
          payments: RowView(words: rows.payments), results: results, facts: facts, scratch: scratch,
          marks: marks)
      }
      self.marks = marks
    }
    for (segment, unit) in tables.enumerated() {
      for row in 0..<unit.heads.rowCount {
        let document = DocumentRef(segment: segment, row: row, direction: unit.kind.direction)
        switch unit.kind.role {
        case .list:
          let index = numbering.index(document)
          if results.counts(index) {
            verdicts[document] = FindingSet(rawValue: results.findings(index))
          }
          if results.isCancelled(index) { cancelled.insert(document) }
        case .cancellation:
          let effect = effects[effects.numbering.index(document)]
          if effect != .doesNotCount { self.effects[document] = effect }
        default: break
        }
      }
    }
  }
}

/// Appends each row, word by word, to the partition that its key falls into.
func spread(
  _ words: borrowing GrowableBuffer<UInt64>, _ wordCount: Int, _ parts: [MatchTables],
  _ append: (MatchTables, UInt64) -> Void
) {
  for row in 0..<(words.count / wordCount) {
    let start = row * wordCount
    // Word 0 is the top of the key.
    let part = parts[Int(words[start] % UInt64(parts.count))]
    for word in start..<(start + wordCount) { append(part, words[word]) }
  }
}
