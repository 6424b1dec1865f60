/// Decodes tables into a `DocumentBatch`: the counterpart of `UnitDecoder` for CSV and NDJSON.
///
/// Rows become the same spans as elements of a message, and `ColumnFiller` checks and stores them, so
/// a document is accepted or rejected alike in whichever form it came. Owned by one thread, which
/// decodes the slices of a source in their order: the first has the header.
@safe
public final class TableDecoder {
  private let format: TableFormat
  private let kind: TableKind
  private let lines: JoinedLines?
  private let rowText: RowText
  private let filler: ColumnFiller
  private let rows: TableRows
  private var batch = DocumentBatch()

  /// Things worth a word, such as columns that are not read; each once.
  public private(set) var notes: [String] = []

  // The slice.
  private var source = 0
  private var sourceOffset = 0
  private var isClean = true

  // The source.
  private var header: Header?
  private var named: TableKind
  private struct Header {
    var layout: KindLayout
    var columns: TableColumns
    /// Where the columns stand that the lines' table has too.
    var keyColumns: [Int]
  }

  private var record = CSVRecord()
  /// A record that was converted.
  private var convertedRecord = CSVRecord()
  private var object = JSONMembers()
  private var lineObject = JSONMembers()

  /// - Parameters:
  ///   - lines: of CSV documents, taken in before.
  ///   - strict, secret: as for `UnitDecoder`.
  public init(
    _ format: TableFormat, of kind: TableKind, encoding: TableEncoding = .utf8,
    lines: JoinedLines? = nil, strict: Bool = false, secret: [UInt8] = [0]
  ) {
    precondition(format == .ndjson || kind != .named, "the rows of a CSV file do not say their kind")
    precondition(format == .csv || lines == nil, "lines are nested in NDJSON")
    self.format = format
    self.kind = kind
    self.lines = lines
    named = kind
    let kernel = Kernel.best.value
    rowText = RowText(encoding, kernel)
    filler = ColumnFiller(strict: strict, kernel: kernel, secret: secret)
    filler.encoding = rowText.name
    rows = TableRows(filler)
  }

  /// How many leading bytes hold whole rows, of bytes that begin with one: where a long table can be
  /// cut. Cost: for CSV, reading them.
  public static func lastCut(in bytes: UnsafeRawBufferPointer, _ format: TableFormat) -> Int {
    let text = unsafe ByteView(bytes.assumingMemoryBound(to: UInt8.self))
    if format == .ndjson { return text.end(ofLast: 0x0A) }
    var record = CSVRecord()
    var position = text.starts(with: utf8Mark) ? utf8Mark.count : 0
    var cut = 0
    var examined = 0
    while true {
      switch record.read(text, at: position, isFinal: false) {
      case .record, .broken:
        position = record.end
        // What shows that a row is broken may stand behind it: it must be there for the decoder too.
        examined = max(examined, record.examinedEnd)
        if examined <= position { cut = position }
      case .incomplete, .end: return cut
      }
    }
  }

