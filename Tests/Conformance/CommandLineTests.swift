import TernTestSupport
import Testing

/// The command line is a contract: names, columns, exit status.
struct CommandLineTests {
  static let verdictHeader =
    "direction,agentCode,copNo,platform,orderNo,logisticsCode,logisticsNo,disposition,returnStatus,findings"
  static let measures = "currency,lists,lines,goodsValue,grossWeight,netWeight,packages"
  static let dimensions = [
    "direction", "customsCode", "portCode", "tradeMode", "statisticsFlag", "country", "currency",
    "disposition", "finding", "hs2", "hs4", "gcode", "unit", "ebcCode", "ebpCode", "logisticsCode", "hour",
    "day", "month",
  ]
  static let input = corpus("demo") + "/input"

  /// A judged store of `corpora/demo`, made once.
  static let folder = TemporaryFolder()
  static let store: String = {
    let path = folder["store"]
    for arguments in [["ingest", path, input], ["reconcile", path]] {
      let result = try? tern(arguments)
      precondition(result?.status == 0, "\(arguments): \(result?.error ?? "")")
    }
    return path
  }()

  struct Verdict: Decodable {
    var direction, agentCode, copNo, platform, orderNo, logisticsCode, logisticsNo: String
    var disposition, returnStatus: String
    var findings: [String]

    var row: String {
      [
        direction, agentCode, copNo, platform, orderNo, logisticsCode, logisticsNo, disposition,
        returnStatus, findings.joined(separator: ";"),
      ].joined(separator: ",")
    }
  }

  @Test("verdicts: the header, both formats, findings in byte order, codes of the dispositions")
  func verdicts() throws {
    let csv = try tern("verdicts", Self.store)
    #expect(csv.status == 0 && csv.lines.first == Self.verdictHeader)
    let verdicts = try tern("verdicts", Self.store, "--format", "ndjson").lines
      .map { try decode(Verdict.self, $0) }
    #expect(verdicts.map(\.row) == Array(csv.lines.dropFirst()))
    let codes = ["released": "399", "pending": "2", "rejected": "100", "review": "300"]
    for verdict in verdicts {
      #expect(verdict.returnStatus == codes[verdict.disposition], "\(verdict.row)")
      #expect(verdict.findings == verdict.findings.sorted(), "\(verdict.row)")
    }
  }

