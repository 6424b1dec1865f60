import TernCEB
import TernMatch
import TernReference
import TernTestSupport
import Testing

@testable import TernRules

private func bytes<Result>(_ text: String, _ body: (Bytes) -> Result) -> Result {
  var text = text
  return text.withUTF8 { unsafe body(Bytes($0)) }
}

private func reference(_ files: [String: String]) -> ReferenceData {
  try! ReferenceData(contents: files.map { (name: $0.key, bytes: Array($0.value.utf8)) })
}

private let tables = reference([
  "countries.csv": "code,name\n502,a\n142,b\n", "currencies.csv": "code,name\n142,a\n502,b\n999,c\n",
  "units.csv": "code,name\n011,a\n035,b\n", "customs_districts.csv": "prefix,name\n29,a\n",
  "transport_modes.csv": "code,name\n5,a\n", "trade_modes.csv": "code,name\n9610,a\n1210,b\n",
  "hs2022.csv": "code,description\n6109,a\n0106,b\n",
  "tariff.csv":
    "gcode,licence,exportDuty,refund,positiveList\n6109100010,0,0,0,1\n0106201100,1,0,0,1\n6109100020,0,1,0,0\n6109100030,0,0,1,0\n",
  "rates.csv": "currency,cny_per_unit\n502,7.1\n",
  "enterprises.csv": "code,name,creditClass,blacklisted\nEBC1,a,AA,0\nEBP1,b,,0\nLOG1,c,,0\nBAD1,d,,1\n",
])

/// What one change to a list that passes must raise.
private struct Change: CustomTestStringConvertible, Sendable {
  var name: String
  var isImport = false
  var expected: FindingSet
  var head: [String: String] = [:]
  var lines: [[String: String]] = [[:]]
  var testDescription: String { name }
}

private func list(_ change: Change) -> Doc {
  var doc = change.isImport ? Triplet.import.list : Triplet.export.list
  doc.head.merge([
    "customsCode": "2900", "portCode": "2901", "trafMode": "5", "country": change.isImport ? "142" : "502",
    "statisticsFlag": "B", "fCurrency": "142", "iCurrency": "142", "buyerIdNumber": "ID1",
  ]) { $1 }
  doc.head.merge(change.head) { $1 }
  let line = doc.lines[0].merging(["country": "142", "unit1": "035"]) { $1 }
  doc.lines = change.lines.enumerated().map { index, fields in
    line.merging(["gnum": "\(index + 1)"]) { $1 }.merging(fields) { $1 }
  }
  return doc
}

/// Asks as a store does, and notes which columns are read.
private final class NotedLists: ListSource {
  let lists: TableLists
  var columns: Set<String> = []
  init(_ lists: TableLists) { self.lists = lists }
  var direction: Direction { lists.direction }
  var rowCount: Int { lists.rowCount }
  func flags(_ part: ListPart, _ column: String, _ judge: (Bytes) -> UInt8) -> [UInt8]? {
    columns.insert(column)
    return lists.flags(part, column, judge)
  }
  func column(_ part: ListPart, _ column: String) -> Column {
    columns.insert(column)
    return lists.column(part, column)
  }
}

/// The findings that a list and the tables decide: by its match row, and by its columns.
private func found(_ doc: Doc, _ tables: ReferenceData, _ settings: RuleSettings = RuleSettings()) -> FindingSet {
  let unit = makeTables([doc])[0]
  var words: [UInt64] = [0]
  ListChecks(settings, tables).judge(TableLists(unit)) { row, word in words[row] = word }
  let rows = MatchTables()
  let secret = Secret(bytes: Array(repeating: 7, count: 16))
  var projector = Projector(secret: secret)
  projector.project(unit, rowBase: 0, into: rows)
  let row = unsafe RowView<ListTradeRow>(words: rows.listsByTrade)[0]
  let ofRegime = FindingSet(
    .regimeTradeMode, .regimeBonded, .regimeDirect, .buyerId, .enterpriseCode)
  let own = RuleEngine.ownBits(row.flags) & ofRegime.rawValue
  let ofSeller = SellerTable(settings, tables, secret: secret).word(row.sellerAndGoods.digest, doc.kind.direction)
  return FindingSet(rawValue: (words[0] | own | ofSeller) & ListResults.findingsMask)
}

