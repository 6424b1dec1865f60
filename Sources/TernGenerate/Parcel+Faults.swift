extension Parcel {
  /// Makes the documents disagree as `fault` says, and returns every finding that follows.
  ///
  /// Only differences of value; documents too few or too many are `Plan`'s. Each case changes as
  /// little as possible, and names all checks that compare what it changed.
  mutating func apply(sellerCount: Int32) -> Findings {
    guard let fault else { return Findings() }
    // Either of two ways to break the same thing.
    let isOther = salt & 1 == 1
    let differenceE5 = Int64(salt >> 8 & 1_023) * 1_000 + 1_000

    switch fault {
    case .sellerOnOrder:
      orderSeller = (seller + 1) % sellerCount
      return Findings(.partySeller)
    case .sellerOnPayment:
      paymentSeller = (seller + 1) % sellerCount
      return Findings(.partySeller)
    case .sellerOnWaybill:
      waybillSeller = (seller + 1) % sellerCount
      return Findings(.partySeller)
    case .buyerId:
      listBuyer.sequence ^= 1
      return Findings(.partyBuyer)
    case .buyerName:
      listBuyer.surname ^= 1
      return Findings(.partyBuyer)
    case .payer:
      payer.surname ^= 1
      if isOther { payer.sequence ^= 1 }
      return Findings(.partyPayer)
    case .consigneeName:
      waybillConsignee.surname ^= 1
      return Findings(.partyConsignee)
    case .consigneeTelephone:
      waybillConsignee.telephone ^= 1
      return Findings(.partyConsignee)
    case .consigneeAddress:
      waybillConsignee.house ^= 1
      return Findings(.partyConsignee)

    case .amountLine:
      lines[0].priceE5 += differenceE5
      return Findings(.amountLine, .amountLinesDiffer)
    case .amountLineQuantity:
      lines[0].qtyE5 += 100_000
      return lines[0].unit == lines[0].unit1
        ? Findings(.amountLine, .amountLinesDiffer, .goodsUnit)
        : Findings(.amountLine, .amountLinesDiffer)
    case .amountOrderLine:
      firstOrderLine.priceE5 += differenceE5
      return Findings(.amountOrderLine, .amountLinesDiffer)
    case .amountBothLines:
      lines[0].priceE5 += differenceE5
      firstOrderLine.priceE5 += differenceE5
      return Findings(.amountLine, .amountOrderLine)
    case .amountPositive:
      // The line was made without a price.
      return Findings(.amountPositive)
    case .amountPositiveFreight:
      listFreightE5 = -differenceE5
      return Findings(.amountPositive, .amountFreight)
    case .linesUnit:
      firstOrderLine.unit = firstOrderLine.unit == 7 ? 11 : 7
      return Findings(.amountLinesDiffer)
    case .linesCount:
      orderLineCount -= 1
      return Findings(.amountLinesDiffer)
    case .amountGoods:
      goodsValueE5 += differenceE5
      payableE5 += differenceE5
      paidE5.0 += differenceE5
      return Findings(.amountGoods)
    case .amountGoodsAlone:
      goodsValueE5 += differenceE5
      return isExport
        ? Findings(.amountGoods, .amountPaid) : Findings(.amountGoods, .amountSettlement)
    case .amountPaid:
      // Too much, or a first part of it.
      paidE5.0 = isOther ? paidE5.0 + differenceE5 : max(paidE5.0 / 2_000 * 1_000, 1)
      return Findings(.amountPaid)
    case .amountSettlement:
      payableE5 += differenceE5
      paidE5.0 += differenceE5
      return Findings(.amountSettlement)
    case .currencyOnOrder:
      orderCurrency = currency == 142 ? 502 : 142
      return Findings(.amountCurrency)
    case .currencyOnPayment, .currencyImport:
      paymentCurrency = currency == 502 ? 142 : 502
      return Findings(.amountCurrency)
    case .amountFreight:
      if isOther { waybillFreightE5 += differenceE5 } else { waybillInsuredE5 += differenceE5 }
      return Findings(.amountFreight)

    case .weightGross:
      waybillGrossE5 += differenceE5
      return Findings(.weightGross)
    case .weightNet:
      listNetE5 = isOther ? 0 : listGrossE5 + differenceE5
      return Findings(.weightNet)
    case .packageCount:
      // Two packages are wrong for an import even where both documents say so.
      waybillPacks += 1
      if !isExport && isOther { listPacks += 1 }
      return Findings(.packageCount)
    case .goodsEmpty:
      listLineCount = 0
      return Findings(.goodsEmpty, .amountGoods, .amountLinesDiffer)
    case .goodsSequence:
      // A gap, or a number twice.
      let last = Int(listLineCount) - 1
      let gnum: Int16 = isOther && last > 0 ? 1 : Int16(last + 2)
      lines[last].gnum = gnum
      if last == 0 { firstOrderLine.gnum = gnum }
      return Findings(.goodsSequence)
    case .goodsUnitQuantity:
      lines[0].unit1 = lines[0].unit
      lines[0].qty1E5 = lines[0].qtyE5 + 100_000
      return Findings(.goodsUnit)
    case .goodsUnitSecond:
      // A unit without its quantity, or the other way round.
      lines[0].unit2 = isOther ? 35 : 0
      lines[0].qty2E5 = isOther ? 0 : 150_000
      return Findings(.goodsUnit)

    default:
      return ruledFindings
    }
  }
}
