import TernCEB
import TernStore

/// Names a run: its period and its number within the period.
struct SummaryPeriod: Equatable {
  var from: Int64
  var to: Int64
  var supplement: Int

  var fromText: String { timeText(from) }
  var toText: String { timeText(to) }

  /// The same period, and the number before.
  func follows(_ other: SummaryPeriod) -> Bool {
    from == other.from && to == other.to && supplement == other.supplement + 1
  }

  /// Name of its result in the store.
  var resultName: String { "summary-\(fromText)-\(toText)-\(supplement)" }

  init(_ settings: SummarySettings) {
    from = settings.period.lowerBound
    to = settings.period.upperBound
    supplement = settings.supplement
  }

  /// Nil for the name of another result.
  init?(resultName: String) {
    let parts = resultName.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 4, parts[0] == "summary", let from = timeSeconds(parts[1]),
      let to = timeSeconds(parts[2]), let supplement = Int(parts[3])
    else { return nil }
    (self.from, self.to, self.supplement) = (from, to, supplement)
  }
}

/// A run as the store keeps it: a result of its own, which nothing rewrites. All that a run puts out
/// comes from here, so a repeated run gives the same bytes.
struct SummaryRecord {
  static let settingsTable = TableID.result(16)
  static let declarationsTable = TableID.result(17)
  static let linesTable = TableID.result(18)
  static let listsTable = TableID.result(19)

  static let settingsSchema = TableSchema([.init("name", .text), .init("value", .text)])
  /// In the order of the declarations; the first is `copNo` of the CEB701.
  static let declarationColumns = [
    "declaration", "customsCode", "agentCode", "agentName", "ebcCode", "ebcName", "declAgentCode",
    "declAgentName", "trafMode", "ownerCode", "country", "portCode",
  ]
  static let declarationsSchema = TableSchema(
    declarationColumns.map { .init($0, .text) }
      + ["lists", "lines", "listLines"].map { .init($0, .integer) })
  /// In the order of the declarations; sums as decimal text, which may be longer than a column of
  /// numbers takes.
  static let lineColumns = ["country", "gcode", "currency", "unit1", "itemName", "unit2"]
  static let linesSchema = TableSchema(
    [.init("declaration", .integer)] + lineColumns.map { .init($0, .text) }
      + [.init("listLines", .integer)] + ["qty1", "qty2", "totalPrice"].map { .init($0, .text) })
  /// In the order of the declarations, each one's lists as received. `list` is a `DocumentRef`, `source`
  /// a `SummaryNumberSource`, `returned` the quantity that was back, 0 as empty.
  static let listsSchema = TableSchema([
    .init("list", .integer), .init("copNo", .text), .init("invtNo", .text), .init("source", .integer),
    .init("returned", .text),
  ])
  static let rowsPerGroup = 1 << 16

  let period: SummaryPeriod
  let reader: SegmentReader
  /// By name.
  let settings: [String: String]

  init(_ period: SummaryPeriod, _ reader: SegmentReader) throws(TernError) {
    self.period = period
    self.reader = reader
    settings = try storing { () throws(StoreError) in
      var decoder = ColumnDecoder()
      let table = try reader.readTable(Self.settingsTable, decoder: &decoder)
      var settings: [String: String] = [:]
      for row in 0..<table.rowCount {
        settings[table.columns[0].text.string(row)] = table.columns[1].text.string(row)
      }
      return settings
    }
  }

  /// Every run of the store, by period and number.
  static func all(_ store: Store) throws(TernError) -> [SummaryRecord] {
    var records: [SummaryRecord] = []
    for info in store.manifest.results {
      guard let period = SummaryPeriod(resultName: info.name),
        let reader = try storing({ () throws(StoreError) in try store.openResult(info.name) })
      else { continue }
      records.append(try SummaryRecord(period, reader))
    }
    return records.sorted {
      ($0.period.from, $0.period.to, $0.period.supplement)
        < ($1.period.from, $1.period.to, $1.period.supplement)
    }
  }

  func count(_ name: String) -> Int { Int(settings[name] ?? "") ?? 0 }

  var report: SummaryReport {
    var report = SummaryReport()
    report.declarations = count("declarations")
    report.lists = count("lists")
    report.lines = count("lines")
    for reason in SummaryExclusion.allCases { report.leftOut[reason.rawValue] = count("=\(reason.name)") }
    return report
  }

  /// Calls `body` for each row group of a table, in order; nothing for a table without rows.
  func forEachGroup(
    _ id: TableID, columns: [String]? = nil, _ body: (Table) throws(TernError) -> Void
  ) throws(TernError) {
    var decoder = ColumnDecoder()
    for (group, _) in reader.groups(of: id) {
      try body(
        storing { () throws(StoreError) in
          try reader.readTable(id, group: group, columns: columns, decoder: &decoder)
        })
    }
  }
}

/// Where the number comes from by which a declaration names a list.
enum SummaryNumberSource: Int64 {
  /// The list itself, a CEB604 in the store, or neither: `DerivedNumbers`.
  case list = 0
  case receipt = 1
  case derived = 2

  var name: String { "\(self)" }
}
