import TernCEB
import TernMatch

@testable import TernRules

/// The specification once more, as plainly as it can be written: texts, dictionaries and filters
/// over whole documents. It shares nothing with the engine but the names of the findings.
struct NaiveModel {
  struct Stored {
    var doc: Doc
    var reference: DocumentRef
    var appTime: Int { Int(doc["appTime"])! }
    var isImport: Bool { doc.kind.direction == .import }
  }

  /// `docs` with the places that they have in `tables`, made from them in this order.
  static func stored(_ docs: [Doc], in tables: [KindTables]) -> [Stored] {
    var stored: [Stored] = []
    for (segment, unit) in tables.enumerated() {
      for row in 0..<unit.heads.rowCount {
        stored.append(
          Stored(
            doc: docs[stored.count],
            reference: DocumentRef(segment: segment, row: row, direction: unit.kind.direction)))
      }
    }
    return stored
  }

  var stored: [Stored]
  var settings: RuleSettings

  /// Documents in arrival order with their references.
  init(_ stored: [Stored], _ settings: RuleSettings) {
    self.stored = stored
    self.settings = settings
  }

  /// Everything a document says, numbers by value.
  static func content(_ doc: Doc) -> [String] {
    func values(_ fields: [String: String], _ specs: [Field]) -> [String] {
      specs.map { spec in
        let text = fields[spec.name] ?? ""
        switch spec.type {
        case .text: return text
        case .decimal: return e5(text).map(String.init) ?? "none"
        default: return Int(text).map(String.init) ?? "none"
        }
      }
    }
    return values(doc.head, doc.kind.spec.headFields)
      + doc.lines.flatMap { ["line"] + values($0, doc.kind.spec.lineFields) }
  }

  struct Counting {
    var stored: Stored
    var isDuplicate: Bool
  }

  /// Versions of one identity, in arrival order.
  func counting(_ versions: [Stored]) -> Counting? {
    var distinct: [Stored] = []
    for version in versions
    where !distinct.contains(where: { Self.content($0.doc) == Self.content(version.doc) }) {
      distinct.append(version)
    }
    // A stable sort keeps arrival order on ties.
    let sorted = distinct.enumerated().sorted {
      ($0.element.appTime, $0.offset) < ($1.element.appTime, $1.offset)
    }.map(\.element)
    guard let last = sorted.last, last.doc["appType"] != "3" else { return nil }
    let sinceDelete = sorted.suffix(while: { $0.doc["appType"] != "3" })
    let guids = Set(sinceDelete.filter { $0.doc["appType"] == "1" }.map { $0.doc["guid"] })
    return Counting(stored: last, isDuplicate: guids.count > 1)
  }

  func declared(_ role: Role) -> [Stored] {
    stored.filter { $0.doc.kind.role == role && $0.doc["appStatus"] == "2" }
  }

  static func tradeKey(_ doc: Doc) -> [String]? {
    var platform = doc["ebpCode"]
    if platform.isEmpty || platform == "无" {
      if doc.kind == .payment411 { return nil }
      platform = doc["ebcCode"]
    }
    return [doc.kind.direction.letter, platform, doc["orderNo"]]
  }

  static func waybillKey(_ doc: Doc) -> [String] {
    [doc.kind.direction.letter, doc["logisticsCode"], doc["logisticsNo"]]
  }

  static func identity(_ doc: Doc) -> [String]? {
    switch doc.kind.role {
    case .order: return tradeKey(doc)
    case .payment:
      guard let key = tradeKey(doc) else { return nil }
      let number = doc[doc.kind == .payment411 ? "payTransactionId" : "payNo"]
      return key + [doc["payCode"]] + (number.isEmpty ? ["guid", doc["guid"]] : [number])
    case .waybill: return waybillKey(doc)
    case .list, .cancellation:
      if doc["copNo"].isEmpty { return tradeKey(doc)! + waybillKey(doc) }
      return [doc.kind.direction.letter, doc["agentCode"], doc["copNo"]]
    default: return nil
    }
  }

  func countingAll(_ role: Role) -> [Counting] {
    let groups = Dictionary(grouping: declared(role)) { Self.identity($0.doc) }
    return groups.compactMap { identity, versions in identity == nil ? nil : counting(versions) }
  }

  func waybills(_ key: [String]) -> [Counting] {
    let versions = declared(.waybill).filter { Self.waybillKey($0.doc) == key }
    let sorted = versions.enumerated().sorted {
      ($0.element.appTime, $0.offset) < ($1.element.appTime, $1.offset)
    }.map(\.element)
    var instances: [[Stored]] = []
    for version in sorted {
      if let last = instances.last?.last, version.appTime - last.appTime <= 183 * 86_400 {
        instances[instances.count - 1].append(version)
      } else {
        instances.append([version])
      }
    }
    return instances.compactMap(counting)
  }

