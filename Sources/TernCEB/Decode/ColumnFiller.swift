import CScan
import CXXHash

/// Turns the spans of a group of documents into columns, field by field: the loop over the
/// documents is inside, so that each loop does one thing.
///
/// If a document turns out to be a reject, the group's rows are taken back, the document is left
/// out, and the rest goes in again. What a message has put in is taken back whole if the message
/// turns out to be unusable.
@safe
final class ColumnFiller {
  /// Where the message's bytes are.
  @safe
  struct Message {
    @unsafe var base: UnsafePointer<UInt8>
    /// Number of the source, and offset of `base` in it.
    var source: Int
    var sourceOffset: Int
  }

  /// Why one document is rejected.
  struct Complaint {
    var document: Int
    var reason: RejectReason
    var field: String
    var text: String
  }

  let checks = KindChecks.all
  var calendar = CalendarReader()
  /// At most one per document, of the present group.
  var complaints: [Complaint] = []
  /// Of the present pass: numbers written irregularly, as (isLine, column, row, text).
  var irregulars: [(isLine: Bool, column: Int, row: Int, text: String)] = []
  var remarks = 0
  /// An element that a document of the present group needs may be missing.
  var lacksElement = false
  /// A key of one may be empty.
  var lacksKey = false
  /// Values may hold bytes that are not UTF-8. Set by any group of a message; the reader looks closer.
  var mayBeInvalid = false
  /// Columns as walks fill them.
  var texts = WalkedTexts()
  let strict: Bool
  let kernel: tern_kernel
  /// Derived secret of the documents' digests.
  private let digestSecret: GrowableBuffer<UInt8>
  /// The message declares one namespace only: then equal bytes of two documents mean the same.
  var bytesTellAll = false

  var message: Message
  /// Of the message, for its rejects: the encoding that it declares, if it is not UTF-8, and what is said of
  /// where it stands.
  var encoding = ""
  var note = ""
  /// nil before the first slice.
  private(set) var batch: DocumentBatch!
  /// By kind: the storage of the batch's columns; nil before its first message.
  private var columns: [KindColumns?] = []

  init(strict: Bool, kernel: tern_kernel, secret: [UInt8]) {
    self.strict = strict
    self.kernel = kernel
    var derived = GrowableBuffer<UInt8>(capacity: Int(TERN_XXH3_SECRET_BYTES))
    derived.append(repeating: 0, count: Int(TERN_XXH3_SECRET_BYTES))
    let result = unsafe secret.withUnsafeBytes { bytes in
      unsafe tern_xxh3_secret_from_bytes(derived.base, bytes.baseAddress!, bytes.count)
    }
    precondition(result == 0, "secret refused")
    digestSecret = derived
    message = unsafe Message(base: UnsafePointer(bitPattern: 64)!, source: 0, sourceOffset: 0)
  }

  /// Turns to a slice and to the batch that its documents go to.
  func begin(_ message: Message, into batch: DocumentBatch) {
    self.message = message
    if batch !== self.batch {
      self.batch = batch
      columns = batch.kinds.map { _ in nil }
    }
  }

  func columns(of kind: Kind) -> KindColumns {
    let index = Int(kind.rawValue)
    if let columns = columns[index] { return columns }
    let made = KindColumns(batch[kind], checks[index])
    columns[index] = made
    return made
  }

  /// The rows of a group's heads or lines, and where their values lie.
  @safe
  struct Group {
    let spans: UnsafePointer<tern_span>
    let count: Int
    let stride: Int
    // Indexed by a span's top bit.
    let base: UnsafePointer<UInt8>
    let arena: UnsafePointer<UInt8>
    /// Some value may lie in the arena.
    let usesArena: Bool
    let kind: Kind
    let isLine: Bool

    init(
      _ spans: UnsafePointer<tern_span>, _ count: Int, _ stride: Int,
      _ base: UnsafePointer<UInt8>, _ arena: borrowing GrowableBuffer<UInt8>, _ kind: Kind,
      isLine: Bool
    ) {
      unsafe self.spans = spans
      self.count = count
      self.stride = stride
      unsafe self.base = base
      unsafe self.arena = UnsafePointer(arena.base)
      usesArena = !arena.isEmpty
      self.kind = kind
      self.isLine = isLine
    }

    @inline(__always) func span(_ row: Int, _ slot: Int) -> tern_span {
      assert(row < count && slot < stride)
      return unsafe spans[row &* stride &+ slot]
    }

    /// First byte of a value; of an absent one, some readable byte.
    @inline(__always) func start(_ span: tern_span) -> UnsafePointer<UInt8> {
      unsafe start_(span, base, arena)
    }
  }

  /// A walk begins a group of documents.
  func beginTexts(of kind: Kind) {
    texts.begin(columns(of: kind), checks[Int(kind.rawValue)])
  }

  /// A walk took the value of `state` for complete: what it put into its column is void. (The reader does not call
  /// this on `texts` itself: Swift 6.3 can't compile that under the thread sanitizer.)
  func forgetText(state: Int, _ layout: KindLayout) {
    texts.forget(state: state, layout)
  }

