import Glibc
import TernMatch
import TernStore

/// How a run stays within its memory: what each thread may hold, and whether the dense results lie
/// in memory or in a file.
struct MemoryPlan: Sendable {
  /// A part's rows: most of them stay in the second-level cache while they are matched. Smaller parts of many segments come
  /// in stretches that are too short.
  let partBytes = 1536 << 10
  /// Packed rows read at a time: they are still in the second-level cache when they are unpacked.
  private static let rangeBytes = 512 << 10
  private static let searchBytes = 512 << 10

  let threads: Int
  /// The dense results are larger than half the memory.
  let resultsSpill: Bool
  /// One thread's share of what the results leave.
  private let threadBytes: Int

  init(memoryBytes: Int, threads: Int, lists: Int) {
    self.threads = threads
    let results = lists * ListResults.bytesPerList
    resultsSpill = results > memoryBytes / 2
    let left = (resultsSpill ? memoryBytes : memoryBytes - results) - lists * ListResults.packedBitsPerList / 8
    threadBytes = left / (2 * threads)
  }

  /// Rows that one thread may put aside; reading what they lack takes several times as much.
  var deferredBytes: Int { max(threadBytes / 8, 1) }

  /// Ranges of keys in which the tables are read.
  func rangeCount(_ view: StoreView, _ tables: [MatchTable]) -> Int {
    var packed = 0
    var rows = 0
    for table in tables {
      for segment in view.segments { packed += segment.matchByteCount(of: .match(Int(table.rawValue))) }
      rows = max(rows, view.rowCount(table))
    }
    let most = keyRanges(view, rows)
    var count = 1
    while count < most, packed / count > Self.rangeBytes || count < threads * 8 { count *= 2 }
    while count < 1 << (MatchRange.keyBitsMax - 4), packed / count > threadBytes / 2 { count *= 2 }
    return count
  }

  /// Key ranges of a segment of middling size; more would be read more than once.
  private func keyRanges(_ view: StoreView, _ rows: Int) -> Int {
    1 << MatchTableWriter.rangeBits(rows: rows / max(view.segments.count, 1))
  }

  /// Ranges in which the keys of a space are searched: those of one range, some ten bytes a row, stay in the second-level
  /// cache, since look-ups go all over them. No more than filters have, which would be read more than once.
  func searchRangeCount(_ view: StoreView, _ space: KeySpace) -> Int {
    let rows = space.tables.map { view.rowCount($0) }.max() ?? 0
    let ofFilters = view.segments.map { $0.groups(of: space.filter).count }.max() ?? 0
    let most = min(keyRanges(view, rows), max(ofFilters, threads * 8))
    var count = 1
    while count < most, rows * 10 / count > Self.searchBytes || count < threads * 8 { count *= 2 }
    return count
  }

  /// Parts of one of `ranges` ranges that has `byteCount` bytes of rows.
  func partCount(_ byteCount: Int, ranges: Int) -> Int {
    var count = 1
    while byteCount / count > partBytes, ranges * count < 1 << MatchRange.keyBitsMax { count *= 2 }
    return count
  }
}
