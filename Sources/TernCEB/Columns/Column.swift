/// Texts end to end, with the end of each. An absent and an empty value are both empty.
@safe
public final class TextColumn {
  @usableFromInline struct Storage: ~Copyable {
    @usableFromInline var bytes = GrowableBuffer<UInt8>()
    @usableFromInline var ends = GrowableBuffer<UInt32>()
  }

  // Behind a pointer, since a class's own properties are checked for exclusive access at run time
  // on every touch: 10 ns each, more than appending a value takes.
  @usableFromInline let storage: UnsafeMutablePointer<Storage>

  public init() {
    unsafe storage = UnsafeMutablePointer.allocate(capacity: 1)
    unsafe storage.initialize(to: Storage())
  }

  deinit {
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
  }

  @inlinable public var bytes: GrowableBuffer<UInt8> {
    _read { yield unsafe storage.pointee.bytes }
    _modify { yield unsafe &storage.pointee.bytes }
  }
  /// `ends[i]` is one past value i in `bytes`; a unit holds far less than 4 GiB.
  @inlinable public var ends: GrowableBuffer<UInt32> {
    _read { yield unsafe storage.pointee.ends }
    _modify { yield unsafe &storage.pointee.ends }
  }

  public var count: Int { ends.count }

  @inlinable public func range(_ row: Int) -> Range<Int> {
    let start = row == 0 ? 0 : Int(ends[row &- 1])
    return start..<Int(ends[row])
  }

  /// The bytes of one value. Valid until the column changes.
  @unsafe @inlinable public func unsafeValue(_ row: Int) -> UnsafeBufferPointer<UInt8> {
    let range = range(row)
    return unsafe UnsafeBufferPointer(start: bytes.base + range.lowerBound, count: range.count)
  }

  /// A copy of one value, for output and tests.
  public func string(_ row: Int) -> String {
    unsafe String(decoding: unsafeValue(row), as: UTF8.self)
  }

  public func append(_ value: UnsafeBufferPointer<UInt8>) {
    unsafe bytes.append(contentsOf: value)
    ends.append(UInt32(bytes.count))
  }

  public func append(_ value: String) {
    var value = value
    value.withUTF8 { unsafe append($0) }
  }

  /// Keeps the first `rows` values.
  public func truncate(_ rows: Int) {
    let end = rows == 0 ? 0 : Int(ends[rows - 1])
    ends.setCount(rows)
    bytes.setCount(end)
  }
}

/// Decimals as written: digits and form side by side.
@safe
public final class DecimalColumn {
  @usableFromInline struct Storage: ~Copyable {
    @usableFromInline var mantissas = GrowableBuffer<UInt64>()
    @usableFromInline var forms = GrowableBuffer<UInt8>()
  }

  @usableFromInline let storage: UnsafeMutablePointer<Storage>

  public init() {
    unsafe storage = UnsafeMutablePointer.allocate(capacity: 1)
    unsafe storage.initialize(to: Storage())
  }

  deinit {
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
  }

  @inlinable public var mantissas: GrowableBuffer<UInt64> {
    _read { yield unsafe storage.pointee.mantissas }
    _modify { yield unsafe &storage.pointee.mantissas }
  }
  @inlinable public var forms: GrowableBuffer<UInt8> {
    _read { yield unsafe storage.pointee.forms }
    _modify { yield unsafe &storage.pointee.forms }
  }

  public var count: Int { forms.count }

  @inlinable public func form(_ row: Int) -> DecimalForm { DecimalForm(rawValue: forms[row]) }

  /// Value × 10^5, or nil if absent.
  @inlinable public func valueE5(_ row: Int) -> Int128? {
    let form = form(row)
    return form.isAbsent ? nil : TernCEB.valueE5(mantissa: mantissas[row], form: form)
  }

  @inlinable public func append(mantissa: UInt64, form: DecimalForm) {
    mantissas.append(mantissa)
    forms.append(form.rawValue)
  }

  public func truncate(_ rows: Int) {
    mantissas.setCount(rows)
    forms.setCount(rows)
  }
}

/// Whole numbers: counts as they are, times as seconds and dates as days since 1970-01-01 in
/// China Standard Time.
@safe
public final class IntegerColumn {
  @usableFromInline let storage: UnsafeMutablePointer<GrowableBuffer<Int64>>

  @inlinable public var values: GrowableBuffer<Int64> {
    _read { yield unsafe storage.pointee }
    _modify { yield unsafe &storage.pointee }
  }

  /// Stands for an absent value.
  public static let absent = Int64.min

  public init() {
    unsafe storage = UnsafeMutablePointer.allocate(capacity: 1)
    unsafe storage.initialize(to: GrowableBuffer())
  }

  deinit {
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
  }

  @inlinable public var count: Int { values.count }
  @inlinable public subscript(row: Int) -> Int64 { values[row] }
  @inlinable public func append(_ value: Int64) { values.append(value) }
  public func truncate(_ rows: Int) { values.setCount(rows) }
}

/// One column of a table, by physical type.
public enum Column {
  case text(TextColumn)
  case decimal(DecimalColumn)
  case integer(IntegerColumn)

  public init(_ type: ColumnType) {
    switch type {
    case .text: self = .text(TextColumn())
    case .decimal: self = .decimal(DecimalColumn())
    case .integer: self = .integer(IntegerColumn())
    }
  }

  public var count: Int {
    switch self {
    case .text(let column): column.count
    case .decimal(let column): column.count
    case .integer(let column): column.count
    }
  }

  public func truncate(_ rows: Int) {
    switch self {
    case .text(let column): column.truncate(rows)
    case .decimal(let column): column.truncate(rows)
    case .integer(let column): column.truncate(rows)
    }
  }

  public var text: TextColumn {
    guard case .text(let column) = self else { preconditionFailure("not a text column") }
    return column
  }

  public var decimal: DecimalColumn {
    guard case .decimal(let column) = self else { preconditionFailure("not a decimal column") }
    return column
  }

  public var integer: IntegerColumn {
    guard case .integer(let column) = self else { preconditionFailure("not an integer column") }
    return column
  }
}

public enum ColumnType: UInt8, Sendable {
  case text = 0
  case decimal = 1
  case integer = 2
}
