import Glibc
import Synchronization
import TernCEB
import TernMatch
import TernReference
import TernRules
import TernStore

/// A judged store, with what became of each of its orders, payments and waybills.
///
/// Verdicts say which lists count and what was found; the joins are run once more to find the
/// documents behind them, also those that no list asked for. Memory: a byte per order, payment and
/// waybill, 16 per list, and 24 per list whose positions are wanted. What exceeds half
/// of the engine's memory lies in files without a name.
struct MarkedStore: Sendable {
  let lists: JudgedLists
  let view: StoreView
  /// Those that the verdicts were made by, as-of included.
  let rules: RuleSettings
  /// The engine's: they tell what a finding compared.
  let reference: ReferenceData
  let marks: TripletMarks

  /// The store's: digests of an answer's own tables are made under it.
  let secret: Secret

  /// - Parameter ofAllLists: positions also of lists without findings.
  /// - Throws: `notReconciled` if there are no verdicts for just these documents.
  init(
    _ engine: Engine, _ path: String, wantsPositions: Bool, ofAllLists: Bool = false
  ) throws(TernError) {
    let store = try storing { () throws(StoreError) in try Store.open(path) }
    let settings = engine.settings
    let lists = try JudgedLists(store, threads: settings.threads)
    let view = StoreView(segments: lists.segments)
    let rules = try engine.storedRules(store)
    reference = settings.reference

    let numberings = [Role.order, .payment, .waybill].map { StoreView.numbering($0, lists.segments) }
    let markBytes = TripletMarks.byteCount(numberings)
    let dense = view.listCount * (ListResults.bytesPerList + (wantsPositions ? 24 : 0)) + markBytes
    let plan = MemoryPlan(
      memoryBytes: settings.memoryBytes, threads: settings.threads,
      lists: dense / ListResults.bytesPerList)
    /// Calls `body` with a file for `byteCount` bytes, or nil where memory has room for them.
    func place<Dense>(_ byteCount: Int, _ body: (Int32?) -> Dense) throws(TernError) -> Dense {
      guard plan.resultsSpill else { return body(nil) }
      let number = Self.fileCount.wrappingAdd(1, ordering: .relaxed).newValue
      let file = try SpillFile(
        folder: Self.temporaryFolder, byteCount: byteCount, name: ".tern-\(getpid())-\(number)")
      return body(file.descriptor)
    }
    let numbering = view.numbering
    let results = try place(view.listCount * ListResults.bytesPerList) {
      ListResults(numbering, file: $0)
    }
    try Self.load(lists, into: results, threads: settings.threads)
    var positions: TripletPositions?
    if wantsPositions {
      let wanted = Self.lists(results, withoutFindings: ofAllLists)
      positions = try place(TripletPositions.byteCount(wanted)) {
        TripletPositions(wanted: wanted, file: $0)
      }
    }
    let faults = Self.ownFaults(rules)
    let marks = try place(markBytes) { [positions] in
      TripletMarks(numberings, faults: faults, positions: positions, file: $0)
    }
    let secret = Secret(bytes: Array(store.key.bytes[..<16]))
    let run = ReconcileRun(
      view: view, engine: RuleEngine(settings: rules, secret: secret), results: results,
      effects: CancellationResults(view.cancellations), secret: secret, threads: settings.threads, plan: plan, changed: nil, progress: engine.progress)
    try run.mark(marks)
    (self.lists, self.view, self.rules, self.marks) = (lists, view, rules, marks)
    self.secret = secret
  }

  private static let fileCount = Atomic<Int>(0)

  /// The store may be open for reading only, and belong to a writer.
  private static var temporaryFolder: String {
    unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/var/tmp"
  }

  /// Finding bits and `countsBit` of every list that counts. A cancelled one is as absent.
  private static func load(
    _ lists: JudgedLists, into results: ListResults, threads: Int
  ) throws(TernError) {
    let queue = WorkQueue(count: lists.parts.count)
    try onWorkers(min(threads, max(queue.count, 1))) { (_) throws(TernError) in
      var reader = JudgedLists.Reader(lists)
      while let index = queue.take() {
        let part = lists.parts[index]
        let verdicts = try reader.verdicts(part, withFindings: true)
        let first =
          results.numbering.firstIndex(ofSegment: part.segment, part.direction)
          + part.rows.lowerBound
        for row in verdicts.dispositions.indices {
          guard let disposition = verdicts.disposition(row), disposition != .cancelled else {
            continue
          }
          results.set(first + row, word: verdicts.findings[row] | ListResults.countsBit)
        }
      }
    }
  }

  /// Lists that count and have findings, or all that count: a bit each.
  private static func lists(_ results: ListResults, withoutFindings: Bool) -> [UInt64] {
    var wanted = [UInt64](repeating: 0, count: (results.count + 63) / 64)
    for index in 0..<results.count
    where withoutFindings ? results.counts(index) : results.findings(index) != 0 {
      wanted[index / 64] |= 1 << UInt64(index % 64)
    }
    return wanted
  }

  /// Checks of an order's own numbers.
  static let orderSums = FindingSet(.amountSettlement, .amountOrderLine)

  /// Checks of one triplet document alone, as far as the rules reject for them.
  private static func ownFaults(_ rules: RuleSettings) -> OwnFaults {
    let reject = rules.bits(.reject)
    return OwnFaults(
      orderDuplicate: reject & Finding.orderDuplicate.bit, orderSums: reject & orderSums.rawValue,
      paymentDuplicate: reject & Finding.paymentDuplicate.bit != 0,
      waybillDuplicate: reject & Finding.waybillDuplicate.bit != 0)
  }
}

extension ReconcileRun {
  /// Runs the joins for what becomes of each document; `results` have the lists that count.
  fileprivate func mark(_ marks: TripletMarks) throws(TernError) {
    try phase(
      1, [.listsByWaybill, .waybills],
      { rows, facts, _, scratch in
        unsafe markWaybills(
          lists: RowView(words: rows.listsByWaybill), waybills: RowView(words: rows.waybills),
          results: self.results, facts: facts, scratch: scratch, marks: marks)
      })
    try phase(
      2, [.listsByTrade, .orders, .payments],
      { rows, facts, _, scratch in
        unsafe markTrades(
          lists: RowView(words: rows.listsByTrade), orders: RowView(words: rows.orders),
          payments: RowView(words: rows.payments), results: self.results, facts: facts,
          scratch: scratch, marks: marks)
      })
  }
}

extension JudgedLists.Verdicts {
  /// Nil for a list that does not count.
  func disposition(_ row: Int) -> Disposition? {
    let code = dispositions[row]
    return code == 0 ? nil : Disposition(rawValue: code - 1)
  }
}
