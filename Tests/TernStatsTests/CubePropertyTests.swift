import Glibc
import TernCEB
import TernStats
import Testing

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

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
    list.ebpCode = pick(["无", "", "4401960002", "91440101MA5XXXXX10"])
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
      line.price = pick(["1", "0.00001", "49.9", "-2.00003", "12345.6789"])
      let qtyE5 = NaiveCube.e5(line.qty)
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

  @Test("any dimensions, any split, any order: the same rows as the naive implementation")
  func agreesWithNaive() throws {
    // TERN_SEED replays a run.
    let given = unsafe getenv("TERN_SEED").flatMap { unsafe UInt64(String(cString: $0)) }
    let seed = given ?? UInt64.random(in: 0 ... .max)
    print("CubePropertyTests seed \(seed)")
    var random = SeededGenerator(state: seed)
    for round in 0..<40 {
      // One round spans two blocks of 4096 lists.
      let size = round == 20 ? 5_000 : Int.random(in: 0...150, using: &random)
      let small = round % 2 == 0
      let lists = (0..<size).map { _ in Self.list(&random, small: small) }
      let count = Int.random(in: 0...Dimension.allCases.count, using: &random)
      let dimensions = Array(Dimension.allCases.shuffled(using: &random).prefix(count))
      let note: Comment = "seed \(seed), round \(round), by \(dimensions)"

      let naive = NaiveCube(dimensions: dimensions, lists: lists)
      let whole = try cube(dimensions, lists)
      let expected = naive.rows()
      let expectedTotals = naive.totals()
      #expect(whole.rows() == expected, note)
      #expect(try whole.totals() == expectedTotals, note)

      var parts = (0..<Int.random(in: 1...6, using: &random)).map { _ in makeCube(dimensions) }
      for list in lists.shuffled(using: &random).chunked(17) {
        let part = Int.random(in: 0..<parts.count, using: &random)
        try parts[part].add(list, pruned: true)
      }
      var merged = makeCube(dimensions)
      for part in parts.shuffled(using: &random) { try merged.merge(part) }
      #expect(merged.rows() == expected, note)
      #expect(try merged.totals() == expectedTotals, note)
      // A merged cube goes on counting.
      try merged.add(lists)
      let twice = NaiveCube(dimensions: dimensions, lists: lists + lists)
      #expect(merged.rows() == twice.rows(), note)
    }
  }
}

/// Where the cube changes its ways.
struct CubeLimitTests {
  private static func agrees(_ dimensions: [Dimension], _ lists: [SampleList]) throws {
    let naive = NaiveCube(dimensions: dimensions, lists: lists)
    let cube = try cube(dimensions, lists)
    #expect(cube.rows() == naive.rows())
    #expect(try cube.totals() == naive.totals())
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
