import CDriver
import CUnpack
import TernCEB

@testable import TernStore

/// One input of libFuzzer: what stands behind the checksums of a store's files.
///
///     byte 0  what; byte 1 its shape; byte 2 rows; bytes 3 and 4 a byte to flip, and how; the rest its bytes
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let data = unsafe data, size > 6 else { return 0 }
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let (shape, rows, body) = (Int(input[1]), Int(input[2]) + 1, Array(input[5...]))
  let flip = Flip(place: Int(input[3]) * 37, mask: input[4])
  switch input[0] % 6 {
  case 0: readColumn(ColumnType(rawValue: UInt8(shape % 3))!, rows: rows, body)
  case 1: writeColumn(ColumnType(rawValue: UInt8(shape % 3))!, rows: rows * (1 + shape / 3), body, flip)
  case 2: readGranule(wordsPerRow: 3 + shape % 12, rows: rows, body)
  case 3: writeGranule(wordsPerRow: 3 + shape % 12, rows: rows, body, flip)
  case 4: readFooter(end: 64 + UInt64(shape) * UInt64(rows), body)
  default: readNumbers(rangeBits: shape % 9, rows: rows, body)
  }
  return 0
}

/// Damage to what was written; a mask of 0 is none.
struct Flip {
  var place: Int
  var mask: UInt8
}

func require(_ condition: Bool, _ what: String) {
  if !condition { fatalError(what) }
}

/// With the padding that readers ask for.
func buffer(_ bytes: [UInt8]) -> GrowableBuffer<UInt8> {
  var buffer = GrowableBuffer<UInt8>(capacity: bytes.count + paddingBytes)
  buffer.append(contentsOf: bytes)
  return buffer
}

// MARK: - Columns

/// Any bytes are a column of so many rows, or refused. What was read is written and read again alike.
private func readColumn(_ type: ColumnType, rows: Int, _ bytes: [UInt8]) {
  let sizes = type == .decimal ? 9 : 8
  let block = EncodedBlock(
    table: .rejects, column: 0, group: 0, rows: rows, type: type.rawValue, encoding: bytes[0], offset: 0,
    size: bytes.count, rawSize: rows * sizes, checksum: 0)
  var decoder = ColumnDecoder()
  decoder.input = buffer(bytes)
  // Of texts the size is not known; who wants some rows does not compare it.
  if type == .text { decoder.wantedRows = Array(0..<rows) }
  let column = Column(type)
  do throws(BlockFault) {
    try decoder.decodeInput(block, start: 0, appendingTo: column)
  } catch {
    require(column.count == 0, "refused, and rows are left")
    return
  }
  require(column.count == rows, "another number of rows")
  if fuzz_is_canary() != 0 {
    // Planted: a column of one value is taken for a mistake.
    require(rows == 1 || !isConstant(column), "the canary's bug")
  }
  requireSame(column, writtenAndRead(column))
}

/// Rows that the input chooses come back, and damage is an error or other rows.
private func writeColumn(_ type: ColumnType, rows: Int, _ bytes: [UInt8], _ flip: Flip) {
  var source = Source(bytes)
  let column = Column(type)
  for _ in 0..<rows {
    switch column {
    case .text(let texts): unsafe source.text().withUnsafeBufferPointer { unsafe texts.append($0) }
    case .decimal(let decimals):
      decimals.append(mantissa: source.word(), form: DecimalForm(rawValue: source.byte()))
    case .integer(let integers): integers.append(Int64(bitPattern: source.word()))
    }
  }
  if flip.mask == 0 { return requireSame(column, writtenAndRead(column)) }
  let unit = EncodedUnit()
  var encoder = ColumnEncoder()
  var block = encoder.encode(column, table: .rejects, column: 0, group: 0, into: unit)
  unit.bytes[flip.place % block.size] ^= flip.mask
  if flip.place % block.size == 0 { block = block.encoded(unit.bytes[0]) }
  var decoder = ColumnDecoder()
  if let damaged = try? decoder.decode(block, of: unit) { require(damaged.count == rows, "another number of rows") }
}

private func writtenAndRead(_ column: Column) -> Column {
  let unit = EncodedUnit()
  var encoder = ColumnEncoder()
  let block = encoder.encode(column, table: .rejects, column: 0, group: 0, into: unit)
  var decoder = ColumnDecoder()
  do throws(BlockFault) { return try decoder.decode(block, of: unit) } catch { fatalError("what was written is refused: \(error)") }
}

private func requireSame(_ a: Column, _ b: Column) {
  require(a.count == b.count, "another number of rows comes back")
  for row in 0..<a.count { require(value(a, row) == value(b, row), "another value comes back") }
}

private func isConstant(_ column: Column) -> Bool {
  (1..<column.count).allSatisfy { value(column, $0) == value(column, 0) }
}

private func value(_ column: Column, _ row: Int) -> [UInt64] {
  switch column {
  case .text(let texts): texts.range(row).map { UInt64(texts.bytes[$0]) }
  case .decimal(let decimals): [decimals.mantissas[row], UInt64(decimals.forms[row])]
  case .integer(let integers): [UInt64(bitPattern: integers[row])]
  }
}

