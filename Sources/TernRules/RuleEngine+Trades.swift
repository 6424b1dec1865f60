import TernCEB
import TernMatch

extension RuleEngine {
  /// Phase 2, by trade key: every check of the list alone, and against order and payments.
  public func judgeTrades(
    lists: RowView<ListTradeRow>, orders: RowView<OrderRow>, payments: RowView<PaymentRow>,
    facts: FactTable, details: DetailTable, results: ListResults, scratch: MatchScratch
  ) {
    matchTrades(
      lists: lists, orders: orders, payments: payments, results: results, facts: facts,
      details: details, scratch: scratch)
    let matches = unsafe scratch.tradeMatches.unsafeElements
    let paymentRows = unsafe scratch.payments.unsafeElements
    let consignees = unsafe results.unsafeWaybillConsignee
    let numbering = results.numbering
    let sellers = sellers
    var state = TradeState()
    var needs = NeededDocuments()
    var touched: UInt64 = 0
    var start = 0
    while start < matches.count {
      let end = min(start &+ Self.lookAhead, matches.count)
      for position in start..<end {
        let match = unsafe matches[position]
        if match.order != noRow { unsafe touched &+= orders.base[Int(match.order)].currency }
        if match.paymentCount != 0 {
          let payment = unsafe Int(paymentRows[Int(match.paymentStart)])
          unsafe touched &+= payments.base[payment].currency
        }
        let document = unsafe lists.base[Int(match.list)].document
        if document.direction == .import { unsafe touched &+= consignees[numbering.index(document)] }
      }
      for position in start..<end {
        let match = unsafe matches[position]
        let document = unsafe lists.base[Int(match.list)].document
        let index = numbering.index(document)
        var consignee: UInt64?
        if document.direction == .import {
          let matched = unsafe consignees[index]
          if matched != 0 { consignee = matched & ~ListResults.matchedBit }
        }
        if let bits = unsafe judge(
          match, lists, orders, payments, paymentRows, consignee, details, &state, &needs)
        {
          let ofSeller = unsafe sellers.word(
            lists.base[Int(match.list)].sellerAndGoods.digest, document.direction)
          results.add(index, bits | ofSeller)
        } else {
          unsafe scratch.deferTrade(
            lists.base[Int(match.list)].key, lists: lists, orders: orders, payments: payments)
        }
      }
      start = end
    }
    scratch.touched = touched
    if !needs.isEmpty { scratch.needs.formUnion(needs) }
  }

  /// All bits of one list; nil if it needs details that were not given.
  @inline(__always)
  private func judge(
    _ match: TradeMatch, _ lists: RowView<ListTradeRow>, _ orders: RowView<OrderRow>,
    _ payments: RowView<PaymentRow>, _ paymentRows: UnsafeBufferPointer<UInt32>,
    _ waybillConsignee: UInt64?, _ details: DetailTable, _ state: inout TradeState,
    _ needs: inout NeededDocuments
  ) -> UInt64? {
    let list = unsafe lists.base + Int(match.list)
    let order = unsafe match.order == noRow ? nil : orders.base + Int(match.order)
    if match.paymentCount != 0 && match.paymentStart != state.summaryStart {
      // Neighbours with one trade key share their payments.
      let first = Int(match.paymentStart)
      state.summaryStart = match.paymentStart
      unsafe state.summary = PaymentSummary(payments.base + Int(paymentRows[first]))
      for payment in 1..<Int(match.paymentCount) {
        unsafe state.summary.add(payments.base + Int(paymentRows[first + payment]))
      }
    }
    var recheck = Recheck()
    var bits = unsafe Self.ownBits(list.pointee.flags)
    if match.flags.rawValue != 0 { bits |= Self.duplicateBits(match.flags) }
    if let order = unsafe order {
      bits |= unsafe compare(list, order, waybillConsignee, &recheck)
    } else {
      bits |= Finding.orderMissing.bit
    }
    let orderCurrency = unsafe order?.pointee.currency ?? 0
    if match.paymentCount == 0 {
      bits |= Finding.paymentMissing.bit
      bits |= unsafe currencyBits(list, orderCurrency, 0, false)
    } else {
      bits |= unsafe compare(list, order, state.summary)
      bits |= unsafe currencyBits(
        list, orderCurrency, state.summary.currency, state.summary.currencyIsMixed)
    }
    if bits & Finding.amountLine.bit != 0 {
      recheck.lines = unsafe !tolerances(list.pointee.document, list.pointee.flags).line.isZero
    }
    if recheck.isNeeded {
      guard
        let forgiven = unsafe self.recheck(
          recheck, list.pointee.document, order?.pointee.document,
          tolerances(list.pointee.document, list.pointee.flags), details, &needs)
      else { return nil }
      bits &= ~forgiven
    }
    return bits
  }

