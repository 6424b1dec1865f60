import TernCEB

/// Phase 2: lists by trade key with their order and payments.
///
/// `lists`, `orders` and `payments` are all rows whose trade key falls into the partition; lists
/// that do not count are passed over. Fills `scratch.tradeMatches`, one for every list that counts
/// and neighbours of one key together, and `scratch.payments`. Keys that lack facts or details are
/// put aside as by `matchIdentities`. O(rows), and O(n log n) in the rows of one key.
public func matchTrades(
  lists: RowView<ListTradeRow>, orders: RowView<OrderRow>, payments: RowView<PaymentRow>,
  results: ListResults, facts: FactTable, details: DetailTable, scratch: MatchScratch
) {
  scratch.keyGroups.reset(capacity: lists.count)
  scratch.listChain.reserveAtLeast(lists.count)
  scratch.otherChain.reserveAtLeast(orders.count)
  scratch.paymentChain.reserveAtLeast(payments.count)
  scratch.tradeMatches.removeAll()
  scratch.tradeMatches.reserve(lists.count)
  scratch.payments.removeAll()
  scratch.payments.reserve(payments.count)
  var table = scratch.keyGroups.handle
  let listChain = unsafe scratch.listChain.base
  let orderChain = unsafe scratch.otherChain.base
  let paymentChain = unsafe scratch.paymentChain.base
  forEachCounting(lists, results) { row in
    let group = unsafe table.insert(lists.base[row].key)
    // A list that counts is no delete.
    unsafe table.groups[group].addList(row, [], listChain)
  }
  for row in 0..<orders.count {
    let group = unsafe table.find(orders.base[row].key)
    if group < 0 { continue }
    unsafe table.groups[group].addOther(row, orders.base[row].flags, orderChain)
  }
  for row in 0..<payments.count {
    let group = unsafe table.find(payments.base[row].key)
    if group < 0 { continue }
    unsafe table.groups[group].addPayment(row, payments.base[row].flags, paymentChain)
  }

  let matches = unsafe scratch.tradeMatches.base
  let paymentRows = unsafe scratch.payments.base
  var matchCount = 0
  var paymentEnd = 0
  var special = SpecialTradeGroup()
  for index in 0..<table.groupCount {
    let group = unsafe table.groups[index]
    if group.isSpecial == 0 {
      let hasPayment = group.payment != 0
      unsafe matches[matchCount] = TradeMatch(
        list: group.list &- 1, order: group.other &- 1,
        paymentStart: UInt32(truncatingIfNeeded: paymentEnd), paymentCount: hasPayment ? 1 : 0,
        flags: [])
      matchCount &+= 1
      // Without a payment the next one overwrites this.
      if hasPayment {
        unsafe paymentRows[paymentEnd] = group.payment &- 1
        paymentEnd &+= 1
      }
      continue
    }
    var groupIsComplete = true
    unsafe scratch.sorter.gather(group.other, orderChain, orders)
    scratch.sorter.sort()
    let order = scratch.sorter.judgeAll(.order, facts, &scratch.needs)
    if order == nil { groupIsComplete = false }
    unsafe special.gatherPayments(group.payment, paymentChain, payments)
    if !special.judgePayments(&scratch.sorter, facts, &scratch.needs) { groupIsComplete = false }
    unsafe scratch.sorter.gather(group.list, listChain, lists)
    let firstList = firstOfLists(scratch.sorter.versions, details, &scratch.needs)
    guard groupIsComplete, let order, let firstList else {
      scratch.deferTrade(group, lists, orders, payments)
      continue
    }

    let paymentStart = UInt32(truncatingIfNeeded: paymentEnd)
    for row in special.counting {
      unsafe paymentRows[paymentEnd] = row
      paymentEnd &+= 1
    }
    var flags: MatchFlags = []
    if order.isDuplicate { flags.insert(.orderDuplicate) }
    if special.isDuplicate { flags.insert(.paymentDuplicate) }
    for list in scratch.sorter.versions {
      unsafe matches[matchCount] = TradeMatch(
        list: list.row, order: order.row ?? noRow, paymentStart: paymentStart,
        paymentCount: UInt32(special.counting.count),
        flags: list.row == firstList ? flags : flags.union(.listDuplicate))
      matchCount &+= 1
    }
  }
  scratch.tradeMatches.setCount(matchCount)
  scratch.payments.setCount(paymentEnd)
}

