import TernCEB
import TernMatch
import TernRules
import TernStore

extension Engine {
  /// What decides the verdicts besides the documents.
  func fingerprint(_ rules: RuleSettings) -> [(String, String)] {
    rules.entries.map { ($0.name, $0.value) } + [("reference", settings.reference.contentHash)]
  }

  func counts(_ report: ReconcileReport) -> [(String, String)] {
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

  func report(from entries: [String: String]) -> ReconcileReport {
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

  func storedSettings(_ store: Store) throws(TernError) -> [String: String] {
    let result = try storing { () throws(StoreError) in try store.openResult(ResultFile.name) }
    guard let result else { throw .notReconciled(store: store.path) }
    return try storedSettings(result)
  }

  func storedSettings(_ result: SegmentReader) throws(TernError) -> [String: String] {
    let table = try storing { () throws(StoreError) in
      var decoder = ColumnDecoder()
      return try result.readTable(ResultFile.settings, decoder: &decoder)
    }
    var entries: [String: String] = [:]
    for row in 0..<table.rowCount {
      entries[table.columns[0].text.string(row)] = table.columns[1].text.string(row)
    }
    return entries
  }
}

extension ReconcileReport {
  /// - Parameter change: 1, or -1 to take a list out again.
  mutating func count(_ set: FindingSet, _ disposition: Disposition, _ change: Int = 1) {
    lists += change
    dispositions[Int(disposition.rawValue)] += change
    var bits = set.rawValue
    while bits != 0 {
      findings[bits.trailingZeroBitCount] += change
      bits &= bits - 1
    }
  }

  /// Takes the lists of a row group of the result out again.
  mutating func takeOut(_ verdicts: Table) {
    let (findings, dispositions) = (verdicts.columns[0].integer, verdicts.columns[1].integer)
    for row in 0..<verdicts.rowCount {
      guard let disposition = Disposition(rawValue: UInt8(clamping: dispositions[row] - 1)),
        dispositions[row] != ResultFile.doesNotCount
      else { continue }
      // Those of a cancelled list are what it decided by itself.
      count(disposition == .cancelled ? [] : FindingSet(rawValue: UInt64(bitPattern: findings[row])), disposition, -1)
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