  /// What the list alone decided when its row was made.
  @inline(__always)
  static func ownBits(_ flags: RowFlags) -> UInt64 {
    @inline(__always) func bit(_ flag: RowFlags, _ finding: Finding) -> UInt64 {
      flags.rawValue & flag.rawValue != 0 ? finding.bit : 0
    }
    // One test for the usual list, which has none.
    let any: RowFlags = [
      .lineArithmetic, .notPositive, .netWeight, .goodsEmpty, .goodsSequence, .goodsUnit,
      .tradeModeWrong, .bondedIncomplete, .directIncomplete, .buyerId, .enterpriseCode,
    ]
    if flags.rawValue & any.rawValue == 0 { return 0 }
    return bit(.lineArithmetic, .amountLine) | bit(.notPositive, .amountPositive)
      | bit(.netWeight, .weightNet) | bit(.goodsEmpty, .goodsEmpty)
      | bit(.goodsSequence, .goodsSequence) | bit(.goodsUnit, .goodsUnit)
      | bit(.tradeModeWrong, .regimeTradeMode) | bit(.bondedIncomplete, .regimeBonded)
      | bit(.directIncomplete, .regimeDirect) | bit(.buyerId, .buyerId)
      | bit(.enterpriseCode, .enterpriseCode)
  }

  static func duplicateBits(_ flags: MatchFlags) -> UInt64 {
    (flags.contains(.listDuplicate) ? Finding.listDuplicate.bit : 0)
      | (flags.contains(.orderDuplicate) ? Finding.orderDuplicate.bit : 0)
      | (flags.contains(.paymentDuplicate) ? Finding.paymentDuplicate.bit : 0)
  }

  @inline(__always)
  private func compare(
    _ list: UnsafePointer<ListTradeRow>, _ order: UnsafePointer<OrderRow>,
    _ waybillConsignee: UInt64?, _ recheck: inout Recheck
  ) -> UInt64 {
    var bits: UInt64 = 0
    // Read only where something differs.
    @inline(__always) func tolerances() -> RuleTolerances {
      unsafe self.tolerances(list.pointee.document, list.pointee.flags)
    }
    if unsafe list.pointee.sellerAndGoods.digest != order.pointee.sellerAndGoods.digest {
       bits |= Finding.partySeller.bit }
    if unsafe list.pointee.document.direction == .import {
      if unsafe list.pointee.buyer != order.pointee.buyerAndPayable.digest { bits |= Finding.partyBuyer.bit }
      if let waybillConsignee, unsafe waybillConsignee != order.pointee.consignee {
        bits |= Finding.partyConsignee.bit
      }
      if unsafe order.pointee.flags.contains(.settlement) {
        bits |= Finding.amountSettlement.bit
        if !tolerances().settlement.isZero { recheck.settlement = true }
      }
    }
    if unsafe order.pointee.flags.contains(.lineArithmetic) {
      bits |= Finding.amountOrderLine.bit
      if !tolerances().orderLine.isZero { recheck.orderLines = true }
    }
    if unsafe list.pointee.lines != order.pointee.lines {
      bits |= Finding.amountLinesDiffer.bit
      if tolerances().hasPaired { recheck.linePairs = true }
    }
    if unsafe !list.pointee.sellerAndGoods.hasSameValue(as: order.pointee.sellerAndGoods),
      unsafe !tolerances().goods.allows(
        list.pointee.sellerAndGoods.valueE5, order.pointee.sellerAndGoods.valueE5)
    {
      bits |= Finding.amountGoods.bit
    }
    return bits
  }

