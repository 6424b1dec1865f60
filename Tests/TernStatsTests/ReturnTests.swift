import TernCEB
import TernTestSupport
import Testing

@testable import TernStats

/// Goods that came back, case by case.
struct ReturnTests {
  static func list(_ lines: SampleList.Line...) -> SampleList {
    var list = SampleList()
    list.lines = lines
    return list
  }

  static let first = SampleList.Line(gcode: "6109100010", totalPrice: "30", qty: "3", price: "10")
  static let second = SampleList.Line(gcode: "8517130000", currency: "142", totalPrice: "5", qty: "0.1", price: "50")

  static func returned(_ line: SampleList.Line, _ qtyE5: Int128) -> SampleList.Line {
    var line = line
    line.returnedE5 = qtyE5
    return line
  }

  func measures(_ dimensions: [Dimension], _ lists: [SampleList]) throws -> [Measures] {
    try cube(dimensions, lists).rows().map(\.measures)
  }

  @Test("part of a line takes quantity × price off, and nothing else")
  func part() throws {
    let found = try measures([], [Self.list(Self.returned(Self.first, 100_000), Self.second)])
    #expect(
      found == [
        Measures(
          currency: "502", lists: 1, lines: 2, goodsValueE5: 2_500_000, grossWeightE5: 100_000,
          netWeightE5: 100_000, packages: 1)
      ])
  }

  @Test("a full line comes off with its total, and out of its cell; the list keeps its currency")
  func fullLine() throws {
    var odd = Self.first
    odd.totalPrice = "31"
    let list = Self.list(Self.returned(odd, 300_000), Self.second)
    let found = try measures([], [list])
    #expect(found.map(\.lines) == [1] && found.map(\.goodsValueE5) == [500_000])
    #expect(found.map(\.currency) == ["502"] && found.map(\.packages) == [1])
    let byHeading = try cube([.hs4], [list]).rows()
    #expect(byHeading.map(\.values) == [["8517"]])
    #expect(byHeading.map(\.measures.goodsValueE5) == [500_000])
  }

  @Test("a list that is back as a whole counts nowhere; one without lines cannot be")
  func fullList() throws {
    let whole = Self.list(Self.returned(Self.first, 300_000), Self.returned(Self.second, 10_000))
    #expect(try measures([.hs2], [whole]).isEmpty)
    var counted = try cube([.customsCode], [whole])
    #expect(try counted.total().lists == 0 && counted.rows().isEmpty)
    try counted.add([Self.list(), Self.list(Self.first)])
    #expect(try counted.total().lists == 2)
  }

  @Test("digits beyond the fifth stay, also below zero, and are written")
  func exactness() throws {
    var line = Self.first
    line.price = "0.00001"
    let list = Self.list(Self.returned(line, 100_001))
    let found = try measures([], [list])
    #expect(found.map { $0.goodsValue!.text } == ["29.9999899999"])
    #expect(found[0].goodsValueE5 == 2_999_998 && found[0].goodsValueRestE10 == 99_999)
    line.totalPrice = "0"
    let below = try cube([], [Self.list(Self.returned(line, 100_001))])
    #expect(below.rows()[0].measures.goodsValue!.text == "-0.0000100001")
    let csv = StatisticsWriter.text(try StatisticsResult(below), as: .csv)
    #expect(csv.split(separator: "\n").last == "502,1,1,-0.0000100001,1,1,1")
    // Two halves of a unit make a whole one again.
    var twice = below
    try twice.merge(below)
    #expect(try twice.total().goodsValue!.text == "-0.0000200002")
  }

  @Test("amounts of ten digits: sums, differences and text agree with plain integers")
  func fineAmounts() {
    let seed = UInt64.random(in: 0 ... .max)
    print("ReturnTests seed \(seed)")
    var random = SeededGenerator(seed: seed)
    func whole(_ amount: FineAmount) -> Int128 { amount.e5 * 100_000 + Int128(amount.restE10) }
    for _ in 0..<2_000 {
      let values = (0..<4).map { _ in
        Int128(Int64.random(in: -1_000_000_000...1_000_000_000, using: &random))
      }
      var a = FineAmount(qtyE5: values[0], priceE5: values[1])
      let b = FineAmount(qtyE5: values[2], priceE5: values[3])
      #expect(whole(a) == values[0] * values[1] && whole(a + b) == whole(a) + whole(b))
      let difference = whole(a) - whole(b)
      let leaves = a.subtract(b)
      #expect(!leaves && whole(a) == difference)
      var digits = String(difference.magnitude % 10_000_000_000)
      digits = String(repeating: "0", count: 10 - digits.count) + digits
      while digits.last == "0" { digits.removeLast() }
      let text = "\(difference < 0 ? "-" : "")\(difference.magnitude / 10_000_000_000)"
      #expect(a.text == (digits.isEmpty ? text : "\(text).\(digits)"))
    }
    let largest: Int128 = 9_999_999_999_999_999_999
    #expect(whole(FineAmount(qtyE5: largest, priceE5: -largest)) == -largest * largest)
    var edge = FineAmount(e5: .max)
    let overflows = edge.add(FineAmount(e5: 1))
    #expect(overflows)
  }
}