/// What `ListChecks` reads of one list.
private func columnsRead(_ doc: Doc, _ tables: ReferenceData, _ settings: RuleSettings) -> Set<String> {
  let lists = NotedLists(TableLists(makeTables([doc])[0]))
  ListChecks(settings, tables).judge(lists) { _, _ in }
  return lists.columns
}

private let changes: [Change] = [
  Change(name: "export passes", expected: []), Change(name: "import passes", isImport: true, expected: []),
  // goods.code
  Change(name: "nine digits", expected: .init(.goodsCode), lines: [["gcode": "610910001"]]),
  Change(name: "letters", expected: .init(.goodsCode), lines: [["gcode": "61091000A0"]]),
  Change(name: "no such heading", expected: .init(.goodsCode), lines: [[:], ["gcode": "6199100010"]]),
  Change(name: "four digits of a B list", expected: .init(.goodsCode), lines: [["gcode": "6109"]]),
  Change(name: "four digits of an eligible A list", expected: [], head: ["statisticsFlag": "A"], lines: [["gcode": "6109"]]),
  Change(name: "four digits, no heading", expected: .init(.goodsCode), head: ["statisticsFlag": "A"], lines: [["gcode": "6199"]]),
  Change(name: "four digits of a list over the limit", expected: .init(.goodsCode, .regimeSimplified), head: ["statisticsFlag": "A"], lines: [["gcode": "6109", "totalPrice": "5000.00001"]]),
  // regime.simplified
  Change(name: "exactly 5,000 yuan", expected: [], head: ["statisticsFlag": "A"], lines: [["totalPrice": "5000"]]),
  Change(name: "a hair over 5,000", expected: .init(.regimeSimplified), head: ["statisticsFlag": "A"], lines: [["totalPrice": "2500"], ["totalPrice": "2500.00001"]]),
  Change(name: "in dollars", expected: [], head: ["statisticsFlag": "A"], lines: [["totalPrice": "704.22535", "currency": "502"]]),
  Change(name: "in dollars, over", expected: .init(.regimeSimplified), head: ["statisticsFlag": "A"], lines: [["totalPrice": "704.22536", "currency": "502"]]),
  Change(name: "no rate given", expected: [], head: ["statisticsFlag": "A"], lines: [["totalPrice": "99999", "currency": "999"]]),
  Change(name: "the largest value", expected: .init(.regimeSimplified), head: ["statisticsFlag": "A"], lines: [["totalPrice": "99999999999999.99999"]]),
  Change(name: "under export duty", expected: .init(.regimeSimplified), head: ["statisticsFlag": "A"], lines: [["gcode": "6109100020"]]),
  Change(name: "with a refund", expected: .init(.regimeSimplified), head: ["statisticsFlag": "A"], lines: [["gcode": "6109100030"]]),
  Change(name: "not in the tariff", expected: [], head: ["statisticsFlag": "A"], lines: [["gcode": "6109990000"]]),
  // regime.licence, regime.positive_list
  Change(name: "no licence", expected: .init(.regimeLicence), lines: [["gcode": "0106201100"]]),
  Change(name: "a licence", expected: [], head: ["licenseNo": "L1"], lines: [["gcode": "0106201100"]]),
  Change(name: "import without licence", isImport: true, expected: .init(.regimeLicence), lines: [[:], ["gcode": "0106201100"]]),
  Change(name: "not on the positive list", isImport: true, expected: .init(.regimePositiveList), lines: [["gcode": "6109100030"]]),
  Change(name: "absent from the tariff", isImport: true, expected: .init(.regimePositiveList), lines: [["gcode": "6109990000"]]),
  // regime.limit_single
  Change(name: "exactly 5,000 with freight and insurance", isImport: true, expected: [], head: ["freight": "3", "insuredFee": "7"], lines: [["totalPrice": "4000"], ["totalPrice": "990"]]),
  Change(name: "over 5,000", isImport: true, expected: .init(.regimeLimitSingle), head: ["freight": "3", "insuredFee": "7.00001"], lines: [["totalPrice": "4000"], ["totalPrice": "990"]]),
  Change(name: "one piece over 5,000", isImport: true, expected: [], lines: [["totalPrice": "9000", "qty": "1.00000"]]),
  Change(name: "nearly one piece", isImport: true, expected: .init(.regimeLimitSingle), lines: [["totalPrice": "9000", "qty": "1.00001"]]),
  Change(name: "two lines of one piece", isImport: true, expected: .init(.regimeLimitSingle), lines: [["totalPrice": "9000", "qty": "1"], ["totalPrice": "1", "qty": "1"]]),
  // regime.trade_mode, bonded, direct
  Change(name: "export 9710", expected: .init(.referenceCode), head: ["tradeMode": "9710"]),
  Change(name: "import 9710", isImport: true, expected: .init(.regimeTradeMode, .referenceCode), head: ["tradeMode": "9710"]),
  Change(name: "no trade mode", expected: .init(.regimeTradeMode), head: ["tradeMode": ""]),
  Change(name: "bonded export", expected: [], head: ["tradeMode": "1210", "emsNo": "E", "iacCode": "I"], lines: [["itemRecordNo": "R"]]),
  Change(name: "bonded export without enterprise", expected: .init(.regimeBonded), head: ["tradeMode": "1210", "emsNo": "E"], lines: [["itemRecordNo": "R"]]),
  Change(name: "bonded import", isImport: true, expected: [], head: ["tradeMode": "1210", "emsNo": "E", "areaCode": "I"], lines: [["itemRecordNo": "R"]]),
  Change(name: "bonded import, a line without record", isImport: true, expected: .init(.regimeBonded), head: ["tradeMode": "1210", "emsNo": "E", "areaCode": "I"], lines: [["itemRecordNo": "R"], [:]]),
  Change(name: "direct import without bill", isImport: true, expected: .init(.regimeDirect), head: ["billNo": ""]),
  Change(name: "bonded import needs no bill", isImport: true, expected: [], head: ["tradeMode": "1210", "emsNo": "E", "areaCode": "I", "billNo": ""], lines: [["itemRecordNo": "R"]]),
  // reference.code
  Change(name: "country", expected: .init(.referenceCode), head: ["country": "999"]),
  Change(name: "district", expected: .init(.referenceCode), head: ["portCode": "3001"]),
  Change(name: "empty codes", expected: [], head: ["country": "", "portCode": "", "fCurrency": "", "trafMode": ""], lines: [["country": "", "unit": "", "currency": ""]]),
  Change(name: "unit2 of the second line", expected: .init(.referenceCode), lines: [[:], ["unit2": "999", "qty2": "1"]]),
  Change(name: "trade country", isImport: true, expected: .init(.referenceCode), lines: [["tradeCountry": "999"]]),
  // enterprise.*
  Change(name: "unknown carrier", expected: .init(.enterpriseUnregistered), head: ["logisticsCode": "LOG9"]),
  Change(name: "no platform", expected: [], head: ["ebpCode": "无"]),
  Change(name: "unknown seller", expected: .init(.enterpriseUnregistered), head: ["ebcCode": "EBC2"]),
  Change(name: "unknown seller of an import", isImport: true, expected: .init(.enterpriseUnregistered), head: ["ebcCode": "EBC2"]),
  Change(name: "blacklisted seller", expected: .init(.enterpriseBlacklisted), head: ["ebcCode": "BAD1"]),
  Change(name: "no seller", expected: .init(.enterpriseUnregistered), head: ["ebcCode": ""]),
  Change(name: "blacklisted agent", expected: .init(.enterpriseBlacklisted), head: ["agentCode": "BAD1"]),
  Change(name: "blacklisted carrier", expected: .init(.enterpriseBlacklisted), head: ["logisticsCode": "BAD1"]),
  Change(name: "blacklisted platform is none", expected: [], head: ["ebpCode": "BAD1"]),
  Change(name: "wrong check character", expected: .init(.enterpriseUnregistered, .enterpriseCode), head: ["ebcCode": "91110000MA0000001M"]),
  Change(name: "a letter that is none", expected: .init(.enterpriseUnregistered, .enterpriseCode), head: ["ebcCode": "9111000OMA0000001L"]),
  Change(name: "right check character", expected: .init(.enterpriseUnregistered), head: ["ebcCode": "91110000MA0000001L"]),
  Change(name: "agent's code is not checked", expected: [], head: ["agentCode": "91110000MA0000001M"]),
  // buyer.id
  Change(name: "right identity number", isImport: true, expected: [], head: ["buyerIdNumber": "11010519491231002X"]),
  Change(name: "wrong check digit", isImport: true, expected: .init(.buyerId), head: ["buyerIdNumber": "110105194912310021"]),
  Change(name: "small x is another form", isImport: true, expected: [], head: ["buyerIdNumber": "11010519491231002x"]),
  Change(name: "no such birthday", isImport: true, expected: .init(.buyerId), head: ["buyerIdNumber": "110105194902300029"]),
]

