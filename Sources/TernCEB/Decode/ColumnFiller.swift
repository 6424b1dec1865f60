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

  init(strict: Bool) {
    self.strict = strict
    batch = DocumentBatch()
    message = unsafe Message(base: UnsafePointer(bitPattern: 64)!, source: 0, sourceOffset: 0)
  }

  /// Turns to a slice and to the batch that its documents go to.
  func begin(_ message: Message, into batch: DocumentBatch) {
    self.message = message
    self.batch = batch
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
        fillNumbers(kind, rows, tables)
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
    fillTexts(kind, rows, tables)
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

  private func fillNumbers(
    _ kind: Kind, _ rows: borrowing SpanRows, _ tables: KindTables
  ) {
    let check = checks[Int(kind.rawValue)]
    for number in check.headNumbers {
      unsafe fillNumber(
        number, kind, rows.heads.base + number.slot, rows.documentCount, rows.headFields, rows,
        tables.heads, isLine: false)
    }
    guard let lines = tables.lines, rows.lineCount > 0 else { return }
    for number in check.lineNumbers {
      unsafe fillNumber(
        number, kind, rows.lines.base + number.slot, rows.lineCount, rows.lineFields, rows, lines,
        isLine: true)
    }
  }

  private func fillNumber(
    _ number: KindChecks.NumberSlot, _ kind: Kind, _ spans: UnsafePointer<tern_span>,
    _ count: Int, _ stride: Int, _ rows: borrowing SpanRows, _ table: Table, isLine: Bool
  ) {
    let arena = unsafe UnsafePointer(rows.arena.base)
    let base = unsafe message.base
    switch table.columns[number.slot] {
    case .decimal(let column):
      column.mantissas.reserve(count)
      column.forms.reserve(count)
      let start = column.count
      let mantissas = unsafe column.mantissas.base + start
      let forms = unsafe column.forms.base + start
      for row in 0..<count {
        let span = unsafe spans[row &* stride]
        let text = unsafe start_(span, base, arena)
        if span.length != TERN_ABSENT_LENGTH,
          let (mantissa, form) = unsafe readPlainDecimal(text, Int(span.length))
        {
          unsafe mantissas[row] = mantissa
          unsafe forms[row] = form.rawValue
        } else {
          let (mantissa, form) = unsafe otherDecimal(
            number, kind, span, text, row, start, rows, isLine)
          unsafe mantissas[row] = mantissa
          unsafe forms[row] = form.rawValue
        }
      }
      column.mantissas.setCount(start + count)
      column.forms.setCount(start + count)
    case .integer(let column):
      column.values.reserve(count)
      let start = column.count
      let values = unsafe column.values.base + start
      for row in 0..<count {
        let span = unsafe spans[row &* stride]
        let text = unsafe start_(span, base, arena)
        let length = Int(span.length)
        let reading: Int64? =
          switch number.type {
          case .time: unsafe calendar.readTime(text, length)
          case .date: unsafe calendar.readDate(text, length)
          default:
            if let (value, isPlain) = unsafe span.length == TERN_ABSENT_LENGTH
              ? nil : readInteger(text, length)
            {
              isPlain
                ? value : unsafe irregular(
                  value, number.slot, text, length, start + row, isLine)
            } else {
              nil
            }
          }
        if let reading {
          unsafe values[row] = reading
        } else {
          unsafe values[row] = IntegerColumn.absent
          unsafe checkAbsent(number, kind, span, text, row, rows, isLine)
        }
      }
      column.values.setCount(start + count)
    case .text: break
    }
  }

  private func irregular(
    _ value: Int64, _ slot: Int, _ text: UnsafePointer<UInt8>, _ length: Int, _ row: Int,
    _ isLine: Bool
  ) -> Int64 {
    irregulars.append((isLine, slot, row, unsafe string(text, length)))
    return value
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

  private func fillTexts(_ kind: Kind, _ rows: borrowing SpanRows, _ tables: KindTables) {
    let check = checks[Int(kind.rawValue)]
    for text in check.headTexts {
      unsafe fillText(
        text, kind, rows.heads.base + text.slot, rows.documentCount, rows.headFields, rows,
        tables.heads.columns[text.slot].text, isLine: false)
    }
    guard let lines = tables.lines, rows.lineCount > 0 else { return }
    for text in check.lineTexts {
      unsafe fillText(
        text, kind, rows.lines.base + text.slot, rows.lineCount, rows.lineFields, rows,
        lines.columns[text.slot].text, isLine: true)
    }
  }

  private func fillText(
    _ text: KindChecks.TextSlot, _ kind: Kind, _ spans: UnsafePointer<tern_span>, _ count: Int,
    _ stride: Int, _ rows: borrowing SpanRows, _ column: TextColumn, isLine: Bool
  ) {
    let arena = unsafe UnsafePointer(rows.arena.base)
    let base = unsafe message.base
    let first = column.count
    column.ends.reserve(count)
    let ends = unsafe column.ends.base + first
    var out = column.bytes.count
    var bytes = unsafe UnsafeMutableRawPointer(column.bytes.base)
    var capacity = column.bytes.capacity
    for row in 0..<count {
      let span = unsafe spans[row &* stride]
      let length = span.length == TERN_ABSENT_LENGTH ? 0 : Int(span.length)
      if out &+ length &+ 64 > capacity {
        column.bytes.setCount(out)
        column.bytes.reserve(max(length + 64, count * 32))
        unsafe bytes = UnsafeMutableRawPointer(column.bytes.base)
        capacity = column.bytes.capacity
      }
      let target = unsafe bytes + out
      if length &- 1 < 32 {
        if length > 0 {
          // Both sides have room for more than the value: two whole vectors beat a call.
          let source = unsafe UnsafeRawPointer(start_(span, base, arena))
          unsafe target.storeBytes(
            of: source.loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
          unsafe (target + 16).storeBytes(
            of: (source + 16).loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
          out &+= length
        } else if text.hasEmptyValue, span.length == 0 {
          for c in field(text.slot, kind, isLine).emptyValue!.utf8 {
            unsafe bytes.storeBytes(of: c, toByteOffset: out, as: UInt8.self)
            out &+= 1
          }
        }
      } else {
        unsafe target.copyMemory(from: start_(span, base, arena), byteCount: length)
        out &+= length
      }
      unsafe ends[row] = UInt32(truncatingIfNeeded: out)
      if length > text.maxLength
        || (length < text.minLength && span.length != TERN_ABSENT_LENGTH
          && (length > 0 || text.required)),
        unsafe breaksLength(field(text.slot, kind, isLine), start_(span, base, arena), length)
      {
        remarks += 1
      }
    }
    column.bytes.setCount(out)
    column.ends.setCount(first &+ count)
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
  span.start & SpanRows.arenaBit == 0
    ? unsafe base + Int(span.start)
    : unsafe arena + Int(span.start & ~SpanRows.arenaBit)
}
