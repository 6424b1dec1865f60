import TernCEB
import TernStats

/// The same statistics the slow and obvious way: strings, dictionaries, decimals read from text.
struct NaiveCube {
  var dimensions: [Dimension]
  var lists: [SampleList]

  static func e5(_ text: String) -> Int128 {
    if text.isEmpty { return 0 }
    let isNegative = text.hasPrefix("-")
    let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    let zeros = String(repeating: "0", count: 5 - fraction.count)
    let value: Int128 = Int128(String(parts[0]) + fraction + zeros)!
    return isNegative ? -value : value
  }

  /// Counts days off year by year and month by month.
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

  private func value(_ dimension: Dimension, _ list: SampleList, _ line: SampleList.Line?) -> String
  {
    switch dimension {
    case .direction: list.direction == .export ? "E" : "I"
    case .statisticsFlag: list.direction == .import ? "" : list.statisticsFlag
    case .currency: list.lines.first?.currency ?? ""
    case .disposition: dispositionNames[list.disposition] ?? "code \(list.disposition)"
    case .hs2: String(line!.gcode.unicodeScalars.prefix(2))
    case .hs4: String(line!.gcode.unicodeScalars.prefix(4))
    case .day: list.appTime == IntegerColumn.absent ? "" : Self.day(list.appTime)
    default: list.text(dimension.rawValue)
    }
  }

  /// Lists that count and did not come back as a whole.
  private var standing: [SampleList] {
    lists.filter { $0.disposition != 0 && ($0.lines.isEmpty || !$0.lines.allSatisfy(\.isFull)) }
  }

  func rows() -> [StatisticsRow] {
    var cells: [[String]: Measures] = [:]
    let byLine = dimensions.contains { $0.isOfLines }
    for list in standing {
      let currency = list.lines.first?.currency ?? ""
      if byLine {
        var touched: Set<[String]> = []
        for line in list.lines where !line.isFull {
          let key = dimensions.map { value($0, list, line) } + [currency]
          var cell =
            cells[key] ?? Measures(currency: currency, lists: 0, lines: 0, goodsValueE5: 0)
          if touched.insert(key).inserted { cell.lists += 1 }
          cell.lines += 1
          cell.addGoods(line)
          cells[key] = cell
        }
      } else {
        let key = dimensions.map { value($0, list, nil) } + [currency]
        var cell = cells[key] ?? Measures.zero(currency)
        cell.add(list)
        cells[key] = cell
      }
    }
    return cells.keys.sorted { a, b in
      for (left, right) in zip(a, b) where left != right {
        return left.utf8.lexicographicallyPrecedes(right.utf8)
      }
      return false
    }.map { StatisticsRow(values: Array($0.dropLast()), measures: cells[$0]!) }
  }

  func totals() -> [Measures] {
    var totals: [String: Measures] = [:]
    for list in standing {
      let currency = list.lines.first?.currency ?? ""
      totals[currency, default: .zero(currency)].add(list)
    }
    return totals.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { totals[$0]! }
  }
}

extension SampleList.Line {
  var isFull: Bool { returnedE5 != 0 && returnedE5 == NaiveCube.e5(qty) }
}

extension Measures {
  /// In units of 10^-10, which the sums of these tests fit.
  mutating func addGoods(_ line: SampleList.Line) {
    var e10 = goodsValueE5! * 100_000 + Int128(goodsValueRestE10)
    e10 += NaiveCube.e5(line.totalPrice) * 100_000 - line.returnedE5 * NaiveCube.e5(line.price)
    let rest = ((e10 % 100_000) + 100_000) % 100_000
    goodsValueE5 = (e10 - rest) / 100_000
    goodsValueRestE10 = Int32(rest)
  }

  static func zero(_ currency: String?) -> Measures {
    Measures(
      currency: currency, lists: 0, lines: 0, goodsValueE5: 0, grossWeightE5: 0, netWeightE5: 0,
      packages: 0)
  }

  mutating func add(_ list: SampleList) {
    lists += 1
    for line in list.lines where !line.isFull {
      lines += 1
      addGoods(line)
    }
    grossWeightE5! += NaiveCube.e5(list.grossWeight)
    netWeightE5! += NaiveCube.e5(list.netWeight)
    packages! += Int128(list.packNo ?? 0)
  }
}