@Suite("What a list and the tables decide")
struct ListCheckTests {
  @Test("each change raises just its finding", arguments: changes)
  fileprivate func change(_ change: Change) {
    #expect(found(list(change), tables) == change.expected)
  }

  @Test("what has no table is not checked, and is told")
  func noTables() {
    let bad = list(
      Change(
        name: "", isImport: true, expected: [],
        head: ["country": "999", "portCode": "99", "ebcCode": "X", "agentCode": "BAD1", "tradeMode": "1239"],
        lines: [["gcode": "9999999999", "unit": "x"]]))
    #expect(found(bad, ReferenceData()) == [])
    #expect(
      Set(ReferenceData().unchecked.map(\.finding))
        == [.goodsCode, .regimeSimplified, .regimePositiveList, .regimeLicence, .referenceCode, .enterpriseUnregistered, .enterpriseBlacklisted])
    #expect(tables.unchecked.isEmpty)
    let withUnits = reference(["units.csv": "code,name\n011,a\n"])
    #expect(found(bad, withUnits) == FindingSet(.referenceCode))
    #expect(withUnits.unchecked.filter { $0.finding == .referenceCode }.count == 5)
  }

  @Test("a check that is switched off reads nothing and finds nothing")
  func switchedOff() {
    var settings = RuleSettings()
    for finding in ListChecks.findings { settings[enabled: finding] = false }
    let docs = [
      list(Change(name: "", expected: [])), list(Change(name: "", isImport: true, expected: [])),
    ]
    // Of the register's classes none comes first by default.
    let checks = ListChecks(settings, tables)
    for doc in docs {
      #expect(checks.isIdle(doc.kind.direction))
      #expect(columnsRead(doc, tables, settings).isEmpty)
    }
    settings[enabled: .regimePositiveList] = true
    #expect(columnsRead(docs[0], tables, settings).isEmpty)
    #expect(columnsRead(docs[1], tables, settings) == ["gcode"])
  }

  @Test("sellers come in the order of their classes, however many there are, switched on or off")
  func sellers() throws {
    let codes = (0..<1000).map { "SELLER\($0)" }
    let register = reference([
      "enterprises.csv": "code,name,creditClass,blacklisted\n"
        + codes.enumerated().map { "\($1),a,\(["B", "A", ""][$0 % 3]),\($0 % 7 == 0 ? 1 : 0)\n" }.joined()
    ])
    let secret = Secret(bytes: Array(repeating: 9, count: 16))
    var settings = RuleSettings()
    settings.priorityClasses = ["A", "B"]
    for scope in RuleScope.all where scope.direction == .import {
      settings[scope, .enterpriseUnregistered].isEnabled = false
    }
    let table = SellerTable(settings, register, secret: secret)
    for direction in Direction.allCases {
      for (index, digest) in sellerDigests(codes, direction, secret: secret).enumerated() {
        let word = table.word(digest, direction)
        #expect(word >> ListResults.priorityShift == [2, 1, 0][index % 3])
        #expect(word & ListResults.findingsMask == (index % 7 == 0 ? Finding.enterpriseBlacklisted.bit : 0))
      }
      let unknown = sellerDigests(["SELLER1000", "seller1", ""], direction, secret: secret)
      for digest in unknown {
        #expect(table.word(digest, direction) == (direction == .export ? Finding.enterpriseUnregistered.bit : 0))
      }
    }
    let none = SellerTable(settings, ReferenceData(), secret: secret)
    #expect(none.word(5, .export) == 0 && none.word(0, .import) == 0)
  }

  @Test("prices are read only where a list asks for them, currencies only where they can matter")
  func onlyWhatIsNeeded() {
    let tariff = reference(["tariff.csv": "gcode,licence,exportDuty,refund,positiveList\n6109100010,0,0,0,1\n"])
    func read(_ change: Change) -> Set<String> { columnsRead(list(change), tariff, RuleSettings()) }
    #expect(read(Change(name: "", expected: [])) == ["gcode", "statisticsFlag"])
    let flagged = Change(name: "", expected: [], head: ["statisticsFlag": "A"])
    #expect(read(flagged) == ["gcode", "statisticsFlag", "#lines", "totalPrice"])
    var dear = flagged
    dear.lines = [["totalPrice": "5000.00001"]]
    #expect(read(dear) == read(flagged).union(["currency", "appTime"]))
    #expect(
      read(Change(name: "", isImport: true, expected: []))
        == ["gcode", "#lines", "totalPrice", "freight", "insuredFee"])
  }

  @Test("check characters of the standards' examples")
  func checkCharacters() {
    // GB 32100-2015, GB 11643-1999.
    #expect(bytes("91350100M000100Y43") { CheckCharacters.enterpriseCodeIsRight($0) } == true)
    #expect(bytes("91350100M000100Y44") { CheckCharacters.enterpriseCodeIsRight($0) } == false)
    #expect(bytes("3301968A01") { CheckCharacters.enterpriseCodeIsRight($0) } == nil)
    #expect(bytes("企业企业企业") { CheckCharacters.enterpriseCodeIsRight($0) } == nil)
    #expect(bytes("9135010企M000100Y43") { CheckCharacters.enterpriseCodeIsRight($0) } == false)
    #expect(bytes("11010519491231002X") { CheckCharacters.identityNumberIsRight($0) } == true)
    #expect(bytes("440524188001010014") { CheckCharacters.identityNumberIsRight($0) } == true)
    #expect(bytes("440524188001010015") { CheckCharacters.identityNumberIsRight($0) } == false)
    #expect(bytes("E12345678") { CheckCharacters.identityNumberIsRight($0) } == nil)
  }
}