extension EncodedBlock {
  fileprivate func encoded(_ encoding: UInt8) -> EncodedBlock {
    EncodedBlock(
      table: table, column: column, group: group, rows: rows, type: type, encoding: encoding, offset: offset,
      size: size, rawSize: rawSize, checksum: checksum)
  }
}

/// Values from an input, over and over.
struct Source {
  private let bytes: [UInt8]
  private var next = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func byte() -> UInt8 {
    defer { next += 1 }
    return bytes[next % bytes.count] &+ UInt8(truncatingIfNeeded: next / bytes.count)
  }

  /// Of one to eight bytes.
  mutating func word() -> UInt64 {
    (0...byte() % 8).reduce(0) { word, _ in word << 8 | UInt64(byte()) }
  }

  mutating func text() -> [UInt8] { (0..<byte() % 40).map { _ in byte() } }
}

// MARK: - Match rows, footers, numbers

/// Any bytes are a granule, of which vectors and the portable loops make the same, or refused.
private func readGranule(wordsPerRow: Int, rows: Int, _ bytes: [UInt8]) {
  let padded = buffer(bytes)
  var columns = GrowableBuffer<GranuleColumn>()
  do throws(BlockFault) {
    try parseGranule(
      padded.view, start: 0, size: bytes.count, rows: rows, wordsPerRow: wordsPerRow, segmentOrdinal: 5, into: &columns)
  } catch { return }
  requireOneUnpacking(columns, padded, rows)
}

private func requireOneUnpacking(
  _ columns: borrowing GrowableBuffer<GranuleColumn>, _ bytes: borrowing GrowableBuffer<UInt8>, _ rows: Int
) {
  let portable = unpacked(columns, bytes, rows, vectors: false)
  if tern_unpack_available() != 0 {
    require(portable == unpacked(columns, bytes, rows, vectors: true), "vectors unpack otherwise")
  }
}

private func unpacked(
  _ columns: borrowing GrowableBuffer<GranuleColumn>, _ bytes: borrowing GrowableBuffer<UInt8>, _ rows: Int, vectors: Bool
) -> [UInt64]? {
  let words = rows * (columns.count - 1)
  var out = GrowableBuffer<UInt64>()
  out.reserve(words)
  do throws(BlockFault) {
    try unpackGranule(
      columns.view.slice(0, count: columns.count), bytes.view, rows: 0..<rows, to: out.view, first: 0, vectors: vectors)
  } catch { return nil }
  return (0..<words).map { out.view[$0] }
}

/// Rows come back as they were; damaged ones are refused, or both ways unpack the same.
private func writeGranule(wordsPerRow: Int, rows: Int, _ bytes: [UInt8], _ flip: Flip) {
  var source = Source(bytes)
  var words = GrowableBuffer<UInt64>()
  for _ in 0..<rows * wordsPerRow { words.append(source.word()) }
  var encoder = MatchGranuleEncoder()
  var out = GrowableBuffer<UInt8>()
  encoder.encode(words.view, count: rows, wordsPerRow: wordsPerRow, to: &out)
  let size = out.count
  out.reserve(paddingBytes)
  if flip.mask != 0 { return readDamaged(out, size, flip, wordsPerRow: wordsPerRow, rows: rows) }
  var read = GrowableBuffer<UInt64>()
  do throws(BlockFault) {
    try decodeGranule(out.view, start: 0, size: size, rows: rows, wordsPerRow: wordsPerRow, segmentOrdinal: 0, into: &read)
  } catch { fatalError("what was written is refused: \(error)") }
  for index in 0..<words.count { require(read[index] == words[index], "another word comes back") }
}

private func readDamaged(
  _ granule: borrowing GrowableBuffer<UInt8>, _ size: Int, _ flip: Flip, wordsPerRow: Int, rows: Int
) {
  var bytes = (0..<size).map { granule[$0] }
  bytes[flip.place % size] ^= flip.mask
  readGranule(wordsPerRow: wordsPerRow, rows: rows, bytes)
}

/// Any bytes are a footer, or refused; so are the lists of blocks behind it.
private func readFooter(end: UInt64, _ bytes: [UInt8]) {
  let padded = buffer(bytes)
  var reader = ByteReader(padded.view, count: bytes.count)
  guard let directory = try? Directory(&reader, end: end) else { return }
  require(directory.listsOffset >= 64 && directory.listsOffset <= end, "lists elsewhere")
  for table in directory.tables where table.listSize <= bytes.count {
    var table = table
    table.listChecksum = padded.view.checksum(0, count: table.listSize)
    let blocks = (try? table.blocks(padded.view, end: directory.listsOffset)) ?? []
    require(blocks.allSatisfy { $0.offset >= 64 && $0.offset + UInt64($0.size) <= directory.listsOffset }, "a block elsewhere")
  }
}

/// Any bytes are an index of numbers, or refused. What is in order answers any question.
private func readNumbers(rangeBits: Int, rows: Int, _ bytes: [UInt8]) {
  let padded = buffer(bytes)
  guard let block = try? NumberBlock(padded.view, start: 0, size: bytes.count, rows: rows, rangeBits: rangeBits) else { return }
  let isInOrder = (try? block.check()) != nil
  for hash in [0, 1 << 40, UInt64.max] {
    let groups = try? block.groups(of: hash)
    require(!isInOrder || groups != nil, "an index in order is refused")
  }
}