/// Of several lists of one trade key the first in order of `appTime`, `copNo`, `agentCode`,
/// received; nil if their details are needed and missing. The other ones are duplicates.
private func firstOfLists(
  _ lists: [Version], _ details: DetailTable, _ needs: inout NeededDocuments
) -> UInt32? {
  guard let earliest = lists.map(\.appTime).min() else { return noRow }
  let tied = lists.filter { $0.appTime == earliest }
  if tied.count == 1 { return tied[0].row }
  var best: (version: Version, detail: DocumentDetail)?
  var isComplete = true
  for version in tied {
    guard let detail = details[.list, version.document] else {
      needs.addDetail(.list, version.document)
      isComplete = false
      continue
    }
    guard let current = best else {
      best = (version, detail)
      continue
    }
    if listPrecedes(
      (detail.copNo, detail.agentCode, version.document),
      (current.detail.copNo, current.detail.agentCode, current.version.document))
    {
      best = (version, detail)
    }
  }
  return isComplete ? best?.version.row : nil
}

private func listPrecedes(
  _ a: (copNo: [UInt8], agentCode: [UInt8], document: DocumentRef),
  _ b: (copNo: [UInt8], agentCode: [UInt8], document: DocumentRef)
) -> Bool {
  if a.copNo != b.copNo { return a.copNo.lexicographicallyPrecedes(b.copNo) }
  if a.agentCode != b.agentCode { return a.agentCode.lexicographicallyPrecedes(b.agentCode) }
  return a.document < b.document
}

/// Payments of one trade key: several versions of one payment, several payments of one order.
struct SpecialTradeGroup {
  private var payments: [(identity: UInt64, version: Version)] = []
  /// Rows of the payments that count.
  private(set) var counting: [UInt32] = []
  /// Those of them that were declared as new twice.
  private(set) var duplicates: [UInt32] = []
  var isDuplicate: Bool { !duplicates.isEmpty }

  mutating func gatherPayments(
    _ first: UInt32, _ chain: UnsafeMutablePointer<UInt32>, _ rows: RowView<PaymentRow>
  ) {
    payments.removeAll(keepingCapacity: true)
    var next = first
    while next != 0 {
      let row = Int(next &- 1)
      payments.append((rows[row].identity, Version(rows[row], row)))
      next = unsafe chain[row]
    }
    if payments.count > 1 {
      payments.sort { a, b in
        if a.identity != b.identity {
          return a.identity < b.identity
        }
        return Version.precedes(a.version, b.version)
      }
    }
  }

  mutating func judgePayments(
    _ sorter: inout VersionSorter, _ facts: FactTable, _ needs: inout NeededDocuments
  ) -> Bool {
    counting.removeAll(keepingCapacity: true)
    duplicates.removeAll(keepingCapacity: true)
    var isComplete = true
    sorter.versions.removeAll(keepingCapacity: true)
    for payment in payments { sorter.versions.append(payment.version) }
    var start = 0
    while start < payments.count {
      var end = start + 1
      while end < payments.count, payments[end].identity == payments[start].identity { end += 1 }
      if let outcome = sorter.judge(start..<end, .payment, facts, &needs) {
        if let row = outcome.row {
          counting.append(row)
          if outcome.isDuplicate { duplicates.append(row) }
        }
      } else {
        isComplete = false
      }
      start = end
    }
    return isComplete
  }
}