@Suite("The annual limit")
struct AnnualLimitTests {
  /// A list of one buyer over an amount, at a second of 2024 (in China Standard Time) from its start.
  static func list(_ number: String, _ amount: String, at second: Int, id: String = "ID1", agent: String = "AG1") -> Doc {
    let start = daysSince1970(year: 2024, month: 1, day: 1)! * 86_400
    return Triplet.import.list.with([
      "copNo": number, "agentCode": agent, "orderNo": "O-\(number)", "logisticsNo": "W-\(number)",
      "buyerIdNumber": id, "appTime": "\(Int(start) + second)", "freight": "0", "insuredFee": "0",
      "guid": "G-\(number)",
    ]).with(line: 0, ["price": amount, "totalPrice": amount, "qty": "1"])
  }

  /// `copNo` (and agent) of the lists over the limit, where nothing is missing for any.
  static func over(_ lists: [Doc], _ change: (inout RuleSettings) -> Void = { _ in }) -> [String] {
    var settings = RuleSettings()
    // Only what the lists say counts here.
    for finding in [Finding.orderMissing, .paymentMissing, .waybillMissing] { settings[severity: finding] = .warning }
    change(&settings)
    let units = makeTables(lists)
    return judge(units, settings: settings).filter { $0.findings.contains(.regimeLimitAnnual) }
      .map { units[$0.list.segment].heads["copNo"].text.string($0.list.row) }.sorted()
  }

