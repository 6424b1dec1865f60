import TernCEB
import TernReference

/// `reference.code`: the list's own codes are in their tables, empty ones skipped.
extension ListChecks {
  static func headCodes(_ direction: Direction) -> [(column: String, codes: ReferenceData.Codes)] {
    [
      ("country", .country), ("customsCode", .customsDistrict), ("portCode", .customsDistrict),
      ("trafMode", .transportMode), ("tradeMode", .tradeMode),
    ] + (direction == .export ? [("fCurrency", .currency), ("iCurrency", .currency)] : [("currency", .currency)])
  }

  static func lineCodes(_ direction: Direction) -> [(column: String, codes: ReferenceData.Codes)] {
    [
      ("country", .country), ("currency", .currency), ("unit", .unit), ("unit1", .unit), ("unit2", .unit),
    ] + (direction == .export ? [] : [("tradeCountry", .country)])
  }

  func judgeCodes(
    _ heads: Table, _ lines: Table, _ direction: Direction, _ words: inout [UInt64]
  ) {
    for (column, codes) in Self.headCodes(direction) {
      guard let table = reference.codes(codes) else { continue }
      let values = heads.text(column)
      // Of the customs' offices the table has the districts: their first two digits.
      let length = codes == .customsDistrict ? 2 : Int.max
      for row in words.indices where !allows(table, values[row].prefix(length)) {
        words[row] |= Finding.referenceCode.bit
      }
    }
    guard reference.needsLineCodes(direction) else { return }
    // Which lines have a wrong code; then which lists these are.
    var isWrong = [Bool](repeating: false, count: lines.rowCount)
    for (column, codes) in Self.lineCodes(direction) {
      guard let table = reference.codes(codes) else { continue }
      let values = lines.text(column)
      for line in isWrong.indices where !allows(table, values[line]) { isWrong[line] = true }
    }
    let lineCount = heads.integer("#lines")
    var line = 0
    for row in words.indices {
      let end = line + Int(lineCount[row])
      while line < end {
        if isWrong[line] { words[row] |= Finding.referenceCode.bit }
        line += 1
      }
    }
  }

  @inline(__always)
  private func allows(_ table: CodeTable, _ code: Bytes) -> Bool {
    code.isEmpty || table.contains(code)
  }
}

extension ReferenceData {
  var needsCodes: Bool { Codes.allCases.contains { codes($0) != nil } }

  func needsLineCodes(_ direction: Direction) -> Bool {
    ListChecks.lineCodes(direction).contains { codes($0.codes) != nil }
  }
}
