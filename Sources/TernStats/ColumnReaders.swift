import TernCEB

// Columns are objects, and each access to one costs an exclusivity check. The cube reads them
// through these handles, which hold the bare memory and check the row. A reader is valid while its
// column is alive and unchanged: `Cube.add` keeps both tables alive for as long as it uses one.

/// A value of at most eight bytes in one word, and its length: together they tell values apart.
struct ShortText: Equatable {
  static let bytesMax = 8
  /// The first byte lowest; zero past the end.
  var word: UInt64
  var length: Int

  static let empty = ShortText(word: 0, length: 0)

  /// The low `count` bytes of `word`.
  @inline(__always) static func low(_ word: UInt64, _ count: Int) -> UInt64 {
    count == 0 ? 0 : word & (~0 &>> UInt64(64 &- 8 &* count))
  }
}

@safe
struct TextReader {
  @unsafe private let bytes: UnsafePointer<UInt8>
  @unsafe private let ends: UnsafePointer<UInt32>
  let count: Int
  /// Eight bytes can be read from here and from all before.
  private let lastWord: Int

  init(_ column: TextColumn) {
    unsafe bytes = UnsafePointer(column.bytes.base)
    unsafe ends = UnsafePointer(column.ends.base)
    count = column.count
    lastWord = column.bytes.capacity - 8
  }

  @inline(__always) private func range(_ row: Int) -> (start: Int, length: Int) {
    precondition(row >= 0 && row < count, "row out of range")
    let start = row == 0 ? 0 : Int(unsafe ends[row &- 1])
    return (start, Int(unsafe ends[row]) &- start)
  }

  @unsafe @inline(__always) func value(_ row: Int) -> UnsafeBufferPointer<UInt8> {
    let (start, length) = range(row)
    return unsafe UnsafeBufferPointer(start: bytes + start, count: length)
  }

  /// A value of up to eight bytes; nil if it is longer.
  @inline(__always) func short(_ row: Int) -> ShortText? {
    let (start, length) = range(row)
    guard length <= ShortText.bytesMax else { return nil }
    return ShortText(word: ShortText.low(word(start, length), length), length: length)
  }

  /// The first `characters` (at most 8) of a value, if they are ASCII, as most are; nil otherwise.
  @inline(__always) func shortPrefix(_ row: Int, characters: Int) -> ShortText? {
    let (start, whole) = range(row)
    let length = min(whole, characters)
    let word = ShortText.low(word(start, length), length)
    guard word & 0x8080_8080_8080_8080 == 0 else { return nil }
    return ShortText(word: word, length: length)
  }

  /// At least `count` (at most 8) bytes from `start`, the first lowest.
  @inline(__always) private func word(_ start: Int, _ count: Int) -> UInt64 {
    if start <= lastWord {
      return unsafe UInt64(
        littleEndian: UnsafeRawPointer(bytes + start).loadUnaligned(as: UInt64.self))
    }
    var word: UInt64 = 0
    for index in 0..<count { word |= unsafe UInt64(bytes[start &+ index]) << UInt64(8 &* index) }
    return word
  }

  /// The first `characters` Unicode scalars of a value, whole, so that the cut is valid UTF-8.
  @unsafe @inline(never)
  func prefix(_ row: Int, characters: Int) -> UnsafeBufferPointer<UInt8> {
    let value = unsafe value(row)
    var end = 0
    var left = characters
    while end < value.count {
      // A continuation byte belongs to the character before it.
      if unsafe value[end] & 0xc0 != 0x80 {
        if left == 0 { break }
        left &-= 1
      }
      end &+= 1
    }
    return unsafe UnsafeBufferPointer(rebasing: value[..<end])
  }
}

@safe
struct DecimalReader {
  @unsafe private let mantissas: UnsafePointer<UInt64>
  @unsafe private let forms: UnsafePointer<UInt8>
  let count: Int

  init(_ column: DecimalColumn) {
    unsafe mantissas = UnsafePointer(column.mantissas.base)
    unsafe forms = UnsafePointer(column.forms.base)
    count = column.count
  }

  /// Value × 10^5; an absent one is 0. Below 2^81 in magnitude.
  @inline(__always) func valueE5(_ row: Int) -> Int128 {
    precondition(row >= 0 && row < count, "row out of range")
    let form = DecimalForm(rawValue: unsafe forms[row])
    return form.isAbsent ? 0 : TernCEB.valueE5(mantissa: unsafe mantissas[row], form: form)
  }

  /// Whether all digits in `rows` are below 2^36, so that `smallE5` gives the values.
  func areSmall(_ rows: Range<Int>) -> Bool {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= count, "rows out of range")
    var all: UInt64 = 0
    for row in rows { all |= unsafe mantissas[row] }
    return all >> 36 == 0
  }

  /// The same as `valueE5` where `areSmall` holds: below 2^53 in magnitude, so that 1,024 of them
  /// add up in 64 bits. No branch, no wide product.
  ///
  /// - Parameter factors: `smallFactors`, which a loop takes hold of once.
  @inline(__always) func smallE5(_ row: Int, _ factors: Span<Int64>) -> Int64 {
    precondition(row >= 0 && row < count, "row out of range")
    return unsafe Int64(truncatingIfNeeded: mantissas[row]) &* factors[Int(forms[row])]
  }

  /// What digits of a form are multiplied by: a power of ten and the sign; 0 for an absent value.
  static let smallFactors: [Int64] = (0...UInt8.max).map { raw in
    let form = DecimalForm(rawValue: raw)
    return form.isAbsent ? 0 : Int64(TernCEB.valueE5(mantissa: 1, form: form))
  }
}

@safe
struct IntegerReader {
  @unsafe private let values: UnsafePointer<Int64>
  let count: Int

  init(_ column: IntegerColumn) {
    unsafe values = UnsafePointer(column.values.base)
    count = column.count
  }

  @inline(__always) subscript(row: Int) -> Int64 {
    precondition(row >= 0 && row < count, "row out of range")
    return unsafe values[row]
  }
}
