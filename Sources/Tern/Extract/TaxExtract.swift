import TernCEB
import TernReference
import TernRules
import TernStats

/// For the tax office: what was exported by whom, and whether a refund or the exemption without invoice may
/// be asked for it. A row per goods line of a released export list.
enum TaxExtract {
  static let columns = [
    "agentCode", "copNo", "invtNo", "customsCode", "ebcCode", "ebcName", "tradeMode",
    "statisticsFlag", "appTime", "ieDate", "gnum", "gcode", "qty", "unit", "returnedQty", "currency",
    "totalPrice", "returnedValue", "totalPriceCny", "refundClass", "invoiceFree",
  ]

  private static let heads = [
    "agentCode", "copNo", "invtNo", "customsCode", "ebcCode", "ebcName", "tradeMode",
    "statisticsFlag", "appTime", "ieDate", "#lines",
  ]
  private static let lines = ["gnum", "gcode", "qty", "unit", "price"]

  /// Retail exports, to which the exemption without invoice is open (财税〔2018〕103号).
  private static let retailModes = ["9610", "1210"].map { Array($0.utf8) }

  static func write(
    _ reader: inout JudgedLists.Reader, _ part: JudgedLists.Part, _ period: TimeSpan?,
    _ reference: ReferenceData, to rows: inout RowWriter
  ) throws(TernError) {
    guard part.direction == .export else { return }
    let verdicts = try reader.verdicts(part, withFindings: false)
    let released = verdicts.dispositions.indices.filter { verdicts.disposition($0) == .released }
    if released.isEmpty { return }
    let heads = try reader.heads(part, heads)
    let returns = try reader.returns(part)
    let lines = try reader.lines(part, Self.lines + ListGoods.columns)
    let goods = ListGoods(heads["#lines"].integer, lines)
    let returned = ReturnedValues(returns, goods, lines)
    let own = heads.columns[..<8].map(\.text)
    let (tradeMode, statisticsFlag) = (own[6], own[7])
    let (appTime, ieDate) = (heads["appTime"].integer, heads["ieDate"].integer)
    let gnum = lines["gnum"].integer
    let (gcode, unit, currency) = (lines["gcode"].text, lines["unit"].text, lines["currency"].text)
    let (qty, totalPrice) = (lines["qty"].decimal, lines["totalPrice"].decimal)
    let rates = reference.rates ?? .yuanOnly
    for row in released where period.contains(appTime[row]) {
      let isRetail = retailModes.contains { unsafe tradeMode.unsafeValue(row).elementsEqual($0) }
      let isSimplified = unsafe statisticsFlag.unsafeValue(row).elementsEqual("A".utf8)
      for line in goods.lines(row) {
        for column in own { rows.text(column, row) }
        rows.time(appTime[row])
        rows.date(days: ieDate[row])
        rows.number(gnum[line])
        rows.text(gcode, line)
        rows.decimal(e5: qty.valueE5(line))
        rows.text(unit, line)
        rows.decimal(e5: returned.qtyE5(line))
        rows.text(currency, line)
        let priceE5 = totalPrice.valueE5(line) ?? 0
        rows.decimal(e5: priceE5)
        rows.decimal(text: returned.value(line).text)
        let rate = unsafe rates.rate(currency: Bytes(currency.unsafeValue(line)), at: appTime[row])
        // A price of 19 digits times a rate of 15 fits 128 bits.
        rows.decimal(rate.map { priceE5 * Int128($0.cnyPerUnitE8) }, scale: 13)
        // Goods that the tariff does not have carry no refund.
        let refund = reference.tariff.map {
          unsafe $0[Bytes(gcode.unsafeValue(line))]?.refund ?? false
        }
        rows.text(refund.map { $0 ? "refund" : "none" } ?? "")
        // Without a tariff: a simplified declaration may hold no goods with refund.
        rows.flag(!isRetail ? false : refund.map { !$0 } ?? (isSimplified ? true : nil))
        rows.endRow()
      }
    }
  }
}
