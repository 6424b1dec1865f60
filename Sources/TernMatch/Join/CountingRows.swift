import TernCEB

/// Rows looked up ahead of their use: enough loads in flight to hide memory's latency.
let lookAhead = 32

/// Calls `body` with the row numbers of all lists that count.
///
/// A partition's lists are strewn over the dense array, so every look-up misses the cache: they
/// are made `lookAhead` at a time, where the processor overlaps them.
@inline(__always)
func forEachCounting<Row: MatchRow>(
  _ lists: RowView<Row>, _ results: ListResults, _ body: (Int) -> Void
) {
  let numbering = results.numbering
  let counting = results.counting
  var ahead = InlineArray<32, UInt8>(repeating: 0)
  var start = 0
  while start < lists.count {
    let end = min(start &+ lookAhead, lists.count)
    for row in start..<end {
      ahead[row &- start] = unsafe counting.bit(numbering.index(lists.base[row].document))
    }
    for row in start..<end where ahead[row &- start] != 0 { body(row) }
    start = end
  }
}
