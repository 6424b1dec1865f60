import TernCEB

/// As `matchWaybills`, to say what became of every waybill instead of what every list found.
///
/// `results` say which lists count, and with which findings. Keys without a list are looked at
/// too, so this takes more than matching. A waybill under a reused number that is nearest to no list
/// is an orphan: its parcel's list never came. Keys that lack facts are put aside. O(rows), and
/// O(n log n) in the rows of one key.
public func markWaybills(
  lists: RowView<ListWaybillRow>, waybills: RowView<WaybillRow>, results: ListResults,
  facts: FactTable, scratch: MatchScratch, marks: TripletMarks
) {
  scratch.keyGroups.reset(capacity: lists.count + waybills.count)
  scratch.listChain.reserveAtLeast(lists.count)
  scratch.otherChain.reserveAtLeast(waybills.count)
  var table = scratch.keyGroups.handle
  let listChain = unsafe scratch.listChain.base
  let waybillChain = unsafe scratch.otherChain.base
  forEachCounting(lists, results) { row in
    let group = unsafe table.insert(lists.base[row].key)
    unsafe table.groups[group].addList(row, [], listChain)
  }
  for row in 0..<waybills.count {
    let group = unsafe table.insert(waybills.base[row].key)
    unsafe table.groups[group].addOther(row, waybills.base[row].flags, waybillChain)
  }

  let numbering = results.numbering
  func take(_ list: Int, _ waybill: DocumentRef) {
    unsafe marks.positions?.setWaybill(numbering.index(lists.base[list].document), waybill)
  }
  var instances: [WaybillInstance] = []
  for index in 0..<table.groupCount {
    let group = unsafe table.groups[index]
    if group.other == 0 { continue }
    if group.isSpecial == 0 {
      let waybill = unsafe waybills.base[Int(group.other) &- 1].document
      marks[.waybill, waybill] = group.list == 0 ? .orphan : .matched
      if group.list != 0 { take(Int(group.list) &- 1, waybill) }
      continue
    }
    guard scratch.judgeWaybills(group, lists, waybills, facts, into: &instances) else { continue }
    var next = group.list
    while next != 0 {
      let row = Int(next &- 1)
      if let nearest = unsafe nearestInstance(instances, lists.base[row].appTime) {
        unsafe take(row, waybills.base[Int(instances[nearest].row)].document)
      }
      next = unsafe listChain[row]
    }
    for instance in instances {
      let isFaulty = instance.isDuplicate && marks.faults.waybillDuplicate
      let waybill = unsafe waybills.base[Int(instance.row)].document
      marks[.waybill, waybill] = instance.lists == 0 ? .orphan : isFaulty ? .duplicate : .matched
    }
  }
}
