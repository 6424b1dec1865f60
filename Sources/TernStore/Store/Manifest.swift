import TernCEB

/// A committed segment.
public struct SegmentInfo: Equatable, Sendable {
  public var file: FileSummary
  /// Head rows by `Kind.rawValue`.
  public var documents: [Int]
  public var rejects: Int
  /// Latest `appTime` of its accepted documents, seconds since 1970-01-01 in China Standard Time.
  public var latestAppTime: Int64?
  /// Bytes of input (expanded) that it came from.
  public var inputBytes: UInt64
}

/// The sources of one ingest.
public struct LedgerInfo: Equatable, Sendable {
  /// Its number is the ingest's.
  public var file: FileSummary
  public var sources: Int
}

/// A named result, computed from the segments of `generation`.
public struct ResultInfo: Equatable, Sendable {
  public var name: String
  public var file: FileSummary
  public var generation: Int
}

/// What a store consists of. Replaced as a whole by every commit.
public struct Manifest: Equatable, Sendable {
  public var store: StoreID
  /// Counts every commit.
  public internal(set) var revision = 0
  /// Counts the commits that added segments or sources.
  public internal(set) var generation = 0
  var nextSegment = 1
  var nextLedger = 1
  var nextResults = 1
  /// XXH3-64 of the key file: a key that was mixed up must not silently match nothing.
  var keyChecksum: UInt64
  /// Ascending by number.
  public internal(set) var segments: [SegmentInfo] = []
  public internal(set) var ledgers: [LedgerInfo] = []
  /// Ascending by name.
  public internal(set) var results: [ResultInfo] = []

  init(store: StoreID, keyChecksum: UInt64) {
    self.store = store
    self.keyChecksum = keyChecksum
  }

  /// Every file that belongs to the store.
  var files: [FileSummary] {
    segments.map(\.file) + ledgers.map(\.file) + results.map(\.file)
  }
}

// The manifest is a file like the others, of four small tables. A table without rows is left out.
extension Manifest {
  private static let stateID = TableID(rawValue: 0x700)
  private static let segmentsID = TableID(rawValue: 0x701)
  private static let ledgersID = TableID(rawValue: 0x702)
  private static let resultsID = TableID(rawValue: 0x703)

  private static let fileColumns = ["number", "size", "checksum"]
  private static let stateSchema = TableSchema(
    ["generation", "nextSegment", "nextLedger", "nextResults", "keyChecksum"].map {
      .init($0, .integer)
    })
  private static let segmentsSchema = TableSchema(
    (fileColumns + ["rejects", "latestAppTime", "inputBytes"] + Kind.allCases.map(\.name)).map {
      .init($0, .integer)
    })
  private static let ledgersSchema = TableSchema(
    (fileColumns + ["sources"]).map { .init($0, .integer) })
  private static let resultsSchema = TableSchema(
    (fileColumns + ["generation"]).map { .init($0, .integer) } + [.init("name", .text)])

  func write(to writer: SegmentWriter) throws(StoreError) {
    func row(_ table: Table, _ values: [Int64]) {
      for (column, value) in zip(table.columns, values) { column.integer.append(value) }
    }
    func numbers(_ file: FileSummary) -> [Int64] {
      [
        Int64(file.number), Int64(bitPattern: file.size), Int64(bitPattern: file.footerChecksum),
      ]
    }
    let state = Table(Self.stateSchema)
    row(
      state,
      [
        Int64(generation), Int64(nextSegment), Int64(nextLedger), Int64(nextResults),
        Int64(bitPattern: keyChecksum),
      ])
    try writer.append(table: state, id: Self.stateID, group: 0)
    let segmentTable = Table(Self.segmentsSchema)
    for segment in segments {
      row(
        segmentTable,
        numbers(segment.file) + [
          Int64(segment.rejects), segment.latestAppTime ?? IntegerColumn.absent,
          Int64(bitPattern: segment.inputBytes),
        ] + segment.documents.map { Int64($0) })
    }
    try writer.append(table: segmentTable, id: Self.segmentsID, group: 0)
    let ledgerTable = Table(Self.ledgersSchema)
    for ledger in ledgers { row(ledgerTable, numbers(ledger.file) + [Int64(ledger.sources)]) }
    try writer.append(table: ledgerTable, id: Self.ledgersID, group: 0)
    let resultTable = Table(Self.resultsSchema)
    for result in results {
      row(resultTable, numbers(result.file) + [Int64(result.generation)])
      resultTable["name"].text.append(result.name)
    }
    try writer.append(table: resultTable, id: Self.resultsID, group: 0)
  }

