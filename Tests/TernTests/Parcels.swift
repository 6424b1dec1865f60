import Tern
import TernCEB
import TernTestSupport
import Testing

/// A parcel as the tests of answers think of it: its list, and which of its documents are sent. What is not
/// said here is the same for all, so that a complete parcel has no finding.
struct Parcel {
  struct Line {
    var gcode = "6109100010"
    var qty = 1
    /// In hundredths.
    var price: Int
    var currency = "142"
    var unit = "011"

    var total: Int { qty * price }
  }

  var number: Int
  var direction = Direction.export
  var seller = "S1"
  var platform = "P1"
  var agent = "A1"
  var carrier = "L1"
  /// Firms that were paid through, each an equal part (the first the rest).
  var payers = ["Y1"]
  var buyer = "110101199001010015"
  var address = "示例路18号"
  var tradeMode = "9610"
  var statisticsFlag = "B"
  var lines = [Line(price: 1000)]
  /// Seconds since 1970 in China Standard Time.
  var orderTime: Int64 = 0
  var payTime: Int64 = 0
  var waybillTime: Int64 = 0
  var listTime: Int64 = 0
  var hasOrder = true
  var hasWaybill = true
  /// The order says another goods value, so that amounts differ.
  var isWrong = false
  var isCancelled = false
  /// Quantity of the first line that comes back.
  var returnedQty = 0

  var copNo: String { "C\(number)" }
  var isImport: Bool { direction == .import }
  /// In hundredths.
  var goodsValue: Int { lines.reduce(0) { $0 + $1.total } }

  func documents() -> [(kind: Kind, head: [String: String], lines: [[String: String]])] {
    let currency = lines[0].currency
    let trade = ["ebpCode": platform, "ebcCode": seller, "orderNo": "O\(number)"]
    let way = ["logisticsCode": carrier, "logisticsNo": "W\(number)"]
    let person = [
      "buyerIdType": "1", "buyerIdNumber": buyer, "buyerName": "甲", "buyerTelephone": "1",
      "consignee": "甲", "consigneeTelephone": "1", "consigneeAddress": address,
    ]
    let goods = lines.enumerated().map { index, line in
      [
        "gnum": "\(index + 1)", "gcode": line.gcode, "qty": "\(line.qty)",
        "qty1": "\(line.qty)", "unit": line.unit, "unit1": line.unit,
        "price": money(line.price), "totalPrice": money(line.total), "currency": line.currency,
        "country": "142",
      ]
    }
    var all: [(Kind, [String: String], [[String: String]])] = []
    func add(
      _ role: Role, _ time: Int64, _ fields: [[String: String]], lines: [[String: String]] = []
    ) {
      var head = [
        "guid": "\(role)-\(number)-\(all.count)", "appType": "1", "appStatus": "2",
        "appTime": timeText(time),
      ]
      for some in fields { head.merge(some) { $1 } }
      all.append((Kind(role, direction), head, lines))
    }
    if hasOrder {
      add(
        .order, orderTime,
        [trade, person, [
          "goodsValue": money(goodsValue + (isWrong ? 100 : 0)), "freight": "0", "discount": "0",
          "taxTotal": "0", "acturalPaid": money(goodsValue + (isWrong ? 100 : 0)),
          "currency": currency,
        ]], lines: goods)
    }
    for (index, payer) in payers.enumerated() {
      let part = goodsValue / payers.count
      let amount = index == 0 ? goodsValue - part * (payers.count - 1) : part
      let number = "Z\(number)-\(index)"
      add(
        .payment, payTime + Int64(index),
        [trade, [
          "payCode": payer, "payNo": number, "payTransactionId": number,
          "charge": money(amount), "amountPaid": money(amount), "currency": currency,
          "accountingDate": timeText(payTime), "payTime": timeText(payTime),
          "payerIdNumber": buyer, "payerName": "甲",
        ]])
    }
    if hasWaybill {
      add(
        .waybill, waybillTime,
        [way, person, ["grossWeight": "1", "weight": "1", "packNo": "1", "ebcCode": seller]])
    }
    let list = [
      "agentCode": agent, "copNo": copNo, "invtNo": "N\(number)", "customsCode": "2991",
      "portCode": "2991", "tradeMode": tradeMode, "statisticsFlag": statisticsFlag,
      "country": "502", "ieDate": "20240301", "fFlag": "1", "iFlag": "1", "trafMode": "5",
      "freight": "0", "insuredFee": "0", "packNo": "1", "grossWeight": "1", "netWeight": "0.5",
    ]
    add(.list, listTime, [trade, way, person, list], lines: goods)
    if isCancelled { add(.cancellation, listTime + 1, [trade, way, list]) }
    if returnedQty > 0 {
      add(
        .refund, listTime + 2, [trade, way, list, ["coElNo": "R\(number)"]],
        lines: [["gnum": "1", "qty": "\(returnedQty)", "gcode": lines[0].gcode]])
    }
    return all
  }
}

/// `1234` as `12.34`.
func money(_ hundredths: Int) -> String {
  let fraction = String(hundredths % 100)
  return "\(hundredths / 100).\(fraction.count == 1 ? "0" : "")\(fraction)"
}

