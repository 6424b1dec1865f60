import TernCEB
import TernMatch
import TernTestSupport
import Testing

@testable import TernRules

extension NaiveModel {
  /// Every list that counts with the documents that it is compared with, by reference.
  func cases() -> [(list: Stored, order: Stored?, payments: [Stored], waybill: Stored?)] {
    let orders = countingAll(.order).map(\.stored)
    let payments = countingAll(.payment).map(\.stored)
    return standingLists().map { counting in
      let list = counting.stored
      let key = Self.tradeKey(list.doc)
      let waybill = waybills(Self.waybillKey(list.doc)).map(\.stored).min {
        (abs($0.appTime - list.appTime), -$0.appTime) < (abs($1.appTime - list.appTime), -$1.appTime)
      }
      return (
        list, orders.first { Self.tradeKey($0.doc) == key },
        payments.filter { Self.tradeKey($0.doc) == key }, waybill
      )
    }
  }
}

@Suite("evidence")
struct EvidenceTests {
  /// What only other documents decide.
  static let rivals = FindingSet(
    .orderDuplicate, .paymentDuplicate, .waybillDuplicate, .listDuplicate, .waybillShared)

  /// The case of a triplet as it stands, whatever counts.
  static func listCase(_ docs: [Doc]) -> ListCase {
    func rows(_ role: Role) -> [DocumentRow] {
      docs.filter { $0.kind.role == role }.map { DocumentRow(makeTables([$0])[0], row: 0) }
    }
    return ListCase(
      list: rows(.list)[0], order: rows(.order).first, payments: rows(.payment),
      waybill: rows(.waybill).first)
  }

  /// A value of evidence times 10^10, read apart from the code under test.
  static func e10(_ text: String) -> Int128 {
    let isNegative = text.hasPrefix("-")
    let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    let digits = (parts.first ?? "") + fraction + String(repeating: "0", count: 10 - fraction.count)
    return (isNegative ? -1 : 1) * (Int128(digits) ?? 0)
  }

  /// Sum or product as its terms spell it.
  static func computed(_ terms: String) -> Int128 {
    let parts = terms.split(separator: " ").map(String.init)
    var value = e10(parts[0])
    for index in stride(from: 1, to: parts.count, by: 2) {
      switch parts[index] {
      case "+": value += e10(parts[index + 1])
      case "-": value -= e10(parts[index + 1])
      default: value = e5(parts[0])! * e5(parts[index + 1])!
      }
    }
    return value
  }

  static let texts: Set<String> = [
    "ebcCode", "buyerIdNumber", "buyerName", "payerIdNumber", "payerName", "consignee",
    "consigneeTelephone", "consigneeAddress", "currency", "unit", "unit2",
  ]

  /// Whether what is shown breaks the rule that it is shown for.
  static func breaksRule(_ evidence: Evidence) -> Bool {
    let (left, right) = (evidence.left, evidence.right)
    guard let value = left.value else { return right.value != nil }
    guard let other = right.value else { return true }
    if evidence.finding == .goodsUnit, left.element == "unit2" {
      return value.isEmpty == (e10(other) > 0)
    }
    if texts.contains(left.element) {
      return !value.utf8.elementsEqual(other.utf8) || evidence.differsAt != nil
    }
    if right.document == .rule {
      switch other {
      case "> 0": return e10(value) <= 0
      case "≥ 0": return e10(value) < 0
      case "1", "≥ 1": return value != "1"
      default: return left.element == "gnum" && other.hasPrefix("1..")
      }
    }
    if evidence.finding == .weightNet { return e10(value) > e10(other) }
    return e10(value) != e10(other)
  }

