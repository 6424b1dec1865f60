import TernCEB
import TernMatch
import TernReference

/// Codes in their tables, enterprises in the register, and numbers with check characters.
extension Comparison {
  func referenceCodes() -> [Evidence] {
    let direction = given.list.kind.direction
    var found: [Evidence] = []
    func add(_ column: String, _ codes: ReferenceData.Codes, _ row: FieldRow, gnum: Int64? = nil) {
      let code = row.text(column)
      guard let table = reference.codes(codes), !code.isEmpty else { return }
      // Of the customs' offices the table has the districts: their first two digits.
      let holds = withBytes(code) { bytes in
        table.contains(codes == .customsDistrict ? bytes.prefix(2) : bytes)
      }
      found += entry(
        .referenceCode, holds: holds, .init(.list, column, code, gnum: gnum),
        .init(.rule, column, "in \(codes.file)"))
    }
    for (column, codes) in ListChecks.headCodes(direction, reference) { add(column, codes, given.list.head) }
    for line in given.list.lines {
      for (column, codes) in ListChecks.lineCodes(direction, reference) {
        add(column, codes, line, gnum: line.integer("gnum"))
      }
    }
    return found
  }

  /// Seller, platform and carrier; a platform may be left out, or be `无`.
  private var enterpriseElements: [String] {
    let platform = given.list.text("ebpCode")
    return platform.isEmpty || hasSameBytes(platform, "无")
      ? ["ebcCode", "logisticsCode"] : ["ebcCode", "ebpCode", "logisticsCode"]
  }

  private func code(_ element: String) -> Evidence.Side {
    .init(.list, element, given.list.text(element))
  }

  func registered() -> [Evidence] {
    guard let register = reference.enterprises else { return [] }
    return enterpriseElements.flatMap { element in
      entry(
        .enterpriseUnregistered, holds: register[given.list.text(element)] != nil, code(element),
        .init(.rule, element, "in enterprises.csv"))
    }
  }

  func enterpriseCodes() -> [Evidence] {
    enterpriseElements.flatMap { element -> [Evidence] in
      guard let isRight = withBytes(given.list.text(element), CheckCharacters.enterpriseCodeIsRight)
      else { return [] }
      return entry(
        .enterpriseCode, holds: isRight, code(element),
        .init(.rule, element, "a code with a right check character (GB 32100)"))
    }
  }

  func blacklisted() -> [Evidence] {
    guard let register = reference.enterprises else { return [] }
    return ["ebcCode", "agentCode", "logisticsCode"].flatMap { element in
      entry(
        .enterpriseBlacklisted, holds: register[given.list.text(element)]?.isBlacklisted != true,
        code(element), .init(.rule, element, "off the blacklist of enterprises.csv"))
    }
  }

  func buyerIds() -> [Evidence] {
    let number = given.list.text("buyerIdNumber")
    guard given.isImport,
      let isRight = withBytes(number, CheckCharacters.identityNumberIsRight)
    else { return [] }
    return entry(
      .buyerId, holds: isRight, .init(.list, "buyerIdNumber", PersonalData.masked(number)),
      .init(.rule, "buyerIdNumber", "a number with a right check digit and date of birth (GB 11643)"))
  }
}
