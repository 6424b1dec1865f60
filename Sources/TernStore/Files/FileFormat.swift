import TernCEB

// The container of everything a store writes but its key: segments, ledgers, results, manifest.
// Numbers are little-endian. Blocks lie end to end: no byte of a file is outside a checksum.
//
//     ┌──────────────────────────────────────────────────────────────┐
//     │ header, 64 bytes                                             │
//     │    0  8  magic "TERNFILE"                                    │
//     │    8  2  format version                                      │
//     │   10  1  kind: 1 segment, 2 ledger, 3 results, 4 manifest    │
//     │   11  5  zero                                                │
//     │   16 16  store id                                            │
//     │   32  8  number of the file within its kind                  │
//     │   40 16  zero                                                │
//     │   56  8  XXH3-64 of bytes 0–55                               │
//     ├──────────────────────────────────────────────────────────────┤
//     │ blocks, end to end                                           │
//     │   columns: see Codecs/; match rows: see Match/;              │
//     │   numbers: see Numbers/                                      │
//     ├──────────────────────────────────────────────────────────────┤
//     │ lists of blocks, one for each table, ascending by id: for    │
//     │   each block, by group and column                            │
//     │       8  offset                                              │
//     │       8  XXH3-64                                             │
//     │       4  size                                                │
//     │       4  bytes of the plain values                           │
//     │       1  encoding                                            │
//     │       7  zero                                                │
//     ├──────────────────────────────────────────────────────────────┤
//     │ footer                                                       │
//     │    4  number of tables, then for each, ascending by id:      │
//     │       2  table id                                            │
//     │       1  shape: 0 columns, 1 match rows, 2 numbers           │
//     │       1  columns: zero; else bits of the key range           │
//     │       2  columns, or words per match row; numbers: zero      │
//     │       2  zero                                                │
//     │       4  groups: row groups, or key ranges                   │
//     │       4  zero                                                │
//     │       8  bytes of its blocks                                 │
//     │       8  XXH3-64 of its list                                 │
//     │       columns only, for each: 1 type (0 text, 1 decimal,     │
//     │         2 integer), 1 length, the name                       │
//     │       for each group, ascending: 4 number, 4 rows            │
//     ├──────────────────────────────────────────────────────────────┤
//     │ tail, 64 bytes                                               │
//     │    0  8  offset of the footer                                │
//     │    8  8  its size                                            │
//     │   16  8  its XXH3-64                                         │
//     │   24  2  format version                                      │
//     │   26 22  zero                                                │
//     │   48  8  XXH3-64 of bytes 0–47                               │
//     │   56  8  magic "TERNTAIL"                                    │
//     └──────────────────────────────────────────────────────────────┘
//
// The magic and the version keep their place in every version to come.

/// What a file holds.
public enum FileKind: UInt8, Sendable {
  case segment = 1
  case ledger = 2
  case results = 3
  case manifest = 4
}

/// Random, made with the store: files of two stores can't be mixed up.
public struct StoreID: Hashable, Sendable {
  public var low: UInt64
  public var high: UInt64
}

enum FileFormat {
  static let version = 9
  /// Before version 2 match rows are not in order of their keys, before 3 columns are kept otherwise,
  /// before 4 there are eight kinds of documents,
  /// before 5 import lists have no rows by buyer, no row has a trade mode, and numbers have no index,
  /// before 7 match rows have wider keys and digests, and keys have no filters,
  /// before 8 the footer lists all blocks, before 9 match rows have at most 256 ranges, and lists know theirs by a byte.
  static let oldestVersion = 9
  static let headerMagic: UInt64 = 0x454c_4946_4e52_4554  // "TERNFILE"
  static let tailMagic: UInt64 = 0x4c49_4154_4e52_4554  // "TERNTAIL"
  static let headerSize = 64
  static let tailSize = 64
  static let tableSize = 32
  static let groupSize = 8
  static let blockSize = 32
  static let matchType: UInt8 = 3
  static let numbersType: UInt8 = 4
}

/// The first 64 bytes of a file.
struct FileHeader {
  var kind: FileKind
  var store: StoreID
  var number: UInt64

