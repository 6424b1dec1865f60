/// Which entities of an answer are the largest.
struct Ranking: Sendable {
  /// Goods values compare within a currency only, quantities within a unit: what they are ranked by.
  private let measure: Measure
  private let plan: CubePlan
  /// Places of the entities that are kept.
  private var places: [[String]: Int] = [:]
  /// There are others.
  private(set) var leavesOut = false

  var kept: Set<[String]> { Set(places.keys) }

  init(_ rows: [StatisticsRow], _ top: StatisticsQuery.Top, _ plan: CubePlan) {
    self.plan = plan
    measure = top.measure
    struct Sum {
      var group: String
      var amount: CnyAmount?
    }
    var sums: [[String]: Sum] = [:]
    for row in rows {
      let amount = row.measures.amount(top.measure)
      let entity = plan.entity(row.values, currency: row.measures.currency)
      guard var sum = sums[entity] else {
        sums[entity] = Sum(group: group(row), amount: amount)
        continue
      }
      // What is not known of one period is not known of the series.
      if let amount, sum.amount != nil {
        if sum.amount!.add(amount) { sum.amount = CnyAmount(e5: .max) }
      } else {
        sum.amount = nil
      }
      sums[entity] = sum
    }
    let order = sums.sorted { a, b in
      if a.value.group != b.value.group {
        return a.value.group.utf8.lexicographicallyPrecedes(b.value.group.utf8)
      }
      if a.value.amount != b.value.amount {
        guard let left = a.value.amount else { return false }
        guard let right = b.value.amount else { return true }
        return right < left
      }
      return StatisticsResult.precedes(a.key, b.key)
    }
    var taken: [String: Int] = [:]
    for (entity, sum) in order {
      taken[sum.group, default: 0] += 1
      if taken[sum.group]! > top.count {
        leavesOut = true
      } else {
        places[entity] = places.count
      }
    }
  }

  /// What the row is ranked within.
  private func group(_ row: StatisticsRow) -> String {
    switch measure {
    case .goodsValue: row.measures.currency ?? ""
    case .qty: row.values[plan.dimensions.firstIndex(of: .unit)!]
    default: ""
    }
  }

  /// Adds up the rows of entities that are not kept. Every list must be in one row only.
  func fold(_ rows: [StatisticsRow]) throws(StatisticsError) -> [StatisticsRow] {
    var kept: [StatisticsRow] = []
    var rests: [[String]: StatisticsRow] = [:]
    for var row in rows {
      if places[plan.entity(row.values, currency: row.measures.currency)] != nil {
        kept.append(row)
        continue
      }
      row.kind = .rest
      for (i, dimension) in plan.dimensions.enumerated() where !plan.isOfRest(dimension) {
        if !plan.isSeries || i < plan.dimensions.count - 1 { row.values[i] = "" }
      }
      let key = row.values + [plan.showsCurrency ? row.measures.currency ?? "" : ""]
      if rests[key] == nil {
        rests[key] = row
      } else {
        try rests[key]!.measures.add(row.measures)
        if let first = row.first { try rests[key]!.first!.add(first) }
      }
    }
    return kept + rests.sorted { StatisticsResult.precedes($0.key, $1.key) }.map(\.value)
  }

  /// By rank; the rest behind, by its values; each in order of time.
  func sort(_ rows: inout [StatisticsRow]) {
    struct Place {
      var group: String
      var place: Int
      var entity: [String]
      var time: String
    }
    func place(_ row: StatisticsRow) -> Place {
      let entity = plan.entity(row.values, currency: row.measures.currency)
      return Place(
        group: group(row), place: row.kind == .rest ? .max : places[entity] ?? .max, entity: entity,
        time: plan.isSeries ? row.values[row.values.count - 1] : "")
    }
    let sorted = rows.map { (row: $0, place: place($0)) }.sorted { a, b in
      let (a, b) = (a.place, b.place)
      if a.group != b.group { return a.group.utf8.lexicographicallyPrecedes(b.group.utf8) }
      if a.place != b.place { return a.place < b.place }
      if a.entity != b.entity { return StatisticsResult.precedes(a.entity, b.entity) }
      return a.time.utf8.lexicographicallyPrecedes(b.time.utf8)
    }
    rows = sorted.map(\.row)
  }
}

extension Measures {
  /// A measure as a number; nil where it has none.
  func amount(_ measure: Measure) -> CnyAmount? {
    func count(_ value: Int128) -> CnyAmount? {
      let (e5, overflow) = value.multipliedReportingOverflow(by: 100_000)
      return overflow ? nil : CnyAmount(e5: e5)
    }
    switch measure {
    case .currency: return nil
    case .lists: return count(Int128(lists))
    case .lines: return count(Int128(lines))
    case .goodsValue: return goodsValue.map { CnyAmount($0) }
    case .goodsValueCny: return goodsValueCny
    case .listsWithoutRate: return listsWithoutRate.flatMap { count(Int128($0)) }
    case .qty: return qtyE5.map { CnyAmount(e5: $0) }
    case .grossWeight: return grossWeightE5.map { CnyAmount(e5: $0) }
    case .netWeight: return netWeightE5.map { CnyAmount(e5: $0) }
    case .packages: return packages.flatMap(count)
    }
  }
}
