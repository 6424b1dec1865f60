import TernCEB
import TernRules
import TernStats

/// For the customs: what a list says of itself, and its verdict. No person is in it.
enum CustomsExtract {
  static let columns = [
    "direction", "customsCode", "portCode", "agentCode", "copNo", "invtNo", "ebcCode", "platform",
    "orderNo", "logisticsCode", "logisticsNo", "tradeMode", "statisticsFlag", "trafMode", "country",
    "appTime", "ieDate", "lines", "currency", "goodsValue", "grossWeight", "netWeight", "packNo",
    "disposition", "returnStatus", "findings",
  ]

  private static let heads = [
    "customsCode", "portCode", "agentCode", "copNo", "invtNo", "ebcCode", "ebpCode", "orderNo",
    "logisticsCode", "logisticsNo", "tradeMode", "trafMode", "country", "appTime", "ieDate",
    "#lines", "grossWeight", "netWeight", "packNo",
  ]

  static func write(
    _ reader: inout JudgedLists.Reader, _ part: JudgedLists.Part, _ period: TimeSpan?,
    to rows: inout RowWriter
  ) throws(TernError) {
    let verdicts = try reader.verdicts(part, withFindings: true)
    let counting = verdicts.counting
    guard counting.contains(where: { $0 != 0 }) else { return }
    let isExport = part.direction == .export
    let heads = try reader.heads(part, heads + (isExport ? ["statisticsFlag"] : []))
    let goods = ListGoods(heads["#lines"].integer, try reader.lines(part, ListGoods.columns))
    let platform = PlatformColumn(heads)
    let identity = ["customsCode", "portCode", "agentCode", "copNo", "invtNo", "ebcCode"]
      .map { heads[$0].text }
    let keys = ["orderNo", "logisticsCode", "logisticsNo", "tradeMode"].map { heads[$0].text }
    let statisticsFlag = isExport ? heads["statisticsFlag"].text : nil
    let (trafMode, country) = (heads["trafMode"].text, heads["country"].text)
    let (appTime, ieDate) = (heads["appTime"].integer, heads["ieDate"].integer)
    let (gross, net) = (heads["grossWeight"].decimal, heads["netWeight"].decimal)
    let packNo = heads["packNo"].integer
    for row in counting.indices where counting[row] != 0 && period.contains(appTime[row]) {
      rows.text(part.direction.letter)
      for column in identity { rows.text(column, row) }
      rows.text(platform.column(row), row)
      for column in keys { rows.text(column, row) }
      if let statisticsFlag { rows.text(statisticsFlag, row) } else { rows.text("") }
      rows.text(trafMode, row)
      rows.text(country, row)
      rows.time(appTime[row])
      rows.date(days: ieDate[row])
      rows.number(goods.lines(row).count)
      goods.writeCurrency(row, to: &rows)
      rows.decimal(e5: goods.valueE5(row))
      rows.decimal(e5: gross.valueE5(row))
      rows.decimal(e5: net.valueE5(row))
      rows.number(packNo[row])
      let disposition = verdicts.disposition(row)!
      rows.text(disposition.name)
      rows.text(disposition.returnStatus)
      rows.names(FindingSet(rawValue: verdicts.findings[row]).findings.map(\.name).sorted())
      rows.endRow()
    }
  }
}