  /// Appends the documents of `rows` to the batch; those that cannot be used become rejects.
  func fill(_ kind: Kind, _ rows: inout SpanRows) {
    let check = checks[Int(kind.rawValue)]
    let tables = batch[kind]
    let headStart = tables.heads.rowCount
    let lineStart = tables.lines?.rowCount ?? 0
    // At first as if nothing were wrong; whatever may be wrong is noticed on the way.
    complaints.removeAll(keepingCapacity: true)
    irregulars.removeAll(keepingCapacity: true)
    remarks = 0
    lacksElement = false
    lacksKey = false
    fillNumbers(kind, check, rows)
    fillTexts(kind, check, &rows)
    if check.needsLine { lacksElement = lacksElement || hasDocumentWithoutLine(rows) }
    if lacksElement { checkPresence(kind, rows) }
    if lacksElement || lacksKey { checkKeys(kind, rows) }
    if strict { checkTexts(kind, rows) }
    if !complaints.isEmpty {
      mayBeInvalid = true
      tables.heads.truncate(headStart)
      tables.lines?.truncate(lineStart)
      rows.textsAreWalked = false
      fillTheGood(kind, check, &rows)
      if rows.documentCount == 0 { return }
    }
    fillSystemColumns(kind, rows)
    if !irregulars.isEmpty { keepIrregulars(kind) }
    batch.schemaRemarks += remarks
    guard let appTime = check.appTime else { return }
    let times = tables.heads.columns[appTime].integer
    var latest = batch.latestAppTime ?? .min
    for row in headStart..<tables.heads.rowCount { latest = max(latest, times[row]) }
    batch.latestAppTime = latest
  }

  /// Turns documents into rejects, each for the first reason in this order: elements and keys, numbers
  /// and times, with `strict` lengths and fixed values. Appends the others.
  private func fillTheGood(_ kind: Kind, _ check: KindChecks, _ rows: inout SpanRows) {
    let tables = batch[kind]
    let headStart = tables.heads.rowCount
    let lineStart = tables.lines?.rowCount ?? 0
    complaints.removeAll(keepingCapacity: true)
    checkPresence(kind, rows)
    checkKeys(kind, rows)
    while true {
      irregulars.removeAll(keepingCapacity: true)
      remarks = 0
      if complaints.isEmpty {
        fillNumbers(kind, check, rows)
        if strict { checkTexts(kind, rows) }
      }
      if complaints.isEmpty { break }
      tables.heads.truncate(headStart)
      tables.lines?.truncate(lineStart)
      rejectDocuments(kind, rows)
      rows.remove((0..<rows.documentCount).map { document in
        complaints.contains { $0.document == document }
      })
      complaints.removeAll(keepingCapacity: true)
      if rows.documentCount == 0 { return }
    }
    fillTexts(kind, check, &rows)
  }

  private func hasDocumentWithoutLine(_ rows: borrowing SpanRows) -> Bool {
    for document in 0..<rows.documentCount where rows.documentLines[document] == 0 { return true }
    return false
  }

  private func keepIrregulars(_ kind: Kind) {
    let table = batch.irregulars
    for irregular in irregulars {
      table.columns[0].integer.append(Int64(kind.rawValue))
      table.columns[1].integer.append(irregular.isLine ? 1 : 0)
      table.columns[2].integer.append(Int64(irregular.column))
      table.columns[3].integer.append(Int64(irregular.row))
      table.columns[4].text.append(irregular.text)
    }
  }

  func fillSystemColumns(_ kind: Kind, _ rows: borrowing SpanRows) {
    let columns = unsafe columns(of: kind).system
    let message = self.message
    let hasDigest = bytesTellAll
    for index in 0..<5 { unsafe columns[index].pointee.reserve(rows.documentCount) }
    for document in 0..<rows.documentCount {
      let start = Int(rows.documentStarts[document])
      let length = Int(rows.documentEnds[document]) - start
      unsafe columns[0].pointee.append(Int64(rows.documentLines[document]))
      unsafe columns[1].pointee.append(Int64(message.source))
      unsafe columns[2].pointee.append(Int64(message.sourceOffset + start))
      unsafe columns[3].pointee.append(Int64(length))
      unsafe columns[4].pointee.append(hasDigest ? digest(start, length) : 0)
    }
  }

  /// XXH3 under the secret, of a document's bytes; never 0.
  private func digest(_ start: Int, _ length: Int) -> Int64 {
    let digest = unsafe tern_xxh3_whole(message.base + start, length, digestSecret.base)
    return digest.low == 0 ? 1 : Int64(bitPattern: digest.low)
  }

  func string(_ text: UnsafePointer<UInt8>, _ length: Int) -> String {
    unsafe String(decoding: UnsafeBufferPointer(start: text, count: length), as: UTF8.self)
  }
}

/// `TERN_ABSENT` as the type of `tern_span.length`.
let TERN_ABSENT_LENGTH: UInt32 = .max

/// First byte of a value.
@inline(__always)
func start_(
  _ span: tern_span, _ base: UnsafePointer<UInt8>, _ arena: UnsafePointer<UInt8>
) -> UnsafePointer<UInt8> {
  if span.length == TERN_ABSENT_LENGTH { return unsafe base }
  return span.start & SpanRows.arenaBit == 0
    ? unsafe base + Int(span.start)
    : unsafe arena + Int(span.start & ~SpanRows.arenaBit)
}