  /// Decodes one slice; parameters and result as `UnitDecoder.decode`.
  ///
  /// - Parameter beginsTable: the slice is the first of a source, or of an archive's member.
  /// - Throws: why the source as a whole cannot be read. The batch then counts for nothing.
  public func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, source: Int, sourceOffset: Int, beginsTable: Bool,
    endIsFinal: Bool, into batch: DocumentBatch
  ) throws(TableFault) -> Int? {
    let text = unsafe ByteView(bytes)
    self.batch = batch
    self.source = source
    self.sourceOffset = sourceOffset
    unsafe filler.begin(
      ColumnFiller.Message(
        base: bytes.baseAddress ?? UnsafePointer(bitPattern: 64)!, source: source,
        sourceOffset: sourceOffset), into: batch)
    // A CSV row means what its header and its lines make of it.
    filler.bytesTellAll = format == .ndjson
    isClean = rowText.isClean(text)
    var position = 0
    if beginsTable {
      header = nil
      named = kind
      position = try Self.skipMark(text)
    }
    let start = position
    position =
      format == .csv
      ? try decodeCSV(text, from: position, isFinal: endIsFinal)
      : try decodeLines(text, from: position, isFinal: endIsFinal)
    rows.flush()
    if endIsFinal, beginsTable, text.trimmed(start..<text.count).isEmpty {
      unsafe batch.appendReject(
        source: source, offset: sourceOffset, kind: "", key: "", field: "", reason: .empty,
        message: bytes.isEmpty ? "the source is empty" : "the source holds no row", original: bytes)
    }
    return position < text.count ? position : nil
  }

  // MARK: - CSV

  private func decodeCSV(
    _ text: ByteView, from start: Int, isFinal: Bool
  ) throws(TableFault) -> Int {
    var position = start
    while true {
      switch record.read(text, at: position, isFinal: isFinal) {
      case .end, .incomplete: return position
      case .broken(let reason, let what):
        if header == nil { throw TableFault("the header cannot be read: \(what)") }
        reject(record.range, text, reason, what)
      case .record where record.isBlank: break
      case .record:
        let range = record.range
        switch isClean ? .inPlace : rowText.read(range, of: text) {
        case .invalid(let what):
          if header == nil { throw TableFault("the header cannot be read: \(what)") }
          reject(range, text, .encoding, what)
        case .inPlace: try take(record, of: text, range, text, isInPlace: true)
        case .converted(let converted):
          _ = convertedRecord.read(converted, at: 0, isFinal: true)
          try take(convertedRecord, of: converted, range, text, isInPlace: false)
        }
      }
      position = record.end
    }
  }

  private func readHeader(_ record: CSVRecord, _ text: ByteView) throws(TableFault) -> Header {
    let names = Self.headerNames(record, text)
    try TableColumns.check(names)
    let layout = KindLayout.all[Int(try kind.choose(for: names).rawValue)]
    let columns = TableColumns(names, layout, ofLines: false)
    if columns.states.allSatisfy({ $0 == 0 }) {
      throw TableFault(
        "no column has the name of an element of \(layout.kind.name), such as \(layout.kind.spec.headFields[0].name); the first row must be the header"
      )
    }
    for note in columns.notes { add(note: note) }
    return Header(
      layout: layout, columns: columns, keyColumns: try lines?.columns(among: names) ?? [])
  }

  static func headerNames(_ record: CSVRecord, _ text: ByteView) -> [String] {
    record.cells.map { cell in
      var name = GrowableBuffer<UInt8>()
      CSVRecord.append(cell, of: text, to: &name)
      return unsafe String(decoding: name.unsafeElements, as: UTF8.self)
    }
  }

  /// - Parameters:
  ///   - text: what the record is of: the slice, or a converted row.
  ///   - range: of the row in the slice.
  private func take(
    _ record: CSVRecord, of text: ByteView, _ range: Range<Int>, _ slice: ByteView, isInPlace: Bool
  ) throws(TableFault) {
    guard let header else {
      self.header = try readHeader(record, text)
      return
    }
    let states = header.columns.states
    guard record.cellCount == states.count else {
      return reject(
        range, slice, .notWellFormed,
        "the row has \(record.cellCount) cells, the header \(states.count)")
    }
    rows.open(header.layout, at: range.lowerBound)
    for (column, cell) in record.cells.enumerated() where states[column] != 0 {
      if cell.hasPairs || !isInPlace {
        rows.set(states[column]) { CSVRecord.append(cell, of: text, to: &$0) }
      } else {
        rows.set(states[column], inPlace: cell.range)
      }
    }
    rows.close(at: range.upperBound)
    guard let lines else { return }
    if case .broken(let place) = try lines.attach(
      to: record, of: text, header.keyColumns, header.layout, rows)
    {
      rows.drop()
      reject(
        range, slice, .lineBroken, "its line at byte \(place) of the lines' table is a reject",
        key: key(record, text, header))
    }
  }

  /// The business number in a record.
  private func key(_ record: CSVRecord, _ text: ByteView, _ header: Header) -> String {
    for slot in filler.checks[Int(header.layout.kind.rawValue)].names {
      guard let column = header.columns.states.firstIndex(of: slot + 1) else { continue }
      let cell = record.cells[column]
      if cell.start < cell.end { return text.string(cell.range) }
    }
    return ""
  }

  // MARK: - NDJSON

  private func decodeLines(
    _ text: ByteView, from start: Int, isFinal: Bool
  ) throws(TableFault) -> Int {
    var position = start
    while position < text.count {
      let lineEnd = text.first(0x0A, in: position..<text.count)
      guard lineEnd != nil || isFinal else { return position }
      let range = text.trimmed(position..<(lineEnd ?? text.count))
      position = lineEnd.map { $0 + 1 } ?? text.count
      if range.isEmpty { continue }
      switch isClean ? .inPlace : rowText.read(range, of: text) {
      case .invalid(let what): reject(range, text, .encoding, what)
      case .inPlace:
        isInPlace = true
        // The text ends with the line: a value cannot run into the next one.
        takeObject(unsafe ByteView(text.bytes(0..<range.upperBound)), range.lowerBound, range, text)
      case .converted(let converted):
        isInPlace = false
        takeObject(converted, 0, range, text)
      }
      if let fault = kindFault { throw fault }
    }
    return position
  }

  /// The first object's members fit no kind.
  private var kindFault: TableFault?

  /// The objects are read from the slice.
  private var isInPlace = true

  /// - Parameters:
  ///   - text: ends with the object, which begins at `start`: the slice, or a converted row.
  ///   - range: of the row in the slice.
  private func takeObject(_ text: ByteView, _ start: Int, _ range: Range<Int>, _ slice: ByteView) {
    do throws(JSONMembers.Fault) {
      let end = try object.read(text, at: start)
      guard end == text.count else {
        throw JSONMembers.Fault(
          reason: .notWellFormed, position: end, text: "something follows the object")
      }
      try take(text, range, slice)
    } catch {
      let place = min(error.position, text.count) - start
      reject(range, slice, error.reason, "\(error.text) at byte \(place) of the row")
    }
  }

  private func take(
    _ text: ByteView, _ range: Range<Int>, _ slice: ByteView
  ) throws(JSONMembers.Fault) {
    guard let kind = try kindOfObject(text, range, slice) else { return }
    let layout = KindLayout.all[Int(kind.rawValue)]
    rows.open(layout, at: range.lowerBound)
    do throws(JSONMembers.Fault) {
      var last = 0
      for member in object.members {
        if let line = layout.line, !member.keyHasEscapes, text.isEqual(member.key, line) {
          try takeLines(text, member, layout)
          continue
        }
        last = try take(member, text, layout, inLine: false, after: last)
      }
    } catch {
      rows.drop()
      throw error
    }
    rows.close(at: range.upperBound)
  }

  /// Sets a member's value, and returns its state (0 if it is no element).
  private func take(
    _ member: JSONMembers.Member, _ text: ByteView, _ layout: KindLayout, inLine: Bool, after last: Int
  ) throws(JSONMembers.Fault) -> Int {
    let state = layout.state(of: try key(member, text), inLine: inLine, after: last)
    guard state != 0 else {
      let key = try key(member, text)
      if inLine || !key.isEqual(0..<key.count, Self.kindKey) { add(unread: key, layout, inLine: inLine) }
      return last
    }
    switch member.type {
    case .null: break
    case .object, .array:
      throw JSONMembers.Fault(
        reason: .notWellFormed, position: member.value.lowerBound,
        text: "<\(try name(member, text))> must be a string or a number")
    case .string where member.hasEscapes:
      try rows.set(state) { (out) throws(JSONMembers.Fault) in
        try JSONMembers.append(member.value, of: text, to: &out)
      }
    case .string, .token:
      let value = text.trimmed(member.value)
      if isInPlace {
        rows.set(state, inPlace: value)
      } else {
        rows.set(state) { unsafe $0.append(contentsOf: text.bytes(value)) }
      }
    }
    return state
  }

  /// `"OrderList": [{…}, …]`.
  private func takeLines(
    _ text: ByteView, _ member: JSONMembers.Member, _ layout: KindLayout
  ) throws(JSONMembers.Fault) {
    if member.type == .null { return }
    guard member.type == .array else {
      throw JSONMembers.Fault(
        reason: .notWellFormed, position: member.value.lowerBound,
        text: "<\(layout.kind.spec.line ?? "")> must be an array of objects")
    }
    var position = JSONMembers.skipSpace(text, member.value.lowerBound + 1)
    while position < member.value.upperBound - 1 {
      position = try lineObject.read(text, at: position)
      rows.openLine()
      var last = layout.headFields
      for member in lineObject.members {
        last = try take(member, text, layout, inLine: true, after: last)
      }
      position = JSONMembers.skipSpace(text, position)
      if position < member.value.upperBound - 1 {
        position = JSONMembers.skipSpace(text, try JSONMembers.expect(",", text, position))
      }
    }
  }

  /// The kind of the object: its own `kind`, or what was said of the table. Nil if it was rejected.
  private func kindOfObject(
    _ text: ByteView, _ range: Range<Int>, _ slice: ByteView
  ) throws(JSONMembers.Fault) -> Kind? {
    for member in object.members {
      let key = try key(member, text)
      guard key.isEqual(0..<key.count, Self.kindKey) else { continue }
      guard member.type == .string, let own = TableKind(text.string(member.value)),
        case .kind(let kind) = own
      else {
        reject(range, slice, .kindUnsupported, "kind: CEB303 or another message kind is expected")
        return nil
      }
      guard self.kind == .named || self.kind.candidates.contains(kind) else {
        reject(range, slice, .kindUnsupported, "the row is \(kind.name), not what the table is said to hold")
        return nil
      }
      return kind
    }
    if case .kind(let kind) = named { return kind }
    if kind == .named {
      reject(
        range, slice, .kindUnsupported, "the object has no member kind, and no kind was given for the table")
      return nil
    }
    // The first object decides for its source.
    var names: [String] = []
    for member in object.members { names.append(try name(member, text)) }
    do throws(TableFault) {
      named = .kind(try kind.choose(for: names))
    } catch {
      kindFault = error
      return nil
    }
    return if case .kind(let kind) = named { kind } else { nil }
  }

  private static let kindKey = Array("kind".utf8)

  private func key(
    _ member: JSONMembers.Member, _ text: ByteView
  ) throws(JSONMembers.Fault) -> ByteView {
    guard member.keyHasEscapes else { return unsafe ByteView(text.bytes(member.key)) }
    keyBytes.removeAll()
    try JSONMembers.append(member.key, of: text, to: &keyBytes)
    return unsafe ByteView(keyBytes.unsafeElements)
  }

  private var keyBytes = GrowableBuffer<UInt8>()

  private func name(
    _ member: JSONMembers.Member, _ text: ByteView
  ) throws(JSONMembers.Fault) -> String {
    let key = try key(member, text)
    return key.string(0..<key.count)
  }

  // MARK: - Both

  private static let utf8Mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Behind the byte order mark.
  static func skipMark(_ text: ByteView) throws(TableFault) -> Int {
    if text.starts(with: [0xFF, 0xFE]) || text.starts(with: [0xFE, 0xFF]) {
      throw TableFault("it is UTF-16; tables are read as UTF-8: save it as \"CSV UTF-8\"")
    }
    return text.starts(with: utf8Mark) ? utf8Mark.count : 0
  }

  /// A row that is no document.
  private func reject(
    _ range: Range<Int>, _ text: ByteView, _ reason: RejectReason, _ what: String, key: String = ""
  ) {
    // Those before it first: rejects stand in the order of the source.
    rows.flush()
    let kind: Kind? =
      switch (header, named) {
      case (.some(let header), _): header.layout.kind
      case (nil, .kind(let kind)): kind
      default: nil
      }
    unsafe batch.appendReject(
      source: source, offset: sourceOffset + range.lowerBound, kind: kind?.name ?? "", key: key,
      field: "", reason: reason, message: what, encoding: rowText.name, original: text.bytes(range))
  }

  private static let maxNotes = 100

  private func add(note: String) {
    if notes.count < Self.maxNotes, !notes.contains(note) { notes.append(note) }
  }

  private func add(unread key: ByteView, _ layout: KindLayout, inLine: Bool) {
    let name = key.string(0..<min(key.count, 100))
    guard unread.count < Self.maxNotes, unread.insert("\(layout.kind.name) \(inLine) \(name)").inserted
    else { return }
    add(note: TableColumns.note(name, layout.kind, ofLines: inLine))
  }

  /// Members that are not read and have been noted.
  private var unread: Set<String> = []
}

extension KindLayout {
  /// State of a field by its name, or 0; looked for behind `last` first, since members come in schema
  /// order where a program wrote them.
  func state(of name: ByteView, inLine: Bool, after last: Int) -> Int {
    let states = inLine ? headFields + 1..<headFields + lineFields + 1 : 1..<headFields + 1
    let start = max(last + 1, states.lowerBound)
    let whole = 0..<name.count
    if start < states.upperBound {
      for state in start..<states.upperBound where name.isEqual(whole, fieldNames[state]) {
        return state
      }
    }
    for state in states.lowerBound..<min(start, states.upperBound)
    where name.isEqual(whole, fieldNames[state]) {
      return state
    }
    return 0
  }
}