  @Test("exactly 26,000 passes, and the list that crosses uses no quota")
  func crossing() {
    let lists = [
      Self.list("C1", "20000", at: 10), Self.list("C2", "6000.00001", at: 20), Self.list("C3", "6000", at: 30),
      Self.list("C4", "0.00001", at: 40),
    ]
    #expect(Self.over(lists) == ["C2", "C4"])
    #expect(Self.over(lists.reversed()) == ["C2", "C4"])
    #expect(Self.over([lists[0], lists[2]]) == [])
  }

  @Test("years and buyers are apart; the year turns at midnight in China")
  func apart() {
    let year = 366 * 86_400
    #expect(Self.over([Self.list("C1", "26000", at: 0), Self.list("C2", "26000", at: -1)]) == [])
    #expect(Self.over([Self.list("C1", "26000", at: 0), Self.list("C2", "1", at: year - 1)]) == ["C2"])
    #expect(Self.over([Self.list("C1", "26000", at: 0), Self.list("C2", "26000", at: 1, id: "ID2")]) == [])
    #expect(Self.over([Self.list("C1", "26000", at: 0, id: ""), Self.list("C2", "26000", at: 1, id: "")]) == [])
  }

  @Test("ties of appTime go by copNo, then agentCode, in byte order")
  func ties() {
    #expect(Self.over([Self.list("C2", "20000", at: 5), Self.list("C1", "20000", at: 5)]) == ["C2"])
    let agents = [Self.list("C1", "20000", at: 5, agent: "B"), Self.list("C1", "20001", at: 5, agent: "A")]
    for lists in [agents, agents.reversed()] {
      let units = makeTables(lists)
      var settings = RuleSettings()
      for finding in Finding.allCases where finding != .regimeLimitAnnual { settings[severity: finding] = .warning }
      let hit = judge(units, settings: settings).filter { $0.findings.contains(.regimeLimitAnnual) }
      #expect(hit.map { units[$0.list.segment].heads["agentCode"].text.string($0.list.row) } == ["B"])
    }
  }

