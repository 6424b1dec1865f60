import CScan
import CXXHash

/// Where the text of a table of lines is kept while its heads are read.
public protocol LineStore: AnyObject {
  /// Adds bytes at the end. False if that failed.
  func append(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool
  /// Replaces `bytes` by those of a range that was appended. False if that failed.
  func read(_ range: Range<Int>, into bytes: inout GrowableBuffer<UInt8>) -> Bool
}

/// The lines of documents that stand in a table of their own.
///
/// Its columns are the line's elements, and one or more of the head's (or columns that begin with `#`)
/// which say whose line it is. The table is read once, into an index by a hash of these columns; when
/// a head is met its lines are fetched and their columns compared byte for byte. So lines may stand
/// in any order; those of one document stay in theirs.
///
/// Memory: 16 to 32 bytes a line and 48 to 96 a document.
@safe
public final class JoinedLines {
  /// Index entries for a memory of so many bytes.
  public static func maxLines(memoryBytes: Int) -> Int { min(memoryBytes / 128, 1 << 30) }

  private static let none = UInt32.max
  private static let usedBit: UInt32 = 1 << 31
  private static let brokenBit: UInt32 = 1 << 30

  /// One key.
  private struct Slot: BitwiseCopyable {
    var hash: UInt64 = 0
    /// Of the row that got these lines; 0 while none has.
    var owner: UInt64 = 0
    var first = JoinedLines.none
    var last = JoinedLines.none
  }

  private let store: any LineStore
  private let rowText: RowText
  private let secret: GrowableBuffer<UInt8>
  private let maxLines: Int
  private let candidates: [Kind]

  /// Number of the source that the lines come from.
  public let source: Int
  private(set) var names: [String] = []
  /// Columns that say whose line it is.
  private(set) var keyColumns: [Int] = []
  public private(set) var notes: [String] = []

  // By line: its place in the text, its length and two flags, and the next one under the same hash.
  private var starts = GrowableBuffer<UInt64>()
  private var lengths = GrowableBuffer<UInt32>()
  private var nexts = GrowableBuffer<UInt32>()
  private var slots = GrowableBuffer<Slot>()
  private var slotsUsed = 0

  private var record = CSVRecord()
  private var scratch = GrowableBuffer<UInt8>()
  private var key = GrowableBuffer<UInt8>()
  private var lineColumns: [Kind: TableColumns] = [:]

  /// - Parameters:
  ///   - kind: what the heads are.
  ///   - secret: of the index's hashes; not empty.
  ///   - maxLines: more are refused.
  public init(
    of kind: TableKind, encoding: TableEncoding = .utf8, source: Int, store: any LineStore,
    maxLines: Int, secret: [UInt8] = [0]
  ) {
    self.source = source
    self.store = store
    self.maxLines = maxLines
    candidates = kind.candidates
    rowText = RowText(encoding, Kernel.best.value)
    var derived = GrowableBuffer<UInt8>()
    derived.append(repeating: 0, count: Int(TERN_XXH3_SECRET_BYTES))
    let result = unsafe secret.withUnsafeBytes { bytes in
      unsafe tern_xxh3_secret_from_bytes(derived.base, bytes.baseAddress!, bytes.count)
    }
    precondition(result == 0, "secret refused")
    self.secret = derived
    slots.append(repeating: Slot(), count: 1024)
  }

  /// Lines taken in.
  public var count: Int { starts.count }

  // MARK: - Taking in

  /// Takes a slice of the table in; rows that cannot be used become rejects.
  ///
  /// - Returns: nil if the slice was used up; otherwise where the last, unfinished row starts.
  /// - Throws: why the table cannot be used as a whole.
  public func add(
    _ bytes: UnsafeBufferPointer<UInt8>, sourceOffset: Int, endIsFinal: Bool,
    into batch: DocumentBatch
  ) throws(TableFault) -> Int? {
    let text = unsafe ByteView(bytes)
    let isClean = rowText.isClean(text)
    var position = sourceOffset == 0 ? try TableDecoder.skipMark(text) : 0
    loop: while true {
      switch record.read(text, at: position, isFinal: endIsFinal) {
      case .end: break loop
      case .incomplete: break loop
      case .broken(let reason, let what):
        if names.isEmpty { throw TableFault("the header cannot be read: \(what)") }
        reject(record.range, text, sourceOffset, reason, what, into: batch)
      case .record where record.isBlank: break
      case .record where names.isEmpty: try readHeader(text)
      case .record:
        let next = record.end
        try add(text, sourceOffset, isClean: isClean, into: batch)
        position = next
        continue loop
      }
      position = record.end
    }
    let used = unsafe UnsafeBufferPointer(rebasing: bytes[..<position])
    guard unsafe store.append(used) else { throw TableFault("its text could not be kept") }
    return position < text.count ? position : nil
  }

