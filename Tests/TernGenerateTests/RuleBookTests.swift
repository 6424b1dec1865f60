import TernTestSupport
import Testing

@testable import TernGenerate

/// That the truth of the full rule book is right is for the conformance tests: they have two engines to ask.
@Suite("The full rule book")
struct RuleBookTests {
  static func settings(_ lists: Int, _ rates: FaultRates) -> GenerateSettings {
    var settings = GenerateSettings(lists: lists, seed: 11)
    settings.ruleBook = .full
    settings.faultRates = rates
    settings.listsPerBlock = 250
    return settings
  }

  /// `goods.code` of `goods.code.digits`; harmless faults lead to nothing.
  static func finding(_ fault: Fault) -> String? {
    if fault.name.hasPrefix("harmless.") { return nil }
    return fault.name.split(separator: ".").prefix(2).joined(separator: ".")
  }

  @Test("Every fault of it happens and leads to its finding", arguments: Fault.allCases.filter(\.needsRuleBook))
  func everyFault(_ fault: Fault) throws {
    var rates = FaultRates.clean
    rates[fault] = 1_000_000
    let corpus = try Corpus(Self.settings(40, rates))
    let happened = corpus.summary.faults[fault.name] ?? 0
    #expect(happened > 5)
    let faulty = corpus.rows.filter { !$0.hasSuffix(",") }
    #expect(faulty.count == (Self.finding(fault) == nil ? 0 : happened))
    for row in faulty {
      let findings = row.split(separator: ",").last!.split(separator: ";").map(String.init)
      #expect(findings.contains(Self.finding(fault)!), "\(row)")
    }
    if fault == .limitAnnual { #expect(corpus.rows.count == 40 + happened) }
  }

  @Test("Its tables come with it, each code once, and only with it")
  func tables() throws {
    let scratch = TemporaryFolder()
    var settings = Self.settings(300, .full)
    _ = try generate(settings, to: .folder(path: "\(scratch.path)/full"))
    let tables = try tree("\(scratch.path)/full/reference")
    #expect(
      tables.keys.sorted() == [
        "countries.csv", "currencies.csv", "customs_districts.csv", "enterprises.csv", "hs2022.csv", "rates.csv",
        "tariff.csv", "trade_modes.csv", "transport_modes.csv", "units.csv",
      ])
    for (name, bytes) in tables {
      let rows = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      let columns = rows[0].split(separator: ",").count
      #expect(rows.count > 3, "\(name)")
      #expect(rows.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == columns }, "\(name)")
      #expect(Set(rows.map { $0.split(separator: ",")[0] }).count == rows.count, "\(name)")
    }
    settings.ruleBook = .triplet
    settings.faultRates = .standard
    _ = try generate(settings, to: .folder(path: "\(scratch.path)/triplet"))
    #expect(try Folder.names(scratch.path + "/triplet").sorted() == ["messages", "truth"])
  }

  @Test("Where no fault of it happens, the bytes are those of the triplet's")
  func sameBytes() throws {
    var settings = Self.settings(300, .standard)
    let full = try Corpus(settings)
    settings.ruleBook = .triplet
    let triplet = try Corpus(settings)
    #expect(full.xml == triplet.xml && full.verdicts == triplet.verdicts)
  }

  @Test("Its faults are refused without it")
  func refused() {
    var settings = Self.settings(3, .full)
    settings.ruleBook = .triplet
    #expect(throws: GenerateError.self) { try settings.validate() }
  }
}
