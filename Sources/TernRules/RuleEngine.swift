import TernCEB
import TernMatch
import TernReference

/// Judges partitions of match rows: joins them and turns what was found into finding bits.
///
/// The one engine behind a store's run and a call in memory. It keeps no state: any number of
/// threads may share it, each with its own `MatchScratch`. The phases must end one after
/// the other; within a phase the partitions are independent, and neither their number nor their
/// order changes any result.
///
/// Where version facts or details of some documents were needed and not given, all rows of their key
/// go to `scratch.deferred` and the documents to `scratch.needs`; the caller reads them (see
/// `DocumentReader`) and judges just these rows, as a partition. Their lists then have either all
/// their bits of the phase or none, so judging again is safe.
public struct RuleEngine: Sendable {
  /// By scope.
  let tolerances: [RuleTolerances]
  /// Findings that are switched on, by scope.
  let enabled: [UInt64]
  /// Yuan × 10^5.
  let annualLimitE5: Int64
  /// What import rows carry for the currency 142.
  let yuan: UInt64
  let sellers: SellerTable

  /// `secret` is that of the rows' digests. Of `reference` the enterprises are used.
  public init(settings: RuleSettings, reference: ReferenceData = ReferenceData(), secret: Secret) {
    tolerances = RuleScope.all.map { RuleTolerances(settings, $0) }
    enabled = RuleScope.all.map { settings.enabledBits($0) }
    annualLimitE5 = settings.limits.annualE5
    yuan = currencyDigest("142", .import, secret: secret)
    sellers = SellerTable(settings, reference, secret: secret)
  }

  /// What `ListChecks` has found of a list stays whatever other documents do.
  public static let ownMask = ListChecks.bits

  /// Phase 0, by list identity: which lists count, which are cancelled, `list.duplicate` of an identity
  /// used twice. A cancelled list is absent in the other phases.
  public func judgeIdentities(
    lists: RowView<ListIdentityRow>, cancellations: RowView<CancellationRow>, facts: FactTable,
    results: ListResults, effects: CancellationResults, scratch: MatchScratch
  ) {
    matchIdentities(lists: lists, cancellations: cancellations, facts: facts, scratch: scratch)
    let matches = unsafe scratch.identityMatches.unsafeElements
    let states = unsafe results.unsafeStates
    let numbering = results.numbering
    let ownMask = ListResults.state(Self.ownMask)
    var touched: UInt64 = 0
    var start = 0
    while start < matches.count {
      let end = min(start &+ Self.lookAhead, matches.count)
      for position in start..<end {
        unsafe touched &+= UInt64(states[numbering.index(lists.base[Int(matches[position].list)].document)])
      }
      for position in start..<end {
        let match = unsafe matches[position]
        let list = unsafe lists.base + Int(match.list)
        let index = unsafe numbering.index(list.pointee.document)
        let tradeMode = unsafe UInt64(list.pointee.flags.tradeMode.rawValue) &<< ListResults.tradeModeShift
        let isCancelled = match.flags.contains(.cancelled)
        let state = ListResults.state(tradeMode | (isCancelled ? ListResults.cancelledBit : ListResults.countsBit))
        unsafe states[index] = states[index] & ownMask | state
        if !isCancelled && match.flags.contains(.listDuplicate) { results.add(index, Finding.listDuplicate.bit) }
      }
      start = end
    }
    scratch.touched = touched
    for match in scratch.cancellationMatches {
      let document = unsafe cancellations.base[Int(match.row)].document
      effects[effects.numbering.index(document)] = match.effect
    }
  }

  /// Phase 1, by waybill key: every check of list against waybill.
  public func judgeWaybills(
    lists: RowView<ListWaybillRow>, waybills: RowView<WaybillRow>, facts: FactTable,
    results: ListResults, scratch: MatchScratch
  ) {
    matchWaybills(
      lists: lists, waybills: waybills, results: results, facts: facts, scratch: scratch)
    let matches = unsafe scratch.waybillMatches.unsafeElements
    let consignees = unsafe results.unsafeWaybillConsignee
    let numbering = results.numbering
    var touched: UInt64 = 0
    var start = 0
    while start < matches.count {
      let end = min(start &+ Self.lookAhead, matches.count)
      for position in start..<end {
        let waybill = unsafe matches[position].waybill
        if waybill != noRow { unsafe touched &+= waybills.base[Int(waybill)].parcel.party }
      }
      for position in start..<end {
        let match = unsafe matches[position]
        let document = unsafe lists.base[Int(match.list)].document
        let index = numbering.index(document)
        results.add(index, judge(match, lists, waybills))
        if match.waybill != noRow, document.direction == .import {
          unsafe consignees[index] = waybills.base[Int(match.waybill)].parcel.party | ListResults.matchedBit
        }
      }
      start = end
    }
    scratch.touched = touched
  }

