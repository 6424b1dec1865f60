import Synchronization
import TernCEB
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

/// Business numbers by the schema's name of the element that carries them.
typealias Numbers = [String: Set<String>]

/// Finds documents by the numbers that they carry, in their head or in a line.
///
/// A scan: it reads the columns of these elements, and nothing else, of every row group, on all
/// threads. Cost: O(documents of the store) for each element asked for.
struct NumberSearch: Sendable {
  let segments: [SegmentReader]
  let threads: Int

  /// More are not looked at; a number that so many documents carry is none.
  static let placesMax = 5_000

  private struct Job: Sendable {
    var segment: Int
    var kind: Kind
    var group: Int
    var head: [String]
    var line: [String]
  }

  /// Stands for the `invtNo` that Tern's receipts give a list without one. Looking for it costs a hash for each
  /// list of the store.
  static let derivedInvtNo = "derived invtNo"

  /// Elements that name a list, its order, its payments or its waybill, of the head or of a line. The `copNo` of
  /// other kinds is a number of their own.
  static func elements(_ kind: Kind) -> (head: [String], line: [String]) {
    let ofList: Set<Int> = [603, 621, 605, 623, 604, 622, 606, 624]
    func isNumber(_ name: String) -> Bool {
      switch name {
      case "orderNo", "logisticsNo", "invtNo": true
      case "copNo": ofList.contains(kind.spec.number)
      case "payTransactionId": kind.spec.number == 412
      default: false
      }
    }
    return (
      kind.spec.headFields.map(\.name).filter(isNumber) + (kind.role == .list ? [derivedInvtNo] : []),
      kind.spec.lineFields.map(\.name).filter(isNumber)
    )
  }

  /// Places of all documents with any of the numbers, in order, and whether there are more of them.
  func find(_ wanted: Numbers) throws(TernError) -> (places: [DocumentPlace], isCut: Bool) {
    let sets = wanted.filter { !$0.value.isEmpty }.mapValues(NumberSet.init)
    let jobs = jobs(Set(sets.keys))
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

  private func jobs(_ wanted: Set<String>) -> [Job] {
    var jobs: [Job] = []
    for (segment, reader) in segments.enumerated() {
      for kind in Kind.allCases {
        let elements = Self.elements(kind)
        let head = elements.head.filter(wanted.contains)
        let line = elements.line.filter(wanted.contains)
        if head.isEmpty && line.isEmpty { continue }
        for (group, _) in reader.groups(of: .heads(kind)) {
          jobs.append(Job(segment: segment, kind: kind, group: group, head: head, line: line))
        }
      }
    }
    return jobs
  }

  private func search(
    _ job: Job, _ sets: [String: NumberSet], _ decoder: inout ColumnDecoder
  ) throws(StoreError) -> Set<Int> {
    let reader = segments[job.segment]
    var rows: Set<Int> = []
    let head = job.head.filter { $0 != Self.derivedInvtNo }
    if !head.isEmpty {
      let table = try reader.readTable(
        .heads(job.kind), group: job.group, columns: head, decoder: &decoder)
      for (name, column) in zip(head, table.columns) {
        rows.formUnion(sets[name]!.rows(column.text))
      }
    }
    if head.count < job.head.count, let set = sets[Self.derivedInvtNo] {
      let table = try reader.readTable(
        .heads(job.kind), group: job.group, columns: DerivedNumberColumns.columns, decoder: &decoder)
      let numbers = DerivedNumberColumns(table, job.kind.direction)
      for row in 0..<table.rowCount where set.contains(numbers[row].invtNo) { rows.insert(row) }
    }
    guard !job.line.isEmpty, reader.schema(of: .lines(job.kind)) != nil else { return rows }
    let table = try reader.readTable(
      .lines(job.kind), group: job.group, columns: job.line, decoder: &decoder)
    var lines: Set<Int> = []
    for (name, column) in zip(job.line, table.columns) {
      lines.formUnion(sets[name]!.rows(column.text))
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

  /// Rejects whose business number is one of these: segment, row group, row.
  func rejects(
    _ keys: Set<String>
  ) throws(TernError) -> [(segment: Int, group: Int, row: Int)] {
    let set = NumberSet(keys)
    var found: [(segment: Int, group: Int, row: Int)] = []
    var decoder = ColumnDecoder()
    for (segment, reader) in segments.enumerated() {
      for (group, _) in reader.groups(of: .rejects) {
        let table = try storing { () throws(StoreError) in
          try reader.readTable(.rejects, group: group, columns: ["key"], decoder: &decoder)
        }
        found += set.rows(table.columns[0].text).map { (segment, group, $0) }
      }
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
