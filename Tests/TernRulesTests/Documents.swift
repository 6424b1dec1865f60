import TernCEB

/// A document as the tests write it: field texts by name. Numbers, counts and times are parsed
/// when it is stored.
struct Doc: Hashable {
  var kind: Kind
  var head: [String: String]
  var lines: [[String: String]] = []

  subscript(_ field: String) -> String {
    get { head[field] ?? "" }
    set { head[field] = newValue }
  }

  func with(_ changes: [String: String]) -> Doc {
    var copy = self
    for (field, value) in changes { copy.head[field] = value }
    return copy
  }

  /// Changes the fields of one line.
  func with(line: Int, _ changes: [String: String]) -> Doc {
    var copy = self
    for (field, value) in changes { copy.lines[line][field] = value }
    return copy
  }
}

/// Digits and form of a decimal text, by the specification: `7`, `-1`, `007.0`, `.5`.
func parseDecimal(_ text: String) -> (mantissa: UInt64, form: DecimalForm) {
  if text.isEmpty { return (0, .absent) }
  var digits = Substring(text)
  let isNegative = digits.hasPrefix("-")
  if isNegative { digits = digits.dropFirst() }
  let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
  let fraction = parts.count > 1 ? parts[1] : ""
  precondition(fraction.count <= 5)
  let isPlain = !parts[0].isEmpty && (parts[0] == "0" || !parts[0].hasPrefix("0"))
  let mantissa = UInt64(parts[0] + fraction)!
  let form = UInt8(fraction.count) | (isNegative ? 8 : 0) | (isPlain ? 0 : 0x10)
  return (mantissa, DecimalForm(rawValue: form))
}

/// Value × 10^5 of a decimal text; nil if it is empty. Written apart from the code under test.
func e5(_ text: String) -> Int128? {
  if text.isEmpty { return nil }
  let isNegative = text.hasPrefix("-")
  let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
  let fraction = parts.count > 1 ? String(parts[1]) : ""
  let digits = parts[0] + fraction + String(repeating: "0", count: 5 - fraction.count)
  let value = Int128(digits)!
  return isNegative ? -value : value
}

func append(_ fields: [String: String], to table: Table, extra: [String: Int64] = [:]) {
  for (entry, column) in zip(table.schema.columns, table.columns) {
    let text = fields[entry.name] ?? ""
    switch column {
    case .text(let column): column.append(text)
    case .integer(let column):
      column.append(extra[entry.name] ?? Int64(text) ?? IntegerColumn.absent)
    case .decimal(let column):
      let (mantissa, form) = parseDecimal(text)
      column.append(mantissa: mantissa, form: form)
    }
  }
}

/// Stores documents as units: neighbours of one kind share one, until `split` says otherwise.
func makeTables(_ docs: [Doc], split: (Int) -> Bool = { _ in false }) -> [KindTables] {
  var units: [KindTables] = []
  for (index, doc) in docs.enumerated() {
    if units.last?.kind != doc.kind || split(index) { units.append(KindTables(doc.kind)) }
    append(
      doc.head, to: units[units.count - 1].heads,
      extra: ["#lines": Int64(doc.lines.count), "#source": 0, "#offset": 0, "#length": 0, "#digest": 0])
    for line in doc.lines { append(line, to: units[units.count - 1].lines!) }
  }
  return units
}

/// A triplet and its list that agree in everything.
struct Triplet {
  var order: Doc
  var payment: Doc
  var waybill: Doc
  var list: Doc

  var all: [Doc] { [order, payment, waybill, list] }

  /// Cancels the list, a second after it was declared.
  var cancellation: Doc {
    Doc(
      kind: list.kind == .list603 ? .cancellation605 : .cancellation623,
      head: list.head.merging(["guid": "G-C1", "appTime": "1001", "reason": "退货"]) { $1 })
  }

