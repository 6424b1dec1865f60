import TernCEB
import TernMatch
import TernRules
import TernStore

/// Documents of one kind that were read by their places, and nothing of their neighbours.
struct FetchedDocuments {
  private let tables: KindTables
  private var rows: [DocumentRef: (row: Int, firstLine: Int)] = [:]

  fileprivate init(_ kind: Kind) { tables = KindTables(kind) }

  /// Nil for a document that was not asked for.
  subscript(document: DocumentRef) -> DocumentRow? {
    guard let place = rows[document] else { return nil }
    return DocumentRow(tables, row: place.row, firstLine: place.firstLine)
  }

  fileprivate mutating func append(
    _ document: DocumentRef, _ row: Int, of source: KindTables, lines: Range<Int>
  ) {
    rows[document] = (tables.heads.rowCount, tables.lines?.rowCount ?? 0)
    tables.heads.append(row, of: source.heads)
    if let from = source.lines, let to = tables.lines {
      for line in lines { to.append(line, of: from) }
    }
  }
}

/// Some head columns of documents that were read by their places.
struct FetchedColumns {
  let table: Table
  /// Ascending, one per row.
  private var documents: [DocumentRef] = []

  fileprivate init(_ kind: Kind, _ columns: [String]) {
    let schema = KindTables.headSchema(kind)
    table = Table(TableSchema(columns.map { schema.columns[schema.index(of: $0)!] }))
  }

  /// Row of a document; traps for one that was not asked for. O(log documents).
  func row(_ document: DocumentRef) -> Int {
    var (low, high) = (0, documents.count)
    while low < high {
      let middle = (low + high) / 2
      if documents[middle] < document { low = middle + 1 } else { high = middle }
    }
    precondition(low < documents.count && documents[low] == document, "a document not asked for")
    return low
  }

  fileprivate mutating func append(_ document: DocumentRef, _ row: Int, of source: Table) {
    table.append(row, of: source)
    documents.append(document)
  }
}

/// Reads single documents of a store, each row group that holds any of them once. For one thread.
struct DocumentFetcher: ~Copyable {
  private let segments: [SegmentReader]
  private var decoder = ColumnDecoder()

  init(_ segments: [SegmentReader]) { self.segments = segments }

  /// Memory: one row group, and the documents.
  mutating func fetch(
    _ kind: Kind, _ documents: some Sequence<DocumentRef>
  ) throws(TernError) -> FetchedDocuments {
    var found = FetchedDocuments(kind)
    for wanted in wantedRows(kind, documents) {
      let tables = try storing { () throws(StoreError) in
        try wanted.reader.readTables(kind, group: wanted.group, rows: wanted.rows, decoder: &decoder)
      }
      let starts = tables.lineStarts
      for (document, row) in zip(wanted.documents, wanted.rows) {
        found.append(
          document, row, of: tables, lines: starts.isEmpty ? 0..<0 : starts[row]..<starts[row + 1])
      }
    }
    return found
  }

  /// The same for some head columns alone.
  mutating func fetch(
    _ kind: Kind, _ documents: some Sequence<DocumentRef>, columns: [String]
  ) throws(TernError) -> FetchedColumns {
    var found = FetchedColumns(kind, columns)
    for wanted in wantedRows(kind, documents) {
      let heads = try storing { () throws(StoreError) in
        try wanted.reader.readTable(
          .heads(kind), group: wanted.group, columns: columns, rows: wanted.rows, decoder: &decoder)
      }
      for (document, row) in zip(wanted.documents, wanted.rows) { found.append(document, row, of: heads) }
    }
    return found
  }

  /// Documents of one row group, and their rows there.
  private struct WantedRows {
    var reader: SegmentReader
    var group: Int
    var documents: ArraySlice<DocumentRef>
    var rows: [Int]
  }

  /// By segment and row group, in order; each document once.
  private func wantedRows(_ kind: Kind, _ documents: some Sequence<DocumentRef>) -> [WantedRows] {
    var wanted: [WantedRows] = []
    var left = Set(documents).sorted()[...]
    while let first = left.first {
      let reader = segments[first.segment]
      var firstRow = 0
      for (group, count) in reader.groups(of: .heads(kind)) {
        let here = left.prefix { $0.segment == first.segment && $0.row < firstRow + count }
        left = left.dropFirst(here.count)
        if !here.isEmpty {
          wanted.append(
            WantedRows(reader: reader, group: group, documents: here, rows: here.map { $0.row - firstRow }))
        }
        firstRow += count
        if left.first?.segment != first.segment { break }
      }
      precondition(left.first != first, "a document beyond its segment")
    }
    return wanted
  }
}

extension SegmentReader {
  /// One row group of heads, with the lines of all of them. Of the heads only `rows` have to be there.
  func readTables(
    _ kind: Kind, group: Int, rows: [Int]? = nil, decoder: inout ColumnDecoder
  ) throws(StoreError) -> KindTables {
    KindTables(
      kind,
      heads: try readTable(.heads(kind), group: group, rows: rows, decoder: &decoder),
      lines: schema(of: .lines(kind)) == nil
        ? nil : try readTable(.lines(kind), group: group, decoder: &decoder))
  }
}

extension KindTables {
  /// First line of each document, and the end; empty for a kind without lines. O(documents).
  var lineStarts: [Int] {
    guard lines != nil else { return [] }
    let counts = heads["#lines"].integer
    var starts = [0]
    starts.reserveCapacity(counts.count + 1)
    for row in 0..<counts.count { starts.append(starts[row] + Int(counts[row])) }
    return starts
  }
}

extension Table {
  /// Appends a row of a table of the same schema.
  fileprivate func append(_ row: Int, of other: Table) {
    for (column, source) in zip(columns, other.columns) {
      switch (column, source) {
      case (.text(let to), .text(let from)): unsafe to.append(from.unsafeValue(row))
      case (.integer(let to), .integer(let from)): to.append(from[row])
      case (.decimal(let to), .decimal(let from)):
        to.append(mantissa: from.mantissas[row], form: from.form(row))
      default: preconditionFailure("a table of another schema")
      }
    }
  }
}
