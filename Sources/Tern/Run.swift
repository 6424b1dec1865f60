import Glibc
import TernRules
import TernStats
import TernStore

/// What `run` did.
public struct RunReport: Sendable {
  public var ingest: IngestReport
  public var reconcile: ReconcileReport
  /// Files written.
  public var files: [String]
}

extension Engine {
  /// Dimensions of `statistics.csv`.
  public static let runDimensions: [Dimension] = [
    .direction, .customsCode, .tradeMode, .country, .disposition,
  ]

  /// Everything in one go, with a temporary store inside `folder` that is removed at the end:
  /// writes `verdicts.csv`, `statistics.csv`, `rejects.ndjson`, `summary.json` and `report.html` there.
  ///
  /// - Parameter withReport: false leaves `report.html` out, which takes a fifth of the time: alerts look at every
  ///   seller, buyer and item.
  public func run(
    _ inputs: [String], out folder: String, withReport: Bool = true
  ) throws(TernError) -> RunReport {
    try OutputFolder.makeFolders(folder)
    let store = "\(folder)/.store-\(getpid())"
    defer { OutputFolder.remove(store) }
    var temporary = self
    temporary.isStoreKept = false
    let ingested = try temporary.ingest(inputs, into: store)
    let reconciled = try temporary.reconcile(store)
    var files: [String] = []
    func file(_ name: String, _ body: (ByteSink) throws(TernError) -> Void) throws(TernError) {
      let sink = try ByteSink(path: "\(folder)/\(name)")
      try body(sink)
      try sink.close()
      files.append("\(folder)/\(name)")
    }
    try file("verdicts.csv") { (sink) throws(TernError) in
      try writeVerdicts(of: store, to: sink)
    }
    try file("statistics.csv") { (sink) throws(TernError) in
      let cube = try statistics(of: store, by: Self.runDimensions)
      try writeStatistics(cube, as: .csv, to: sink)
    }
    try file("rejects.ndjson") { (sink) throws(TernError) in
      try writeRejects(of: store, as: .ndjson, to: sink)
    }
    try file("summary.json") { (sink) throws(TernError) in
      sink.append(summary(ingested, reconciled))
    }
    if withReport {
      try file("report.html") { (sink) throws(TernError) in
        try writeReport(of: store, to: sink)
      }
    }
    return RunReport(ingest: ingested, reconcile: reconciled, files: files)
  }
}
