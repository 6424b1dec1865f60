import TernReference

/// One check of a list: what it compared, and what came of it.
public struct Check: Sendable {
  public enum Outcome: String, Sendable {
    case passed, failed
    case notDone = "not_done"
  }

  /// Why a check is not done, besides documents and tables that are not there.
  public enum Reason: String, Sendable {
    /// By the rules.
    case switchedOff = "switched_off"
    /// It is for the other direction.
    case otherDirection = "other_direction"
    /// It is for other trade modes, or for lists with `statisticsFlag` A.
    case otherRegime = "other_regime"
    /// The documents leave out what it compares.
    case nothingGiven = "nothing_given"
  }

  public var finding: Finding
  public var outcome: Outcome
  /// Those that failed first. Of the failed ones at most `Evidence.countMax`, of the others `passedMax`.
  public var comparisons: [Evidence]
  /// Of a check that is not done, unless documents or tables are missing.
  public var reason: Reason?
  /// Documents that it compares and that are not there.
  public var missing: [Evidence.Document] = []
  /// Reference tables that it looks things up in and that were not given: names of their files.
  public var missingTables: [String] = []

  public static let passedMax = 5
}

/// Every check of a list, in the order of `Finding`: failed ones, passed ones, and those that are not done.
///
/// - Parameters:
///   - found: what the list was found to have; it decides which checks failed.
///   - listCase: the documents that it was judged by.
public func checks(
  _ found: FindingSet, of listCase: ListCase, settings: RuleSettings = RuleSettings(),
  reference: ReferenceData = ReferenceData()
) -> [Check] {
  let comparison = Comparison(listCase, settings, reference, wantsAll: true, found: found)
  let unchecked = reference.unchecked
  return Finding.allCases.map { finding in
    let compared = comparison.compared(finding)
    var check = Check(
      finding: finding, outcome: .passed,
      comparisons: Evidence.capped(compared.filter { !$0.holds }, Evidence.countMax)
        + Evidence.capped(compared.filter(\.holds), Check.passedMax),
      missing: comparison.missing(finding),
      missingTables: unchecked.filter { $0.finding == finding }.map(\.table))
    if found.contains(finding) {
      check.outcome = .failed
    } else if let reason = comparison.reason(finding) {
      check = Check(finding: finding, outcome: .notDone, comparisons: [], reason: reason)
    } else if compared.isEmpty {
      check.outcome = .notDone
      if check.missing.isEmpty && check.missingTables.isEmpty { check.reason = .nothingGiven }
    }
    return check
  }
}

extension Comparison {
  /// What keeps a check from being done, whatever documents are there.
  fileprivate func reason(_ finding: Finding) -> Check.Reason? {
    if !settings[given.list.scope, finding].isEnabled { return .switchedOff }
    if finding.isForImports && !given.isImport { return .otherDirection }
    switch finding {
    case .regimeSimplified:
      return given.isImport ? .otherDirection : isFlaggedA ? nil : .otherRegime
    case .regimeBonded: return tradeMode == .m1210 ? nil : .otherRegime
    case .regimeDirect: return tradeMode == .m9610 ? nil : .otherRegime
    default: return nil
    }
  }

  /// Documents that the check compares and that are not there. That they are missing is a check of its own.
  fileprivate func missing(_ finding: Finding) -> [Evidence.Document] {
    let wanted: [Evidence.Document] =
      switch finding {
      case .orderDuplicate, .partyBuyer, .amountOrderLine, .amountLinesDiffer, .amountGoods,
        .amountSettlement:
        [.order]
      case .paymentDuplicate: [.payment]
      case .waybillDuplicate, .waybillShared, .amountFreight, .weightGross, .packageCount: [.waybill]
      case .partySeller: given.isImport ? [.order] : [.order, .payment, .waybill]
      case .partyPayer, .amountPaid, .amountCurrency: [.order, .payment]
      case .partyConsignee: [.order, .waybill]
      default: []
      }
    return wanted.filter { document in
      switch document {
      case .order: given.order == nil
      case .payment: given.payments.isEmpty
      case .waybill: given.waybill == nil
      case .list, .rule: false
      }
    }
  }
}

extension Finding {
  /// The check is for imports alone.
  var isForImports: Bool {
    switch self {
    case .partyBuyer, .partyPayer, .partyConsignee, .amountSettlement, .regimeDirect,
      .regimeLimitSingle, .regimeLimitAnnual, .regimePositiveList, .buyerId:
      true
    default: false
    }
  }
}