  /// What became of every cancellation that counts.
  func cancellationEffects() -> [DocumentRef: CancellationEffect] {
    let lists = countingAll(.list)
    return Dictionary(
      uniqueKeysWithValues: countingAll(.cancellation).map { cancellation in
        let list = lists.first { Self.identity($0.stored.doc) == Self.identity(cancellation.stored.doc) }
        let isLater = list.map { $0.stored.appTime > cancellation.stored.appTime }
        return (
          cancellation.stored.reference, isLater.map { $0 ? .listIsLater : .cancels } ?? .noList
        )
      })
  }

  /// The lists that count and are not cancelled.
  func standingLists() -> [Counting] {
    let effects = cancellationEffects()
    let cancelled = Set(
      countingAll(.cancellation).filter { effects[$0.stored.reference] == .cancels }
        .map { Self.identity($0.stored.doc) })
    return countingAll(.list).filter { !cancelled.contains(Self.identity($0.stored.doc)) }
  }

  /// Of the standing lists.
  func verdicts() -> [DocumentRef: FindingSet] {
    let lists = standingLists()
    let orders = countingAll(.order)
    let payments = countingAll(.payment)
    var waybillOf: [DocumentRef: Counting] = [:]
    for list in lists {
      waybillOf[list.stored.reference] = waybills(Self.waybillKey(list.stored.doc)).min {
        let a = abs($0.stored.appTime - list.stored.appTime)
        let b = abs($1.stored.appTime - list.stored.appTime)
        return (a, -$0.stored.appTime) < (b, -$1.stored.appTime)
      }
    }
    var result: [DocumentRef: FindingSet] = [:]
    for list in lists {
      let key = Self.tradeKey(list.stored.doc)
      let order = orders.first { Self.tradeKey($0.stored.doc) == key }
      let paid = payments.filter { Self.tradeKey($0.stored.doc) == key }
      let waybill = waybillOf[list.stored.reference]
      var found = compare(
        list.stored.doc, order?.stored.doc, paid.map(\.stored.doc), waybill?.stored.doc)
      let first = lists.filter { Self.tradeKey($0.stored.doc) == key }.min {
        let a = $0.stored
        let b = $1.stored
        if a.appTime != b.appTime { return a.appTime < b.appTime }
        if a.doc["copNo"] != b.doc["copNo"] { return a.doc["copNo"] < b.doc["copNo"] }
        if a.doc["agentCode"] != b.doc["agentCode"] {
          return a.doc["agentCode"] < b.doc["agentCode"]
        }
        return a.reference < b.reference
      }
      if list.isDuplicate || first!.stored.reference != list.stored.reference {
        found.insert(FindingSet(.listDuplicate))
      }
      if order?.isDuplicate == true { found.insert(FindingSet(.orderDuplicate)) }
      if paid.contains(where: \.isDuplicate) { found.insert(FindingSet(.paymentDuplicate)) }
      if let waybill {
        if waybill.isDuplicate { found.insert(FindingSet(.waybillDuplicate)) }
        let sharing = waybillOf.values.filter {
          $0.stored.reference == waybill.stored.reference
        }
        if sharing.count > 1 { found.insert(FindingSet(.waybillShared)) }
      }
      result[list.stored.reference] = found
    }
    return result
  }

