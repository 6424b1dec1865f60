import TernCEB
import TernMatch
import TernReference

/// What the list and the tables decide: goods codes, regimes, limits. As `ListChecks` judges, a list at a time.
extension Comparison {
  var tradeMode: TradeModeGroup { given.list.scope.tradeMode }

  private func filled(
    _ finding: Finding, _ element: String, _ row: FieldRow, gnum: Int64? = nil
  ) -> [Evidence] {
    let value = row.text(element)
    return entry(
      finding, holds: !value.isEmpty, .init(.list, element, value, gnum: gnum),
      .init(.rule, element, "filled in"))
  }

  func tradeModes() -> [Evidence] {
    let allowed = given.isImport ? ["9610", "1210", "1239"] : ["9610", "1210", "1239", "9710", "9810"]
    let value = given.list.text("tradeMode")
    return entry(
      .regimeTradeMode, holds: allowed.contains { hasSameBytes($0, value) },
      .init(.list, "tradeMode", value),
      .init(.rule, "tradeMode", allowed.joined(separator: ", ")))
  }

  func bonded() -> [Evidence] {
    guard tradeMode == .m1210 else { return [] }
    let heads = ["emsNo", given.isImport ? "areaCode" : "iacCode"]
    return heads.flatMap { filled(.regimeBonded, $0, given.list.head) }
      + given.list.lines.flatMap {
        filled(.regimeBonded, "itemRecordNo", $0, gnum: $0.integer("gnum"))
      }
  }

  func direct() -> [Evidence] {
    guard given.isImport, tradeMode == .m9610 else { return [] }
    return ["trafNo", "voyageNo", "billNo"].flatMap { filled(.regimeDirect, $0, given.list.head) }
  }

  // MARK: - Goods codes and the tariff

  /// An export flagged A that may be declared in the simplified way.
  private var isEligible: Bool {
    guard isFlaggedA else { return false }
    guard let lines = given.list.lines.first?.table, let first = given.list.lines.first?.row else { return true }
    return SimplifiedEligibility(reference, limits: settings.limits).obstacles(
      lines, first..<first + given.list.lines.count, appTime: given.list.head.integer("appTime") ?? 0
    ).isEmpty
  }

  var isFlaggedA: Bool {
    !given.isImport && hasSameBytes(given.list.text("statisticsFlag"), "A")
  }

  func goodsCodes() -> [Evidence] {
    let mayBeShort = isEligible
    return given.list.lines.flatMap { line -> [Evidence] in
      let (gcode, gnum) = (line.text("gcode"), line.integer("gnum"))
      let isWhole = withBytes(gcode) { Tariff.number($0) != nil }
      let isShort =
        mayBeShort && gcode.utf8.count == 4 && gcode.utf8.allSatisfy { (0x30...0x39).contains($0) }
      let side = Evidence.Side(.list, "gcode", gcode, gnum: gnum)
      var found = entry(
        .goodsCode, holds: isWhole || isShort, side,
        .init(.rule, "gcode", mayBeShort ? "10 digits, or 4" : "10 digits"))
      if isWhole || isShort, let headings = reference.headings {
        found += entry(
          .goodsCode, holds: withBytes(gcode) { headings.containsHeading(of: $0) },
          .init(.list, "gcode", String(gcode.prefix(4)), gnum: gnum),
          .init(.rule, "gcode", "a heading of hs2022.csv"))
      }
      return found
    }
  }

  private func tariff(_ line: FieldRow) -> TariffEntry? {
    reference.tariff.flatMap { tariff in withBytes(line.text("gcode")) { tariff[$0] } }
  }

  private func goods(_ line: FieldRow) -> Evidence.Side {
    .init(.list, "gcode", line.text("gcode"), gnum: line.integer("gnum"))
  }

  func positiveList() -> [Evidence] {
    guard given.isImport, reference.tariff != nil else { return [] }
    return given.list.lines.flatMap { line in
      entry(
        .regimePositiveList, holds: tariff(line)?.positiveList == true, goods(line),
        .init(.rule, "gcode", "on the positive list"))
    }
  }

  func licences() -> [Evidence] {
    guard reference.tariff != nil else { return [] }
    let licenseNo = given.list.text("licenseNo")
    return given.list.lines.flatMap { line in
      if tariff(line)?.licence != true {
        return entry(
          .regimeLicence, holds: true, goods(line), .init(.rule, "gcode", "goods without licence"))
      }
      return entry(
        .regimeLicence, holds: !licenseNo.isEmpty, goods(line), .init(.list, "licenseNo", licenseNo))
    }
  }

