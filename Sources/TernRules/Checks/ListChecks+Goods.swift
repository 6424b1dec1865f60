import TernCEB
import TernMatch
import TernReference

/// What the code of one line's goods tells, or the codes of a list's lines together.
struct GoodsFlags: OptionSet {
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

/// What the codes of a list's goods decide, with some of its head.
extension ListChecks {
  func judgeGoods<Source: ListSource>(
    _ lists: Source, _ batch: inout ListBatch
  ) throws(Source.Failure) {
    let direction = batch.direction
    let findings = FindingSet(.goodsCode, .regimeSimplified, .regimePositiveList, .regimeLicence)
    let wanted = wanted[Int(direction.rawValue)] & findings.rawValue
    if wanted == 0 { return }
    let ofLines = try lists.flags(.lines, "gcode") { flags($0, direction).rawValue }
    let goods: [UInt8]? = if let ofLines { try batch.byList(lists, ofLines) } else { nil }
    if let goods {
      try judgeLicences(lists, goods, &batch)
      for row in goods.indices where goods[row] != 0 {
        let all = GoodsFlags(rawValue: goods[row])
        if all.contains(.notPositive) { batch.words[row] |= wanted & Finding.regimePositiveList.bit }
        // Taken back below where 4 digits are enough.
        if !all.isDisjoint(with: [.wrong, .short]) { batch.words[row] |= wanted & Finding.goodsCode.bit }
      }
    }
    // `goods.code` asks for it too: 4 digits are enough for an eligible list.
    if direction == .export, wanted & FindingSet(.goodsCode, .regimeSimplified).rawValue != 0 {
      try judgeSimplified(lists, goods, wanted, &batch)
    }
  }

  private func judgeLicences<Source: ListSource>(
    _ lists: Source, _ goods: [UInt8], _ batch: inout ListBatch
  ) throws(Source.Failure) {
    guard wants(.regimeLicence, batch.direction) else { return }
    let licence = GoodsFlags.licence.rawValue
    guard goods.contains(where: { $0 & licence != 0 }) else { return }
    guard let lacks = try lists.flags(.heads, "licenseNo", { $0.isEmpty ? 1 : 0 }) else { return }
    for row in goods.indices where goods[row] & licence != 0 && lacks[row] != 0 {
      batch.words[row] |= Finding.regimeLicence.bit
    }
  }

  /// Lists flagged A: eligible or not. `goods` are the flags of the lists; nil where none has any.
  private func judgeSimplified<Source: ListSource>(
    _ lists: Source, _ goods: [UInt8]?, _ wanted: UInt64, _ batch: inout ListBatch
  ) throws(Source.Failure) {
    let isA = try lists.flags(.heads, "statisticsFlag") { $0.isByte(UInt8(ascii: "A")) ? 1 : 0 }
    guard let isA else { return }
    let isOver = try overSimplified(lists, isA, &batch)
    for row in isA.indices where isA[row] != 0 {
      let all = GoodsFlags(rawValue: goods?[row] ?? 0)
      if !all.isDisjoint(with: [.licence, .exportDuty, .refund]) || isOver?[row] == true {
        batch.words[row] |= wanted & Finding.regimeSimplified.bit
      } else if !all.contains(.wrong) {
        batch.words[row] &= ~Finding.goodsCode.bit
      }
    }
  }

  private func flags(_ gcode: Bytes, _ direction: Direction) -> GoodsFlags {
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
    // Each is of one direction: lines that nobody asks about cost nothing.
    if direction == .export {
      if entry.exportDuty { flags.insert(.exportDuty) }
      if entry.refund { flags.insert(.refund) }
    } else if !entry.positiveList {
      flags.insert(.notPositive)
    }
    return flags
  }
}
