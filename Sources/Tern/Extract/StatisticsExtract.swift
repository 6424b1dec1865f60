import TernRules
import TernStats

/// For the statistics office: cells of the cube over released lists.
enum StatisticsExtract {
  static let dimensions: [Dimension] = [
    .direction, .customsCode, .portCode, .tradeMode, .statisticsFlag, .country, .hs4, .currency,
  ]
  static let columns = dimensions.map(\.rawValue) + ["lists", "lines", "goodsValue"]
}

extension Engine {
  func writeStatisticsExtract(
    of path: String, as format: RowFormat, to sink: ByteSink
  ) throws(TernError) {
    let cube = try statistics(of: path, by: StatisticsExtract.dimensions + [.disposition])
    sink.append(RowWriter.header(StatisticsExtract.columns, format))
    var rows = RowWriter(StatisticsExtract.columns, format)
    for cell in cube.rows() where cell.values.last == Disposition.released.name {
      for value in cell.values.dropLast() { rows.text(value) }
      rows.number(cell.measures.lists)
      rows.number(cell.measures.lines)
      if let value = cell.measures.goodsValue { rows.decimal(text: value.text) } else { rows.null() }
      rows.endRow()
      sink.append(rows.bytes)
      rows.removeAll()
      try sink.flushIfFull()
    }
  }
}