  static let export: Triplet = {
    let common = ["appType": "1", "appTime": "1000", "appStatus": "2"]
    let trade = ["ebpCode": "EBP1", "ebcCode": "EBC1", "orderNo": "O1"]
    let way = ["logisticsCode": "LOG1", "logisticsNo": "W1"]
    let orderLine = [
      "gnum": "1", "qty": "2", "price": "10.5", "totalPrice": "21", "currency": "142",
      "unit": "011",
    ]
    let listLine = orderLine.merging(
      ["qty1": "0.4", "unit1": "035", "qty2": "", "unit2": "", "gcode": "6109100010"]) { $1 }
    return Triplet(
      order: Doc(
        kind: .order303,
        head: common.merging(trade) { $1 }.merging([
          "guid": "G-O1", "goodsValue": "21", "freight": "4", "currency": "142",
        ]) { $1 }, lines: [orderLine]),
      payment: Doc(
        kind: .payment403,
        head: common.merging(trade) { $1 }.merging([
          "guid": "G-P1", "payCode": "PAY1", "payNo": "P1", "charge": "25", "currency": "142",
        ]) { $1 }),
      waybill: Doc(
        kind: .waybill505,
        head: common.merging(way) { $1 }.merging([
          "guid": "G-W1", "freight": "3", "insuredFee": "1", "grossWeight": "1.5",
          "packNo": "1", "ebcCode": "EBC1",
        ]) { $1 }),
      list: Doc(
        kind: .list603,
        head: common.merging(trade) { $1 }.merging(way) { $1 }.merging([
          "guid": "G-L1", "agentCode": "AG1", "copNo": "C1", "freight": "3", "insuredFee": "1",
          "fFlag": "3", "iFlag": "3", "grossWeight": "1.5", "netWeight": "1.2", "packNo": "1",
          "tradeMode": "9610",
        ]) { $1 }, lines: [listLine]))
  }()

  static let `import`: Triplet = {
    let common = ["appType": "1", "appTime": "1000", "appStatus": "2", "currency": "142"]
    let trade = ["ebpCode": "EBP1", "orderNo": "O1"]
    let way = ["logisticsCode": "LOG1", "logisticsNo": "W1"]
    let buyer = ["buyerIdNumber": "ID1", "buyerName": "王芳"]
    let consignee = [
      "consignee": "李雷", "consigneeTelephone": "1390", "consigneeAddress": "杭州市",
    ]
    let orderLine = [
      "gnum": "1", "qty": "2", "price": "10.5", "totalPrice": "21", "currency": "142",
      "unit": "011",
    ]
    let listLine = orderLine.merging(
      ["qty1": "0.4", "unit1": "035", "qty2": "", "unit2": "", "gcode": "6109100010"]) { $1 }
    return Triplet(
      order: Doc(
        kind: .order311,
        head: common.merging(trade) { $1 }.merging(buyer) { $1 }.merging(consignee) { $1 }
          .merging([
            "guid": "G-O1", "ebcCode": "EBC1", "goodsValue": "21", "freight": "4",
            "taxTotal": "2", "discount": "1", "acturalPaid": "26",
          ]) { $1 }, lines: [orderLine]),
      payment: Doc(
        kind: .payment411,
        head: common.merging(trade) { $1 }.merging([
          "guid": "G-P1", "payCode": "PAY1", "payTransactionId": "P1", "amountPaid": "26",
          "payerIdNumber": "ID1", "payerName": "王芳",
        ]) { $1 }),
      waybill: Doc(
        kind: .waybill511,
        head: common.merging(way) { $1 }.merging(consignee) { $1 }.merging([
          "guid": "G-W1", "orderNo": "O1", "freight": "3", "insuredFee": "", "weight": "1.5",
          "packNo": "1",
        ]) { $1 }),
      list: Doc(
        kind: .list621,
        head: common.merging(trade) { $1 }.merging(way) { $1 }.merging(buyer) { $1 }.merging([
          "guid": "G-L1", "ebcCode": "EBC1", "agentCode": "AG1", "copNo": "C1", "freight": "3",
          "insuredFee": "0.7", "grossWeight": "1.5", "netWeight": "1.2", "packNo": "1",
          "tradeMode": "9610", "trafNo": "CA123", "voyageNo": "1", "billNo": "B1",
        ]) { $1 }, lines: [listLine]))
  }()
}
