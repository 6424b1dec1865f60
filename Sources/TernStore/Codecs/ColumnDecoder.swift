import TernCEB

/// Decodes columns. Owns the scratch memory and the decompression context: make one per thread and
/// keep it.
///
/// Every size and code in the bytes is checked: damaged or hostile bytes throw, and never read or
/// write out of bounds or allocate beyond `StoreLimits`.
public struct ColumnDecoder: ~Copyable {
  var decompressor = Decompressor()
  /// What was read from the file, with padding.
  var input = GrowableBuffer<UInt8>()
  /// The block that the one in `input` refers to, if it does, and its bytes.
  var reference: EncodedBlock?
  var referenceInput = GrowableBuffer<UInt8>()
  var expanded = GrowableBuffer<UInt8>()
  var words = GrowableBuffer<UInt64>()
  var entries = GrowableBuffer<UInt64>()
  var numbers = GrowableBuffer<UInt64>()
  var starts = GrowableBuffer<Int>()
  var texts = GrowableBuffer<UInt8>()
  /// See `SegmentReader.readTable`.
  var wantedRows: [Int]?

  public init() {}

  /// Decodes one block of a unit.
  public mutating func decode(_ block: EncodedBlock, of unit: EncodedUnit) throws(BlockFault)
    -> Column
  {
    guard let type = ColumnType(rawValue: block.type) else { throw BlockFault("not a column") }
    input.removeAll()
    input.append(unit.bytes.view.slice(Int(block.offset), count: block.size), count: block.size)
    reference = nil
    if let number = reference(of: block, start: 0) {
      reference = unit.blocks.first {
        ($0.table, $0.group, $0.column) == (block.table, block.group, number)
      }
      if let reference {
        referenceInput.removeAll()
        referenceInput.append(
          unit.bytes.view.slice(Int(reference.offset), count: reference.size),
          count: reference.size)
      }
    }
    let column = Column(type)
    try decodeInput(block, start: 0, appendingTo: column)
    return column
  }

  /// Decodes `block`, whose bytes are in `input` from `start` on. On error the column is as before.
  mutating func decodeInput(
    _ block: EncodedBlock, start: Int, appendingTo column: Column
  ) throws(BlockFault) {
    guard column.type.rawValue == block.type else {
      throw BlockFault("the column has another type")
    }
    let rowsBefore = column.count
    input.reserve(paddingBytes)
    var reader = ByteReader(input.view, start: start, count: block.size)
    do throws(BlockFault) {
      let encoding = try decode(&reader, block: block, appendingTo: column)
      try reader.finish()
      guard encoding == block.encoding else { throw BlockFault("the encoding is another") }
    } catch {
      column.truncate(rowsBefore)
      throw error
    }
  }

  private mutating func decode(
    _ reader: inout ByteReader, block: EncodedBlock, appendingTo column: Column
  ) throws(BlockFault) -> UInt8 {
    let count = block.rows
    switch column {
    case .text(let column):
      let bytesBefore = column.bytes.count
      let encoding = try decodeText(&reader, count: count, into: column)
      // Of a few rows only their own values are there.
      guard wantedRows != nil || column.bytes.count - bytesBefore + count * 4 == block.rawSize
      else {
        throw BlockFault("the size of the values is another")
      }
      return encoding.rawValue
    case .decimal(let column):
      guard block.rawSize == count * 9 else {
        throw BlockFault("the size of the values is another")
      }
      return try decode(&reader, count: count, into: column).rawValue
    case .integer(let column):
      guard block.rawSize == count * 8 else {
        throw BlockFault("the size of the values is another")
      }
      words.prepare(count)
      let values = words.view
      let encoding = try decodeWords(
        &reader, count: count, absent: UInt64(bitPattern: IntegerColumn.absent), mayRefer: true,
        to: values)
      column.values.reserve(count)
      let target = column.values.view.slice(column.values.count, count: count)
      for row in 0..<count { target[row] = Int64(bitPattern: values[row]) }
      column.values.setCount(column.values.count + count)
      return encoding.rawValue
    }
  }
}
