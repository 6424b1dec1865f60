public enum StatisticsFormat: String, Sendable, CaseIterable {
  case table, csv, json
}

/// Writes rows of a cube. Columns are the dimensions, then the measures; `currency` stands once.
/// The bytes depend on the rows alone. UTF-8, LF.
public struct StatisticsWriter: Sendable {
  public let dimensions: [Dimension]
  /// Names of the columns.
  public let header: [String]
  /// `Measures.currency` is a column after the dimensions.
  let showsCurrency: Bool

  public init(dimensions: [Dimension]) {
    self.dimensions = dimensions
    showsCurrency = !dimensions.contains(.currency)
    header =
      dimensions.map(\.rawValue)
      + (showsCurrency ? Measures.names : Array(Measures.names.dropFirst()))
  }

  /// Writes all rows in one of the formats, in pieces of about 64 KiB.
  ///
  /// - Parameters:
  ///   - totals: shown below the rows of a `table`, as `Cube.totals()` gives them, with a row over
  ///     all if there are several currencies; `csv` and `json` hold rows only.
  public func write<Failure>(
    _ rows: [StatisticsRow], totals: [Measures] = [], total: Measures? = nil,
    as format: StatisticsFormat, to sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    switch format {
    case .table: try writeTable(rows, totals: totals, total: total, to: sink)
    case .csv: try writeCSV(rows, to: sink)
    case .json: try writeJSON(rows, to: sink)
    }
  }

  /// The same as one text, for small results.
  public func text(
    _ rows: [StatisticsRow], totals: [Measures] = [], total: Measures? = nil,
    as format: StatisticsFormat
  ) -> String {
    var bytes: [UInt8] = []
    write(rows, totals: totals, total: total, as: format) { (piece: [UInt8]) in bytes += piece }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The fields of a row; an empty measure is empty.
  func fill(_ text: inout RowText, _ row: StatisticsRow) {
    text.removeAll()
    for value in row.values { text.append(value) }
    append(row.measures, to: &text)
  }

  func append(_ measures: Measures, currency: String? = nil, to text: inout RowText) {
    if showsCurrency { text.append(currency ?? measures.currency ?? "") }
    text.append(measures.lists)
    text.append(measures.lines)
    text.append(measures.goodsValue)
    text.append(e5: measures.grossWeightE5)
    text.append(e5: measures.netWeightE5)
    text.append(measures.packages)
  }

  /// Columns from here on hold numbers.
  var firstNumber: Int { header.count - Measures.names.count + 1 }
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
