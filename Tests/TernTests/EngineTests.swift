import Tern
import TernCEB
import TernRules
import TernStats
import TernTestSupport
import Testing

/// The verdicts of a store as rows; the header first.
func verdictRows(
  _ store: String, _ format: VerdictFormat = .csv, filter: VerdictFilter = VerdictFilter()
) throws -> [String] {
  let folder = TemporaryFolder()
  let sink = try ByteSink(path: folder["verdicts"])
  try Engine().writeVerdicts(of: store, as: format, filter: filter, to: sink)
  try sink.close()
  return textLines(try #require(readText(folder["verdicts"])))
}

/// The engine as a program uses it: in process, from `corpora/demo`.
struct EngineTests {
  let folder = TemporaryFolder()
  let input = corpus("demo") + "/input"

  @Test("ingest, reconcile, statistics: counts fit together")
  func wholeWay() throws {
    let engine = Engine(settings: EngineSettings(threads: 2))
    let taken = try engine.ingest([input], into: folder["store"])
    #expect(taken.sources == names(in: input).count)
    #expect(taken.rejects == 0 && taken.knownSources == 0 && taken.documentCount > 0)
    #expect(taken.inputBytes == filesBelow(input).reduce(0) { $0 + UInt64(readFile("\(input)/\($1)")!.count) })

    let judged = try engine.reconcile(folder["store"])
    #expect(!judged.wasUpToDate)
    let rows = try verdictRows(folder["store"])
    #expect(rows.count - 1 == judged.lists)
    #expect(judged.dispositions.reduce(0, +) == judged.lists)
    for finding in Finding.allCases {
      let count = rows.dropFirst().filter {
        $0.split(separator: ",", omittingEmptySubsequences: false).last!.split(separator: ";")
          .contains(Substring(finding.name))
      }.count
      #expect(judged.findings[Int(finding.rawValue)] == count, "\(finding.name)")
    }

    let cube = try engine.statistics(of: folder["store"], by: [.direction])
    #expect(try cube.total().lists == UInt64(judged.lists))
  }

  @Test("a second reconcile has nothing to do; other settings or new documents have it judge again")
  func upToDate() throws {
    let engine = Engine()
    try engine.ingest([input], into: folder["store"])
    let first = try engine.reconcile(folder["store"])
    let files = contents(of: folder["store"])
    let second = try engine.reconcile(folder["store"])
    #expect(second.wasUpToDate)
    #expect(second.lists == first.lists && second.findings == first.findings)
    #expect(second.dispositions == first.dispositions && second.asOf == first.asOf)
    #expect(contents(of: folder["store"]) == files)

    var late = engine
    late.settings.rules.asOf = first.asOf + 40 * 86400
    let third = try late.reconcile(folder["store"])
    #expect(!third.wasUpToDate)
    #expect(third.dispositions[Int(Disposition.pending.rawValue)] == 0)
    #expect(third.findings == first.findings)

    try engine.ingest([corpus("export-clean") + "/input"], into: folder["store"])
    #expect(throws: TernError.self) { try verdictRows(folder["store"]) }
    #expect(!(try engine.reconcile(folder["store"])).wasUpToDate)
  }

  @Test("lists judged in memory get the verdicts of the store")
  func inMemory() throws {
    let engine = Engine()
    try engine.ingest([input], into: folder["store"])
    try engine.reconcile(folder["store"])

    let batch = DocumentBatch()
    let decoder = UnitDecoder()
    for (source, name) in names(in: input).enumerated() {
      let message = try #require(readFile("\(input)/\(name)"))
      let padded = message + [UInt8](repeating: 0, count: Kernel.padding)
      let unfinished = unsafe padded.withUnsafeBufferPointer { bytes in
        unsafe decoder.decode(
          UnsafeBufferPointer(rebasing: bytes[..<message.count]), source: source, sourceOffset: 0,
          endIsFinal: true, into: batch)
      }
      #expect(unfinished == nil)
    }
    let rows = judge(batch.kinds).map { verdict in
      let tables = batch.kinds[verdict.list.segment]
      func text(_ name: String) -> String { tables.heads[name].text.string(verdict.list.row) }
      let platform = ["", "无"].contains(text("ebpCode")) ? text("ebcCode") : text("ebpCode")
      return [
        tables.kind.direction.letter, text("agentCode"), text("copNo"), platform, text("orderNo"),
        text("logisticsCode"), text("logisticsNo"), verdict.disposition.name, verdict.returnStatus,
        verdict.findings.text,
      ].joined(separator: ",")
    }
    #expect(rows.count == 40)
    #expect(rows.sorted() == (try verdictRows(folder["store"])).dropFirst().sorted())
  }

  @Test("any number of threads gives the same verdicts and statistics, in the same order")
  func threads() throws {
    var seen: [[String]] = []
    for threads in [1, 2, 5] {
      let engine = Engine(settings: EngineSettings(threads: threads))
      let store = folder["store-\(threads)"]
      try engine.ingest([input], into: store)
      try engine.reconcile(store)
      let sink = try ByteSink(path: folder["statistics"])
      let cube = try engine.statistics(of: store, by: Dimension.allCases)
      try engine.writeStatistics(cube, as: .json, to: sink)
      try sink.close()
      seen.append(try verdictRows(store, .ndjson) + textLines(readText(folder["statistics"])!))
    }
    #expect(seen[0].count > 40)
    #expect(seen[1] == seen[0] && seen[2] == seen[0])
  }

  @Test("engines with other settings work side by side")
  func sideBySide() async throws {
    let lists = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<4 {
        group.addTask { [input, path = folder["side-\(number)"]] in
          var engine = Engine(settings: EngineSettings(threads: 1 + number % 2))
          engine.settings.rules.windowDays = number
          try engine.ingest([input], into: path)
          return try engine.reconcile(path).lists
        }
      }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(lists == [40, 40, 40, 40])
  }

  @Test("only one writes to a store at a time")
  func oneWriter() throws {
    try Engine().ingest([input], into: folder["store"])
    let writer = try TernStoreWriter(folder["store"])
    #expect(throws: TernError.self) { try Engine().reconcile(folder["store"]) }
    writer.close()
    #expect(try Engine().reconcile(folder["store"]).lists == 40)
  }
}
