import TernCEB

@testable import TernStats

/// The same answers the slow and obvious way: every row is a set of lists and a set of lines, from which its
/// measures are added up. What is counted once is in a set once.
struct NaiveStatistics {
  var query: StatisticsQuery
  var lists: [SampleList]
  var span: Range<Int64>?

  struct Row {
    var lists: Set<Int> = []
    var lines: Set<[Int]> = []

    mutating func formUnion(_ other: Row) {
      lists.formUnion(other.lists)
      lines.formUnion(other.lines)
    }
  }

  /// Values, then the currency where rows are of one.
  typealias Key = [String]

  init(_ query: StatisticsQuery, _ lists: [SampleList]) {
    self.query = query
    self.lists = lists
  }

  // MARK: - Values

  static func e5(_ text: String) -> Int128 {
    if text.isEmpty { return 0 }
    let isNegative = text.hasPrefix("-")
    let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    let zeros = String(repeating: "0", count: 5 - fraction.count)
    let value: Int128 = Int128(String(parts[0]) + fraction + zeros)!
    return isNegative ? -value : value
  }

  /// `YYYYMMDD`; counts days off year by year and month by month.
  static func day(_ seconds: Int64) -> String {
    var days = Int64((Double(seconds) / 86_400).rounded(.down))
    var year: Int64 = 1970
    func isLeap(_ y: Int64) -> Bool { y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) }
    while days < 0 {
      year -= 1
      days += isLeap(year) ? 366 : 365
    }
    while days >= (isLeap(year) ? 366 : 365) {
      days -= isLeap(year) ? 366 : 365
      year += 1
    }
    var month = 0
    let lengths: [Int64] = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    while days >= lengths[month] {
      days -= lengths[month]
      month += 1
    }
    func two(_ n: Int64) -> String { n < 10 ? "0\(n)" : "\(n)" }
    return "\(year)\(two(Int64(month) + 1))\(two(days + 1))"
  }

  static func hour(_ seconds: Int64) -> String {
    let hour = ((seconds % 86_400) + 86_400) % 86_400 / 3_600
    return day(seconds) + (hour < 10 ? "0" : "") + "\(hour)"
  }

  /// CNY × 10^8; 110 has none.
  static func rateE8(_ currency: String, _ seconds: Int64) -> Int64? {
    switch currency {
    case "142": 100_000_000
    case "502": day(seconds) < "19700102" ? 712_345_678 : 698_000_001
    default: nil
    }
  }

  static func names(_ findings: UInt64) -> [String] {
    testNames.findings.indices.filter { findings >> UInt64($0) & 1 == 1 }.map { testNames.findings[$0] }
  }

  private func currency(_ list: SampleList) -> String { list.lines.first?.currency ?? "" }

  private func value(
    _ dimension: Dimension, _ list: SampleList, _ finding: String?, _ line: SampleList.Line?
  ) -> String {
    switch dimension {
    case .direction: list.direction == .export ? "E" : "I"
    case .statisticsFlag: list.direction == .import ? "" : list.statisticsFlag
    case .currency: currency(list)
    case .disposition:
      list.disposition < testNames.dispositions.count
        ? testNames.dispositions[Int(list.disposition)] : "\(list.disposition)"
    case .finding: finding!
    case .hs2: String(line!.gcode.unicodeScalars.prefix(2))
    case .hs4: String(line!.gcode.unicodeScalars.prefix(4))
    case .gcode: line!.gcode
    case .unit: line!.unit
    case .hour: list.appTime == IntegerColumn.absent ? "" : Self.hour(list.appTime)
    case .day: list.appTime == IntegerColumn.absent ? "" : Self.day(list.appTime)
    case .month: list.appTime == IntegerColumn.absent ? "" : String(Self.day(list.appTime).prefix(6))
    default: list.text(dimension.rawValue)
    }
  }

  // MARK: - What counts

  private func wanted(_ dimension: Dimension) -> [String]? {
    query.filter.terms.first { $0.dimension == dimension }?.values
  }

  private func counts(_ list: SampleList) -> Bool {
    if list.disposition == 0 || !list.lines.isEmpty && list.lines.allSatisfy(\.isFull) { return false }
    if let span, !span.contains(list.appTime) { return false }
    for term in query.filter.terms where !term.dimension.isOfLines {
      let values: [String]
      switch term.dimension {
      case .finding: values = Self.names(list.findings)
      // A day's name begins with its month's, and so on.
      case .hour, .day, .month: values = (6...10).map { String(Self.hour(list.appTime).prefix($0)) }
      default: values = [value(term.dimension, list, nil, nil)]
      }
      if !values.contains(where: term.values.contains) { return false }
    }
    return true
  }

  /// Lists that count, each with the numbers of its lines that do.
  private func counted() -> [(index: Int, lines: [Int])] {
    let terms = query.filter.terms.filter(\.dimension.isOfLines)
    return lists.indices.filter { counts(lists[$0]) }.compactMap { index in
      let list = lists[index]
      let lines = list.lines.indices.filter { number in
        let line = list.lines[number]
        return !line.isFull && terms.allSatisfy { $0.values.contains(value($0.dimension, list, nil, line)) }
      }
      return lines.isEmpty && !terms.isEmpty ? nil : (index, Array(lines))
    }
  }

  func rows() -> [Key: Row] {
    var rows: [Key: Row] = [:]
    let byLine = query.dimensions.contains(where: \.isOfLines)
    for (index, lines) in counted() {
      let list = lists[index]
      var findings: [String?] = [nil]
      if query.dimensions.contains(.finding) {
        findings = Self.names(list.findings).filter { wanted(.finding)?.contains($0) ?? true }
      }
      for finding in findings {
        for touched in byLine ? lines.map({ [$0] }) : [lines] {
          let line = byLine ? list.lines[touched[0]] : nil
          let values = query.columns.map { value($0, list, finding, line) }
          var row = Row()
          row.lists = [index]
          row.lines = Set(touched.map { [index, $0] })
          rows[key(values, list), default: Row()].formUnion(row)
        }
      }
    }
    return rows
  }

  private func key(_ values: [String], _ list: SampleList) -> Key {
    values + (query.measures.contains(.currency) ? [currency(list)] : [])
  }

  /// By currency where rows are of one.
  func totals() -> [String: Row] {
    var totals: [String: Row] = [:]
    let split = query.measures.contains(.currency) || query.dimensions.contains(.currency)
    for (index, lines) in counted() {
      totals[split ? currency(lists[index]) : "", default: Row()].formUnion(
        Row(lists: [index], lines: Set(lines.map { [index, $0] })))
    }
    return totals
  }

  // MARK: - Measures, in units of 10^-18

  static let one: Int128 = 1_000_000_000_000_000_000

  func measure(_ measure: Measure, _ row: Row, whole: Bool) -> Int128? {
    func sum(_ value: (SampleList) -> Int128) -> Int128? {
      let isPart =
        !whole && query.dimensions.contains(where: \.isTouched)
        || query.filter.dimensions.contains(where: \.isOfLines)
      return isPart ? nil : row.lists.reduce(0) { $0 + value(lists[$1]) }
    }
    func valueE10(_ line: [Int]) -> Int128 {
      let line = lists[line[0]].lines[line[1]]
      return Self.e5(line.totalPrice) * 100_000 - line.returnedE5 * Self.e5(line.price)
    }
    func rate(_ list: Int) -> Int64? {
      let list = lists[list]
      return list.lines.isEmpty ? 1 : Self.rateE8(currency(list), list.appTime)
    }
    let withoutRate = row.lists.filter { rate($0) == nil }.count
    switch measure {
    case .currency: return nil
    case .lists: return Int128(row.lists.count) * Self.one
    case .lines: return Int128(row.lines.count) * Self.one
    case .goodsValue:
      if Set(row.lists.map { currency(lists[$0]) }).count > 1 { return nil }
      return row.lines.reduce(0) { $0 + valueE10($1) } * 100_000_000
    case .listsWithoutRate: return Int128(withoutRate) * Self.one
    case .goodsValueCny:
      return withoutRate > 0 ? nil : row.lines.reduce(0) { $0 + valueE10($1) * Int128(rate($1[0])!) }
    case .qty:
      if whole { return nil }
      return row.lines.reduce(0) { sum, line in
        let line = lists[line[0]].lines[line[1]]
        return sum + (Self.e5(line.qty) - line.returnedE5) * (Self.one / 100_000)
      }
    case .grossWeight: return sum { Self.e5($0.grossWeight) * (Self.one / 100_000) }
    case .netWeight: return sum { Self.e5($0.netWeight) * (Self.one / 100_000) }
    case .packages: return sum { Int128($0.packNo ?? 0) * Self.one }
    }
  }
}

extension SampleList.Line {
  var isFull: Bool { returnedE5 != 0 && returnedE5 == NaiveStatistics.e5(qty) }
}
