import TernCEB
import Testing

@testable import TernStats

/// The three formats, byte for byte.
struct WriterTests {
  private static func row(_ values: [String], _ currency: String, lists: Int) -> StatisticsRow {
    StatisticsRow(
      values: values,
      measures: Measures(
        currency: currency, lists: lists, lines: 2 * lists, goodsValueE5: 12_345_000,
        grossWeightE5: -50_000, netWeightE5: 0, packages: 7))
  }

  private static func text(
    _ dimensions: [Dimension], _ rows: [StatisticsRow], totals: [Measures] = [],
    as format: StatisticsFormat
  ) -> String {
    let values = [String](repeating: "", count: dimensions.count)
    let totals = totals.map { measures in
      var row = StatisticsRow(values: values, measures: measures)
      row.kind = .total
      return row
    }
    return StatisticsWriter.text(
      StatisticsResult(StatisticsQuery(dimensions), rows: rows, totals: totals), as: format)
  }

  @Test("decimals are exact and have no trailing zeros")
  func decimals() {
    #expect(DecimalText.ofE5(0) == "0")
    #expect(DecimalText.ofE5(1) == "0.00001")
    #expect(DecimalText.ofE5(-1) == "-0.00001")
    #expect(DecimalText.ofE5(-50_000) == "-0.5")
    #expect(DecimalText.ofE5(12_345_000) == "123.45")
    #expect(DecimalText.ofE5(100_000) == "1")
    #expect(DecimalText.ofE5(1_000_000_000) == "10000")
    #expect(DecimalText.ofE5(100_010) == "1.0001")
    #expect(DecimalText.ofE5(.min) == "-1701411834604692317316873037158841.05728")
    #expect(DecimalText.ofE5(.max) == "1701411834604692317316873037158841.05727")
  }

