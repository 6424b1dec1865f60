import TernCEB
import TernTestSupport
import Testing

/// What is said of tables and rows that cannot be used.
@Suite struct DelimitedRuleTests {
  /// A payment's columns, and a row that keeps every rule.
  private let names = Kind.payment403.spec.headFields.map(\.name)
  private func values(_ number: Int = 1) -> [String] { Document.valid(.payment403, number: number).head.map(\.text) }
  private func row(_ number: Int = 1) -> String { values(number).joined(separator: ",") }
  private var header: String { names.joined(separator: ",") }

  private func fault(_ table: String, of kind: TableKind = .kind(.payment403)) -> String? {
    fault(Array(table.utf8), of: kind)
  }

  private func fault(_ table: [UInt8], of kind: TableKind = .kind(.payment403)) -> String? {
    do {
      _ = try decodeTable(table, .csv, of: kind)
      return nil
    } catch { return "\(error)" }
  }

  @Test("rows that are no rows become rejects at their place; their neighbours come in")
  func brokenRows() throws {
    let cases: [(row: String, reason: String)] = [
      ("a,b", "not-well-formed"), (row() + ",more", "not-well-formed"),
      ("\"stray " + row(), "truncated"), ("\"a\"b," + row(), "not-well-formed"),
      (row().replacing("2", with: "\u{7}"), "encoding"), (row() + "\u{FFFE}", "encoding"),
    ]
    for (bad, reason) in cases {
      let good = header + "\n" + row(1) + "\n"
      let table = good + bad + "\r\n" + row(2) + "\n\n" + row(3)
      let batch = try decodeTable(table, .csv, of: .kind(.payment403))
      #expect(batch.reasons == [reason], "\(bad)")
      #expect(batch.documentCount == 3, "\(bad)")
      #expect(batch.rejects.values("original") == [bad])
      #expect(batch.rejects.values("offset") == ["\(good.utf8.count)"])
      #expect(batch.rejects.values("length") == ["\(bad.utf8.count)"])
      #expect(batch.rejects.values("kind") == ["CEB403"])
    }
  }

  @Test("a row that is not valid in the table's encoding is a reject in its own bytes")
  func encodings() throws {
    let chinese = gb18030(row(2).replacing("payName2", with: "支付宝（中国）网络技术有限公司"))
    let (utf8, _) = try decodeTable(
      Array((header + "\n" + row(1) + "\n").utf8) + chinese + [0x0A] + Array(row(3).utf8), .csv, of: .kind(.payment403))
    #expect(utf8.reasons == ["encoding"] && utf8.documentCount == 2)
    #expect(utf8.rejects.value("message", 0).contains("--encoding gb18030"))
    for bad: [UInt8] in [[0xFF], [0x81, 0x20], [0xD6]] {
      let table = Array((header + "\n").utf8) + chinese + [0x0A] + bad + [0x0A] + chinese
      let (batch, _) = try decodeTable(table, .csv, of: .kind(.payment403), encoding: .gb18030)
      #expect(batch.reasons == ["encoding"] && batch.rejects.values("encoding") == ["gb18030"])
      #expect(batch.rejects.values("offset") == ["\(header.utf8.count + 1 + chinese.count + 1)"])
      #expect(batch[.payment403].heads.values("payName") == ["支付宝（中国）网络技术有限公司", "支付宝（中国）网络技术有限公司"])
      #expect(batch[.payment403].heads.values("#length") == ["\(chinese.count)", "\(chinese.count)"])
    }
  }

  @Test("documents carry the place of their row; a document's reject is its row")
  func places() throws {
    let bad = row(2).replacing("20260301101112", with: "yesterday")
    let table = "\u{FEFF}" + header + "\r\n" + row(1) + "\r\n\r\n" + bad + "\r\n,,,\r\n" + row(3)
    let bytes = Array(table.utf8)
    let batch = try decodeTable(table, .csv, of: .kind(.payment403))
    #expect(batch.rejects.values("original") == [bad])
    #expect(batch.reasons == ["date-invalid"])
    let heads = batch[.payment403].heads
    for (index, expected) in [row(1), row(3)].enumerated() {
      let start = Int(heads.value("#offset", index))!
      let range = start..<start + Int(heads.value("#length", index))!
      #expect(String(decoding: bytes[range], as: UTF8.self) == expected)
    }
  }

