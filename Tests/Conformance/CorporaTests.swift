import TernTestSupport
import Testing

struct CorporaTests {
  @Test("a hand-made case gives its expected verdicts and rejects", arguments: corpora)
  func expected(_ name: String) throws {
    let run = try Run([corpus(name) + "/input"], settings(name))
    #expect(run.sortedVerdicts == lines(corpus(name) + "/expected/verdicts.csv"))
    #expect(run.status == (run.rejects.isEmpty ? 0 : 3), "\(run.error)")
    if let rejects = lines(corpus(name) + "/expected/rejects.csv") {
      #expect(sorted(["kind,key,field"] + run.rejects.map(\.row)) == rejects)
      #expect(!run.rejects.isEmpty)
    }
    if let statistics = lines(corpus(name) + "/expected/statistics.csv") {
      #expect(sorted(run.text("statistics.csv")) == statistics)
    }
    try expectOriginals(run.rejects)
  }

  @Test(
    "the returns of a hand-made case",
    arguments: corpora.filter { readFile(corpus($0) + "/expected/returns.csv") != nil })
  func returns(_ name: String) throws {
    let folder = TemporaryFolder()
    for arguments in [["ingest", folder["store"], corpus(name) + "/input"], ["reconcile", folder["store"]]] {
      #expect(try tern(arguments + ["--quiet"]).status == 0)
    }
    let expected = lines(corpus(name) + "/expected/returns.csv")
    let found = try tern("returns", folder["store"], "--format", "csv")
    #expect(sorted(textLines(found.output)) == expected)
    let rows = try tern("returns", folder["store"], "--format", "ndjson").output
    #expect(textLines(rows).count == found.output.split(separator: "\n").count - 1)
    #expect(textLines(try tern("returns", folder["store"]).output).count == textLines(rows).count)
  }

  @Test("there are cases, each with expected verdicts and a README")
  func complete() {
    #expect(corpora.count >= 40)
    for name in corpora {
      for file in ["expected/verdicts.csv", "README.md"] {
        #expect(readFile(corpus(name) + "/" + file) != nil, "\(name)/\(file)")
      }
    }
  }

  @Test("a list of the corpora shows each finding")
  func findings() throws {
    let rows = try #require(lines("\(repositoryRoot)/corpora/findings.csv"))
    #expect(rows.first == "finding,corpus,orderNo")
    for row in rows.dropFirst() {
      let cells = row.split(separator: ",").map(String.init)
      let verdicts = try #require(lines(corpus(cells[1]) + "/expected/verdicts.csv"), "\(row)")
      let verdict = verdicts.first { $0.contains(",\(cells[2]),") }
      let findings = verdict?.split(separator: ",").last?.split(separator: ";").map(String.init)
      #expect(findings?.contains(cells[0]) == true, "\(row)")
    }
    #expect(Set(rows).count == 1 + 41)
  }

  @Test("the independent oracle agrees with every corpus and with random cases")
  func oracle() throws {
    guard isOnPath("python3") else {
      print("SKIPPED: the oracle needs python3")
      return
    }
    let result = runCommand([
      "python3", "\(repositoryRoot)/Tests/Conformance/Oracle/check.py",
      try #require(builtExecutable("tern")), "--cases", "20",
    ], seconds: 1800)  // under the thread sanitizer it takes more than five minutes
    #expect(result.status == 0, "\(result.output)\(result.error)")
  }
}
