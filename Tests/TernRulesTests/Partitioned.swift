import TernCEB
import TernMatch

@testable import TernRules

/// Runs the engine as a store does: rows spread over partitions by key, phase after phase, facts
/// fetched in one sweep for all incomplete partitions, or given at the start.
struct PartitionedRun {
  var verdicts: [DocumentRef: FindingSet] = [:]
  /// Sweeps for facts and details that were needed.
  var sweeps = 0

  init(
    _ tables: [KindTables], partitions: Int, settings: RuleSettings = RuleSettings(),
    allFacts: Bool = false, secret: Secret = Secret(bytes: (0..<16).map { UInt8($0) })
  ) {
    let rows = MatchTables()
    var projector = Projector(secret: secret)
    for (segment, unit) in tables.enumerated() {
      projector.project(unit, rowBase: 0, segment: segment, into: rows)
    }
    let orders = spread(rows.orders, OrderRow.self, partitions)
    let payments = spread(rows.payments, PaymentRow.self, partitions)
    let waybills = spread(rows.waybills, WaybillRow.self, partitions)
    let byTrade = spread(rows.listsByTrade, ListTradeRow.self, partitions)
    let byWaybill = spread(rows.listsByWaybill, ListWaybillRow.self, partitions)
    let byIdentity = spread(rows.listsByIdentity, ListIdentityRow.self, partitions)

    let numbering = ListNumbering(
      listRows: tables.map {
        $0.kind == .list603
          ? ($0.heads.rowCount, 0) : $0.kind == .list621 ? (0, $0.heads.rowCount) : (0, 0)
      })
    let results = ListResults(numbering)
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

    func runPhase(_ phase: (Int, inout NeededDocuments) -> Bool) -> Int {
      var incomplete = Array((0..<partitions).reversed())
      var sweeps = 0
      while !incomplete.isEmpty {
        var needs = NeededDocuments()
        incomplete = incomplete.filter { !phase($0, &needs) }
        if incomplete.isEmpty { break }
        sweeps += 1
        for role in Role.allCases {
          facts.add(
            role,
            needs.facts(role).map {
              ($0, versionFacts(of: tables[$0.segment], row: $0.row, secret: secret))
            })
          details.add(
            role, needs.details(role).map { ($0, detail(of: tables[$0.segment], row: $0.row)) })
        }
      }
      return sweeps
    }
    sweeps += runPhase { partition, needs in
      byIdentity[partition].view { lists in
        engine.judgeIdentities(
          lists: lists, facts: facts, results: results, scratch: scratch, needs: &needs)
      }
    }
    sweeps += runPhase { partition, needs in
      byWaybill[partition].view { lists in
        waybills[partition].view { waybills in
          engine.judgeWaybills(
            lists: lists, waybills: waybills, facts: facts, results: results, scratch: scratch,
            needs: &needs)
        }
      }
    }
    sweeps += runPhase { partition, needs in
      byTrade[partition].view { lists in
        orders[partition].view { orders in
          payments[partition].view { payments in
            engine.judgeTrades(
              lists: lists, orders: orders, payments: payments, facts: facts, details: details,
              results: results, scratch: scratch, needs: &needs)
          }
        }
      }
    }
    for (segment, unit) in tables.enumerated() where unit.kind.role == .list {
      for row in 0..<unit.heads.rowCount {
        let list = DocumentRef(segment: segment, row: row, direction: unit.kind.direction)
        let index = numbering.index(list)
        if results.counts(index) {
          verdicts[list] = FindingSet(rawValue: results.findings(index))
        }
      }
    }
  }
}

/// The rows of one partition as words.
struct PartitionWords<Row: MatchRow> {
  var words: [UInt64] = []

  func view<R>(_ body: (RowView<Row>) -> R) -> R {
    unsafe words.withUnsafeBufferPointer { unsafe body(RowView(words: $0)) }
  }
}

func spread<Row: MatchRow>(
  _ words: borrowing GrowableBuffer<UInt64>, _: Row.Type, _ partitions: Int
) -> [PartitionWords<Row>] {
  var result = [PartitionWords<Row>](repeating: PartitionWords(), count: partitions)
  for row in 0..<(words.count / Row.wordCount) {
    let start = row * Row.wordCount
    // Word 0 is the top of the key.
    let partition = Int(words[start] % UInt64(partitions))
    for word in start..<(start + Row.wordCount) { result[partition].words.append(words[word]) }
  }
  return result
}
