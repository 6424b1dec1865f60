import Synchronization
import TernCEB
import TernMatch
import TernStore

/// Where a document lies in a store.
struct DocumentPlace: Hashable, Comparable, Sendable {
  var segment: Int
  var kind: Kind
  /// Row group of its table, and the row in it.
  var group: Int
  var row: Int

  /// Received order, within one kind.
  static func < (a: Self, b: Self) -> Bool {
    (a.segment, a.group, a.kind.rawValue, a.row) < (b.segment, b.group, b.kind.rawValue, b.row)
  }
}

typealias Numbers = [IndexedNumber: Set<String>]

/// Finds documents by the numbers that they carry, in their head or in a line.
///
/// The index of each segment says which row groups may have a number; of these, and a few in vain, the columns
/// are read. Cost: a block of some 16 KiB for each number and segment, and the columns where it was found.
struct NumberSearch: Sendable {
  let segments: [SegmentReader]
  let secret: Secret
  let threads: Int

  /// More are not looked at; a number that so many documents carry is none.
  static let placesMax = 5_000

  /// A row group that may have some of the numbers.
  private struct Candidate: Hashable, Comparable {
    var segment: Int
    var group: Int

    static func < (a: Self, b: Self) -> Bool { (a.segment, a.group) < (b.segment, b.group) }
  }

  private struct Job: Sendable {
    var segment: Int
    var kind: Kind
    var group: Int
    var head: [IndexedNumber]
    var line: [IndexedNumber]
  }

  /// Places of all documents with any of the numbers, in order, and whether there are more of them.
  func find(_ wanted: Numbers) throws(TernError) -> (places: [DocumentPlace], isCut: Bool) {
    let sets = wanted.filter { !$0.value.isEmpty }.mapValues(NumberSet.init)
    let jobs = try jobs(wanted)
    let found = Mutex<Set<DocumentPlace>>([])
    let queue = WorkQueue(count: jobs.count)
    try onWorkers(min(threads, max(jobs.count, 1))) { (_) throws(TernError) in
      var decoder = ColumnDecoder()
      while let index = queue.take() {
        let job = jobs[index]
        let rows = try storing { () throws(StoreError) in try search(job, sets, &decoder) }
        if rows.isEmpty { continue }
        found.withLock { found in
          for row in rows {
            found.insert(
              DocumentPlace(segment: job.segment, kind: job.kind, group: job.group, row: row))
          }
        }
      }
    }
    let places = found.withLock { $0.sorted() }
    return (Array(places.prefix(Self.placesMax)), places.count > Self.placesMax)
  }

  /// Asks the indexes.
  private func candidates(
    _ wanted: Numbers
  ) throws(TernError) -> [Candidate: Set<IndexedNumber>] {
    var hasher = NumberHasher(secret: secret)
    var hashes: [(number: IndexedNumber, hash: UInt64)] = []
    for (number, texts) in wanted {
      for text in texts {
        if let hash = hasher.hash(number, text) { hashes.append((number, hash)) }
      }
    }
    let asked = hashes
    let found = Mutex<[Candidate: Set<IndexedNumber>]>([:])
    let queue = WorkQueue(count: asked.isEmpty ? 0 : segments.count)
    try onWorkers(min(threads, max(queue.count, 1))) { (_) throws(TernError) in
      var decoder = ColumnDecoder()
      while let segment = queue.take() {
        for (number, hash) in asked {
          let groups = try storing { () throws(StoreError) in
            try segments[segment].groups(ofNumber: hash, decoder: &decoder)
          }
          if groups.isEmpty { continue }
          found.withLock { found in
            for group in groups {
              found[Candidate(segment: segment, group: group), default: []].insert(number)
            }
          }
        }
      }
    }
    return found.withLock { $0 }
  }

