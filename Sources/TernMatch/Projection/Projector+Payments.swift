import TernCEB

extension Projector {
  /// An import payment whose `ebpCode` is empty or `无` names no platform: it can match nothing
  /// and gets no row.
  mutating func projectPayments(_ tables: KindTables, _ place: RowPlace, _ output: MatchTables) {
    let heads = tables.heads
    guard heads.rowCount > 0 else { return }
    let direction = tables.kind.direction
    let isImport = direction == .import
    let common = CommonColumns(heads)
    let platforms = PlatformColumns(heads)
    let guid = heads.text("guid")
    let orderNo = heads.text("orderNo")
    let payCode = heads.text("payCode")
    let number = heads.text(isImport ? "payTransactionId" : "payNo")
    let amount = heads.decimal(isImport ? "amountPaid" : "charge")
    let currency = heads.text("currency")
    let ebcCode = isImport ? nil : heads.text("ebcCode")
    let payerIdNumber = isImport ? heads.text("payerIdNumber") : nil
    let payerName = isImport ? heads.text("payerName") : nil

    output.payments.reserve(heads.rowCount * PaymentRow.wordCount)
    for row in 0..<heads.rowCount {
      guard common.isDeclared(row), let platform = platforms[row] else { continue }
      let key = tradeKey(platform, orderNo[row], direction)
      let payNo = number[row]
      // The trade key's digest stands for it: its input is settled above.
      digester.begin(payNo.isEmpty ? .paymentByGuid : .payment, direction)
      digester.append(key.high)
      digester.append(key.low)
      digester.append(payCode[row])
      digester.append(payNo.isEmpty ? guid[row] : payNo)
      let identity = digester.digest48

      var party: UInt64 = 0
      if let ebcCode { party = sellerDigest(ebcCode[row], direction) }
      if let payerIdNumber, let payerName {
        party = personDigest(payerIdNumber[row], payerName[row], direction)
      }
      output.payments.appendReserved(
        PaymentRow(
          key: key,
          flags: common.flags(row),
          document: place.reference(row),
          appTime: common.appTime[row],
          partyAndAmount: DigestE5(party, amount[row]),
          identity: identity,
          currency: currencyDigest(currency[row], direction)))
    }
    extendLifetime(tables)
  }
}