  func simplified() -> [Evidence] {
    guard isFlaggedA else { return [] }
    var found: [Evidence] = []
    if let value = yuanValue() {
      let limitE13 = Int128(settings.limits.simplifiedE5) * 100_000_000
      found += entry(
        .regimeSimplified, holds: value.sumE13 <= limitE13,
        .init(
          .list, "sum(totalPrice × rate)", decimalText(value.sumE13, scale: 13, fractionDigits: 2),
          terms: value.terms),
        .init(.rule, "sum(totalPrice × rate)", limitText(settings.limits.simplifiedE5)))
    }
    guard reference.tariff != nil else { return found }
    let wanted: [(TariffEntry, String)] = [
      (.licenceBit, "goods without licence"), (.exportDutyBit, "goods without export duty"),
      (.refundBit, "goods without export refund"),
    ]
    for line in given.list.lines {
      let entry = tariff(line) ?? []
      for (bit, rule) in wanted where wantsAll || entry.contains(bit) {
        found += self.entry(
          .regimeSimplified, holds: !entry.contains(bit), goods(line), .init(.rule, "gcode", rule))
      }
    }
    return found
  }

  /// Nil where a currency has no rate on that day.
  private func yuanValue() -> (sumE13: Int128, terms: String)? {
    let rates = reference.rates ?? .yuanOnly
    let appTime = given.list.head.integer("appTime") ?? 0
    var sumE13: Int128 = 0
    var terms: [String] = []
    for line in given.list.lines {
      let rate = withBytes(line.text("currency")) { rates.rate(currency: $0, at: appTime) }
      guard let rate else { return nil }
      sumE13 += line.decimalE5("totalPrice") * Int128(rate.cnyPerUnitE8)
      let factor = decimalText(Int128(rate.cnyPerUnitE8), scale: 8, fractionDigits: 0)
      terms.append("\(line.text("totalPrice")) × \(factor)")
    }
    let shown = terms.prefix(8).joined(separator: " + ") + (terms.count > 8 ? " + …" : "")
    return (sumE13, shown)
  }

  // MARK: - Limits

  private func limitText(_ valueE5: Int64) -> String {
    "≤ " + decimalText(Int128(valueE5), scale: 5, fractionDigits: 0)
  }

  private static let purchase = "sum(totalPrice) + freight + insuredFee"

  func limitSingle() -> [Evidence] {
    guard given.isImport else { return [] }
    let sum = given.purchase
    let lines = given.list.lines
    let limitE5 = settings.limits.singleE5
    let left = Evidence.Side(.list, Self.purchase, sum.text, terms: sum.terms)
    if sum.valueE5 > limitE5, lines.count == 1, lines[0].decimalE5("qty") == 100_000 {
      return entry(.regimeLimitSingle, holds: true, left, .init(.rule, "qty", "one line of qty 1"))
    }
    return entry(
      .regimeLimitSingle, holds: sum.valueE5 <= limitE5, left,
      .init(.rule, Self.purchase, limitText(limitE5)))
  }

  func limitAnnual() -> [Evidence] {
    guard given.isImport, !given.list.text("buyerIdNumber").isEmpty else { return [] }
    let sum = given.purchase
    let limitE5 = settings.limits.annualE5
    guard let usedE5 = given.annualUsedE5 else {
      // How much was used before is not known: only the verdict tells.
      return entry(
        .regimeLimitAnnual, holds: !found.contains(.regimeLimitAnnual),
        .init(.list, Self.purchase, sum.text, terms: sum.terms),
        .init(.rule, "annual", limitText(limitE5)))
    }
    let used = decimalText(usedE5, scale: 5, fractionDigits: sum.fractionDigits)
    let total = decimalText(usedE5 + sum.valueE5, scale: 5, fractionDigits: sum.fractionDigits)
    return entry(
      .regimeLimitAnnual, holds: usedE5 + sum.valueE5 <= limitE5,
      .init(.list, "used before + this list", total, terms: "\(used) + \(sum.text)"),
      .init(.rule, "annual", limitText(limitE5)))
  }
}

extension ListCase {
  /// What an import list adds to the limits.
  var purchase: Comparison.Sum {
    var sum = Comparison.Sum()
    for line in list.lines { sum.add(line, "totalPrice") }
    sum.add(list.head, "freight")
    sum.add(list.head, "insuredFee")
    return sum
  }

  /// The same × 10^5.
  public var purchaseE5: Int128 { purchase.valueE5 }
}

func withBytes<Result>(_ text: String, _ body: (Bytes) -> Result) -> Result {
  var text = text
  return text.withUTF8 { unsafe body(Bytes($0)) }
}
