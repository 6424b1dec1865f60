import TernCEB

@testable import TernStats

/// Rows of the naive statistics put together as a query asks: as the lines of its CSV.
struct NaiveAnswer {
  private let query: StatisticsQuery
  /// One, or two that are compared.
  private let sides: [NaiveStatistics]

  init(_ query: StatisticsQuery, _ lists: [SampleList]) {
    self.query = query
    let one = NaiveStatistics(query, lists)
    sides =
      query.comparison.map { comparison in
        [comparison.first, comparison.second].map { span in
          var side = one
          side.span = span.seconds
          return side
        }
      } ?? [one]
  }

  private struct Line {
    var kind: String
    var key: NaiveStatistics.Key
    /// One per side.
    var rows: [NaiveStatistics.Row]
  }

  private var hasCurrencyColumn: Bool {
    query.measures.contains(.currency) && !query.dimensions.contains(.currency)
  }

  private func precedes(_ a: [String], _ b: [String]) -> Bool {
    for (left, right) in zip(a, b) where left != right {
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    }
    return a.count < b.count
  }

  /// The key without the time of a series.
  private func entity(_ key: [String]) -> [String] {
    var key = key
    if query.series != nil { key.remove(at: query.columns.count - 1) }
    return key
  }

  private func currency(_ key: [String]) -> String {
    if let place = query.dimensions.firstIndex(of: .currency) { return key[place] }
    return query.measures.contains(.currency) ? key[query.columns.count] : ""
  }

  func lines() -> [String] {
    let found = sides.map { $0.rows() }
    let keys = Set(found.flatMap(\.keys)).sorted(by: precedes)
    var lines = keys.map { key in
      Line(kind: "cell", key: key, rows: found.map { $0[key] ?? .init() })
    }
    if let top = query.top { lines = cut(lines, top) }
    if let series = query.series { lines = filled(lines, series) }
    return lines.map { text($0, whole: false) } + (query.showsTotals ? totals() : [])
  }

  // MARK: - Top, series, totals

  private func cut(_ lines: [Line], _ top: StatisticsQuery.Top) -> [Line] {
    var unions: [[String]: NaiveStatistics.Row] = [:]
    for line in lines {
      unions[entity(line.key), default: .init()].formUnion(line.rows.last!)
    }
    // Entities that only the first side has.
    let measures = unions.mapValues { sides.last!.measure(top.measure, $0, whole: false) }
    let groups = Dictionary(grouping: lines) {
      switch top.measure {
      case .goodsValue: currency($0.key)
      case .qty: $0.key[query.dimensions.firstIndex(of: .unit)!]
      default: ""
      }
    }
    var result: [Line] = []
    for (_, group) in groups.sorted(by: { precedes([$0.key], [$1.key]) }) {
      let entities = Set(group.map { entity($0.key) }).sorted { a, b in
        let (left, right) = (measures[a]!, measures[b]!)
        if left != right { return right == nil || left != nil && left! > right! }
        return precedes(a, b)
      }
      for entity in entities.prefix(top.count) {
        result += group.filter { self.entity($0.key) == entity }
      }
      let kept = Set(entities.prefix(top.count))
      var rests: [[String]: Line] = [:]
      for line in group where !kept.contains(entity(line.key)) {
        var key = line.key
        for (place, dimension) in query.dimensions.enumerated() where dimension != .currency {
          if dimension != .unit || !query.measures.contains(.qty) { key[place] = "" }
        }
        var rest = rests[key] ?? Line(kind: "rest", key: key, rows: sides.map { _ in .init() })
        for side in sides.indices { rest.rows[side].formUnion(line.rows[side]) }
        rests[key] = rest
      }
      // By what is left of the values, then time.
      result += rests.values.sorted {
        precedes(entity($0.key) + $0.key, entity($1.key) + $1.key)
      }
    }
    return result
  }