  @Test("a column that is not there is an absent element; an empty cell an empty one")
  func absent() throws {
    func table(_ names: [String]) -> String {
      let all = Dictionary(uniqueKeysWithValues: zip(self.names, values()))
      return names.joined(separator: ",") + "\n" + names.map { all[$0]! }.joined(separator: ",")
    }
    let without = try decodeTable(table(names.filter { $0 != "payName" }), .csv, of: .kind(.payment403))
    #expect(without.reasons == ["element-missing"])
    #expect(without.rejects.values("field") == ["payName"])
    let optional = try decodeTable(table(names.filter { $0 != "note" }), .csv, of: .kind(.payment403))
    #expect(optional.documentCount == 1)
    var cells = values()
    cells[names.firstIndex(of: "appStatus")!] = ""
    cells[names.firstIndex(of: "payName")!] = ""
    let empty = try decodeTable(header + "\n" + cells.joined(separator: ","), .csv, of: .kind(.payment403))
    // The schema's default.
    #expect(empty[.payment403].heads.values("appStatus") == ["1"])
  }

  @Test("headers that cannot be understood are faults of the table")
  func headers() {
    #expect(fault(header + ",guid\n")?.contains("'guid' twice") == true)
    #expect(fault("a,b,c\n1,2,3")?.contains("no column has the name") == true)
    #expect(fault("guid;appType;appTime\n1;2;3")?.contains("comma") == true)
    #expect(fault([0xFF, 0xFE, 0x67, 0x00])?.contains("UTF-16") == true)
    #expect(fault("\"guid,appType\nx")?.contains("header") == true)
    #expect(fault([0xD6, 0xD0, 0x2C, 0x0A])?.contains("header") == true)
    #expect(fault(header) == nil && fault(header + "\n") == nil)
  }

  @Test("columns that are not read are noted once, with the name that may be meant")
  func unknownColumns() throws {
    let table = header + ",Charge ,ordrNo,zzz,#mine\n" + row() + ",1,2,3,4\n" + row(2) + ",1,2,3,4"
    let (batch, notes) = try decodeTable(Array(table.utf8), .csv, of: .kind(.payment403))
    #expect(batch.documentCount == 2)
    #expect(notes.count == 3)
    #expect(notes[0].contains("charge is meant") && notes[1].contains("orderNo is meant"))
    #expect(!notes[2].contains("meant"))
    let object = "{\"zzz\":{\"a\":[1]},\"appTyp\":1}\n"
    let byObject = try decodeTable(Array((object + object).utf8), .ndjson, of: .kind(.payment403))
    #expect(byObject.notes.count == 2 && byObject.notes[1].contains("appType is meant"))
  }

  @Test("an empty source is a reject; a header alone is an empty table")
  func empty() throws {
    for format in TableFormat.allCases {
      #expect(try decodeTable("", format, of: .kind(.order303)).reasons == ["empty"])
      #expect(try decodeTable(" \r\n\n", format, of: .kind(.order303)).reasons == ["empty"])
    }
    #expect(try decodeTable(header + "\n", .csv, of: .kind(.payment403)).reasons == [])
  }

  // MARK: - Kinds

  @Test("where the role has two kinds, the columns decide", arguments: [Role.order, .payment, .waybill, .list, .cancellation, .refund])
  func kindByColumns(_ role: Role) throws {
    for direction in Direction.allCases {
      let kind = Kind(role, direction)
      let (twin, head) = (Kind(role, direction == .export ? .import : .export), Document.valid(kind).head)
      let table = head.map(\.name).joined(separator: ",") + "\n" + head.map(\.text).joined(separator: ",")
      if head.map(\.name).sorted() == twin.spec.headFields.map(\.name).sorted() {
        // Cancellations have the same columns both ways.
        #expect(fault(table, of: .role(role, nil))?.contains("alike") == true)
      } else {
        let batch = try decodeTable(table, .csv, of: .role(role, nil))
        #expect(batch.documentCount + batch.reasons.count == 1)
        #expect(batch[kind].heads.rowCount == 1 || batch.rejects.values("kind") == [kind.name], "\(kind.name)")
      }
      #expect(try decodeTable(table, .csv, of: .role(role, direction)).rejects.values("kind").allSatisfy { $0 == kind.name })
    }
    let text = try #require(fault("guid,appType\n1,1", of: .role(role, nil)))
    #expect(text.contains("lacks") && text.contains(Kind(role, .export).name) && text.contains(Kind(role, .import).name))
  }

