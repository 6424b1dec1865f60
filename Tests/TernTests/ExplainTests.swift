import TernCEB
import TernTestSupport
import Testing

@testable import Tern
@testable import TernReference
@testable import TernRules

@Suite("explain")
struct ExplainTests {
  let folder = TemporaryFolder(inMemory: true)

  /// What only other documents decide.
  static let rivals = FindingSet(
    .orderDuplicate, .paymentDuplicate, .waybillDuplicate, .listDuplicate, .waybillShared)

  /// The story's documents must bear out the verdict, check by check.
  static func expectBorneOut(
    _ story: ListStory, _ rules: RuleSettings, _ reference: ReferenceData, _ note: Comment
  ) {
    #expect((story.verdict != nil) == (story.lists.counting != nil), note)
    guard let verdict = story.verdict else { return }
    let cancels = story.cancellations.flatMap(\.versions).contains {
      story.effect($0.document, $0.status, .english) == "cancels the list"
    }
    #expect(cancels == (verdict.disposition == .cancelled), note)
    if cancels { return }
    let given = story.listCase
    let comparison = Comparison(given, rules, reference)
    for finding in Finding.allCases {
      let isFound =
        rivals.contains(finding) ? given.rivals[finding] != nil : !comparison.failures(finding).isEmpty
      #expect(
        isFound == verdict.findings.contains(finding),
        "\(finding.name) of \(story.list.text("copNo")), \(verdict.findings.text): \(note)")
    }
    let shown = FindingSet(rawValue: story.evidence.reduce(0) { $0 | $1.finding.bit })
    #expect(shown == verdict.findings, note)
    #expect(story.checks.map(\.finding) == Finding.allCases, note)
    for check in story.checks {
      let name: Comment = "\(check.finding.name) of \(story.list.text("copNo")): \(note)"
      #expect((check.outcome == .failed) == verdict.findings.contains(check.finding), name)
      let failed = check.comparisons.filter { !$0.holds }
      switch check.outcome {
      case .failed: #expect(!failed.isEmpty, name)
      case .passed: #expect(failed.isEmpty && !check.comparisons.isEmpty, name)
      case .notDone:
        #expect(check.comparisons.isEmpty, name)
        #expect(
          check.reason != nil || !check.missing.isEmpty || !check.missingTables.isEmpty, name)
      }
    }
  }

  /// Explains every order number of the verdicts, and expects each verdict in one of the stories.
  static func expectAllExplained(_ store: String, _ engine: Engine, _ note: Comment) throws {
    let rows = try verdictRows(store).dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    for orderNo in Set(rows.map { $0[4] }) {
      let explanation = try engine.explain(.order(orderNo), in: store)
      let rules = try #require(explanation.rules)
      for story in explanation.stories { expectBorneOut(story, rules, engine.settings.reference, note) }
      // A list that an older version had under the number is told too.
      let told = explanation.stories.filter {
        $0.verdict != nil && $0.list.text("orderNo") == orderNo
      }.map { story in
        [
          story.list.kind.direction.letter, story.list.text("agentCode"), story.list.text("copNo"),
          story.verdict!.disposition.name, story.verdict!.findings.text,
        ].joined(separator: ",")
      }
      let expected = rows.filter { $0[4] == orderNo }.map {
        [$0[0], $0[1], $0[2], $0[7], $0[9]].joined(separator: ",")
      }
      #expect(told.sorted() == expected.sorted(), "\(orderNo): \(note)")
      for language in Language.allCases {
        let text = explanation.text(language)
        for story in explanation.stories {
          for finding in story.verdict?.findings.findings ?? [] {
            #expect(text.contains(finding.name) && text.contains(finding.label(language)), note)
          }
        }
      }
    }
  }

  @Test(
    "for random documents the versions that count, the documents matched and both values bear out every verdict",
    arguments: (0..<4).map { _ in UInt64.random(in: 0..<1 << 40) })
  func agreesWithVerdicts(seed: UInt64) throws {
    print("explain: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var engine = Engine(settings: EngineSettings(threads: 2))
    if Bool.random(using: &random) {
      engine.settings.reference = try ReferenceFolder.load(corpus("reference")).data
    }
    if Bool.random(using: &random) {
      engine.settings.rules[tolerance: .amountLinesDiffer] = Tolerance("5%")!
      engine.settings.rules[tolerance: .weightGross] = Tolerance("0.1")!
    }
    for batch in 0..<2 {
      let documents = (0..<200).map { _ in IncrementalTests.randomDocument(&random) }
      IncrementalTests.write(documents, to: folder["batch-\(batch)"])
      try engine.ingest([folder["batch-\(batch)"]], into: folder["store"])
    }
    try engine.reconcile(folder["store"])
    try Self.expectAllExplained(folder["store"], engine, "seed \(seed)")
  }

  @Test("every verdict of the committed corpora is borne out by what is shown", arguments: corpora)
  func corporaVerdicts(_ name: String) throws {
    var engine = Engine(settings: EngineSettings(threads: 2))
    engine.settings.reference = try ReferenceFolder.load(corpus("reference")).data
    try engine.ingest([corpus(name) + "/input"], into: folder["store"])
    try engine.reconcile(folder["store"])
    try Self.expectAllExplained(folder["store"], engine, "corpus \(name)")
  }
}
