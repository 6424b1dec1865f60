import TernCEB
import Testing

/// What makes a document a reject, and what a value means, field by field.
@Suite struct DocumentRuleTests {
  private func decode403(_ change: (inout Document) -> Void) -> DocumentBatch {
    var document = Document.valid(.payment403)
    change(&document)
    return decode(message(.payment403, [document]))
  }

  @Test(
    "decimals that are read, by value",
    arguments: [
      ("0", 0), ("20", 2_000_000), ("20.5", 2_050_000), ("+5", 500_000), (".5", 50_000), ("5.", 500_000),
      ("007", 700_000), ("-1", -100_000), ("-0", 0), ("0.00001", 1), ("1.500000000", 150_000),
      ("99999999999999.99999", 9_999_999_999_999_999_999), ("-99999999999999.99999", -9_999_999_999_999_999_999),
      ("0000000000000000000000012.30", 1_230_000), (" \t\n12\r\n ", 1_200_000),
    ] as [(String, Int128)])
  func legalDecimal(text: String, expected: Int128) {
    let batch = decode403 { $0[head: "charge"] = text }
    #expect(batch.reasons == [])
    #expect(batch[.payment403].heads["charge"].decimal.valueE5(0) == expected)
  }

  @Test(
    "decimals that are not",
    arguments: [
      "1e5", "1E5", "1,000", "１２", "0x10", "1.2.3", "--1", "+-1", "1-", ".", "+", "-", "1 2", "NaN", "INF", "¥5",
      "100000000000000", "0.000001", "99999999999999.999991", "1_000",
    ])
  func illegalDecimal(text: String) {
    let batch = decode403 { $0[head: "charge"] = text }
    #expect(batch.reasons == ["number-invalid"])
    #expect(batch.rejects.values("field") == ["charge"])
    #expect(batch.documentCount == 0)
  }

  @Test("a number that is not plainly written keeps its text", arguments: ["+5", ".5", "5.", "007", "-0", "1.500000"])
  func irregularDecimal(text: String) {
    let batch = decode403 { $0[head: "charge"] = text }
    #expect(batch.irregulars.values("text") == [text])
    #expect(batch.irregulars.values("row") == ["0"])
    #expect(decode403 { $0[head: "charge"] = "1.50000" }.irregulars.rowCount == 0)
  }

  @Test(
    "whole numbers within 32 bits",
    arguments: [
      ("1", "1"), ("+1", "1"), ("0012", "12"), ("-3", "-3"), ("2147483647", "2147483647"),
      ("-2147483648", "-2147483648"), ("2147483648", nil), ("-2147483649", nil), ("1.0", nil), ("", nil), ("a", nil),
      ("99999999999999999999999999", nil),
    ])
  func wholeNumber(text: String, expected: String?) {
    var document = Document.valid(.waybill505)
    document[head: "packNo"] = text
    let batch = decode(message(.waybill505, [document]))
    if let expected {
      #expect(batch[.waybill505].heads.values("packNo") == [expected])
    } else {
      #expect(batch.reasons == [text.isEmpty ? "value-empty" : "number-invalid"])
    }
  }

  @Test(
    "times, seconds since 1970 in China Standard Time",
    arguments: [
      ("19700101000000", 0), ("20240229235959", 1_709_251_199), ("20000229000000", 951_782_400),
      ("19691231235959", -1), ("99991231235959", 253_402_300_799), ("00010101000000", -62_135_596_800),
      ("20230229000000", nil), ("19000229000000", nil), ("20260431000000", nil), ("20260001000000", nil),
      ("20261301000000", nil), ("20260100000000", nil), ("20260101240000", nil), ("20260101006000", nil),
      ("20260101000060", nil), ("00000101000000", nil), ("20260101", nil), ("2026010100000", nil),
      ("202601010000000", nil), ("2026-01-01", nil), ("2026010100000x", nil), ("２026010100000", nil),
      ("20260101T00000", nil),
    ] as [(String, Int64?)])
  func time(text: String, expected: Int64?) {
    for name in ["appTime", "accountingDate"] {
      let batch = decode403 { $0[head: name] = text }
      if let expected {
        #expect(batch[.payment403].heads[name].integer[0] == expected)
      } else {
        #expect(batch.reasons == ["date-invalid"])
        #expect(batch.rejects.values("field") == [name])
      }
    }
  }

