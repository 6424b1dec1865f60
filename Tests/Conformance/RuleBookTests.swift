import TernGenerate
import TernTestSupport
import Testing

/// The whole rule book on generated corpora, which know what every list must get.
struct RuleBookTests {
  let folder = TemporaryFolder()

  /// Makes a corpus that meets every fault, and many annual limits. Its truth, header first.
  private func generated(_ test: String) throws -> (files: [String], truth: [String]) {
    let seed = UInt64.random(in: 0..<1_000_000)
    print("RuleBookTests.\(test): seed \(seed)")
    var settings = GenerateSettings(lists: 700, seed: seed)
    settings.ruleBook = .full
    settings.faultRates = .uniform(perMillion: 8_000, .full)
    settings.faultRates[.limitAnnual] = 100_000
    settings.documentsPerMessage = 20
    _ = try generate(settings, to: .folder(path: folder["corpus"]))
    let messages = folder["corpus/messages"]
    return (
      filesBelow(messages).sorted().map { "\(messages)/\($0)" },
      try #require(lines(folder["corpus/truth/verdicts.csv"]))
    )
  }

  private var tables: [String] { ["--reference", folder["corpus/reference"]] }

  @Test("threads, memory and way of reading give the truth, and the same bytes")
  func truth() throws {
    let (files, truth) = try generated("truth")
    let base = try Run(files, tables + ["--threads", "1", "--io", "pread"])
    #expect(base.sortedVerdicts == truth)
    #expect(truth.filter { $0.contains("regime.limit_annual") }.count > 5)
    for options in [["--threads", "2", "--memory", "64M"], ["--threads", "5"]] {
      let run = try Run(files.reversed(), tables + options)
      #expect(run.files == base.files, "\(options)")
    }
  }

  @Test("documents that arrive in three ingests, reconciled after each, end at the truth")
  func incremental() throws {
    let (files, truth) = try generated("incremental")
    let store = folder["store"]
    for part in 0..<3 {
      let share = files.enumerated().filter { $0.offset % 3 == part }.map(\.element)
      #expect(try tern(["ingest", store] + share).status != 1)
      #expect(try tern(["reconcile", store] + tables).status == 0)
    }
    #expect(sorted(try tern("verdicts", store).lines) == truth)
  }
}
