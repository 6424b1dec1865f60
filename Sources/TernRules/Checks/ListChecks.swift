import TernCEB
import TernMatch
import TernReference

/// What a list and the reference tables decide without any other document, over the columns of many lists.
///
/// Cost: a look-up per code, none of them allocates. Any number of threads may share one.
public struct ListChecks: Sendable {
  /// The findings that are made here. `goods.empty`, `amount.line` and their like need no table and are flags of
  /// the match rows.
  public static let findings: [Finding] = [
    .goodsCode, .regimeTradeMode, .regimeBonded, .regimeDirect, .regimeSimplified,
    .regimeLimitSingle, .regimePositiveList, .regimeLicence, .referenceCode,
    .enterpriseUnregistered, .enterpriseCode, .enterpriseBlacklisted, .buyerId,
  ]
  public static let bits: UInt64 = findings.reduce(0) { $0 | $1.bit }

  let reference: ReferenceData
  let limits: RuleLimits
  let eligibility: SimplifiedEligibility
  /// Findings that are wanted, by direction.
  let wanted: [UInt64]
  let wantsPriority: Bool
  let enterprises: EnterpriseTable

  public init(_ settings: RuleSettings, _ reference: ReferenceData) {
    self.reference = reference
    limits = settings.limits
    eligibility = SimplifiedEligibility(reference, limits: settings.limits)
    wanted = Direction.allCases.map { direction in
      settings.enabledBits(RuleScope.all.filter { $0.direction == direction }) & Self.bits
    }
    wantsPriority = reference.enterprises != nil && !settings.priorityClasses.isEmpty
    enterprises = EnterpriseTable(
      reference.enterprises, priorityClasses: settings.priorityClasses)
  }

  func wants(_ finding: Finding, _ direction: Direction) -> Bool {
    wanted[Int(direction.rawValue)] & finding.bit != 0
  }

  /// Nothing is to be found.
  public func isIdle(_ direction: Direction) -> Bool {
    wanted[Int(direction.rawValue)] == 0 && !wantsPriority
  }

  /// Judges all lists of a table.
  ///
  /// - Parameters:
  ///   - heads: lists of one direction, with `headColumns`.
  ///   - lines: their lines, with `lineColumns`.
  ///   - body: gets the row and its word: finding bits, and priority as `ListResults` has it.
  public func judge(
    _ heads: Table, _ lines: Table, _ direction: Direction, _ body: (_ row: Int, _ word: UInt64) -> Void
  ) {
    var words = [UInt64](repeating: 0, count: heads.rowCount)
    judgeRegimes(heads, direction, &words)
    judgeEnterprises(heads, direction, &words)
    judgeGoods(heads, lines, direction, &words)
    if reference.needsCodes, wants(.referenceCode, direction) {
      judgeCodes(heads, lines, direction, &words)
    }
    if direction == .import, wants(.buyerId, direction) { judgeBuyers(heads, &words) }
    let wanted = wanted[Int(direction.rawValue)] | ListResults.priorityMask
    for row in words.indices { body(row, words[row] & wanted) }
    extendLifetime(heads)
    extendLifetime(lines)
  }

  /// Columns of the heads that `judge` reads.
  public func headColumns(_ direction: Direction) -> [String] {
    var names: Set<String> = []
    func add(_ finding: Finding, _ columns: String...) {
      if wants(finding, direction) { names.formUnion(columns) }
    }
    if !goodsFindings(direction).isEmpty { names.insert("#lines") }
    add(.regimeTradeMode, "tradeMode")
    if direction == .export {
      add(.regimeBonded, "tradeMode", "emsNo", "iacCode", "#lines")
      add(.regimeSimplified, "statisticsFlag", "appTime")
      add(.goodsCode, "statisticsFlag", "appTime")
    } else {
      add(.regimeBonded, "tradeMode", "emsNo", "areaCode", "#lines")
      add(.regimeDirect, "tradeMode", "trafNo", "voyageNo", "billNo")
      add(.regimeLimitSingle, "freight", "insuredFee")
      add(.buyerId, "buyerIdNumber")
    }
    if reference.tariff != nil { add(.regimeLicence, "licenseNo") }
    if !enterpriseFindings(direction).isEmpty || wantsPriority {
      names.formUnion(["ebcCode", "ebpCode", "logisticsCode", "agentCode"])
    }
    if wants(.referenceCode, direction) {
      for (column, codes) in Self.headCodes(direction) where reference.codes(codes) != nil {
        names.insert(column)
      }
      if reference.needsLineCodes(direction) { names.insert("#lines") }
    }
    return names.sorted()
  }

  /// Columns of the lines that `judge` reads.
  public func lineColumns(_ direction: Direction) -> [String] {
    var names: Set<String> = []
    func add(_ finding: Finding, _ columns: String...) {
      if wants(finding, direction) { names.formUnion(columns) }
    }
    add(.goodsCode, "gcode")
    add(.regimeBonded, "itemRecordNo")
    if direction == .export {
      add(.regimeSimplified, "gcode", "currency", "totalPrice")
      add(.goodsCode, "gcode", "currency", "totalPrice")
    } else {
      add(.regimeLimitSingle, "totalPrice", "qty")
      if reference.tariff != nil { add(.regimePositiveList, "gcode") }
    }
    if reference.tariff != nil { add(.regimeLicence, "gcode") }
    if wants(.referenceCode, direction) {
      for (column, codes) in Self.lineCodes(direction) where reference.codes(codes) != nil {
        names.insert(column)
      }
    }
    return names.sorted()
  }

  /// Findings that need the lines, and can occur.
  func goodsFindings(_ direction: Direction) -> [Finding] {
    let all: [Finding] =
      direction == .export
      ? [.goodsCode, .regimeBonded, .regimeSimplified, .regimeLicence]
      : [.goodsCode, .regimeBonded, .regimeLimitSingle, .regimePositiveList, .regimeLicence]
    return all.filter { finding in
      let needsTariff = finding == .regimePositiveList || finding == .regimeLicence
      return wants(finding, direction) && (!needsTariff || reference.tariff != nil)
    }
  }

  func enterpriseFindings(_ direction: Direction) -> [Finding] {
    [.enterpriseUnregistered, .enterpriseCode, .enterpriseBlacklisted].filter { finding in
      wants(finding, direction) && (finding == .enterpriseCode || reference.enterprises != nil)
    }
  }
}
