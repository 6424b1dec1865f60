import TernCEB

extension Projector {
  /// Three rows per declared list: by identity, by waybill key, by trade key; and one of an import by buyer.
  mutating func projectLists(_ tables: KindTables, _ place: RowPlace, _ output: MatchTables) {
    let heads = tables.heads
    guard let lineTable = tables.lines, heads.rowCount > 0 else { return }
    let direction = tables.kind.direction
    let common = CommonColumns(heads)
    let head = ListHeadColumns(heads, direction)
    let lines = ListLineColumns(lineTable)
    let regime = RegimeColumns(heads, lineTable, direction)

    output.listsByIdentity.reserve(heads.rowCount * ListIdentityRow.wordCount)
    output.listsByWaybill.reserve(heads.rowCount * ListWaybillRow.wordCount)
    output.listsByTrade.reserve(heads.rowCount * ListTradeRow.wordCount)
    if direction == .import { output.listsByBuyer.reserve(heads.rowCount * ListBuyerRow.wordCount) }
    var line = 0
    for row in 0..<heads.rowCount {
      let lineEnd = line + Int(head.lineCount[row])
      precondition(lineEnd <= lineTable.rowCount, "heads and lines disagree")
      defer { line = lineEnd }
      // A list has an `ebcCode` column: its platform is never nil.
      guard common.isDeclared(row), let platform = head.platforms[row] else { continue }

      let document = place.reference(row)
      let appTime = common.appTime[row]
      let tradeMode = TradeModeGroup(head.tradeMode[row])
      let version = common.flags(row).union(.tradeMode(tradeMode))
      let tradeKey = tradeKey(platform, head.orderNo[row], direction)
      let waybillKey = waybillKey(head.logisticsCode[row], head.logisticsNo[row], direction)
      let copNo = head.copNo[row]
      let identity =
        copNo.isEmpty
        ? listKey(trade: tradeKey, waybill: waybillKey, direction)
        : listKey(head.agentCode[row], copNo, direction)
      output.listsByIdentity.appendReserved(
        ListIdentityRow(key: identity, flags: version, document: document, appTime: appTime))

      let seller = sellerDigest(head.ebcCode[row], direction)
      let freightE5 = head.freight[row]
      let insuredFeeE5 = head.insuredFee[row]
      let grossWeightE5 = head.grossWeight[row]
      let netWeightE5 = head.netWeight[row]
      var waybillFlags = version
      if head.fFlag?[row].isByte(0x33) ?? true { waybillFlags.insert(.freight) }
      if head.iFlag?[row].isByte(0x33) ?? true { waybillFlags.insert(.insuredFee) }
      output.listsByWaybill.appendReserved(
        ListWaybillRow(
          key: waybillKey, flags: waybillFlags, document: document, appTime: appTime,
          parcel: Parcel(
            party: seller, freightE5: freightE5, insuredFeeE5: insuredFeeE5,
            grossWeightE5: grossWeightE5, packNo: head.packNo[row])))

      let goods = goodsFacts(lines, line..<lineEnd, direction)
      var flags = goods.flags.union(version).union(codeFlags(head, row))
      flags.formUnion(regime.flags(row, line..<lineEnd, tradeMode))
      if freightE5 < 0 || insuredFeeE5 < 0 { flags.insert(.notPositive) }
      if netWeightE5 <= 0 || netWeightE5 > grossWeightE5 { flags.insert(.netWeight) }
      var buyer: UInt64 = 0
      if let id = head.buyerIdNumber, let name = head.buyerName {
        buyer = personDigest(id[row], name[row], direction)
        if !id[row].isEmpty {
          output.listsByBuyer.appendReserved(
            ListBuyerRow(
              key: buyerYear(id[row], appTime, direction), flags: version, document: document,
              appTime: appTime, amountE5: WideE5(goods.sumE5 &+ freightE5 &+ insuredFeeE5)))
        }
      }
      output.listsByTrade.appendReserved(
        ListTradeRow(
          key: tradeKey, flags: flags, document: document, appTime: appTime,
          sellerAndGoods: DigestE5(seller, goods.sumE5), buyer: buyer, lines: goods.digestSum & digestMask,
          currency: goods.currency))
    }
    extendLifetime(tables)
  }

  /// Key of a buyer's lists of one calendar year, in China Standard Time.
  @inline(__always)
  private mutating func buyerYear(_ id: Bytes, _ appTime: Int64, _ direction: Direction) -> MatchKey {
    if !lastYear.contains(appTime) { lastYear = CalendarYear(of: appTime) }
    digester.begin(.buyerYear, direction)
    digester.append(id)
    digester.append(lastYear.year)
    return MatchKey(digester.digest128, direction)
  }

