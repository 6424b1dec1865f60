import TernCEB
import TernRules
import TernStore

/// A document of a store with where it came from.
final class StoredDocument {
  let place: DocumentPlace
  let row: DocumentRow
  /// File, member of an archive, envelope, and bytes.
  var origin = Origin()

  init(place: DocumentPlace, row: DocumentRow) {
    self.place = place
    self.row = row
    origin.sourceNumber = Int(row.head.integer("#source") ?? -1)
    origin.offset = row.head.integer("#offset") ?? 0
    origin.length = row.head.integer("#length") ?? 0
  }

  var kind: Kind { place.kind }
  func text(_ name: String) -> String { row.text(name) }

  /// Seconds since 1970-01-01 in China Standard Time; nil where the kind has none.
  var appTime: Int64? { row.head.integer("appTime") }
  var isDeclared: Bool { text("appStatus") == "2" }
  var isDelete: Bool { text("appType") == "3" }

  /// What names the platform in a trade key; nil where the document can't name one.
  var platform: String? {
    let element = row.platformElement
    return row.head.has(element) ? text(element) : nil
  }

  var tradeKey: ByteKey? {
    platform.map { ByteKey([kind.direction.letter, $0, text("orderNo")]) }
  }
  var waybillKey: ByteKey {
    ByteKey([kind.direction.letter, text("logisticsCode"), text("logisticsNo")])
  }

  /// Identity of a version group (domain: "Which documents count"); nil where it can have none.
  var identity: ByteKey? {
    switch kind.role {
    case .order: return tradeKey
    case .payment:
      let number = text(kind.direction == .import ? "payTransactionId" : "payNo")
      return tradeKey?.adding([text("payCode")] + (number.isEmpty ? ["guid", text("guid")] : [number]))
    case .waybill: return waybillKey
    case .list, .cancellation:
      return text("copNo").isEmpty
        ? tradeKey.map { ByteKey($0.parts + waybillKey.parts) }
        : ByteKey([kind.direction.letter, text("agentCode"), text("copNo")])
    case .refund:
      let number = text(kind.direction == .import ? "copNo" : "coElNo")
      return ByteKey([kind.direction.letter, text("agentCode"), text("invtNo")])
        .adding(number.isEmpty ? ["guid", text("guid")] : [number])
    case .receipt, .notice: return nil
    }
  }

  /// Of a list without an `invtNo` the one that Tern's own receipts give it; otherwise empty.
  var derivedInvtNo: String {
    guard kind.role == .list, text("invtNo").isEmpty else { return "" }
    func bytes(_ name: String) -> [UInt8] { Array(text(name).utf8) }
    return DerivedNumbers(
      kind.direction, agentCode: bytes("agentCode"), copNo: bytes("copNo"),
      platform: Array((platform ?? "").utf8), orderNo: bytes("orderNo"),
      logisticsCode: bytes("logisticsCode"), logisticsNo: bytes("logisticsNo")
    ).invtNo
  }

  /// Whether the head or a line carries the value.
  func carries(_ element: String, _ value: String) -> Bool {
    func isIt(_ row: FieldRow) -> Bool { row.has(element) && isSame(row.text(element), value) }
    return !value.isEmpty && (isIt(row.head) || row.lines.contains(where: isIt))
  }
}

/// Keys compare byte for byte: `String` takes some texts of other bytes for equal.
struct ByteKey: Hashable {
  let parts: [[UInt8]]

  init(_ parts: [[UInt8]]) { self.parts = parts }
  init(_ texts: [String]) { parts = texts.map { Array($0.utf8) } }
  func adding(_ texts: [String]) -> ByteKey { ByteKey(parts + ByteKey(texts).parts) }
}

func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

/// Where a document's bytes are.
struct Origin {
  var sourceNumber = -1
  /// Path of the source as it was given.
  var source = ""
  /// Member of an archive that holds it; offsets then count from the member's first byte.
  var member = ""
  /// Bytes of the decompressed source, or of the unwrapped message where there is an envelope.
  var offset: Int64 = 0
  var length: Int64 = 0
  var envelope: Envelope?

  struct Envelope {
    var senderId: String
    var messageId: String
    /// Where it begins in the source.
    var offset: Int64
  }
}

/// Reads single documents, and where they came from.
struct DocumentLoader: ~Copyable {
  let segments: [SegmentReader]
  private let store: Store
  private var sources: [Int: String] = [:]
  private let members: MemberNames
  private var decoder = ColumnDecoder()

  /// `segments`: those of `store`.
  init(_ store: Store, segments: [SegmentReader]) throws(TernError) {
    self.store = store
    self.segments = segments
    members = try MemberNames(store, segments: segments)
  }

