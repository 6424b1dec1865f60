import TernCEB
import TernMatch
import TernReference

/// What the lines of a list decide, with some of its head.
extension ListChecks {
  func judgeGoods(
    _ heads: Table, _ lines: Table, _ direction: Direction, _ words: inout [UInt64]
  ) {
    let wanted = goodsFindings(direction).reduce(UInt64(0)) { $0 | $1.bit }
    if wanted == 0 { return }
    let lineCount = heads.integer("#lines")
    func ranges(_ body: (_ row: Int, _ lines: Range<Int>) -> Void) {
      var start = 0
      for row in 0..<heads.rowCount {
        let end = start + Int(lineCount[row])
        precondition(end <= lines.rowCount, "heads and lines disagree")
        body(row, start..<end)
        start = end
      }
    }
    if wanted & Finding.regimeBonded.bit != 0 {
      let (tradeMode, emsNo) = (heads.text("tradeMode"), heads.text("emsNo"))
      let zone = heads.text(direction == .export ? "iacCode" : "areaCode")
      let record = lines.text("itemRecordNo")
      ranges { row, range in
        guard TradeModeGroup(tradeMode[row]) == .m1210 else { return }
        if emsNo[row].isEmpty || zone[row].isEmpty || range.contains(where: { record[$0].isEmpty }) {
          words[row] |= Finding.regimeBonded.bit
        }
      }
    }
    if wanted & Finding.regimeLimitSingle.bit != 0 {
      let (freight, insuredFee) = (heads.decimal("freight"), heads.decimal("insuredFee"))
      let (qty, totalPrice) = (lines.decimal("qty"), lines.decimal("totalPrice"))
      let limitE5 = Int128(limits.singleE5)
      ranges { row, range in
        var sumE5 = freight[row] &+ insuredFee[row]
        for line in range { sumE5 &+= totalPrice[line] }
        let isOnePiece = range.count == 1 && qty[range.lowerBound] == 100_000
        if sumE5 > limitE5 && !isOnePiece { words[row] |= Finding.regimeLimitSingle.bit }
      }
    }
    if let tariff = reference.tariff, wanted & (Finding.regimeLicence.bit | Finding.regimePositiveList.bit) != 0 {
      let gcode = lines.text("gcode")
      let licenseNo = wanted & Finding.regimeLicence.bit != 0 ? heads.text("licenseNo") : nil
      ranges { row, range in
        for line in range {
          let entry = tariff[gcode[line]] ?? []
          if entry.licence, let licenseNo, licenseNo[row].isEmpty { words[row] |= Finding.regimeLicence.bit }
          if !entry.positiveList { words[row] |= wanted & Finding.regimePositiveList.bit }
        }
      }
    }
    if wanted & (Finding.goodsCode.bit | Finding.regimeSimplified.bit) != 0 {
      let simplified = direction == .export ? SimplifiedEligibility.Columns(lines) : nil
      let (statisticsFlag, appTime) =
        direction == .export ? (heads.text("statisticsFlag"), heads.integer("appTime")) : (nil, nil)
      let gcode = wanted & Finding.goodsCode.bit == 0 ? nil : lines.text("gcode")
      ranges { row, range in
        var mayBeShort = false
        if let simplified, let statisticsFlag, let appTime, statisticsFlag[row].isByte(UInt8(ascii: "A")) {
          mayBeShort = eligibility.obstacles(simplified, range, appTime: appTime[row]).isEmpty
          if !mayBeShort { words[row] |= Finding.regimeSimplified.bit }
        }
        if let gcode, range.contains(where: { !isGoodsCode(gcode[$0], mayBeShort: mayBeShort) }) {
          words[row] |= Finding.goodsCode.bit
        }
      }
    }
  }

  /// 10 digits, or 4 where that is enough, and a heading that exists.
  @inline(__always)
  private func isGoodsCode(_ gcode: Bytes, mayBeShort: Bool) -> Bool {
    if Tariff.number(gcode) == nil {
      guard mayBeShort, gcode.count == 4 else { return false }
      for index in 0..<4 where gcode[index] &- 0x30 > 9 { return false }
    }
    return reference.headings?.containsHeading(of: gcode) ?? true
  }
}