  private func readHeader(_ text: ByteView) throws(TableFault) {
    names = TableDecoder.headerNames(record, text)
    try TableColumns.check(names)
    let lineNames = Set(candidates.flatMap { $0.spec.lineFields.map(\.name) })
    let headNames = Set(candidates.flatMap { $0.spec.headFields.map(\.name) })
    guard !lineNames.isEmpty else {
      let kinds = candidates.map(\.name).joined(separator: ", ")
      throw TableFault("documents of this kind (\(kinds)) have no lines")
    }
    guard names.contains(where: lineNames.contains) else {
      throw TableFault(
        "no column has the name of an element of a line, such as gnum; the first row must be the header")
    }
    keyColumns = names.indices.filter {
      !lineNames.contains(names[$0]) && (headNames.contains(names[$0]) || TableColumns.isOwn(names[$0]))
    }
    if keyColumns.isEmpty {
      throw TableFault(
        "no column says whose lines these are; add one of the head's, such as guid or orderNo")
    }
  }

  private func add(
    _ text: ByteView, _ sourceOffset: Int, isClean: Bool, into batch: DocumentBatch
  ) throws(TableFault) {
    guard count < maxLines else {
      throw TableFault(
        "more than \(maxLines) lines, which is what the memory allows; allow more with --memory, or split the heads and their lines into several files"
      )
    }
    let range = record.range
    var isBroken = false
    var recordText = text
    switch isClean ? .inPlace : rowText.read(range, of: text) {
    case .inPlace: break
    case .converted(let converted):
      recordText = converted
      _ = record.read(converted, at: 0, isFinal: true)
    case .invalid(let what):
      isBroken = true
      reject(range, text, sourceOffset, .encoding, what, into: batch)
    }
    if !isBroken, record.cellCount != names.count {
      isBroken = true
      reject(range, text, sourceOffset, .notWellFormed, raggedText, into: batch)
    }
    guard let lastKey = keyColumns.last, lastKey < record.cells.count else { return }
    makeKey(recordText, record, keyColumns)
    guard !keyIsEmpty else {
      if !isBroken {
        reject(range, text, sourceOffset, .lineWithoutHead, "no head is named", into: batch)
      }
      return
    }
    let line = UInt32(count)
    starts.append(UInt64(sourceOffset + range.lowerBound))
    lengths.append(UInt32(range.count) | (isBroken ? Self.brokenBit | Self.usedBit : 0))
    nexts.append(Self.none)
    link(line, hash: hashOfKey)
  }

  private var raggedText: String {
    "the row has \(record.cellCount) cells, the header \(names.count)"
  }

  private func reject(
    _ range: Range<Int>, _ text: ByteView, _ sourceOffset: Int, _ reason: RejectReason,
    _ what: String, key: String = "", into batch: DocumentBatch
  ) {
    unsafe batch.appendReject(
      source: source, offset: sourceOffset + range.lowerBound,
      kind: candidates.count == 1 ? candidates[0].name : headKind?.name ?? "", key: key, field: "", reason: reason,
      message: what, encoding: rowText.name, original: text.bytes(range))
  }

  // MARK: - The index

  private var hashOfKey: UInt64 {
    let hash = unsafe tern_xxh3_whole(key.base, key.count, secret.base)
    return hash.low
  }

  private func link(_ line: UInt32, hash: UInt64) {
    if slotsUsed * 2 >= slots.count { growSlots() }
    let index = slot(of: hash)
    if slots[index].first == Self.none {
      slots[index] = Slot(hash: hash, first: line, last: line)
      slotsUsed += 1
    } else {
      nexts[Int(slots[index].last)] = line
      slots[index].last = line
    }
  }

  /// The slot of a hash, or the free one where it belongs.
  private func slot(of hash: UInt64) -> Int {
    let mask = slots.count - 1
    var index = Int(truncatingIfNeeded: hash) & mask
    while slots[index].first != Self.none, slots[index].hash != hash { index = (index + 1) & mask }
    return index
  }

  private func growSlots() {
    var old = GrowableBuffer<Slot>()
    swap(&old, &slots)
    slots.append(repeating: Slot(), count: old.count * 2)
    for index in 0..<old.count where old[index].first != Self.none {
      slots[slot(of: old[index].hash)] = old[index]
    }
  }

  /// The values of the key columns, each behind its length.
  private func makeKey(_ text: ByteView, _ record: CSVRecord, _ columns: [Int]) {
    key.removeAll()
    keyIsEmpty = true
    for column in columns {
      let place = key.count
      key.append(repeating: 0, count: 4)
      CSVRecord.append(record.cells[column], of: text, to: &key)
      let length = key.count - place - 4
      if length > 0 { keyIsEmpty = false }
      for byte in 0..<4 { key[place + byte] = UInt8(truncatingIfNeeded: length >> (8 * byte)) }
    }
  }

  private var keyIsEmpty = true

