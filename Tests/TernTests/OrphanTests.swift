import Tern
import TernRules
import TernTestSupport
import Testing

/// Orders, payments and waybills that no list takes, through the engine.
struct OrphanTests {
  let folder = TemporaryFolder()
  let engine = Engine(settings: EngineSettings(threads: 2))

  func orphans(
    _ store: String, _ format: OrphanFormat = .csv, engine: Engine? = nil
  ) throws -> [String] {
    let sink = try ByteSink(path: folder["orphans"])
    try (engine ?? self.engine).writeOrphans(of: store, as: format, to: sink)
    try sink.close()
    return textLines(try #require(readText(folder["orphans"])))
  }

  /// A store of `corpora/demo` without the messages that `isLeftOut` names.
  func store(_ name: String, without isLeftOut: (String) -> Bool = { _ in false }) throws -> String {
    let path = folder[name]
    let input = corpus("demo") + "/input/"
    let files = filesBelow(corpus("demo") + "/input").filter { file in
      !isLeftOut(readText(input + file) ?? "")
    }
    try engine.ingest(files.map { input + $0 }, into: path)
    try engine.reconcile(path)
    return path
  }

  @Test("without any list every counting triplet document is an orphan, with its key and age")
  func withoutLists() throws {
    let path = folder["store"]
    let input = corpus("export-clean") + "/input"
    let texts = filesBelow(input).map { readText("\(input)/\($0)")! }
    for (index, text) in texts.enumerated() {
      writeFile(folder["input-\(index).xml"], text)
    }
    let others = texts.indices.filter { !texts[$0].contains("CEB603Message") }
    #expect(others.count < texts.count)
    try engine.ingest(others.map { folder["input-\($0).xml"] }, into: path)
    let report = try engine.reconcile(path)
    #expect(report.lists == 0)
    let rows = try orphans(path)
    #expect(rows.first == Engine.orphanColumns.joined(separator: ","))
    var later = engine
    later.settings.rules.asOf = report.asOf + 3 * 86_400
    let aged = try orphans(path, engine: later)
    #expect(rows.count > 3 && rows.count == aged.count)
    for (row, old) in zip(rows.dropFirst(), aged.dropFirst()) {
      let (values, oldValues) = (cells(row), cells(old))
      #expect(values.count == Engine.orphanColumns.count)
      let isWaybill = values[0] == "CEB505"
      #expect(values[1].isEmpty == isWaybill && values[2].isEmpty == isWaybill, "\(row)")
      #expect(values[5].isEmpty != isWaybill && values[6].isEmpty != isWaybill, "\(row)")
      #expect(Int(oldValues[11])! == Int(values[11])! + 3, "\(row)")
    }
    let kinds = rows.dropFirst().map { cells($0)[0] }
    #expect(Set(kinds) == ["CEB303", "CEB403", "CEB505"] && kinds == kinds.sorted())
  }

  func cells(_ row: String) -> [String] {
    row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  @Test("what lists take is no orphan; formats agree; threads and memory change nothing")
  func withLists() throws {
    let all = try store("all")
    let withLists = Set(try orphans(all))
    let withoutImports = try store("some") { $0.contains("CEB621Message") }
    let more = try orphans(withoutImports)
    #expect(withLists.count < more.count && more.contains { $0.hasPrefix("CEB311,") })
    // Exports are as before.
    func exports(_ rows: some Sequence<String>) -> Set<String> {
      Set(rows.filter { ["CEB303", "CEB403", "CEB505"].contains(cells($0)[0]) }
        .map { cells($0).dropLast().joined(separator: ",") })
    }
    #expect(exports(withLists) == exports(more))
    #expect(try orphans(withoutImports, .table).count == more.count - 1)
    #expect(try orphans(withoutImports, .ndjson).count == more.count - 1)
    var other = Engine(settings: EngineSettings(threads: 7))
    // Too little for anything: everything dense goes to files.
    other.settings.memoryBytes = 600
    #expect(try orphans(withoutImports, engine: other) == more)
  }

  @Test("a store whose verdicts are missing or old is refused")
  func notReconciled() throws {
    let path = folder["raw"]
    try engine.ingest([corpus("export-clean") + "/input"], into: path)
    #expect(throws: TernError.self) { try orphans(path) }
  }
}
