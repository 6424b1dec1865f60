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
      var known = KnownCodes(table)
      for row in words.indices where !known.allow(values[row].prefix(length)) {
        words[row] |= Finding.referenceCode.bit
      }
    }
    guard reference.needsLineCodes(direction) else { return }
    // Which lines have a wrong code; then which lists these are.
    var hasWrong = false
    var isWrong = [Bool](repeating: false, count: lines.rowCount)
    for (column, codes) in Self.lineCodes(direction) {
      guard let table = reference.codes(codes) else { continue }
      let values = lines.text(column)
      var known = KnownCodes(table)
      for line in isWrong.indices where !known.allow(values[line]) {
        isWrong[line] = true
        hasWrong = true
      }
    }
    if !hasWrong { return }
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
}

/// Codes of a column: those that the table was found to have, a few of them by the word itself.
private struct KnownCodes {
  private let table: CodeTable
  /// 0 is no code of one byte or more.
  private var words = InlineArray<16, UInt64>(repeating: 0)

  init(_ table: CodeTable) { self.table = table }

  /// Whether the table has the code, or it is empty.
  @inline(__always) mutating func allow(_ code: Bytes) -> Bool {
    if code.isEmpty { return true }
    guard let short = ShortCode(code) else { return false }
    let slot = Int(truncatingIfNeeded: (short.rawValue &* 0x9E37_79B9_7F4A_7C15) >> 60)
    if words[slot] == short.rawValue { return true }
    guard table.contains(code) else { return false }
    words[slot] = short.rawValue
    return true
  }
}

extension ReferenceData {
  var needsCodes: Bool { Codes.allCases.contains { codes($0) != nil } }

  func needsLineCodes(_ direction: Direction) -> Bool {
    ListChecks.lineCodes(direction).contains { codes($0.codes) != nil }
  }
}