/// Messages of some parcels, a hundred documents each; what an element must have and is not given is filled.
func messages(_ parcels: [Parcel]) -> [String] {
  var texts: [String] = []
  let documents = parcels.flatMap { $0.documents() }
  for kind in Kind.allCases {
    let own = documents.filter { $0.kind == kind }
    for start in stride(from: 0, to: own.count, by: 100) {
      var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      text += "<ceb:\(kind.name)Message guid=\"m\" version=\"1.0\" xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\">\n"
      for document in own[start..<min(start + 100, own.count)] {
        text += element(kind.spec.document) {
          let fields = kind.spec.headFields.map { field($0, document.head) }.joined()
          let head = kind.spec.head.map { name in element(name) { fields } } ?? fields
          return head
            + document.lines.map { line in
              element(kind.spec.line!) { kind.spec.lineFields.map { field($0, line) }.joined() }
            }.joined()
        }
      }
      texts.append(text + "</ceb:\(kind.name)Message>\n")
    }
  }
  return texts
}

private func element(_ name: String, _ content: () -> String) -> String {
  "<ceb:\(name)>\(content())</ceb:\(name)>\n"
}

private func field(_ field: Field, _ values: [String: String]) -> String {
  if let value = values[field.name] { return "<ceb:\(field.name)>\(value)</ceb:\(field.name)>" }
  guard field.required else { return "" }
  let filler =
    switch field.type {
    case .text: "x"
    case .decimal, .integer: "1"
    case .time: "20240301000000"
    case .date: "20240301"
    }
  return "<ceb:\(field.name)>\(filler)</ceb:\(field.name)>"
}

/// A reconciled store of some parcels, in several ingests.
func makeStore(
  _ parcels: [Parcel], in folder: TemporaryFolder, ingests: Int = 2, engine: Engine = Engine()
) throws -> String {
  let path = folder["store"]
  let size = max((parcels.count + ingests - 1) / ingests, 1)
  for (number, start) in stride(from: 0, to: parcels.count, by: size).enumerated() {
    var files: [String] = []
    for (index, text) in messages(Array(parcels[start..<min(start + size, parcels.count)])).enumerated() {
      // In the order of their paths, which is that of the parcels.
      files.append(folder["input-\(number)-\(100 + index).xml"])
      writeFile(files.last!, text)
    }
    let taken = try engine.ingest(files, into: path)
    #expect(taken.rejects == 0)
  }
  try engine.reconcile(path)
  return path
}

/// Disposition and findings of each list by its `copNo`, as `verdicts` has them.
func verdictsByCopNo(_ store: String) throws -> [String: (disposition: String, findings: [String])] {
  var found: [String: (disposition: String, findings: [String])] = [:]
  for row in try verdictRows(store).dropFirst() {
    let values = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    found[values[2]] = (values[7], values[9].isEmpty ? [] : values[9].split(separator: ";").map(String.init))
  }
  return found
}

/// Parcels that differ in everything an answer looks at.
func randomParcels(_ count: Int, seed: UInt64) -> [Parcel] {
  var random = SeededGenerator(seed: seed)
  func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }
  let start = timeSeconds("20240115000000")!
  return (0..<count).map { number in
    var parcel = Parcel(number: number)
    parcel.direction = pick([.export, .export, .import])
    parcel.seller = pick(["S1", "S1", "S2", "S3"])
    parcel.platform = pick(["P1", "P2"])
    parcel.agent = pick(["A1", "A2"])
    parcel.carrier = pick(["L1", "L2"])
    parcel.payers = pick([["Y1"], ["Y1"], ["Y2"], ["Y1", "Y2"], ["Y2", "Y2"], []])
    parcel.buyer = pick(["110101199001010015", "110101199001010023", "11010119900101004X"])
    parcel.address = pick(["甲路1号", "乙路2号", "丙路3号", "丁路4号"])
    parcel.tradeMode = pick(["9610", "1210", "9710"])
    parcel.statisticsFlag = pick(["A", "B"])
    let currency = parcel.isImport ? "142" : pick(["142", "142", "502"])
    parcel.lines = (0..<pick([1, 1, 2, 3])).map { _ in
      Parcel.Line(
        gcode: pick(["6109100010", "8518300000", "3304990029"]), qty: pick([1, 2, 5]),
        price: Int.random(in: 1...200_000, using: &random), currency: currency)
    }
    parcel.orderTime = start + Int64.random(in: 0...90 * 86_400, using: &random)
    parcel.payTime = parcel.orderTime + Int64.random(in: -100...10_000, using: &random)
    parcel.waybillTime = parcel.orderTime + Int64.random(in: -100...20_000, using: &random)
    parcel.listTime = parcel.orderTime + Int64.random(in: 0...15_000, using: &random)
    parcel.hasOrder = pick([true, true, true, true, false])
    parcel.hasWaybill = pick([true, true, true, true, false])
    parcel.isWrong = pick([true, false, false, false])
    parcel.isCancelled = pick([true, false, false, false, false, false, false])
    if !parcel.isCancelled, pick([true, false, false, false]) {
      parcel.returnedQty = Int.random(in: 1...parcel.lines[0].qty + 1, using: &random)
    }
    return parcel
  }
}
