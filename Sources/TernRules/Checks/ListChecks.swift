import TernCEB
import TernMatch
import TernReference

/// What a list and the reference tables decide without any other document, over the columns of many lists.
///
/// What needs neither tables nor settings is not here: the `Projector` has it in the flags of the match rows. Nor
/// is what the register says of the seller: see `SellerTable`.
/// Cost: a look-up per distinct code of a batch, none of them allocates. Any number of threads may share one.
public struct ListChecks: Sendable {
  /// The findings that are made here.
  public static let findings: [Finding] = [
    .goodsCode, .regimeSimplified, .regimeLimitSingle, .regimePositiveList, .regimeLicence, .referenceCode,
    .enterpriseUnregistered, .enterpriseBlacklisted,
  ]
  public static let bits: UInt64 = findings.reduce(0) { $0 | $1.bit }

  let reference: ReferenceData
  let limits: RuleLimits
  let eligibility: SimplifiedEligibility
  /// Findings that are wanted and can occur, by direction.
  let wanted: [UInt64]
  /// By place in the register.
  let enterprises: [EnterpriseFacts]

  public init(_ settings: RuleSettings, _ reference: ReferenceData) {
    self.reference = reference
    limits = settings.limits
    eligibility = SimplifiedEligibility(reference, limits: settings.limits)
    var possible = FindingSet(.goodsCode, .regimeSimplified, .regimeLimitSingle, .referenceCode)
    if reference.tariff != nil { possible.formUnion(FindingSet(.regimePositiveList, .regimeLicence)) }
    if reference.enterprises != nil {
      possible.formUnion(FindingSet(.enterpriseUnregistered, .enterpriseBlacklisted))
    }
    let ofExports = possible.subtracting(FindingSet(.regimeLimitSingle, .regimePositiveList))
    let ofImports = possible.subtracting(FindingSet(.regimeSimplified))
    wanted = Direction.allCases.map { direction in
      settings.enabledBits(RuleScope.all.filter { $0.direction == direction })
        & (direction == .export ? ofExports : ofImports).rawValue
    }
    enterprises = reference.enterprises?.facts() ?? []
  }

  func wants(_ finding: Finding, _ direction: Direction) -> Bool {
    wanted[Int(direction.rawValue)] & finding.bit != 0
  }

  /// Nothing is to be found.
  public func isIdle(_ direction: Direction) -> Bool {
    wanted[Int(direction.rawValue)] == 0
  }

  /// Judges all lists of a batch.
  ///
  /// - Parameter body: gets the row and its finding bits where there are any.
  public func judge<Source: ListSource>(
    _ lists: Source, _ body: (_ row: Int, _ word: UInt64) -> Void
  ) throws(Source.Failure) {
    var batch = ListBatch(lists.direction, rowCount: lists.rowCount)
    try judgeEnterprises(lists, &batch)
    try judgeGoods(lists, &batch)
    try judgeCodes(lists, &batch)
    if wants(.regimeLimitSingle, lists.direction) { try judgeLimitSingle(lists, &batch) }
    let wanted = wanted[Int(lists.direction.rawValue)]
    for (row, word) in batch.words.enumerated() where word & wanted != 0 { body(row, word & wanted) }
  }
}
