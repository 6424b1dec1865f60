import TernCEB
import TernMatch
import Testing

@testable import TernRules

/// Findings of the only list that counts.
func findings(_ docs: [Doc], _ settings: RuleSettings = RuleSettings()) -> FindingSet? {
  let verdicts = judge(makeTables(docs), settings: settings)
  return verdicts.count == 1 ? verdicts[0].findings : nil
}

/// One change to an agreeing triplet and what it must raise, no more and no less.
struct FaultCase: CustomTestStringConvertible, Sendable {
  var name: String
  var isImport = false
  var expected: FindingSet
  var change: @Sendable (inout Triplet) -> Void
  var testDescription: String { name }
}

let faultCases: [FaultCase] = [
  FaultCase(name: "export agrees", expected: []) { _ in },
  FaultCase(name: "import agrees", isImport: true, expected: []) { _ in },
  FaultCase(name: "order draft", expected: .init(.orderMissing)) { $0.order["appStatus"] = "1" },
  FaultCase(name: "payment draft", expected: .init(.paymentMissing)) {
    $0.payment["appStatus"] = "1"
  },
  FaultCase(name: "waybill draft", expected: .init(.waybillMissing)) {
    $0.waybill["appStatus"] = "1"
  },
  FaultCase(name: "order deleted", isImport: true, expected: .init(.orderMissing)) {
    $0.order["appType"] = "3"
  },
  FaultCase(name: "unknown appType is a change", expected: []) { $0.order["appType"] = "9" },
  FaultCase(name: "other order number", expected: .init(.orderMissing, .paymentMissing)) {
    $0.list["orderNo"] = "O2"
  },
  FaultCase(name: "seller of order", expected: .init(.partySeller)) { $0.order["ebcCode"] = "X" },
  FaultCase(name: "seller of payment", expected: .init(.partySeller)) {
    $0.payment["ebcCode"] = "X"
  },
  FaultCase(name: "seller of waybill", expected: .init(.partySeller)) {
    $0.waybill["ebcCode"] = "X"
  },
  FaultCase(name: "waybill gives no seller", expected: []) { $0.waybill["ebcCode"] = "" },
  FaultCase(name: "order's seller empty", expected: .init(.partySeller)) {
    $0.order["ebcCode"] = ""
  },
  FaultCase(name: "all sellers empty agree", expected: []) {
    $0.order["ebcCode"] = ""
    $0.payment["ebcCode"] = ""
    $0.list["ebcCode"] = ""
    $0.waybill["ebcCode"] = ""
  },
  FaultCase(name: "buyer's name", isImport: true, expected: .init(.partyBuyer)) {
    $0.list["buyerName"] = "王方"
  },
  FaultCase(name: "buyer's number", isImport: true, expected: .init(.partyBuyer)) {
    $0.list["buyerIdNumber"] = "ID2"
  },
  FaultCase(name: "payer", isImport: true, expected: .init(.partyPayer)) {
    $0.payment["payerName"] = "某人"
  },
  FaultCase(name: "consignee", isImport: true, expected: .init(.partyConsignee)) {
    $0.waybill["consigneeAddress"] = "宁波市"
  },
  FaultCase(name: "list arithmetic", expected: .init(.amountLine, .amountLinesDiffer, .amountGoods)) {
    $0.list.lines[0]["totalPrice"] = "21.01"
  },
  FaultCase(
    name: "order arithmetic", expected: .init(.amountOrderLine, .amountLinesDiffer)
  ) { $0.order.lines[0]["totalPrice"] = "21.01" },
  FaultCase(name: "negative freight", expected: .init(.amountPositive, .amountFreight)) {
    $0.list["freight"] = "-0.00001"
  },
  FaultCase(
    name: "quantity 0", expected: .init(.amountPositive, .amountGoods, .amountLinesDiffer)
  ) {
    $0.list.lines[0]["qty"] = "0"
    $0.list.lines[0]["totalPrice"] = "0"
  },
  FaultCase(name: "line unit", expected: .init(.amountLinesDiffer)) {
    $0.list.lines[0]["unit"] = "012"
  },
  FaultCase(name: "numbers by value", expected: []) {
    $0.list.lines[0]["qty"] = "02.00"
    $0.list.lines[0]["price"] = "10.50000"
    $0.payment["charge"] = "25.0"
  },
  FaultCase(name: "goods value", expected: .init(.amountGoods, .amountPaid)) {
    $0.order["goodsValue"] = "21.00001"
  },
  FaultCase(name: "paid too little", expected: .init(.amountPaid)) {
    $0.payment["charge"] = "24.99999"
  },
  FaultCase(name: "import paid", isImport: true, expected: .init(.amountPaid)) {
    $0.payment["amountPaid"] = "27"
  },
  FaultCase(name: "settlement", isImport: true, expected: .init(.amountSettlement)) {
    $0.order["discount"] = "2"
  },
  FaultCase(name: "payment currency", expected: .init(.amountCurrency)) {
    $0.payment["currency"] = "502"
  },
  FaultCase(name: "one foreign currency throughout", expected: []) {
    $0.payment["currency"] = "502"
    $0.order["currency"] = "502"
    $0.order.lines[0]["currency"] = "502"
    $0.list.lines[0]["currency"] = "502"
  },
  FaultCase(name: "import currency is 142", isImport: true, expected: .init(.amountCurrency)) {
    $0.payment["currency"] = "502"
    $0.order["currency"] = "502"
    $0.order.lines[0]["currency"] = "502"
    $0.list.lines[0]["currency"] = "502"
  },
  FaultCase(name: "freight", expected: .init(.amountFreight)) { $0.waybill["freight"] = "3.01" },
  FaultCase(name: "freight flag is not 3", expected: []) {
    $0.waybill["freight"] = "3.01"
    $0.list["fFlag"] = "1"
  },
  FaultCase(name: "insurance", expected: .init(.amountFreight)) {
    $0.waybill["insuredFee"] = "0"
  },
  FaultCase(name: "import freight", isImport: true, expected: .init(.amountFreight)) {
    $0.list["freight"] = "2"
  },
  FaultCase(name: "import insurance given", isImport: true, expected: .init(.amountFreight)) {
    $0.waybill["insuredFee"] = "0"
  },
  FaultCase(name: "gross weight", expected: .init(.weightGross)) {
    $0.waybill["grossWeight"] = "1.50001"
  },
  FaultCase(name: "import weight", isImport: true, expected: .init(.weightGross)) {
    $0.waybill["weight"] = "1.4"
  },
  FaultCase(name: "net weight 0", expected: .init(.weightNet)) { $0.list["netWeight"] = "0" },
  FaultCase(name: "net weight equals gross", expected: []) { $0.list["netWeight"] = "1.5" },
  FaultCase(name: "net above gross", expected: .init(.weightNet)) {
    $0.list["netWeight"] = "1.50001"
  },
  FaultCase(name: "packages", expected: .init(.packageCount)) { $0.list["packNo"] = "2" },
  FaultCase(name: "export packages agree", expected: []) {
    $0.list["packNo"] = "2"
    $0.waybill["packNo"] = "2"
  },
  FaultCase(name: "import packages agree but not 1", isImport: true, expected: .init(.packageCount)) {
    $0.list["packNo"] = "2"
    $0.waybill["packNo"] = "2"
  },
  FaultCase(
    name: "import packages without waybill", isImport: true,
    expected: .init(.packageCount, .waybillMissing)
  ) {
    $0.list["packNo"] = "2"
    $0.waybill["appStatus"] = "1"
  },
  FaultCase(
    name: "no lines", expected: .init(.goodsEmpty, .amountGoods, .amountLinesDiffer)
  ) { $0.list.lines = [] },
  FaultCase(name: "gnum", expected: .init(.goodsSequence)) {
    $0.list.lines[0]["gnum"] = "2"
    $0.order.lines[0]["gnum"] = "2"
  },
  FaultCase(name: "unit1 with other quantity", expected: .init(.goodsUnit)) {
    $0.list.lines[0]["unit1"] = "011"
  },
  FaultCase(name: "unit1 with this quantity", expected: []) {
    $0.list.lines[0]["unit1"] = "011"
    $0.list.lines[0]["qty1"] = "2.0"
  },
  FaultCase(name: "unit2 without qty2", expected: .init(.goodsUnit)) {
    $0.list.lines[0]["unit2"] = "035"
  },
  FaultCase(name: "unit2 with qty2 0", expected: .init(.goodsUnit)) {
    $0.list.lines[0]["unit2"] = "035"
    $0.list.lines[0]["qty2"] = "0"
  },
  FaultCase(name: "qty2 without unit2", expected: .init(.goodsUnit)) {
    $0.list.lines[0]["qty2"] = "1"
  },
  FaultCase(name: "qty2 0 without unit2", expected: []) { $0.list.lines[0]["qty2"] = "0" },
  FaultCase(name: "platform 无 falls back to seller", expected: []) {
    $0.order["ebpCode"] = "无"
    $0.payment["ebpCode"] = ""
    $0.list["ebpCode"] = "无"
  },
  FaultCase(
    name: "import payment without platform matches nothing", isImport: true,
    expected: .init(.paymentMissing)
  ) {
    $0.order["ebpCode"] = "无"
    $0.payment["ebpCode"] = "无"
    $0.list["ebpCode"] = "无"
  },
  FaultCase(
    name: "import payment without platform, sellers empty", isImport: true,
    expected: .init(.paymentMissing)
  ) {
    $0.order["ebpCode"] = "无"
    $0.payment["ebpCode"] = "无"
    $0.list["ebpCode"] = "无"
    $0.order["ebcCode"] = ""
    $0.list["ebcCode"] = ""
  },
]

