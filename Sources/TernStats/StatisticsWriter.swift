public enum StatisticsFormat: String, Sendable, CaseIterable {
  case table, csv, json
}

/// Writes an answer. Columns are the dimensions, then the measures; `currency` stands once.
/// The bytes depend on the rows alone. UTF-8, LF.
public struct StatisticsWriter: Sendable {
  /// What a column shows.
  enum Content: Sendable, Equatable {
    /// `cell`, `rest` or `total`.
    case kind
    case dimension(Int)
    case currency
    case measure(Measure)
    /// One of the four columns that a comparison makes of a measure.
    case first(Measure), second(Measure), difference(Measure), ratio(Measure)
  }

  struct Column: Sendable {
    var name: String
    var content: Content

    /// To the right in a table.
    var isNumber: Bool {
      switch content {
      case .kind, .dimension, .currency: false
      default: true
      }
    }

    /// A JSON number.
    var isCount: Bool {
      switch content {
      case .measure(let measure), .first(let measure), .second(let measure), .difference(let measure):
        measure.isCount
      default: false
      }
    }
  }

  let query: StatisticsQuery
  let columns: [Column]
  /// Rows say whether they are cells: there may be others among them.
  let marksRows: Bool

  /// Names of the columns in CSV; in JSON, `listsWithoutRate` stands behind `goodsValueCny` too.
  public var header: [String] { columns.map(\.name) }

  public init(dimensions: [Dimension]) {
    self.init(StatisticsQuery(dimensions), as: .csv)
  }

  public init(_ query: StatisticsQuery, as format: StatisticsFormat) {
    self.query = query
    // A table shows it in the first column that has room.
    marksRows = format != .table && (query.top != nil || query.showsTotals)
    var columns: [Column] = []
    if marksRows { columns.append(Column(name: "row", content: .kind)) }
    for (index, dimension) in query.columns.enumerated() {
      columns.append(Column(name: dimension.rawValue, content: .dimension(index)))
    }
    for measure in Self.measures(query, format) {
      let name = measure.rawValue
      if measure == .currency {
        columns.append(Column(name: name, content: .currency))
      } else if query.comparison == nil {
        columns.append(Column(name: name, content: .measure(measure)))
      } else {
        columns.append(Column(name: name + "1", content: .first(measure)))
        columns.append(Column(name: name + "2", content: .second(measure)))
        columns.append(Column(name: name + "Difference", content: .difference(measure)))
        columns.append(Column(name: name + "Ratio", content: .ratio(measure)))
      }
    }
    self.columns = columns
  }

  /// An empty value in CNY is to be told from none, so JSON always has its reason beside it.
  private static func measures(_ query: StatisticsQuery, _ format: StatisticsFormat) -> [Measure] {
    var measures = query.measureColumns
    if format == .json, !measures.contains(.listsWithoutRate),
      let place = measures.firstIndex(of: .goodsValueCny)
    {
      measures.insert(.listsWithoutRate, at: place + 1)
    }
    return measures
  }

  /// Writes an answer in one of the formats, in pieces of about 64 KiB.
  public static func write<Failure>(
    _ result: StatisticsResult, as format: StatisticsFormat,
    to sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let writer = StatisticsWriter(result.query, as: format)
    let totals = result.query.showsTotals ? result.totals : []
    switch format {
    case .table: try writer.writeTable(result.rows, totals: result.totals, to: sink)
    case .csv: try writer.writeCSV(result.rows, totals: totals, to: sink)
    case .json: try writer.writeJSON(result.rows + totals, to: sink)
    }
  }

  /// The same as one text, for small results.
  public static func text(_ result: StatisticsResult, as format: StatisticsFormat) -> String {
    var bytes: [UInt8] = []
    write(result, as: format) { (piece: [UInt8]) in bytes += piece }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The fields of a row; an empty measure is empty.
  func fill(_ text: inout RowText, _ row: StatisticsRow) {
    text.removeAll()
    for column in columns {
      switch column.content {
      case .kind: text.append(row.kind.rawValue)
      case .dimension(let index): text.append(row.values[index])
      case .currency: text.append(row.measures.currency ?? "")
      case .measure(let measure), .second(let measure): Self.append(measure, row.measures, to: &text)
      case .first(let measure):
        if let first = row.first { Self.append(measure, first, to: &text) } else { text.append("") }
      case .difference(let measure):
        let difference = row.first.flatMap { $0.difference(measure, to: row.measures) }
        text.append(difference?.text ?? "")
      case .ratio(let measure):
        if let first = row.first?.amount(measure), let second = row.measures.amount(measure) {
          text.append(Ratio.text(second, over: first) ?? "")
        } else {
          text.append("")
        }
      }
    }
  }

  private static func append(_ measure: Measure, _ measures: Measures, to text: inout RowText) {
    switch measure {
    case .currency: text.append(measures.currency ?? "")
    case .lists: text.append(measures.lists)
    case .lines: text.append(measures.lines)
    case .goodsValue: text.append(measures.goodsValue)
    case .goodsValueCny: text.append(measures.goodsValueCny?.text ?? "")
    case .listsWithoutRate: text.append(measures.listsWithoutRate.map { Int128($0) })
    case .qty: text.append(e5: measures.qtyE5)
    case .grossWeight: text.append(e5: measures.grossWeightE5)
    case .netWeight: text.append(e5: measures.netWeightE5)
    case .packages: text.append(measures.packages)
    }
  }
}

extension Measures {
  /// How much more of a measure `other` has; nil where one of them has none.
  func difference(_ measure: Measure, to other: Measures) -> CnyAmount? {
    guard let first = amount(measure), var second = other.amount(measure) else { return nil }
    return second.subtract(first) ? nil : second
  }
}

/// Collects bytes and hands them on in pieces.
struct Pieces<Failure: Error> {
  var bytes: [UInt8] = []

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func flushIfFull(to sink: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
    if bytes.count >= 1 << 16 { try flush(to: sink) }
  }

  mutating func flush(to sink: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
    if bytes.isEmpty { return }
    try sink(bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}
