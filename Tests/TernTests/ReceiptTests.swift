import Tern
import TernRules
import TernTestSupport
import Testing

/// One receipt as a file has it.
struct Receipt {
  var kind: String
  var file: String
  /// The element with all in it.
  var text: String

  /// Text of an element, unescaped; nil if it is not there.
  subscript(name: String) -> String? {
    guard let start = text.firstRange(of: "<ceb:\(name)>"), let end = text.firstRange(of: "</ceb:\(name)>")
    else { return nil }
    return String(text[start.upperBound..<end.lowerBound])
      .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&#13;", with: "\r").replacing("&amp;", with: "&")
  }
}

/// What `writeReceipts` left in a folder.
struct ReceiptFolder {
  var report: ReceiptReport
  var path: String
  /// By path.
  var files: [String: [UInt8]]
  var receipts: [Receipt] = []

  init(_ engine: Engine, _ store: String, _ path: String, _ settings: ReceiptSettings) throws {
    report = try engine.writeReceipts(of: store, to: path, settings: settings)
    self.path = path
    files = [:]
    for file in filesBelow(path) {
      let bytes = try #require(readFile("\(path)/\(file)"))
      files[file] = bytes
      // Each receipt has one guid, and it is first.
      let start = "<ceb:guid>"
      for text in String(decoding: bytes, as: UTF8.self).split(separator: start).dropFirst() {
        receipts.append(Receipt(kind: String(file.prefix(6)), file: file, text: start + text))
      }
    }
  }

  /// Rows of the index by column name.
  var index: [[String: String]] {
    let rows = textLines(String(decoding: files["index.csv"]!, as: UTF8.self))
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
  }

  /// What xmllint finds wrong; nil where it or the schemas are missing.
  func complaints(_ spec: ReceiptSpec, isWrapped: Bool = false) -> [String]? {
    let folder = repositoryRoot + "/../shared/ceb/schema-" + (spec == .of2018 ? "2018-113" : "202205")
    guard isOnPath("xmllint"), isFolder(folder) else {
      print("SKIPPED: validation needs xmllint and ../shared/ceb")
      return nil
    }
    let imports = ["CEB312", "CEB412", "CEB512", "CEB622", "CEB900"]
    return names(in: path).filter { $0.hasPrefix("CEB") }.flatMap { kind -> [String] in
      let schema =
        isWrapped
        ? repositoryRoot + "/../shared/ceb/schema-202205/terminal.xsd"
        : "\(folder)/\(imports.contains(kind) ? "import" : "export").xsd"
      let files = names(in: "\(path)/\(kind)").map { "\(path)/\(kind)/\($0)" }
      let result = runCommand(["xmllint", "--noout", "--nonet", "--schema", schema] + files)
      return result.status == 0
        ? [] : textLines(result.error).filter { !$0.hasSuffix(" validates") }.prefix(5) + [kind]
    }
  }
}

/// Receipts through the engine.
struct ReceiptTests {
  let folder = TemporaryFolder(inMemory: true)
  let engine = Engine(settings: EngineSettings(threads: 2))

  /// Random documents: versions, duplicates, shared numbers; and some with odd values.
  func randomStore(_ seed: UInt64, count: Int) throws -> String {
    print("receipts: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let documents = (0..<count).map { _ -> (message: String, text: String) in
      var (message, text) = IncrementalTests.randomDocument(&random)
      func set(_ name: String, _ value: String) {
        if Int.random(in: 0..<12, using: &random) == 0 { text = IncrementalTests.with(text, name, value) }
      }
      let long = String(repeating: "数据 &amp; A", count: 15)
      set("copNo", "")
      set("copNo", long)
      set("invtNo", "12345678901234567890")
      set("ebpCode", "无")
      set("ebpCode", "A&lt;B\"&#13;'>C 123456789012345")
      set("customsCode", "310012")
      set("statisticsFlag", "")
      set("statisticsFlag", "类A")
      set("payNo", "")
      set("payTransactionId", "")
      set("payTransactionId", long + long)
      set("payCode", long)
      set("logisticsCode", long)
      set("orderNo", long)
      set("goodsValue", "1.5")
      set("acturalPaid", "77.10")
      set("guid", "not 36")
      // A document that is rejected.
      set("appTime", "20241399000000")
      return (message, text)
    }
    IncrementalTests.write(documents, to: folder["input"])
    writeFile(folder["input/empty.xml"], "\n")
    try engine.ingest([folder["input"], corpus("messages-refused") + "/input"], into: folder["store"])
    try engine.reconcile(folder["store"])
    return folder["store"]
  }

