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

  /// Judges all lists of a batch.
  ///
  /// - Parameter body: gets the row and its word where there is anything: finding bits, and priority as
  ///   `ListResults` has it.
  public func judge(_ lists: ListColumns, _ body: (_ row: Int, _ word: UInt64) -> Void) {
    var words = [UInt64](repeating: 0, count: lists.rowCount)
    judgeRegimes(lists, &words)
    judgeEnterprises(lists, &words)
    judgeGoods(lists, &words)
    judgeCodes(lists, &words)
    if lists.direction == .import, wants(.buyerId, .import) { judgeBuyers(lists.heads, &words) }
    let wanted = wanted[Int(lists.direction.rawValue)] | ListResults.priorityMask
    for row in words.indices where words[row] & wanted != 0 { body(row, words[row] & wanted) }
    extendLifetime(lists.heads)
    extendLifetime(lists.lines)
  }

  /// Columns of the heads that `judge` reads as they are.
  public func headColumns(_ direction: Direction) -> [String] {
    var names: Set<String> = []
    func add(_ finding: Finding, _ columns: String...) {
      if wants(finding, direction) { names.formUnion(columns) }
    }
    if !goodsFindings(direction).isEmpty { names.insert("#lines") }
    if direction == .export {
      add(.regimeBonded, "emsNo", "iacCode")
      if asksForEligibility(direction) { names.insert("appTime") }
    } else {
      add(.regimeBonded, "emsNo", "areaCode")
      add(.regimeDirect, "trafNo", "voyageNo", "billNo")
      add(.regimeLimitSingle, "freight", "insuredFee")
      add(.buyerId, "buyerIdNumber")
    }
    if reference.tariff != nil { add(.regimeLicence, "licenseNo") }
    if wants(.referenceCode, direction), !lineCodes(direction).isEmpty { names.insert("#lines") }
    return names.sorted()
  }

  /// Columns of the heads that it reads by their distinct values.
  public func codedHeadColumns(_ direction: Direction) -> [String] {
    var names = Set(headCodes(direction).map(\.column))
    if wantsEnterprises(direction) {
      names.formUnion(["ebcCode", "ebpCode", "logisticsCode", "agentCode"])
    }
    if asksForEligibility(direction) { names.insert("statisticsFlag") }
    let regimes: [Finding] = [.regimeTradeMode, .regimeBonded, .regimeDirect]
    if regimes.contains(where: { wants($0, direction) }) { names.insert("tradeMode") }
    return names.sorted()
  }

  /// Columns of the lines that it reads as they are.
  public func lineColumns(_ direction: Direction) -> [String] {
    let goods = goodsFindings(direction)
    var names: Set<String> = []
    if goods.contains(.regimeBonded) { names.insert("itemRecordNo") }
    if goods.contains(.regimeLimitSingle) { names.formUnion(["totalPrice", "qty"]) }
    if asksForEligibility(direction) { names.insert("totalPrice") }
    return names.sorted()
  }

  /// Columns of the lines that it reads by their distinct values.
  public func codedLineColumns(_ direction: Direction) -> [String] {
    var names = Set(lineCodes(direction).map(\.column))
    if goodsFindings(direction).contains(where: { $0 != .regimeBonded && $0 != .regimeLimitSingle }) {
      names.insert("gcode")
    }
    if asksForEligibility(direction) { names.insert("currency") }
    return names.sorted()
  }

  /// `goods.code` asks for it too: 4 digits are enough for an eligible list.
  func asksForEligibility(_ direction: Direction) -> Bool {
    direction == .export && (wants(.goodsCode, direction) || wants(.regimeSimplified, direction))
  }

  func wantsEnterprises(_ direction: Direction) -> Bool {
    wantsPriority || !enterpriseFindings(direction).isEmpty
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
