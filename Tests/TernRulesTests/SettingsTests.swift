import TernCEB
import TernMatch
import Testing

@testable import TernRules

@Suite("settings")
struct SettingsTests {
  func settings(_ finding: Finding, _ tolerance: String) -> RuleSettings {
    var settings = RuleSettings()
    settings[tolerance: finding] = Tolerance(tolerance)!
    return settings
  }

  @Test("tolerance texts")
  func texts() {
    #expect(Tolerance("0.01") == Tolerance(absoluteE5: 1000, relativePpb: 0))
    #expect(Tolerance("0.5%") == Tolerance(absoluteE5: 0, relativePpb: 5_000_000))
    #expect(Tolerance("1+0.0000001%") == Tolerance(absoluteE5: 100_000, relativePpb: 1))
    #expect(Tolerance("100%") == Tolerance(absoluteE5: 0, relativePpb: 1_000_000_000))
    for bad in [
      "", "%", "-1", "+1", "1e2", "0.000001", "100.1%", "1.", ".5", "1,0", "1+2", "1%+2%", " 1",
      "99999999999999999999", "٣",
    ] {
      #expect(Tolerance(bad) == nil, "\(bad)")
    }
  }

  @Test("tolerance borders, absolute and relative to the triplet's value")
  func borders() {
    let tolerance = Tolerance("0.01+0.5%")!
    // 0.5% of 100 is 0.5; of 1 it is less than the absolute 0.01.
    #expect(tolerance.allows(10_050_000, 10_000_000))
    #expect(!tolerance.allows(10_050_001, 10_000_000))
    #expect(tolerance.allows(9_950_000, 10_000_000))
    #expect(!tolerance.allows(9_949_999, 10_000_000))
    #expect(tolerance.allows(101_000, 100_000))
    #expect(!tolerance.allows(101_001, 100_000))
    #expect(tolerance.allows(-10_050_000, -10_000_000))
    // Half a unit is no unit.
    #expect(!Tolerance("0.5%")!.allows(100, 99))
    #expect(Tolerance("100%")!.allows(0, 9_999_999_999_999_999_999))
    #expect(!Tolerance("100%")!.allows(-1, 9_999_999_999_999_999_999))
    let line = Tolerance("0.00001")!
    #expect(line.allowsLine(qtyE5: 1, priceE5: 1, totalPriceE5: 1))
    #expect(!line.allowsLine(qtyE5: 1, priceE5: 1, totalPriceE5: 2))
    let most: Int128 = 9_999_999_999_999_999_999
    #expect(!Tolerance("100%")!.allowsLine(qtyE5: most, priceE5: most, totalPriceE5: most))
    #expect(Tolerance("100%")!.allowsLine(qtyE5: 200_000, priceE5: 100_000, totalPriceE5: 100_000))
  }

  struct ToleranceCase: CustomTestStringConvertible, Sendable {
    var finding: Finding
    var enough: String
    var tooLittle: String
    var isImport = false
    var change: @Sendable (inout Triplet) -> Void
    var testDescription: String { "\(finding.name) \(enough)" }
  }

  static let cases: [ToleranceCase] = [
    ToleranceCase(finding: .amountLine, enough: "0.01", tooLittle: "0.00999") {
      $0.list.lines[0]["totalPrice"] = "21.01"
    },
    ToleranceCase(finding: .amountOrderLine, enough: "0.05%", tooLittle: "0.04%") {
      $0.order.lines[0]["totalPrice"] = "21.01"
    },
    ToleranceCase(finding: .amountLinesDiffer, enough: "0.01", tooLittle: "0.00999") {
      $0.list.lines[0]["totalPrice"] = "21.01"
    },
    ToleranceCase(finding: .amountLinesDiffer, enough: "5%", tooLittle: "4.7%") {
      $0.list.lines[0]["price"] = "11"
    },
    ToleranceCase(finding: .amountGoods, enough: "0.01", tooLittle: "0.00999") {
      $0.list.lines[0]["totalPrice"] = "21.01"
    },
    // Payable is 25.
    ToleranceCase(finding: .amountPaid, enough: "4%", tooLittle: "3.9999999%") {
      $0.payment["charge"] = "26"
    },
    // The right side is 25.
    ToleranceCase(finding: .amountSettlement, enough: "4%", tooLittle: "3.9999999%", isImport: true)
    { $0.order["discount"] = "2" },
    ToleranceCase(finding: .amountFreight, enough: "0.5", tooLittle: "0.49999") {
      $0.waybill["insuredFee"] = "1.5"
    },
    ToleranceCase(finding: .weightGross, enough: "1", tooLittle: "0.99999") {
      $0.waybill["grossWeight"] = "2.5"
    },
  ]