  @Test(
    "whatever documents say, every message validates, in either edition and in envelopes",
    arguments: (0..<2).map { _ in UInt64.random(in: 0..<1 << 40) })
  func validates(seed: UInt64) throws {
    let store = try randomStore(seed, count: 1500)
    let note: Comment = "seed \(seed)"
    for spec in ReceiptSpec.allCases {
      var settings = ReceiptSettings()
      settings.spec = spec
      let out = try ReceiptFolder(engine, store, folder[spec.rawValue], settings)
      #expect(out.complaints(spec) ?? [] == [], note)
      #expect(
        Set(out.report.receipts.map(\.kind.name))
          == ["CEB304", "CEB404", "CEB506", "CEB604", "CEB312", "CEB412", "CEB512", "CEB622", "CEB900"],
        note)
      for (file, group) in Dictionary(grouping: out.receipts, by: \.file) {
        #expect(group.count <= (file.hasPrefix("CEB900") ? 1 : 100), note)
      }
      let statuses = Set(out.receipts.map { $0["returnStatus"]! })
      #expect(statuses.isSuperset(of: ["100", "120", "-621001", "-621000"]), note)
      settings.dxpSender = "DXPENT0000000001"
      let wrapped = try ReceiptFolder(engine, store, folder["dxp-\(spec.rawValue)"], settings)
      #expect(wrapped.complaints(spec, isWrapped: true) ?? [] == [], note)
      #expect(wrapped.files.count == out.files.count, note)
      #expect(wrapped.files["index.csv"] == out.files["index.csv"], note)
    }
  }

  @Test("threads and memory change no byte; the index names every receipt")
  func sameBytes() throws {
    let store = try randomStore(11, count: 1200)
    let out = try ReceiptFolder(engine, store, folder["a"], ReceiptSettings())
    var other = Engine(settings: EngineSettings(threads: 5))
    other.settings.memoryBytes = 600
    #expect(try ReceiptFolder(other, store, folder["b"], ReceiptSettings()).files == out.files)

    let rows = out.index
    #expect(rows.count == out.receipts.count && rows.count == out.report.receipts.reduce(0) { $0 + $1.count })
    let byFile = Dictionary(grouping: rows) { $0["file"]! }
    for (file, receipts) in Dictionary(grouping: out.receipts, by: \.file) {
      #expect(byFile[file]?.map { $0["guid"]! } == receipts.map { $0["guid"]! }, "\(file)")
      #expect(byFile[file]?.map { $0["returnStatus"]! } == receipts.map { $0["returnStatus"]! })
    }
    #expect(out.report.messages == byFile.count)
    // Kinds with one document per message aside, only the last message of a kind is not full.
    for (kind, files) in Dictionary(grouping: byFile.keys, by: { $0.prefix(6) }) where kind != "CEB900" {
      for file in files.sorted().dropLast() { #expect(byFile[file]!.count == 100, "\(file)") }
    }
  }

  @Test("each list that counts gets its verdict, with every finding and its values in words")
  func lists() throws {
    let store = folder["store"]
    try engine.ingest([corpus("demo") + "/input"], into: store)
    try engine.reconcile(store)
    let out = try ReceiptFolder(engine, store, folder["out"], ReceiptSettings())
    let verdicts = try verdictRows(store).dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let lists = out.receipts.filter { $0.kind == "CEB604" || $0.kind == "CEB622" }
    #expect(lists.count == verdicts.count && lists.count > 20)
    var explained = 0
    for verdict in verdicts {
      let kind = verdict[0] == "E" ? "CEB604" : "CEB622"
      let own = lists.filter {
        $0.kind == kind && $0["agentCode"] == verdict[1] && $0["copNo"] == verdict[2]
      }
      let receipt = try #require(own.count == 1 ? own[0] : nil, "\(verdict)")
      #expect(receipt["returnStatus"] == verdict[8], "\(verdict)")
      #expect(receipt["preNo"]!.count == 18)
      let info = try #require(receipt["returnInfo"])
      for name in verdict[9].split(separator: ";") {
        #expect(info.contains(Finding(name: String(name))!.label(.chinese)), "\(verdict): \(info)")
      }
      if verdict[9].contains("amount.paid") {
        explained += 1
        let numbers = info.split { !"0123456789.".contains($0) }.filter { $0.contains(".") }
        #expect(numbers.count >= 2, "\(info)")
      }
      #expect(info.contains("["), "\(info)")
    }
    #expect(explained > 0)
  }

  @Test("an order, payment or waybill that a list took gets 120; at fault by itself, 100 and why")
  func triplets() throws {
    let store = folder["store"]
    try engine.ingest([corpus("duplicate-other-guid") + "/input", corpus("amounts-paid-and-settled") + "/input"], into: store)
    try engine.reconcile(store)
    let out = try ReceiptFolder(engine, store, folder["out"], ReceiptSettings())
    let triplets = out.receipts.filter { ["CEB304", "CEB404", "CEB506", "CEB312", "CEB412", "CEB512"].contains($0.kind) }
    let faulty = triplets.filter { $0["returnStatus"] == "100" }
    #expect(triplets.count > faulty.count && triplets.allSatisfy { ["100", "120"].contains($0["returnStatus"]!) })
    #expect(faulty.contains { $0.kind == "CEB304" && $0["returnInfo"]!.contains("订单重复") })
    #expect(faulty.contains { $0.kind == "CEB506" && $0["returnInfo"]!.contains("运单重复") })
    // A warning: payments declared twice stay in order.
    #expect(!faulty.contains { $0.kind == "CEB404" || $0.kind == "CEB412" })
    let settlement = faulty.filter { $0.kind == "CEB312" && $0["returnInfo"]!.contains("实际支付金额计算不符") }
    #expect(settlement.count > 0)
    // By other rules these are no faults, and payments are.
    var other = engine
    for finding in [Finding.orderDuplicate, .amountSettlement] { other.settings.rules[severity: finding] = .warning }
    other.settings.rules[severity: .paymentDuplicate] = .reject
    try other.reconcile(store)
    let changed = try ReceiptFolder(other, store, folder["other"], ReceiptSettings()).receipts
      .filter { $0["returnStatus"] == "100" }
    #expect(!changed.contains { ["CEB304", "CEB312"].contains($0.kind) })
    #expect(changed.contains { $0.kind == "CEB404" || $0.kind == "CEB412" })
  }

  @Test("a rejected document is answered by its keys, anything else by a 900 with the original")
  func rejects() throws {
    let store = folder["store"]
    writeFile(folder["empty.xml"], " ")
    let inputs = ["good-bad-good-document", "messages-refused"].map { corpus($0) + "/input" }
    try engine.ingest(inputs + [folder["empty.xml"]], into: store)
    try engine.reconcile(store)
    let out = try ReceiptFolder(engine, store, folder["out"], ReceiptSettings())
    let negative = out.receipts.filter { $0["returnStatus"]!.hasPrefix("-") }
    #expect(negative.count == out.index.filter { !$0["source"]!.isEmpty }.count)
    let named = negative.filter { $0.kind != "CEB900" }
    #expect(named.count > 0 && named.allSatisfy { $0["returnStatus"] == "-621001" })
    #expect(named.allSatisfy { $0["returnInfo"]!.hasPrefix("报文校验失败") })
    let messages = negative.filter { $0.kind == "CEB900" }
    #expect(messages.contains { $0["returnStatus"] == "-621000" })
    #expect(messages.contains { $0["returnStatus"] == "-621001" && $0["oriBizMessage"]!.contains("<") })
    #expect(Set(negative.map { $0["guid"]! }).count == negative.count)
  }

  @Test("receipts are messages that a store takes in")
  func roundTrip() throws {
    let store = try randomStore(5, count: 600)
    let out = try ReceiptFolder(engine, store, folder["out"], ReceiptSettings())
    removeFile("\(out.path)/index.csv")
    let report = try engine.ingest([out.path], into: folder["second"])
    #expect(report.rejects == 0 && report.documentCount == out.receipts.count)
    #expect(report.sources == out.report.messages)
    var settings = ReceiptSettings()
    settings.dxpSender = "DXPENT01"
    let wrapped = try ReceiptFolder(engine, store, folder["wrapped"], settings)
    removeFile("\(wrapped.path)/index.csv")
    let unwrapped = try engine.ingest([wrapped.path], into: folder["third"])
    #expect(unwrapped.rejects == 0 && unwrapped.documents == report.documents)
  }

  @Test("a 900 gives the CopMsgId of the envelope that it answers")
  func envelopes() throws {
    let store = folder["store"]
    func envelope(_ id: String, _ data: String) -> String {
      "<DxpMsg xmlns=\"http://www.chinaport.gov.cn/dxp\" ver=\"1.0\"><TransInfo><CopMsgId>\(id)</CopMsgId>"
        + "<SenderId>S</SenderId><ReceiverIds><ReceiverId>R</ReceiverId></ReceiverIds>"
        + "<CreatTime>2024-03-01T00:00:00</CreatTime><MsgType>CEB303Message</MsgType></TransInfo>"
        + "<Data>\(data)</Data></DxpMsg>\n"
    }
    // Twice <broken/>, and once without an envelope.
    let broken = "PGJyb2tlbi8+"
    writeFile(folder["in.xml"], envelope("M-1", broken) + envelope("M-2", broken) + "<?xml version=\"1.0\"?><broken/>")
    try engine.ingest([folder["in.xml"], corpus("export-clean") + "/input"], into: store)
    try engine.reconcile(store)
    let out = try ReceiptFolder(engine, store, folder["out"], ReceiptSettings())
    let messages = out.receipts.filter { $0.kind == "CEB900" }
    #expect(messages.map { $0["oriCopMsgId"] } == ["M-1", "M-2", ""])
    #expect(messages.allSatisfy { $0["oriMessageType"] == "Unknown" && $0["oriBizMessage"]!.contains("<broken/>") })
  }

  @Test("a folder in use is left alone, and a store without verdicts leaves none")
  func refusals() throws {
    let store = folder["store"]
    try engine.ingest([corpus("export-clean") + "/input"], into: store)
    #expect(throws: TernError.self) { try engine.writeReceipts(of: store, to: folder["none"]) }
    #expect(!names(in: folder["."]).contains { $0.hasPrefix("none") })
    try engine.reconcile(store)
    makeFolder(folder["used"])
    writeFile(folder["used/file"], "mine")
    #expect(throws: TernError.self) { try engine.writeReceipts(of: store, to: folder["used"]) }
    #expect(contents(of: folder["used"]) == ["file": Array("mine".utf8)])
    #expect(names(in: folder["."]).filter { $0.hasPrefix("used") } == ["used"])
  }

  @Test("derived numbers: the same for ever, of the right form, one per identity")
  func derivedNumbers() {
    func numbers(_ direction: Int = 0, _ agent: String = "AG", _ cop: String = "C1", platform: String = "P", orderNo: String = "O") -> DerivedNumbers {
      DerivedNumbers(
        direction == 0 ? .export : .import, agentCode: Array(agent.utf8), copNo: Array(cop.utf8),
        platform: Array(platform.utf8), orderNo: Array(orderNo.utf8), logisticsCode: Array("L".utf8),
        logisticsNo: Array("1".utf8))
    }
    let base = numbers()
    #expect(base.guid.count == 36 && base.preNo.count == 18 && base.invtNo.count == 18)
    #expect(base.preNo.first == "P" && base.invtNo.first == "T" && base.preNo.dropFirst() == base.invtNo.dropFirst())
    // Stores and the world outside keep them: these never change.
    #expect(base.guid == "5846BB2B-0B5A-043A-F6BC-DDACE1B67CD2")
    #expect(base.preNo == "PYSKA93U202HYVFYAY")
    // Of a list with a copNo trade and waybill are no part of the identity.
    #expect(numbers(orderNo: "O2").invtNo == base.invtNo)
    let others = [
      numbers(1), numbers(0, "AG2"), numbers(0, "AG", "C2"), numbers(0, "A", "GC1"), numbers(0, "AG", ""),
      numbers(0, "AG", "", orderNo: "O2"), numbers(0, "AG", "", platform: "P2"),
    ]
    #expect(Set((others + [base]).map(\.invtNo)).count == others.count + 1)
  }
}