  @Test("filters leave exactly the rows that they name")
  func filters() throws {
    let all = try tern("verdicts", Self.store).lines.dropFirst()
    func rows(_ options: String...) throws -> [String] {
      Array(try tern(["verdicts", Self.store] + options).lines.dropFirst())
    }
    func has(_ row: String, _ names: [String]) -> Bool {
      row.split(separator: ",", omittingEmptySubsequences: false).last!.split(separator: ";")
        .contains { names.contains(String($0)) }
    }
    var count = 0
    for disposition in ["released", "pending", "rejected", "review", "inspect", "cancelled"] {
      let filtered = try rows("--disposition", disposition)
      #expect(filtered == all.filter { $0.contains(",\(disposition),") })
      count += filtered.count
    }
    #expect(count == all.count)
    let findings = ["amount.paid", "weight.gross"]
    let found = try rows("--finding", findings.joined(separator: ","))
    #expect(found == all.filter { has($0, findings) } && found.count >= 2)
    #expect(
      try rows("--disposition", "pending,released", "--finding", "payment.missing")
        == all.filter { has($0, ["payment.missing"]) && !$0.contains(",rejected,") })
  }

  @Test("statistics of every dimension are the oracle's sums", arguments: dimensions + ["direction,disposition", "day,hs4,currency"])
  func statistics(_ by: String) throws {
    let csv = try tern("stats", Self.store, "--by", by, "--format", "csv")
    let hasCurrency = by.split(separator: ",").contains("currency")
    let columns = hasCurrency ? Self.measures.replacing("currency,", with: "") : Self.measures
    #expect(csv.status == 0 && csv.lines.first == "\(by),\(columns)")
    #expect(csv.lines.count > 1)
    let table = try tern("stats", Self.store, "--by", by)
    #expect(table.status == 0 && table.output.contains("total"))
    #expect(try tern("stats", Self.store, "--by", by, "--format", "json").output.hasPrefix("["))

    guard isOnPath("python3") else {
      print("SKIPPED: the oracle needs python3")
      return
    }
    let oracle = runCommand([
      "python3", "\(repositoryRoot)/Tests/Conformance/Oracle/oracle.py", Self.input, "--stats", by,
    ])
    #expect(oracle.status == 0, "\(oracle.error)")
    // The oracle repeats a currency that is a dimension; no value of these holds a comma.
    let repeated = hasCurrency ? by.split(separator: ",").count : nil
    let expected = oracle.lines.map { line in
      var cells = line.split(separator: ",", omittingEmptySubsequences: false)
      if let repeated { cells.remove(at: repeated) }
      return cells.joined(separator: ",")
    }
    #expect(sorted(csv.lines) == sorted(expected))
  }

  struct Summary: Decodable {
    var asOf: String
    var sources: Int
    var rejects: Int
    var lists: Int
    var dispositions: [String: Int]
    var findings: [String: Int]
    var notChecked: [Unchecked]
    var reference: Reference

    struct Unchecked: Decodable, Hashable {
      var finding, what, table: String
    }

    struct Reference: Decodable {
      var contentHash: String
    }
  }

  @Test("run --no-report: the same files but the report")
  func noReport() throws {
    let (whole, bare) = (try Run([Self.input]), try Run([Self.input], ["--no-report"]))
    #expect(bare.status == 0)
    #expect(bare.files.keys.sorted() == ["rejects.ndjson", "statistics.csv", "summary.json", "verdicts.csv"])
    for (name, bytes) in bare.files { #expect(whole.files[name] == bytes, "\(name)") }
  }

  @Test("run: its files, and counts in summary.json that are those of verdicts.csv")
  func summary() throws {
    let run = try Run([Self.input])
    #expect(run.status == 0)
    #expect(
      run.files.keys.sorted() == ["rejects.ndjson", "report.html", "statistics.csv", "summary.json", "verdicts.csv"])
    #expect(run.files["rejects.ndjson"] == [])
    #expect(run.text("statistics.csv").first == "direction,customsCode,tradeMode,country,disposition,\(Self.measures)")
    let summary = try decode(Summary.self, #require(run.text("summary.json").first))
    let rows = run.verdicts.dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(summary.lists == rows.count && summary.rejects == 0 && summary.asOf.count == 14)
    #expect(summary.sources == names(in: Self.input).count)
    for (name, count) in summary.dispositions {
      #expect(rows.filter { $0[7] == name }.count == count, "\(name)")
    }
    #expect(summary.dispositions.values.reduce(0, +) == rows.count)
    for (name, count) in summary.findings {
      #expect(rows.filter { $0[9].split(separator: ";").contains(Substring(name)) }.count == count, "\(name)")
    }
    let named = Set(rows.flatMap { $0[9].split(separator: ";").map(String.init) })
    #expect(named.isSubset(of: summary.findings.keys))
    #expect(summary.findings.count == 41 && summary.reference.contentHash.isEmpty)
    // Without tables.
    #expect(
      Set(summary.notChecked.map(\.finding)) == [
        "goods.code", "regime.simplified", "regime.positive_list", "regime.licence", "reference.code",
        "enterprise.unregistered", "enterprise.blacklisted",
      ])
    let told = run.error.split(separator: "\n").last { $0.hasPrefix("not checked") }
    #expect(told?.contains("tariff.csv") == true)
    let folder = corpus("reference")
    let whole = try Run([Self.input], ["--reference", folder])
    let full = try decode(Summary.self, #require(whole.text("summary.json").first))
    #expect(full.notChecked.isEmpty && full.reference.contentHash.count == 64)
    #expect(!whole.error.contains("not checked"))
  }

  @Test("as-of, window and tolerances decide as they say")
  func settingsOfRules() throws {
    let early = try Run([Self.input]).verdicts
    #expect(early.contains { $0.contains(",pending,") })
    for options in [["--as-of", "20290101"], ["--window-days", "0", "--as-of", "20240320000000"]] {
      #expect(!(try Run([Self.input], options)).verdicts.contains { $0.contains(",pending,") }, "\(options)")
    }
    let paid = early.filter { $0.contains("amount.paid") }.count
    let tolerant = try Run([Self.input], ["--tolerance", "amount.paid=100000000"]).verdicts
    #expect(paid > 0 && !tolerant.contains { $0.contains("amount.paid") })
    #expect(tolerant.count == early.count)
  }

  @Test("wrong usage ends with status 2 and names what is wrong", arguments: [
    (["nonsense"], "nonsense"), (["verdicts"], "store"), (["run", "x"], "out"),
    (["run", "/no/such/input", "--out", "/no/such"], "/no/such/input"),
    (["ingest", "s", "/no/such/input"], "/no/such/input"),
    (["verdicts", "s", "--format", "xml"], "xml"), (["verdicts", "s", "--disposition", "gone"], "gone"),
    (["verdicts", "s", "--finding", "gone"], "gone"), (["stats", "s", "--by", "gone"], "gone"),
    (["stats", "s"], "by"), (["stats", "s", "--by", "day", "--where", "countri=1"], "country"),
    (["stats", "s", "--by", "hs2", "--measures", "qty"], "unit"), (["stats", "s", "--by", "day", "--top", "0"], "one row"),
    (["stats", "s", "--compare", "202602"], "two"), (["stats", "s", "--by", "day", "--top-by", "lists"], "--top"), (["reconcile", "s", "--as-of", "20240231"], "20240231"),
    (["reconcile", "s", "--window-days=-1"], "-1"), (["reconcile", "s", "--tolerance", "party.seller=1"], "party.seller"),
    (["reconcile", "s", "--tolerance", "amount.paid=x"], "amount.paid"), (["ingest", "s", "-", "--threads", "0"], "--threads"),
    (["ingest", "s", "-", "--io", "mmap"], "mmap"), (["generate", "d", "--lists", "1", "--fault", "gone=1"], "gone"),
    (["verdicts", "s", "--gone"], "--gone"), (["ingest", "s", "-", "--memory", "much"], "much"),
    (["generate", "d", "--lists", "1", "--fault", "regime.direct=1"], "rule book"),
    (["generate", "-", "--lists", "1", "--rule-book", "full"], "--truth"),
  ])
  func wrongUsage(_ command: [String], _ named: String) throws {
    let folder = TemporaryFolder()
    let result = try tern(command.map { ["s", "d", "x"].contains($0) ? folder[$0] : $0 })
    #expect(result.status == 2, "\(result.error)")
    #expect(result.error.contains(named), "\(result.error)")
    #expect(result.outputBytes.isEmpty && names(in: folder.path).isEmpty)
  }

  @Test("a store that is not there, or not judged: status 1 and its name", arguments: [
    "verdicts", "stats", "rejects", "reconcile", "verify",
  ])
  func noStore(_ verb: String) throws {
    let folder = TemporaryFolder()
    let result = try tern([verb, folder["store"]] + (verb == "stats" ? ["--by", "day"] : []))
    #expect(result.status == 1 && result.error.contains(folder["store"]), "\(result.error)")
    #expect(names(in: folder.path).isEmpty)
  }

  @Test("--quiet says nothing; results still come")
  func quiet() throws {
    let folder = TemporaryFolder()
    for arguments in [
      ["ingest", folder["store"], Self.input], ["reconcile", folder["store"]], ["verify", folder["store"]],
      ["run", Self.input, "--out", folder["out"]], ["generate", folder["corpus"], "--lists", "3"],
      ["rejects", folder["store"]],
    ] {
      let result = try tern(arguments + ["--quiet"])
      #expect(result.status == 0 && result.error == "" && result.outputBytes.isEmpty, "\(arguments[0])")
    }
    let verdicts = try tern("verdicts", folder["store"], "--quiet")
    #expect(verdicts.error == "" && verdicts.lines.count == 41)
  }

  struct ProgressLine: Decodable {
    var stage: String
    var done, total: UInt64
    var documents, rejects: Int?
  }

  @Test("--progress json: one object a line, up to the end of the input")
  func progress() throws {
    let folder = TemporaryFolder()
    let size = filesBelow(Self.input).reduce(0) { $0 + readFile("\(Self.input)/\($1)")!.count }
    for (stage, arguments) in [
      ("ingest", ["ingest", folder["store"], Self.input]), ("reconcile", ["reconcile", folder["store"]]),
      ("verify", ["verify", folder["store"]]),
    ] {
      let result = try tern(arguments + ["--progress", "json"])
      let objects = try textLines(result.error).filter { $0.hasPrefix("{") }
        .map { try decode(ProgressLine.self, $0) }
      #expect(!objects.isEmpty && objects.allSatisfy { $0.stage == stage && $0.done <= $0.total }, "\(result.error)")
      #expect(objects.map(\.done) == objects.map(\.done).sorted())
      // A reconciliation reports partitions as they begin.
      if stage != "reconcile" { #expect(objects.last?.done == objects.last?.total) }
      if stage == "ingest" { #expect(objects.last?.total == UInt64(size) && objects.last?.documents == 159) }
    }
  }

  @Test("rejects: three formats with the same rows")
  func rejects() throws {
    let folder = TemporaryFolder()
    #expect(try tern("ingest", folder["store"], corpus("good-bad-good-document") + "/input").status == 3)
    let objects = try tern("rejects", folder["store"], "--format", "ndjson").lines.map { try decode(Reject.self, $0) }
    let csv = try tern("rejects", folder["store"], "--format", "csv").lines
    #expect(csv.first == "source,offset,length,kind,key,field,reason,message,sender,encoding")
    #expect(objects.count == 5 && csv.count == 6)
    for (object, row) in zip(objects, csv.dropFirst()) {
      #expect(row.hasPrefix("\(object.source),\(object.offset),\(object.length),\(object.row),\(object.reason),"))
    }
    #expect(try tern("rejects", folder["store"]).lines.count == 5)
  }

  @Test("doctor and help answer on standard output")
  func answers() throws {
    let doctor = try tern("doctor")
    #expect(doctor.status == 0)
    for word in ["processors", "vector kernels", "reading", "io_uring"] { #expect(doctor.output.contains(word)) }
    #expect(try tern("--help").output.contains("reconcile"))
  }
}