  @Test("each check with a tolerance forgives up to it", arguments: cases)
  func tolerances(_ test: ToleranceCase) {
    var triplet = test.isImport ? Triplet.import : Triplet.export
    test.change(&triplet)
    let exact = findings(triplet.all)
    #expect(exact?.contains(test.finding) == true)
    let enough = findings(triplet.all, settings(test.finding, test.enough))
    // Nothing else changes.
    #expect(enough == exact?.subtracting(FindingSet(test.finding)))
    #expect(findings(triplet.all, settings(test.finding, test.tooLittle)) == exact)
  }

  @Test("a tolerance never forgives quantity, unit, currency or the number of lines")
  func neverForgiven() {
    let all = settings(.amountLinesDiffer, "100%")
    for (field, value) in [("qty", "3"), ("unit", "012"), ("currency", "502"), ("gnum", "9")] {
      var triplet = Triplet.export
      triplet.order.lines[0][field] = value
      #expect(findings(triplet.all, all)?.contains(.amountLinesDiffer) == true, "\(field)")
    }
    var triplet = Triplet.export
    triplet.order.lines.append(triplet.order.lines[0])
    #expect(findings(triplet.all, all)?.contains(.amountLinesDiffer) == true)
  }

  @Test("repeated gnums are paired in the best way")
  func pairing() {
    func line(_ price: Int128, _ total: Int128) -> DocumentDetail.Line {
      .init(
        gnum: 1, qtyE5: 1, priceE5: price, totalPriceE5: total, currency: [], unit: [])
    }
    let tolerance = Tolerance(absoluteE5: 10, relativePpb: 0)
    // By total alone the first would take the wrong partner.
    #expect(
      linesPair([line(100, 50), line(120, 51)], [line(118, 50), line(105, 51)], price: tolerance, total: tolerance))
    #expect(
      !linesPair([line(100, 50), line(120, 51)], [line(118, 50), line(131, 51)], price: tolerance, total: tolerance))
    // Beyond the limit pairs are taken in order: still right for equal multisets.
    let many = (0..<200).map { line(Int128($0), 7) }
    #expect(linesPair(many, many.reversed(), price: tolerance, total: tolerance))
  }

  @Test("a check switched off does not show and does not reject")
  func switchedOff() {
    var triplet = Triplet.export
    triplet.list["packNo"] = "2"
    var settings = RuleSettings()
    settings[enabled: .packageCount] = false
    let verdict = judge(makeTables(triplet.all), settings: settings)[0]
    #expect(verdict.findings == [])
    #expect(verdict.disposition == .released)
    settings[enabled: .packageCount] = true
    settings[severity: .packageCount] = .review
    #expect(judge(makeTables(triplet.all), settings: settings)[0].disposition == .review)
  }

  @Test("dispositions, worst first, and the window to the second")
  func dispositions() {
    let settings = RuleSettings()
    func at(_ findings: FindingSet, _ age: Int64) -> Disposition {
      disposition(findings, appTime: 5_000_000_000 - age, asOf: 5_000_000_000, settings: settings)
    }
    #expect(at([], 0) == .released)
    #expect(at(FindingSet(.amountFreight, .paymentDuplicate), 0) == .released)
    #expect(at(FindingSet(.partyConsignee), 0) == .review)
    #expect(at(FindingSet(.orderMissing, .partyConsignee), 0) == .pending)
    #expect(at(FindingSet(.orderMissing), 30 * 86_400) == .pending)
    #expect(at(FindingSet(.orderMissing), 30 * 86_400 + 1) == .rejected)
    #expect(at(FindingSet(.orderMissing), -99) == .pending)
    #expect(at(FindingSet(.amountPaid, .orderMissing), 0) == .rejected)
    #expect(
      Disposition.allCases.map(\.returnStatus) == ["399", "2", "100", "300", "500", ""])
    #expect(disposition([], appTime: .max, asOf: .min, settings: settings) == .released)
  }

  @Test("as-of defaults to the latest appTime of any document, drafts included")
  func asOf() {
    let late = 1000 + 30 * 86_400 + 1
    let draft = Triplet.export.waybill.with(["appStatus": "1", "appTime": String(late)])
    let docs = [Triplet.export.order, Triplet.export.payment, Triplet.export.list, draft]
    #expect(judge(makeTables(docs))[0].disposition == .rejected)
    var settings = RuleSettings()
    settings.asOf = Int64(late - 1)
    #expect(judge(makeTables(docs), settings: settings)[0].disposition == .pending)
    settings.windowDays = 29
    #expect(judge(makeTables(docs), settings: settings)[0].disposition == .rejected)
  }
}
