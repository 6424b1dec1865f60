/// The bytes of one value, borrowed from a column that outlives the loop.
@safe @frozen
public struct Bytes {
  @unsafe @usableFromInline let start: UnsafeRawPointer
  public let count: Int

  @unsafe @inlinable @inline(__always) init(start: UnsafeRawPointer, count: Int) {
    unsafe self.start = unsafe start
    self.count = count
  }

  @unsafe @inlinable public init(_ buffer: UnsafeBufferPointer<UInt8>) {
    unsafe start = buffer.baseAddress.map { unsafe UnsafeRawPointer($0) } ?? Self.nowhere
    count = buffer.count
  }

  @unsafe @inlinable static var nowhere: UnsafeRawPointer {
    unsafe UnsafeRawPointer(bitPattern: UInt(1)).unsafelyUnwrapped
  }

  @inlinable @inline(__always) public var isEmpty: Bool { count == 0 }

  @inlinable @inline(__always) public subscript(index: Int) -> UInt8 {
    assert(index >= 0 && index < count, "a byte outside the value")
    return unsafe start.load(fromByteOffset: index, as: UInt8.self)
  }

  @inlinable @inline(__always) public static func == (a: Bytes, b: Bytes) -> Bool {
    guard a.count == b.count else { return false }
    var index = 0
    while index < a.count {
      if a[index] != b[index] { return false }
      index &+= 1
    }
    return true
  }

  @inlinable @inline(__always) public func isByte(_ byte: UInt8) -> Bool {
    count == 1 && self[0] == byte
  }

  /// `无`, the platform code of those who have none.
  @inlinable @inline(__always) public var isNone: Bool {
    count == 3 && self[0] == 0xe6 && self[1] == 0x97 && self[2] == 0xa0
  }

  /// The first `length` bytes.
  @inlinable @inline(__always) public func prefix(_ length: Int) -> Bytes {
    unsafe Bytes(start: start, count: min(max(length, 0), count))
  }

  @inlinable public var array: [UInt8] { (0..<count).map { self[$0] } }

  @inlinable public var string: String { String(decoding: array, as: UTF8.self) }

  /// For a loop over the bytes; valid as long as the column.
  @unsafe @inlinable public var unsafeStart: UnsafeRawPointer { unsafe start }
}

/// Raw views of the columns of one table, looked up once. The table must outlive them and stay
/// as it is; rows are checked once against the table's row count by the loop that uses them.
@safe @frozen
public struct TextView {
  @unsafe @usableFromInline let bytes: UnsafeRawPointer
  @unsafe @usableFromInline let ends: UnsafePointer<UInt32>

  @inlinable public init(_ column: TextColumn) {
    unsafe bytes = unsafe UnsafeRawPointer(column.bytes.base)
    unsafe ends = unsafe UnsafePointer(column.ends.base)
  }

  @inlinable @inline(__always) public subscript(row: Int) -> Bytes {
    let start = row == 0 ? 0 : unsafe Int(ends[row &- 1])
    return unsafe Bytes(start: bytes + start, count: Int(ends[row]) &- start)
  }
}

@safe @frozen
public struct DecimalView {
  @unsafe @usableFromInline let mantissas: UnsafePointer<UInt64>
  @unsafe @usableFromInline let forms: UnsafePointer<UInt8>

  @inlinable public init(_ column: DecimalColumn) {
    unsafe mantissas = unsafe UnsafePointer(column.mantissas.base)
    unsafe forms = unsafe UnsafePointer(column.forms.base)
  }

  /// Value × 10^5; 0 if absent.
  @inlinable @inline(__always) public subscript(row: Int) -> Int128 {
    let form = unsafe DecimalForm(rawValue: forms[row])
    if form.isAbsent { return 0 }
    return unsafe valueE5(mantissa: mantissas[row], form: form)
  }

  @inlinable @inline(__always) public func isAbsent(_ row: Int) -> Bool {
    unsafe DecimalForm(rawValue: forms[row]).isAbsent
  }
}

@safe @frozen
public struct IntegerView {
  @unsafe @usableFromInline let values: UnsafePointer<Int64>

  @inlinable public init(_ column: IntegerColumn) {
    unsafe values = unsafe UnsafePointer(column.values.base)
  }

  @inlinable @inline(__always) public subscript(row: Int) -> Int64 { unsafe values[row] }
}

extension Table {
  public func text(_ name: String) -> TextView { TextView(self[name].text) }
  public func decimal(_ name: String) -> DecimalView { DecimalView(self[name].decimal) }
  public func integer(_ name: String) -> IntegerView { IntegerView(self[name].integer) }
}
