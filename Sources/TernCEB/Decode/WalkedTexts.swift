import CScan

/// Columns that a walk fills while it reads, so that a text is copied while it is in the first-level
/// cache and its place in registers.
///
/// A walk knows nothing of what is absent, and does not judge lengths: a column where a row lacks its
/// value, or where a length needs a closer look, is filled again from the spans.
@safe
struct WalkedTexts: ~Copyable {
  /// Lines that a walk may add to a group; groups with more are filled from the spans.
  static let maxLines = 512
  /// Values longer than a row's room share so many bytes in a group.
  private static let bytesForLong = 4096

  /// Entry 0 stands for no column; then come the head's, then the line's.
  @unsafe private var texts = unsafe GrowableBuffer<tern_text>()

  /// By state of a walk: offset of its column's entry; 0 where the field is no text.
  static func places(_ kind: Kind) -> [UInt32] {
    let check = KindChecks.all[Int(kind.rawValue)]
    let headFields = kind.spec.headFields.count
    var places = [UInt32](repeating: 0, count: headFields + kind.spec.lineFields.count + 1)
    let states = check.headTexts.map { $0.slot + 1 } + check.lineTexts.map { $0.slot + headFields + 1 }
    for (index, state) in states.enumerated() {
      places[state] = unsafe UInt32((index + 1) * MemoryLayout<tern_text>.stride)
    }
    return places
  }

  /// Makes room in all columns of a kind, and lets the next rows begin where they end.
  mutating func begin(_ columns: KindColumns, _ check: KindChecks) {
    let count = 1 + check.headTexts.count + check.lineTexts.count
    unsafe texts.removeAll()
    unsafe texts.reserve(count)
    unsafe texts.setCount(count)
    for index in 0..<check.headTexts.count {
      unsafe begin(1 + index, columns.headTexts[index], check.headTexts[index], SpanRows.maxDocuments)
    }
    for index in 0..<check.lineTexts.count {
      unsafe begin(1 + check.headTexts.count + index, columns.lineTexts[index], check.lineTexts[index], Self.maxLines)
    }
  }

  /// The last value of a field was no whole one, and comes another way.
  mutating func forget(state: Int, _ layout: KindLayout) {
    let place = layout.textPlaces[state]
    if place > 0 { unsafe texts.base[Int(place) / MemoryLayout<tern_text>.stride].is_odd = 1 }
  }

  /// What a walk takes; valid until a column grows.
  @unsafe var entries: UnsafeMutablePointer<tern_text> { unsafe texts.base }

  @inline(__always)
  private mutating func begin(
    _ index: Int, _ column: UnsafeMutablePointer<TextColumn.Storage>, _ slot: KindChecks.TextSlot, _ rows: Int
  ) {
    let bytesForRows = (rows + 1) * Int(TERN_TEXT_ROOM)
    unsafe column.pointee.ends.reserve(rows)
    unsafe column.pointee.bytes.reserve(bytesForRows + Self.bytesForLong)
    let base = unsafe column.pointee.bytes.base
    let (least, range) = (slot.leastLength, slot.leastRange)
    // Where no value is short, none counts as one.
    let isEverShort = least <= Int(TERN_TEXT_ROOM)
    unsafe texts.base[index] = unsafe tern_text(
      bytes: base + column.pointee.bytes.count, ends: column.pointee.ends.base + column.pointee.ends.count,
      limit: base + (column.pointee.bytes.capacity - bytesForRows),
      origin: UInt32(truncatingIfNeeded: UInt(bitPattern: base)),
      min_length: UInt32(least), length_range: UInt32(range), short_min: isEverShort ? UInt32(least) : .max,
      short_range: isEverShort ? UInt32(min(range, UInt(Int(TERN_TEXT_ROOM) - least))) : 0, is_odd: 0)
  }

  /// Takes what walks have put into a column since `begin`.
  /// - Returns: whether that is a value for each of `rows` rows, all as they should be.
  @inline(__always)
  func take(_ index: Int, into column: UnsafeMutablePointer<TextColumn.Storage>, rows: Int) -> Bool {
    let text = unsafe texts.base + index
    let count = unsafe column.pointee.ends.count + rows
    guard unsafe text.pointee.is_odd == 0, unsafe text.pointee.ends == column.pointee.ends.base + count else { return false }
    unsafe column.pointee.bytes.setCount(text.pointee.bytes - column.pointee.bytes.base)
    unsafe column.pointee.ends.setCount(count)
    return true
  }
}
