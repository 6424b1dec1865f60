import TernCEB
import TernTestSupport
import Testing

@testable import Tern
@testable import TernReference
@testable import TernRules

/// Documents made from the catalogue: every element that the schema wants, plainly, but for those given.
struct SchemaDocument {
  var kind: Kind
  var head: [String: String]
  var lines: [[String: String]] = []

  init(_ number: Int, _ head: [String: String], lines: [[String: String]] = []) {
    kind = Kind(number: number)!
    self.head = head
    self.lines = lines
  }

  private static func elements(_ fields: [Field], _ values: [String: String]) -> String {
    fields.map { field in
      var value = values[field.name]
      if value == nil, field.required {
        value =
          switch field.type {
          case .decimal, .integer: "1"
          case .time: "20240310120000"
          case .date: "20240310"
          case .text:
            ["appType": "1", "appStatus": "2"][field.name]
              ?? String(repeating: "0", count: max(field.minLength, 1))
          }
      }
      return value.map { "<ceb:\(field.name)>\($0)</ceb:\(field.name)>" } ?? ""
    }.joined()
  }

  /// The whole message.
  var message: String {
    let spec = kind.spec
    var body = Self.elements(spec.headFields, head)
    if let name = spec.head { body = "<ceb:\(name)>\(body)</ceb:\(name)>" }
    for line in lines {
      body += "<ceb:\(spec.line!)>" + Self.elements(spec.lineFields, line) + "</ceb:\(spec.line!)>"
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ceb:\(kind.name)Message guid=\"000000E1-0001-4C0B-9A10-202403100001\" version=\"1.0\" "
      + "xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\"><ceb:\(spec.document)>\(body)</ceb:\(spec.document)></ceb:\(kind.name)Message>\n"
  }
}

@Suite("explain: what happened later")
struct ExplainLaterTests {
  let folder = TemporaryFolder(inMemory: true)
  let engine = Engine(settings: EngineSettings(threads: 2))

  /// Keys of the first export list of `corpora/demo`, and of an import.
  static let export = (
    agentCode: "3301968A01", copNo: "QD202403100001", orderNo: "DD202403100001",
    logisticsCode: "3301968L01", logisticsNo: "YD202403100001", ebpCode: "3301968P01",
    ebcCode: "3301968S01"
  )
  static let invtNo = "29912024I000000001"

  /// A store with the demo and these documents, each message a file in the order given.
  func store(_ documents: [SchemaDocument], reconciled: Bool = true) throws -> String {
    makeFolder(folder["more"])
    for (index, document) in documents.enumerated() {
      writeFile(folder["more/\(index < 10 ? "0" : "")\(index).xml"], document.message)
    }
    try engine.ingest([corpus("demo") + "/input", folder["more"]], into: folder["store"])
    if reconciled { try engine.reconcile(folder["store"]) }
    return folder["store"]
  }

  private func receipt(_ status: String, _ time: String, _ info: String, invtNo: String) -> SchemaDocument {
    SchemaDocument(
      604,
      [
        "agentCode": Self.export.agentCode, "copNo": Self.export.copNo, "invtNo": invtNo,
        "ebpCode": Self.export.ebpCode, "ebcCode": Self.export.ebcCode,
        "orderNo": Self.export.orderNo, "returnStatus": status, "returnTime": time,
        "returnInfo": info,
      ])
  }

