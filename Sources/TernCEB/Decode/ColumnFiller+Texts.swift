import CScan

/// Texts, and what the schema says of their lengths.
extension ColumnFiller {
  func field(_ slot: Int, _ kind: Kind, _ isLine: Bool) -> Field {
    isLine ? kind.spec.lineFields[slot] : kind.spec.headFields[slot]
  }

  func fillTexts(_ kind: Kind, _ check: KindChecks, _ rows: inout SpanRows) {
    // Values are copied as whole vectors.
    rows.arena.reserve(Kernel.padding)
    let columns = columns(of: kind)
    // No column gets more than all of the group's bytes.
    let first = Int(rows.documentStarts[0])
    let last = Int(rows.documentEnds[rows.documentCount - 1])
    let maxBytes = max(last - first, 0) + rows.arena.count
    let heads = unsafe Group(
      rows.heads.base, rows.documentCount, rows.headFields, message.base, rows.arena, kind,
      isLine: false)
    let areWalked = rows.textsAreWalked
    for index in 0..<check.headTexts.count {
      if areWalked, unsafe take(1 + index, check.headTexts[index], heads, columns.headTexts[index]) { continue }
      unsafe fillText(check.headTexts[index], heads, columns.headTexts[index], maxBytes)
    }
    guard rows.lineCount > 0 else { return }
    let lines = unsafe Group(
      rows.lines.base, rows.lineCount, rows.lineFields, message.base, rows.arena, kind,
      isLine: true)
    for index in 0..<check.lineTexts.count {
      if areWalked,
        unsafe take(1 + check.headTexts.count + index, check.lineTexts[index], lines, columns.lineTexts[index])
      { continue }
      unsafe fillText(check.lineTexts[index], lines, columns.lineTexts[index], maxBytes)
    }
  }

  /// Takes what walks have put into a column, if nothing of it needs a closer look.
  @inline(__always)
  private func take(
    _ index: Int, _ text: KindChecks.TextSlot, _ group: Group, _ column: UnsafeMutablePointer<TextColumn.Storage>
  ) -> Bool {
    guard unsafe texts.take(index, into: column, rows: group.count) else { return false }
    if text.fixedWord != 0 { countOthersThanFixed(text, group) }
    return true
  }

  private func fillText(
    _ text: KindChecks.TextSlot, _ group: Group,
    _ column: UnsafeMutablePointer<TextColumn.Storage>, _ maxBytes: Int
  ) {
    let start = unsafe column.pointee.ends.count
    let firstByte = unsafe column.pointee.bytes.count
    unsafe column.pointee.ends.reserve(group.count)
    unsafe column.pointee.bytes.reserve(
      maxBytes + group.count * text.emptyValueBytes + Kernel.padding)
    let ends = unsafe column.pointee.ends.base + start
    let bytes = unsafe column.pointee.bytes.base
    var (out, oddities, mayHoldOthers) =
      group.usesArena
      ? unsafe copyTexts(text, group, bytes, firstByte, ends, fromArena: true)
      : unsafe copyTexts(text, group, bytes, firstByte, ends, fromArena: false)
    if oddities > 0 {
      let hasEmpty = lookCloser(text, group)
      if hasEmpty, text.emptyValueBytes > 0 {
        unsafe out = copyTextsWithDefault(text, group, bytes, firstByte, ends)
      }
    }
    if text.fixedWord != 0 { countOthersThanFixed(text, group) }
    if mayHoldOthers, unsafe !isUTF8(bytes, firstByte, out, ends, group.count) {
      mayBeInvalid = true
    }
    unsafe column.pointee.bytes.setCount(out)
    unsafe column.pointee.ends.setCount(start &+ group.count)
  }

