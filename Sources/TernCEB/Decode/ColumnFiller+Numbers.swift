import CScan

/// Numbers, times and dates.
extension ColumnFiller {
  func fillNumbers(_ kind: Kind, _ check: KindChecks, _ rows: borrowing SpanRows) {
    let columns = columns(of: kind)
    let heads = unsafe Group(
      rows.heads.base, rows.documentCount, rows.headFields, message.base, rows.arena, kind,
      isLine: false)
    for index in 0..<check.headNumbers.count {
      unsafe fillNumber(check.headNumbers[index], heads, columns.headNumbers[index], rows)
    }
    guard rows.lineCount > 0 else { return }
    let lines = unsafe Group(
      rows.lines.base, rows.lineCount, rows.lineFields, message.base, rows.arena, kind,
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
      unsafe fillDecimals(number, group, storage, rows)
    case .integer(let storage):
      unsafe storage.pointee.reserve(group.count)
      let start = unsafe storage.pointee.count
      let values = unsafe storage.pointee.base + start
      if number.type == .integer {
        unsafe fillIntegers(number, group, values, firstRow: start, rows)
      } else {
        unsafe fillTimes(number, group, values, rows)
      }
      unsafe storage.pointee.setCount(start + group.count)
    }
  }

  private func fillDecimals(
    _ number: KindChecks.NumberSlot, _ group: Group,
    _ storage: UnsafeMutablePointer<DecimalColumn.Storage>, _ rows: borrowing SpanRows
  ) {
    unsafe storage.pointee.mantissas.reserve(group.count)
    unsafe storage.pointee.forms.reserve(group.count)
    let start = unsafe storage.pointee.forms.count
    let mantissas = unsafe storage.pointee.mantissas.base + start
    let forms = unsafe storage.pointee.forms.base + start
    let others = unsafe tern_read_decimals(
      kernel, group.spans + number.slot, group.stride, group.count, group.base, mantissas, forms)
    if others > 0 {
      for row in 0..<group.count where unsafe forms[row] == UInt8(TERN_NOT_PLAIN) {
        let span = group.span(row, number.slot)
        let (mantissa, form) = unsafe otherDecimal(
          number, group.kind, span, group.start(span), row, start, rows, group.isLine)
        unsafe mantissas[row] = mantissa
        unsafe forms[row] = form.rawValue
      }
    }
    unsafe storage.pointee.mantissas.setCount(start + group.count)
    unsafe storage.pointee.forms.setCount(start + group.count)
  }

  private func fillTimes(
    _ number: KindChecks.NumberSlot, _ group: Group, _ values: UnsafeMutablePointer<Int64>,
    _ rows: borrowing SpanRows
  ) {
    var calendar = self.calendar
    for row in 0..<group.count {
      let span = group.span(row, number.slot)
      let text = unsafe group.start(span)
      let length = Int(span.length)
      let reading =
        number.type == .time
        ? unsafe calendar.readTime(text, length) : unsafe calendar.readDate(text, length)
      if let reading {
        unsafe values[row] = reading
      } else {
        unsafe checkAbsent(number, group.kind, span, text, row, rows, group.isLine)
        unsafe values[row] = IntegerColumn.absent
      }
    }
    self.calendar = calendar
  }

  private func fillIntegers(
    _ number: KindChecks.NumberSlot, _ group: Group, _ values: UnsafeMutablePointer<Int64>,
    firstRow: Int, _ rows: borrowing SpanRows
  ) {
    for row in 0..<group.count {
      let span = group.span(row, number.slot)
      let text = unsafe group.start(span)
      // `gnum` and `packNo` have one digit nearly always.
      if span.length == 1, unsafe text[0] &- 0x31 < 9 {
        unsafe values[row] = Int64(text[0] &- 0x30)
      } else if span.length != TERN_ABSENT_LENGTH,
        let (value, isPlain) = unsafe readInteger(text, Int(span.length))
      {
        unsafe values[row] = value
        if value.magnitude >= number.limit { remarks += 1 }
        if !isPlain {
          irregulars.append(
            (group.isLine, number.slot, firstRow + row, unsafe string(text, Int(span.length))))
        }
      } else {
        unsafe checkAbsent(number, group.kind, span, text, row, rows, group.isLine)
        unsafe values[row] = IntegerColumn.absent
      }
    }
  }

  /// A decimal that the kernel leaves: absent, empty, with a sign, long, irregular or wrong.
  private func otherDecimal(
    _ number: KindChecks.NumberSlot, _ kind: Kind, _ span: tern_span,
    _ text: UnsafePointer<UInt8>, _ row: Int, _ firstRow: Int, _ rows: borrowing SpanRows,
    _ isLine: Bool
  ) -> (UInt64, DecimalForm) {
    if span.length == TERN_ABSENT_LENGTH, !number.isRequired { return (0, .absent) }
    let field = self.field(number.slot, kind, isLine)
    if span.length != TERN_ABSENT_LENGTH,
      let plain = unsafe readPlainDecimal(text, Int(span.length))
    {
      return plain
    }
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
    if span.length == TERN_ABSENT_LENGTH, !number.isRequired { return }
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

  func documentOfLine(_ line: Int, _ rows: borrowing SpanRows) -> Int {
    var remaining = line
    for document in 0..<rows.documentCount {
      let count = Int(rows.documentLines[document])
      if remaining < count { return document }
      remaining -= count
    }
    return rows.documentCount - 1
  }
}
