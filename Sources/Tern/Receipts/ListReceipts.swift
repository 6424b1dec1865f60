import TernCEB
import TernMatch
import TernRules
import TernStore

/// One thread's writing of list receipts: 604 and 622, one for every list that counts and is not
/// cancelled.
struct ListReceipts: ~Copyable {
  /// Lists whose documents are read at a time.
  private static let listsAtATime = 2048

  private let store: MarkedStore
  private var formatter: ReceiptFormatter
  private var reader: JudgedLists.Reader
  private var fetcher: DocumentFetcher
  private var decoder = ColumnDecoder()

  init(_ store: MarkedStore, _ layout: ReceiptLayout, asOf: Int64) {
    self.store = store
    formatter = ReceiptFormatter(layout, asOf: asOf)
    reader = JudgedLists.Reader(store.lists)
    fetcher = DocumentFetcher(store.view.segments)
  }

  /// Writes one row group's receipts.
  mutating func write(_ part: JudgedLists.Part, to piece: OutputPiece) throws(TernError) {
    let verdicts = try reader.verdicts(part, withFindings: true)
    let rows = verdicts.dispositions.indices.filter {
      verdicts.disposition($0).map { $0 != .cancelled } ?? false
    }
    if rows.isEmpty { return }
    let heads = try reader.heads(part, formatter.layout.columns)
    let columns = heads.columns.map(\.text)
    var sentences: [Int: [String]] = [:]
    let wanting = rows.filter { verdicts.findings[$0] != 0 }
    var lists: (tables: KindTables, lineStarts: [Int])?
    if !wanting.isEmpty {
      let tables = try storing { () throws(StoreError) in
        try store.view.segments[part.segment].readTables(
          part.kind, group: part.group, rows: wanting, decoder: &decoder)
      }
      lists = (tables, tables.lineStarts)
    }
    var explained = 0
    for row in rows {
      if explained < wanting.count, wanting[explained] == row, sentences[row] == nil, let lists {
        let next = wanting[explained..<min(explained + Self.listsAtATime, wanting.count)]
        sentences = try explain(next, part, verdicts, lists.tables, lists.lineStarts)
      }
      if explained < wanting.count, wanting[explained] == row { explained += 1 }
      let disposition = verdicts.disposition(row)!
      formatter.append(
        .init(columns, row: row), returnStatus: disposition.returnStatus,
        returnInfo: ReturnInfo.list(
          disposition, guid: columns[0].string(row), sentences[row] ?? []),
        to: piece)
    }
  }

  /// A sentence for each failed comparison, by row.
  private mutating func explain(
    _ rows: ArraySlice<Int>, _ part: JudgedLists.Part, _ verdicts: JudgedLists.Verdicts,
    _ tables: KindTables, _ lineStarts: [Int]
  ) throws(TernError) -> [Int: [String]] {
    let first =
      store.view.numbering.firstIndex(ofSegment: part.segment, part.direction)
      + part.rows.lowerBound
    var places: [Int: TripletPositions.Documents] = [:]
    for row in rows { places[row] = store.marks.positions![first + row] }
    let orders = try fetcher.fetch(Kind(.order, part.direction), places.values.compactMap(\.order))
    let payments = try fetcher.fetch(
      Kind(.payment, part.direction), places.values.flatMap(\.payments))
    let waybills = try fetcher.fetch(
      Kind(.waybill, part.direction), places.values.compactMap(\.waybill))
    var sentences: [Int: [String]] = [:]
    for row in rows {
      let place = places[row]!
      var findings = FindingSet(rawValue: verdicts.findings[row])
      var unexplained: [String] = []
      if place.hasTooManyPayments {
        // Their values would fill many receipts.
        let ofPayments = FindingSet(.partySeller, .partyPayer, .amountPaid, .amountCurrency)
        unexplained = findings.intersection(ofPayments).findings.map { $0.label(.chinese) }
        findings.subtract(ofPayments)
      }
      let listCase = ListCase(
        list: DocumentRow(
          tables, row: row, firstLine: lineStarts.isEmpty ? nil : lineStarts[row]),
        order: place.order.flatMap { orders[$0] },
        payments: place.payments.compactMap { payments[$0] },
        waybill: place.waybill.flatMap { waybills[$0] })
      sentences[row] =
        evidence(
          findings, of: listCase, settings: store.rules, reference: store.reference
        ).map { $0.sentence(.chinese) }
        + unexplained
    }
    return sentences
  }
}
