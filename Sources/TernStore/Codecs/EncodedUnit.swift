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
  /// Match tables are numbered by the caller, from 0.
  public static func match(_ number: Int) -> TableID { .init(rawValue: 0x400 + UInt16(number)) }
  /// Sources of a ledger.
  public static let sources = TableID(rawValue: 0x500)
  /// Tables of a result are numbered by the caller, from 0.
  public static func result(_ number: Int) -> TableID { .init(rawValue: 0x600 + UInt16(number)) }

  public static func < (a: TableID, b: TableID) -> Bool { a.rawValue < b.rawValue }
}

/// One encoded block and where it lies: in an `EncodedUnit`, later in a file.
public struct EncodedBlock: Equatable, Sendable {
  public var table: TableID
  /// Position in the table's schema; 0 for a granule of match rows and for numbers.
  public var column: Int
  /// Row group: number of the unit, or of the key range for match rows, or of hashes for numbers.
  public var group: Int
  public var rows: Int
  /// `ColumnType.rawValue`, or 3 for match rows, or 4 for numbers.
  public var type: UInt8
  /// Number of the encoding within its type; for statistics and as a cross-check.
  public var encoding: UInt8
  public var offset: UInt64
  public var size: Int
  /// Bytes that the plain values take.
  public var rawSize: Int
  /// XXH3-64 of the encoded bytes.
  public var checksum: UInt64
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
