import TernCEB
import TernReference

/// `reference.code`: the list's own codes are in their tables, empty ones skipped.
extension ListChecks {
  /// Columns of the heads that are looked up in a table that is there.
  static func headCodes(
    _ direction: Direction, _ reference: ReferenceData
  ) -> [(column: String, codes: ReferenceData.Codes)] {
    let all: [(column: String, codes: ReferenceData.Codes)] = [
      ("country", .country), ("customsCode", .customsDistrict), ("portCode", .customsDistrict),
      ("trafMode", .transportMode), ("tradeMode", .tradeMode),
    ]
    let currencies = direction == .export ? ["fCurrency", "iCurrency"] : ["currency"]
    return (all + currencies.map { ($0, .currency) }).filter { reference.codes($0.codes) != nil }
  }

  /// Columns of the lines.
  static func lineCodes(
    _ direction: Direction, _ reference: ReferenceData
  ) -> [(column: String, codes: ReferenceData.Codes)] {
    let all: [(column: String, codes: ReferenceData.Codes)] = [
      ("country", .country), ("currency", .currency), ("unit", .unit), ("unit1", .unit), ("unit2", .unit),
    ]
    return (all + (direction == .export ? [] : [("tradeCountry", .country)]))
      .filter { reference.codes($0.codes) != nil }
  }

  func judgeCodes<Source: ListSource>(
    _ lists: Source, _ batch: inout ListBatch
  ) throws(Source.Failure) {
    let direction = batch.direction
    guard wants(.referenceCode, direction) else { return }
    for (column, codes) in Self.headCodes(direction, reference) {
      batch.mark(try wrong(lists, .heads, column, codes), Finding.referenceCode.bit)
    }
    for (column, codes) in Self.lineCodes(direction, reference) {
      guard let wrong = try wrong(lists, .lines, column, codes) else { continue }
      batch.mark(try batch.byList(lists, wrong), Finding.referenceCode.bit)
    }
  }

  /// 1 for each row whose code its table does not have; nil if there is none.
  private func wrong<Source: ListSource>(
    _ lists: Source, _ part: ListPart, _ column: String, _ codes: ReferenceData.Codes
  ) throws(Source.Failure) -> [UInt8]? {
    guard let table = reference.codes(codes) else { return nil }
    // Of the customs' offices the table has the districts: their first two digits.
    let length = codes == .customsDistrict ? 2 : Int.max
    return try lists.flags(part, column) { $0.isEmpty || table.contains($0.prefix(length)) ? 0 : 1 }
  }
}
