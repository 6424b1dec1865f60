import TernCEB
import TernMatch
import TernStore

extension Engine {
  /// Merges the released export lists of a period into summary declarations, in the new folder `folder`:
  /// CEB701 messages, `declarations.csv`, `lines.csv`, `lists.csv`, `changes.csv` and `summary.json`.
  ///
  /// The store remembers the run: no later one takes a list of it again, and the same period gives the
  /// same bytes for ever, `changes.csv` aside. The folder is written, the run is committed, the folder
  /// gets its name, in this order: whatever ends it in between, the same call then gives the folder.
  /// A run that takes no list is not remembered.
  ///
  /// Memory: the merged goods once per thread, 8 bytes per list that is taken, a quarter of
  /// `memoryBytes` for numbers, a bit per list of the store.
  ///
  /// - Throws: `notReconciled`, `summarySettings`, `folderInUse`, `output`, `tooManyCounts` beyond 4
  ///   million merged lines.
  public func summarize(
    _ path: String, to folder: String, settings summary: SummarySettings
  ) throws(TernError) -> SummaryReport {
    // Before anything is read: what is impossible for any run.
    _ = try SummaryOptions(summary, remembered: nil)
    let output = try OutputFolder(path: folder)
    let store = try storing { () throws(StoreError) in try Store.open(path, mode: .write) }
    let lists = try JudgedLists(store, threads: settings.threads)
    let records = try SummaryRecord.all(store)
    let period = SummaryPeriod(summary)
    let taken = try TakenLists(records, lists, threads: settings.threads)
    if let record = records.first(where: { $0.period == period }) {
      let options = try SummaryOptions(summary, remembered: record.settings)
      var report = try write(record, options, output, records, taken)
      report.isRepeated = true
      report.lateLists = try SummaryPlan.countLeft(period, lists, taken, threads: settings.threads)
      try output.publish()
      return report
    }
    if period.supplement > 0, !records.contains(where: { period.follows($0.period) }) {
      throw .summarySettings(
        what: "supplement \(period.supplement) of \(period.fromText)-\(period.toText): the run before it is not there; its number is \(nextNumber(period, records))")
    }
    let options = try SummaryOptions(summary, remembered: nil)
    let plan = try SummaryPlan(options, period, lists, taken, threads: settings.threads)
    let transaction = try storing { () throws(StoreError) in try store.begin() }
    let report: SummaryReport
    do throws(TernError) {
      let record = try record(plan, store, lists, transaction)
      report = try write(record, options, output, records, taken)
      if report.lists > 0 {
        try storing { () throws(StoreError) in try transaction.commit(sources: []) }
      } else {
        transaction.abort()
      }
    } catch {
      transaction.abort()
      throw error
    }
    try output.publish()
    return report
  }

  private func nextNumber(_ period: SummaryPeriod, _ records: [SummaryRecord]) -> Int {
    records.filter { $0.period.from == period.from && $0.period.to == period.to }.count
  }

  /// Computes a run and writes its tables, which do not count yet.
  private func record(
    _ plan: SummaryPlan, _ store: Store, _ lists: JudgedLists, _ transaction: IngestTransaction
  ) throws(TernError) -> SummaryRecord {
    let writer = try storing { () throws(StoreError) in try transaction.newResult() }
    let tables = SummaryTables(plan, to: writer)
    try tables.writeDeclarations { settings.reference.enterprises?[$0]?.name }
    try tables.writeLines()
    let secret = Secret(bytes: Array(store.key.bytes[..<16]))
    var group = 0
    let recount = try SummaryNames(plan, lists, secret: secret, settings: settings).write {
      (table) throws(TernError) in
      try storing { () throws(StoreError) in
        try writer.append(table: table, id: SummaryRecord.listsTable, group: group)
      }
      group += 1
    }
    let totals = try tables.check(recount)
    var entries = SummaryOptions.names.map { ($0, plan.options[$0]) }
    entries += [
      ("asOf", timeText(try storedRules(store).asOf ?? 0)), ("declarations", "\(plan.order.count)"),
      ("lists", "\(plan.listCount)"), ("lines", "\(plan.goods.lines.count)"),
      ("namedLists", "\(recount.listCounts.reduce(0, +))"), ("currencies", "\(totals.count)"),
    ]
    entries += SummaryExclusion.allCases.map { ("=\($0.name)", "\(plan.leftOut[$0.rawValue])") }
    for (index, total) in totals.enumerated() {
      entries.append(("\(index) currency", total.currency))
      entries += total.merged.texts.map { ("\(index) merged \($0.name)", $0.value) }
      entries += total.counted.texts.map { ("\(index) counted \($0.name)", $0.value) }
    }
    try tables.writeSettings(entries)
    let reader = try storing { () throws(StoreError) in
      try transaction.seal(writer, asResult: plan.period.resultName)
      return try transaction.openSealed(writer)
    }
    return try SummaryRecord(plan.period, reader)
  }

  /// Writes everything into `output`, which is not published yet.
  private func write(
    _ record: SummaryRecord, _ options: SummaryOptions, _ output: OutputFolder,
    _ records: [SummaryRecord], _ taken: TakenLists
  ) throws(TernError) -> SummaryReport {
    let folder = SummaryFolder(record: record, options: options, folder: output)
    var report = record.report
    report.messages = try folder.write()
    report.changedLists = try folder.writeChanges(records, taken)
    let file = try output.file("summary.json")
    file.append(summaryText(record, options, report))
    try file.close()
    return report
  }

  /// `summary.json`: nothing in it changes when the run is repeated.
  private func summaryText(
    _ record: SummaryRecord, _ options: SummaryOptions, _ report: SummaryReport
  ) -> [UInt8] {
    func number(_ value: Int) -> JSONText { .integer(Int64(value)) }
    let totals = (0..<record.count("currencies")).map { index -> JSONText in
      func sums(_ way: String) -> JSONText {
        .object(
          GoodsSums.names.map { name in
            let value = record.settings["\(index) \(way) \(name)"] ?? ""
            return (name, name == "listLines" ? .integer(Int64(value) ?? 0) : .text(value))
          })
      }
      return .object([
        ("currency", .text(record.settings["\(index) currency"] ?? "")), ("merged", sums("merged")),
        ("counted", sums("counted")),
      ])
    }
    var bytes: [UInt8] = []
    JSONText.object([
      ("from", .text(record.period.fromText)), ("to", .text(record.period.toText)),
      ("supplement", number(record.period.supplement)), ("asOf", .text(record.settings["asOf"] ?? "")),
      ("settings", .texts(SummaryOptions.names.map { ($0, options[$0]) })),
      ("declarations", number(report.declarations)), ("lines", number(report.lines)),
      ("lists", number(report.lists)), ("messages", number(report.messages)),
      (
        "leftOut",
        .object(SummaryExclusion.allCases.map { ($0.name, number(report.leftOut[$0.rawValue])) })
      ),
      (
        "check",
        .object([
          ("eligibleLists", number(report.lists)), ("namedLists", number(record.count("namedLists"))),
          ("totals", .array(totals)),
        ])
      ),
    ]).append(to: &bytes)
    return bytes + [0x0A]
  }
}
