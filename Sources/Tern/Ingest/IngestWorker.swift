import TernCEB
import TernIO
import TernMatch
import TernStore

/// What one unit of input became, ready to be appended to a segment.
final class UnitResult: @unchecked Sendable {
  var sequence = 0
  var unit: InputUnit?
  let encoded = EncodedUnit()
  let rows = MatchTables()
  /// Hashes of the numbers that its documents and rejects are found by.
  var numbers = GrowableBuffer<UInt64>()
  var documents = [Int](repeating: 0, count: Kind.allCases.count)
  var rejects = 0
  /// The first of them, to be named where there are too many.
  var firstRejects: [(source: Int, offset: Int64, text: String)] = []
  var latestAppTime: Int64?
  var schemaRemarks = 0
  var expandedBytes = 0
  /// By source: documents, rejects, and at its end the digest.
  var sources: [(source: Int, documents: Int, rejects: Int, digest: TernIO.ContentDigest?)] = []
  /// The unit ended inside a message: its bytes so far, to be decoded with what follows.
  var openTail: OpenTail?

  struct OpenTail {
    var source: Int
    /// Where it starts in the source.
    var offset: Int
    var bytes: [UInt8]
  }
}

/// Decodes units, encodes their columns and projects their match rows. One per thread.
final class IngestWorker {
  /// An unfinished message is joined with what follows up to here.
  private static let maxMessageBytes = 256 << 20
  private static let rejectsNamed = 5

  private let decoder: UnitDecoder
  /// Where the sources are tables.
  private let tables: TableDecoder?
  /// A source that cannot be read as a table, and why.
  private(set) var tableFault: (source: Int, fault: TableFault)?
  private let batch = DocumentBatch()
  private var encoder = ColumnEncoder()
  private var projector: Projector
  private var hasher: NumberHasher
  private let isSearchable: Bool

  /// - Parameter isSearchable: hash the numbers that documents are found by.
  init(secret: [UInt8], strict: Bool, tables: TableDecoder? = nil, isSearchable: Bool = true) {
    self.tables = tables
    self.isSearchable = isSearchable
    decoder = UnitDecoder(strict: strict, secret: secret)
    projector = Projector(secret: Secret(bytes: secret))
    hasher = NumberHasher(secret: Secret(bytes: secret))
  }

  /// - Parameters:
  ///   - tail: an unfinished message that the unit's first slice goes on with.
  ///   - firstSource: number of the plan's first source within the store.
  func decode(
    _ unit: InputUnit, into result: UnitResult, firstSource: Int,
    after tail: UnitResult.OpenTail? = nil
  ) {
    batch.removeAll()
    result.sequence = unit.sequence
    result.unit = unit
    result.sources.removeAll(keepingCapacity: true)
    result.openTail = nil
    result.expandedBytes = 0
    for member in unit.members {
      batch.members["source"].integer.append(Int64(firstSource + member.source))
      batch.members["offset"].integer.append(Int64(member.offset))
      batch.members["name"].text.append(member.name)
    }
    let failed = Set(unit.failures.map(\.source))
    for (index, slice) in unit.slices.enumerated() {
      let before = counts
      result.expandedBytes += slice.count
      if index == 0, let tail {
        decodeJoined(tail, unit, slice, firstSource, result)
      } else if slice.count > 0 || !failed.contains(slice.source) {
        unsafe decode(unit.bytes(of: slice), slice, firstSource, Int(slice.offset), result)
      }
      if slice.beginsMember, slice.endsMember, counts == before { rejectBlank(unit, slice, firstSource) }
      result.sources.append(
        (
          slice.source, counts.documents - before.documents, counts.rejects - before.rejects,
          slice.isLast ? slice.digest : nil
        ))
    }
    for failure in unit.failures {
      unsafe batch.appendReject(
        source: firstSource + failure.source, offset: Int(failure.offset), kind: "", key: "",
        field: "", reason: .unreadable, message: failure.text,
        original: UnsafeBufferPointer(start: nil, count: 0))
      result.sources.append((failure.source, 0, 1, nil))
    }
    encode(into: result)
  }

