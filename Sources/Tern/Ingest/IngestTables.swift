import Glibc
import TernCEB
import TernIO
import TernMatch
import TernStore

/// Tables to take in: what their rows are, and how they are written.
public struct TableInput: Sendable {
  public var format: TableFormat
  public var kind: TableKind
  public var encoding: TableEncoding
  /// CSV table of the documents' lines; nil where they have none, or are nested in NDJSON.
  public var lines: String?

  public init(
    _ format: TableFormat, of kind: TableKind, encoding: TableEncoding = .utf8, lines: String? = nil
  ) {
    self.format = format
    self.kind = kind
    self.encoding = encoding
    self.lines = lines
  }
}

extension TableFormat {
  /// By a path's ending, `.csv`, `.ndjson` or `.jsonl`, with or without `.gz` or `.zst`; else nil.
  public init?(path: String) {
    var name = path[...].lowercased()
    for ending in [".gz", ".zst"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
    if name.hasSuffix(".csv") {
      self = .csv
    } else if name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl") {
      self = .ndjson
    } else {
      return nil
    }
  }
}

extension Engine {
  /// Adds the documents of tables to a store, as `ingest` does those of messages: one atomic step, and
  /// tables with content that the store has taken in as the same kind, with the same lines, add
  /// nothing. Inputs are files or `-`, compressed or not. Rows go one after the other through one
  /// thread.
  ///
  /// Memory: as `ingest`; a table of lines takes up to 128 bytes a line of `memoryBytes`, and as much disk
  /// in the store's folder as its text.
  ///
  /// - Throws: `table` where a header cannot be understood. Nothing is taken in then.
  @discardableResult
  public func ingestTables(
    _ inputs: [String], as table: TableInput, into path: String
  ) throws(TernError) -> IngestReport {
    for input in inputs + [table.lines].compactMap(\.self) where input != "-" && isFolder(input) {
      throw .table(path: input, what: "it is a folder; name the tables in it")
    }
    var plan: InputPlan
    do throws(InputError) { plan = try InputPlan(inputs: inputs) } catch { throw .input(error) }
    let store = try storing { () throws(StoreError) in try openForIngest(path) }
    let known = try storing { () throws(StoreError) in try store.knownSources() }
    let firstSource = store.manifest.ledgers.reduce(0) { $0 + $1.sources }
    let digestKey = DigestKey(secret: store.key.bytes)
    var report = IngestReport()

    // Lines are read first, and so are known when their heads come.
    var lines: LinesTable?
    if let linesPath = table.lines {
      lines = try LinesTable(
        linesPath, of: table, source: firstSource + plan.count, store: store,
        digestKey: digestKey, settings: settings)
    }
    let tag = TableTag(table, lines: lines?.digest, key: digestKey)
    if lines == nil {
      report.knownSources = removeKnown(
        from: &plan, known, digestKey, recordedDigest: tag.digest)
    }
    let transaction = try storing { () throws(StoreError) in try store.begin() }
    let sequencer = IngestSequencer(
      transaction: transaction, firstSource: firstSource, plan: plan,
      maxRejects: settings.maxRejects, progress: progress)
    sequencer.recordedDigest = tag.digest
    do throws(TernError) {
      try read(plan, table, lines?.lines, store, digestKey, sequencer, &report)
      if plan.count > 0, sequencer.records.allSatisfy({ known.contains(size: $0.rawSize, digest: $0.digest) }) {
        transaction.abort()
        report.knownSources += plan.count
        return report
      }
      if let lines {
        try append(lines, to: sequencer, &report, secret: Array(store.key.bytes[..<16]))
      }
      try sequencer.finish(threads: settings.threads)
      if !sequencer.records.isEmpty {
        try storing { () throws(StoreError) in
          try transaction.commit(sources: sequencer.records)
        }
      }
    } catch {
      transaction.abort()
      throw error
    }
    report.sources = sequencer.records.count
    report.documents = sequencer.documents
    report.rejects = sequencer.rejects
    report.inputBytes = sequencer.inputBytes + (lines?.digest?.rawBytes ?? 0)
    report.schemaRemarks = sequencer.schemaRemarks
    return report
  }

