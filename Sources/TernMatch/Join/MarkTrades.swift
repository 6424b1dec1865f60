import TernCEB

/// As `matchTrades`, to say what became of every order and payment instead of what every list
/// found. See `markWaybills`.
public func markTrades(
  lists: RowView<ListTradeRow>, orders: RowView<OrderRow>, payments: RowView<PaymentRow>,
  results: ListResults, facts: FactTable, scratch: MatchScratch, marks: TripletMarks
) {
  scratch.keyGroups.reset(capacity: lists.count + orders.count + payments.count)
  scratch.listChain.reserveAtLeast(lists.count)
  scratch.otherChain.reserveAtLeast(orders.count)
  scratch.paymentChain.reserveAtLeast(payments.count)
  var table = scratch.keyGroups.handle
  let listChain = unsafe scratch.listChain.base
  let orderChain = unsafe scratch.otherChain.base
  let paymentChain = unsafe scratch.paymentChain.base
  forEachCounting(lists, results) { row in
    let group = unsafe table.insert(lists.base[row].key)
    unsafe table.groups[group].addList(row, [], listChain)
  }
  for row in 0..<orders.count {
    let group = unsafe table.insert(orders.base[row].key)
    unsafe table.groups[group].addOther(row, orders.base[row].flags, orderChain)
  }
  for row in 0..<payments.count {
    let group = unsafe table.insert(payments.base[row].key)
    unsafe table.groups[group].addPayment(row, payments.base[row].flags, paymentChain)
  }

  var special = SpecialTradeGroup()
  for index in 0..<table.groupCount {
    let group = unsafe table.groups[index]
    if group.other == 0 && group.payment == 0 { continue }
    var counting: [UInt32] = []
    var faulty: [UInt32] = []
    var order: DocumentRef?
    if group.isSpecial == 0 {
      if group.other != 0 { order = unsafe orders.base[Int(group.other) &- 1].document }
      if group.payment != 0 { counting = [group.payment &- 1] }
    } else {
      unsafe scratch.sorter.gather(group.other, orderChain, orders)
      scratch.sorter.sort()
      let outcome = scratch.sorter.judgeAll(.order, facts, &scratch.needs)
      unsafe special.gatherPayments(group.payment, paymentChain, payments)
      let isComplete = special.judgePayments(&scratch.sorter, facts, &scratch.needs)
      guard isComplete, let outcome else {
        scratch.deferTrade(group, lists, orders, payments)
        continue
      }
      if let row = outcome.row { order = unsafe orders.base[Int(row)].document }
      counting = special.counting
      if marks.faults.paymentDuplicate { faulty = special.duplicates }
    }

    let paid = counting.map { unsafe payments.base[Int($0)].document }
    var findings: UInt64 = 0
    let kept = group.list == 0 ? nil : marks.positions?.addPayments(paid)
    var next = group.list
    while next != 0 {
      let row = Int(next &- 1)
      let index = unsafe results.numbering.index(lists.base[row].document)
      findings |= results.findings(index)
      if let kept { marks.positions?.setTrade(index, order: order, payments: kept) }
      next = unsafe listChain[row]
    }
    func mark(_ fault: TripletMark?) -> TripletMark {
      group.list == 0 ? .orphan : fault ?? .matched
    }
    if let order {
      marks[.order, order] = mark(
        findings & marks.faults.orderDuplicate != 0
          ? .duplicate : findings & marks.faults.orderSums != 0 ? .wrongSums : nil)
    }
    // The faulty ones stand in the order of those that count.
    var left = faulty[...]
    for (row, document) in zip(counting, paid) {
      let isFaulty = left.first == row
      if isFaulty { left.removeFirst() }
      marks[.payment, document] = mark(isFaulty ? .duplicate : nil)
    }
  }
}