  @inline(__always)
  private func compare(
    _ list: UnsafePointer<ListTradeRow>, _ order: UnsafePointer<OrderRow>?,
    _ payments: PaymentSummary
  ) -> UInt64 {
    var bits: UInt64 = 0
    let isImport = unsafe list.pointee.document.direction == .import
    if !isImport, unsafe payments.party.differ(from: list.pointee.sellerAndGoods.digest) {
      bits |= Finding.partySeller.bit
    }
    guard let order = unsafe order else { return bits }
    if isImport, unsafe payments.party.differ(from: order.pointee.buyerAndPayable.digest) {
      bits |= Finding.partyPayer.bit
    }
    let payableE5 = unsafe order.pointee.buyerAndPayable.valueE5
    if payments.amountE5 != payableE5,
      unsafe !tolerances(list.pointee.document, list.pointee.flags).paid.allows(
        payments.amountE5, payableE5)
    {
      bits |= Finding.amountPaid.bit
    }
    return bits
  }

  /// Order head, payments and lines in one currency, as far as they name one; import always 142.
  @inline(__always)
  private func currencyBits(
    _ list: UnsafePointer<ListTradeRow>, _ order: UInt64, _ payments: UInt64,
    _ paymentsAreMixed: Bool
  ) -> UInt64 {
    let ofLines = unsafe list.pointee.currency
    let isImport = unsafe list.pointee.document.direction == .import
    let wanted = isImport ? yuan : order != 0 ? order : payments != 0 ? payments : ofLines
    let differs =
      (order != 0 && order != wanted) || (payments != 0 && payments != wanted)
      || (ofLines != 0 && ofLines != wanted)
    let isMixed = unsafe paymentsAreMixed || list.pointee.flags.contains(.currencyMixed)
    return differs || isMixed ? Finding.amountCurrency.bit : 0
  }
}

/// What the loop over one partition carries along.
struct TradeState {
  var summary = PaymentSummary()
  /// The payments that `summary` is of.
  var summaryStart = UInt32.max
}

/// All payments of one order together.
struct PaymentSummary {
  /// One value that all share, or several.
  struct Common {
    var value: UInt64 = 0
    var isMixed = false

    @inline(__always) mutating func add(_ other: UInt64) { if other != value { isMixed = true } }
    @inline(__always) func differ(from other: UInt64) -> Bool { isMixed || value != other }
  }

  var amountE5: Int128 = 0
  /// Of an export the seller, of an import the payer.
  var party = Common()
  /// Of those that name one.
  var currency: UInt64 = 0
  var currencyIsMixed = false

  init() {}

  @inline(__always) init(_ row: UnsafePointer<PaymentRow>) {
    amountE5 = unsafe row.pointee.partyAndAmount.valueE5
    party.value = unsafe row.pointee.partyAndAmount.digest
    currency = unsafe row.pointee.currency
  }

  @inline(never) mutating func add(_ row: UnsafePointer<PaymentRow>) {
    amountE5 += unsafe row.pointee.partyAndAmount.valueE5
    unsafe party.add(row.pointee.partyAndAmount.digest)
    let named = unsafe row.pointee.currency
    if named != 0 {
      if currency == 0 { currency = named }
      if currency != named { currencyIsMixed = true }
    }
  }
}
