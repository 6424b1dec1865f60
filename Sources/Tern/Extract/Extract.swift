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
  /// - Parameter period: of the lists' `appTime`; nil for all.
  /// - Throws: `notReconciled` if there are no verdicts for just these documents.
  public func writeExtract(
    of path: String, for department: Department, during period: TimeSpan? = nil,
    as format: RowFormat = .csv, to sink: ByteSink
  ) throws(TernError) {
    switch department {
    case .statistics: try writeStatisticsExtract(of: path, period, as: format, to: sink)
    case .forex: try writeForexExtract(of: path, period, as: format, to: sink)
    case .customs:
      let lists = try JudgedLists(path, threads: settings.threads)
      try lists.writeRows(CustomsExtract.columns, format, threads: settings.threads, to: sink) {
        (reader, part, rows) throws(TernError) in
        try CustomsExtract.write(&reader, part, period, to: &rows)
      }
    case .tax:
      let lists = try JudgedLists(path, threads: settings.threads)
      let reference = settings.reference
      try lists.writeRows(TaxExtract.columns, format, threads: settings.threads, to: sink) {
        (reader, part, rows) throws(TernError) in
        try TaxExtract.write(&reader, part, period, reference, to: &rows)
      }
    }
  }
}
