import TernCEB

extension Projector {
  mutating func projectWaybills(_ tables: KindTables, _ place: RowPlace, _ output: MatchTables) {
    let heads = tables.heads
    guard heads.rowCount > 0 else { return }
    let direction = tables.kind.direction
    let isImport = direction == .import
    let common = CommonColumns(heads)
    let logisticsCode = heads.text("logisticsCode")
    let logisticsNo = heads.text("logisticsNo")
    let freight = heads.decimal("freight")
    let insuredFee = heads.decimal("insuredFee")
    let grossWeight = heads.decimal(isImport ? "weight" : "grossWeight")
    let packNo = heads.integer("packNo")
    let ebcCode = isImport ? nil : heads.text("ebcCode")
    let consignee = isImport ? heads.text("consignee") : nil
    let consigneeTelephone = isImport ? heads.text("consigneeTelephone") : nil
    let consigneeAddress = isImport ? heads.text("consigneeAddress") : nil

    output.waybills.reserve(heads.rowCount * WaybillRow.wordCount)
    for row in 0..<heads.rowCount where common.isDeclared(row) {
      var flags = common.flags(row)
      if !freight.isAbsent(row) { flags.insert(.freight) }
      if !insuredFee.isAbsent(row) { flags.insert(.insuredFee) }
      var party: UInt64 = 0
      if let ebcCode { party = sellerDigest(ebcCode[row], direction) }
      if let consignee, let consigneeTelephone, let consigneeAddress {
        party = consigneeDigest(
          consignee[row], consigneeTelephone[row], consigneeAddress[row], direction)
      }
      output.waybills.appendReserved(
        WaybillRow(
          key: waybillKey(logisticsCode[row], logisticsNo[row], direction),
          flags: flags,
          document: place.reference(row),
          appTime: common.appTime[row],
          parcel: Parcel(
            party: party, freightE5: freight[row], insuredFeeE5: insuredFee[row],
            grossWeightE5: grossWeight[row], packNo: packNo[row])))
    }
    extendLifetime(tables)
  }
}