  /// Copies a field's values end to end. An absent one is empty.
  /// - Returns: where they end, how many have a length that needs a closer look, and whether others than
  ///   ASCII characters may be among them: the bytes behind a value are looked at too.
  @inline(__always)
  private func copyTexts(
    _ text: KindChecks.TextSlot, _ group: Group, _ bytes: UnsafeMutablePointer<UInt8>,
    _ firstByte: Int, _ ends: UnsafeMutablePointer<UInt32>, fromArena: Bool
  ) -> (out: Int, oddities: Int, mayHoldOthers: Bool) {
    typealias Block = SIMD4<UInt64>
    var all = Block()
    var out = firstByte
    var oddities = 0
    let (minLength, lengthRange) = (text.minLength, text.lengthRange)
    let (base, arena, stride) = unsafe (group.base, group.arena, group.stride)
    var place = unsafe group.spans + text.slot
    for row in 0..<group.count {
      let span = unsafe place.pointee
      let length = Int(span.length)
      let source = unsafe UnsafeRawPointer(
        fromArena && span.start & SpanRows.arenaBit != 0
          ? arena + Int(span.start & ~SpanRows.arenaBit) : base + Int(span.start))
      let target = unsafe UnsafeMutableRawPointer(bytes + out)
      if length <= 32 {
        let block = unsafe source.loadUnaligned(as: Block.self)
        unsafe target.storeBytes(of: block, as: Block.self)
        all |= block
        out &+= length
      } else if span.length != TERN_ABSENT_LENGTH {
        var done = 0
        repeat {
          let block = unsafe (source + done).loadUnaligned(as: Block.self)
          unsafe (target + done).storeBytes(of: block, as: Block.self)
          all |= block
          done &+= 32
        } while done < length
        out &+= length
      }
      unsafe ends[row] = UInt32(truncatingIfNeeded: out)
      oddities &+= UInt(bitPattern: length &- minLength) > lengthRange ? 1 : 0
      unsafe place += stride
    }
    let high = (all[0] | all[1] | all[2] | all[3]) & 0x8080_8080_8080_8080
    return (out, oddities, high != 0)
  }

  /// Values that are absent, empty, or of a length that the schema may forbid.
  /// - Returns: whether one is empty.
  private func lookCloser(_ text: KindChecks.TextSlot, _ group: Group) -> Bool {
    var hasEmpty = false
    var hasAbsent = false
    var odd = 0
    for row in 0..<group.count {
      let span = group.span(row, text.slot)
      let length = Int(span.length)
      if span.length == TERN_ABSENT_LENGTH {
        hasAbsent = true
      } else if length == 0 {
        hasEmpty = true
        if !text.mayBeEmpty, text.emptyValueBytes == 0 { odd += 1 }
      } else if UInt(bitPattern: length &- text.minLength) > text.lengthRange {
        let field = field(text.slot, group.kind, group.isLine)
        if unsafe breaksLength(field, group.start(span), length) { odd += 1 }
      }
    }
    remarks += odd
    if text.isNeeded, hasAbsent { lacksElement = true }
    if text.isKey, hasEmpty { lacksKey = true }
    return hasEmpty
  }

  /// As `copyTexts`; an empty element has the value that the schema gives it.
  private func copyTextsWithDefault(
    _ text: KindChecks.TextSlot, _ group: Group, _ bytes: UnsafeMutablePointer<UInt8>,
    _ firstByte: Int, _ ends: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let value = Array(field(text.slot, group.kind, group.isLine).emptyValue!.utf8)
    var out = firstByte
    for row in 0..<group.count {
      let span = group.span(row, text.slot)
      if span.length == 0 {
        for c in value {
          unsafe bytes[out] = c
          out += 1
        }
      } else if span.length != TERN_ABSENT_LENGTH {
        unsafe (bytes + out).update(from: group.start(span), count: Int(span.length))
        out += Int(span.length)
      }
      unsafe ends[row] = UInt32(truncatingIfNeeded: out)
    }
    return out
  }

  private func countOthersThanFixed(_ text: KindChecks.TextSlot, _ group: Group) {
    var others = 0
    for row in 0..<group.count {
      let span = group.span(row, text.slot)
      let length = Int(span.length)
      guard UInt(bitPattern: length &- text.minLength) <= text.lengthRange else { continue }
      others += unsafe word(group.start(span), length) != text.fixedWord ? 1 : 0
    }
    remarks += others
  }

  /// Whether each value is UTF-8: all of them together are, and none begins inside a character.
  private func isUTF8(
    _ bytes: UnsafePointer<UInt8>, _ first: Int, _ end: Int, _ ends: UnsafePointer<UInt32>,
    _ count: Int
  ) -> Bool {
    guard
      unsafe tern_utf8_valid_prefix(kernel, bytes + first, end - first) == end - first
    else { return false }
    for row in 0..<count - 1 where unsafe Int(ends[row]) < end {
      if unsafe bytes[Int(ends[row])] & 0xC0 == 0x80 { return false }
    }
    return true
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
