import TernCEB
import TernRules
import TernStats
import TernStore

/// Who an extract is for. Each gets the columns that its task needs, and no more.
public enum Department: String, Sendable, CaseIterable {
  /// Every list that counts, with its verdict.
  case customs
  /// Goods lines of released export lists: seller, refund class, invoice-free exemption.
  case tax
  /// Released lists whose order, payments and waybill are all there, with the amounts of each.
  case forex
  /// Cells of the cube over released lists; no enterprise, no person.
  case statistics

  /// Columns in order; what they hold stands in `Extract/README.md`.
  public var columns: [String] {
    switch self {
    case .customs: CustomsExtract.columns
    case .tax: TaxExtract.columns
    case .forex: ForexExtract.columns
    case .statistics: StatisticsExtract.columns
    }
  }
}

extension Engine {
  /// Writes what one department gets, in received order (statistics: in order of the dimensions). Does not
  /// close `sink`.
  ///
  /// Row groups in parallel, a few of them in memory per thread; `forex` also needs what `MarkedStore`
  /// takes, and `statistics` the cells of its cube. The same store gives the same bytes.
  ///
  /// - Throws: `notReconciled` if there are no verdicts for just these documents.
  public func writeExtract(
    of path: String, for department: Department, as format: RowFormat = .csv, to sink: ByteSink
  ) throws(TernError) {
    switch department {
    case .statistics: try writeStatisticsExtract(of: path, as: format, to: sink)
    case .forex: try writeForexExtract(of: path, as: format, to: sink)
    case .customs:
      let lists = try JudgedLists(path, threads: settings.threads)
      try writeParts(lists, CustomsExtract.columns, format, to: sink) {
        (reader, part, rows) throws(TernError) in
        try CustomsExtract.write(&reader, part, to: &rows)
      }
    case .tax:
      let lists = try JudgedLists(path, threads: settings.threads)
      let reference = settings.reference
      try writeParts(lists, TaxExtract.columns, format, to: sink) {
        (reader, part, rows) throws(TernError) in
        try TaxExtract.write(&reader, part, reference, to: &rows)
      }
    }
  }

  /// Writes rows part by part, made on all threads, in their order.
  private func writeParts(
    _ lists: JudgedLists, _ columns: [String], _ format: RowFormat, to sink: ByteSink,
    _ write: @Sendable (
      inout JudgedLists.Reader, JudgedLists.Part, inout RowWriter
    ) throws(TernError) -> Void
  ) throws(TernError) {
    sink.append(RowWriter.header(columns, format))
    try sink.flush()
    let threads = min(settings.threads, max(lists.parts.count, 1))
    let output = OrderedOutput(count: lists.parts.count, threads: threads, sink: sink)
    try onWorkers(threads) { (_) throws(TernError) in
      var reader = JudgedLists.Reader(lists)
      var rows = RowWriter(columns, format)
      do throws(TernError) {
        while let claim = output.claim() {
          try write(&reader, lists.parts[claim.index], &rows)
          claim.piece.bytes.append(contentsOf: rows.bytes)
          rows.removeAll()
          try output.deliver(claim)
        }
      } catch {
        output.stop()
        throw error
      }
    }
  }
}

/// `ebpCode`, or `ebcCode` where that names no platform.
struct PlatformColumn {
  private let ebpCode: TextColumn
  private let ebcCode: TextColumn

  init(_ heads: Table) {
    ebpCode = heads["ebpCode"].text
    ebcCode = heads["ebcCode"].text
  }

  func column(_ row: Int) -> TextColumn {
    let value = unsafe ebpCode.unsafeValue(row)
    return unsafe value.isEmpty || value.elementsEqual("无".utf8) ? ebcCode : ebpCode
  }
}

/// Sums over the goods lines of one row group of lists.
struct ListGoods {
  /// First line of each list, and the end.
  let starts: [Int]
  private let currency: TextColumn
  private let totalPrice: DecimalColumn

  /// Columns of the lines that are read.
  static let columns = ["currency", "totalPrice"]

  init(_ counts: IntegerColumn, _ lines: Table) {
    var starts = [0]
    starts.reserveCapacity(counts.count + 1)
    for row in 0..<counts.count { starts.append(starts[row] + Int(counts[row])) }
    self.starts = starts
    currency = lines["currency"].text
    totalPrice = lines["totalPrice"].decimal
  }

  func lines(_ list: Int) -> Range<Int> { starts[list]..<starts[list + 1] }

  /// At face value. A list has far fewer lines than it takes to leave 128 bits.
  func valueE5(_ list: Int) -> Int128 {
    var sum: Int128 = 0
    for line in lines(list) { sum += totalPrice.valueE5(line) ?? 0 }
    return sum
  }

  /// Of the first line; empty for a list without lines.
  func writeCurrency(_ list: Int, to rows: inout RowWriter) {
    if lines(list).isEmpty { rows.text("") } else { rows.text(currency, starts[list]) }
  }

  func currency(_ list: Int) -> String {
    lines(list).isEmpty ? "" : currency.string(starts[list])
  }
}
