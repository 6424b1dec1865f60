import Glibc

/// What to make. The same settings give the same bytes, whatever `threads` is.
public struct GenerateSettings: Sendable {
  /// Lists to make, 1 … 999,999,999. Faults that need a second list add to them.
  public var lists: Int
  public var seed: UInt64
  /// Exports per hundred lists; the others are imports.
  public var exportPercent = 70
  /// Documents per message; the specification allows 1 … 100.
  public var documentsPerMessage = 100
  /// Documents are shuffled within a block of so many lists, and memory is about 8 KB × this per
  /// thread. Part of what decides the bytes.
  public var listsPerBlock = 5_000
  public var layout = Layout.messages
  public var faultRates = FaultRates.standard
  /// Which findings the faults lead to. With `full` a folder `reference` is written too.
  public var ruleBook = RuleBook.triplet
  /// 0 = as many as there are processors.
  public var threads = 0
  /// `YYYYMMDD`: lists are declared on this day; its last second is the latest `appTime`.
  public var startDate = 20_260_301

  /// What the truth is told for.
  public enum RuleBook: String, Sendable, CaseIterable {
    /// Runs without tables.
    case triplet
    /// Runs with the tables of the corpus, `reference` beside `messages` or in the truth's folder.
    case full
  }

  /// How a folder is laid out. A stream is always messages back to back.
  public enum Layout: Sendable, Equatable {
    /// One message per file: `messages/CEB303/0000/000000.xml`; the folders are numbered by block.
    case messages
    /// Many messages back to back per file: `messages/bundle-00000.xml`. A file ends before the
    /// message that would make it larger than `bytes`.
    case bundles(bytes: Int)
  }

  public init(lists: Int, seed: UInt64) {
    self.lists = lists
    self.seed = seed
  }

  /// Where it goes.
  public enum Destination: Sendable {
    /// `path/messages` and `path/truth`. Made if absent, refused if not empty; when generation
    /// fails, what was written is removed again.
    case folder(path: String)
    /// Messages back to back to an open descriptor. The truth, if wanted, goes to a folder as
    /// above. A caller that compresses passes the descriptor of a pipe.
    case descriptor(Int32, truthFolder: String?)
  }

  var blockCount: Int { (lists + listsPerBlock - 1) / listsPerBlock }

  var effectiveThreads: Int {
    min(threads > 0 ? threads : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), blockCount, 256)
  }

  /// First second of the start date.
  var dayStart: Int64 { (CivilDate(startDate)?.daysSince1970 ?? 0) * 86_400 }

  /// The default as-of: the first list is declared in the day's last second, and nothing later.
  var asOf: Int64 { dayStart + 86_399 }

  func validate() throws(GenerateError) {
    func check(_ value: Int, _ range: ClosedRange<Int>, _ name: String) throws(GenerateError) {
      guard range.contains(value) else {
        throw .invalidSettings(
          "\(name) is \(value), must be \(range.lowerBound) to \(range.upperBound)")
      }
    }
    try check(lists, 1...999_999_999, "lists")
    try check(exportPercent, 0...100, "exportPercent")
    try check(documentsPerMessage, 1...100, "documentsPerMessage")
    try check(listsPerBlock, 1...50_000, "listsPerBlock")
    try check(threads, 0...256, "threads")
    if case .bundles(let bytes) = layout { try check(bytes, 1...(1 << 40), "bundle bytes") }
    guard CivilDate(startDate) != nil else {
      throw .invalidSettings("startDate \(startDate) is not a date YYYYMMDD")
    }
    for isExport in [true, false] {
      var sum = 0
      for fault in Fault.allCases {
        try check(faultRates[fault], 0...1_000_000, "rate of \(fault.name)")
        guard ruleBook == .full || !fault.needsRuleBook || faultRates[fault] == 0 else {
          throw .invalidSettings("\(fault.name) needs the full rule book")
        }
        if isExport ? fault.affectsExports : fault.affectsImports { sum += faultRates[fault] }
      }
      try check(sum, 0...1_000_000, "sum of fault rates (\(isExport ? "exports" : "imports"))")
    }
  }
}
