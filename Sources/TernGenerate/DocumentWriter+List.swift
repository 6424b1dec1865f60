extension DocumentWriter {
  /// CEB603 or CEB621.
  mutating func writeList(_ parcel: Parcel, _ version: Version) {
    chooseFraction(sender: parcel.agent, parcel)
    depth = 3
    out.append("\t<ceb:Inventory>\n\t\t<ceb:InventoryHead>\n")
    writeVersion(.list, parcel, version)
    if parcel.isExport {
      writeExportHead(parcel, version)
    } else {
      writeImportHead(parcel, version)
    }
    out.append("\t\t</ceb:InventoryHead>\n")
    for place in 0..<Int(parcel.listLineCount) {
      writeListLine(parcel, parcel.lines[place])
    }
    out.append("\t</ceb:Inventory>\n")
  }

  private mutating func writeExportHead(_ parcel: Parcel, _ version: Version) {
    let world = world
    writeOffice(.customsCode, parcel)
    writePlatform(parcel)
    writeOrderNo(parcel, version)
    writeCarrier(parcel)
    writeLogisticsNo(parcel, version)
    writeCopNo(parcel, version)
    field(.ieFlag, "E")
    writeOffice(.portCode, parcel)
    writeDate(.ieDate, parcel, version)
    field(.statisticsFlag, byte: parcel.statisticsFlag)
    writeAgent(.agentCode, .agentName, parcel)
    writeSeller(parcel.seller)
    let owner = Int(parcel.seller)
    field(.ownerCode) { world.sellers.codes.copy(owner, to: &$0) }
    field(.ownerName) { world.sellers.names.copy(owner, to: &$0) }
    if parcel.tradeMode == 1210 {
      if parcel.deviation != .noZone { writeAgent(.iacCode, .iacName, parcel) }
      if parcel.deviation != .noAccountBook { writeAccountBook(parcel) }
    } else if parcel.agent & 1 == 0 {
      field(.iacCode, "")
      field(.iacName, "")
      field(.emsNo, "")
    }
    field(.tradeMode, integer: Int64(parcel.tradeMode))
    field(.trafMode, byte: parcel.trafMode)
    if parcel.agent % 3 == 0 { field(.trafName, "") }
    writeVoyage(parcel)
    writeBillNo(parcel)
    if parcel.agent & 1 == 0 {
      field(.totalPackageNo, "")
      field(.loctNo, "")
    }
    writeLicence(parcel)
    field(.country, code: parcel.country)
    field(.POD, code: parcel.country)
    field(.freight, decimalE5: parcel.listFreightE5)
    field(.fCurrency, code: parcel.currency)
    field(.fFlag, "3")
    field(.insuredFee, decimalE5: parcel.listInsuredE5)
    field(.iCurrency, code: parcel.currency)
    field(.iFlag, "3")
    field(.wrapType, "2")
    writeMeasures(parcel, version)
    writeNote(sender: parcel.agent)
  }

  private mutating func writeImportHead(_ parcel: Parcel, _ version: Version) {
    writeOrderNo(parcel, version)
    writePlatform(parcel)
    writeSeller(parcel.seller)
    writeLogisticsNo(parcel, version)
    writeCarrier(parcel)
    writeCopNo(parcel, version)
    if parcel.agent & 1 == 0 { field(.preNo, "") }
    let assurance = UInt64(parcel.agent) * 1_299_709
    field(.assureCode) {
      $0.append("HZ")
      $0.append(digits: assurance, width: 12)
    }
    if parcel.tradeMode == 1210 && parcel.deviation != .noAccountBook { writeAccountBook(parcel) }
    if parcel.agent & 1 == 0 { field(.invtNo, "") }
    field(.ieFlag, "I")
    writeDate(.declTime, parcel, version)
    writeOffice(.customsCode, parcel)
    writeOffice(.portCode, parcel)
    if parcel.agent % 3 != 2 { field(.ieDate) { $0.append(dateOf: parcel.listTime) } }
    field(.buyerIdType, "1")
    writeIdNumber(.buyerIdNumber, parcel.listBuyer)
    writeName(.buyerName, parcel.listBuyer)
    writeTelephone(.buyerTelephone, parcel.listBuyer)
    writeAddress(.consigneeAddress, parcel.consignee)
    writeAgent(.agentCode, .agentName, parcel)
    if parcel.tradeMode == 1210 && parcel.deviation != .noZone {
      writeAgent(.areaCode, .areaName, parcel)
    }
    field(.tradeMode, integer: Int64(parcel.tradeMode))
    field(.trafMode, byte: parcel.trafMode)
    if parcel.tradeMode == 9610 {
      if parcel.deviation != .noVehicle {
        field(.trafNo) {
          $0.append("B-")
          $0.append(digits: UInt64(parcel.agent) * 37 % 9_000 + 1_000, width: 4)
        }
      }
      if parcel.deviation != .noVoyage { writeVoyage(parcel) }
      if parcel.deviation != .noBill { writeBillNo(parcel) }
    }
    if parcel.agent & 1 == 0 { field(.loctNo, "") }
    writeLicence(parcel)
    field(.country, code: parcel.country)
    field(.freight, decimalE5: parcel.listFreightE5)
    field(.insuredFee, decimalE5: parcel.listInsuredE5)
    field(.currency, "142")
    if parcel.agent % 4 != 3 { field(.wrapType, "2") }
    writeMeasures(parcel, version)
    writeNote(sender: parcel.agent)
  }

  private mutating func writeListLine(_ parcel: Parcel, _ line: Line) {
    let world = world
    let good = world.good(line, isExport: parcel.isExport)
    out.append("\t\t<ceb:InventoryList>\n")
    field(.gnum, integer: Int64(line.gnum))
    if parcel.isExport {
      writeItemNo(parcel, line)
      writeRecordNo(parcel, line)
    } else {
      writeRecordNo(parcel, line)
      writeItemNo(parcel, line)
    }
    if parcel.agent % 5 != 4 { field(.itemName, good.name) }
    writeCode(parcel, line, good)
    field(.gname, good.name)
    field(.gmodel, good.model)
    open(.barCode)
    parcel.appendBarCode(line, to: &out)
    close(.barCode)
    field(.country, code: parcel.isExport ? 142 : parcel.country)
    if parcel.isExport {
      field(.currency, code: line.currency)
      field(.qty, decimalE5: line.qtyE5)
      field(.qty1, decimalE5: line.qty1E5)
      if line.qty2E5 != 0 { field(.qty2, decimalE5: line.qty2E5) }
      field(.unit, code: line.unit)
      field(.unit1, code: line.unit1)
      if line.unit2 != 0 { field(.unit2, code: line.unit2) }
    } else {
      if parcel.agent % 3 != 1 { field(.tradeCountry, code: parcel.country) }
      field(.currency, "142")
      field(.qty, decimalE5: line.qtyE5)
      field(.unit, code: line.unit)
      field(.qty1, decimalE5: line.qty1E5)
      field(.unit1, code: line.unit1)
      if line.qty2E5 != 0 { field(.qty2, decimalE5: line.qty2E5) }
      if line.unit2 != 0 { field(.unit2, code: line.unit2) }
    }
    field(.price, decimalE5: line.priceE5)
    field(.totalPrice, decimalE5: line.totalE5)
    writeNote(sender: parcel.agent)
    out.append("\t\t</ceb:InventoryList>\n")
  }

  // MARK: Parts

  private mutating func writeOffice(_ name: Element, _ parcel: Parcel) {
    let world = world
    let office = Int(parcel.customsOffice)
    field(name) { world.customsOffices.copy(office, to: &$0) }
  }

  private mutating func writeCarrier(_ parcel: Parcel) {
    let world = world
    let carrier = Int(parcel.carrier)
    field(.logisticsCode) { world.carriers.codes.copy(carrier, to: &$0) }
    field(.logisticsName) { world.carriers.names.copy(carrier, to: &$0) }
  }

  private mutating func writeLogisticsNo(_ parcel: Parcel, _ version: Version) {
    open(.logisticsNo)
    parcel.appendLogisticsNo(version, world, to: &out)
    close(.logisticsNo)
  }

  private mutating func writeCopNo(_ parcel: Parcel, _ version: Version) {
    open(.copNo)
    parcel.appendCopNo(version, world, to: &out)
    close(.copNo)
  }

  private mutating func writeDate(
    _ name: Element, _ parcel: Parcel, _ version: Version
  ) {
    if version.flaw == .date {
      field(name, "20261345")
    } else {
      open(name)
      out.append(dateOf: parcel.listTime)
      close(name)
    }
  }

  private mutating func writeAgent(
    _ code: Element, _ name: Element, _ parcel: Parcel
  ) {
    let world = world
    let agent = Int(parcel.agent)
    field(code) { world.agents.codes.copy(agent, to: &$0) }
    field(name) { world.agents.names.copy(agent, to: &$0) }
  }

  private mutating func writeLicence(_ parcel: Parcel) {
    if parcel.deviation == .licenceGiven {
      let number = parcel.scattered
      field(.licenseNo) {
        $0.append("XK")
        $0.append(digits: number, width: 10)
      }
    } else if parcel.agent & 1 == 0 {
      field(.licenseNo, "")
    }
  }

  /// The article's code; on the first line as the fault has it.
  private mutating func writeCode(_ parcel: Parcel, _ line: Line, _ good: Good) {
    let code = good.code
    let kept: (from: Int, count: Int)
    switch parcel.deviation {
    case .headingOnly where line.gnum == 1: kept = (0, 4)
    case .nineDigits where line.gnum == 1: kept = (0, 9)
    case .noSuchHeading where line.gnum == 1: kept = (4, 6)
    default: return field(.gcode, code)
    }
    open(.gcode)
    // There is no chapter 98 in the nomenclature that all countries share.
    if kept.from > 0 { out.append("9899") }
    let digits = "\(code)".utf8.dropFirst(kept.from).prefix(kept.count)
    for digit in digits { out.append(digit) }
    close(.gcode)
  }

  /// Account book of the zone enterprise.
  private mutating func writeAccountBook(_ parcel: Parcel) {
    let world = world
    let number = UInt64(parcel.agent) * 101 + 1
    let office = Int(parcel.customsOffice)
    field(.emsNo) {
      $0.append("T")
      world.customsOffices.copy(office, to: &$0)
      $0.append("W")
      $0.append(digits: number, width: 6)
    }
  }

  private mutating func writeVoyage(_ parcel: Parcel) {
    let number = UInt64(parcel.agent) * 53 % 900 + 100
    field(.voyageNo) {
      $0.append("CK")
      $0.append(digits: number, width: 3)
    }
  }

  private mutating func writeMeasures(_ parcel: Parcel, _ version: Version) {
    field(.packNo, integer: Int64(parcel.listPacks))
    let grossE5 = parcel.listGrossE5 + (version.isWrong ? 100_000 : 0)
    flawedField(.grossWeight, decimalE5: grossE5, version)
    field(.netWeight, decimalE5: parcel.listNetE5)
  }

  private mutating func writeItemNo(_ parcel: Parcel, _ line: Line) {
    open(.itemNo)
    parcel.appendItemNo(line, to: &out)
    close(.itemNo)
  }

  private mutating func writeRecordNo(_ parcel: Parcel, _ line: Line) {
    if parcel.tradeMode == 1210 && parcel.deviation != .noRecordNumber {
      let number = UInt64(parcel.seller) * 1_000 + UInt64(line.good)
      field(.itemRecordNo) {
        $0.append("R")
        $0.append(digits: number, width: 11)
      }
    } else if parcel.agent & 1 == 0 {
      field(.itemRecordNo, "")
    }
  }
}
