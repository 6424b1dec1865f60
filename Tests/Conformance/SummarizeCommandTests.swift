import TernTestSupport
import Testing

/// `tern summarize` as a script uses it.
struct SummarizeCommandTests {
  let folder = TemporaryFolder()

  /// A judged store of generated lists.
  func store(_ name: String = "store") throws -> String {
    let (corpus, store) = (folder["corpus-\(name)"], folder[name])
    #expect(try tern("generate", corpus, "--lists", "600", "--quiet").status == 0)
    #expect(try tern("ingest", store, corpus + "/messages", "--quiet").status % 3 == 0)
    #expect(try tern("reconcile", store, "--quiet").status == 0)
    return store
  }

  static let period = ["--from", "20260101", "--to", "20260401000000"]

  @Test("summarize: messages, tables and what was left out; again the same; settings of another run are wrong usage")
  func summarize() throws {
    let store = try store()
    let done = try tern(["summarize", store, "--out", folder["out"], "--per-message", "10"] + Self.period)
    #expect(done.status == 0 && done.outputBytes.isEmpty && done.error.contains("notSummaryStatistics"))
    #expect(names(in: folder["out"]) == ["CEB701", "changes.csv", "declarations.csv", "lines.csv", "lists.csv", "summary.json"])
    let lists = try #require(lines(folder["out/lists.csv"]))
    #expect(lists.count > 50 && lists[0] == "declaration,file,copNo,invtNo,source")
    let verdicts = try tern("verdicts", store, "--disposition", "released").lines.map { $0.split(separator: ",")[safe: 2] }
    for row in lists.dropFirst() { #expect(verdicts.contains(row.split(separator: ",")[safe: 2])) }
    #expect(readText(folder["out/summary.json"])?.contains("\"lists\":\(lists.count - 1),") == true)

    let again = try tern(["summarize", store, "--out", folder["again"]] + Self.period)
    #expect(again.status == 0 && again.error.contains("as it was made"))
    #expect(try tern("verify", store).status == 0)
    for file in filesBelow(folder["out"]) { #expect(readFile(folder["out/\(file)"]) == readFile(folder["again/\(file)"]), "\(file)") }
    let other = try tern(["summarize", store, "--out", folder["other"], "--summary-flag", "2"] + Self.period)
    #expect(other.status == 2 && other.error.contains("summaryFlag"))
    let none = try tern("summarize", store, "--out", folder["none"], "--from", "20260201", "--to", "20260501")
    #expect(none.status == 0 && none.error.contains("remembers nothing"))
  }

  @Test("summarize: wrong usage is status 2", arguments: [
    ["--from", "20260101", "--to", "20260101"], ["--from", "20260132", "--to", "20260201"], ["--from", "20260101"],
    ["--from", "20260101", "--to", "20260201", "--per-message", "0"],
    ["--from", "20260101", "--to", "20260201", "--per-message", "10001"],
    ["--from", "20260101", "--to", "20260201", "--summary-flag", "3"],
    ["--from", "20260101", "--to", "20260201", "--item-name-flag", "2"],
    ["--from", "20260101", "--to", "20260201", "--decl-agent-code", "1234567890123456789"],
    ["--from", "20260101", "--to", "20260201", "--supplement=-1"], ["--from", "20260101", "--to", "20260201", "--dxp-to", "X"],
  ])
  func usage(_ options: [String]) throws {
    #expect(try tern(["summarize", folder["none"], "--out", folder["out"]] + options).status == 2)
  }

  @Test("summarize: killed at any moment, the same command then gives the folder")
  func killed() throws {
    let executable = try #require(builtExecutable("tern"))
    let store = try store()
    let whole = folder["whole"]
    #expect(try tern(["summarize", try self.store("second"), "--out", whole] + Self.period).status == 0)
    var killed = 0
    for (round, delay) in ["0.01", "0.03", "0.06", "0.1", "0.15", "0.2", "0.3"].enumerated() {
      let out = folder["killed-\(round)"]
      let result = runCommand(
        ["timeout", "-s", "KILL", delay, executable, "summarize", store, "--out", out] + Self.period)
      if result.status != 0 { killed += 1 }
      // The folder is there whole, or not at all.
      if names(in: folder.path).contains("killed-\(round)") {
        #expect(filesBelow(out) == filesBelow(whole))
      }
    }
    #expect(killed > 0)
    #expect(try tern(["summarize", store, "--out", folder["out"]] + Self.period).status == 0)
    for file in filesBelow(whole) { #expect(readFile("\(whole)/\(file)") == readFile(folder["out/\(file)"]), "\(file)") }
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
