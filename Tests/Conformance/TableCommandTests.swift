import FoundationEssentials
import TernGenerate
import TernTestSupport
import Testing

/// `ingest --kind …` and `export` as a user calls them.
struct TableCommandTests {
  let folder = TemporaryFolder()

  private func verdicts(_ store: String) throws -> [String] {
    #expect(try tern("reconcile", store).status == 0)
    return sorted(try tern("verdicts", store).lines)
  }

  @Test("a generated corpus comes back from every format with the same verdicts and the same export")
  func generated() throws {
    let seed: UInt64 = 20_260_301
    print("TableCommandTests.generated: seed \(seed)")
    var settings = GenerateSettings(lists: 600, seed: seed)
    settings.faultRates = .uniform(perMillion: 12_000)
    _ = try generate(settings, to: .folder(path: folder["corpus"]))
    let store = folder["store"]
    _ = try tern("ingest", store, folder["corpus"] + "/messages")
    let expected = try verdicts(store)
    #expect(expected.count > 600)
    let xml = try tern("export", store)
    #expect(xml.status == 0)
    for format in ["xml", "ndjson", "csv"] {
      let (out, copy) = (folder[format], folder["store-" + format])
      #expect(try tern("export", store, "--format", format, "--out", out).status == 0)
      if format == "csv" {
        for name in names(in: out) where !name.hasSuffix(".lines.csv") {
          let kind = String(name.dropLast(4))
          let lines = "\(out)/\(kind).lines.csv"
          let more = readFile(lines) == nil ? [] : ["--lines", lines]
          #expect(try tern(["ingest", copy, "--kind", kind, "\(out)/\(name)"] + more).status == 0)
        }
      } else {
        let files = names(in: out).map { "\(out)/\($0)" }
        #expect(try tern(["ingest", copy] + files).status == 0)
      }
      #expect(try verdicts(copy) == expected, "\(format)")
      #expect(try tern("export", copy).outputBytes == xml.outputBytes, "\(format)")
    }
    // From and to pipes, all kinds in one stream.
    writeFile(folder["all"], try tern("export", store, "--format", "ndjson").outputBytes)
    #expect(try tern(["ingest", folder["piped"], "-", "--format", "ndjson"], input: folder["all"]).status == 0)
    #expect(try tern("export", folder["piped"]).outputBytes == xml.outputBytes)
    let again = try tern(["ingest", folder["piped"], "-", "--format", "ndjson"], input: folder["all"])
    #expect(again.error.contains("already there"))
  }

  @Test("orders as CSV with their lines, payments as NDJSON: rejects say where and why")
  func byHand() throws {
    writeFile(
      folder["orders.csv"],
      """
      guid,appType,appTime,appStatus,orderType,orderNo,ebpCode,ebpName,ebcCode,ebcName,goodsValue,freight,currency,memo
      1,1,20240310121500,2,E,A1,P,"a ""platform"", here",S,s,12.50,0,142,x
      2,1,20240310121500,2,E,A2,P,p,S,s,"1,250",0,142,x
      3,1,20240310121500,2
      """)
    writeFile(
      folder["lines.csv"],
      "orderNo,gnum,itemNo,itemName,unit,currency,qty,price,totalPrice\nA2,1,I,N,007,142,1,1,1\nA1,1,I,N,007,142,1,12.5,12.5\nA7,1,I,N,007,142,1,1,1\n")
    let result = try tern("ingest", folder["store"], "--kind", "order", folder["orders.csv"], "--lines", folder["lines.csv"])
    #expect(result.status == 3)
    #expect(result.error.contains("(1 CEB303)") && result.error.contains("note: 'memo' is not read"))
    let rejects = try tern("rejects", folder["store"], "--format", "ndjson").lines.map { try decode(Reject.self, $0) }
    #expect(rejects.map(\.reason) == ["number-invalid", "not-well-formed", "line-without-head"])
    #expect(rejects.map(\.key) == ["A2", "", "A7"] && rejects.map(\.kind) == ["CEB303", "CEB303", "CEB303"])
    try expectOriginals(rejects)

    writeFile(folder["payments.jsonl"], "{\"kind\":\"CEB403\",\"guid\":\"1\"}\nnonsense\n")
    #expect(try tern("ingest", folder["store"], folder["payments.jsonl"]).status == 3)
    #expect(try tern("rejects", folder["store"]).lines.count == 5)
  }

  @Test("wrong usage says what is wrong, with status 2 and nothing on standard output")
  func usage() throws {
    writeFile(folder["a.csv"], "guid,orderNo\n1,2\n")
    writeFile(folder["a.ndjson"], "{}\n")
    writeFile(folder["a.xml"], "<a/>")
    let (csv, ndjson, xml) = (folder["a.csv"], folder["a.ndjson"], folder["a.xml"])
    let cases: [(arguments: [String], says: String)] = [
      (["ingest", "S", csv], "--kind"), (["ingest", "S", xml, csv], "together"),
      (["ingest", "S", csv, "--kind", "nothing"], "CEB303"), (["ingest", "S", csv, "--kind", "303", "--direction", "import"], "direction"),
      (["ingest", "S", csv, "--kind", "order"], "CEB303 lacks appType"), (["ingest", "S", csv, ndjson, "--kind", "303"], "together"),
      (["ingest", "S", xml, "--kind", "303"], "--format"), (["ingest", "S", "-", "--kind", "303"], "--format"),
      (["ingest", "S", ndjson, "--kind", "303", "--lines", csv], "nested"),
      (["ingest", "S", csv, "--kind", "303", "--lines", csv], "no column"),
      (["ingest", "S", "-", "--kind", "303", "--format", "csv", "--lines", "-"], "standard input"),
      (["ingest", "S", folder.path, "--kind", "303", "--format", "csv"], "folder"),
      (["export", "S", "--kind", "x"], "CEB303"), (["export", "S", "--format", "csv"], "--out"),
      (["export", "S", "--format", "csv", "--kind", "303"], "--out"), (["export", "S", "--format", "pdf"], "pdf"),
    ]
    #expect(try tern("ingest", folder["S"], corpus("demo") + "/input").status == 0)
    for (arguments, says) in cases {
      let result = try tern(arguments.map { $0 == "S" ? folder["S"] : $0 })
      #expect(result.status == 2 && result.outputBytes.isEmpty, "\(arguments): \(result.error)")
      #expect(result.error.contains(says), "\(arguments): \(result.error)")
    }
    #expect(try tern("export", folder["none"]).status == 1)
    // One kind without lines does go to standard output as CSV.
    let one = try tern("export", folder["S"], "--format", "csv", "--kind", "403", "--quiet")
    #expect(one.status == 0 && one.error.isEmpty && one.lines.count == 30 && one.lines[0].hasPrefix("guid,appType,"))
  }
}
