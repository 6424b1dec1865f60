import TernCEB

/// Calls `body` with the row numbers of all lists that count.
///
/// A partition's lists are strewn over the dense array, so every look-up misses the cache: they
/// are made some at a time, where the processor overlaps them.
@inline(__always)
func forEachCounting<Row: MatchRow>(
  _ lists: RowView<Row>, _ results: ListResults, _ body: (Int) -> Void
) {
  let numbering = results.numbering
  let counting = results.counting
  // Enough loads in flight to hide memory's latency.
  var ahead = InlineArray<32, UInt8>(repeating: 0)
  var start = 0
  while start < lists.count {
    let end = min(start &+ ahead.count, lists.count)
    for row in start..<end {
      ahead[row &- start] = unsafe counting.bit(numbering.index(lists.base[row].document))
    }
    for row in start..<end where ahead[row &- start] != 0 { body(row) }
    start = end
  }
}