  private func jobs(_ wanted: Numbers) throws(TernError) -> [Job] {
    var jobs: [Job] = []
    for (candidate, numbers) in try candidates(wanted).sorted(by: { $0.key < $1.key }) {
      for kind in Kind.allCases {
        let indexed = IndexedNumber.of(kind)
        let head = indexed.head.filter(numbers.contains)
        let line = indexed.line.filter(numbers.contains)
        if head.isEmpty && line.isEmpty { continue }
        guard segments[candidate.segment].hasGroup(candidate.group, of: .heads(kind)) else { continue }
        jobs.append(
          Job(
            segment: candidate.segment, kind: kind, group: candidate.group, head: head, line: line))
      }
    }
    return jobs
  }

  private func search(
    _ job: Job, _ sets: [IndexedNumber: NumberSet], _ decoder: inout ColumnDecoder
  ) throws(StoreError) -> Set<Int> {
    let reader = segments[job.segment]
    var rows: Set<Int> = []
    let head = job.head.filter { $0 != .derivedInvtNo }
    if !head.isEmpty {
      let table = try reader.readTable(
        .heads(job.kind), group: job.group, columns: head.map(\.rawValue), decoder: &decoder)
      for (number, column) in zip(head, table.columns) {
        rows.formUnion(sets[number]!.rows(column.text))
      }
    }
    if head.count < job.head.count, let set = sets[.derivedInvtNo] {
      let table = try reader.readTable(
        .heads(job.kind), group: job.group, columns: DerivedNumberColumns.columns, decoder: &decoder)
      let numbers = DerivedNumberColumns(table, job.kind.direction)
      for row in 0..<table.rowCount where set.contains(numbers[row].invtNo) { rows.insert(row) }
    }
    guard !job.line.isEmpty, reader.schema(of: .lines(job.kind)) != nil else { return rows }
    let table = try reader.readTable(
      .lines(job.kind), group: job.group, columns: job.line.map(\.rawValue), decoder: &decoder)
    var lines: Set<Int> = []
    for (number, column) in zip(job.line, table.columns) {
      lines.formUnion(sets[number]!.rows(column.text))
    }
    if lines.isEmpty { return rows }
    let counts = try reader.readTable(
      .heads(job.kind), group: job.group, columns: ["#lines"], decoder: &decoder
    ).columns[0].integer
    var ends: [Int] = []
    for row in 0..<counts.count { ends.append((ends.last ?? 0) + Int(counts[row])) }
    for line in lines { rows.insert(ends.firstIndex { line < $0 }!) }
    return rows
  }

  /// Rejects whose business number is one of these, in order: segment, row group, row.
  func rejects(
    _ keys: Set<String>
  ) throws(TernError) -> [(segment: Int, group: Int, row: Int)] {
    let set = NumberSet(keys)
    var found: [(segment: Int, group: Int, row: Int)] = []
    var decoder = ColumnDecoder()
    for candidate in try candidates([.rejectKey: keys]).keys.sorted()
    where segments[candidate.segment].hasGroup(candidate.group, of: .rejects) {
      let table = try storing { () throws(StoreError) in
        try segments[candidate.segment].readTable(
          .rejects, group: candidate.group, columns: ["key"], decoder: &decoder)
      }
      found += set.rows(table.columns[0].text).map { (candidate.segment, candidate.group, $0) }
    }
    return found
  }
}

/// A few texts to be found among many: most others are told apart by their length and last byte.
struct NumberSet: Sendable {
  private let numbers: Set<[UInt8]>
  private var filter = [Bool](repeating: false, count: 1 << 16)

  /// Empty texts are never found.
  init(_ texts: Set<String>) {
    numbers = Set(texts.lazy.filter { !$0.isEmpty }.map { Array($0.utf8) })
    for number in numbers { filter[(number.count & 0xff) << 8 | Int(number[number.count - 1])] = true }
  }

  func contains(_ text: String) -> Bool { numbers.contains(Array(text.utf8)) }

  /// Rows of the column with one of the texts, ascending.
  func rows(_ column: TextColumn) -> [Int] {
    var rows: [Int] = []
    for row in 0..<column.count {
      let value = unsafe column.unsafeValue(row)
      if value.isEmpty { continue }
      let slot = unsafe (value.count & 0xff) << 8 | Int(value[value.count - 1])
      if filter[slot], unsafe numbers.contains(Array(value)) { rows.append(row) }
    }
    return rows
  }
}
