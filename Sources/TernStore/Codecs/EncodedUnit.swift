import TernCEB

/// Names a table within a file. Numbers are given once and never reused.
public struct TableID: RawRepresentable, Hashable, Comparable, Sendable {
  public var rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static func heads(_ kind: Kind) -> TableID { .init(rawValue: 0x100 + UInt16(kind.rawValue)) }
  public static func lines(_ kind: Kind) -> TableID { .init(rawValue: 0x200 + UInt16(kind.rawValue)) }
  public static let rejects = TableID(rawValue: 0x300)
  public static let irregulars = TableID(rawValue: 0x301)
  public static let envelopes = TableID(rawValue: 0x302)
  public static let members = TableID(rawValue: 0x303)
  /// The index of the numbers that documents carry.
  public static let numbers = TableID(rawValue: 0x304)
  /// Filters of the keys of match tables, numbered by the caller, from 0.
  public static func keyFilter(_ number: Int) -> TableID { .init(rawValue: 0x310 + UInt16(number)) }
  /// Key ranges of the lists' match rows, by list.
  public static func listRanges(_ direction: Direction) -> TableID {
    .init(rawValue: 0x320 + UInt16(direction.rawValue))
  }
  /// Match tables are numbered by the caller, from 0.
  public static func match(_ number: Int) -> TableID { .init(rawValue: 0x400 + UInt16(number)) }
  /// Sources of a ledger.
  public static let sources = TableID(rawValue: 0x500)
  /// Tables of a result are numbered by the caller, from 0.
  public static func result(_ number: Int) -> TableID { .init(rawValue: 0x600 + UInt16(number)) }

  public static func < (a: TableID, b: TableID) -> Bool { a.rawValue < b.rawValue }
}

/// One encoded block and where it lies: in an `EncodedUnit`, later in a file. 40 bytes: a reader of a large
/// store keeps a million of them.
public struct EncodedBlock: Equatable, Sendable {
  public var table: TableID
  private var columnNumber: UInt16
  /// `ColumnType.rawValue`, or 3 for match rows, or 4 for numbers.
  public var type: UInt8
  /// Number of the encoding within its type; for statistics and as a cross-check.
  public var encoding: UInt8
  private var groupNumber: UInt32
  private var rowCount: UInt32
  private var byteCount: UInt32
  private var rawByteCount: UInt32
  public var offset: UInt64
  /// XXH3-64 of the encoded bytes.
  public var checksum: UInt64

  public init(
    table: TableID, column: Int, group: Int, rows: Int, type: UInt8, encoding: UInt8,
    offset: UInt64, size: Int, rawSize: Int, checksum: UInt64
  ) {
    self.table = table
    columnNumber = UInt16(column)
    self.type = type
    self.encoding = encoding
    groupNumber = UInt32(group)
    rowCount = UInt32(rows)
    byteCount = UInt32(size)
    rawByteCount = UInt32(rawSize)
    self.offset = offset
    self.checksum = checksum
  }

  /// Position in the table's schema; 0 for a granule of match rows and for numbers.
  public var column: Int { Int(columnNumber) }
  /// Row group: number of the unit, or of the key range for match rows, or of hashes for numbers.
  public var group: Int { Int(groupNumber) }
  public var rows: Int { Int(rowCount) }
  public var size: Int {
    get { Int(byteCount) }
    set { byteCount = UInt32(newValue) }
  }
  /// Bytes that the plain values take.
  public var rawSize: Int { Int(rawByteCount) }
}

/// Blocks of any number of tables, made by one worker and handed whole to a `SegmentWriter`.
///
/// One owner at a time: fill it, hand it over, don't touch it again (or `removeAll` after it was
/// written).
public final class EncodedUnit: @unchecked Sendable {
  var bytes = GrowableBuffer<UInt8>()
  public internal(set) var blocks: [EncodedBlock] = []
  /// What the tables of the blocks look like.
  var shapes: [TableID: TableShape] = [:]

  public init() {}

  /// Encoded bytes so far.
  public var byteCount: Int { bytes.count }

  /// Empties the unit; its memory is kept.
  public func removeAll() {
    bytes.removeAll()
    blocks.removeAll(keepingCapacity: true)
    shapes.removeAll(keepingCapacity: true)
  }
}

/// What a file says about a table.
public enum TableShape: Equatable, Sendable {
  case columns(TableSchema)
  /// Rows of so many words, grouped by so many top bits of word 0.
  case match(wordsPerRow: Int, rangeBits: Int)
  /// Which row groups hold a number, by so many top bits of its hash.
  case numbers(rangeBits: Int)
}
