import Glibc
import TernCEB
@testable import TernStats
import TernTestSupport
import Testing

/// Random lists against the naive implementation.
struct CubePropertyTests {
  /// - Parameter small: as amounts nearly always are: added up in 64 bits.
  private static func decimal(_ random: inout SeededGenerator, small: Bool) -> String {
    switch Int.random(in: 0..<10, using: &random) {
    case 1 where small: return "687194.76735"
    case 0: return ""
    case 1: return "99999999999999.99999"
    case 2: return "-0.5"
    default:
      let digits = Int.random(in: 0...5, using: &random)
      let whole = String(Int.random(in: 0..<100_000, using: &random))
      if digits == 0 { return whole }
      let fraction = String(Int.random(in: 100_000..<200_000, using: &random)).suffix(digits)
      return whole + "." + fraction
    }
  }

  private static func list(_ random: inout SeededGenerator, small: Bool) -> SampleList {
    func pick(_ values: [String]) -> String { values.randomElement(using: &random)! }
    var list = SampleList()
    list.direction = Bool.random(using: &random) ? .export : .import
    list.disposition = UInt8.random(in: 0...5, using: &random)
    list.customsCode = pick(["5141", "5100", "", "2249"])
    list.portCode = pick(["5141", "53"])
    list.tradeMode = pick(["9610", "1210", "1239"])
    list.statisticsFlag = pick(["A", "B", ""])
    list.country = pick(["502", "304", "142", "国"])
    list.ebcCode = "44019\(Int.random(in: 0..<40, using: &random))600"
    list.logisticsCode = pick(["L1", "L2"])
    list.findings = Bool.random(using: &random) ? 0 : UInt64.random(in: 0...15, using: &random)
    list.ebpCode = pick(["无", "", "4401960002", "91440101MA50000010"])
    list.appTime = Int64.random(in: -200_000...200_000, using: &random)
    list.packNo = Bool.random(using: &random) ? nil : Int64.random(in: -5...900, using: &random)
    list.grossWeight = decimal(&random, small: small)
    list.netWeight = decimal(&random, small: small)
    let lineCount = Int.random(in: 0...4, using: &random)
    list.lines = (0..<lineCount).map { _ in
      var line = SampleList.Line(
        gcode: pick(["6109100010", "6110200000", "8517130000", "85", "6", "茶叶茶叶茶"]),
        currency: pick(["502", "142", "110"]), totalPrice: decimal(&random, small: small))
      line.qty = pick(["1", "2", "0.5", "3.00001", "99999999999999.99999"])
      line.unit = pick(["011", "035", ""])
      line.price = pick(["1", "0.00001", "49.9", "-2.00003", "12345.6789"])
      let qtyE5 = NaiveStatistics.e5(line.qty)
      switch Int.random(in: 0..<10, using: &random) {
      case 0, 1: line.returnedE5 = qtyE5
      case 2: line.returnedE5 = Int128.random(in: 1...qtyE5, using: &random)
      default: break
      }
      return line
    }
    if Int.random(in: 0..<2, using: &random) == 0 {
      for line in list.lines.indices { list.lines[line].returnedE5 = 0 }
    }
    return list
  }

  /// A question that makes sense.
  private static func query(_ random: inout SeededGenerator) -> StatisticsQuery {
    func maybe(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }
    let count = Int.random(in: 0...(maybe(4) ? Dimension.allCases.count : 3), using: &random)
    var query = StatisticsQuery(Array(Dimension.allCases.shuffled(using: &random).prefix(count)))
    if maybe(2) {
      query.measures = Measure.allCases.shuffled(using: &random)
      query.measures.removeLast(Int.random(in: 0..<query.measures.count, using: &random))
      let hasUnit = query.dimensions.contains(.unit)
      let hasCurrency = query.measures.contains(.currency) || query.dimensions.contains(.currency)
      query.measures.removeAll { $0 == .qty && !hasUnit || $0 == .goodsValue && !hasCurrency }
      if query.measures.isEmpty { query.measures = [.lines] }
    }
    query.filter = filter(&random)
    query.showsTotals = maybe(2)
    let comparable = query.measures.filter {
      switch $0 {
      case .currency: false
      case .grossWeight, .netWeight, .packages:
        !query.dimensions.contains(where: \.isTouched) && !query.filter.dimensions.contains(where: \.isOfLines)
      default: true
      }
    }
    if maybe(2), let measure = comparable.randomElement(using: &random) {
      query.top = .init(count: Int.random(in: 1...4, using: &random), by: measure)
    }
    if maybe(3) {
      let period = Period.allCases.randomElement(using: &random)!
      query.dimensions.removeAll { $0 == period.dimension }
      query.series = period
    } else if maybe(3) {
      query.comparison = try? .init("19691231..19700101,19700101..1970010212")
    }
    return query
  }

