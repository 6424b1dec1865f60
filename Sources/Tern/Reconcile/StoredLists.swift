import TernCEB
import TernRules
import TernStore

/// One row group of a store's lists, a column at a time.
struct StoredLists: ListSource {
  let reader: SegmentReader
  let kind: Kind
  let group: Int
  let rowCount: Int
  let decoder: SharedDecoder

  var direction: Direction { kind.direction }

  private func table(_ part: ListPart) -> TableID { part == .heads ? .heads(kind) : .lines(kind) }

  /// No list of the segment may have a line.
  private func isThere(_ part: ListPart) -> Bool { reader.schema(of: table(part)) != nil }

  func flags(
    _ part: ListPart, _ column: String, _ judge: (Bytes) -> UInt8
  ) throws(StoreError) -> [UInt8]? {
    guard isThere(part) else { return nil }
    return try reader.readFlags(
      table(part), group: group, column: column, decoder: &decoder.decoder, judge)
  }

  func column(_ part: ListPart, _ column: String) throws(StoreError) -> Column {
    guard isThere(part) else {
      return Table(TableSchema(KindTables.lineSchema(kind)!.columns))[column]
    }
    return try reader.readTable(
      table(part), group: group, columns: [column], decoder: &decoder.decoder)[column]
  }
}

/// A thread's decoder, which the sources that it makes share.
final class SharedDecoder {
  var decoder = ColumnDecoder()
}
