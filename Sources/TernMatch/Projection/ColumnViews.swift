import TernCEB

/// The bytes of one value, borrowed from a column that outlives the loop.
@safe
struct Bytes {
  @unsafe let start: UnsafeRawPointer
  let count: Int

  @inline(__always) init(start: UnsafeRawPointer, count: Int) {
    unsafe self.start = unsafe start
    self.count = count
  }

  init(_ buffer: UnsafeBufferPointer<UInt8>) {
    unsafe start = buffer.baseAddress.map { unsafe UnsafeRawPointer($0) } ?? Self.nowhere
    count = buffer.count
  }

  private static var nowhere: UnsafeRawPointer {
    unsafe UnsafeRawPointer(bitPattern: UInt(1)).unsafelyUnwrapped
  }

  @inline(__always) var isEmpty: Bool { count == 0 }

  @inline(__always) subscript(index: Int) -> UInt8 {
    unsafe start.load(fromByteOffset: index, as: UInt8.self)
  }

  @inline(__always) static func == (a: Bytes, b: Bytes) -> Bool {
    guard a.count == b.count else { return false }
    var index = 0
    while index < a.count {
      if a[index] != b[index] { return false }
      index &+= 1
    }
    return true
  }

  @inline(__always) func isByte(_ byte: UInt8) -> Bool { count == 1 && self[0] == byte }

  /// `无`, the platform code of those who have none.
  @inline(__always) var isNone: Bool {
    count == 3 && self[0] == 0xe6 && self[1] == 0x97 && self[2] == 0xa0
  }

  var array: [UInt8] { (0..<count).map { self[$0] } }
}

/// Raw views of the columns of one table, looked up once. The table must outlive them and stay
/// as it is; rows are checked once against the table's row count by the loop that uses them.
@safe
struct TextView {
  @unsafe private let bytes: UnsafeRawPointer
  @unsafe private let ends: UnsafePointer<UInt32>

  init(_ column: TextColumn) {
    unsafe bytes = unsafe UnsafeRawPointer(column.bytes.base)
    unsafe ends = unsafe UnsafePointer(column.ends.base)
  }

  @inline(__always) subscript(row: Int) -> Bytes {
    let start = row == 0 ? 0 : unsafe Int(ends[row &- 1])
    return unsafe Bytes(start: bytes + start, count: Int(ends[row]) &- start)
  }
}

@safe
struct DecimalView {
  @unsafe private let mantissas: UnsafePointer<UInt64>
  @unsafe private let forms: UnsafePointer<UInt8>

  init(_ column: DecimalColumn) {
    unsafe mantissas = unsafe UnsafePointer(column.mantissas.base)
    unsafe forms = unsafe UnsafePointer(column.forms.base)
  }

  /// Value × 10^5; 0 if absent.
  @inline(__always) subscript(row: Int) -> Int128 {
    let form = unsafe DecimalForm(rawValue: forms[row])
    if form.isAbsent { return 0 }
    return unsafe valueE5(mantissa: mantissas[row], form: form)
  }

  @inline(__always) func isAbsent(_ row: Int) -> Bool {
    unsafe DecimalForm(rawValue: forms[row]).isAbsent
  }
}

@safe
struct IntegerView {
  @unsafe private let values: UnsafePointer<Int64>

  init(_ column: IntegerColumn) { unsafe values = unsafe UnsafePointer(column.values.base) }

  @inline(__always) subscript(row: Int) -> Int64 { unsafe values[row] }
}

extension Table {
  func text(_ name: String) -> TextView { TextView(self[name].text) }
  func decimal(_ name: String) -> DecimalView { DecimalView(self[name].decimal) }
  func integer(_ name: String) -> IntegerView { IntegerView(self[name].integer) }
}

/// Where `qty` × `price` = `totalPrice` exactly, all times 10^5.
///
/// Any legal number times 10^5 fits 64 bits, so the product fits 128; a larger one can't be
/// equal to a legal total.
@inline(__always)
func lineArithmeticAgrees(qtyE5: Int128, priceE5: Int128, totalE5: Int128) -> Bool {
  let product = qtyE5.multipliedReportingOverflow(by: priceE5)
  return !product.overflow && product.partialValue == totalE5 &* 100_000
}