  private static func filter(_ random: inout SeededGenerator) -> StatisticsFilter {
    let terms: [(Dimension, [String])] = [
      (.direction, ["E", "I"]), (.customsCode, ["5141", "", "2249"]), (.country, ["502", "国", "999"]),
      (.currency, ["502", ""]), (.disposition, ["released", "review"]), (.statisticsFlag, ["", "A"]),
      (.finding, testNames.findings), (.hs2, ["61", "茶叶", "6"]), (.hs4, ["6109", "85"]),
      (.gcode, ["6109100010", "85"]), (.unit, ["011", ""]), (.logisticsCode, ["L1"]),
      (.hour, ["1970010100", "1970010113..19700102"]), (.day, ["19691231", "19700101", "19700103"]),
      (.month, ["196912", "197002"]),
    ]
    var filter = StatisticsFilter()
    for (dimension, values) in terms where Int.random(in: 0..<12, using: &random) == 0 {
      // The naive filter knows periods by their names' beginnings, not stretches of time.
      let values = values.filter { !$0.hasSuffix("19700102") }.shuffled(using: &random)
      let count = Int.random(in: 1...values.count, using: &random)
      guard (try? filter.add(dimension, Array(values.prefix(count)), names: testNames)) != nil else {
        preconditionFailure("a filter that makes no sense")
      }
    }
    return filter
  }

  @Test("any question, any split, any order: the same rows as the naive implementation")
  func agreesWithNaive() throws {
    // TERN_SEED replays a run.
    let given = unsafe getenv("TERN_SEED").flatMap { unsafe UInt64(String(cString: $0)) }
    let seed = given ?? UInt64.random(in: 0 ... .max)
    print("CubePropertyTests seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for round in 0..<80 {
      // One round spans two blocks of 4096 lists.
      let size = round == 20 ? 4_200 : Int.random(in: 0...60, using: &random)
      let small = round % 2 == 0
      let lists = (0..<size).map { _ in Self.list(&random, small: small) }
      let query = round == 20 ? StatisticsQuery([.hs2, .finding]) : Self.query(&random)
      let note: Comment = "seed \(seed), round \(round), \(query)"
      let expected = NaiveAnswer(query, lists).lines()
      #expect(try csv(query, lists) == expected, note)

      let split = try answer(query) { empty in
        var parts = (0..<Int.random(in: 1...6, using: &random)).map { _ in empty }
        for some in lists.shuffled(using: &random).chunked(17) {
          let part = Int.random(in: 0..<parts.count, using: &random)
          for cube in empty.indices { try parts[part][cube].add(some, pruned: true) }
        }
        var merged = empty
        for part in parts.shuffled(using: &random) {
          for cube in empty.indices { try merged[cube].merge(part[cube]) }
        }
        return merged
      }
      #expect(csv(split) == expected, note)
    }
  }

  @Test("a merged cube goes on counting")
  func mergedGoesOn() throws {
    var random = SeededGenerator(seed: 11)
    let lists = (0..<200).map { _ in Self.list(&random, small: false) }
    for dimensions: [Dimension] in [[.country], [.finding, .hs4], [.finding], [.unit, .day]] {
      let query = StatisticsQuery(dimensions)
      let result = try answer(query) { empty in
        var merged = empty
        var other = empty
        try other[0].add(lists)
        try merged[0].merge(other[0])
        try merged[0].add(lists)
        return merged
      }
      #expect(csv(result) == NaiveAnswer(query, lists + lists).lines())
    }
  }
}

/// Where the cube changes its ways.
struct CubeLimitTests {
  private static func agrees(_ dimensions: [Dimension], _ lists: [SampleList]) throws {
    var query = StatisticsQuery(dimensions)
    query.showsTotals = true
    #expect(try csv(query, lists) == NaiveAnswer(query, lists).lines())
  }

  @Test("so many values that a level no longer fits a plain array")
  func manyValues() throws {
    let lists = (0..<20_000).map { index in
      var list = SampleList()
      list.ebcCode = "s\(index * 7_919 % 700)"
      list.ebpCode = "p\(index * 104_729 % 600)"
      list.customsCode = "\(index % 3_000)"
      list.country = "\(index % 41)"
      return list
    }
    try Self.agrees([.customsCode, .country], lists)
    try Self.agrees([.ebcCode, .ebpCode, .country], lists)
    try Self.agrees([.customsCode], lists)
  }

  @Test("values that differ in length only, around the eight bytes of a word")
  func lengths() throws {
    let values = (0...20).map { String(repeating: "a", count: $0) } + ["a\0", "\0", "\0\0", "aaaaaaa\0"]
    let lists = (0..<100).map { index in
      var list = SampleList()
      list.ebcCode = values[index % values.count]
      list.customsCode = values[index * 3 % values.count]
      return list
    }
    try Self.agrees([.ebcCode], lists)
    try Self.agrees([.customsCode, .ebcCode], lists)
  }

  @Test("amounts at and beyond what 64 bits add up; many lines", arguments: [1, 1_024, 1_025, 3_000])
  func largeAmounts(lines: Int) throws {
    for price in ["687194.76735", "687194.76736", "-687194.76735", "99999999999999.99999"] {
      var list = SampleList()
      list.lines = Array(repeating: SampleList.Line(totalPrice: price), count: lines)
      list.grossWeight = price
      list.netWeight = "68719476735"
      try Self.agrees([.customsCode], [list, SampleList(), list])
      try Self.agrees([.hs4, .country], [list, SampleList(), list])
    }
  }
}

extension Array {
  func chunked(_ size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
