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

  func headCodes(_ direction: Direction) -> [(column: String, codes: ReferenceData.Codes)] {
    wants(.referenceCode, direction) ? Self.headCodes(direction, reference) : []
  }

  func lineCodes(_ direction: Direction) -> [(column: String, codes: ReferenceData.Codes)] {
    wants(.referenceCode, direction) ? Self.lineCodes(direction, reference) : []
  }

  func judgeCodes(_ lists: ListColumns, _ words: inout [UInt64]) {
    for (column, codes) in headCodes(lists.direction) {
      guard let wrong = wrong(lists.head(column), codes) else { continue }
      for row in words.indices where wrong[row] != 0 { words[row] |= Finding.referenceCode.bit }
    }
    var ofLines: [UInt8]?
    for (column, codes) in lineCodes(lists.direction) {
      guard let wrong = wrong(lists.line(column), codes) else { continue }
      guard var all = ofLines else {
        ofLines = wrong
        continue
      }
      for line in all.indices { all[line] |= wrong[line] }
      ofLines = all
    }
    guard let ofLines else { return }
    lists.forEachList { row, lines in
      for line in lines where ofLines[line] != 0 { words[row] |= Finding.referenceCode.bit }
    }
  }

  /// Not 0 for each row whose code its table does not have; nil if there is none.
  private func wrong(_ texts: CodedTexts, _ codes: ReferenceData.Codes) -> [UInt8]? {
    guard let table = reference.codes(codes) else { return nil }
    // Of the customs' offices the table has the districts: their first two digits.
    let length = codes == .customsDistrict ? 2 : Int.max
    return texts.flags { $0.isEmpty || table.contains($0.prefix(length)) ? 0 : 1 }
  }
}
