import CScan

/// Turns the spans of a group of documents into columns, field by field: the loop over the
/// documents is inside, so that each loop does one thing.
///
/// Numbers and times go first: they can make a document a reject. If one is, the group's rows
/// are taken back, the document is left out, and the rest goes in again. What a message has put
/// in is taken back whole if the message turns out to be unusable.
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

  private let checks: [KindChecks] = Kind.allCases.map(KindChecks.init)
  private var calendar = CalendarReader()
  /// At most one per document, of the present group.
  private var complaints: [Complaint] = []
  /// Of the present pass: numbers written irregularly, as (isLine, column, row, text).
  private var irregulars: [(isLine: Bool, column: Int, row: Int, text: String)] = []
  private var remarks = 0
  let strict: Bool

  private var message: Message
  private var batch: DocumentBatch
  /// By kind: the storage of the batch's columns.
  private var columns: [KindColumns] = []

  init(strict: Bool) {
    self.strict = strict
    batch = DocumentBatch()
    message = unsafe Message(base: UnsafePointer(bitPattern: 64)!, source: 0, sourceOffset: 0)
  }

  /// Turns to a slice and to the batch that its documents go to.
  func begin(_ message: Message, into batch: DocumentBatch) {
    self.message = message
    if batch !== self.batch || columns.isEmpty {
      self.batch = batch
      columns = batch.kinds.map { KindColumns($0, checks[Int($0.kind.rawValue)]) }
    }
  }

  /// The rows of a group's heads or lines, and where their values lie.
  @safe
  private struct Group {
    private let spans: UnsafePointer<tern_span>
    let count: Int
    private let stride: Int
    // Indexed by a span's top bit.
    private let base: UnsafePointer<UInt8>
    private let arena: UnsafePointer<UInt8>
    let kind: Kind
    let isLine: Bool

    init(
      _ spans: UnsafePointer<tern_span>, _ count: Int, _ stride: Int,
      _ base: UnsafePointer<UInt8>, _ arena: UnsafePointer<UInt8>, _ kind: Kind, isLine: Bool
    ) {
      unsafe self.spans = spans
      self.count = count
      self.stride = stride
      unsafe self.base = base
      unsafe self.arena = arena
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

  /// Appends the documents of `rows` to the batch; those that cannot be used become rejects.
  func fill(_ kind: Kind, _ rows: inout SpanRows) {
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
        fillNumbers(kind, rows)
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
    fillTexts(kind, &rows)
    fillSystemColumns(rows, tables.heads)
    for irregular in irregulars {
      let table = batch.irregulars
      table.columns[0].integer.append(Int64(kind.rawValue))
      table.columns[1].integer.append(irregular.isLine ? 1 : 0)
      table.columns[2].integer.append(Int64(irregular.column))
      table.columns[3].integer.append(Int64(irregular.row))
      table.columns[4].text.append(irregular.text)
    }
    batch.schemaRemarks += remarks
    let times = tables.heads.columns[checks[Int(kind.rawValue)].appTime].integer
    var latest = batch.latestAppTime ?? .min
    for row in headStart..<tables.heads.rowCount { latest = max(latest, times[row]) }
    batch.latestAppTime = latest
  }

  // MARK: - Reasons to reject

  private func complain(
    _ document: Int, _ reason: RejectReason, _ field: String, _ text: String
  ) {
    guard !complaints.contains(where: { $0.document == document }) else { return }
    complaints.append(
      Complaint(document: document, reason: reason, field: field, text: text))
  }

  /// Required elements are there.
  private func checkPresence(_ kind: Kind, _ rows: borrowing SpanRows) {
    let check = checks[Int(kind.rawValue)]
    var line = 0
    for document in 0..<rows.documentCount {
      let lines = Int(rows.documentLines[document])
      let head = unsafe rows.heads.base + document * rows.headFields
      if unsafe isMissing(head, check.requiredHead) {
        report(document, kind.spec.headFields, check.requiredHead) {
          unsafe head[$0].length == TERN_ABSENT_LENGTH
        }
      }
      if check.needsLine, lines == 0 {
        let name = kind.spec.line ?? ""
        complain(document, .elementMissing, name, "<\(name)> is required")
      }
      for index in line..<line + lines {
        let row = unsafe rows.lines.base + index * rows.lineFields
        if unsafe isMissing(row, check.requiredLine) {
          report(document, kind.spec.lineFields, check.requiredLine) {
            unsafe row[$0].length == TERN_ABSENT_LENGTH
          }
        }
      }
      line += lines
    }
  }

  @inline(__always)
  private func isMissing(_ row: UnsafePointer<tern_span>, _ required: [UInt32]) -> Bool {
    var missing: UInt32 = 0
    unsafe required.withUnsafeBufferPointer { required in
      for slot in 0..<required.count {
        missing |= unsafe (row[slot].length == TERN_ABSENT_LENGTH ? .max : 0) & required[slot]
      }
    }
    return missing != 0
  }

  private func report(
    _ document: Int, _ fields: [Field], _ required: [UInt32], isAbsent: (Int) -> Bool
  ) {
    for slot in 0..<fields.count where required[slot] != 0 && isAbsent(slot) {
      complain(document, .elementMissing, fields[slot].name, "<\(fields[slot].name)> is required")
      return
    }
  }

  /// Keys of the document's identity are not empty. Numbers and times are seen to when they are read.
  private func checkKeys(
    _ kind: Kind, _ rows: borrowing SpanRows
  ) {
    let check = checks[Int(kind.rawValue)]
    for alternatives in check.keys {
      for document in 0..<rows.documentCount {
        let row = document * rows.headFields
        let isEmpty = alternatives.allSatisfy { slot in
          rows.heads[row + slot].length == 0 || rows.heads[row + slot].length == TERN_ABSENT_LENGTH
        }
        if isEmpty {
          let name = kind.spec.headFields[alternatives[0]].name
          complain(document, .valueEmpty, name, "the key <\(name)> is empty")
        }
      }
    }
  }

  // MARK: - Numbers, times, dates

  private func fillNumbers(_ kind: Kind, _ rows: borrowing SpanRows) {
    let check = checks[Int(kind.rawValue)]
    let columns = columns[Int(kind.rawValue)]
    let heads = unsafe Group(
      rows.heads.base, rows.documentCount, rows.headFields, message.base, rows.arena.base, kind,
      isLine: false)
    for index in 0..<check.headNumbers.count {
      unsafe fillNumber(check.headNumbers[index], heads, columns.headNumbers[index], rows)
    }
    guard rows.lineCount > 0 else { return }
    let lines = unsafe Group(
      rows.lines.base, rows.lineCount, rows.lineFields, message.base, rows.arena.base, kind,
      isLine: true)
    for index in 0..<check.lineNumbers.count {
      unsafe fillNumber(check.lineNumbers[index], lines, columns.lineNumbers[index], rows)
    }
  }

  private func fillNumber(
    _ number: KindChecks.NumberSlot, _ group: Group, _ column: KindColumns.Number,
    _ rows: borrowing SpanRows
  ) {
    switch unsafe column {
    case .decimal(let storage):
      unsafe storage.pointee.mantissas.reserve(group.count)
      unsafe storage.pointee.forms.reserve(group.count)
      let start = unsafe storage.pointee.forms.count
      let mantissas = unsafe storage.pointee.mantissas.base + start
      let forms = unsafe storage.pointee.forms.base + start
      for row in 0..<group.count {
        let span = group.span(row, number.slot)
        let text = unsafe group.start(span)
        var reading =
          span.length == TERN_ABSENT_LENGTH
          ? nil : unsafe readPlainDecimal(text, Int(span.length))
        if reading == nil {
          unsafe reading = otherDecimal(
            number, group.kind, span, text, row, start, rows, group.isLine)
        }
        unsafe mantissas[row] = reading!.0
        unsafe forms[row] = reading!.1.rawValue
      }
      unsafe storage.pointee.mantissas.setCount(start + group.count)
      unsafe storage.pointee.forms.setCount(start + group.count)
    case .integer(let storage):
      unsafe storage.pointee.reserve(group.count)
      let start = unsafe storage.pointee.count
      let values = unsafe storage.pointee.base + start
      for row in 0..<group.count {
        let span = group.span(row, number.slot)
        let text = unsafe group.start(span)
        let length = Int(span.length)
        var reading: Int64?
        switch number.type {
        case .time: unsafe reading = calendar.readTime(text, length)
        case .date: unsafe reading = calendar.readDate(text, length)
        default:
          if span.length != TERN_ABSENT_LENGTH,
            let (value, isPlain) = unsafe readInteger(text, length)
          {
            reading = value
            if value.magnitude >= number.limit { remarks += 1 }
            if !isPlain {
              irregulars.append(
                (group.isLine, number.slot, start + row, unsafe string(text, length)))
            }
          }
        }
        if reading == nil {
          unsafe checkAbsent(number, group.kind, span, text, row, rows, group.isLine)
        }
        unsafe values[row] = reading ?? IntegerColumn.absent
      }
      unsafe storage.pointee.setCount(start + group.count)
    }
  }

  /// A decimal that is not plain: absent, empty, irregular or wrong.
  private func otherDecimal(
    _ number: KindChecks.NumberSlot, _ kind: Kind, _ span: tern_span,
    _ text: UnsafePointer<UInt8>, _ row: Int, _ firstRow: Int, _ rows: borrowing SpanRows,
    _ isLine: Bool
  ) -> (UInt64, DecimalForm) {
    let field = self.field(number.slot, kind, isLine)
    if span.length == 0, let value = field.emptyValue, let number = UInt64(value) {
      return (number, DecimalForm(rawValue: 0))
    }
    if span.length != 0, span.length != TERN_ABSENT_LENGTH,
      case .value(let mantissa, let form) = unsafe readAnyDecimal(
        UnsafeBufferPointer(start: text, count: Int(span.length)))
    {
      irregulars.append(
        (isLine, number.slot, firstRow + row, unsafe string(text, Int(span.length))))
      return (mantissa, form)
    }
    unsafe checkAbsent(number, kind, span, text, row, rows, isLine)
    return (0, .absent)
  }

  /// A number or date that could not be read: fine if it is optional and not there, else a reject.
  private func checkAbsent(
    _ number: KindChecks.NumberSlot, _ kind: Kind, _ span: tern_span,
    _ text: UnsafePointer<UInt8>, _ row: Int, _ rows: borrowing SpanRows, _ isLine: Bool
  ) {
    let field = self.field(number.slot, kind, isLine)
    let document = isLine ? documentOfLine(row, rows) : row
    if span.length == TERN_ABSENT_LENGTH || span.length == 0 {
      if field.required {
        complain(document, .valueEmpty, field.name, "<\(field.name)> is empty")
      }
      return
    }
    let shown = unsafe string(text, min(Int(span.length), 40))
    switch field.type {
    case .time, .date:
      let form = field.type == .time ? "YYYYMMDDhhmmss" : "YYYYMMDD"
      complain(
        document, .dateInvalid, field.name, "<\(field.name)> '\(shown)' is no \(form)")
    default:
      complain(
        document, .numberInvalid, field.name,
        "<\(field.name)> '\(shown)' is no \(field.type == .decimal ? "decimal with up to 14 integer and 5 fraction digits" : "whole number")"
      )
    }
  }

  private func documentOfLine(_ line: Int, _ rows: borrowing SpanRows) -> Int {
    var remaining = line
    for document in 0..<rows.documentCount {
      let count = Int(rows.documentLines[document])
      if remaining < count { return document }
      remaining -= count
    }
    return rows.documentCount - 1
  }

  // MARK: - Texts

  private func field(_ slot: Int, _ kind: Kind, _ isLine: Bool) -> Field {
    isLine ? kind.spec.lineFields[slot] : kind.spec.headFields[slot]
  }

  private func fillTexts(_ kind: Kind, _ rows: inout SpanRows) {
    // Short values are copied as whole vectors.
    rows.arena.reserve(Kernel.padding)
    let check = checks[Int(kind.rawValue)]
    let columns = columns[Int(kind.rawValue)]
    // No column gets more than all of the group's bytes.
    let first = Int(rows.documentStarts[0])
    let last = Int(rows.documentEnds[rows.documentCount - 1])
    let maxBytes = max(last - first, 0) + rows.arena.count
    let heads = unsafe Group(
      rows.heads.base, rows.documentCount, rows.headFields, message.base, rows.arena.base, kind,
      isLine: false)
    for index in 0..<check.headTexts.count {
      unsafe fillText(check.headTexts[index], heads, columns.headTexts[index], maxBytes)
    }
    guard rows.lineCount > 0 else { return }
    let lines = unsafe Group(
      rows.lines.base, rows.lineCount, rows.lineFields, message.base, rows.arena.base, kind,
      isLine: true)
    for index in 0..<check.lineTexts.count {
      unsafe fillText(check.lineTexts[index], lines, columns.lineTexts[index], maxBytes)
    }
  }

  private func fillText(
    _ text: KindChecks.TextSlot, _ group: Group,
    _ column: UnsafeMutablePointer<TextColumn.Storage>, _ maxBytes: Int
  ) {
    let start = unsafe column.pointee.ends.count
    unsafe column.pointee.ends.reserve(group.count)
    unsafe column.pointee.bytes.reserve(
      maxBytes + group.count * text.emptyValueBytes + Kernel.padding)
    let ends = unsafe column.pointee.ends.base + start
    let bytes = unsafe UnsafeMutableRawPointer(column.pointee.bytes.base)
    var out = unsafe column.pointee.bytes.count
    var odd = 0
    for row in 0..<group.count {
      let span = group.span(row, text.slot)
      let length = Int(span.length)
      let target = unsafe bytes + out
      if length &- 1 < 32 {
        // 1 to 32 bytes, or none.
        let source = unsafe UnsafeRawPointer(group.start(span))
        unsafe target.storeBytes(
          of: source.loadUnaligned(as: SIMD32<UInt8>.self), as: SIMD32<UInt8>.self)
        out &+= length
      } else if length <= 64 {
        let source = unsafe UnsafeRawPointer(group.start(span))
        unsafe target.storeBytes(
          of: source.loadUnaligned(as: SIMD64<UInt8>.self), as: SIMD64<UInt8>.self)
        out &+= length
      } else if span.length != TERN_ABSENT_LENGTH {
        unsafe target.copyMemory(from: group.start(span), byteCount: length)
        out &+= length
      } else {
        unsafe ends[row] = UInt32(truncatingIfNeeded: out)
        continue
      }
      unsafe ends[row] = UInt32(truncatingIfNeeded: out)
      if UInt(bitPattern: length &- text.minLength) > text.lengthRange {
        if length == 0, text.emptyValueBytes > 0 {
          for c in field(text.slot, group.kind, group.isLine).emptyValue!.utf8 {
            unsafe bytes.storeBytes(of: c, toByteOffset: out, as: UInt8.self)
            out &+= 1
          }
          unsafe ends[row] = UInt32(truncatingIfNeeded: out)
        } else if length > 0 || !text.mayBeEmpty {
          let field = field(text.slot, group.kind, group.isLine)
          odd &+= unsafe breaksLength(field, group.start(span), length) ? 1 : 0
        }
      } else if text.fixedWord != 0, unsafe word(group.start(span), length) != text.fixedWord {
        odd &+= 1
      }
    }
    remarks += odd
    unsafe column.pointee.bytes.setCount(out)
    unsafe column.pointee.ends.setCount(start &+ group.count)
  }

  /// A value of up to 8 bytes as a little-endian word; a longer one gives 0.
  @inline(__always)
  private func word(_ text: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
    guard length <= 8 else { return 0 }
    let unused = UInt64(64 - 8 * length)
    return unsafe (UnsafeRawPointer(text).loadUnaligned(as: UInt64.self) &<< unused) &>> unused
  }

  /// Lengths are counted in characters, and either version of the schema will do.
  private func breaksLength(_ field: Field, _ text: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    if length == 0 { return field.required && field.minLength > 0 && field.emptyValue == nil }
    var characters = 0
    for index in 0..<length where unsafe text[index] & 0xC0 != 0x80 { characters += 1 }
    return characters < field.minLength
      || (field.maxLength > 0 && characters > max(field.maxLength, field.maxLength2018 ?? 0))
  }

  /// With `strict`, what is otherwise a remark rejects the document.
  private func checkTexts(
    _ kind: Kind, _ rows: borrowing SpanRows
  ) {
    for (slot, field) in kind.spec.headFields.enumerated() where field.type == .text {
      for document in 0..<rows.documentCount {
        checkText(field, rows.heads[document * rows.headFields + slot], document, rows)
      }
    }
    for (slot, field) in kind.spec.lineFields.enumerated() where field.type == .text {
      for line in 0..<rows.lineCount {
        checkText(
          field, rows.lines[line * rows.lineFields + slot], documentOfLine(line, rows), rows)
      }
    }
  }

  private func checkText(
    _ field: Field, _ span: tern_span, _ document: Int, _ rows: borrowing SpanRows
  ) {
    guard span.length != TERN_ABSENT_LENGTH else { return }
    let text = unsafe start_(span, message.base, UnsafePointer(rows.arena.base))
    let value = unsafe string(text, Int(span.length))
    if unsafe breaksLength(field, text, Int(span.length)) {
      complain(document, .schema, field.name, "<\(field.name)> has a length the schema forbids")
    } else if field.isFixed, !value.isEmpty, value != field.emptyValue {
      complain(
        document, .schema, field.name, "<\(field.name)> must be \(field.emptyValue ?? "")")
    }
  }

  // MARK: - The rest of a row

  private func fillSystemColumns(_ rows: borrowing SpanRows, _ heads: Table) {
    let first = heads.columns.count - 4
    let columns = (0..<4).map { heads.columns[first + $0].integer }
    for column in columns { column.values.reserve(rows.documentCount) }
    for document in 0..<rows.documentCount {
      let start = Int64(rows.documentStarts[document])
      columns[0].values.append(Int64(rows.documentLines[document]))
      columns[1].values.append(Int64(message.source))
      columns[2].values.append(Int64(message.sourceOffset) + start)
      columns[3].values.append(Int64(rows.documentEnds[document]) - start)
    }
  }

  private func rejectDocuments(
    _ kind: Kind, _ rows: borrowing SpanRows
  ) {
    let arena = unsafe UnsafePointer(rows.arena.base)
    for complaint in complaints.sorted(by: { $0.document < $1.document }) {
      let document = complaint.document
      var key = ""
      for slot in checks[Int(kind.rawValue)].names {
        let span = rows.heads[document * rows.headFields + slot]
        guard span.length != TERN_ABSENT_LENGTH, span.length > 0 else { continue }
        key = unsafe string(start_(span, message.base, arena), Int(span.length))
        break
      }
      let start = Int(rows.documentStarts[document])
      let end = Int(rows.documentEnds[document])
      unsafe batch.appendReject(
        source: message.source, offset: message.sourceOffset + start, kind: kind.name, key: key,
        field: complaint.field, reason: complaint.reason, message: complaint.text,
        original: unsafe UnsafeBufferPointer(start: message.base + start, count: end - start))
    }
  }

  private func string(_ text: UnsafePointer<UInt8>, _ length: Int) -> String {
    unsafe String(decoding: UnsafeBufferPointer(start: text, count: length), as: UTF8.self)
  }
}

/// `TERN_ABSENT` as the type of `tern_span.length`.
let TERN_ABSENT_LENGTH: UInt32 = .max

/// First byte of a value.
@inline(__always)
private func start_(
  _ span: tern_span, _ base: UnsafePointer<UInt8>, _ arena: UnsafePointer<UInt8>
) -> UnsafePointer<UInt8> {
  if span.length == TERN_ABSENT_LENGTH { return unsafe base }
  return span.start & SpanRows.arenaBit == 0
    ? unsafe base + Int(span.start)
    : unsafe arena + Int(span.start & ~SpanRows.arenaBit)
}
