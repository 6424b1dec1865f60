/// The elements that this module writes, by the schema's own names.
enum Element: UInt8, CaseIterable {
  case guid, appType, appTime, appStatus, note
  case customsCode, portCode, ieFlag, ieDate, declTime, statisticsFlag, preNo, invtNo, copNo
  case orderType, orderNo, goodsValue, freight, discount, taxTotal, acturalPaid, currency
  case ebpCode, ebpName, ebcCode, ebcName, ebcTelephone, ownerCode, ownerName
  case agentCode, agentName, areaCode, areaName, iacCode, iacName, emsNo, assureCode
  case buyerRegNo, buyerName, buyerTelephone, buyerIdType, buyerIdNumber
  case payCode, payName, payNo, payTransactionId, payTime, accountingDate, charge, amountPaid
  case payerIdType, payerIdNumber, payerName, telephone, batchNumbers
  case consignee, consigneeTelephone, consigneeAddress, consigneeDistrict
  case logisticsCode, logisticsName, logisticsNo, billNo, voyageNo, trafNo, trafName, trafMode
  case tradeMode, tradeCountry, country, POD, totalPackageNo, loctNo, licenseNo
  case fCurrency, fFlag, insuredFee, iCurrency, iFlag, wrapType, packNo, weight, grossWeight
  case netWeight, goodsInfo, gnum, itemNo, itemRecordNo, itemName, itemDescribe
  case gcode, gname, gmodel, barCode, unit, unit1, unit2, qty, qty1, qty2, price, totalPrice
  case copCode, copName, dxpMode, dxpId
}

/// Every element's tags ready to be copied: 32 bytes that open it, 32 that close it. A document is
/// mostly tags, so writing them must cost no more than two copies.
struct Tags: ~Copyable, Sendable {
  private static let half = ByteBuffer.shortBytes
  private var bytes = ByteBuffer(capacity: Element.allCases.count * 2 * half)

  init() {
    for element in Element.allCases {
      let name = "\(element)"
      bytes.append("\t\t\t<ceb:")
      bytes.append(string: name)
      bytes.append(UInt8(ascii: ">"))
      pad(to: (Int(element.rawValue) * 2 + 1) * Self.half - 1)
      bytes.append(UInt8(name.utf8.count))
      bytes.append("</ceb:")
      bytes.append(string: name)
      bytes.append(">\n")
      pad(to: (Int(element.rawValue) * 2 + 2) * Self.half)
    }
  }

  private mutating func pad(to end: Int) {
    precondition(bytes.count <= end, "the name is too long")
    while bytes.count < end { bytes.append(0 as UInt8) }
  }

  /// `depth` tabs (2 or 3) and the opening tag.
  @inline(__always)
  func open(_ element: Element, depth: Int, to out: inout ByteBuffer) {
    let place = Int(element.rawValue) &* (2 &* Self.half)
    let name = Int(bytes[place &+ (Self.half &- 1)])
    out.append(short: bytes, at: place &+ 3 &- depth, count: name &+ 6 &+ depth)
  }

  /// The closing tag and a line end.
  @inline(__always)
  func close(_ element: Element, to out: inout ByteBuffer) {
    let place = Int(element.rawValue) &* (2 &* Self.half)
    let name = Int(bytes[place &+ (Self.half &- 1)])
    out.append(short: bytes, at: place &+ Self.half, count: name &+ 8)
  }
}
