import Benchmark
import TernCEB
import TernMatch
import TernRules

private final class JudgeState {
  let rows: MatchTables
  let results: ListResults
  let engine = RuleEngine(settings: RuleSettings(), secret: measuringSecret)
  let scratch = MatchScratch()
  let lists: Int

  init(lists: Int) throws {
    self.lists = lists
    let made = try matchRows(lists: lists)
    rows = made.rows
    let exports = made.batches.reduce(0) { $0 + $1[.list603].heads.rowCount }
    let imports = made.batches.reduce(0) { $0 + $1[.list621].heads.rowCount }
    results = ListResults(ListNumbering(listRows: [(export: exports, import: imports)]))
  }

  func judge() {
    let facts = FactTable()
    unsafe engine.judgeIdentities(
      lists: RowView(words: rows.listsByIdentity),
      cancellations: RowView(words: rows.cancellations), facts: facts, results: results,
      effects: CancellationResults(ListNumbering(listRows: [])),
      scratch: scratch)
    unsafe engine.judgeWaybills(
      lists: RowView(words: rows.listsByWaybill), waybills: RowView(words: rows.waybills),
      facts: facts, results: results, scratch: scratch)
    unsafe engine.judgeTrades(
      lists: RowView(words: rows.listsByTrade), orders: RowView(words: rows.orders),
      payments: RowView(words: rows.payments), facts: facts, details: DetailTable(),
      results: results, scratch: scratch)
    precondition(scratch.needs.isEmpty, "lists without faults need no further documents")
    extendLifetime(rows)
  }
}

/// Joins and rules on one thread over rows in memory: a partition as large as reconciling makes
/// them, and the call of a service with 100 lists (projection included).
func judgeStages() {
  stage(
    "judge: one partition of 16384 lists", .lists, setup: { try JudgeState(lists: 16_384) },
    amount: { $0.lists }, run: { $0.judge() })
  stage(
    "judge: a call with 100 lists", .lists,
    setup: { try Messages(lists: 100, clean: true).decoded().flatMap(\.kinds) },
    amount: { _ in 100 }, run: { blackHole(judge($0).count) })
  stage(
    "small call: 100 lists, messages to verdicts", .lists, setup: SmallCall.init,
    amount: { _ in 100 }, run: { $0.call() })
}

/// A service's call: messages of 100 lists with their triplets in memory, a verdict for each.
private final class SmallCall {
  let messages: Messages
  let decoder = UnitDecoder()
  let batch = DocumentBatch()

  init() throws { messages = try Messages(lists: 100, clean: true) }

  func call() {
    batch.removeAll()
    for slice in messages.slices { messages.decode(slice, with: decoder, into: batch) }
    let verdicts = judge(batch.kinds)
    precondition(verdicts.count == 100, "a verdict for each list")
  }
}
