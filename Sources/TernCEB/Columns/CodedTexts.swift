/// A text column as its distinct values and which of them each row has: what asks about values asks once for
/// each, and rows cost a small number instead of their bytes.
///
/// A column that is not kept so is one too: each row is its own entry.
public final class CodedTexts {
  public let entries: TextColumn
  public let rowCount: Int
  /// Entry of each row; empty where `isPlain`, and where all rows have the only entry.
  public var codes = GrowableBuffer<UInt32>()
  /// Row r has entry r.
  public let isPlain: Bool

  /// All rows have the only entry, until `codes` are filled: one per row, each below the number of entries.
  public init(entries: TextColumn, rowCount: Int) {
    self.entries = entries
    self.rowCount = rowCount
    isPlain = false
  }

  /// A column as it is.
  public init(_ column: TextColumn) {
    entries = column
    rowCount = column.count
    isPlain = true
  }

  /// A byte for each row: what `judge` says of its entry. Nil where that is 0 for all.
  public func flags(_ judge: (Bytes) -> UInt8) -> [UInt8]? {
    let view = TextView(entries)
    var ofEntries = [UInt8](repeating: 0, count: entries.count)
    var any: UInt8 = 0
    for entry in ofEntries.indices {
      let flag = judge(view[entry])
      ofEntries[entry] = flag
      any |= flag
    }
    extendLifetime(entries)
    if any == 0 || rowCount == 0 { return nil }
    if isPlain { return ofEntries }
    if codes.isEmpty { return Array(repeating: ofEntries[0], count: rowCount) }
    precondition(codes.count == rowCount, "not a code per row")
    return unsafe [UInt8](unsafeUninitializedCapacity: rowCount) { rows, count in
      let codes = unsafe self.codes.unsafeElements
      for row in 0..<rowCount { unsafe rows[row] = ofEntries[Int(codes[row])] }
      count = rowCount
    }
  }

  /// The value of a row.
  public func value(_ row: Int) -> Bytes {
    let entry = isPlain ? row : codes.isEmpty ? 0 : Int(codes[row])
    return TextView(entries)[entry]
  }
}