  @Test("CSV: header, quoting where needed, empty measures")
  func csv() {
    let dimensions: [Dimension] = [.customsCode, .ebpCode]
    var byLine = Self.row(["5141", "\"a\",b"], "142", lists: 3)
    byLine.measures.grossWeightE5 = nil
    byLine.measures.netWeightE5 = nil
    byLine.measures.packages = nil
    let rows = [byLine, Self.row(["", "x\r\ny"], "", lists: 1)]
    #expect(
      Self.text(dimensions, rows, as: .csv) == """
        customsCode,ebpCode,currency,lists,lines,goodsValue,grossWeight,netWeight,packages
        5141,"\"\"a\"\",b",142,3,6,123.45,,,
        ,"x\r\ny",,1,2,123.45,-0.5,0,7

        """)
    #expect(
      Self.text(dimensions, [], as: .csv)
        == "customsCode,ebpCode,currency,lists,lines,goodsValue,grossWeight,netWeight,packages\n")
  }

  @Test("a currency among the dimensions stands in its place and nowhere else")
  func currencyOnce() {
    let dimensions: [Dimension] = [.currency, .day]
    let row = Self.row(["142", "20240101"], "142", lists: 1)
    #expect(
      Self.text(dimensions, [row], as: .csv) == """
        currency,day,lists,lines,goodsValue,grossWeight,netWeight,packages
        142,20240101,1,2,123.45,-0.5,0,7

        """)
    #expect(
      Self.text(dimensions, [row], as: .json) == """
        [
        {"currency":"142","day":"20240101","lists":1,"lines":2,"goodsValue":"123.45",\
        "grossWeight":"-0.5","netWeight":"0","packages":7}
        ]

        """)
  }

  @Test("JSON: one object a line, strings escaped, decimals as strings, empty measures null")
  func json() {
    let dimensions: [Dimension] = [.ebpCode]
    var second = Self.row(["无\u{1f}\\\"\n\t\r"], "142", lists: 1)
    second.measures.packages = nil
    second.measures.grossWeightE5 = nil
    #expect(
      Self.text(dimensions, [Self.row([""], "", lists: 2), second], as: .json) == #"""
        [
        {"ebpCode":"","currency":"","lists":2,"lines":4,"goodsValue":"123.45","grossWeight":"-0.5","netWeight":"0","packages":7},
        {"ebpCode":"无\u001f\\\"\n\t\r","currency":"142","lists":1,"lines":2,"goodsValue":"123.45","grossWeight":null,"netWeight":"0","packages":null}
        ]

        """#)
    #expect(Self.text(dimensions, [], as: .json) == "[]\n")
  }

  @Test("table: numbers right, wide characters as two columns, no space at a line's end, totals")
  func table() {
    let dimensions: [Dimension] = [.ebpCode]
    var last = Self.row(["4401960002"], "502", lists: 1_000)
    last.measures.grossWeightE5 = nil
    last.measures.netWeightE5 = nil
    last.measures.packages = nil
    let rows = [
      Self.row(["无平台"], "142", lists: 3), Self.row(["e\u{301}\u{1b}["], "", lists: 4), last,
    ]
    let total = Measures(
      currency: nil, lists: 1_007, lines: 2_014, goodsValueE5: nil, grossWeightE5: -50_000,
      netWeightE5: 0, packages: 10)
    let totals = rows.map(\.measures)
    #expect(
      Self.text(dimensions, rows, totals: totals + [total], as: .table) == """
        ebpCode     currency  lists  lines  goodsValue  grossWeight  netWeight  packages
        ----------  --------  -----  -----  ----------  -----------  ---------  --------
        无平台      142           3      6      123.45         -0.5          0         7
        e\u{301}\u{fffd}[                       4      8      123.45         -0.5          0         7
        4401960002  502        1000   2000      123.45
        ----------  --------  -----  -----  ----------  -----------  ---------  --------
        total       142           3      6      123.45         -0.5          0         7
        total                     4      8      123.45         -0.5          0         7
        total       502        1000   2000      123.45
        total                  1007   2014                     -0.5          0        10

        """)
  }

  @Test("table: a first column of currencies keeps them in the totals; one currency has one total")
  func tableByCurrency() {
    let dimensions: [Dimension] = [.currency]
    let row = Self.row(["142"], "142", lists: 1)
    let text = Self.text(dimensions, [row], totals: [row.measures], as: .table)
    #expect(
      text == """
        currency  lists  lines  goodsValue  grossWeight  netWeight  packages
        --------  -----  -----  ----------  -----------  ---------  --------
        142           1      2      123.45         -0.5          0         7
        --------  -----  -----  ----------  -----------  ---------  --------
        142           1      2      123.45         -0.5          0         7

        """)
    var over = row.measures
    over.currency = nil
    over.goodsValueE5 = nil
    let both = Self.text(
      dimensions, [row], totals: [row.measures, row.measures, over], as: .table)
    #expect(
      both.hasSuffix("\ntotal         1      2                     -0.5          0         7\n"))
  }

  @Test("large results come in pieces, and an error of the sink stops the writing")
  func pieces() {
    struct Full: Error {}
    let dimensions: [Dimension] = [.ebcCode]
    let rows = (0..<10_000).map { Self.row(["seller \($0)"], "142", lists: $0) }
    for format in StatisticsFormat.allCases {
      var pieces: [[UInt8]] = []
      let result = StatisticsResult(StatisticsQuery(dimensions), rows: rows, totals: [])
      StatisticsWriter.write(result, as: format) { (piece: [UInt8]) in pieces.append(piece) }
      #expect(pieces.count > 3)
      #expect(pieces.allSatisfy { $0.count < 70_000 })
      #expect(String(decoding: pieces.joined(), as: UTF8.self) == Self.text(dimensions, rows, as: format))
      var calls = 0
      #expect(throws: Full.self) {
        try StatisticsWriter.write(result, as: format) { (_: [UInt8]) throws(Full) in
          calls += 1
          throw Full()
        }
      }
      #expect(calls == 1)
    }
  }
}
