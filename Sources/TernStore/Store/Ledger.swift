import TernCEB

/// A 128-bit digest of a source's bytes as they lie on disk.
public struct ContentDigest: Hashable, Comparable, Sendable {
  public var high: UInt64
  public var low: UInt64
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
  public static func < (a: Self, b: Self) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

/// A source as the ledger keeps it.
public struct SourceRecord: Equatable, Sendable {
  public var path: String
  /// Bytes on disk, before any decompression.
  public var rawSize: UInt64
  public var digest: ContentDigest
  public var documents: Int
  public var rejects: Int

  public init(
    path: String, rawSize: UInt64, digest: ContentDigest, documents: Int, rejects: Int
  ) {
    self.path = path
    self.rawSize = rawSize
    self.digest = digest
    self.documents = documents
    self.rejects = rejects
  }
}

/// The sources that a store has taken in, by size and content: the same bytes under another name
/// are the same source.
///
/// Memory: 24 bytes a source. Cost: a binary search.
public struct KnownSources: Sendable {
  private struct Entry: Comparable {
    var size: UInt64
    var digest: ContentDigest
    static func < (a: Self, b: Self) -> Bool {
      a.size != b.size ? a.size < b.size : a.digest < b.digest
    }
  }
  private var entries: [Entry] = []

  public var count: Int { entries.count }

  /// Whether any known source has this size: if not, its digest need not be computed.
  public func hasSize(_ size: UInt64) -> Bool {
    let index = entries.partitioningIndex { $0.size >= size }
    return index < entries.count && entries[index].size == size
  }

  public func contains(size: UInt64, digest: ContentDigest) -> Bool {
    let wanted = Entry(size: size, digest: digest)
    let index = entries.partitioningIndex { $0 >= wanted }
    return index < entries.count && entries[index] == wanted
  }

  init(_ records: [SourceRecord]) {
    entries = records.map { Entry(size: $0.rawSize, digest: $0.digest) }
    entries.sort()
  }
}

enum Ledger {
  static let schema = TableSchema([
    .init("path", .text), .init("rawSize", .integer), .init("digestHigh", .integer),
    .init("digestLow", .integer), .init("documents", .integer), .init("rejects", .integer),
  ])
  /// Rows of one group.
  private static let groupRows = 100_000

  static func write(_ sources: [SourceRecord], to writer: SegmentWriter) throws(StoreError) {
    var group = 0
    var start = 0
    while start < sources.count {
      let end = min(start + groupRows, sources.count)
      let table = Table(schema)
      for source in sources[start..<end] {
        table["path"].text.append(source.path)
        table["rawSize"].integer.append(Int64(bitPattern: source.rawSize))
        table["digestHigh"].integer.append(Int64(bitPattern: source.digest.high))
        table["digestLow"].integer.append(Int64(bitPattern: source.digest.low))
        table["documents"].integer.append(Int64(source.documents))
        table["rejects"].integer.append(Int64(source.rejects))
      }
      try writer.append(table: table, id: .sources, group: group)
      group += 1
      start = end
    }
  }

  /// Adds the paths of some rows to `paths`, by row number behind `base`. Reads the row groups that hold them.
  static func readPaths(
    _ wanted: [Int], base: Int, _ reader: SegmentReader, into paths: inout [Int: String]
  ) throws(StoreError) {
    var decoder = ColumnDecoder()
    var first = base
    for (group, count) in reader.groups(of: .sources) {
      let rows = wanted.filter { $0 >= first && $0 < first + count }.map { $0 - first }
      if !rows.isEmpty {
        let table = try reader.readTable(
          .sources, group: group, columns: ["path"], rows: rows, decoder: &decoder)
        for row in rows { paths[first + row] = table.columns[0].text.string(row) }
      }
      first += count
    }
  }

  static func read(_ reader: SegmentReader) throws(StoreError) -> [SourceRecord] {
    guard let found = reader.schema(of: .sources) else { return [] }
    guard found == schema else {
      throw .corrupt(
        file: reader.path, range: 0..<reader.summary.size, what: "a table of another shape")
    }
    var decoder = ColumnDecoder()
    let table = try reader.readTable(.sources, decoder: &decoder)
    return (0..<table.rowCount).map { row in
      SourceRecord(
        path: table["path"].text.string(row),
        rawSize: UInt64(bitPattern: table["rawSize"].integer[row]),
        digest: ContentDigest(
          high: UInt64(bitPattern: table["digestHigh"].integer[row]),
          low: UInt64(bitPattern: table["digestLow"].integer[row])),
        documents: Int(table["documents"].integer[row]),
        rejects: Int(table["rejects"].integer[row]))
    }
  }
}
