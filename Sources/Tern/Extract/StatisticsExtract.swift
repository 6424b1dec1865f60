import TernRules
import TernStats

/// For the statistics office: cells of the cube over released lists.
enum StatisticsExtract {
  static let dimensions: [Dimension] = [
    .month, .direction, .customsCode, .portCode, .tradeMode, .statisticsFlag, .country, .gcode,
    .unit, .currency,
  ]
  static let measures: [Measure] = [.lists, .lines, .qty, .goodsValue, .goodsValueCny]
  static let columns = dimensions.map(\.rawValue) + measures.map(\.rawValue)
}

extension Engine {
  func writeStatisticsExtract(
    of path: String, _ period: TimeSpan?, as format: RowFormat, to sink: ByteSink
  ) throws(TernError) {
    var query = StatisticsQuery(StatisticsExtract.dimensions)
    query.measures = StatisticsExtract.measures
    do throws(FilterError) {
      try query.filter.add(.disposition, [Disposition.released.name], names: .ofVerdicts)
    } catch { preconditionFailure("\(error)") }
    if let period { query.filter.add(period) }
    let columns = StatisticsExtract.columns
    sink.append(RowWriter.header(columns, format))
    var rows = RowWriter(columns, format)
    for cell in try statistics(of: path, query).rows {
      for value in cell.values { rows.text(value) }
      let measures = cell.measures
      rows.number(measures.lists)
      rows.number(measures.lines)
      rows.decimal(e5: measures.qtyE5)
      rows.decimal(text: measures.goodsValue?.text)
      rows.decimal(text: measures.goodsValueCny?.text)
      rows.endRow()
      sink.append(rows.bytes)
      rows.removeAll()
      try sink.flushIfFull()
    }
  }
}
