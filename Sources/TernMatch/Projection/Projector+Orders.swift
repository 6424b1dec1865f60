import TernCEB

extension Projector {
  mutating func projectOrders(_ tables: KindTables, _ place: RowPlace, _ output: MatchTables) {
    let heads = tables.heads
    guard let lineTable = tables.lines, heads.rowCount > 0 else { return }
    let common = CommonColumns(heads)
    let platforms = PlatformColumns(heads)
    let orderNo = heads.text("orderNo")
    let ebcCode = heads.text("ebcCode")
    let goodsValue = heads.decimal("goodsValue")
    let freight = heads.decimal("freight")
    let currency = heads.text("currency")
    let lineCount = heads.integer("#lines")
    let lines = LineColumns(lineTable)
    let direction = tables.kind.direction
    let `import` = direction == .import ? ImportOrderColumns(heads) : nil

    output.orders.reserve(heads.rowCount * OrderRow.wordCount)
    var line = 0
    for row in 0..<heads.rowCount {
      let lineEnd = line + Int(lineCount[row])
      precondition(lineEnd <= lineTable.rowCount, "heads and lines disagree")
      defer { line = lineEnd }
      guard common.isDeclared(row), let platform = platforms[row] else { continue }

      var flags = common.flags(row)
      var digestSum: UInt64 = 0
      for line in line..<lineEnd {
        if !lineArithmeticAgrees(
          qtyE5: lines.qty[line], priceE5: lines.price[line], totalE5: lines.totalPrice[line])
        {
          flags.insert(.lineArithmetic)
        }
        digestSum &+= lineDigest(lines, line, direction)
      }
      let goodsValueE5 = goodsValue[row]
      var payableE5 = goodsValueE5 &+ freight[row]
      var buyer: UInt64 = 0
      var consignee: UInt64 = 0
      if let `import` {
        let paidE5 = `import`.acturalPaid[row]
        if paidE5 != payableE5 &+ `import`.taxTotal[row] &- `import`.discount[row] {
          flags.insert(.settlement)
        }
        payableE5 = paidE5
        buyer = personDigest(`import`.buyerIdNumber[row], `import`.buyerName[row], direction)
        consignee = consigneeDigest(
          `import`.consignee[row], `import`.consigneeTelephone[row],
          `import`.consigneeAddress[row], direction)
      }
      output.orders.appendReserved(
        OrderRow(
          key: tradeKey(platform, orderNo[row], direction),
          flags: flags,
          document: place.reference(row),
          appTime: common.appTime[row],
          sellerAndGoods: DigestE5(sellerDigest(ebcCode[row], direction), goodsValueE5),
          buyerAndPayable: DigestE5(buyer, payableE5),
          consignee: consignee,
          lines: digestSum & digestMask,
          currency: currencyDigest(currency[row], direction)))
    }
    extendLifetime(tables)
  }

  /// One line as `amount.lines_differ` compares it: numbers by value.
  @inline(__always)
  mutating func lineDigest(_ lines: LineColumns, _ line: Int, _ direction: Direction) -> UInt64 {
    digester.begin(.line, direction)
    digester.append(lines.gnum[line])
    digester.append(lines.qty[line])
    digester.append(lines.price[line])
    digester.append(lines.totalPrice[line])
    digester.append(lines.currency[line])
    digester.append(lines.unit[line])
    return digester.digest48
  }
}

/// What only an import order has.
struct ImportOrderColumns {
  let discount: DecimalView
  let taxTotal: DecimalView
  let acturalPaid: DecimalView
  let buyerIdNumber: TextView
  let buyerName: TextView
  let consignee: TextView
  let consigneeTelephone: TextView
  let consigneeAddress: TextView

  init(_ heads: Table) {
    discount = heads.decimal("discount")
    taxTotal = heads.decimal("taxTotal")
    acturalPaid = heads.decimal("acturalPaid")
    buyerIdNumber = heads.text("buyerIdNumber")
    buyerName = heads.text("buyerName")
    consignee = heads.text("consignee")
    consigneeTelephone = heads.text("consigneeTelephone")
    consigneeAddress = heads.text("consigneeAddress")
  }
}