  @Test("a list that is rejected for another reason uses no quota, and is still told that it is over")
  func rejected() {
    let wrong = Self.list("C1", "20000", at: 10).with(["netWeight": "9"])
    #expect(Self.over([wrong, Self.list("C2", "20000", at: 20)]) == [])
    #expect(Self.over([Self.list("C0", "20000", at: 0), wrong, Self.list("C2", "6000", at: 20)]) == ["C1"])
    // Past the window a missing order rejects; within it the list waits, and its quota is taken.
    let lists = [Self.list("C1", "20000", at: 10), Self.list("C2", "20000", at: 20)]
    let start = daysSince1970(year: 2024, month: 1, day: 1)! * 86_400
    #expect(Self.over(lists) { $0[severity: .orderMissing] = .pending } == ["C2"])
    #expect(Self.over(lists) {
      $0[severity: .orderMissing] = .pending
      $0.asOf = start + 31 * 86_400
    } == [])
  }

  @Test("the amount is a setting, and the check may be switched off")
  func settings() {
    let lists = [Self.list("C1", "100", at: 10), Self.list("C2", "100", at: 20)]
    #expect(Self.over(lists) { $0.limits.annualE5 = 199_99999 } == ["C2"])
    #expect(Self.over(lists) { $0.limits.annualE5 = 200 * 100_000 } == [])
    #expect(Self.over(lists) {
      $0.limits.annualE5 = 1
      $0[enabled: .regimeLimitAnnual] = false
    } == [])
  }
}

