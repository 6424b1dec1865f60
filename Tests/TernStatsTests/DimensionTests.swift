import TernStats
import Testing

/// `--by` as users type it.
struct DimensionTests {
  private static let names =
    "dimensions are direction, customsCode, portCode, tradeMode, statisticsFlag, country, "
    + "currency, disposition, finding, hs2, hs4, gcode, unit, ebcCode, ebpCode, logisticsCode, hour, day, month"

  @Test("names, in the order given, with spaces around them")
  func names() throws {
    #expect(try Dimension.parse("day") == [.day])
    #expect(try Dimension.parse("hs4, customsCode,\tday ") == [.hs4, .customsCode, .day])
    let all = Dimension.allCases.map(\.rawValue).joined(separator: ",")
    #expect(try Dimension.parse(all) == Dimension.allCases)
    #expect(
      try Dimension.parse("chapter,heading,seller,platform,carrier")
        == [.hs2, .hs4, .ebcCode, .ebpCode, .logisticsCode])
  }

  @Test(
    "an unknown name is told with the nearest one and all valid ones",
    arguments: [
      ("custmsCode", "customsCode"), ("customscode", "customsCode"), ("port", "portCode"),
      ("HS2", "hs2"), ("hs6", "hs2"), ("ebccode", "ebcCode"), ("dya", nil), ("days", "day"),
      ("selling", nil), ("findings", "finding"), (String(repeating: "day", count: 1_000), nil),
    ])
  func unknown(name: String, nearest: String?) {
    let hint = nearest.map { " (did you mean '\($0)'?)" } ?? ""
    let error = #expect(throws: DimensionError.self) { try Dimension.parse("day," + name) }
    #expect(error?.description == "unknown dimension '\(name)'\(hint); \(Self.names)")
  }

  @Test("empty and repeated names")
  func emptyAndRepeated() {
    for list in ["", " ", "day,", ",day", "day,,hs2"] {
      let error = #expect(throws: DimensionError.empty) { try Dimension.parse(list) }
      #expect(error?.description == "a dimension's name is empty; \(Self.names)")
    }
    let error = #expect(throws: DimensionError.repeated(.day)) {
      try Dimension.parse("day,hs2,day")
    }
    #expect(error?.description == "dimension 'day' is named twice")
  }
}
