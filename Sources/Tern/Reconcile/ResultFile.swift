import TernCEB
import TernMatch
import TernRules
import TernStore

/// The verdicts of a run as they are stored: for each row group of lists, in the order of `JudgedLists.parts`, one of
/// (`findings`, `disposition`, `kept`), aligned with their rows; for each segment and direction one of what became of
/// the cancellations and one of the returns, aligned with theirs.
///
/// After few new documents the verdicts stay where they are, under the name `baseName`, and the new file has just what
/// is new: whole row groups of the lists that the base does not have, and for its own the rows that differ. Everything
/// else in it is of all documents.
enum ResultFile {
  static let name = "verdicts"
  static let baseName = "verdicts.base"
  static let verdicts = TableID.result(0)
  static let settings = TableID.result(1)
  static let cancellations = TableID.result(2)
  /// 3 and 4 are `ReturnResults`.
  static let ages = TableID.result(5)
  static let changes = TableID.result(6)
  /// `kept`: what else `ListResults` knows of a list, in its bits: trade mode and priority, and of lists that do not
  /// count or are cancelled what they decided by themselves, should they count one day.
  static let schema = TableSchema([
    .init("findings", .integer), .init("disposition", .integer), .init("kept", .integer),
  ])
  static let cancellationsSchema = TableSchema([.init("effect", .integer)])
  static let settingsSchema = TableSchema([.init("name", .text), .init("value", .text)])
  /// One row for each row group of lists: the earliest `appTime` of a pending one, `Int64.max` where none is.
  static let agesSchema = TableSchema([.init("oldestPending", .integer)])
  /// Rows of a row group of the base that are otherwise now, ascending.
  static let changesSchema = TableSchema([.init("row", .integer)] + schema.columns)

  /// Row group of a segment's cancellations or returns of one direction.
  static func group(segment: Int, _ direction: Direction) -> Int {
    segment * 2 + Int(direction.rawValue)
  }

  /// The verdicts of just the store's documents.
  ///
  /// - Throws: `notReconciled` if there are none.
  static func open(_ store: Store) throws(TernError) -> StoredResults {
    guard let info = store.manifest.results.first(where: { $0.name == name }),
      info.generation == store.manifest.generation,
      let result = try storing({ () throws(StoreError) in try StoredResults(store) })
    else { throw .notReconciled(store: store.path) }
    return result
  }

  /// What `disposition` says.
  static let statusBits = ListResults.countsBit | ListResults.cancelledBit

  /// `disposition` of a list that does not count; otherwise `Disposition.rawValue` + 1.
  static let doesNotCount: Int64 = 0
}

extension CancellationResults {
  /// Takes the stored effects of a row group of the result.
  func load(
    _ group: Int, from result: SegmentReader, decoder: inout ColumnDecoder
  ) throws(StoreError) {
    guard result.schema(of: ResultFile.cancellations) != nil else { return }
    let stored = try result.readTable(
      ResultFile.cancellations, group: group, decoder: &decoder
    ).columns[0].integer
    let first = numbering.range(ofGroup: group).lowerBound
    for row in 0..<stored.count {
      self[first + row] =
        CancellationEffect(rawValue: UInt8(truncatingIfNeeded: stored[row])) ?? .doesNotCount
    }
  }
}

extension ListNumbering {
  /// Numbers of the documents of a row group of the result.
  func range(ofGroup group: Int) -> Range<Int> {
    let (segment, direction) = (group / 2, Direction.allCases[group % 2])
    return firstIndex(ofSegment: segment, direction)..<endIndex(ofSegment: segment, direction)
  }
}
