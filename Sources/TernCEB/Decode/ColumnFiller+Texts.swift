import CScan

/// Texts, and what the schema says of their lengths.
extension ColumnFiller {
  func field(_ slot: Int, _ kind: Kind, _ isLine: Bool) -> Field {
    isLine ? kind.spec.lineFields[slot] : kind.spec.headFields[slot]
  }

  func fillTexts(_ kind: Kind, _ rows: inout SpanRows) {
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

  func fillText(
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
  func word(_ text: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
    guard length <= 8 else { return 0 }
    let unused = UInt64(64 - 8 * length)
    return unsafe (UnsafeRawPointer(text).loadUnaligned(as: UInt64.self) &<< unused) &>> unused
  }

  /// Lengths are counted in characters, and either version of the schema will do.
  func breaksLength(_ field: Field, _ text: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    if length == 0 { return field.required && field.minLength > 0 && field.emptyValue == nil }
    var characters = 0
    for index in 0..<length where unsafe text[index] & 0xC0 != 0x80 { characters += 1 }
    return characters < field.minLength
      || (field.maxLength > 0 && characters > max(field.maxLength, field.maxLength2018 ?? 0))
  }

  /// With `strict`, what is otherwise a remark rejects the document.
  func checkTexts(
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

  func checkText(
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
}