  @Test(
    "for every finding of random documents there is evidence that breaks the rule, and none for what holds",
    arguments: (0..<8).map { UInt64($0) &* 104_729 &+ UInt64.random(in: 0..<1 << 40) })
  func agreesWithEngine(seed: UInt64) throws {
    print("evidence: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for round in 0..<25 {
      let docs = randomDocs(&random, count: random.chance(0.5) ? 12 : 70)
      let settings = randomSettings(&random)
      let tables = makeTables(docs)
      let stored = NaiveModel.stored(docs, in: tables)
      let judged = Dictionary(
        uniqueKeysWithValues: judge(tables, settings: settings)
          .filter { $0.disposition != .cancelled }.map { ($0.list, $0.findings) })
      let cases = NaiveModel(stored, settings).cases()
      #expect(cases.count == judged.count)
      for matched in cases {
        func row(_ stored: NaiveModel.Stored) -> DocumentRow {
          DocumentRow(tables[stored.reference.segment], row: stored.reference.row)
        }
        let given = ListCase(
          list: row(matched.list), order: matched.order.map(row),
          payments: matched.payments.map(row), waybill: matched.waybill.map(row))
        let findings = try #require(judged[matched.list.reference])
        let note: Comment = "seed \(seed), round \(round), \(findings.text)"

        let comparison = Comparison(given, settings)
        for finding in Finding.allCases where !Self.rivals.contains(finding) {
          #expect(
            comparison.failures(finding).isEmpty == !findings.contains(finding),
            "\(finding.name): \(note)")
        }
        let evidence = evidence(findings, of: given, settings: settings)
        #expect(FindingSet(rawValue: evidence.reduce(0) { $0 | $1.finding.bit }) == findings, note)
        #expect(evidence.map(\.finding.rawValue) == evidence.map(\.finding.rawValue).sorted(), note)
        for entry in evidence { check(entry, note) }
      }
    }
  }

  private func check(_ entry: Evidence, _ note: Comment) {
    #expect(Self.breaksRule(entry), "\(entry): \(note)")
    for side in [entry.left, entry.right] {
      #expect(side.document == .rule || ElementNames.chinese[side.element] != nil, "\(side)")
      if !side.terms.isEmpty, !side.terms.contains("…"), let value = side.value {
        #expect(Self.computed(side.terms) == Self.e10(value), "\(side): \(note)")
      }
      for language in Language.allCases {
        #expect(
          entry.sentence(language).contains(side.value ?? "")
            && entry.sentence(language).hasPrefix(entry.finding.label(language)), "\(entry)")
      }
    }
  }

  /// The sentences of a changed triplet in both languages, as evidence gives them.
  private func sentences(
    _ triplet: Triplet, _ finding: Finding, _ language: Language = .chinese,
    _ change: (inout Triplet) -> Void
  ) -> [String] {
    var triplet = triplet
    change(&triplet)
    return evidence(FindingSet(finding), of: Self.listCase(triplet.all)).map {
      $0.sentence(language)
    }
  }

  @Test("sentences name the documents, the elements and both values")
  func wording() {
    #expect(
      sentences(.export, .amountPaid) { $0.payment["charge"] = "24.50" }
        == ["支付金额不符：支付单支付金额合计 24.50，订单商品价格与运费合计 25"])
    #expect(
      sentences(.export, .amountPaid, .english) { $0.payment["charge"] = "24.50" }
        == ["amount paid differs: payment sum(charge) 24.50, order goodsValue + freight 25"])
    #expect(
      sentences(.import, .amountSettlement) { $0.order["discount"] = "0.25" }
        == ["实际支付金额计算不符：订单实际支付金额 26，订单商品价格、运费、税款合计减抵扣 26.75"])
    #expect(
      sentences(.export, .amountLine, .english) { $0.list.lines[0]["totalPrice"] = "21.01" }
        == ["list line does not multiply out: list line 1 qty × price 21.00, list line 1 totalPrice 21.01"])
    #expect(
      sentences(.export, .partySeller) { $0.waybill["ebcCode"] = "X" }
        == ["电商企业不符：清单电商企业代码 EBC1，运单电商企业代码 X"])
    #expect(
      sentences(.export, .weightNet, .english) { $0.list["netWeight"] = "0" }
        == ["net weight is impossible: list netWeight 0, must be > 0"])
    #expect(
      sentences(.export, .goodsUnit) { $0.list.lines[0]["unit2"] = "035" }
        == ["计量单位与数量不符：清单第 1 项第二法定计量单位 035，清单第 1 项第二法定数量 （空）"])
    #expect(
      sentences(.export, .goodsEmpty) { $0.list.lines = [] } == ["清单没有商品：清单商品项数 0，应为 ≥ 1"])
    #expect(
      sentences(.export, .amountLinesDiffer) { $0.order.lines[0]["gnum"] = "2" } == [
        "清单与订单商品明细不符：清单第 1 项总价 21，订单没有对应的第 1 项",
        "清单与订单商品明细不符：清单没有对应的第 2 项，订单第 2 项总价 21",
      ])
    #expect(
      sentences(.export, .waybillDuplicate) { _ in } == ["运单重复：运单系统唯一序号 G-W1，另有同号运单"])
  }

  @Test("what is missing is named by the key that finds nothing")
  func missing() {
    var triplet = Triplet.export
    triplet.list["ebpCode"] = "无"
    let alone = ListCase(list: Self.listCase(triplet.all).list)
    let found = evidence([.init(.orderMissing), .init(.waybillMissing)], of: alone)
    #expect(
      found.map { $0.sentence(.chinese) } == [
        "缺少订单：清单电商企业代码和订单编号 EBC1 / O1，没有相应的生效订单",
        "缺少运单：清单物流企业代码和运单编号 LOG1 / W1，没有相应的生效运单",
      ])
    #expect(found[0].sentence(.english) == "no order: list ebcCode + orderNo EBC1 / O1, no such order counts")
  }

  @Test("persons are masked, and a difference behind the mask is told by its place")
  func masks() {
    let found = { (change: (inout Triplet) -> Void) in
      sentences(.import, .partyBuyer, .chinese, change)
    }
    #expect(found { $0.list["buyerName"] = "王方" } == ["订购人不符：清单订购人姓名 王*，订单订购人姓名 王*（第 2 个字不同）"])
    #expect(
      found {
        $0.list["buyerIdNumber"] = "110101199003070011"
        $0.order["buyerIdNumber"] = "110101199103070015"
      } == ["订购人不符：清单订购人证件号码 1****************1，订单订购人证件号码 1****************5"])
    #expect(found { $0.list["buyerName"] = "" } == ["订购人不符：清单订购人姓名 （空），订单订购人姓名 王*"])
    #expect(["", "王", "王芳", "欧阳修", "1390"].map(PersonalData.masked) == ["", "*", "王*", "欧*修", "1**0"])
    #expect(PersonalData.difference("é", "e\u{301}") == 1, "other bytes, though equal as text")
  }

  @Test("of thousands of failed lines the first are given, with the number of the others")
  func many() {
    var triplet = Triplet.export
    triplet.list.lines = (1...1000).map {
      triplet.list.lines[0].merging(["gnum": "\($0)", "totalPrice": "22"]) { $1 }
    }
    let found = evidence(.init(.amountLine), of: Self.listCase(triplet.all))
    #expect(found.count == Evidence.countMax && found.last?.moreCount == 1000 - Evidence.countMax)
    #expect(found.last?.sentence(.english).hasSuffix("(and 980 more)") == true)
    #expect(found.dropLast().allSatisfy { $0.moreCount == 0 })
  }

  @Test("a duplicate names the other document where it is known")
  func rivals() {
    var given = Self.listCase(Triplet.export.all)
    let other = DocumentRow(makeTables([Triplet.export.list.with(["copNo": "C2"])])[0], row: 0)
    given.rivals[.listDuplicate] = (own: given.list, other: other)
    given.rivals[.waybillShared] = (own: given.list, other: other)
    let again = DocumentRow(makeTables([Triplet.export.order.with(["guid": "G-O2"])])[0], row: 0)
    given.rivals[.orderDuplicate] = (own: given.order!, other: again)
    let set = FindingSet(.listDuplicate, .waybillShared, .orderDuplicate)
    #expect(
      evidence(set, of: given).map { $0.sentence(.english) } == [
        "order used twice: order guid G-O1, order guid G-O2",
        "list used twice: list copNo C1, list copNo C2",
        "several lists cite one waybill: list copNo C1, list copNo C2",
      ])
  }

  @Test("a finding that the documents do not bear out is still there, without values")
  func unfounded() {
    let found = evidence(.init(.amountGoods, .goodsCode), of: Self.listCase(Triplet.export.all))
    #expect(found.map { $0.sentence(.chinese) } == ["货款金额不符", "商品编码无效"])
  }

  @Test("every finding has a label in both languages, and no two share one")
  func labels() {
    for language in Language.allCases {
      let labels = Finding.allCases.map { $0.label(language) }
      #expect(Set(labels).count == labels.count)
    }
    for finding in Finding.allCases {
      #expect(Finding.labels[finding] != nil && Finding.rules[finding] != nil, "\(finding.name)")
    }
  }

  @Test("decimals are shown exactly, with the digits they had")
  func decimals() {
    for text in ["0", "7", "0.5", "-1.50", "99999999999999.99999", "0.00001", "12.00000"] {
      let (mantissa, form) = parseDecimal(text)
      #expect(decimalText(mantissa: mantissa, form: form) == text)
      #expect(decimalText(e5(text)!, scale: 5, fractionDigits: form.fractionDigits) == text)
    }
    #expect(decimalText(2_500_000, scale: 5, fractionDigits: 0) == "25")
    #expect(decimalText(2_500_000, scale: 5, fractionDigits: 2) == "25.00")
    #expect(decimalText(-1, scale: 5, fractionDigits: 0) == "-0.00001")
    #expect(decimalText(0, scale: 10, fractionDigits: 1) == "0.0")
  }
}
