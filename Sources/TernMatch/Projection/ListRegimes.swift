import TernCEB

/// What the regime of a list's trade mode asks its fields for: `regime.trade_mode`, `regime.bonded`, `regime.direct`.
struct RegimeColumns {
  private let direction: Direction
  private let emsNo: TextView
  /// The zone enterprise: `iacCode` of an export, `areaCode` of an import.
  private let zone: TextView
  private let itemRecordNo: TextView
  /// Import only.
  private let trafNo: TextView?
  private let voyageNo: TextView?
  private let billNo: TextView?

  init(_ heads: Table, _ lines: Table, _ direction: Direction) {
    self.direction = direction
    let isImport = direction == .import
    emsNo = heads.text("emsNo")
    zone = heads.text(isImport ? "areaCode" : "iacCode")
    itemRecordNo = lines.text("itemRecordNo")
    trafNo = isImport ? heads.text("trafNo") : nil
    voyageNo = isImport ? heads.text("voyageNo") : nil
    billNo = isImport ? heads.text("billNo") : nil
  }

  @inline(__always)
  func flags(_ row: Int, _ lines: Range<Int>, _ tradeMode: TradeModeGroup) -> RowFlags {
    var flags: RowFlags = tradeMode.isAllowed(direction) ? [] : .tradeModeWrong
    if tradeMode == .m1210 {
      if emsNo[row].isEmpty || zone[row].isEmpty { flags.insert(.bondedIncomplete) }
      for line in lines where itemRecordNo[line].isEmpty { flags.insert(.bondedIncomplete) }
    }
    if tradeMode == .m9610, let trafNo, let voyageNo, let billNo {
      if trafNo[row].isEmpty || voyageNo[row].isEmpty || billNo[row].isEmpty {
        flags.insert(.directIncomplete)
      }
    }
    return flags
  }
}

extension Projector {
  /// `buyer.id` and `enterprise.code`: numbers whose check characters are wrong.
  @inline(__always)
  mutating func codeFlags(_ head: ListHeadColumns, _ row: Int) -> RowFlags {
    // Of a platform that is none, `无`, nothing is asked: it has not 18 characters.
    var flags: RowFlags =
      lastEbcCode.isWrong(head.ebcCode[row]) || lastLogisticsCode.isWrong(head.logisticsCode[row])
        || lastEbpCode.isWrong(head.platforms.ebpCode[row])
      ? .enterpriseCode : []
    if let id = head.buyerIdNumber, CheckCharacters.identityNumberIsRight(id[row]) == false {
      flags.insert(.buyerId)
    }
    return flags
  }
}
