import TernCEB
import TernMatch
import TernReference

/// What the code of one line's goods tells.
private struct GoodsFlags: OptionSet {
  var rawValue: UInt8
  /// Neither 10 digits nor 4, or 4 of no heading.
  static var wrong: GoodsFlags { GoodsFlags(rawValue: 1) }
  /// 4 digits of a heading: enough for an eligible list.
  static var short: GoodsFlags { GoodsFlags(rawValue: 2) }
  static var licence: GoodsFlags { GoodsFlags(rawValue: 4) }
  static var exportDuty: GoodsFlags { GoodsFlags(rawValue: 8) }
  static var refund: GoodsFlags { GoodsFlags(rawValue: 16) }
  static var notPositive: GoodsFlags { GoodsFlags(rawValue: 32) }
}

/// What the lines of a list decide, with some of its head.
extension ListChecks {
  func judgeGoods(_ lists: ListColumns, _ words: inout [UInt64]) {
    let wanted = goodsFindings(lists.direction).reduce(UInt64(0)) { $0 | $1.bit }
    if wanted & Finding.regimeBonded.bit != 0 { judgeBonded(lists, &words) }
    if wanted & Finding.regimeLimitSingle.bit != 0 { judgeLimitSingle(lists, &words) }
    if wanted & ~(Finding.regimeBonded.bit | Finding.regimeLimitSingle.bit) == 0 { return }
    let goods = lists.line("gcode").flags { flags($0).rawValue }
    if let goods {
      let licenseNo = wanted & Finding.regimeLicence.bit != 0 ? lists.heads.text("licenseNo") : nil
      lists.forEachList { row, lines in
        var all = GoodsFlags()
        for line in lines { all.formUnion(GoodsFlags(rawValue: goods[line])) }
        // Of most lists there is nothing to be told.
        if all.isEmpty { return }
        if all.contains(.licence), let licenseNo, licenseNo[row].isEmpty {
          words[row] |= Finding.regimeLicence.bit
        }
        if all.contains(.notPositive) { words[row] |= wanted & Finding.regimePositiveList.bit }
        // Taken back below where 4 digits are enough.
        if !all.isDisjoint(with: [.wrong, .short]) { words[row] |= wanted & Finding.goodsCode.bit }
      }
    }
    if asksForEligibility(lists.direction) { judgeSimplified(lists, goods, wanted, &words) }
  }

  private func judgeBonded(_ lists: ListColumns, _ words: inout [UInt64]) {
    guard let bonded = lists.isOf(.m1210) else { return }
    let emsNo = lists.heads.text("emsNo")
    let zone = lists.heads.text(lists.direction == .export ? "iacCode" : "areaCode")
    let record = lists.lines.rowCount == 0 ? nil : lists.lines.text("itemRecordNo")
    lists.forEachList { row, lines in
      if bonded[row] == 0 { return }
      let lacksRecord = record.map { record in lines.contains { record[$0].isEmpty } } ?? false
      if emsNo[row].isEmpty || zone[row].isEmpty || lacksRecord {
        words[row] |= Finding.regimeBonded.bit
      }
    }
  }

  private func judgeLimitSingle(_ lists: ListColumns, _ words: inout [UInt64]) {
    let (freight, insuredFee) = (lists.heads.decimal("freight"), lists.heads.decimal("insuredFee"))
    let (qty, totalPrice) = (lists.lines.decimal("qty"), lists.lines.decimal("totalPrice"))
    let limitE5 = Int128(limits.singleE5)
    lists.forEachList { row, lines in
      var sumE5 = freight[row] &+ insuredFee[row]
      for line in lines { sumE5 &+= totalPrice[line] }
      if sumE5 <= limitE5 { return }
      let isOnePiece = lines.count == 1 && qty[lines.lowerBound] == 100_000
      if !isOnePiece { words[row] |= Finding.regimeLimitSingle.bit }
    }
  }

  /// Lists flagged A: eligible or not. `goods` are the flags of the lines; nil where none has any.
  private func judgeSimplified(
    _ lists: ListColumns, _ goods: [UInt8]?, _ wanted: UInt64, _ words: inout [UInt64]
  ) {
    let flagged = lists.head("statisticsFlag").flags { $0.isByte(UInt8(ascii: "A")) ? 1 : 0 }
    guard let flagged else { return }
    let appTime = lists.heads.integer("appTime")
    let totalPrice = lists.lines.decimal("totalPrice")
    let currency = lists.line("currency")
    let isForeign = currency.flags { Self.isYuan($0) ? 0 : 1 }
    let limitE5 = Int128(limits.simplifiedE5)
    lists.forEachList { row, lines in
      if flagged[row] == 0 { return }
      var all = GoodsFlags()
      var sumE5: Int128 = 0
      var inYuan = true
      for line in lines {
        if let goods { all.formUnion(GoodsFlags(rawValue: goods[line])) }
        if let isForeign, isForeign[line] != 0 { inYuan = false }
        sumE5 &+= totalPrice[line]
      }
      let isOver =
        inYuan
        ? sumE5 > limitE5
        : eligibility.isOverLimit(lines, appTime: appTime[row], { currency.value($0) }, { totalPrice[$0] })
      if isOver || !all.isDisjoint(with: [.licence, .exportDuty, .refund]) {
        words[row] |= wanted & Finding.regimeSimplified.bit
      } else if !all.contains(.wrong) {
        words[row] &= ~Finding.goodsCode.bit
      }
    }
  }

  private static func isYuan(_ code: Bytes) -> Bool {
    code.count == 3 && code[0] == 0x31 && code[1] == 0x34 && code[2] == 0x32
  }

  private func flags(_ gcode: Bytes) -> GoodsFlags {
    var flags = GoodsFlags()
    let hasHeading = reference.headings?.containsHeading(of: gcode) ?? true
    if Tariff.number(gcode) != nil {
      if !hasHeading { flags.insert(.wrong) }
    } else {
      let isShort = gcode.count == 4 && (0..<4).allSatisfy { gcode[$0] &- 0x30 <= 9 }
      flags.insert(isShort && hasHeading ? .short : .wrong)
    }
    guard let tariff = reference.tariff else { return flags }
    let entry = tariff[gcode] ?? []
    if entry.licence { flags.insert(.licence) }
    if entry.exportDuty { flags.insert(.exportDuty) }
    if entry.refund { flags.insert(.refund) }
    if !entry.positiveList { flags.insert(.notPositive) }
    return flags
  }
}