  func compare(_ list: Doc, _ order: Doc?, _ payments: [Doc], _ waybill: Doc?) -> FindingSet {
    var found: FindingSet = []
    func fail(_ finding: Finding, if condition: Bool) {
      if condition { found.insert(FindingSet(finding)) }
    }
    func number(_ text: String?) -> Int128 { e5(text ?? "") ?? 0 }
    /// Equal within the tolerance; `right` is the triplet's value, both at one scale.
    func differ(_ finding: Finding, _ left: Int128, _ right: Int128, scale: Int128 = 1) -> Bool {
      let tolerance = settings[tolerance: finding]
      let difference = abs(left - right)
      return difference > Int128(tolerance.absoluteE5) * scale
        && difference * 1_000_000_000 > Int128(tolerance.relativePpb) * abs(right)
    }
    let isImport = list.kind.direction == .import
    fail(.orderMissing, if: order == nil)
    fail(.paymentMissing, if: payments.isEmpty)
    fail(.waybillMissing, if: waybill == nil)

    let sellers =
      [order?["ebcCode"]] + (isImport ? [] : payments.map { $0["ebcCode"] })
      + [isImport || waybill?["ebcCode"] == "" ? nil : waybill?["ebcCode"]]
    fail(.partySeller, if: sellers.contains { $0 != nil && $0 != list["ebcCode"] })
    if isImport, let order {
      fail(.partyBuyer, if: ["buyerIdNumber", "buyerName"].contains { list[$0] != order[$0] })
      fail(
        .partyPayer,
        if: payments.contains {
          $0["payerIdNumber"] != order["buyerIdNumber"] || $0["payerName"] != order["buyerName"]
        })
      if let waybill {
        fail(
          .partyConsignee,
          if: ["consignee", "consigneeTelephone", "consigneeAddress"].contains {
            order[$0] != waybill[$0]
          })
      }
      let wanted =
        number(order["goodsValue"]) + number(order["freight"]) + number(order["taxTotal"])
        - number(order["discount"])
      fail(
        .amountSettlement, if: differ(.amountSettlement, number(order["acturalPaid"]), wanted))
    }
    func lineDiffers(_ finding: Finding, _ line: [String: String]) -> Bool {
      differ(
        finding, number(line["qty"]) * number(line["price"]), number(line["totalPrice"]) * 100_000,
        scale: 100_000)
    }
    fail(.amountLine, if: list.lines.contains { lineDiffers(.amountLine, $0) })
    fail(
      .amountPositive,
      if: list.lines.contains { line in
        ["qty", "price", "totalPrice"].contains { number(line[$0]) <= 0 }
      } || number(list["freight"]) < 0 || number(list["insuredFee"]) < 0)
    let sum = list.lines.reduce(0) { $0 + number($1["totalPrice"]) }
    if let order {
      fail(.amountOrderLine, if: order.lines.contains { lineDiffers(.amountOrderLine, $0) })
      fail(.amountLinesDiffer, if: !linesPair(list.lines, order.lines, differ))
      fail(.amountGoods, if: differ(.amountGoods, sum, number(order["goodsValue"])))
      if !payments.isEmpty {
        let paid = payments.reduce(0) { $0 + number($1[isImport ? "amountPaid" : "charge"]) }
        let payable =
          isImport
          ? number(order["acturalPaid"]) : number(order["goodsValue"]) + number(order["freight"])
        fail(.amountPaid, if: differ(.amountPaid, paid, payable))
      }
    }
    let currencies = Set(
      ([order?["currency"]] + payments.map { $0["currency"] } + list.lines.map { $0["currency"] })
        .compactMap { $0 }.filter { !$0.isEmpty })
    fail(
      .amountCurrency,
      if: currencies.count > 1 || isImport && !currencies.isSubset(of: ["142"]))
    if let waybill {
      for (field, flag) in [("freight", "fFlag"), ("insuredFee", "iFlag")]
      where !waybill[field].isEmpty && (isImport || list[flag] == "3") {
        fail(
          .amountFreight, if: differ(.amountFreight, number(list[field]), number(waybill[field])))
      }
      fail(
        .weightGross,
        if: differ(
          .weightGross, number(list["grossWeight"]),
          number(waybill[isImport ? "weight" : "grossWeight"])))
      fail(.packageCount, if: Int(list["packNo"]) != Int(waybill["packNo"]))
    }
    fail(.packageCount, if: isImport && Int(list["packNo"]) != 1)
    fail(
      .weightNet,
      if: !(number(list["netWeight"]) > 0
        && number(list["netWeight"]) <= number(list["grossWeight"])))
    fail(.goodsEmpty, if: list.lines.isEmpty)
    fail(
      .goodsSequence,
      if: !list.lines.isEmpty
        && list.lines.map { Int($0["gnum"]!)! }.sorted() != Array(1...list.lines.count))
    fail(
      .goodsUnit,
      if: list.lines.contains { line in
        line["unit"] == line["unit1"] && number(line["qty"]) != number(line["qty1"])
          || (line["unit2"] ?? "").isEmpty == (number(line["qty2"]) > 0)
      })
    return found
  }

  /// Whether some order of the one's lines agrees with the other's, line by line.
  func linesPair(
    _ a: [[String: String]], _ b: [[String: String]],
    _ differ: (Finding, Int128, Int128, Int128) -> Bool
  ) -> Bool {
    guard let first = a.first else { return b.isEmpty }
    guard a.count == b.count else { return false }
    func number(_ text: String?) -> Int128 { e5(text ?? "") ?? 0 }
    for (index, other) in b.enumerated()
    where Int(first["gnum"]!) == Int(other["gnum"]!) && number(first["qty"]) == number(other["qty"])
      && first["currency"] == other["currency"] && first["unit"] == other["unit"]
      && !differ(.amountLinesDiffer, number(first["price"]), number(other["price"]), 1)
      && !differ(.amountLinesDiffer, number(first["totalPrice"]), number(other["totalPrice"]), 1)
    {
      var rest = b
      rest.remove(at: index)
      if linesPair(Array(a.dropFirst()), rest, differ) { return true }
    }
    return false
  }
}

extension Array {
  /// The longest end whose elements all satisfy `condition`.
  func suffix(while condition: (Element) -> Bool) -> ArraySlice<Element> {
    var start = endIndex
    while start > startIndex && condition(self[start - 1]) { start -= 1 }
    return self[start...]
  }
}
