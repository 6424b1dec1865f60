import TernCEB

/// Rows looked up ahead of their use: enough loads in flight to hide memory's latency.
let lookAhead = 32

/// Calls `body` with the row numbers of all lists that count, and keeps the result word of every
/// list beside its row: `words` has room for `lists.count`.
///
/// A partition's lists are strewn over the dense array, so every look-up misses the cache: they
/// are made `lookAhead` at a time, where the processor overlaps them.
@inline(__always)
func forEachCounting<Row: MatchRow>(
  _ lists: RowView<Row>, _ results: ListResults, _ words: UnsafeMutablePointer<UInt64>,
  _ body: (Int) -> Void
) {
  let numbering = results.numbering
  let all = unsafe results.unsafeWords
  var start = 0
  while start < lists.count {
    let end = min(start &+ lookAhead, lists.count)
    for row in start..<end {
      unsafe words[row] = all[numbering.index(lists.base[row].document)]
    }
    for row in start..<end where unsafe words[row] & ListResults.countsBit != 0 { body(row) }
    start = end
  }
}
