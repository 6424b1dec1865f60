import TernCEB

/// One text column as a format writes it. Valid while the column is alive and unchanged.
@safe
struct VerdictValues {
  @unsafe fileprivate let bytes: UnsafePointer<UInt8>
  @unsafe private let ends: UnsafePointer<UInt32>
  private let count: Int
  fileprivate let format: VerdictFormat
  /// No value of the column has to be quoted or escaped.
  fileprivate let isPlain: Bool

  init(_ column: TextColumn, _ format: VerdictFormat) {
    // Values are copied 32 bytes at a time.
    column.bytes.reserve(32)
    unsafe bytes = UnsafePointer(column.bytes.base)
    unsafe ends = UnsafePointer(column.ends.base)
    count = column.count
    self.format = format
    let all = unsafe UnsafeBufferPointer(start: column.bytes.base, count: column.bytes.count)
    isPlain = unsafe Self.isPlain(all, format)
  }

  /// Whether the format writes these bytes as they are.
  fileprivate static func isPlain(
    _ value: UnsafeBufferPointer<UInt8>, _ format: VerdictFormat
  ) -> Bool {
    var special: UInt8 = 0
    switch format {
    case .csv:
      for index in value.indices {
        let byte = unsafe value[index]
        special |=
          (byte == 0x2c ? 1 : 0) | (byte == 0x22 ? 1 : 0) | (byte == 0x0a ? 1 : 0)
          | (byte == 0x0d ? 1 : 0)
      }
    case .ndjson:
      for index in value.indices {
        let byte = unsafe value[index]
        special |=
          (byte < 0x20 ? 1 : 0) | (byte >= 0x80 ? 1 : 0) | (byte == 0x22 ? 1 : 0)
          | (byte == 0x5c ? 1 : 0)
      }
    }
    return special == 0
  }

  @inline(__always) fileprivate func range(_ row: Int) -> (start: Int, length: Int) {
    precondition(row >= 0 && row < count, "row out of range")
    let start = row == 0 ? 0 : Int(unsafe ends[row &- 1])
    return (start, Int(unsafe ends[row]) &- start)
  }

  /// Foreign platforms may have no code: an empty one, or `无`.
  @inline(__always) func isNoPlatform(_ row: Int) -> Bool {
    let (start, length) = range(row)
    if length == 0 { return true }
    return unsafe length == 3 && bytes[start] == 0xe6 && bytes[start &+ 1] == 0x97
      && bytes[start &+ 2] == 0xa0
  }
}

/// The end of a piece, where rows are written. `finish` hands the bytes over.
@safe
struct RowBytes {
  private let piece: OutputPiece
  @unsafe private var base: UnsafeMutablePointer<UInt8>
  private var used: Int
  private var room: Int

  init(_ piece: OutputPiece) {
    self.piece = piece
    piece.bytes.reserve(64)
    unsafe base = piece.bytes.base
    used = piece.bytes.count
    room = piece.bytes.capacity
  }

  func finish() { piece.bytes.setCount(used) }

  /// Room for `count` bytes and 32 more, so that copies may run over their end.
  @inline(__always) private mutating func reserve(_ count: Int) {
    if used &+ count &+ 32 > room { grow(count) }
  }

  @inline(never) private mutating func grow(_ count: Int) {
    piece.bytes.setCount(used)
    piece.bytes.reserve(count + 32)
    unsafe base = piece.bytes.base
    room = piece.bytes.capacity
  }

  @inline(__always) mutating func append(_ lead: ShortBytes) {
    reserve(lead.count)
    unsafe UnsafeMutableRawPointer(base + used)
      .storeBytes(of: lead.bytes, as: SIMD32<UInt8>.self)
    used &+= lead.count
  }

  /// Copies 32 bytes at once where that is enough: as many must be readable at `source`.
  @unsafe @inline(__always)
  mutating func append(_ source: UnsafePointer<UInt8>, _ count: Int) {
    reserve(count)
    let target = unsafe UnsafeMutableRawPointer(base + used)
    if count <= 32 {
      let word = unsafe UnsafeRawPointer(source).loadUnaligned(as: SIMD32<UInt8>.self)
      unsafe target.storeBytes(of: word, as: SIMD32<UInt8>.self)
    } else {
      unsafe target.copyMemory(from: source, byteCount: count)
    }
    used &+= count
  }

  @inline(__always) mutating func append(_ values: VerdictValues, _ row: Int) {
    let (start, length) = values.range(row)
    if !values.isPlain {
      let value = unsafe UnsafeBufferPointer(start: values.bytes + start, count: length)
      if unsafe !VerdictValues.isPlain(value, values.format) {
        unsafe appendEscaped(value, values.format)
        return
      }
    }
    unsafe append(values.bytes + start, length)
  }

  @inline(never) private mutating func appendEscaped(
    _ value: UnsafeBufferPointer<UInt8>, _ format: VerdictFormat
  ) {
    var text: [UInt8] = []
    switch format {
    case .csv: unsafe TextFormats.appendCSV(value, to: &text)
    case .ndjson: unsafe TextFormats.appendJSONCharacters(value, to: &text)
    }
    text.reserveCapacity(text.count + 32)
    let count = text.count
    unsafe text.withUnsafeBufferPointer { unsafe append($0.baseAddress!, count) }
  }
}