  @Test("the official status is shown beside Tern's own, the latest last, and its invtNo finds the list")
  func official() throws {
    let store = try store([
      receipt("399", "20240311080000000", "海关审结", invtNo: Self.invtNo),
      receipt("2", "20240310130000000", "电子口岸申报中", invtNo: Self.invtNo),
    ])
    for query in [ExplainQuery.list(Self.export.copNo), .list(Self.invtNo), .order(Self.export.orderNo)] {
      let explanation = try engine.explain(query, in: store)
      let story = try #require(explanation.stories.first, "\(query)")
      #expect(story.list.text("copNo") == Self.export.copNo)
      #expect(story.officialStatus.map { $0.text("returnStatus") } == ["2", "399"], "\(query)")
      #expect(story.verdict?.returnStatus == "399")
      let text = explanation.text()
      #expect(text.contains("399  海关审结  CEB604  2024-03-11 08:00:00.000  the same as Tern's"))
      #expect(explanation.json().contains("\"officialStatus\":[{\"kind\":\"CEB604\""))
    }
    let other = try engine.explain(.list("QD202403100002"), in: store)
    #expect(other.stories.count == 1 && other.stories[0].officialStatus.isEmpty)
  }

  @Test("a list without invtNo is found by the one that Tern's receipts give it, until the customs give another")
  func derived() throws {
    func refund(_ invtNo: String) -> SchemaDocument {
      SchemaDocument(213, ["agentCode": Self.export.agentCode, "coElNo": "TH-1", "invtNo": invtNo], lines: [["gnum": "1"]])
    }
    let first = try #require(
      try engine.explain(.list(Self.export.copNo), in: store([])).stories.first)
    let number = first.list.derivedInvtNo
    #expect(number.count == 18 && first.invtNos == [number])
    let found = try engine.explain(.list(number), in: folder["store"])
    #expect(found.stories.map { $0.list.text("copNo") } == [Self.export.copNo])
    #expect(found.text().contains("invtNo \(number)  (given by Tern)"))

    for (index, document) in [
      refund(number), refund(Self.invtNo), receipt("399", "20240311080000000", "海关审结", invtNo: Self.invtNo),
    ].enumerated() {
      writeFile(folder["\(index).xml"], document.message)
      try engine.ingest([folder["\(index).xml"]], into: folder["store"])
      try engine.reconcile(folder["store"])
      let story = try engine.explain(.list(Self.export.copNo), in: folder["store"]).stories[0]
      let returned = story.refunds.flatMap(\.versions).map { $0.document.text("invtNo") }
      #expect(returned == [index < 2 ? number : Self.invtNo], "\(index)")
    }
  }

  @Test("a receipt that says otherwise than Tern is told as such, in both languages")
  func officialDiffers() throws {
    let store = try store([receipt("100", "20240311080000000", "海关退单", invtNo: Self.invtNo)])
    let explanation = try engine.explain(.waybill(Self.export.logisticsNo), in: store)
    #expect(explanation.text().contains("Tern's own is 399"))
    #expect(explanation.text(.chinese).contains("Tern 的判定为 399"))
  }

  /// One of each kind that names the list, its order, payment or waybill.
  private var later: [SchemaDocument] {
    let list = Self.export
    let numbers = ["agentCode": list.agentCode, "copNo": list.copNo, "invtNo": Self.invtNo]
    let line = ["logisticsNo": list.logisticsNo]
    let carrier = ["logisticsCode": list.logisticsCode]
    let waybill = carrier.merging(line) { $1 }
    return [
      receipt("399", "20240311080000000", "海关审结", invtNo: Self.invtNo),
      SchemaDocument(507, carrier.merging(["copNo": "YD-1"]) { $1 }, lines: [["logisticsNo": "other"], line]),
      SchemaDocument(509, carrier.merging(["copNo": "LJ-1", "leaveTime": "20240312090000"]) { $1 }, lines: [line]),
      SchemaDocument(607, carrier.merging(["copNo": "ZF-1"]) { $1 }, lines: [line]),
      SchemaDocument(605, numbers.merging(["appTime": "20240301000000", "guid": "000000D9-0001-4C0B-9A10-202403100001"]) { $1 }),
      SchemaDocument(606, numbers.merging(["returnStatus": "100"]) { $1 }),
      SchemaDocument(213, ["agentCode": list.agentCode, "coElNo": "TH-1", "invtNo": Self.invtNo], lines: [["gnum": "1"]]),
      SchemaDocument(214, ["agentCode": list.agentCode, "coElNo": "TH-1", "invtNo": Self.invtNo]),
      SchemaDocument(304, ["ebpCode": list.ebpCode, "ebcCode": list.ebcCode, "orderNo": list.orderNo]),
      SchemaDocument(404, ["ebcCode": list.ebcCode, "orderNo": list.orderNo]),
      SchemaDocument(506, waybill),
      SchemaDocument(701, ["copNo": "HZ-1"], lines: [["invtNo": Self.invtNo]]),
      SchemaDocument(792, ["sumNo": "HZ-2"], lines: [["invtNo": Self.invtNo, "logisticsNo": "else"]]),
    ]
  }