  // MARK: - Giving out

  /// Where the key columns stand among a head's columns.
  func columns(among heads: [String]) throws(TableFault) -> [Int] {
    var columns: [Int] = []
    for column in keyColumns {
      guard let index = heads.firstIndex(of: names[column]) else {
        throw TableFault(
          "it has no column '\(names[column])', which says in the lines' table whose lines they are")
      }
      columns.append(index)
    }
    return columns
  }

  /// What became of looking for a head's lines.
  enum Found {
    case lines
    /// One of them, at this place, is a reject.
    case broken(Int)
  }

  /// Adds the lines of a head to the document that is open.
  ///
  /// - Parameter columns: of the key, in the head's record.
  /// - Throws: if another row has the same key.
  func attach(
    to head: CSVRecord, of text: ByteView, _ columns: [Int], _ layout: KindLayout, _ rows: TableRows
  ) throws(TableFault) -> Found {
    makeKey(text, head, columns)
    guard !keyIsEmpty else { return .lines }
    let index = slot(of: hashOfKey)
    var line = slots[index].first
    guard line != Self.none else { return .lines }
    let lineColumns = self.columns(of: layout)
    var wanted = GrowableBuffer<UInt8>()
    unsafe wanted.append(contentsOf: key.unsafeElements)
    var isClaimed = false
    while line != Self.none {
      let place = Int(starts[Int(line)])
      let length = Int(lengths[Int(line)] & ~(Self.usedBit | Self.brokenBit))
      guard store.read(place..<place + length, into: &scratch) else {
        throw TableFault("the lines' text could not be read back")
      }
      let lineText = readRecord()
      makeKey(lineText, record, keyColumns)
      if unsafe key.unsafeElements.elementsEqual(wanted.unsafeElements) {
        if !isClaimed { try claim(index, head, text) }
        isClaimed = true
        if lengths[Int(line)] & Self.brokenBit != 0 { return .broken(place) }
        lengths[Int(line)] |= Self.usedBit
        rows.openLine()
        for (column, cell) in record.cells.enumerated() where lineColumns.states[column] != 0 {
          rows.set(lineColumns.states[column]) { CSVRecord.append(cell, of: lineText, to: &$0) }
        }
      }
      line = nexts[Int(line)]
    }
    return .lines
  }

  /// Reads the record whose bytes were fetched, and returns the text that it is of. A broken one is taken
  /// as it is: it serves to know its head.
  private func readRecord() -> ByteView {
    var text = unsafe ByteView(scratch.unsafeElements)
    if case .converted(let converted) = rowText.read(0..<text.count, of: text) { text = converted }
    _ = record.read(text, at: 0, isFinal: true)
    return text
  }

  /// Rows of one key must be equal: else nobody can tell whose lines they are.
  private func claim(_ index: Int, _ head: CSVRecord, _ text: ByteView) throws(TableFault) {
    let row = unsafe text.bytes(head.range)
    let owner = unsafe tern_xxh3_whole(row.baseAddress, row.count, secret.base).low | 1
    if slots[index].owner == 0 { slots[index].owner = owner }
    guard slots[index].owner == owner else {
      let names = keyColumns.map { self.names[$0] }.joined(separator: ", ")
      throw TableFault(
        "two different rows have the same \(names), so nobody can tell whose lines these are: '\(text.string(head.range).prefix(100))'; give the lines a further column of the head's, such as guid"
      )
    }
  }

  /// Of the heads met last.
  private var headKind: Kind?

  private func columns(of layout: KindLayout) -> TableColumns {
    headKind = layout.kind
    if let known = lineColumns[layout.kind] { return known }
    let columns = TableColumns(names, layout, ofLines: true)
    lineColumns[layout.kind] = columns
    notes += columns.notes
    return columns
  }

  /// Lines that no head has asked for become rejects, about `maxBytes` of them at a time.
  ///
  /// - Parameter first: line to go on from.
  /// - Returns: where to go on, or nil if that is all.
  public func rejectOthers(
    from first: Int, maxBytes: Int, into batch: DocumentBatch
  ) throws(TableFault) -> Int? {
    var bytes = 0
    for line in first..<max(count, first) where lengths[line] & Self.usedBit == 0 {
      if bytes > maxBytes { return line }
      let place = Int(starts[line])
      guard store.read(place..<place + Int(lengths[line]), into: &scratch) else {
        throw TableFault("its text could not be read back")
      }
      bytes += scratch.count
      let text = readRecord()
      let key = keyColumns.map { text.string(record.cells[$0].range) }.joined(separator: " ")
      let names = keyColumns.map { self.names[$0] }.joined(separator: ", ")
      let original = unsafe ByteView(scratch.unsafeElements)
      reject(
        0..<original.count, original, place, .lineWithoutHead, "no row of the heads has this \(names)",
        key: key, into: batch)
    }
    return nil
  }
}
