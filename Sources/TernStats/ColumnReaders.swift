import TernCEB

// Columns are objects, and each access to one costs an exclusivity check. The cube reads them
// through these handles, which hold the bare memory and check the row. A reader is valid while its
// column is alive and unchanged: `Cube.add` keeps both tables alive for as long as it uses one.

@safe
struct TextReader {
  @unsafe private let bytes: UnsafePointer<UInt8>
  @unsafe private let ends: UnsafePointer<UInt32>
  let count: Int

  init(_ column: TextColumn) {
    unsafe bytes = UnsafePointer(column.bytes.base)
    unsafe ends = UnsafePointer(column.ends.base)
    count = column.count
  }

  @unsafe @inline(__always) func value(_ row: Int) -> UnsafeBufferPointer<UInt8> {
    precondition(row >= 0 && row < count, "row out of range")
    let start = row == 0 ? 0 : Int(unsafe ends[row &- 1])
    let end = Int(unsafe ends[row])
    return unsafe UnsafeBufferPointer(start: bytes + start, count: end &- start)
  }

  /// The first `characters` Unicode scalars of a value, whole, so that the cut is valid UTF-8.
  @unsafe @inline(__always)
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