  /// Reads the manifest of the store in `folder`.
  static func read(system: SystemCalls, folder: String) throws(StoreError) -> Manifest {
    let reader = try SegmentReader(
      system: system, folder: folder, name: StoreFolder.manifest, kind: .manifest, store: nil,
      expected: nil)
    var decoder = ColumnDecoder()
    func rows(_ id: TableID, _ schema: TableSchema) throws(StoreError) -> Table {
      guard let found = reader.schema(of: id) else { return Table(schema) }
      guard found == schema else {
        throw .corrupt(
          file: reader.path, range: 0..<reader.summary.size, what: "a table of another shape")
      }
      return try reader.readTable(id, decoder: &decoder)
    }
    func damaged(_ what: String) -> StoreError {
      .corrupt(file: reader.path, range: 0..<reader.summary.size, what: what)
    }
    func count(_ table: Table, _ column: String, _ row: Int) throws(StoreError) -> Int {
      let value = table[column].integer[row]
      guard value >= 0 else { throw damaged("\(column) below 0") }
      return Int(value)
    }
    func file(
      _ table: Table, _ row: Int, _ name: (Int) -> String
    ) throws(StoreError) -> FileSummary {
      let number = try count(table, "number", row)
      return FileSummary(
        name: name(number), number: number,
        size: UInt64(bitPattern: table["size"].integer[row]),
        footerChecksum: UInt64(bitPattern: table["checksum"].integer[row]))
    }

    let state = try rows(stateID, stateSchema)
    guard state.rowCount == 1 else { throw damaged("no state") }
    var manifest = Manifest(
      store: reader.header.store,
      keyChecksum: UInt64(bitPattern: state["keyChecksum"].integer[0]))
    manifest.revision = reader.number
    manifest.generation = try count(state, "generation", 0)
    manifest.nextSegment = try count(state, "nextSegment", 0)
    manifest.nextLedger = try count(state, "nextLedger", 0)
    manifest.nextResults = try count(state, "nextResults", 0)
    let segments = try rows(segmentsID, segmentsSchema)
    for row in 0..<segments.rowCount {
      var documents: [Int] = []
      for kind in Kind.allCases { documents.append(try count(segments, kind.name, row)) }
      let latest = segments["latestAppTime"].integer[row]
      manifest.segments.append(
        SegmentInfo(
          file: try file(segments, row, StoreFolder.segment), documents: documents,
          rejects: try count(segments, "rejects", row),
          latestAppTime: latest == IntegerColumn.absent ? nil : latest,
          inputBytes: UInt64(bitPattern: segments["inputBytes"].integer[row])))
    }
    let ledgers = try rows(ledgersID, ledgersSchema)
    for row in 0..<ledgers.rowCount {
      manifest.ledgers.append(
        LedgerInfo(
          file: try file(ledgers, row, StoreFolder.ledger),
          sources: try count(ledgers, "sources", row)))
    }
    let results = try rows(resultsID, resultsSchema)
    for row in 0..<results.rowCount {
      manifest.results.append(
        ResultInfo(
          name: results["name"].text.string(row),
          file: try file(results, row, StoreFolder.results),
          generation: try count(results, "generation", row)))
    }
    return manifest
  }
}
