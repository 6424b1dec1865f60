import Glibc
import TernCEB
import TernIO
import TernStore

/// A table of lines, read to its end and indexed.
final class LinesTable {
  static let rejectBytesPerGroup = 16 << 20

  let lines: JoinedLines
  /// Rows of it that cannot be used.
  let rejects = DocumentBatch()
  private(set) var digest: TernIO.ContentDigest?
  private let path: String
  private let spool: LineSpool

  /// Reads the whole table.
  init(
    _ path: String, of table: TableInput, source: Int, store: Store, digestKey: DigestKey,
    settings: EngineSettings
  ) throws(TernError) {
    self.path = path
    spool = try LineSpool(folder: store.path)
    lines = JoinedLines(
      of: table.kind, encoding: table.encoding, source: source, store: spool,
      maxLines: JoinedLines.maxLines(memoryBytes: settings.memoryBytes),
      secret: Array(store.key.bytes[..<16]))
    let plan: InputPlan
    do throws(InputError) { plan = try InputPlan(inputs: [path]) } catch { throw .input(error) }
    let reader = try tableReader(plan, .csv, digestKey, settings)
    do throws(TernError) {
      while let unit = try next(reader) {
        defer { reader.recycle(unit) }
        if let failure = unit.failures.first { throw refusal(failure.text) }
        if !unit.members.isEmpty { throw refusal("it is an archive; unpack the table first") }
        for slice in unit.slices { try take(slice, of: unit) }
      }
    } catch {
      reader.cancel()
      throw error
    }
  }

  private func next(_ reader: InputReader) throws(TernError) -> InputUnit? {
    do throws(InputError) { return try reader.next() } catch { throw .input(error) }
  }

  private func take(_ slice: Slice, of unit: InputUnit) throws(TernError) {
    let bytes = unsafe unit.bytes(of: slice).assumingMemoryBound(to: UInt8.self)
    let open: Int?
    do throws(TableFault) {
      open = unsafe try lines.add(
        bytes, sourceOffset: Int(slice.offset), endIsFinal: slice.isLast, into: rejects)
    } catch { throw self.error(error) }
    if open != nil { throw refusal("a row of it is longer than \(slice.count) bytes") }
    if slice.isLast { digest = slice.digest }
  }

  /// As the ledger keeps it. It is never known by itself: what it means depends on the heads.
  var record: SourceRecord {
    SourceRecord(
      path: path, rawSize: .max, digest: TernStore.ContentDigest(high: 0, low: 0), documents: 0,
      rejects: 0)
  }

  func error(_ fault: TableFault) -> TernError {
    spool.failure ?? refusal(fault.description)
  }

  private func refusal(_ what: String) -> TernError { .table(path: path, what: what) }
}

/// The text of a table of lines, in a file without a name in the store's folder: pipes and compressed
/// tables can be read only once.
private final class LineSpool: LineStore {
  /// Read at once where lines are asked for in their order, and where they are not.
  private static let aheadBytes = 256 << 10
  private static let aloneBytes = 4 << 10

  private let file: SpillFile
  private let folder: String
  private var size = 0
  /// What was read last, from `windowStart` on.
  private var window = GrowableBuffer<UInt8>()
  private var windowStart = 0
  private(set) var failure: TernError?

  init(folder: String) throws(TernError) {
    self.folder = folder
    file = try SpillFile(folder: folder, byteCount: 1)
  }

  func append(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var done = 0
    while done < bytes.count {
      let written = unsafe pwrite(
        file.descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(size))
      if written < 0 {
        if errno == EINTR { continue }
        return fail("write")
      }
      done += written
      size += written
    }
    return true
  }

  func read(_ range: Range<Int>, into bytes: inout GrowableBuffer<UInt8>) -> Bool {
    let end = windowStart + window.count
    if range.lowerBound < windowStart || range.upperBound > end {
      let isNext = range.lowerBound >= windowStart && range.lowerBound < end + Self.aloneBytes
      guard fill(range, atLeast: isNext ? Self.aheadBytes : Self.aloneBytes) else { return false }
    }
    bytes.removeAll()
    let start = range.lowerBound - windowStart
    unsafe bytes.append(
      contentsOf: UnsafeBufferPointer(rebasing: window.unsafeElements[start..<start + range.count]))
    return true
  }

  private func fill(_ range: Range<Int>, atLeast count: Int) -> Bool {
    let wanted = min(max(range.count, count), size - range.lowerBound)
    windowStart = range.lowerBound
    window.removeAll()
    window.reserve(wanted)
    while window.count < wanted {
      let got = unsafe pread(
        file.descriptor, window.base + window.count, wanted - window.count,
        off_t(windowStart + window.count))
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return fail("read") }
      window.setCount(window.count + got)
    }
    return range.upperBound <= windowStart + window.count
  }

  private func fail(_ operation: String) -> Bool {
    failure = .output(path: "\(folder) (a temporary copy of the lines)", operation: operation, errno: errno)
    return false
  }
}