  /// In the order of the places. Reads each row group that holds any once, with all its columns, and
  /// unpacks of the texts only the rows wanted.
  mutating func load(_ places: [DocumentPlace]) throws(TernError) -> [StoredDocument] {
    var documents: [StoredDocument] = []
    var start = 0
    while start < places.count {
      let first = places[start]
      var end = start
      while end < places.count, places[end].segment == first.segment,
        places[end].group == first.group, places[end].kind == first.kind
      {
        end += 1
      }
      documents += try load(first, rows: places[start..<end].map(\.row))
      start = end
    }
    try readSources(Set(documents.map(\.origin.sourceNumber)))
    for document in documents { try document.origin.name(sources, members) }
    return documents
  }

  private mutating func readSources(_ numbers: Set<Int>) throws(TernError) {
    let unknown = numbers.filter { sources[$0] == nil }
    if unknown.isEmpty { return }
    let store = store
    let paths = try storing { () throws(StoreError) in try store.sourcePaths(unknown) }
    sources.merge(paths) { $1 }
  }

  private mutating func load(
    _ unit: DocumentPlace, rows: [Int]
  ) throws(TernError) -> [StoredDocument] {
    let reader = segments[unit.segment]
    let tables = try storing { () throws(StoreError) in
      try reader.readDocuments(unit.kind, group: unit.group, rows: rows, decoder: &decoder)
    }
    let envelopes = try readGroup(.envelopes, reader, unit.group)
    var documents: [StoredDocument] = []
    for index in rows.indices {
      var place = unit
      place.row = rows[index]
      let document = StoredDocument(place: place, row: DocumentRow(tables, row: index))
      if let envelopes { document.origin.enter(envelopes) }
      documents.append(document)
    }
    return documents
  }

  private mutating func readGroup(
    _ id: TableID, _ reader: SegmentReader, _ group: Int
  ) throws(TernError) -> Table? {
    guard reader.hasGroup(group, of: id) else { return nil }
    return try storing { () throws(StoreError) in
      try reader.readTable(id, group: group, decoder: &decoder)
    }
  }

  /// What a reject says of itself, and where it came from.
  mutating func reject(
    segment: Int, group: Int, row: Int
  ) throws(TernError) -> (origin: Origin, fields: [String: String]) {
    let names = ["source", "offset", "length", "kind", "key", "field", "reason", "message", "sender"]
    let table = try storing { () throws(StoreError) in
      try segments[segment].readTable(.rejects, group: group, columns: names, decoder: &decoder)
    }
    let values = FieldRow(table, row: row)
    var origin = Origin()
    origin.sourceNumber = Int(values.integer("source") ?? -1)
    origin.offset = values.integer("offset") ?? 0
    origin.length = values.integer("length") ?? 0
    try readSources([origin.sourceNumber])
    try origin.name(sources, members)
    let texts = names.dropFirst(3).map { ($0, values.text($0)) }
    return (origin, Dictionary(uniqueKeysWithValues: texts))
  }
}

extension Origin {
  /// Path, and the archive's member that the bytes, or their envelope, lie in.
  fileprivate mutating func name(_ sources: [Int: String], _ members: MemberNames) throws(TernError) {
    source = sources[sourceNumber] ?? ""
    let start = envelope?.offset ?? offset
    guard let place = try members.place(source: Int64(sourceNumber), offset: start) else { return }
    member = place.name
    if envelope == nil { offset = place.offset } else { envelope?.offset = place.offset }
  }

  /// Takes over the envelope that the bytes lie in, if one does.
  fileprivate mutating func enter(_ envelopes: Table) {
    for index in 0..<envelopes.rowCount {
      let row = FieldRow(envelopes, row: index)
      guard row.integer("source") == Int64(sourceNumber), let start = row.integer("offset"),
        let count = row.integer("length"), offset >= start, offset < start + count
      else { continue }
      envelope = Envelope(
        senderId: row.text("senderId"), messageId: row.text("messageId"), offset: start)
      offset -= start
      return
    }
  }
}

extension SegmentReader {
  /// Some documents of a row group, ascending, with their lines, and nothing of the others.
  fileprivate func readDocuments(
    _ kind: Kind, group: Int, rows: [Int], decoder: inout ColumnDecoder
  ) throws(StoreError) -> KindTables {
    let heads = try readTable(.heads(kind), group: group, rows: rows, decoder: &decoder)
    let counts = heads["#lines"].integer
    var lines: [Int] = []
    var (first, next) = (0, 0)
    for row in rows {
      while next < row {
        first += Int(counts[next])
        next += 1
      }
      lines += first..<first + Int(counts[row])
    }
    let picked = KindTables(kind)
    for row in rows { heads.copy(row, to: picked.heads) }
    if let target = picked.lines, !lines.isEmpty {
      let table = try readTable(.lines(kind), group: group, rows: lines, decoder: &decoder)
      for line in lines { table.copy(line, to: target) }
    }
    return picked
  }
}

extension Table {
  fileprivate func copy(_ row: Int, to other: Table) {
    for (from, to) in zip(columns, other.columns) {
      switch from {
      case .text(let column): unsafe to.text.append(column.unsafeValue(row))
      case .integer(let column): to.integer.append(column[row])
      case .decimal(let column):
        to.decimal.append(mantissa: column.mantissas[row], form: column.form(row))
      }
    }
  }
}
