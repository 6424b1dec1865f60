import TernCEB
import TernMatch

/// One list (or line) by what it is grouped by.
struct KeyedRow: Sendable, BitwiseCopyable {
  var key: KeyDigest
  /// What is counted or compared within a group.
  var other: KeyDigest
  /// Raw `DocumentRef`.
  var list: UInt64

  static func precedes(_ a: KeyedRow, _ b: KeyedRow) -> Bool {
    if a.key.high != b.key.high { return a.key.high < b.key.high }
    if a.key.low != b.key.low { return a.key.low < b.key.low }
    if a.other.high != b.other.high { return a.other.high < b.other.high }
    if a.other.low != b.other.low { return a.other.low < b.other.low }
    return a.list < b.list
  }
}

/// Rows of one pass, as a thread collects them: a bucket for each thread that will sort them.
struct KeyedRows: Sendable {
  fileprivate var buckets: [[KeyedRow]]
  private let first: UInt64
  private let bucketCount: UInt64

  /// - Parameters:
  ///   - pass: of `passes`; keys of other passes are left out.
  fileprivate init(pass: Int, of passes: Int, threads: Int) {
    buckets = Array(repeating: [], count: threads)
    first = UInt64(pass * threads)
    bucketCount = UInt64(passes * threads)
  }

  /// Keeps the row if its key belongs to this pass.
  mutating func add(_ key: KeyDigest, _ other: KeyDigest, _ list: DocumentRef) {
    let bucket = key.high.multipliedFullWidth(by: bucketCount).high
    guard bucket >= first, bucket < first + UInt64(buckets.count) else { return }
    buckets[Int(bucket - first)].append(KeyedRow(key: key, other: other, list: list.rawValue))
  }

  fileprivate mutating func merge(_ other: KeyedRows) {
    for index in buckets.indices { buckets[index] += other.buckets[index] }
  }
}

extension JudgedLists {
  /// Groups rows by key, exactly: goes through the lists as often as it takes for the rows of one pass to
  /// fit half the memory, and gives each group whole, in order of `other`, then of the lists. The rows of
  /// one key have to fit.
  ///
  /// - Parameters:
  ///   - rowsMost: no more rows than these.
  ///   - collect: gives the rows of one part.
  ///   - judge: is called with the groups of a pass, on several threads, in no order.
  func group(
    rowsMost: Int, memoryBytes: Int, threads: Int,
    collect: @Sendable (inout KeyedRows, inout Reader, Part) throws(TernError) -> Void,
    judge: @Sendable (ArraySlice<KeyedRow>) -> AlertDraft?
  ) throws(TernError) -> [AlertDraft] {
    // Merging holds a bucket twice.
    let bytes = rowsMost.multipliedReportingOverflow(by: 2 * MemoryLayout<KeyedRow>.stride)
    let passes = bytes.overflow ? 1 << 10 : min(max(bytes.partialValue / max(memoryBytes / 2, 1) + 1, 1), 1 << 10)
    var drafts: [AlertDraft] = []
    for pass in 0..<passes {
      let empty = KeyedRows(pass: pass, of: passes, threads: threads)
      let rows = try gatherOnWorkers(
        parts.count, threads: threads, empty, merge: { $0.merge($1) }
      ) { (rows, queue) throws(TernError) in
        var reader = Reader(self)
        while let index = queue.take() { try collect(&rows, &reader, parts[index]) }
      }
      drafts += try gatherOnWorkers(threads, threads: threads, [AlertDraft](), merge: { $0 += $1 }) {
        (found, queue) throws(TernError) in
        while let index = queue.take() {
          let sorted = rows.buckets[index].sorted(by: KeyedRow.precedes)
          var start = 0
          for end in 1...max(sorted.count, 1) where !sorted.isEmpty {
            if end < sorted.count, sorted[end].key == sorted[start].key { continue }
            if let draft = judge(sorted[start..<end]) { found.append(draft) }
            start = end
          }
        }
      }
    }
    return drafts
  }
}

extension ArraySlice<KeyedRow> {
  /// Different values of `other`; rows are in its order.
  var distinctOthers: Int {
    var count = 0
    var last: KeyDigest?
    for row in self where row.other != last {
      count += 1
      last = row.other
    }
    return count
  }

  /// The first lists in received order, each once.
  func firstLists(_ most: Int) -> [DocumentRef] {
    Array(Set(map(\.list)).sorted().prefix(most)).map { DocumentRef(rawValue: $0) }
  }

  /// Different lists.
  var listCount: Int { Set(map(\.list)).count }
}
