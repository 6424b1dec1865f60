extension DocumentWriter {
  /// CEB303 or CEB311.
  mutating func writeOrder(_ parcel: Parcel, _ version: Version) {
    chooseFraction(sender: parcel.platform, parcel)
    depth = 3
    out.append("\t<ceb:Order>\n\t\t<ceb:OrderHead>\n")
    writeVersion(.order, parcel, version)
    field(.orderType, byte: parcel.isExport ? UInt8(ascii: "E") : UInt8(ascii: "I"))
    open(.orderNo)
    parcel.appendOrderNo(version, world, to: &out)
    close(.orderNo)
    writePlatform(parcel)
    writeSeller(parcel.orderSeller)
    let goodsValueE5 = parcel.goodsValueE5 + (version.isWrong ? 100_000 : 0)
    flawedField(.goodsValue, decimalE5: goodsValueE5, version)
    field(.freight, decimalE5: parcel.orderFreightE5)
    if parcel.isExport {
      field(.currency, code: parcel.orderCurrency)
    } else {
      writeImportOrderHead(parcel, version)
    }
    writeNote(sender: parcel.platform)
    out.append("\t\t</ceb:OrderHead>\n")
    for place in 0..<Int(parcel.orderLineCount) {
      writeOrderLine(parcel, place == 0 ? parcel.firstOrderLine : parcel.lines[place])
    }
    out.append("\t</ceb:Order>\n")
  }

  private mutating func writeImportOrderHead(_ parcel: Parcel, _ version: Version) {
    let world = world
    field(.discount, decimalE5: parcel.discountE5)
    field(.taxTotal, decimalE5: parcel.taxE5)
    field(.acturalPaid, decimalE5: parcel.payableE5)
    field(.currency, "142")
    let account = parcel.buyer.identity
    field(.buyerRegNo) {
      $0.append("u")
      $0.append(digits: account % 10_000_000_000, width: 10)
    }
    writeName(.buyerName, parcel.buyer)
    writeTelephone(.buyerTelephone, parcel.buyer)
    field(.buyerIdType, "1")
    writeIdNumber(.buyerIdNumber, parcel.buyer)
    let payment = Int(parcel.paymentFirm)
    if parcel.platform % 4 != 3 {
      field(.payCode) { world.payments.codes.copy(payment, to: &$0) }
      field(.payName) { world.payments.names.copy(payment, to: &$0) }
      open(.payTransactionId)
      parcel.appendPaymentNo(version, world, to: &out)
      close(.payTransactionId)
    }
    if parcel.platform & 1 == 0 { field(.batchNumbers, "") }
    writeName(.consignee, parcel.consignee)
    writeTelephone(.consigneeTelephone, parcel.consignee)
    writeAddress(.consigneeAddress, parcel.consignee)
    if parcel.platform % 5 != 4 { writeDistrictCode(.consigneeDistrict, parcel.consignee) }
  }

  private mutating func writeOrderLine(_ parcel: Parcel, _ line: Line) {
    let world = world
    let good = world.good(line, isExport: parcel.isExport)
    out.append("\t\t<ceb:OrderList>\n")
    field(.gnum, integer: Int64(line.gnum))
    open(.itemNo)
    parcel.appendItemNo(line, to: &out)
    close(.itemNo)
    field(.itemName, good.name)
    if !parcel.isExport { field(.gmodel, good.model) }
    switch parcel.platform % 3 {
    case 0: field(.itemDescribe, good.model)
    case 1: field(.itemDescribe, "")
    default: break
    }
    if parcel.platform & 1 == 0 {
      open(.barCode)
      parcel.appendBarCode(line, to: &out)
      close(.barCode)
    } else {
      field(.barCode, "")
    }
    field(.unit, code: line.unit)
    if parcel.isExport { field(.currency, code: line.currency) }
    field(.qty, decimalE5: line.qtyE5)
    field(.price, decimalE5: line.priceE5)
    field(.totalPrice, decimalE5: line.totalE5)
    if !parcel.isExport {
      field(.currency, "142")
      field(.country, code: parcel.country)
    }
    writeNote(sender: parcel.platform)
    out.append("\t\t</ceb:OrderList>\n")
  }
}