  @Test("kinds by name")
  func kindNames() {
    #expect(TableKind("303") == .kind(.order303) && TableKind("CEB303") == .kind(.order303))
    #expect(TableKind("ceb621") == .kind(.list621) && TableKind("order") == .role(.order, nil))
    #expect(TableKind("refund", direction: .import) == .role(.refund, .import))
    #expect(TableKind("303", direction: .import) == nil && TableKind("999") == nil && TableKind("x") == nil)
  }

  // MARK: - NDJSON

  private func object(_ changes: [String: String?] = [:]) -> String {
    let members = zip(names, values()).compactMap { name, value -> String? in
      if let change = changes[name] { return change.map { "\"\(name)\":\($0)" } }
      return "\"\(name)\":\"\(value)\""
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  @Test("JSON values: numbers as written, null as absent, escapes resolved")
  func jsonValues() throws {
    let rows = [
      object(["charge": "12.50", "note": "null"]), object(["charge": "123456789012345678901234567890"]),
      object(["charge": "1e2"]), object(["note": "\"\\u4e2d\\uD83D\\uDE00\\n\\\\\\/\\\"\""]),
      object(["payName": "null"]), object(["charge": "\"+5\""]),
    ]
    let batch = try decodeTable(rows.joined(separator: "\n"), .ndjson, of: .kind(.payment403))
    let heads = batch[.payment403].heads
    #expect(heads.values("charge").prefix(1) == ["1250000"])
    #expect(heads.values("note")[1] == "中😀\n\\/\"")
    #expect(batch.reasons.sorted() == ["element-missing", "number-invalid", "number-invalid"])
    #expect(Set(batch.rejects.values("original")) == [rows[1], rows[2], rows[4]])
    #expect(batch.irregulars.values("text") == ["+5"])
  }

  @Test("broken objects become rejects; their neighbours come in")
  func brokenObjects() throws {
    let deep = String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
    let cases: [(String, String)] = [
      ("{", "truncated"), ("[]", "not-well-formed"), ("{\"a\":1}{}", "not-well-formed"), ("{\"a\" 1}", "not-well-formed"),
      ("{\"a\":tru}", "not-well-formed"), ("{\"a\":\"\t\"}", "not-well-formed"), ("{\"a\":\(deep)}", "nesting"),
      (object(["note": "\"\\ud83d\""]), "encoding"), (object(["note": "\"\\u0000\""]), "encoding"),
      (object(["note": "\"\\b\""]), "encoding"), (object(["note": "\"\\x\""]), "not-well-formed"),
      (object(["note": "[1]"]), "not-well-formed"), ("{\"kind\":\"CEB303\"}", "kind-unsupported"),
      ("{\"kind\":7}", "kind-unsupported"), ("\"", "not-well-formed"), ("{\"a\":\"\\", "truncated"),
    ]
    for (bad, reason) in cases {
      let table = object() + "\n" + bad + "\r\n" + object() + "\n"
      let batch = try decodeTable(table, .ndjson, of: .kind(.payment403))
      #expect(batch.reasons == [reason], "\(bad): \(batch.rejects.values("message"))")
      #expect(batch.documentCount == 2 && batch.rejects.values("original") == [bad])
    }
  }

  @Test("objects say their kind; several kinds may stand in one file")
  func namedKinds() throws {
    var rows = ""
    for kind in Kind.allCases {
      var writer = TableWriter(random: SeededGenerator(seed: 1))
      let document = Document.valid(kind)
      rows += "{\(writer.object(document.head))"
      if let line = kind.spec.line { rows += ",\"\(line)\":[\(document.lines.map { "{\(writer.object($0))}" }.joined(separator: ","))]" }
      rows += ",\"kind\":\"\(kind.name)\"}\n"
    }
    let batch = try decodeTable(rows + "{\"guid\":1}", .ndjson, of: .named)
    #expect(batch.reasons == ["kind-unsupported"])
    for kind in Kind.allCases {
      #expect(batch[kind].heads.rowCount == 1, "\(kind.name)")
      #expect(batch[kind].lines?.rowCount == kind.spec.line.map { _ in 2 })
    }
  }

  // MARK: - Lines in a table of their own

  private let orders = "guid,orderNo,appType,appTime,appStatus,orderType,ebpCode,ebpName,ebcCode,ebcName,goodsValue,freight,currency\n"
  private func order(_ number: String, guid: String = "g") -> String { "\(guid),\(number),1,20260301101112,2,E,P,P,S,S,1,0,142\n" }
  private let goods = "orderNo,gnum,itemNo,itemName,unit,currency,qty,price,totalPrice\n"
  private func line(_ order: String, _ gnum: Int) -> String { "\(order),\(gnum),I,N,007,142,1,1,1\n" }

  @Test("lines find their heads in any order; those without one are rejects")
  func joined() throws {
    let table = goods + line("B", 2) + line("X", 9) + line("A", 1) + line("B", 1) + "\n" + line("A", 7)
    for cuts in [[], [table.utf8.count / 2], [90, 100, 130]] {
      let lines = try LinesOfTest(table, of: .role(.order, nil), cuts: cuts)
      let batch = try decodeTable(
        orders + order("A") + order("B") + order("C") + order("A"), .csv, of: .role(.order, nil), lines: lines.lines)
      #expect(batch[.order303].heads.values("orderNo") == ["A", "B", "A"])
      #expect(batch[.order303].lines!.values("gnum") == ["1", "7", "2", "1", "1", "7"])
      // C has none, and needs one.
      #expect(batch.reasons == ["element-missing"])
      try lines.rejectOthers()
      #expect(lines.rejects.reasons == ["line-without-head"])
      #expect(lines.rejects.rejects.values("original") == [line("X", 9).trimmed])
      #expect(lines.rejects.rejects.values("key") == ["X"] && lines.rejects.rejects.values("source") == ["1"])
      #expect(lines.rejects.rejects.values("offset") == ["\((goods + line("B", 2)).utf8.count)"])
    }
  }

  @Test("a line that cannot be used takes its document with it, and nothing else")
  func brokenLines() throws {
    for bad in ["A,1,I\n", line("A", 1).replacing("N", with: "\u{1}")] {
      let lines = try LinesOfTest(goods + line("B", 1) + bad + line("A", 2), of: .kind(.order303))
      let batch = try decodeTable(orders + order("A") + order("B"), .csv, of: .kind(.order303), lines: lines.lines)
      #expect(batch[.order303].heads.values("orderNo") == ["B"])
      #expect(batch.reasons == ["line-broken"] && batch.rejects.values("key") == ["A"])
      try lines.rejectOthers()
      #expect(lines.rejects.reasons.count == 2 && lines.rejects.reasons[1] == "line-without-head")
    }
    // What the schema asks of a line is checked as in a message.
    let lines = try LinesOfTest(goods + line("A", 1).replacing("142,1,1", with: "142,1,x"), of: .kind(.order303))
    let batch = try decodeTable(orders + order("A"), .csv, of: .kind(.order303), lines: lines.lines)
    #expect(batch.reasons == ["number-invalid"] && batch.rejects.values("field") == ["price"])
  }

  @Test("two different rows of one key cannot share lines")
  func ambiguous() throws {
    let table = goods + line("A", 1)
    let lines = try LinesOfTest(table, of: .kind(.order303))
    #expect(throws: TableFault.self) {
      try decodeTable(orders + order("A") + order("A", guid: "h"), .csv, of: .kind(.order303), lines: lines.lines)
    }
    // With the guid it is clear.
    let both = "guid,\(goods)g,\(line("A", 1))h,\(line("A", 2))"
    let exact = try LinesOfTest(both, of: .kind(.order303))
    let batch = try decodeTable(
      orders + order("A") + order("A", guid: "h"), .csv, of: .kind(.order303), lines: exact.lines)
    #expect(batch[.order303].lines!.values("gnum") == ["1", "2"])
  }

  @Test("tables of lines that cannot be understood are faults")
  func lineFaults() throws {
    func fault(_ table: String, of kind: TableKind = .kind(.order303), maxLines: Int = 10) -> String {
      do {
        _ = try LinesOfTest(table, of: kind, maxLines: maxLines)
        return ""
      } catch { return "\(error)" }
    }
    #expect(fault("gnum,itemNo\n1,2").contains("whose lines"))
    #expect(fault("orderNo,gnum\n1,2", of: .kind(.payment403)).contains("no lines"))
    #expect(fault("orderNo,orderNo\n").contains("twice"))
    #expect(fault("orderNo,guid\n").contains("no column"))
    #expect(fault(goods + line("A", 1) + line("A", 2), maxLines: 1).contains("--memory"))
    #expect(fault(goods + line("A", 1), maxLines: 1) == "")
    let lines = try LinesOfTest("copNo," + goods + "x," + line("A", 1), of: .kind(.list603))
    #expect(throws: TableFault.self) {
      try decodeTable("orderNo,guid\nA,1", .csv, of: .kind(.list603), lines: lines.lines)
    }
  }
}

extension String {
  fileprivate var trimmed: String { String(dropLast()) }
}
