import Synchronization
import TernCEB
import TernMatch
import TernStore

/// Names that are looked for, behind a filter, since most look-ups find nothing.
struct NameTable: Sendable {
  private var slots: [KeyDigest: Int]
  private var filter: [UInt64]

  /// `names` are different ones. 40 bytes a name.
  init(_ names: [KeyDigest]) {
    slots = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    var words = 64
    // 8 bits a name at least.
    while words * 8 < names.count { words *= 2 }
    filter = [UInt64](repeating: 0, count: words)
    for name in names { filter[word(name)] |= 1 << (name.low & 63) }
  }

  private func word(_ name: KeyDigest) -> Int { Int(name.low >> 6) & (filter.count - 1) }

  /// Position among the names.
  func slot(_ name: KeyDigest) -> Int? {
    filter[word(name)] >> (name.low & 63) & 1 == 0 ? nil : slots[name]
  }
}

/// Finds the lists that names (direction and `invtNo`) stand for: lists that count and are not
/// cancelled, by their own `invtNo`; where that is empty, by any that a receipt gave them (604, 622, by
/// `agentCode` and `copNo`); without such a receipt by the one that this program's own receipts give
/// it (`DerivedNumbers`). Of several lists of one name the first received.
///
/// Reads `invtNo` of all lists, row groups in parallel; more only of lists without one.
struct ListSearch: Sendable {
  let view: StoreView
  let results: ListResults
  let secret: Secret
  let threads: Int

  /// A row group of lists or receipts.
  private struct Job: Sendable {
    var segment: Int
    var kind: Kind
    var group: Int
    var firstRow: Int
  }

  /// - Returns: by position in `names` the list's dense number; nil where there is none.
  func find(_ names: [KeyDigest]) throws(TernError) -> [Int?] {
    let table = NameTable(names)
    let areDerived = try hasDerivedNames()
    let assigned = try receipts(table, all: areDerived)
    let found = Mutex([Int?](repeating: nil, count: names.count))
    try sweep(Kind(.list, .export), Kind(.list, .import)) { (job, decoder) throws(StoreError) in
      let part = try self.lists(job, table, assigned, areDerived: areDerived, &decoder)
      found.withLock { found in
        for (slot, list) in part { found[slot] = min(found[slot] ?? list, list) }
      }
    }
    return found.withLock { $0 }
  }

  /// Names that receipts give to lists, by the lists' identities.
  ///
  /// - Parameter all: also lists that are given other numbers alone, with no names.
  private func receipts(
    _ table: NameTable, all: Bool
  ) throws(TernError) -> [KeyDigest: [Int]] {
    let found = Mutex<[KeyDigest: [Int]]>([:])
    try sweep(.receipt604, .receipt622) { (job, decoder) throws(StoreError) in
      let heads = try view.segments[job.segment].readTable(
        .heads(job.kind), group: job.group, columns: ["invtNo", "agentCode", "copNo"],
        decoder: &decoder)
      let columns = heads.columns.map(\.text)
      var digester = ListNameDigester(job.kind.direction, secret: secret)
      for row in 0..<heads.rowCount {
        let (invtNo, copNo) = unsafe (columns[0].unsafeValue(row), columns[2].unsafeValue(row))
        if invtNo.isEmpty || copNo.isEmpty { continue }
        let slot = table.slot(unsafe digester.digest(invtNo: invtNo))
        if slot == nil && !all { continue }
        let list = unsafe digester.digest(agentCode: columns[1].unsafeValue(row), copNo: copNo)
        found.withLock { $0[list, default: []] += slot.map { [$0] } ?? [] }
      }
      extendLifetime(heads)
    }
    return found.withLock { $0 }
  }

  /// Some return names a list by a number that may be derived. Only then the numbers of lists are
  /// derived, which takes some microseconds each.
  private func hasDerivedNames() throws(TernError) -> Bool {
    let found = Mutex(false)
    try sweep(.refund213, .refund625) { (job, decoder) throws(StoreError) in
      let invtNo = try view.segments[job.segment].readTable(
        .heads(job.kind), group: job.group, columns: ["invtNo"], decoder: &decoder
      ).columns[0].text
      for row in 0..<invtNo.count
      where unsafe DerivedNumbers.mayBeInvtNo(invtNo.unsafeValue(row)) {
        found.withLock { $0 = true }
        return
      }
    }
    return found.withLock { $0 }
  }

  private func lists(
    _ job: Job, _ table: NameTable, _ assigned: [KeyDigest: [Int]], areDerived: Bool,
    _ decoder: inout ColumnDecoder
  ) throws(StoreError) -> [(slot: Int, list: Int)] {
    let segment = view.segments[job.segment]
    let direction = job.kind.direction
    let first = view.numbering.firstIndex(ofSegment: job.segment, direction) + job.firstRow
    let heads = try segment.readTable(
      .heads(job.kind), group: job.group, columns: ["invtNo"], decoder: &decoder)
    let invtNo = heads.columns[0].text
    var digester = ListNameDigester(direction, secret: secret)
    var found: [(slot: Int, list: Int)] = []
    var unnamed: [Int] = []
    for row in 0..<heads.rowCount where results.counts(first + row) {
      let value = unsafe invtNo.unsafeValue(row)
      if value.isEmpty {
        unnamed.append(row)
      } else if let slot = table.slot(unsafe digester.digest(invtNo: value)) {
        found.append((slot, first + row))
      }
    }
    extendLifetime(heads)
    if unnamed.isEmpty || assigned.isEmpty && !areDerived { return found }
    let identities = try segment.readTable(
      .heads(job.kind), group: job.group,
      columns: areDerived ? DerivedNumberColumns.columns : ["agentCode", "copNo"], rows: unnamed,
      decoder: &decoder)
    let columns = identities.columns.map(\.text)
    let numbers = areDerived ? DerivedNumberColumns(identities, direction) : nil
    for row in unnamed {
      let copNo = unsafe columns[1].unsafeValue(row)
      if !copNo.isEmpty {
        let list = unsafe digester.digest(agentCode: columns[0].unsafeValue(row), copNo: copNo)
        if let slots = assigned[list] {
          for slot in slots { found.append((slot, first + row)) }
          continue
        }
      }
      if let number = numbers?[row].invtNo,
        let slot = unsafe Array(number.utf8).withUnsafeBufferPointer({
          unsafe table.slot(digester.digest(invtNo: $0))
        })
      {
        found.append((slot, first + row))
      }
    }
    extendLifetime(identities)
    return found
  }

  /// Runs `body` for every row group of the two kinds, on all threads.
  private func sweep(
    _ kinds: Kind..., body: @Sendable (Job, inout ColumnDecoder) throws(StoreError) -> Void
  ) throws(TernError) {
    var jobs: [Job] = []
    for segment in view.segments.indices {
      for kind in kinds {
        var firstRow = 0
        for (group, rows) in view.segments[segment].groups(of: .heads(kind)) {
          jobs.append(Job(segment: segment, kind: kind, group: group, firstRow: firstRow))
          firstRow += rows
        }
      }
    }
    let all = jobs
    let queue = WorkQueue(count: all.count)
    try onWorkers(min(threads, max(all.count, 1))) { (_) throws(TernError) in
      var decoder = ColumnDecoder()
      while let index = queue.take() {
        do throws(StoreError) {
          try body(all[index], &decoder)
        } catch {
          queue.stop()
          throw .store(error)
        }
      }
    }
  }
}