@Suite("findings")
struct FindingTests {
  @Test("one change raises exactly its findings", arguments: faultCases)
  func fault(_ fault: FaultCase) throws {
    var triplet = fault.isImport ? Triplet.import : Triplet.export
    fault.change(&triplet)
    let found = try #require(findings(triplet.all))
    #expect(found == fault.expected, "\(found.text) instead of \(fault.expected.text)")
    // The list first, the triplet after it: no difference.
    #expect(findings(Array(triplet.all.reversed())) == fault.expected)
  }

  @Test("directions never match each other")
  func directions() {
    let mixed = Array(Triplet.export.all.dropLast()) + [Triplet.import.list]
    #expect(
      findings(mixed) == FindingSet(.orderMissing, .paymentMissing, .waybillMissing))
  }

  @Test("gnums in any order are a sequence; a repeat is none")
  func sequence() {
    var triplet = Triplet.export
    func lines(_ numbers: [String]) -> FindingSet? {
      let line = triplet.order.lines[0]
      let listLine = triplet.list.lines[0]
      triplet.order.lines = numbers.map { line.merging(["gnum": $0]) { $1 } }
      triplet.list.lines = numbers.map { listLine.merging(["gnum": $0]) { $1 } }
      triplet.order["goodsValue"] = String(21 * numbers.count)
      triplet.payment["charge"] = String(21 * numbers.count + 4)
      return findings(triplet.all)
    }
    #expect(lines(["3", "1", "2"]) == [])
    #expect(lines(["1", "1", "2"]) == FindingSet(.goodsSequence))
    #expect(lines(["0", "1", "2"]) == FindingSet(.goodsSequence))
    #expect(lines(["1", "2", "4"]) == FindingSet(.goodsSequence))
  }

  @Test("lines pair as a multiset: order does not matter, number does")
  func multiset() {
    var triplet = Triplet.export
    triplet.order.lines.append(triplet.order.lines[0].merging(["gnum": "2", "unit": "035"]) { $1 })
    triplet.list.lines.append(triplet.list.lines[0].merging(["gnum": "2", "unit": "035", "qty1": "2"]) { $1 })
    triplet.order["goodsValue"] = "42"
    triplet.payment["charge"] = "46"
    #expect(findings(triplet.all) == [])
    triplet.order.lines.reverse()
    #expect(findings(triplet.all) == [])
    triplet.order.lines.append(triplet.order.lines[0])
    #expect(findings(triplet.all) == FindingSet(.amountLinesDiffer))
  }

  @Test("mixed currencies of the list's own lines need no order")
  func mixedCurrencies() {
    var list = Triplet.export.list
    list.lines.append(list.lines[0].merging(["gnum": "2", "currency": "502"]) { $1 })
    #expect(
      findings([list])
        == FindingSet(.orderMissing, .paymentMissing, .waybillMissing, .amountCurrency))
    list.lines[1]["currency"] = ""
    #expect(findings([list]) == FindingSet(.orderMissing, .paymentMissing, .waybillMissing))
  }

  @Test("the largest decimals multiply exactly")
  func extremes() {
    let largest = "99999999999999.99999"
    var triplet = Triplet.export
    func own(_ qty: String, _ price: String, _ total: String) -> FindingSet {
      triplet.list.lines[0].merge(["qty": qty, "price": price, "totalPrice": total]) { $1 }
      return findings([triplet.list])!.intersection(FindingSet(.amountLine, .amountPositive))
    }
    #expect(own(largest, "1", largest) == [])
    #expect(own("1", largest, "99999999999999.99998") == FindingSet(.amountLine))
    #expect(own(largest, largest, largest) == FindingSet(.amountLine))
    #expect(own("-" + largest, largest, "-" + largest) == FindingSet(.amountLine, .amountPositive))
    #expect(own("9999999.99999", "9999999", "99999989999900.00001") == [])
    #expect(own("0.00001", "0.00001", "0.00001") == FindingSet(.amountLine))
    #expect(own("0.00001", "0.1", "0") == FindingSet(.amountLine, .amountPositive))
  }

  @Test("several payments of one order add up; each must agree in seller, payer and currency")
  func severalPayments() {
    var triplet = Triplet.export
    triplet.payment["charge"] = "20"
    let second = triplet.payment.with(["guid": "G-P2", "payNo": "P2", "charge": "5"])
    #expect(findings(triplet.all + [second]) == [])
    #expect(
      findings(triplet.all + [second.with(["ebcCode": "X"])]) == FindingSet(.partySeller))
    #expect(
      findings(triplet.all + [second.with(["currency": "502"])]) == FindingSet(.amountCurrency))
    #expect(findings(triplet.all + [second.with(["appType": "3"])]) == FindingSet(.amountPaid))
    // Another payment company's number is another payment.
    let third = second.with(["payCode": "PAY2", "guid": "G-P3"])
    #expect(findings(triplet.all + [second, third]) == FindingSet(.amountPaid))

    var imported = Triplet.import
    imported.payment["amountPaid"] = "10"
    let other = imported.payment.with([
      "guid": "G-P2", "payTransactionId": "P2", "amountPaid": "16", "payerName": "某人",
    ])
    #expect(findings(imported.all + [other]) == FindingSet(.partyPayer))
  }

  @Test("payments without a number are told apart by guid")
  func paymentsByGuid() {
    var triplet = Triplet.export
    triplet.payment.head.merge(["payNo": "", "charge": "20"]) { $1 }
    let second = triplet.payment.with(["guid": "G-P2", "charge": "5"])
    #expect(findings(triplet.all + [second]) == [])
    let newer = second.with(["appTime": "1001", "charge": "6", "appType": "2"])
    #expect(findings(triplet.all + [second, newer]) == FindingSet(.amountPaid))
  }

  @Test("names, bits and severities of the whole table")
  func table() {
    #expect(Finding.allCases.count == 41)
    #expect(Set(Finding.allCases.map(\.name)).count == 41)
    for (position, finding) in Finding.allCases.enumerated() {
      #expect(Int(finding.rawValue) == position)
      #expect(Finding(name: finding.name) == finding)
    }
    #expect(Finding(name: "order.lost") == nil)
    #expect(Finding.paymentDuplicate.defaultSeverity == .warning)
    #expect(Finding.allCases.filter { $0.defaultSeverity == .pending }.count == 3)
    #expect(Finding.allCases.filter(\.hasTolerance).count == 8)
    #expect(
      FindingSet(.weightNet, .amountLine, .orderMissing).text
        == "amount.line;order.missing;weight.net")
  }
}
