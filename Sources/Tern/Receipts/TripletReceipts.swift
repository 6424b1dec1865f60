import TernCEB
import TernMatch
import TernRules
import TernStore

/// One thread's writing of receipts for orders, payments or waybills that a list took.
struct TripletReceipts: ~Copyable {
  /// One row group of documents.
  struct Part: Sendable {
    var segment: Int
    var group: Int
    var firstRow: Int
    var rowCount: Int
  }

  private let store: MarkedStore
  private var formatter: ReceiptFormatter
  private var decoder = ColumnDecoder()

  init(_ store: MarkedStore, _ layout: ReceiptLayout, asOf: Int64) {
    self.store = store
    formatter = ReceiptFormatter(layout, asOf: asOf)
  }

  static func parts(_ segments: [SegmentReader], _ kind: Kind) -> [Part] {
    segments.enumerated().flatMap { segment, reader in
      var first = 0
      return reader.groups(of: .heads(kind)).map { group, rows in
        defer { first += rows }
        return Part(segment: segment, group: group, firstRow: first, rowCount: rows)
      }
    }
  }

  mutating func write(_ part: Part, to piece: OutputPiece) throws(TernError) {
    let kind = formatter.layout.source
    let marks = (0..<part.rowCount).map {
      store.marks[
        kind.role,
        DocumentRef(segment: part.segment, row: part.firstRow + $0, direction: kind.direction)]
    }
    let rows = marks.indices.filter { marks[$0].rawValue >= TripletMark.matched.rawValue }
    if rows.isEmpty { return }
    let segment = store.view.segments[part.segment]
    let heads = try storing { () throws(StoreError) in
      try segment.readTable(
        .heads(kind), group: part.group, columns: formatter.layout.columns, rows: rows,
        decoder: &decoder)
    }
    let wrongSums = try wrongSums(part, rows.filter { marks[$0] == .wrongSums })
    let columns = heads.columns.map(\.text)
    for row in rows {
      let faults =
        switch marks[row] {
        case .duplicate: [ReturnInfo.duplicate(kind.role)]
        case .wrongSums: wrongSums[row] ?? []
        default: [String]()
        }
      formatter.append(
        .init(columns, row: row), returnStatus: marks[row] == .matched ? "120" : "100",
        returnInfo: ReturnInfo.triplet(guid: columns[0].string(row), faults), to: piece)
    }
  }

  /// What orders say that does not add up, by row.
  private mutating func wrongSums(
    _ part: Part, _ rows: [Int]
  ) throws(TernError) -> [Int: [String]] {
    if rows.isEmpty { return [:] }
    let tables = try storing { () throws(StoreError) in
      try store.view.segments[part.segment].readTables(
        formatter.layout.source, group: part.group, rows: rows, decoder: &decoder)
    }
    let starts = tables.lineStarts
    var sentences: [Int: [String]] = [:]
    for row in rows {
      let order = DocumentRow(tables, row: row, firstLine: starts[row])
      // These checks read nothing of the list but its direction.
      sentences[row] = evidence(
        MarkedStore.orderSums, of: ListCase(list: order, order: order), settings: store.rules
      ).filter { !$0.left.element.isEmpty }.map { $0.sentence(.chinese) }
    }
    return sentences
  }
}
