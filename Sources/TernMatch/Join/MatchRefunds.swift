import TernCEB

/// Which returns count.
///
/// `refunds` are all rows whose identity falls into the partition. Fills `scratch.refunds` with the rows
/// that count. Identities that lack facts are put aside as by `matchIdentities`. O(rows).
public func matchRefunds(_ refunds: RowView<RefundRow>, facts: FactTable, scratch: MatchScratch) {
  scratch.keyGroups.reset(capacity: refunds.count)
  scratch.otherChain.reserveAtLeast(refunds.count)
  scratch.refunds.removeAll(keepingCapacity: true)
  var table = scratch.keyGroups.handle
  let chain = unsafe scratch.otherChain.base
  for row in 0..<refunds.count {
    let group = unsafe table.insert(refunds.base[row].key)
    unsafe table.groups[group].addOther(row, refunds.base[row].flags, chain)
  }
  for index in 0..<table.groupCount {
    let group = unsafe table.groups[index]
    if group.isSpecial == 0 {
      scratch.refunds.append(group.other &- 1)
      continue
    }
    unsafe scratch.sorter.gather(group.other, chain, refunds)
    scratch.sorter.sort()
    if let outcome = scratch.sorter.judgeAll(.refund, facts, &scratch.needs) {
      if let row = outcome.row { scratch.refunds.append(row) }
    } else {
      unsafe scratch.deferred.refunds.append(chain: group.other, chain, refunds)
    }
  }
}