  private func read(
    _ plan: InputPlan, _ table: TableInput, _ lines: JoinedLines?, _ store: Store,
    _ digestKey: DigestKey, _ sequencer: IngestSequencer, _ report: inout IngestReport
  ) throws(TernError) {
    guard !plan.isEmpty else { return }
    let secret = Array(store.key.bytes[..<16])
    let decoder = TableDecoder(
      table.format, of: table.kind, encoding: table.encoding, lines: lines, strict: settings.strict, secret: secret)
    let worker = IngestWorker(secret: secret, strict: settings.strict, tables: decoder)
    let reader = try tableReader(plan, table.format, digestKey, settings)
    do throws(TernError) {
      while let unit = try next(reader) {
        let result = sequencer.takeResult()
        worker.decode(unit, into: result, firstSource: sequencer.firstSource)
        if let (source, fault) = worker.tableFault {
          throw TernError.table(path: plan.path(of: source), what: fault.description)
        }
        try sequencer.deliver(result, worker, reader)
      }
    } catch {
      reader.cancel()
      throw error
    }
    report.note = reader.note
    report.notes += decoder.notes
  }

  /// The lines' own rejects, and those that no head has asked for.
  private func append(
    _ table: LinesTable, to sequencer: IngestSequencer, _ report: inout IngestReport, secret: [UInt8]
  ) throws(TernError) {
    var hasher = NumberHasher(secret: Secret(bytes: secret))
    let source = sequencer.addSource(table.record)
    let batch = table.rejects
    var next: Int? = 0
    repeat {
      do throws(TableFault) {
        next = try table.lines.rejectOthers(
          from: next ?? 0, maxBytes: LinesTable.rejectBytesPerGroup, into: batch)
      } catch { throw table.error(error) }
      var numbers = GrowableBuffer<UInt64>()
      hasher.append(rejects: batch.rejects, to: &numbers)
      try sequencer.append(rejects: batch, of: source, numbers: numbers)
      batch.removeAll()
    } while next != nil
    report.notes += table.lines.notes
  }
}

/// A reader that cuts between rows.
func tableReader(
  _ plan: InputPlan, _ format: TableFormat, _ digestKey: DigestKey, _ settings: EngineSettings
) throws(TernError) -> InputReader {
  let options = InputOptions(backend: settings.io, unitsInFlight: 3, digestKey: digestKey)
  do throws(InputError) {
    return unsafe try InputReader(plan: plan, options: options) {
      unsafe TableDecoder.lastCut(in: $0, format)
    }
  } catch { throw .input(error) }
}

/// What a table's content counts as: the same bytes read as another kind, or with other lines, are
/// other documents.
struct TableTag: Sendable {
  private let text: [UInt8]
  private let key: DigestKey

  init(_ table: TableInput, lines: TernIO.ContentDigest?, key: DigestKey) {
    self.key = key
    var text = "\(table.format.rawValue) \(table.kind) \(table.encoding.rawValue)"
    if let lines { text += " \(lines.high) \(lines.low) \(lines.rawBytes)" }
    self.text = Array(text.utf8)
  }

  /// The digest that the ledger keeps of a table.
  @Sendable func digest(_ content: TernIO.ContentDigest) -> TernStore.ContentDigest {
    let bytes = text + Array(" \(content.high) \(content.low)".utf8)
    let digest = unsafe bytes.withUnsafeBytes { unsafe key.digest(of: $0) }
    return TernStore.ContentDigest(high: digest.high, low: digest.low)
  }
}

private func isFolder(_ path: String) -> Bool {
  var info = stat()
  return unsafe stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
}
