import TernReference

/// A part of a check that has no table to look in.
public struct UncheckedPart: Sendable, Equatable {
  public var finding: Finding
  /// What is not looked at.
  public var what: String
  /// File of the reference folder that would tell.
  public var table: String
}

extension ReferenceData {
  /// What cannot be checked for want of a table, in the order of `Finding`.
  public var unchecked: [UncheckedPart] {
    var parts: [UncheckedPart] = []
    func add(_ finding: Finding, _ what: String, _ table: String) {
      parts.append(UncheckedPart(finding: finding, what: what, table: table))
    }
    if headings == nil { add(.goodsCode, "heading exists", "hs2022.csv") }
    if tariff == nil { add(.regimeSimplified, "licence, export duty, refund", "tariff.csv") }
    if rates == nil { add(.regimeSimplified, "value in other currencies than 142", "rates.csv") }
    if tariff == nil {
      add(.regimePositiveList, "all", "tariff.csv")
      add(.regimeLicence, "all", "tariff.csv")
    }
    for codes in Codes.allCases where self.codes(codes) == nil {
      add(.referenceCode, "\(codes)", codes.file)
    }
    if enterprises == nil {
      add(.enterpriseUnregistered, "all", "enterprises.csv")
      add(.enterpriseBlacklisted, "all", "enterprises.csv")
    }
    return parts
  }
}
