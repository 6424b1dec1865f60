/// Counting versions, the join, and the findings.
struct OracleVerdicts {
  var rows: [String] = []
  var rejects = 0
  var asOf = 0

  private struct Counting {
    var document: Document
    var isDuplicate: Bool
  }

  init(_ documents: [Document]) {
    let usable = documents.filter(Oracle.isUsable)
    rejects = documents.count - usable.count
    asOf = usable.map { Oracle.seconds($0["appTime"])! }.max() ?? 0
    let declared = usable.filter { $0["appStatus"] == "2" }

    func kinds(_ names: [String]) -> [Document] { declared.filter { names.contains($0.kind) } }
    let orders = Self.counting(kinds(["CEB303", "CEB311"]), by: \.tradeKey)
    let payments = Self.counting(kinds(["CEB403", "CEB411"])) {
      let number = $0["payNo"] + $0["payTransactionId"]
      return "\($0.tradeKey)|\($0["payCode"])|\(number.isEmpty ? $0["guid"] : number)"
    }
    let waybills = Self.countingWaybills(kinds(["CEB505", "CEB511"]))
    let lists = Self.counting(kinds(["CEB603", "CEB621"])) {
      "\($0.direction)|\($0["agentCode"])|\($0["copNo"])"
    }

    let orderOf = Dictionary(orders.map { ($0.document.tradeKey, $0) }) { first, _ in first }
    let paymentsOf = Dictionary(grouping: payments) { $0.document.tradeKey }
    let waybillsOf = Dictionary(grouping: waybills) { $0.document.waybillKey }
    let listsOfTrade = Dictionary(grouping: lists) { $0.document.tradeKey }
    let listsOfWaybill = Dictionary(grouping: lists) { $0.document.waybillKey }

    for list in lists {
      let document = list.document
      let time = Oracle.seconds(document["appTime"])!
      let waybill = (waybillsOf[document.waybillKey] ?? []).min {
        abs(Oracle.seconds($0.document["appTime"])! - time)
          < abs(Oracle.seconds($1.document["appTime"])! - time)
      }
      var findings = Self.findings(
        of: document, order: orderOf[document.tradeKey]?.document,
        payments: (paymentsOf[document.tradeKey] ?? []).map(\.document), waybill: waybill?.document)
      if list.isDuplicate { findings.insert("list.duplicate") }
      if orderOf[document.tradeKey]?.isDuplicate == true { findings.insert("order.duplicate") }
      if waybill?.isDuplicate == true { findings.insert("waybill.duplicate") }
      if (paymentsOf[document.tradeKey] ?? []).contains(where: \.isDuplicate) {
        findings.insert("payment.duplicate")
      }
      if waybill != nil, listsOfWaybill[document.waybillKey]!.count > 1 {
        findings.insert("waybill.shared")
      }
      let first = listsOfTrade[document.tradeKey]!.map(\.document).min {
        ($0["appTime"], $0["copNo"]) < ($1["appTime"], $1["copNo"])
      }!
      if first["copNo"] != document["copNo"] { findings.insert("list.duplicate") }
      rows.append(Self.row(document, findings, age: asOf - time))
    }
    rows.sort { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }

  private static func counting(
    _ documents: [Document], by identity: (Document) -> String
  ) -> [Counting] {
    Dictionary(grouping: documents, by: identity).values.compactMap(counting(versions:))
  }

  /// The version that counts, of the versions of one identity.
  private static func counting(versions: [Document]) -> Counting? {
    var seen: Set<[String]> = []
    let distinct = versions.sorted { $0.position < $1.position }.filter { document in
      let head = document.fields.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
      let lines = document.lines.map { "\($0.sorted { $0.key < $1.key })" }
      return seen.insert(head + lines).inserted
    }
    let sorted = distinct.sorted { ($0["appTime"], $0.position) < ($1["appTime"], $1.position) }
    guard let last = sorted.last, last["appType"] != "3" else { return nil }
    let sinceDelete = sorted.reversed().prefix { $0["appType"] != "3" }
    let new = Set(sinceDelete.filter { $0["appType"] == "1" }.map { $0["guid"] })
    return Counting(document: last, isDuplicate: new.count > 1)
  }

  private static func countingWaybills(_ documents: [Document]) -> [Counting] {
    var result: [Counting] = []
    for versions in Dictionary(grouping: documents, by: \.waybillKey).values {
      let sorted = versions.sorted { $0["appTime"] < $1["appTime"] }
      var group: [Document] = []
      for document in sorted {
        if let last = group.last,
          Oracle.seconds(document["appTime"])! - Oracle.seconds(last["appTime"])!
            > 183 * 24 * 3_600
        {
          if let counting = counting(versions: group) { result.append(counting) }
          group = []
        }
        group.append(document)
      }
      if let counting = counting(versions: group) { result.append(counting) }
    }
    return result
  }

  // MARK: Findings

  private static func findings(
    of list: Document, order: Document?, payments: [Document], waybill: Document?
  ) -> Set<String> {
    var found: Set<String> = []
    func check(_ isRight: Bool, _ finding: String) { if !isRight { found.insert(finding) } }
    let isExport = list.isExport
    check(order != nil, "order.missing")
    check(!payments.isEmpty, "payment.missing")
    check(waybill != nil, "waybill.missing")

    // The list alone.
    func number(_ line: [String: String], _ name: String) -> Int128 {
      Oracle.decimalE5(line[name] ?? "") ?? 0
    }
    func isRight(_ line: [String: String]) -> Bool {
      number(line, "qty") * number(line, "price") == number(line, "totalPrice") * 100_000
    }
    check(list.lines.allSatisfy(isRight), "amount.line")
    let arePositive = list.lines.allSatisfy { line in
      ["qty", "price", "totalPrice"].allSatisfy { number(line, $0) > 0 }
    }
    check(
      arePositive && list.amount("freight") >= 0 && list.amount("insuredFee") >= 0,
      "amount.positive")
    let (net, gross) = (list.amount("netWeight"), list.amount("grossWeight"))
    check(net > 0 && net <= gross, "weight.net")
    check(!list.lines.isEmpty, "goods.empty")
    check(
      list.lines.map { Int($0["gnum"]!)! }.sorted() == Array(1..<list.lines.count + 1),
      "goods.sequence")
    for line in list.lines {
      let isSame = line["unit"] != line["unit1"] || number(line, "qty") == number(line, "qty1")
      let hasUnit = !(line["unit2"] ?? "").isEmpty
      check(isSame && hasUnit == (number(line, "qty2") > 0), "goods.unit")
    }

    // What needs no table and no fault to happen.
    if !isExport {
      let goods = list.lines.reduce(Int128(0)) { $0 + number($1, "totalPrice") }
      let amount = goods + list.amount("freight") + list.amount("insuredFee")
      let isOnePiece = list.lines.count == 1 && number(list.lines[0], "qty") == 100_000
      check(amount <= 500_000_000 || isOnePiece, "regime.limit_single")
    }

    // Currency of whatever is there.
    let heads = (order.map { [$0] } ?? []) + payments
    let currencies = Set(heads.map { $0["currency"] } + list.lines.map { $0["currency"]! })
    check(
      currencies.count <= 1 && (isExport || currencies.isSubset(of: ["142"])), "amount.currency")

    if let order {
      check(order["ebcCode"] == list["ebcCode"], "party.seller")
      check(order.lines.allSatisfy(isRight), "amount.order_line")
      func shape(_ lines: [[String: String]]) -> [String] {
        lines.map { line in
          let numbers = ["qty", "price", "totalPrice"].map { "\(number(line, $0))" }
          return "\(line["gnum"]!) \(numbers) \(line["currency"]!) \(line["unit"]!)"
        }.sorted()
      }
      check(shape(order.lines) == shape(list.lines), "amount.lines_differ")
      let sum = list.lines.reduce(0) { $0 + number($1, "totalPrice") }
      check(sum == order.amount("goodsValue"), "amount.goods")
      if !isExport {
        check(
          order["buyerIdNumber"] == list["buyerIdNumber"]
            && order["buyerName"] == list["buyerName"],
          "party.buyer")
        check(
          order.amount("acturalPaid") == order.amount("goodsValue") + order.amount("freight")
            + order.amount("taxTotal") - order.amount("discount"), "amount.settlement")
        for payment in payments {
          check(
            payment["payerIdNumber"] == order["buyerIdNumber"]
              && payment["payerName"] == order["buyerName"], "party.payer")
        }
      }
      if !payments.isEmpty {
        let paid = payments.reduce(0) { $0 + $1.amount(isExport ? "charge" : "amountPaid") }
        let due =
          isExport
          ? order.amount("goodsValue") + order.amount("freight") : order.amount("acturalPaid")
        check(paid == due, "amount.paid")
      }
    }
    if isExport {
      for payment in payments { check(payment["ebcCode"] == list["ebcCode"], "party.seller") }
    }
    if let waybill {
      if !waybill["ebcCode"].isEmpty {
        check(waybill["ebcCode"] == list["ebcCode"], "party.seller")
      }
      if let order, !isExport {
        for name in ["consignee", "consigneeTelephone", "consigneeAddress"] {
          check(order[name] == waybill[name], "party.consignee")
        }
      }
      check(gross == waybill.amount(isExport ? "grossWeight" : "weight"), "weight.gross")
      for name in ["freight", "insuredFee"] where !waybill[name].isEmpty {
        check(list.amount(name) == waybill.amount(name), "amount.freight")
      }
    }
    let packs = Int(list["packNo"])!
    check(
      (waybill == nil || packs == Int(waybill!["packNo"])!) && (isExport || packs == 1),
      "package.count")
    return found
  }

  private static let pending: Set = ["order.missing", "payment.missing", "waybill.missing"]
  private static let review: Set = ["party.consignee", "amount.order_line"]
  private static let warning: Set = ["payment.duplicate", "amount.freight"]

  private static func row(_ list: Document, _ findings: Set<String>, age: Int) -> String {
    let isPast = age > 30 * 24 * 3_600
    let rejecting = findings.subtracting(pending).subtracting(review).subtracting(warning)
    let waits = !findings.isDisjoint(with: pending)
    let disposition =
      if !rejecting.isEmpty || (waits && isPast) {
        "rejected,100"
      } else if waits {
        "pending,2"
      } else if !findings.isDisjoint(with: review) {
        "review,300"
      } else {
        "released,399"
      }
    let columns = [
      list.direction, list["agentCode"], list["copNo"], list.platform, list["orderNo"],
      list["logisticsCode"], list["logisticsNo"], disposition,
      findings.sorted().joined(separator: ";"),
    ]
    return columns.joined(separator: ",")
  }
}
