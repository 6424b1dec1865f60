import TernTestSupport
import Testing

/// Rules, reference tables, draws and priority through the command.
struct RulesCommandTests {
  static let input = corpus("demo") + "/input"

  /// A file in a folder of its own.
  static func file(_ text: String) -> (folder: TemporaryFolder, path: String) {
    let folder = TemporaryFolder()
    writeFile(folder["file"], text)
    return (folder, folder["file"])
  }

  @Test("rules: a row per finding, and one more where a scope differs")
  func catalogue() throws {
    let csv = try tern("rules", "--format", "csv").lines
    #expect(csv.first == "finding,scope,severity,enabled,tolerance,returnStatus,label,rule")
    #expect(csv.count == 42 && csv.dropFirst().allSatisfy { $0.contains(",all,") })
    #expect(csv.contains { $0.hasPrefix("amount.paid,all,R,yes,0,100,") })
    #expect(try tern("rules", "--lang", "zh").lines.contains { $0.contains("支付金额不符") })
    let (folder, path) = Self.file("scopes: {import.1210: {weight.gross: {tolerance: 0.5%}}}")
    let changed = try tern("rules", "--format", "csv", "--rules", path).lines
    #expect(changed.filter { $0.hasPrefix("weight.gross,") }.map { $0.split(separator: ",")[1...4].joined(separator: " ") } == ["all R yes 0", "import.1210 R yes 0.5%"])
    withExtendedLifetime(folder) {}
  }

  @Test("the file of --init is taken, and changes nothing")
  func initial() throws {
    let (folder, path) = Self.file(try tern("rules", "--init").output)
    #expect(try tern("rules", "--rules", path, "--format", "csv").output == tern("rules", "--format", "csv").output)
    #expect(try Run([Self.input], ["--rules", path]).verdicts == Run([Self.input]).verdicts)
    withExtendedLifetime(folder) {}
  }

  @Test("rules files, folders and keys that cannot be used: status 2, file and line, nothing made")
  func refusals() throws {
    let out = TemporaryFolder()
    func refusal(_ option: String, _ text: String) throws -> String {
      let (folder, path) = Self.file(text)
      defer { withExtendedLifetime(folder) {} }
      let result = try tern("run", Self.input, "--out", out["out"], option, path)
      #expect(result.status == 2)
      #expect(names(in: out.path).isEmpty)
      return result.error
    }
    #expect(try refusal("--rules", "windowDays: 1\nfindings:\n  amount.payed: {}\n").contains("file, line 3: unknown finding 'amount.payed'; did you mean 'amount.paid'?"))
    #expect(try refusal("--rules", "\u{0}").contains("not YAML"))
    #expect(try refusal("--inspection-key", "short").contains("16 bytes or more"))
    #expect(try refusal("--reference", "a file").contains("the folder cannot be read"))
    let folder = TemporaryFolder()
    writeFile(folder["tariff.csv"], "gcode,licence,exportDuty,refund,positiveList\n1234567890,0,0,0,2\n")
    let result = try tern("reconcile", out["none"], "--reference", folder.path)
    #expect(result.status == 2 && result.error.contains("tariff.csv, line 2: positiveList '2': 0 or 1 is expected"))
    #expect(try tern("rules", "--init", "--rules", "x").status == 2)
  }

  @Test("draws: none without a key; the same with the same key; other with another")
  func draws() throws {
    let (rulesFolder, rules) = Self.file("inspection: {otherRate: 50%}")
    let (keyFolder, key) = Self.file("a key of sixteen bytes or more")
    let (otherFolder, other) = Self.file("another key of as many bytes")
    func drawn(_ options: String...) throws -> [String] {
      try Run([Self.input], ["--rules", rules] + options).verdicts.filter { $0.contains(",inspect,500,") }
    }
    let released = try Run([Self.input]).verdicts.filter { $0.contains(",released,399,") }
    #expect(try drawn().isEmpty)
    let first = try drawn("--inspection-key", key)
    #expect(first.count > 0 && first.count < released.count)
    #expect(try drawn("--inspection-key", key, "--threads", "1") == first)
    #expect(try drawn("--inspection-key", other) != first)
    // Only what would have been released.
    let freed = Set(released.map { $0.replacing(",released,399,", with: ",inspect,500,") })
    #expect(Set(first).isSubset(of: freed))
    withExtendedLifetime((rulesFolder, keyFolder, otherFolder)) {}
  }

  @Test("by priority sellers of the first class come first, and no row is lost")
  func priority() throws {
    let folder = TemporaryFolder()
    let store = folder["store"]
    #expect(try tern("generate", folder["corpus"], "--lists", "60", "--clean").status == 0)
    #expect(try tern("ingest", store, folder["corpus/messages"]).status == 0)
    #expect(try tern("reconcile", store).status == 0)
    let sellers = Set(
      try tern("stats", store, "--by", "ebcCode", "--format", "csv").lines.dropFirst()
        .map { String($0.prefix { $0 != "," }) }).sorted().reversed()
    #expect(sellers.count >= 5)
    let rows = sellers.enumerated().map { "\($1),x,\($0 == 0 ? "AA" : "B"),0\n" }.joined()
    makeFolder(folder["tables"])
    writeFile(folder["tables/enterprises.csv"], "code,name,creditClass,blacklisted\n" + rows)
    writeFile(folder["rules"], "priority: [Z, AA]\n")
    #expect(try tern("reconcile", store, "--rules", folder["rules"], "--reference", folder["tables"]).status == 0)
    let ordered = try tern("verdicts", store, "--order", "priority").lines.dropFirst()
    let plain = try tern("verdicts", store).lines.dropFirst()
    #expect(ordered.sorted() == plain.sorted() && plain.count >= 60)
    // The lists of the first seller, told by the documents' statistics, are the first rows.
    let counts = try tern("stats", store, "--by", "ebcCode", "--format", "csv").lines.dropFirst()
      .filter { $0.hasPrefix(sellers.first! + ",") }.compactMap { Int($0.split(separator: ",")[2]) }
    let first = Set(ordered.prefix(counts.reduce(0, +)))
    #expect(!first.isEmpty && Array(plain.filter(first.contains)) == Array(ordered.prefix(first.count)))
    #expect(ordered != plain)
  }
}