  @Test("arrival, departure, returns, cancellations, applications and receipts mark the list that they name")
  func marks() throws {
    let store = try store(later)
    let explanation = try engine.explain(.order(Self.export.orderNo), in: store)
    let story = try #require(explanation.stories.first)
    #expect(story.notices.map(\.kind.spec.number).sorted() == [507, 509, 607, 701, 792])
    #expect(story.otherReceipts.map(\.kind.spec.number).sorted() == [214, 304, 404, 506, 606])
    #expect(story.cancellations.flatMap(\.versions).map(\.document.kind.spec.number) == [605])
    #expect(story.refunds.flatMap(\.versions).map(\.document.kind.spec.number) == [213])
    #expect(explanation.others.isEmpty)
    let text = explanation.text()
    #expect(text.contains("leaveTime 2024-03-12 09:00:00"))
    #expect(text.contains("every check") && text.contains("✓"))
    #expect(text.contains("arrived 2024-03-10 12:00:00, ") && text.contains("departed 2024-03-12 09:00:00"))
    #expect(text.contains("gnum 1") && text.contains("returned qty 1") && text.contains("declared qty 2"))
    #expect(text.contains("no effect: earlier than the list's counting version"))
    // Another list has none of it.
    let other = try engine.explain(.list("QD202403100002"), in: store)
    #expect(other.stories[0].notices.isEmpty && other.stories[0].otherReceipts.isEmpty)
    #expect(other.stories[0].cancellations.isEmpty && other.stories[0].refunds.isEmpty)
  }