  private func decode(
    _ bytes: UnsafeRawBufferPointer, _ slice: Slice, _ firstSource: Int, _ offset: Int,
    _ result: UnitResult
  ) {
    let bytes = unsafe bytes.assumingMemoryBound(to: UInt8.self)
    let endIsFinal =
      slice.isLast || slice.isCut || slice.endsMember || bytes.count > Self.maxMessageBytes
    let open: Int?
    if let tables {
      do throws(TableFault) {
        open = unsafe try tables.decode(
          bytes, source: firstSource + slice.source, sourceOffset: offset,
          beginsTable: offset == 0 || slice.beginsMember, endIsFinal: endIsFinal, into: batch)
      } catch {
        if tableFault == nil { tableFault = (slice.source, error) }
        return
      }
    } else {
      open = unsafe decoder.decode(
        bytes, source: firstSource + slice.source, sourceOffset: offset, endIsFinal: endIsFinal,
        into: batch)
    }
    guard let open else { return }
    result.openTail = UnitResult.OpenTail(
      source: slice.source, offset: offset + open, bytes: unsafe Array(bytes[open...]))
  }

  /// A file without anything in it is a reject; so is a member of an archive.
  private func rejectBlank(_ unit: InputUnit, _ slice: Slice, _ firstSource: Int) {
    let bytes = unsafe unit.bytes(of: slice)
    guard unsafe bytes.allSatisfy({ $0 <= 0x20 }) else { return }
    unsafe batch.appendReject(
      source: firstSource + slice.source, offset: Int(slice.offset), kind: "", key: "", field: "",
      reason: .empty, message: "the member holds no message",
      original: bytes.assumingMemoryBound(to: UInt8.self))
  }

  /// The first slice, with the unfinished message before it put in front.
  private func decodeJoined(
    _ tail: UnitResult.OpenTail, _ unit: InputUnit, _ slice: Slice, _ firstSource: Int,
    _ result: UnitResult
  ) {
    var bytes = GrowableBuffer<UInt8>(capacity: tail.bytes.count + slice.count + Kernel.padding)
    bytes.append(contentsOf: tail.bytes)
    unsafe bytes.append(contentsOf: unit.bytes(of: slice).assumingMemoryBound(to: UInt8.self))
    let count = bytes.count
    bytes.append(repeating: 0, count: Kernel.padding)
    unsafe decode(
      UnsafeRawBufferPointer(start: bytes.base, count: count), slice, firstSource, tail.offset,
      result)
  }

  private var counts: (documents: Int, rejects: Int) {
    (batch.kinds.reduce(0) { $0 + $1.documentCount }, batch.rejects.rowCount)
  }

  private func encode(into result: UnitResult) {
    result.encoded.removeAll()
    result.rows.removeAll()
    result.numbers.removeAll()
    let group = result.sequence
    for tables in batch.kinds {
      result.documents[Int(tables.kind.rawValue)] = tables.documentCount
      guard tables.documentCount > 0 else { continue }
      encoder.encode(tables.heads, id: .heads(tables.kind), group: group, into: result.encoded)
      if let lines = tables.lines {
        encoder.encode(lines, id: .lines(tables.kind), group: group, into: result.encoded)
      }
      projector.project(tables, rowBase: 0, into: result.rows)
      if isSearchable { hasher.append(tables, to: &result.numbers) }
    }
    if isSearchable { hasher.append(rejects: batch.rejects, to: &result.numbers) }
    encoder.encode(batch.rejects, id: .rejects, group: group, into: result.encoded)
    encoder.encode(batch.irregulars, id: .irregulars, group: group, into: result.encoded)
    encoder.encode(batch.envelopes, id: .envelopes, group: group, into: result.encoded)
    encoder.encode(batch.members, id: .members, group: group, into: result.encoded)
    result.rejects = batch.rejects.rowCount
    result.firstRejects = (0..<min(batch.rejects.rowCount, Self.rejectsNamed)).map { row in
      func text(_ column: String) -> String { batch.rejects[column].text.string(row) }
      return (
        Int(batch.rejects["source"].integer[row]), batch.rejects["offset"].integer[row],
        [text("kind"), text("key"), text("reason") + ": " + text("message")]
          .filter { !$0.isEmpty }.joined(separator: " ")
      )
    }
    result.latestAppTime = batch.latestAppTime
    result.schemaRemarks = batch.schemaRemarks
  }
}
