/// The documents of one kind: one head row each, and their lines in the same order.
///
/// Shapes: `heads` has a row per document: the kind's head fields in schema order, then
/// `#lines` (how many rows of `lines` are its; 0 for kinds without lines), `#source` (number of
/// the source within the ingest), `#offset` and `#length` (bytes of the document element within
/// the decompressed source), and `#digest` (keyed, of these bytes; 0 where what they mean depends
/// on more than them). `lines` has the kind's line fields; nil for a kind without lines.
///
/// Tables are made when they are first asked for: a batch has those of all kinds, some 840 columns,
/// and meets few of them. Whoever only wants to know whether there are documents asks `documentCount`.
public final class KindTables {
  public let kind: Kind
  private var madeHeads: Table?
  private var madeLines: Table?

  public init(_ kind: Kind) { self.kind = kind }

  /// Tables that were read back, with all columns.
  public init(_ kind: Kind, heads: Table, lines: Table?) {
    precondition(heads.schema == Self.headSchema(kind), "other columns than the kind's")
    self.kind = kind
    madeHeads = heads
    madeLines = lines
  }

  public var heads: Table { madeHeads ?? makeHeads() }

  public var lines: Table? { madeLines ?? makeLines() }

  /// Rows of `heads`. Makes no table.
  public var documentCount: Int { madeHeads?.rowCount ?? 0 }

  private func makeHeads() -> Table {
    let table = Table(Self.headSchema(kind))
    madeHeads = table
    return table
  }

  private func makeLines() -> Table? {
    madeLines = Self.lineSchema(kind).map(Table.init)
    return madeLines
  }

  public static func headSchema(_ kind: Kind) -> TableSchema { headSchemas[Int(kind.rawValue)] }
  public static func lineSchema(_ kind: Kind) -> TableSchema? { lineSchemas[Int(kind.rawValue)] }

  private static let headSchemas: [TableSchema] = Catalogue.kinds.map { spec in
    TableSchema(
      spec.headFields.map { .init($0.name, $0.type.columnType) } + [
        .init("#lines", .integer), .init("#source", .integer),
        .init("#offset", .integer), .init("#length", .integer), .init("#digest", .integer),
      ])
  }

  private static let lineSchemas: [TableSchema?] = Catalogue.kinds.map { spec in
    spec.line == nil
      ? nil : TableSchema(spec.lineFields.map { .init($0.name, $0.type.columnType) })
  }
}

/// What one unit of input decodes to. Filled by one thread, then handed on.
public final class DocumentBatch {
  /// By `Kind.rawValue`.
  public let kinds: [KindTables]
  /// A row per reject: see `rejectSchema`.
  public let rejects: Table
  /// Numbers that were not written plainly: see `irregularSchema`.
  public let irregulars: Table
  /// Envelopes that were unwrapped: see `envelopeSchema`.
  public let envelopes: Table
  /// Members of archives that begin here: see `memberSchema`.
  public let members: Table
  /// Latest `appTime` of the accepted documents that decide about lists, seconds; nil if there are none.
  public var latestAppTime: Int64?
  /// Values that break the schema without being a reason to reject (lengths, fixed values).
  public var schemaRemarks = 0

  public init() {
    kinds = Kind.allCases.map(KindTables.init)
    rejects = Table(Self.rejectSchema)
    irregulars = Table(Self.irregularSchema)
    envelopes = Table(Self.envelopeSchema)
    members = Table(Self.memberSchema)
  }

  /// What the batch held before the message that is being read.
  private struct Mark {
    /// Of the message's documents, once its root is read; before that it can have added none.
    var kind: Kind?
    var heads = 0
    var lines = 0
    var rejects = 0
    var irregulars = 0
    var latestAppTime: Int64?
    var schemaRemarks = 0
  }

  private var mark = Mark()

  /// A message begins: `takeBackMessage` takes out what comes from here on.
  func beginMessage() {
    mark = Mark(
      rejects: rejects.rowCount, irregulars: irregulars.rowCount, latestAppTime: latestAppTime,
      schemaRemarks: schemaRemarks)
  }

  /// The message holds documents of this kind.
  func beginDocuments(of kind: Kind) {
    mark.kind = kind
    mark.heads = self[kind].documentCount
    mark.lines = self[kind].lines?.rowCount ?? 0
  }

  /// The message is unusable: nothing of it counts.
  func takeBackMessage() {
    if let kind = mark.kind {
      self[kind].heads.truncate(mark.heads)
      self[kind].lines?.truncate(mark.lines)
    }
    rejects.truncate(mark.rejects)
    irregulars.truncate(mark.irregulars)
    latestAppTime = mark.latestAppTime
    schemaRemarks = mark.schemaRemarks
  }

  /// Rows of `rejects` that the message has added.
  var messageRejects: Range<Int> { mark.rejects..<rejects.rowCount }

  /// The kind of the message's documents, and their rows of `heads`; nil if it has none.
  var messageHeads: (kind: Kind, rows: Range<Int>)? {
    mark.kind.map { ($0, mark.heads..<self[$0].documentCount) }
  }

  /// Takes all rows out and keeps the memory for the next unit.
  public func removeAll() {
    envelopes.truncate(0)
    members.truncate(0)
    for tables in kinds where tables.documentCount > 0 {
      tables.heads.truncate(0)
      tables.lines?.truncate(0)
    }
    rejects.truncate(0)
    irregulars.truncate(0)
    latestAppTime = nil
    schemaRemarks = 0
  }

  public subscript(kind: Kind) -> KindTables { kinds[Int(kind.rawValue)] }

  /// `source`, `offset` and `length` in bytes of the decompressed source; `kind` as `CEB303` or
  /// empty; `key` the business number if it could be read; `sender` of the message or its envelope, if
  /// known; `encoding` as declared, lower case, empty for UTF-8; `original` the bytes themselves.
  public static let rejectSchema = TableSchema([
    .init("source", .integer), .init("offset", .integer), .init("length", .integer),
    .init("kind", .text), .init("key", .text), .init("field", .text), .init("reason", .text),
    .init("message", .text), .init("sender", .text), .init("encoding", .text),
    .init("original", .text),
  ])

  /// An envelope is `length` bytes from `offset` of the decompressed source on; documents inside carry
  /// an `#offset` in this range: the envelope's own and their place in what it holds.
  public static let envelopeSchema = TableSchema([
    .init("source", .integer), .init("offset", .integer), .init("length", .integer),
    .init("senderId", .text), .init("receiverId", .text), .init("messageId", .text),
    .init("messageType", .text), .init("createTime", .text),
  ])

  /// A member of an archive begins at `offset` of what the archive's members hold, one behind the other
  /// with one byte counted between two.
  public static let memberSchema = TableSchema([
    .init("source", .integer), .init("offset", .integer), .init("name", .text),
  ])

  /// `kind` (raw value), `isLine` (0 or 1), `column`, `row` within that table, and the `text`.
  public static let irregularSchema = TableSchema([
    .init("kind", .integer), .init("isLine", .integer), .init("column", .integer),
    .init("row", .integer), .init("text", .text),
  ])
}