  @Test(
    "dates of a list, days since 1970",
    arguments: [("19700102", 1), ("20240229", 19_782), ("20230229", nil), ("2026", nil)] as [(String, Int64?)])
  func date(text: String, expected: Int64?) {
    var document = Document.valid(.list603)
    document[head: "ieDate"] = text
    let batch = decode(message(.list603, [document]))
    #expect(batch.documentCount == (expected == nil ? 0 : 1))
    if let expected { #expect(batch[.list603].heads["ieDate"].integer[0] == expected) }
  }

  @Test("an empty element has the schema's default or fixed value")
  func emptyValues() {
    let defaults: [(Kind, String, String)] = [
      (.order303, "appStatus", "1"), (.payment403, "appStatus", "1"), (.waybill505, "appStatus", "2"),
      (.order303, "freight", "0"), (.order311, "currency", "142"), (.payment411, "currency", "142"),
      (.list621, "currency", "142"), (.waybill511, "currency", "142"),
    ]
    for (kind, name, value) in defaults {
      for empty in ["", " \n\t"] {
        var document = Document.valid(kind)
        document[head: name] = empty
        let batch = decode(message(kind, [document]))
        #expect(batch.reasons == [], "\(kind) \(name)")
        #expect(batch[kind].heads.value(name, 0) == value, "\(kind) \(name)")
      }
    }
  }

  @Test("each required element, left out, rejects its document; each optional one does not", arguments: Kind.allCases)
  func presence(kind: Kind) {
    for field in kind.spec.headFields {
      var document = Document.valid(kind)
      document[head: field.name] = nil
      let batch = decode(message(kind, [document]))
      #expect(batch.reasons == (field.required ? ["element-missing"] : []), "\(field.name)")
      if field.required { #expect(batch.rejects.values("field") == [field.name]) }
    }
    for field in kind.spec.lineFields {
      var document = Document.valid(kind)
      document[1, field.name] = nil
      let batch = decode(message(kind, [document]))
      #expect(batch.reasons == (field.required ? ["element-missing"] : []), "\(field.name)")
    }
  }

  @Test("each element, empty: numbers, times and keys reject, texts do not", arguments: Kind.allCases)
  func emptiness(kind: Kind) {
    let keys: [Role: Set<String>] = [
      .order: ["orderNo"], .payment: kind == .payment411 ? ["orderNo", "payCode"] : ["orderNo"],
      .waybill: ["logisticsCode", "logisticsNo"],
      .list: ["orderNo", "logisticsCode", "logisticsNo", "agentCode"],
      .cancellation: kind == .cancellation605 ? ["agentCode", "copNo"] : ["agentCode"],
      .refund: ["invtNo"],
    ]
    for field in kind.spec.headFields {
      var document = Document.valid(kind)
      document[head: field.name] = ""
      let rejects =
        field.type == .text
        ? keys[kind.role, default: []].contains(field.name) : field.required && field.emptyValue == nil
      #expect(decode(message(kind, [document])).reasons == (rejects ? ["value-empty"] : []), "\(field.name)")
    }
  }

  @Test("empty platforms and numbers of a list")
  func alternativeKeys() {
    var document = Document.valid(.list603)
    document[head: "copNo"] = ""
    document[head: "ebpCode"] = ""
    #expect(decode(message(.list603, [document])).documentCount == 1)
    document[head: "ebcCode"] = ""
    #expect(decode(message(.list603, [document])).reasons == ["value-empty"])
  }

  @Test("a document needs a line where the schema says so, a list does not", arguments: Kind.allCases.filter { $0.spec.line != nil })
  func noLines(kind: Kind) {
    let batch = decode(message(kind, [.valid(kind, lines: 0)]))
    #expect(batch.reasons == (kind.spec.lineIsRequired && kind.role != .list ? ["element-missing"] : []))
  }

  @Test("of a repeated field the first counts, empty or not; foreign and deeper ones do not count")
  func repeated() {
    let text = message(.payment403, documents(.payment403, 3))
    let own = "<ceb:payName>second</ceb:payName>"
    let first = Document.valid(.payment403)[head: "payName"]!
    for extra in [own, "<ceb:x>\(own)</ceb:x>", "<payName>foreign</payName>", "<o:payName xmlns:o='urn:o'>f</o:payName>"] {
      let batch = decode(text.replacing("</ceb:payName>", with: "</ceb:payName>" + extra))
      #expect(batch.reasons == [])
      #expect(batch[.payment403].heads.value("payName", 0) == first)
      // In front of it only the own one counts.
      let before = decode(text.replacing("<ceb:payName>", with: extra + "<ceb:payName>"))
      #expect(before[.payment403].heads.value("payName", 0) == (extra == own ? "second" : first))
    }
    let empty = decode(text.replacing("<ceb:payName>", with: "<ceb:payName/><ceb:payName>"))
    #expect(empty[.payment403].heads.values("payName") == ["", "", ""])
  }

  @Test("latestAppTime is that of the accepted documents")
  func latest() {
    var all = documents(.payment403, 3)
    all[0][head: "appTime"] = "19700101000001"
    all[1][head: "appTime"] = "19700101000009"
    all[2][head: "appTime"] = "19700101000010"
    all[2][head: "charge"] = "none"
    #expect(decode(message(.payment403, all)).latestAppTime == 9)
    #expect(decode("<a/>").latestAppTime == nil)
  }
}