  private func filled(_ lines: [Line], _ period: Period) -> [Line] {
    let place = query.columns.count - 1
    let times = Set(
      sides[0].totals().values.flatMap { $0.lists }.map { sides[0].lists[$0].appTime })
    guard let first = times.min(), let last = times.max() else { return lines }
    var names: [String] = []
    for seconds in stride(from: first / 3_600 * 3_600 - 3_600, through: last, by: 3_600) {
      let hour = NaiveStatistics.hour(max(seconds, first))
      let name = String(hour.prefix(period == .hour ? 10 : period == .day ? 8 : 6))
      if names.last != name { names.append(name) }
    }
    let lastName = NaiveStatistics.hour(last).prefix(names[0].count)
    if names.last! != lastName { names.append(String(lastName)) }
    var order: [[String]] = []
    var known: [[String]: [Line]] = [:]
    for line in lines {
      let own = [line.kind] + entity(line.key)
      if known[own] == nil { order.append(own) }
      known[own, default: []].append(line)
    }
    return order.flatMap { own in
      names.map { name in
        if let line = known[own]!.first(where: { $0.key[place] == name }) { return line }
        var empty = Line(kind: own[0], key: known[own]![0].key, rows: [.init()])
        empty.key[place] = name
        return empty
      }
    }
  }

  private func totals() -> [String] {
    let found = sides.map { $0.totals() }
    let values = [String](repeating: "", count: query.columns.count)
    let currencies = Set(found.flatMap(\.keys)).sorted { precedes([$0], [$1]) }
    let split = query.measures.contains(.currency) || query.dimensions.contains(.currency)
    var lines: [String] = []
    if split {
      lines = currencies.map { currency in
        let line = Line(
          kind: "total", key: values + (query.measures.contains(.currency) ? [currency] : []),
          rows: found.map { $0[currency] ?? .init() })
        return text(line, whole: true)
      }
    }
    if lines.count != 1 {
      let line = Line(
        kind: "total", key: values + [""],
        rows: found.map { side in side.values.reduce(into: .init()) { $0.formUnion($1) } })
      lines.append(text(line, whole: true, mixed: true))
    }
    return lines
  }

  // MARK: - Text

  private func text(_ line: Line, whole: Bool, mixed: Bool = false) -> String {
    var cells = query.top != nil || query.showsTotals ? [line.kind] : []
    cells += line.key.prefix(query.columns.count)
    for measure in query.measures {
      if measure == .currency {
        if hasCurrencyColumn { cells.append(mixed ? "" : line.key[query.columns.count]) }
        continue
      }
      let values = zip(sides, line.rows).map { side, row in
        mixed && measure == .goodsValue ? nil : side.measure(measure, row, whole: whole)
      }
      cells += values.map { $0.map(Self.decimal) ?? "" }
      if values.count == 2 {
        let (first, second) = (values[0], values[1])
        cells.append(first == nil || second == nil ? "" : Self.decimal(second! - first!))
        cells.append(
          first == nil || second == nil || first == 0 ? "" : Self.ratio(second!, first!))
      }
    }
    return cells.map { $0.contains(",") ? "\"\($0)\"" : $0 }.joined(separator: ",")
  }

  static func decimal(_ e18: Int128) -> String {
    var digits = String(e18.magnitude)
    digits = String(repeating: "0", count: max(0, 19 - digits.count)) + digits
    var fraction = String(digits.suffix(18))
    while fraction.last == "0" { fraction.removeLast() }
    return (e18 < 0 ? "-" : "") + digits.dropLast(18) + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// Long division as on paper, to a seventh digit that decides.
  static func ratio(_ second: Int128, _ first: Int128) -> String {
    let divisor = first.magnitude
    var whole = second.magnitude / divisor
    var rest = second.magnitude % divisor
    var millionths: UInt128 = 0
    for _ in 0..<6 {
      millionths = millionths * 10 + rest * 10 / divisor
      rest = rest * 10 % divisor
    }
    if rest * 2 >= divisor { millionths += 1 }
    whole += millionths / 1_000_000
    let value = Int128(whole * 1_000_000 + millionths % 1_000_000) * 1_000_000_000_000
    return decimal((second < 0) == (first < 0) ? value : -value)
  }
}
