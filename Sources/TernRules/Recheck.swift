import TernCEB
import TernMatch

/// Checks that failed exactly and have a tolerance: they need the documents' values.
struct Recheck {
  var lines = false
  var orderLines = false
  var settlement = false
  var linePairs = false

  var isNeeded: Bool { lines || orderLines || settlement || linePairs }
  var needsList: Bool { lines || linePairs }
  var needsOrder: Bool { orderLines || settlement || linePairs }
}

extension RuleEngine {
  /// The bits of `recheck` that the tolerances forgive; nil if details were missing.
  @inline(never)
  func recheck(
    _ recheck: Recheck, _ list: DocumentRef, _ order: DocumentRef?,
    _ tolerances: RuleTolerances, _ details: DetailTable, _ needs: inout NeededDocuments
  ) -> UInt64? {
    var isComplete = true
    func read(_ role: Role, _ document: DocumentRef) -> DocumentDetail {
      if let detail = details[role, document] { return detail }
      needs.addDetail(role, document)
      isComplete = false
      return DocumentDetail()
    }
    let listDetail = recheck.needsList ? read(.list, list) : DocumentDetail()
    var orderDetail = DocumentDetail()
    if recheck.needsOrder, let order { orderDetail = read(.order, order) }
    guard isComplete else { return nil }

    var allowed: UInt64 = 0
    if recheck.lines, Self.linesAgree(listDetail, tolerances.line) {
      allowed |= Finding.amountLine.bit
    }
    if recheck.orderLines, Self.linesAgree(orderDetail, tolerances.orderLine) {
      allowed |= Finding.amountOrderLine.bit
    }
    if recheck.settlement {
      let wanted =
        orderDetail.goodsValueE5 + orderDetail.freightE5 + orderDetail.taxTotalE5
        - orderDetail.discountE5
      if tolerances.settlement.allows(orderDetail.acturalPaidE5, wanted) {
        allowed |= Finding.amountSettlement.bit
      }
    }
    if recheck.linePairs,
      linesPair(
        listDetail.lines, orderDetail.lines, price: tolerances.pairedPrice,
        total: tolerances.pairedTotal)
    {
      allowed |= Finding.amountLinesDiffer.bit
    }
    return allowed
  }

  private static func linesAgree(_ detail: DocumentDetail, _ tolerance: Tolerance) -> Bool {
    detail.lines.allSatisfy {
      tolerance.allowsLine(
        qtyE5: $0.qtyE5, priceE5: $0.priceE5, totalPriceE5: $0.totalPriceE5)
    }
  }
}

/// Lines of one `gnum` up to this many are paired in the best way; more are paired in order of
/// their values, so that no document makes the check slow.
let pairingLimit = 64

/// Whether the lines pair off by `gnum` so that each pair agrees: `qty`, `currency` and `unit`
/// exactly, `price` and `totalPrice` within their tolerances.
func linesPair(
  _ list: [DocumentDetail.Line], _ order: [DocumentDetail.Line], price: Tolerance, total: Tolerance
) -> Bool {
  guard list.count == order.count else { return false }
  let left = list.sorted(by: linePrecedes)
  let right = order.sorted(by: linePrecedes)
  var start = 0
  while start < left.count {
    let gnum = left[start].gnum
    var end = start
    while end < left.count && left[end].gnum == gnum { end += 1 }
    guard right[start..<end].allSatisfy({ $0.gnum == gnum }) else { return false }
    let count = end - start
    func agree(_ a: Int, _ b: Int) -> Bool {
      linesAgree(left[start + a], right[start + b], price: price, total: total)
    }
    if count <= pairingLimit {
      if largestPairing(count, count, agree).contains(nil) { return false }
    } else if !(0..<count).allSatisfy({ agree($0, $0) }) {
      return false
    }
    start = end
  }
  return true
}

func linesAgree(
  _ list: DocumentDetail.Line, _ order: DocumentDetail.Line, price: Tolerance, total: Tolerance
) -> Bool {
  list.qtyE5 == order.qtyE5 && list.currency == order.currency && list.unit == order.unit
    && price.allows(list.priceE5, order.priceE5)
    && total.allows(list.totalPriceE5, order.totalPriceE5)
}

func linePrecedes(_ a: DocumentDetail.Line, _ b: DocumentDetail.Line) -> Bool {
  if a.gnum != b.gnum { return a.gnum < b.gnum }
  if a.qtyE5 != b.qtyE5 { return a.qtyE5 < b.qtyE5 }
  if a.currency != b.currency { return a.currency.lexicographicallyPrecedes(b.currency) }
  if a.unit != b.unit { return a.unit.lexicographicallyPrecedes(b.unit) }
  if a.totalPriceE5 != b.totalPriceE5 { return a.totalPriceE5 < b.totalPriceE5 }
  return a.priceE5 < b.priceE5
}

/// Pairs off as many of `left` and `right` items as agree (augmenting paths, Kuhn 1955): the partner of
/// each right item. Items left over on both sides do not agree. O(left^2 × right).
func largestPairing(
  _ leftCount: Int, _ rightCount: Int, _ agree: (Int, Int) -> Bool
) -> [Int?] {
  var partner = [Int?](repeating: nil, count: rightCount)
  var tried = [Bool](repeating: false, count: rightCount)
  func place(_ left: Int) -> Bool {
    for right in 0..<rightCount where !tried[right] && agree(left, right) {
      tried[right] = true
      guard let rival = partner[right] else {
        partner[right] = left
        return true
      }
      if place(rival) {
        partner[right] = left
        return true
      }
    }
    return false
  }
  for left in 0..<leftCount {
    for right in 0..<rightCount { tried[right] = false }
    _ = place(left)
  }
  return partner
}
