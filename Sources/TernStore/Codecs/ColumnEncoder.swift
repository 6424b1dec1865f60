import CXXHash
import TernCEB

/// Encodes columns. Owns the scratch memory and the compression context: make one per worker and
/// keep it.
///
/// Cost, release build on one core of a server: see the module's README. Memory: a few times the
/// largest column.
public struct ColumnEncoder: ~Copyable {
  var compressor: Compressor
  var valueTable = ValueTable()
  var byteCounts = GrowableBuffer<UInt32>(capacity: 256)
  var offsets = GrowableBuffer<UInt32>()
  var words = GrowableBuffer<UInt64>()
  var codes = GrowableBuffer<UInt64>()
  var packed = GrowableBuffer<UInt8>()
  var texts = GrowableBuffer<UInt8>()

  /// - Parameter level: of zstd, 1 to 19; 0 leaves everything uncompressed.
  public init(level: Int = 1) {
    precondition(level >= 0 && level <= 19, "compression level out of range")
    compressor = Compressor(level: level)
  }

  /// Appends the rows of one column to `unit`.
  ///
  /// The column must not be used by another thread meanwhile. At most
  /// `StoreLimits.rowsPerBlock` rows, and at least one.
  @discardableResult
  public mutating func encode(
    _ column: Column, rows: Range<Int>? = nil, table: TableID, column number: Int, group: Int,
    into unit: EncodedUnit
  ) -> EncodedBlock {
    let rows = rows ?? 0..<column.count
    precondition(rows.lowerBound >= 0 && rows.upperBound <= column.count, "rows out of range")
    precondition(!rows.isEmpty && rows.count <= StoreLimits.rowsPerBlock, "too many rows, or none")
    let start = unit.bytes.count
    let encoding: UInt8
    let rawSize: Int
    switch column {
    case .text(let column):
      (encoding, rawSize) = encode(column, rows: rows, to: &unit.bytes)
    case .decimal(let column):
      encoding = encode(column, rows: rows, to: &unit.bytes)
      rawSize = rows.count * 9
    case .integer(let column):
      words.prepare(rows.count)
      let values = words.view
      for row in 0..<rows.count {
        values[row] = unsafe UInt64(bitPattern: column.values.base[rows.lowerBound &+ row])
      }
      encoding =
        encodeWords(
          values, count: rows.count, absent: UInt64(bitPattern: IntegerColumn.absent),
          to: &unit.bytes
        ).rawValue
      rawSize = rows.count * 8
    }
    let size = unit.bytes.count - start
    let block = EncodedBlock(
      table: table, column: number, group: group, rows: rows.count, type: column.type.rawValue,
      encoding: encoding, offset: UInt64(start), size: size, rawSize: rawSize,
      checksum: unit.bytes.view.checksum(start, count: size))
    unit.blocks.append(block)
    return block
  }

  /// Appends all columns of a table; nothing if it has no rows.
  public mutating func encode(_ table: Table, id: TableID, group: Int, into unit: EncodedUnit) {
    guard table.rowCount > 0 else { return }
    unit.shapes[id] = .columns(table.schema)
    for (number, column) in table.columns.enumerated() {
      precondition(column.count == table.rowCount, "columns of unequal length")
      encode(column, table: id, column: number, group: group, into: unit)
    }
  }

  private mutating func encode(
    _ column: TextColumn, rows: Range<Int>, to out: inout GrowableBuffer<UInt8>
  ) -> (UInt8, Int) {
    offsets.prepare(rows.count + 1)
    let offsets = offsets.view
    offsets[0] = rows.lowerBound == 0 ? 0 : column.ends[rows.lowerBound - 1]
    unsafe offsets.slice(1, count: rows.count)
      .copy(
        from: View(column.ends.base + rows.lowerBound, count: rows.count), count: rows.count)
    column.bytes.reserve(paddingBytes)
    let texts = TextRows(bytes: column.bytes.view, offsets: offsets, count: rows.count)
    precondition(
      texts.byteCount <= StoreLimits.decodedBytesPerBlock, "more bytes than one block takes")
    return (encodeText(texts, to: &out).rawValue, texts.byteCount + rows.count * 4)
  }

  /// Digits as numbers, then the forms: how many distinct ones (1 byte), each, and a stream of
  /// codes if there are several.
  private mutating func encode(
    _ column: DecimalColumn, rows: Range<Int>, to out: inout GrowableBuffer<UInt8>
  ) -> UInt8 {
    let count = rows.count
    words.prepare(count)
    let values = words.view
    unsafe values.copy(
      from: View(column.mantissas.base + rows.lowerBound, count: count), count: count)
    let encoding = encodeWords(values, count: count, absent: nil, to: &out)
    let forms = unsafe View(column.forms.base + rows.lowerBound, count: count)
    let first = forms[0]
    var different: UInt8 = 0
    for row in 0..<count { different |= forms[row] ^ first }
    if different == 0 {
      out.append(1 as UInt8)
      out.append(first)
      return encoding.rawValue
    }
    // codeOf[form] is one more than the form's number.
    let codeOf = byteCounts.view
    codeOf.fill(0)
    let countAt = out.count
    out.append(0 as UInt8)
    var found: UInt32 = 0
    for row in 0..<count {
      let form = forms[row]
      var code = codeOf[Int(form)]
      if code == 0 {
        found += 1
        code = found
        codeOf[Int(form)] = code
        out.append(form)
      }
      values[row] = UInt64(code &- 1)
    }
    // 256 forms are written as 0.
    out[countAt] = UInt8(truncatingIfNeeded: found)
    appendWordStream(values, count: count, to: &out)
    return encoding.rawValue
  }
}

extension Column {
  public var type: ColumnType {
    switch self {
    case .text: .text
    case .decimal: .decimal
    case .integer: .integer
    }
  }
}