  /// What the lines of one list decide, and what of them is compared.
  private mutating func goodsFacts(
    _ lines: ListLineColumns, _ range: Range<Int>, _ direction: Direction
  ) -> GoodsFacts {
    var facts = GoodsFacts()
    if range.isEmpty { facts.flags.insert(.goodsEmpty) }
    var inSequence = true
    for line in range {
      let qtyE5 = lines.common.qty[line]
      let priceE5 = lines.common.price[line]
      let totalE5 = lines.common.totalPrice[line]
      if !lineArithmeticAgrees(qtyE5: qtyE5, priceE5: priceE5, totalE5: totalE5) {
        facts.flags.insert(.lineArithmetic)
      }
      if qtyE5 <= 0 || priceE5 <= 0 || totalE5 <= 0 { facts.flags.insert(.notPositive) }
      if lines.common.gnum[line] != Int64(line &- range.lowerBound &+ 1) { inSequence = false }
      if lines.common.unit[line] == lines.unit1[line] && qtyE5 != lines.qty1[line] {
        facts.flags.insert(.goodsUnit)
      }
      if lines.unit2[line].isEmpty == (lines.qty2[line] > 0) { facts.flags.insert(.goodsUnit) }
      facts.sumE5 &+= totalE5
      facts.digestSum &+= lineDigest(lines.common, line, direction)
      let currency = currencyDigest(lines.common.currency[line], direction)
      if currency != 0 {
        if facts.currency == 0 { facts.currency = currency }
        if facts.currency != currency { facts.flags.insert(.currencyMixed) }
      }
    }
    if !inSequence && !isPermutation(lines.common.gnum, range) {
      facts.flags.insert(.goodsSequence)
    }
    return facts
  }

  /// Whether the `gnum`s are 1..n without repeats, in any order. O(n).
  private mutating func isPermutation(_ gnum: IntegerView, _ range: Range<Int>) -> Bool {
    usedNumbers.removeAll(keepingCapacity: true)
    usedNumbers.append(contentsOf: repeatElement(false, count: range.count))
    for line in range {
      let number = gnum[line]
      guard number >= 1 && number <= range.count, !usedNumbers[Int(number - 1)] else {
        return false
      }
      usedNumbers[Int(number - 1)] = true
    }
    return true
  }
}

struct GoodsFacts {
  var flags: RowFlags = []
  var sumE5: Int128 = 0
  var digestSum: UInt64 = 0
  var currency: UInt64 = 0
}

struct ListHeadColumns {
  let platforms: PlatformColumns
  let orderNo: TextView
  let logisticsCode: TextView
  let logisticsNo: TextView
  let agentCode: TextView
  let copNo: TextView
  let tradeMode: TextView
  let ebcCode: TextView
  let freight: DecimalView
  let insuredFee: DecimalView
  let grossWeight: DecimalView
  let netWeight: DecimalView
  let packNo: IntegerView
  let lineCount: IntegerView
  /// Export only; an import's freight and insurance are always compared.
  let fFlag: TextView?
  let iFlag: TextView?
  /// Import only.
  let buyerIdNumber: TextView?
  let buyerName: TextView?

  init(_ heads: Table, _ direction: Direction) {
    platforms = PlatformColumns(heads)
    orderNo = heads.text("orderNo")
    logisticsCode = heads.text("logisticsCode")
    logisticsNo = heads.text("logisticsNo")
    agentCode = heads.text("agentCode")
    copNo = heads.text("copNo")
    tradeMode = heads.text("tradeMode")
    ebcCode = heads.text("ebcCode")
    freight = heads.decimal("freight")
    insuredFee = heads.decimal("insuredFee")
    grossWeight = heads.decimal("grossWeight")
    netWeight = heads.decimal("netWeight")
    packNo = heads.integer("packNo")
    lineCount = heads.integer("#lines")
    let isImport = direction == .import
    fFlag = isImport ? nil : heads.text("fFlag")
    iFlag = isImport ? nil : heads.text("iFlag")
    buyerIdNumber = isImport ? heads.text("buyerIdNumber") : nil
    buyerName = isImport ? heads.text("buyerName") : nil
  }
}

struct ListLineColumns {
  let common: LineColumns
  let unit1: TextView
  let qty1: DecimalView
  let unit2: TextView
  let qty2: DecimalView

  init(_ lines: Table) {
    common = LineColumns(lines)
    unit1 = lines.text("unit1")
    qty1 = lines.decimal("qty1")
    unit2 = lines.text("unit2")
    qty2 = lines.decimal("qty2")
  }
}
