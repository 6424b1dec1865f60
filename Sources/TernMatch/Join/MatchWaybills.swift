import TernCEB

/// Carriers may reuse a number: a version more than this after the one before it starts a new
/// waybill. Seconds.
public let waybillReuseSeconds: Int64 = 183 * 24 * 60 * 60

/// One waybill under a key: its counting version.
struct WaybillInstance: BitwiseCopyable {
  var appTime: Int64
  var row: UInt32
  var isDuplicate: Bool
  /// Lists that cite it.
  var lists = 0
}

/// Phase 1: lists by waybill key with their waybills.
///
/// `lists` and `waybills` are all rows whose waybill key falls into the partition; lists that do
/// not count (phase 0, in `results`) are passed over. Fills `scratch.waybillMatches`, one for every
/// list that counts and whose key lacks no facts; those that do are put aside as by
/// `matchIdentities`. O(rows), and O(n log n) in the rows of one key.
public func matchWaybills(
  lists: RowView<ListWaybillRow>, waybills: RowView<WaybillRow>, results: ListResults,
  facts: FactTable, scratch: MatchScratch
) {
  scratch.keyGroups.reset(capacity: lists.count)
  scratch.listChain.reserveAtLeast(lists.count)
  scratch.otherChain.reserveAtLeast(waybills.count)
  scratch.waybillMatches.removeAll()
  scratch.waybillMatches.reserve(lists.count)
  var table = scratch.keyGroups.handle
  let listChain = unsafe scratch.listChain.base
  let waybillChain = unsafe scratch.otherChain.base
  forEachCounting(lists, results) { row in
    let group = unsafe table.insert(lists.base[row].key)
    // A list that counts is no delete.
    unsafe table.groups[group].addList(row, [], listChain)
  }
  for row in 0..<waybills.count {
    let group = unsafe table.find(waybills.base[row].key)
    if group < 0 { continue }
    unsafe table.groups[group].addOther(row, waybills.base[row].flags, waybillChain)
  }

  let matches = unsafe scratch.waybillMatches.base
  var matchCount = 0
  var instances: [WaybillInstance] = []
  for index in 0..<table.groupCount {
    let group = unsafe table.groups[index]
    if group.isSpecial == 0 {
      // No waybill: 0 - 1 is `noRow`.
      unsafe matches[matchCount] = WaybillMatch(
        list: group.list &- 1, waybill: group.other &- 1, flags: [])
      matchCount &+= 1
      continue
    }
    guard scratch.judgeWaybills(group, lists, waybills, facts, into: &instances) else { continue }
    var next = group.list
    while next != 0 {
      let row = Int(next &- 1)
      var match = WaybillMatch(list: next &- 1, waybill: noRow, flags: [])
      if let nearest = unsafe nearestInstance(instances, lists.base[row].appTime) {
        match.waybill = instances[nearest].row
        if instances[nearest].isDuplicate { match.flags.insert(.waybillDuplicate) }
        if instances[nearest].lists > 1 { match.flags.insert(.waybillShared) }
      }
      unsafe matches[matchCount] = match
      matchCount &+= 1
      next = unsafe listChain[row]
    }
  }
  scratch.waybillMatches.setCount(matchCount)
}

extension MatchScratch {
  /// The waybills under a number, with how many of its lists are nearest to each. False, and the key is put aside, if facts
  /// were missing.
  func judgeWaybills(
    _ group: KeyGroup, _ lists: RowView<ListWaybillRow>, _ waybills: RowView<WaybillRow>, _ facts: FactTable,
    into instances: inout [WaybillInstance]
  ) -> Bool {
    let listChain = unsafe self.listChain.base
    let waybillChain = unsafe otherChain.base
    unsafe sorter.gather(group.other, waybillChain, waybills)
    sorter.sort()
    guard sorter.judgeWaybills(into: &instances, facts, &needs) else {
      unsafe deferred.listsByWaybill.append(chain: group.list, listChain, lists)
      unsafe deferred.waybills.append(chain: group.other, waybillChain, waybills)
      return false
    }
    var next = group.list
    while next != 0 {
      let row = Int(next &- 1)
      if let nearest = unsafe nearestInstance(instances, lists.base[row].appTime) {
        instances[nearest].lists += 1
      }
      next = unsafe listChain[row]
    }
    return true
  }
}

/// The instance nearest in time, the later on a tie; nil if there are none. O(log n): they are in
/// order of `appTime`.
func nearestInstance(_ instances: [WaybillInstance], _ appTime: Int64) -> Int? {
  if instances.isEmpty { return nil }
  var low = 0
  var high = instances.count
  while low < high {
    let middle = (low + high) / 2
    if instances[middle].appTime < appTime { low = middle + 1 } else { high = middle }
  }
  if low == instances.count { return low - 1 }
  if low == 0 { return 0 }
  let after = instances[low].appTime &- appTime
  let before = appTime &- instances[low - 1].appTime
  return after <= before ? low : low - 1
}

extension VersionSorter {
  /// Splits the sorted versions of one number into waybills and judges each. False if facts were
  /// missing.
  func judgeWaybills(
    into instances: inout [WaybillInstance], _ facts: FactTable, _ needs: inout NeededDocuments
  ) -> Bool {
    instances.removeAll(keepingCapacity: true)
    var isComplete = true
    var start = 0
    while start < versions.count {
      var end = start + 1
      while end < versions.count,
        versions[end].appTime &- versions[end - 1].appTime <= waybillReuseSeconds
      {
        end += 1
      }
      if let outcome = judge(start..<end, .waybill, facts, &needs) {
        if let row = outcome.row {
          instances.append(
            WaybillInstance(
              appTime: outcome.appTime, row: row, isDuplicate: outcome.isDuplicate))
        }
      } else {
        isComplete = false
      }
      start = end
    }
    return isComplete
  }
}
