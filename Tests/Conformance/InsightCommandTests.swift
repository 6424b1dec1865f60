import TernTestSupport
import Testing

/// `tern extract`, `scorecard`, `alerts` and `opportunities` as a script uses them.
struct InsightCommandTests {
  let folder = TemporaryFolder()

  func store() throws -> String {
    let store = folder["store"]
    #expect(try tern("ingest", store, corpus("demo") + "/input").status == 0)
    #expect(try tern("reconcile", store).status == 0)
    return store
  }

  @Test("a store without verdicts is refused, with what to do; wrong usage is status 2")
  func refusals() throws {
    let store = folder["raw"]
    #expect(try tern("ingest", store, corpus("demo") + "/input").status == 0)
    for command in [
      ["extract", store, "customs", "--out", folder["out"]], ["extract", store, "forex", "--out", "-"],
      ["scorecard", store], ["alerts", store], ["opportunities", store],
    ] {
      let result = try tern(command)
      #expect(result.status == 1 && result.error.contains("tern reconcile"), "\(command)")
      #expect(result.outputBytes.isEmpty)
    }
    #expect(!names(in: folder.path).contains("out"))
    for command in [
      ["extract", store, "police", "--out", "-"], ["extract", store, "tax"],
      ["scorecard", store, "--role", "buyer"], ["scorecard", store, "--from", "20240230"],
      ["scorecard", store, "--from", "20240302", "--to", "20240302"],
      ["alerts", store, "--format", "xml"], ["opportunities", store, "--lists"],
    ] {
      #expect(try tern(command).status == 2, "\(command)")
    }
  }

  @Test("an extract goes to a file or to standard output, the same bytes")
  func extracts() throws {
    let store = try store()
    let reference = ["--reference", "\(repositoryRoot)/corpora/reference"]
    for department in ["customs", "tax", "forex", "statistics"] {
      let direct = try tern(["extract", store, department, "--out", "-"] + reference)
      #expect(direct.status == 0 && direct.lines.count > 1, "\(department)")
      let path = folder["\(department).csv"]
      let toFile = try tern(["extract", store, department, "--out", path] + reference)
      #expect(toFile.status == 0 && toFile.outputBytes.isEmpty && readFile(path) == direct.outputBytes)
      let none = try tern(["extract", store, department, "--out", "-", "--to", "19990101"])
      #expect(none.status == 0 && none.lines.count == 1)
      let objects = try tern(["extract", store, department, "--out", "-", "--format", "ndjson"] + reference)
      #expect(objects.lines.count == direct.lines.count - 1)
    }
  }

  @Test("scorecard, alerts and opportunities: every format; a rules file sets thresholds")
  func answers() throws {
    let store = try store()
    let cards = try tern("scorecard", store, "--format", "csv")
    #expect(cards.status == 0 && cards.lines.count > 5)
    #expect(try tern("scorecard", store, "--role", "agent", "--format", "csv").lines.count < cards.lines.count)
    #expect(try tern("scorecard", store, "--format", "json").lines.count == cards.lines.count + 1)
    #expect(try tern("scorecard", store).output.contains("  suggestion  "))
    #expect(try tern("scorecard", store, "--to", "19990101", "--format", "csv").lines.count == 1)

    #expect(try tern("alerts", store, "--format", "csv").status == 0)
    writeFile(folder["rules.yml"], "alerts:\n  finding.low: 1\n  finding.lists_least: 1\n")
    let alerts = try tern("alerts", store, "--format", "csv", "--rules", folder["rules.yml"])
    #expect(alerts.status == 0 && alerts.lines.contains { $0.contains(",seller.finding,") })
    let chinese = try tern("alerts", store, "--lang", "zh", "--rules", folder["rules.yml"])
    #expect(chinese.output.contains("份清单中"))
    writeFile(folder["rules.yml"], "alerts:\n  finding.lo: 1\n")
    let wrong = try tern("alerts", store, "--rules", folder["rules.yml"])
    #expect(wrong.status == 2 && wrong.error.contains("line 2") && wrong.error.contains("finding.low"))

    let sellers = try tern("opportunities", store, "--format", "csv")
    #expect(sellers.status == 0 && sellers.lines[0].hasPrefix("ebcCode,lists,eligible,"))
    let lists = try tern("opportunities", store, "--lists", "--format", "ndjson")
    #expect(lists.status == 0)
    let eligible = sellers.lines.dropFirst().reduce(0) { $0 + Int($1.split(separator: ",")[2])! }
    #expect(lists.lines.count == eligible)
  }
}
