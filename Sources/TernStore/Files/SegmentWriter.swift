import TernCEB

/// What the manifest remembers of a file, to know it again.
public struct FileSummary: Equatable, Sendable {
  public var name: String
  /// Number within its kind.
  public var number: Int
  /// Bytes.
  public var size: UInt64
  public var footerChecksum: UInt64

  public init(name: String, number: Int, size: UInt64, footerChecksum: UInt64) {
    self.name = name
    self.number = number
    self.size = size
    self.footerChecksum = footerChecksum
  }
}

/// Writes one file under a temporary name: blocks as they come, the footer at the end.
///
/// Any error removes the temporary file; after that only `abandon` may be called. Used by one
/// thread at a time; workers encode into `EncodedUnit`s meanwhile.
public final class SegmentWriter {
  let header: FileHeader
  let name: String
  private let system: SystemCalls
  private let folder: String
  private var file: OpenFile?
  private var offset: UInt64 = 0
  private var shapes: [TableID: TableShape] = [:]
  /// By table, in the order in which they came.
  private var blocks: [TableID: [EncodedBlock]] = [:]
  private var encoder: ColumnEncoder?
  private var scratch = GrowableBuffer<UInt8>()

  var temporaryPath: String { folder + "/" + name + StoreFolder.temporarySuffix }
  var path: String { folder + "/" + name }

  /// Number of this file within its kind.
  public var number: Int { Int(header.number) }
  /// Bytes written so far.
  public var byteCount: UInt64 { offset }

  init(
    system: SystemCalls, folder: String, name: String, header: FileHeader
  ) throws(StoreError) {
    self.system = system
    self.folder = folder
    self.name = name
    self.header = header
    do throws(StoreError) {
      file = try system.create(folder + "/" + name + StoreFolder.temporarySuffix)
      header.append(to: &scratch)
      try write(scratch.view, count: scratch.count)
    } catch {
      abandon()
      throw error
    }
  }

  deinit { abandon() }

  /// Appends the blocks of a unit. The unit may then be emptied and used again.
  public func append(_ unit: EncodedUnit) throws(StoreError) {
    for (id, shape) in unit.shapes {
      precondition(
        shapes[id] == nil || shapes[id] == shape, "a table with two shapes in one file")
      shapes[id] = shape
    }
    let base = offset
    try guarded { () throws(StoreError) in
      try write(unit.bytes.view, count: unit.bytes.count)
    }
    for var block in unit.blocks {
      block.offset += base
      blocks[block.table, default: []].append(block)
    }
  }

  /// Encodes and appends the rows of a table as row group `group`. For a file's few small tables;
  /// workers use a `ColumnEncoder` of their own.
  public func append(table: Table, id: TableID, group: Int) throws(StoreError) {
    let unit = EncodedUnit()
    if encoder == nil { encoder = ColumnEncoder() }
    encoder!.encode(table, id: id, group: group, into: unit)
    try append(unit)
  }

  /// Rows of a table so far, in all its groups.
  public func rowCount(of id: TableID) -> Int {
    (blocks[id] ?? []).reduce(0) { $0 + ($1.column == 0 ? $1.rows : 0) }
  }

  /// Head rows so far, by `Kind.rawValue`.
  var documents: [Int] { Kind.allCases.map { rowCount(of: .heads($0)) } }

  /// Writes the footer and brings everything to disk. The file keeps its temporary name until
  /// `publish`. Done by the transaction's `seal`, unless the thread that wrote the file has: syncing
  /// takes long.
  @discardableResult
  public func finish() throws(StoreError) -> FileSummary {
    if let summary { return summary }
    scratch.removeAll()
    let size: Int
    do throws(BlockFault) {
      size = try Directory.append(shapes, blocks, listsOffset: offset, to: &scratch)
    } catch {
      preconditionFailure("\(path): \(error)")
    }
    let start = scratch.count - size
    let checksum = scratch.view.checksum(start, count: size)
    FileTail(footerOffset: offset + UInt64(start), footerSize: UInt64(size), footerChecksum: checksum)
      .append(to: &scratch)
    try guarded { () throws(StoreError) in
      guard size <= StoreLimits.footerBytes else {
        throw .misuse(path: path, what: "more blocks than a file takes")
      }
      try write(scratch.view, count: scratch.count)
      try system.sync(file!)
    }
    file = nil
    let summary = FileSummary(
      name: name, number: number, size: offset, footerChecksum: checksum)
    self.summary = summary
    return summary
  }

  private var summary: FileSummary?

  /// Gives a finished file its name. The folder still has to be synced.
  func publish() throws(StoreError) {
    try guarded { () throws(StoreError) in try system.rename(temporaryPath, to: path) }
    isPublished = true
  }

  private var isPublished = false
  private var isAbandoned = false

  /// Removes the temporary file, unless it has been published. May be called again.
  func abandon() {
    guard !isPublished && !isAbandoned else { return }
    isAbandoned = true
    file = nil
    // Nothing more can be done if this fails too: the next writer removes what is left.
    try? system.remove(temporaryPath)
  }

  private func write(_ bytes: View<UInt8>, count: Int) throws(StoreError) {
    guard let file, !isAbandoned else {
      throw .misuse(path: path, what: "the file is already closed")
    }
    try system.write(file, bytes, count: count)
    offset += UInt64(count)
  }

  private func guarded(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    do throws(StoreError) {
      try body()
    } catch {
      abandon()
      throw error
    }
  }
}