  func append(to out: inout GrowableBuffer<UInt8>) {
    let start = out.count
    out.append(FileFormat.headerMagic)
    out.append(UInt16(FileFormat.version))
    out.append(kind.rawValue)
    out.append(repeating: 0, count: 5)
    out.append(store.low)
    out.append(store.high)
    out.append(number)
    out.append(repeating: 0, count: 16)
    out.append(out.view.checksum(start, count: out.count - start))
    precondition(out.count - start == FileFormat.headerSize, "header of another size")
  }

  /// Reads a header from the start of `bytes`; `file` is for the errors.
  init(_ bytes: View<UInt8>, file: String) throws(StoreError) {
    let whole = UInt64(0)..<UInt64(FileFormat.headerSize)
    guard bytes.load64(0) == FileFormat.headerMagic else {
      throw .corrupt(file: file, range: 0..<8, what: "not a file of a store")
    }
    let version = Int(bytes[8]) | Int(bytes[9]) << 8
    guard version >= FileFormat.oldestVersion else {
      throw .tooOld(
        file: file, range: 8..<10, version: version, oldest: FileFormat.oldestVersion)
    }
    guard version <= FileFormat.version else {
      throw .tooNew(file: file, range: 8..<10, version: version, newest: FileFormat.version)
    }
    guard bytes.checksum(0, count: 56) == bytes.load64(56) else {
      throw .corrupt(file: file, range: whole, what: "wrong checksum of the header")
    }
    for index in [11..<16, 40..<56].joined() where bytes[index] != 0 {
      throw .corrupt(file: file, range: whole, what: "reserved bytes are not zero")
    }
    guard let kind = FileKind(rawValue: bytes[10]) else {
      throw .corrupt(file: file, range: 10..<11, what: "unknown kind of file")
    }
    self.kind = kind
    store = StoreID(low: bytes.load64(16), high: bytes.load64(24))
    number = bytes.load64(32)
  }

  init(kind: FileKind, store: StoreID, number: UInt64) {
    self.kind = kind
    self.store = store
    self.number = number
  }
}

/// The last 64 bytes of a file: where its footer is.
struct FileTail {
  var footerOffset: UInt64
  var footerSize: UInt64
  var footerChecksum: UInt64

  func append(to out: inout GrowableBuffer<UInt8>) {
    let start = out.count
    out.append(footerOffset)
    out.append(footerSize)
    out.append(footerChecksum)
    out.append(UInt16(FileFormat.version))
    out.append(repeating: 0, count: 22)
    out.append(out.view.checksum(start, count: out.count - start))
    out.append(FileFormat.tailMagic)
    precondition(out.count - start == FileFormat.tailSize, "tail of another size")
  }

  /// Reads the tail of a file of `fileSize` bytes.
  init(_ bytes: View<UInt8>, file: String, fileSize: UInt64) throws(StoreError) {
    let range = fileSize - UInt64(FileFormat.tailSize)..<fileSize
    guard bytes.load64(56) == FileFormat.tailMagic else {
      throw .corrupt(file: file, range: range, what: "the end of the file is missing")
    }
    guard bytes.checksum(0, count: 48) == bytes.load64(48) else {
      throw .corrupt(file: file, range: range, what: "wrong checksum of the tail")
    }
    guard Int(bytes[24]) | Int(bytes[25]) << 8 == FileFormat.version else {
      throw .corrupt(file: file, range: range, what: "versions of header and tail differ")
    }
    for index in 26..<48 where bytes[index] != 0 {
      throw .corrupt(file: file, range: range, what: "reserved bytes are not zero")
    }
    footerOffset = bytes.load64(0)
    footerSize = bytes.load64(8)
    footerChecksum = bytes.load64(16)
    guard footerOffset >= UInt64(FileFormat.headerSize), footerOffset <= fileSize,
      footerSize <= UInt64(StoreLimits.footerBytes),
      footerOffset + footerSize == range.lowerBound
    else {
      throw .corrupt(file: file, range: range, what: "the footer is out of place")
    }
  }

  init(footerOffset: UInt64, footerSize: UInt64, footerChecksum: UInt64) {
    self.footerOffset = footerOffset
    self.footerSize = footerSize
    self.footerChecksum = footerChecksum
  }
}
