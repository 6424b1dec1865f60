extension DocumentWriter {
  /// CEB403 or CEB411.
  mutating func writePayment(_ parcel: Parcel, _ version: Version) {
    let world = world
    chooseFraction(sender: parcel.paymentFirm, parcel)
    let firm = Int(parcel.paymentFirm)
    let paidE5 =
      (version.part == 0 ? parcel.paidE5.0 : parcel.paidE5.1) + (version.isWrong ? 100_000 : 0)
    if parcel.isExport {
      depth = 2
      out.append("\t<ceb:Receipts>\n")
      writeVersion(.payment, parcel, version)
      writePlatform(parcel)
      writeSeller(parcel.paymentSeller)
      writeOrderNo(parcel, version)
      // A firm without a licence at home has neither a code nor a number here.
      if parcel.hasPaymentNumber {
        field(.payCode) { world.payments.codes.copy(firm, to: &$0) }
      } else if firm & 1 == 0 {
        field(.payCode, "")
      }
      field(.payName) { world.payments.names.copy(firm, to: &$0) }
      if parcel.hasPaymentNumber {
        open(.payNo)
        parcel.appendPaymentNo(version, world, to: &out)
        close(.payNo)
      } else if firm & 1 == 0 {
        field(.payNo, "")
      }
      flawedField(.charge, decimalE5: paidE5, version)
      field(.currency, code: parcel.paymentCurrency)
      field(.accountingDate, time: parcel.paymentTime - 20)
      writeNote(sender: parcel.paymentFirm)
      out.append("\t</ceb:Receipts>\n")
    } else {
      depth = 3
      out.append("\t<ceb:Payment>\n\t\t<ceb:PaymentHead>\n")
      writeVersion(.payment, parcel, version)
      field(.payCode) { world.payments.codes.copy(firm, to: &$0) }
      field(.payName) { world.payments.names.copy(firm, to: &$0) }
      open(.payTransactionId)
      parcel.appendPaymentNo(version, world, to: &out)
      close(.payTransactionId)
      writeOrderNo(parcel, version)
      writePlatform(parcel)
      field(.payerIdType, "1")
      writeIdNumber(.payerIdNumber, parcel.payer)
      writeName(.payerName, parcel.payer)
      if firm % 3 != 2 { writeTelephone(.telephone, parcel.payer) }
      flawedField(.amountPaid, decimalE5: paidE5, version)
      field(.currency, code: parcel.paymentCurrency)
      field(.payTime, time: parcel.paymentTime - 20)
      writeNote(sender: parcel.paymentFirm)
      out.append("\t\t</ceb:PaymentHead>\n\t</ceb:Payment>\n")
    }
  }

  /// CEB505 or CEB511.
  mutating func writeWaybill(_ parcel: Parcel, _ version: Version) {
    let world = world
    chooseFraction(sender: parcel.carrier, parcel)
    let carrier = Int(parcel.carrier)
    let grossE5 = parcel.waybillGrossE5 + (version.isWrong ? 100_000 : 0)
    depth = parcel.isExport ? 2 : 3
    out.append("\t<ceb:Logistics>\n")
    if !parcel.isExport { out.append("\t\t<ceb:LogisticsHead>\n") }
    writeVersion(.waybill, parcel, version)
    field(.logisticsCode) { world.carriers.codes.copy(carrier, to: &$0) }
    field(.logisticsName) { world.carriers.names.copy(carrier, to: &$0) }
    open(.logisticsNo)
    parcel.appendLogisticsNo(version, world, to: &out)
    close(.logisticsNo)
    if !parcel.isExport {
      if parcel.tradeMode == 9610 { writeBillNo(parcel) }
      writeOrderNo(parcel, version)
    }
    // An import's waybill need not say what the carriage cost.
    if parcel.isExport || parcel.givesCarriage {
      field(.freight, decimalE5: parcel.waybillFreightE5)
      field(.insuredFee, decimalE5: parcel.waybillInsuredE5)
    }
    field(.currency, code: parcel.currency)
    flawedField(parcel.isExport ? .grossWeight : .weight, decimalE5: grossE5, version)
    field(.packNo, integer: Int64(parcel.waybillPacks))
    let info = Int(parcel.carrier) % world.goodsInfo.count
    field(.goodsInfo) { world.goodsInfo.copy(info, to: &$0) }
    if parcel.isExport {
      // Two carriers in three know the seller.
      if parcel.fault == .sellerOnWaybill || parcel.carrier % 3 != 2 {
        writeSeller(parcel.waybillSeller)
        field(.ebcTelephone) {
          $0.append("0100-")
          $0.append(digits: UInt64(parcel.seller) * 7_919, width: 8)
        }
      } else if parcel.carrier & 1 == 0 {
        field(.ebcCode, "")
        field(.ebcName, "")
      }
    } else {
      writeName(.consignee, parcel.waybillConsignee)
      writeAddress(.consigneeAddress, parcel.waybillConsignee)
      writeTelephone(.consigneeTelephone, parcel.waybillConsignee)
    }
    writeNote(sender: parcel.carrier)
    if !parcel.isExport { out.append("\t\t</ceb:LogisticsHead>\n") }
    out.append("\t</ceb:Logistics>\n")
  }

  mutating func writeOrderNo(_ parcel: Parcel, _ version: Version) {
    open(.orderNo)
    parcel.appendOrderNo(version, world, to: &out)
    close(.orderNo)
  }

  /// Air waybill number of the consolidated shipment.
  mutating func writeBillNo(_ parcel: Parcel) {
    let number = UInt64(parcel.agent) * 86_413 + UInt64(parcel.index / 400)
    field(.billNo) {
      $0.append("784-")
      $0.append(digits: number % 10_000_000 * 10 + number % 7, width: 8)
    }
  }
}

extension Parcel {
  /// Whether an import's waybill has `freight` and `insuredFee`.
  var givesCarriage: Bool {
    carrier % 4 != 3 || fault == .amountFreight || fault == .amountPositiveFreight
  }
}
