import Tern
import TernCEB
import TernTestSupport
import Testing

/// Two stores' documents, as files by name.
func exported(_ store: String, _ format: ExportFormat, kinds: Set<Kind> = []) throws -> [String: [UInt8]] {
  let folder = TemporaryFolder()
  try Engine().export(store, as: format, kinds: kinds, intoFolder: folder["out"])
  return contents(of: folder["out"])
}

/// Ingests an export as a user would.
func ingestExport(_ folder: String, _ format: ExportFormat, into store: String) throws {
  let engine = Engine()
  switch format {
  case .xml: try engine.ingest([folder], into: store)
  case .ndjson:
    let files = names(in: folder).map { "\(folder)/\($0)" }
    try engine.ingestTables(files, as: TableInput(.ndjson, of: .named), into: store)
  case .csv:
    for name in names(in: folder) where !name.hasSuffix(".lines.csv") {
      let kind = try #require(TableKind(String(name.dropLast(4))))
      let lines = "\(folder)/\(name.dropLast(4)).lines.csv"
      try engine.ingestTables(
        ["\(folder)/\(name)"],
        as: TableInput(.csv, of: kind, lines: readFile(lines) == nil ? nil : lines), into: store)
    }
  }
}

/// What comes back of a store in each format is the same store: the same verdicts, and the same export.
func expectRoundTrip(_ store: String, _ comment: String) throws {
  let folder = TemporaryFolder()
  let engine = Engine()
  try engine.reconcile(store)
  let verdicts = try verdictRows(store).sorted()
  let xml = try exported(store, .xml)
  for format in ExportFormat.allCases {
    let (out, copy) = (folder["\(format.rawValue)"], folder["store-\(format.rawValue)"])
    let report = try engine.export(store, as: format, intoFolder: out)
    let ways = "\(comment), \(format.rawValue)"
    guard report.documentCount > 0 else {
      #expect(verdicts.count == 1)
      continue
    }
    try ingestExport(out, format, into: copy)
    #expect(try engine.documentCounts(of: copy) == report.documents, "\(ways)")
    try engine.reconcile(copy)
    #expect(try verdictRows(copy).sorted() == verdicts, "\(ways)")
    #expect(try exported(copy, format) == contents(of: out), "\(ways): the export of the export")
    #expect(try exported(copy, .xml) == xml, "\(ways): as XML")
  }
}

struct ExportTests {
  let folder = TemporaryFolder()

  @Test("every corpus comes back from XML, CSV and NDJSON with the same verdicts and the same export", arguments: corpora)
  func everyCorpus(_ name: String) throws {
    try Engine().ingest([corpus(name) + "/input"], into: folder["store"])
    try expectRoundTrip(folder["store"], name)
  }

  @Test("the official samples come back: every kind they have")
  func samples() throws {
    let samples = "\(repositoryRoot)/../shared/ceb/samples-2018-113"
    guard isFolder(samples) else {
      print("SKIPPED: no official samples beside the repository")
      return
    }
    try Engine().ingest([samples], into: folder["store"])
    try expectRoundTrip(folder["store"], "samples")
  }

  /// A message of orders, each with the given elements changed.
  private func orders(_ changes: [[String: String]]) -> String {
    var text = "<CEB303Message xmlns='http://www.chinaport.gov.cn/ceb'>"
    for (number, change) in changes.enumerated() {
      var values = [
        ("guid", "4CDE1CFD-EDED-46B1-946C-\(100_000_000_000 + number)"), ("appType", "1"),
        ("appTime", "20240310121500"), ("appStatus", "2"), ("orderType", "E"),
        ("orderNo", "A\(number)"), ("ebpCode", "P"), ("ebpName", "p"), ("ebcCode", "S"),
        ("ebcName", "s"), ("goodsValue", "1"), ("freight", "0"), ("currency", "142"),
      ]
      for index in values.indices { values[index].1 = change[values[index].0] ?? values[index].1 }
      if let note = change["note"] { values.append(("note", note)) }
      text += "<Order><OrderHead>" + values.map { "<\($0)>\($1)</\($0)>" }.joined() + "</OrderHead>"
      text += """
        <OrderList><gnum>1</gnum><itemNo>I</itemNo><itemName>N</itemName><unit>007</unit>\
        <currency>142</currency><qty>+1.50</qty><price>.5</price><totalPrice>00.75</totalPrice></OrderList></Order>
        """
    }
    return text + "</CEB303Message>"
  }

  private func ingest(_ message: String) throws {
    writeFile(folder["message.xml"], message)
    let report = try Engine().ingest([folder["message.xml"]], into: folder["store"])
    #expect(report.rejects == 0)
  }