  @Test("for imports: waybill status, tax and its state, warehousing, a receipt by transaction number")
  func imports() throws {
    let message = try #require(readText(corpus("demo") + "/input/lists-621.xml"))
    func value(_ name: String) throws -> String {
      let start = try #require(message.ranges(of: "<ceb:\(name)>").first).upperBound
      return String(message[start...].prefix { $0 != "<" })
    }
    let (code, number) = (try value("logisticsCode"), try value("logisticsNo"))
    let (agentCode, copNo) = (try value("agentCode"), try value("copNo"))
    let payments = try #require(readText(corpus("demo") + "/input/payments-411.xml"))
    let orderNo = try value("orderNo")
    let payment = try #require(
      IncrementalTests.documents(in: payments).first { $0.text.contains(">\(orderNo)<") }?.text)
    func ofPayment(_ name: String) throws -> String {
      String(payment[try #require(payment.ranges(of: "<ceb:\(name)>").first).upperBound...].prefix { $0 != "<" })
    }
    let store = try store([
      SchemaDocument(622, ["agentCode": "", "copNo": copNo, "invtNo": Self.invtNo, "returnStatus": "800"]),
      SchemaDocument(513, ["logisticsCode": code, "logisticsNo": number, "logisticsStatus": "S"]),
      SchemaDocument(513, ["logisticsCode": "another", "logisticsNo": number, "logisticsStatus": "S"]),
      SchemaDocument(711, ["logisticsCode": code], lines: [["logisticsNo": number]]),
      SchemaDocument(816, ["invtNo": Self.invtNo], lines: [[:]]),
      SchemaDocument(818, ["invtNo": Self.invtNo]),
      SchemaDocument(
        412, ["payCode": try ofPayment("payCode"), "payTransactionId": try ofPayment("payTransactionId")]),
      SchemaDocument(412, ["payCode": "another", "payTransactionId": try ofPayment("payTransactionId")]),
      SchemaDocument(512, ["logisticsCode": code, "logisticsNo": number]),
    ])
    let explanation = try engine.explain(.list(copNo), in: store)
    let story = try #require(explanation.stories.first)
    #expect(story.list.text("agentCode") == agentCode)
    #expect(story.officialStatus.map { $0.text("returnStatus") } == ["800"])
    #expect(story.notices.map(\.kind.spec.number).sorted() == [513, 711, 816, 818])
    #expect(story.otherReceipts.map(\.kind.spec.number).sorted() == [412, 512])
  }

  @Test("a return of more than is left is shown as such, with what came back before")
  func exceeding() throws {
    func refund(_ number: String, _ time: String, _ qty: String) -> SchemaDocument {
      SchemaDocument(
        213,
        ["agentCode": Self.export.agentCode, "coElNo": number, "invtNo": Self.invtNo, "appTime": time],
        lines: [["gnum": "1", "qty": qty]])
    }
    let store = try store([
      receipt("399", "20240311080000000", "海关审结", invtNo: Self.invtNo),
      refund("TH-2", "20240320120000", "2"), refund("TH-1", "20240319120000", "1"),
    ])
    let explanation = try engine.explain(.list(Self.export.copNo), in: store)
    let story = try #require(explanation.stories.first)
    let found = story.refunds.compactMap(\.counting).filter {
      story.returnFindings[ObjectIdentifier($0)] != nil
    }
    #expect(found.map { $0.text("coElNo") } == ["TH-2"])
    let text = explanation.text()
    #expect(text.contains("return.exceeds  R  more is returned than is left"))
    #expect(text.contains("returned qty 2  declared qty 2  returned before qty 1"))
    #expect(explanation.text(.chinese).contains("退货数量超过申报数量"))
    #expect(explanation.json().contains("\"findings\":[\"return.exceeds\"]"))
  }

  @Test("of many rejects a hundred are shown, and the number of the others")
  func manyRejects() throws {
    let order = ["orderNo": "LONELY", "ebpCode": "P", "ebcCode": "S", "charge": "much"]
    let store = try store((0..<103).map { _ in SchemaDocument(403, order) })
    let explanation = try engine.explain(.order("LONELY"), in: store)
    #expect(explanation.rejects.count == 100 && explanation.moreRejectCount == 3)
    #expect(explanation.text().contains("103 rejects") && explanation.text().contains("and 3 more rejects"))
    #expect(explanation.json().contains("\"moreRejects\":3"))
  }

  @Test("what a buyer used of the year's limit is told, list by list")
  func annual() throws {
    try engine.ingest([corpus("regime-limit-annual") + "/input"], into: folder["annual"])
    try engine.reconcile(folder["annual"])
    let rows = try verdictRows(folder["annual"]).dropFirst().map { $0.split(separator: ",").map(String.init) }
    var isCrossed = false
    for row in rows {
      let explanation = try engine.explain(.list(row[2]), in: folder["annual"])
      let rules = try #require(explanation.rules)
      for story in explanation.stories {
        guard let usedE5 = story.annualUsedE5, let verdict = story.verdict else { continue }
        #expect(usedE5 >= 0 && usedE5 <= Int128(rules.limits.annualE5))
        let crosses = usedE5 + story.listCase.purchaseE5 > Int128(rules.limits.annualE5)
        #expect(crosses == verdict.findings.contains(.regimeLimitAnnual), "\(row)")
        isCrossed = isCrossed || crosses
      }
    }
    #expect(isCrossed)
  }

  @Test("verdicts that were made with tables say so where none, or others, are given")
  func tables() throws {
    var withTables = engine
    withTables.settings.reference = try ReferenceFolder.load(corpus("reference")).data
    try withTables.ingest([corpus("reference-code") + "/input"], into: folder["store"])
    try withTables.reconcile(folder["store"])
    let query = ExplainQuery.order("DD202403100001")
    let own = try withTables.explain(query, in: folder["store"])
    #expect(own.tables == .same && own.text().contains("must be in "))
    let none = try engine.explain(query, in: folder["store"])
    #expect(none.tables == .notGiven && none.text().contains("give their folder with --reference"))
    #expect(none.stories.first?.verdict?.findings.contains(.referenceCode) == true)
  }

  @Test("without verdicts the documents are shown, with what to do first")
  func notReconciled() throws {
    let store = try store([], reconciled: false)
    let explanation = try engine.explain(.list(Self.export.copNo), in: store)
    #expect(!explanation.isReconciled && explanation.stories.count == 1)
    #expect(explanation.stories[0].orders.counting != nil && explanation.stories[0].waybill != nil)
    #expect(explanation.text().contains("run 'tern reconcile \(store)' first"))
    #expect(explanation.json().contains("\"reconciled\":false"))
    #expect(try engine.explain(.list("no such number"), in: store).isEmpty)
  }

  @Test("documents without a list, drafts, and rejects with the number are told")
  func withoutList() throws {
    let order = ["orderNo": "LONELY", "ebpCode": "P", "ebcCode": "S"]
    let store = try store([
      SchemaDocument(303, order, lines: [[:]]),
      SchemaDocument(403, order.merging(["appStatus": "1"]) { $1 }),
      SchemaDocument(403, order.merging(["charge": "much"]) { $1 }),
    ])
    let explanation = try engine.explain(.order("LONELY"), in: store)
    #expect(explanation.stories.isEmpty)
    #expect(explanation.others.flatMap(\.versions).map(\.status) == [.counts, .draft])
    #expect(explanation.rejects.count == 1 && explanation.rejects[0].fields["field"] == "charge")
    #expect(explanation.rejects[0].origin.source.hasSuffix("02.xml"))
    let text = explanation.text(.chinese)
    #expect(text.contains("暂存：不参与比对") && text.contains("带有上述编号、被拒收的单证"))
  }

  @Test("offset and length are the document's bytes in its source")
  func origins() throws {
    let store = try store(later)
    let explanation = try engine.explain(.order(Self.export.orderNo), in: store)
    let documents = try #require(explanation.stories.first).documents
    #expect(documents.count > 10)
    for document in documents {
      let origin = document.origin
      let bytes = try #require(readFile(origin.source))
      let text = String(decoding: bytes[Int(origin.offset)..<Int(origin.offset + origin.length)], as: UTF8.self)
      let name = document.kind.spec.document
      #expect(text.hasPrefix("<ceb:\(name)>") && text.hasSuffix("</ceb:\(name)>"), "\(document.kind.name)")
    }
  }

  @Test("a document in an envelope, in a member of an archive, is named by member, sender and place")
  func wrapped() throws {
    makeFolder(folder["in"])
    let plain = receipt("399", "20240311080000000", "海关审结", invtNo: Self.invtNo).message
    let inner = SchemaDocument(
      509, ["logisticsCode": Self.export.logisticsCode], lines: [["logisticsNo": Self.export.logisticsNo]]
    ).message
    writeFile(folder["inner"], inner)
    let data = runCommand(["base64", folder["inner"]]).output
    let envelope =
      "<DxpMsg ver=\"1.0\" xmlns=\"http://www.chinaport.gov.cn/dxp\"><TransInfo><CopMsgId>ID-7</CopMsgId><SenderId>DXPENT01</SenderId>"
      + "<ReceiverIds><ReceiverId>DXPEDC01</ReceiverId></ReceiverIds><CreatTime>2024-03-12T09:00:00</CreatTime>"
      + "<MsgType>CEB509Message</MsgType></TransInfo><Data>\(data)</Data></DxpMsg>"
    writeFile(folder["in/1.xml"], plain)
    writeFile(folder["in/2.xml"], "<?xml version=\"1.0\"?>" + envelope)
    let packed = runCommand(["tar", "-cf", folder["day.tar"], "-C", folder["in"], "1.xml", "2.xml"])
    try #require(packed.status == 0)
    try engine.ingest([corpus("demo") + "/input", folder["day.tar"]], into: folder["store"])
    try engine.reconcile(folder["store"])

    let explanation = try engine.explain(.waybill(Self.export.logisticsNo), in: folder["store"])
    let story = try #require(explanation.stories.first)
    let official = try #require(story.officialStatus.first).origin
    #expect(official.source == folder["day.tar"] && official.member == "1.xml" && official.envelope == nil)
    #expect(official.offset == Int64(plain.utf8.count - plain[plain.ranges(of: "<ceb:InventoryReturn>")[0].lowerBound...].utf8.count))
    let departure = try #require(story.notices.first).origin
    #expect(departure.member == "2.xml" && departure.envelope?.senderId == "DXPENT01")
    #expect(departure.envelope?.messageId == "ID-7")
    let start = inner.utf8.index(inner.utf8.startIndex, offsetBy: Int(departure.offset))
    #expect(inner[start...].hasPrefix("<ceb:Departure>"))
    let text = explanation.text()
    #expect(text.contains("day.tar / 2.xml @ \(departure.envelope!.offset), in the envelope ID-7 of DXPENT01 @"))
    #expect(explanation.json().contains("\"member\":\"2.xml\",\"envelope\":{\"senderId\":\"DXPENT01\""))
  }

  @Test("no name, identity number, telephone or address is shown whole")
  func persons() throws {
    let store = try store([])
    let elements = PersonalData.elements
    var seen = 0
    for name in ["lists-621", "orders-311", "payments-411", "waybills-511"] {
      for (_, text) in IncrementalTests.documents(in: readText(corpus("demo") + "/input/\(name).xml")!) {
        guard let order = text.ranges(of: "<ceb:orderNo>").first else { continue }
        let orderNo = String(text[order.upperBound...].prefix { $0 != "<" })
        let explanation = try engine.explain(.order(orderNo), in: store)
        let shown = explanation.text() + explanation.json()
        for element in elements {
          for range in text.ranges(of: "<ceb:\(element)>") {
            let value = String(text[range.upperBound...].prefix { $0 != "<" })
            // A platform's registration number may be any word.
            if value.count < 4 { continue }
            seen += 1
            #expect(!shown.contains(value), "\(element) of \(orderNo)")
          }
        }
      }
    }
    #expect(seen > 50)
  }

  @Test("any number of threads gives the same bytes")
  func threads() throws {
    let store = try store(later)
    let texts = try [1, 2, 5].map { threads in
      let explanation = try Engine(settings: EngineSettings(threads: threads)).explain(
        .order(Self.export.orderNo), in: store)
      return explanation.text() + explanation.json(.chinese)
    }
    #expect(texts[1] == texts[0] && texts[2] == texts[0])
  }

  @Test("colour is in the text only where it is asked for, and a value cannot steer the terminal")
  func colour() throws {
    let store = try store([
      receipt("100", "20240311080000000", "x&#x9b;31mred&#x2028;", invtNo: Self.invtNo)
    ])
    let explanation = try engine.explain(.order(Self.export.orderNo), in: store)
    #expect(!explanation.text().unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\u{9b}" || $0 == "\u{2028}" })
    #expect(explanation.text(hasColour: true).contains("\u{1b}[1m"))
    #expect(!explanation.text(hasColour: true).unicodeScalars.contains { $0 == "\u{9b}" })
  }
}