@Suite("Rules by scope")
struct ScopeTests {
  @Test("a tolerance and a severity hold for their direction and trade mode alone")
  func scopes() {
    var settings = RuleSettings()
    let direct = RuleScope(.export, .m9610)
    settings.setTolerance(Tolerance("0.5")!, .weightGross, scope: direct)
    settings[direct, .packageCount].severity = .review
    var triplet = Triplet.export
    triplet.list.head.merge(["grossWeight": "2", "netWeight": "1"]) { $1 }
    triplet.waybill["packNo"] = "2"
    func verdict(_ tradeMode: String) -> Verdict? {
      triplet.list["tradeMode"] = tradeMode
      return judge(makeTables(triplet.all), settings: settings).first
    }
    #expect(verdict("9610")?.findings == FindingSet(.packageCount))
    #expect(verdict("9610")?.disposition == .review)
    #expect(verdict("9710")?.findings == FindingSet(.packageCount, .weightGross))
    #expect(verdict("9710")?.disposition == .rejected)
  }

  @Test("fields of one check may have tolerances of their own")
  func fields() {
    var settings = RuleSettings()
    for scope in RuleScope.all { settings.setTolerance(Tolerance("1")!, .amountFreight, field: 1, scope: scope) }
    var triplet = Triplet.export
    triplet.waybill["insuredFee"] = "2"
    #expect(findings(triplet.all, settings) == [])
    triplet.waybill["freight"] = "3.5"
    #expect(findings(triplet.all, settings) == FindingSet(.amountFreight))
  }

  @Test("settings are read back from their entries", arguments: (0..<20).map { _ in UInt64.random(in: 0...UInt64.max) })
  func entries(seed: UInt64) {
    print("entries: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var settings = RuleSettings()
    settings.asOf = Int64.random(in: 0...9_999_999_999, using: &random)
    settings.windowDays = Int.random(in: 0...100, using: &random)
    settings.limits.annualE5 = Int64.random(in: 0...1_000_000, using: &random)
    settings.inspection.ratesPpb = ["高级认证": 5, "A b": Int64.random(in: 0...9, using: &random)]
    settings.inspection.otherRatePpb = 7
    settings.priorityClasses = ["甲 类", "B"]
    for _ in 0..<30 {
      let (scope, finding) = (random.pick(RuleScope.all), random.pick(Finding.allCases))
      settings[scope, finding].severity = random.pick(Severity.allCases)
      settings[scope, finding].isEnabled = random.chance(0.5)
      if finding.hasTolerance {
        let tolerance = Tolerance(absoluteE5: Int64.random(in: 0...99, using: &random), relativePpb: 3)
        settings.setTolerance(tolerance, finding, field: random.pick([nil, 0]), scope: scope)
      }
    }
    let entries = Dictionary(uniqueKeysWithValues: settings.entries.map { ($0.name, $0.value) })
    #expect(RuleSettings(entries: entries) == settings)
  }
}

@Suite("Inspection draws")
struct DrawTests {
  @Test("a draw is HMAC-SHA256 as RFC 4231 has it")
  func vector() throws {
    // Test case 2: the digest begins with 5bdcc146bf60754e; the key is padded, which HMAC does not notice.
    let padded = Array("Jefe".utf8) + [UInt8](repeating: 0, count: 12)
    let key = try #require(InspectionKey(padded))
    let data = Array("what do ya want for nothing?".utf8)
    // 0x5bdcc146bf60754e / 2^64 = 0.358837…
    #expect(key.draws(data, ratePpb: 358_837_204))
    #expect(!key.draws(data, ratePpb: 358_837_203))
    #expect(!key.draws(data, ratePpb: 0) && key.draws(data, ratePpb: 1_000_000_000))
    #expect(InspectionKey(Array("short".utf8)) == nil)
  }
}
