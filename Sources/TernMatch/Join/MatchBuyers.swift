import TernCEB

/// Groups lists by buyer and year.
///
/// `lists` are all rows whose key falls into the partition. Calls `body` once for each key that has a
/// list which counts, with the rows of these lists sorted by `appTime`, then as received: ties of
/// `appTime` are for `body` to settle. O(rows).
public func forEachBuyerYear(
  _ lists: RowView<ListBuyerRow>, results: ListResults, scratch: MatchScratch,
  _ body: (_ rows: inout [UInt32]) -> Void
) {
  scratch.keyGroups.reset(capacity: lists.count)
  scratch.listChain.reserveAtLeast(lists.count)
  var table = scratch.keyGroups.handle
  let chain = unsafe scratch.listChain.base
  let numbering = results.numbering
  for row in 0..<lists.count {
    let index = unsafe numbering.index(lists.base[row].document)
    guard results.counts(index) else { continue }
    let group = unsafe table.insert(lists.base[row].key)
    unsafe chain[row] = table.groups[group].list
    unsafe table.groups[group].list = UInt32(truncatingIfNeeded: row &+ 1)
  }
  var rows: [UInt32] = []
  for index in 0..<table.groupCount {
    rows.removeAll(keepingCapacity: true)
    var next = unsafe table.groups[index].list
    while next != 0 {
      rows.append(next &- 1)
      next = unsafe chain[Int(next &- 1)]
    }
    if rows.count > 1 {
      rows.sort {
        let (a, b) = unsafe (lists.base[Int($0)], lists.base[Int($1)])
        return a.appTime != b.appTime ? a.appTime < b.appTime : a.document < b.document
      }
    }
    body(&rows)
  }
}