  /// Rows of a partition are matched far apart: some are touched ahead of judging them, where the
  /// processor overlaps the loads.
  static var lookAhead: Int { 32 }

  @inline(__always)
  private func judge(
    _ match: WaybillMatch, _ lists: RowView<ListWaybillRow>, _ waybills: RowView<WaybillRow>
  ) -> UInt64 {
    let list = unsafe lists.base + Int(match.list)
    var bits: UInt64 = 0
    if unsafe list.pointee.document.direction == .import, unsafe list.pointee.parcel.packNo != 1 {
      bits |= Finding.packageCount.bit
    }
    if match.waybill == noRow { return bits | Finding.waybillMissing.bit }
    bits |= unsafe compare(list, waybills.base + Int(match.waybill))
    if match.flags.contains(.waybillDuplicate) { bits |= Finding.waybillDuplicate.bit }
    if match.flags.contains(.waybillShared) { bits |= Finding.waybillShared.bit }
    return bits
  }

  @inline(__always)
  private func compare(
    _ list: UnsafePointer<ListWaybillRow>, _ waybill: UnsafePointer<WaybillRow>
  ) -> UInt64 {
    var bits: UInt64 = 0
    // Read only where values differ.
    @inline(__always) func tolerances() -> RuleTolerances {
      unsafe self.tolerances(list.pointee.document, list.pointee.flags)
    }
    let (own, its) = unsafe (list.pointee.parcel, waybill.pointee.parcel)
    // An import's waybill names no seller.
    if unsafe list.pointee.document.direction == .export, its.party != 0, its.party != own.party {
      bits |= Finding.partySeller.bit
    }
    if !own.hasSameGrossWeight(as: its),
      !tolerances().grossWeight.allows(own.grossWeightE5, its.grossWeightE5)
    {
      bits |= Finding.weightGross.bit
    }
    // Both the list asks for it and the waybill gives it.
    let compared = unsafe list.pointee.flags.intersection(waybill.pointee.flags)
    if compared.contains(.freight), !own.hasSameFreight(as: its),
      !tolerances().freight.allows(own.freightE5, its.freightE5)
    {
      bits |= Finding.amountFreight.bit
    }
    if compared.contains(.insuredFee), !own.hasSameInsuredFee(as: its),
      !tolerances().insuredFee.allows(own.insuredFeeE5, its.insuredFeeE5)
    {
      bits |= Finding.amountFreight.bit
    }
    if own.packNo != its.packNo { bits |= Finding.packageCount.bit }
    return bits
  }
}

/// The tolerances of one scope.
struct RuleTolerances: Sendable, BitwiseCopyable {
  var line: Tolerance
  var orderLine: Tolerance
  var pairedPrice: Tolerance
  var pairedTotal: Tolerance
  var goods: Tolerance
  var paid: Tolerance
  var settlement: Tolerance
  var freight: Tolerance
  var insuredFee: Tolerance
  var grossWeight: Tolerance

  init(_ settings: RuleSettings, _ scope: RuleScope) {
    func tolerance(_ finding: Finding, _ field: Int = 0) -> Tolerance {
      settings[scope, finding].tolerances[field]
    }
    line = tolerance(.amountLine)
    orderLine = tolerance(.amountOrderLine)
    pairedPrice = tolerance(.amountLinesDiffer, 0)
    pairedTotal = tolerance(.amountLinesDiffer, 1)
    goods = tolerance(.amountGoods)
    paid = tolerance(.amountPaid)
    settlement = tolerance(.amountSettlement)
    freight = tolerance(.amountFreight, 0)
    insuredFee = tolerance(.amountFreight, 1)
    grossWeight = tolerance(.weightGross)
  }

  /// Of `amount.lines_differ`.
  var hasPaired: Bool { !pairedPrice.isZero || !pairedTotal.isZero }
}

extension RuleEngine {
  /// Those of a list's direction and trade mode.
  @inline(__always)
  func tolerances(_ document: DocumentRef, _ flags: RowFlags) -> RuleTolerances {
    tolerances[RuleScope(document.direction, flags.tradeMode).index]
  }
}
