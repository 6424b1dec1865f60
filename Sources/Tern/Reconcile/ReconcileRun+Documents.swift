import Synchronization
import TernCEB
import TernMatch
import TernStore

/// What match rows do not hold: facts and details of single documents, read in sweeps.
extension ReconcileRun {
  /// Documents wanted of one kind in one segment, in the order of storage.
  private struct Job {
    var segment: Int
    var kind: Kind
    var documents: [DocumentRef]
  }

  /// Reads facts and details of the documents named, each unit of the store that holds any once.
  ///
  /// Facts need no more than `guid` and the digest of the document's bytes, two small columns, as
  /// long as equal `guid`s go with equal bytes. Where they do not, the documents may still be equal
  /// in content (indentation, say): these are read whole.
  func readNeeded(
    _ needs: NeededDocuments, _ facts: inout FactTable, _ details: inout DetailTable
  ) throws(TernError) {
    for role in Role.versioned {
      let marks = try sweep(role, needs.facts(role), readMarks)
      let doubtful = doubtfulDocuments(marks)
      let contents = Dictionary(
        uniqueKeysWithValues: try sweep(role, doubtful, readContents).map { ($0.0, $0.1) })
      facts.add(
        role,
        marks.map { document, mark in
          let content = KeyDigest(high: mark.digest, low: mark.guid.low)
          return (document, contents[document] ?? VersionFacts(guid: mark.guid, content: content))
        })
      details.add(role, try sweep(role, needs.details(role), readDetails))
    }
  }

  /// Runs `read` over the row groups that hold any of `documents`, on all threads.
  private func sweep<Value: Sendable>(
    _ role: Role, _ documents: [DocumentRef],
    _ read: @Sendable (Job, inout ColumnDecoder) throws(TernError) -> [(DocumentRef, Value)]
  ) throws(TernError) -> [(DocumentRef, Value)] {
    var jobs: [Job] = []
    let byPlace = Dictionary(grouping: documents) {
      $0.segment * 2 + Int($0.direction.rawValue)
    }
    for place in byPlace.keys.sorted() {
      jobs.append(
        Job(
          segment: place / 2, kind: Kind(role, Direction.allCases[place % 2]),
          documents: byPlace[place]!))
    }
    let work = jobs
    let found = Mutex<[(DocumentRef, Value)]>([])
    let queue = WorkQueue(count: work.count)
    try onWorkers(min(threads, max(work.count, 1))) { (_) throws(TernError) in
      var decoder = ColumnDecoder()
      while let index = queue.take() {
        let part = try read(work[index], &decoder)
        found.withLock { $0 += part }
      }
    }
    return found.withLock { $0 }
  }

  /// Calls `body` for each row group that holds some of the job's documents.
  private func forEachGroup(
    _ job: Job,
    _ body: (_ group: Int, _ firstRow: Int, ArraySlice<DocumentRef>) throws(StoreError) -> Void
  ) throws(TernError) {
    var firstRow = 0
    var left = job.documents[...]
    for (group, rows) in view.segments[job.segment].groups(of: .heads(job.kind)) {
      let end = firstRow + rows
      let here = left.prefix { $0.row < end }
      left = left.dropFirst(here.count)
      if !here.isEmpty { try storing { () throws(StoreError) in try body(group, firstRow, here) } }
      firstRow = end
    }
  }

  // MARK: - Marks

  /// `guid`, keyed, and the digest of the document's bytes.
  private struct Mark: Sendable {
    var guid: KeyDigest
    var digest: UInt64
  }

  private func readMarks(
    _ job: Job, _ decoder: inout ColumnDecoder
  ) throws(TernError) -> [(DocumentRef, Mark)] {
    var marks: [(DocumentRef, Mark)] = []
    let segment = view.segments[job.segment]
    try forEachGroup(job) { (group, firstRow, documents) throws(StoreError) in
      let table = try segment.readTable(
        .heads(job.kind), group: group, columns: ["guid", "#digest"],
        rows: documents.map { $0.row - firstRow }, decoder: &decoder)
      let (guids, digests) = (table.columns[0].text, table.columns[1].integer)
      for document in documents {
        let row = document.row - firstRow
        let guid = unsafe guidDigest(guids.unsafeValue(row), job.kind.direction, secret: secret)
        marks.append((document, Mark(guid: guid, digest: UInt64(bitPattern: digests[row]))))
      }
    }
    return marks
  }

  /// Documents that share their `guid` with one of other bytes, or of bytes that don't tell.
  private func doubtfulDocuments(_ marks: [(DocumentRef, Mark)]) -> [DocumentRef] {
    Dictionary(grouping: marks, by: \.1.guid).values
      .filter { group in
        group.count > 1 && group.contains { $0.1.digest != group[0].1.digest || $0.1.digest == 0 }
      }
      .flatMap { $0.map(\.0) }.sorted()
  }

  // MARK: - Whole documents

  private func readContents(
    _ job: Job, _ decoder: inout ColumnDecoder
  ) throws(TernError) -> [(DocumentRef, VersionFacts)] {
    var facts: [(DocumentRef, VersionFacts)] = []
    try forEachGroup(job) { (group, firstRow, documents) throws(StoreError) in
      let tables = try readTables(job, group, &decoder)
      var reader = DocumentReader(tables, secret: secret)
      for document in documents {
        facts.append((document, reader.versionFacts(row: document.row - firstRow)))
      }
    }
    return facts
  }

  private func readDetails(
    _ job: Job, _ decoder: inout ColumnDecoder
  ) throws(TernError) -> [(DocumentRef, DocumentDetail)] {
    var details: [(DocumentRef, DocumentDetail)] = []
    try forEachGroup(job) { (group, firstRow, documents) throws(StoreError) in
      let reader = DocumentReader(try readTables(job, group, &decoder), secret: secret)
      for document in documents {
        details.append((document, reader.detail(row: document.row - firstRow)))
      }
    }
    return details
  }

  private func readTables(
    _ job: Job, _ group: Int, _ decoder: inout ColumnDecoder
  ) throws(StoreError) -> KindTables {
    let segment = view.segments[job.segment]
    return KindTables(
      job.kind,
      heads: try segment.readTable(.heads(job.kind), group: group, decoder: &decoder),
      lines: segment.schema(of: .lines(job.kind)) == nil
        ? nil : try segment.readTable(.lines(job.kind), group: group, decoder: &decoder))
  }
}