  @Test("values come back byte for byte, with what their format needs around them")
  func values() throws {
    try ingest(
      orders([
        ["note": "a &amp; b &lt;&gt; ]]&gt; \"q\", 1&#13;2&#10;3&#9;4 \\ 汉😀&#x7f;", "goodsValue": "007.50"],
        ["freight": "-0", "ebpName": ""],
      ]))
    let xml = String(decoding: try exported(folder["store"], .xml)["CEB303.xml"]!, as: UTF8.self)
    #expect(xml.contains("<ceb:note>a &amp; b &lt;&gt; ]]&gt; &quot;q&quot;, 1&#13;2\n3\t4 \\ 汉😀\u{7f}</ceb:note>"))
    for value in ["goodsValue>007.50<", "freight>-0<", "qty>+1.50<", "price>.5<", "totalPrice>00.75<", "ebpName><"] {
      #expect(xml.contains(value), "\(value)")
    }
    let json = String(decoding: try exported(folder["store"], .ndjson)["CEB303.ndjson"]!, as: UTF8.self)
    #expect(json.contains("\"note\":\"a & b <> ]]> \\\"q\\\", 1\\r2\\n3\\t4 \\\\ 汉😀\u{7f}\",\"OrderList\":[{\"gnum\":\"1\","))
    #expect(json.hasPrefix("{\"kind\":\"CEB303\",\"guid\":\"4CDE1CFD-"))
    #expect(textLines(json).count == 2 && !textLines(json)[1].contains("note"))
    let files = try exported(folder["store"], .csv)
    let csv = String(decoding: files["CEB303.csv"]!, as: UTF8.self)
    #expect(csv.contains(",\"a & b <> ]]> \"\"q\"\", 1\r2\n3\t4 \\ 汉😀\u{7f}\"\n2,"))
    #expect(
      textLines(String(decoding: files["CEB303.lines.csv"]!, as: UTF8.self)) == [
        "#document,gnum,itemNo,itemName,itemDescribe,barCode,unit,currency,qty,price,totalPrice,note",
        "1,1,I,N,,,007,142,+1.50,.5,00.75,", "2,1,I,N,,,007,142,+1.50,.5,00.75,",
      ])
    try expectRoundTrip(folder["store"], "values")
  }

  @Test("messages hold up to 100 documents, and have a guid of their content")
  func messages() throws {
    for part in 0..<3 {
      writeFile(folder["\(part).xml"], orders((0..<90).map { ["orderNo": "N\(part * 90 + $0)"] }))
      try Engine().ingest([folder["\(part).xml"]], into: folder["store"])
    }
    let xml = String(decoding: try exported(folder["store"], .xml)["CEB303.xml"]!, as: UTF8.self)
    let messages = xml.split(separator: "<?xml").map(String.init)
    #expect(messages.map { $0.split(separator: "<ceb:Order>").count - 1 } == [100, 100, 70])
    let guids = messages.map { String($0.split(separator: "guid=\"")[1].prefix(36)) }
    #expect(Set(guids).count == 3)
    for guid in guids { #expect(guid == guid.uppercased() && guid.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12]) }
    try expectRoundTrip(folder["store"], "messages")
  }

  @Test("exported messages validate against the official schema")
  func schema() throws {
    let schema = "\(repositoryRoot)/../shared/ceb/schema-202205"
    guard isFolder(schema), isOnPath("xmllint") else {
      print("SKIPPED: needs the official schemas beside the repository, and xmllint")
      return
    }
    try Engine().ingest(
      ["export-clean", "import-clean"].map { corpus($0) + "/input" }, into: folder["store"])
    // An import's list and cancellation must be signed, which only their sender can do.
    let kinds = Set(Kind.allCases).subtracting([.list621, .cancellation623])
    for (name, bytes) in try exported(folder["store"], .xml, kinds: kinds) {
      let kind = try #require(Kind.allCases.first { name == "\($0.name).xml" })
      for (number, message) in String(decoding: bytes, as: UTF8.self).split(separator: "<?xml").enumerated() {
        writeFile(folder["message.xml"], "<?xml" + message)
        let result = runCommand([
          "xmllint", "--noout", "--schema", "\(schema)/\(kind.direction == .export ? "export" : "import").xsd", folder["message.xml"],
        ])
        #expect(result.status == 0, "\(name), message \(number): \(result.error)")
      }
    }
  }

  @Test("only the kinds asked for come out; a folder in use is left alone")
  func choice() throws {
    try Engine().ingest([corpus("demo") + "/input"], into: folder["store"])
    let files = try exported(folder["store"], .ndjson, kinds: [.payment403, .list621, .tax816])
    #expect(files.keys.sorted() == ["CEB403.ndjson", "CEB621.ndjson"])
    makeFolder(folder["used"])
    writeFile(folder["used"] + "/mine", "x")
    #expect(throws: TernError.self) {
      try Engine().export(folder["store"], as: .xml, intoFolder: folder["used"])
    }
    #expect(names(in: folder["used"]) == ["mine"])
  }
}
