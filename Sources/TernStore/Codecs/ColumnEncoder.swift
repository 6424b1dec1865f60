import CXXHash
import TernCEB

/// Encodes columns. Owns the scratch memory and the compression context: make one per worker and
/// keep it.
///
/// Cost, release build on one core of a server: see the module's README. Memory: a few times the
/// largest column.
public struct ColumnEncoder: ~Copyable {
  var compressor: Compressor
  var entropyCoder = Compressor.entropyCoder()
  var valueTable = ValueTable()
  var byteCounts = GrowableBuffer<UInt32>(capacity: 256)
  var offsets = GrowableBuffer<UInt32>()
  var words = GrowableBuffer<UInt64>()
  var codes = GrowableBuffer<UInt64>()
  var entries = GrowableBuffer<UInt64>()
  var wordBlocks = GrowableBuffer<WordBlockAnalysis>()
  // Of the table that is being encoded.
  var references = TextReferences()
  var integerReferences: Set<Int> = []
  var derivedIntegers: Set<Int> = []
  /// Of the stream being written, by plane.
  var planeOutlooks = [ByteOutlook](
    repeating: ByteOutlook(bitsPerByte: 0, hasRuns: false), count: 4)
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
    forgetReferences()
    return encode(
      column, rows: rows ?? 0..<column.count, table: table, column: number, group: group,
      beside: nil, into: unit)
  }

  /// Appends all columns of a table; nothing if it has no rows.
  public mutating func encode(_ table: Table, id: TableID, group: Int, into unit: EncodedUnit) {
    guard table.rowCount > 0 else { return }
    unit.shapes[id] = .columns(table.schema)
    forgetReferences()
    for (number, column) in table.columns.enumerated() {
      precondition(column.count == table.rowCount, "columns of unequal length")
      let reference = reference(of: number, in: table)
      if let reference {
        derivedIntegers.insert(number)
        integerReferences.insert(reference.column)
      }
      encode(
        column, rows: 0..<column.count, table: id, column: number, group: group,
        beside: reference.map {
          (table.columns[$0.column].integer, number: $0.column, isRunning: $0.isRunning)
        }, into: unit)
    }
  }

  private mutating func forgetReferences() {
    references.removeAll()
    integerReferences.removeAll(keepingCapacity: true)
    derivedIntegers.removeAll(keepingCapacity: true)
  }

  @discardableResult
  private mutating func encode(
    _ column: Column, rows: Range<Int>, table: TableID, column number: Int, group: Int,
    beside: (IntegerColumn, number: Int, isRunning: Bool)?, into unit: EncodedUnit
  ) -> EncodedBlock {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= column.count, "rows out of range")
    precondition(!rows.isEmpty && rows.count <= StoreLimits.rowsPerBlock, "too many rows, or none")
    let start = unit.bytes.count
    let encoding: UInt8
    let rawSize: Int
    switch column {
    case .text(let column):
      (encoding, rawSize) = encode(column, rows: rows, number: number, to: &unit.bytes)
    case .decimal(let column):
      encoding = encode(column, rows: rows, to: &unit.bytes).rawValue
      rawSize = rows.count * 9
    case .integer(let column):
      rawSize = rows.count * 8
      if let (other, reference, isRunning) = beside {
        encodeBeside(column, other, number: reference, isRunning: isRunning, to: &unit.bytes)
        encoding = WordEncoding.beside.rawValue
      } else {
        words.prepare(rows.count)
        let values = words.view
        for row in 0..<rows.count {
          values[row] = unsafe UInt64(bitPattern: column.values.base[rows.lowerBound &+ row])
        }
        let absent = UInt64(bitPattern: IntegerColumn.absent)
        encoding =
          encodeWords(values, count: rows.count, absent: absent, to: &unit.bytes).rawValue
      }
    }
    let size = unit.bytes.count - start
    let block = EncodedBlock(
      table: table, column: number, group: group, rows: rows.count, type: column.type.rawValue,
      encoding: encoding, offset: UInt64(start), size: size, rawSize: rawSize,
      checksum: unit.bytes.view.checksum(start, count: size))
    unit.blocks.append(block)
    return block
  }

  private mutating func encode(
    _ column: TextColumn, rows: Range<Int>, number: Int, to out: inout GrowableBuffer<UInt8>
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
    return (encodeText(texts, number: number, to: &out).rawValue, texts.byteCount + rows.count * 4)
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
