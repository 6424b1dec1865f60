import Tern
import TernRules
import TernTestSupport

/// An export list as a test makes it. Numbers × 10^5.
struct MadeList {
  struct Line {
    var country, gcode, currency, unit1, itemName, unit2: String
    var qtyE5, qty1E5, qty2E5, priceE5, totalE5: Int128
    /// In a return that counts.
    var returnedE5: Int128 = 0
  }

  var agentCode, copNo, ebcCode, ownerCode, customsCode, trafMode, country, portCode: String
  var statisticsFlag: String
  /// `YYYYMMDDhhmmss`.
  var appTime: String
  var appType = "1"
  /// Empty for none.
  var invtNo = ""
  var lines: [Line]

  /// Text of a number × 10^5.
  static func text(_ valueE5: Int128) -> String { text(e10: valueE5 * 100_000) }

  /// Text of a number × 10^10, without trailing zeros.
  static func text(e10 value: Int128) -> String {
    let digits = String(value.magnitude)
    let padded = Array(String(repeating: "0", count: max(0, 11 - digits.count)) + digits)
    var fraction = String(padded.suffix(10))
    while fraction.last == "0" { fraction.removeLast() }
    return (value < 0 ? "-" : "") + String(padded.dropLast(10)) + (fraction.isEmpty ? "" : "." + fraction)
  }

  private static func elements(_ values: KeyValuePairs<String, String>) -> String {
    values.map { $0.value.isEmpty ? "" : "<ceb:\($0.key)>\($0.value)</ceb:\($0.key)>" }.joined()
  }

  /// An `Inventory` of CEB603.
  var text: String {
    let template = IncrementalTests.documents.first { $0.message == "603" }!.text
    let end = template.firstRange(of: "</ceb:InventoryHead>")!.upperBound
    var head = String(template[..<end])
    let values: KeyValuePairs = [
      "appType": appType, "appTime": appTime, "customsCode": customsCode, "copNo": copNo, "agentCode": agentCode,
      "ebcCode": ebcCode, "ownerCode": ownerCode, "trafMode": trafMode, "country": country, "portCode": portCode,
      "statisticsFlag": statisticsFlag, "orderNo": "O-\(agentCode)-\(copNo)", "logisticsNo": "L-\(copNo)",
      "agentName": "报关 \(agentCode)", "ebcName": "卖家 \(ebcCode) & 公司".replacing("&", with: "&amp;"),
      "guid": "000000D1-0001-4C0B-9A10-\(appTime.suffix(12))",
    ]
    for (name, value) in values { head = IncrementalTests.with(head, name, value) }
    if !invtNo.isEmpty {
      let at = head.firstRange(of: "</ceb:copNo>")!.upperBound
      head.insert(contentsOf: "<ceb:invtNo>\(invtNo)</ceb:invtNo>", at: at)
    }
    let texts = lines.enumerated().map { index, line in
      "<ceb:InventoryList>"
        + Self.elements([
          "gnum": "\(index + 1)", "itemNo": "S", "itemName": line.itemName, "gcode": line.gcode, "gname": "G",
          "gmodel": "M", "barCode": "B", "country": line.country, "currency": line.currency,
          "qty": Self.text(line.qtyE5), "qty1": Self.text(line.qty1E5),
          "qty2": line.unit2.isEmpty ? "" : Self.text(line.qty2E5), "unit": "011", "unit1": line.unit1,
          "unit2": line.unit2, "price": Self.text(line.priceE5), "totalPrice": Self.text(line.totalE5),
        ]) + "</ceb:InventoryList>"
    }
    return head + texts.joined() + "</ceb:Inventory>"
  }

  var document: (message: String, text: String) { ("603", text) }

  /// Cancels it, an hour after it.
  var cancellation: (message: String, text: String) {
    var later = IncrementalTests.cancellation(of: document)
    later.text = IncrementalTests.with(later.text, "appType", "1")
    return later
  }

  /// Returns `returnedE5` of each line, under the number that names the list.
  func refund(_ number: String, by invtNo: String) -> (message: String, text: String) {
    let head = Self.elements([
      "guid": "000000D2-0001-4C0B-9A10-202403100001", "appType": "1", "appTime": appTime, "appStatus": "2",
      "customsCode": customsCode, "ebpCode": "P", "ebpName": "P", "ebcCode": ebcCode, "ebcName": "S",
      "logisticsNo": "L", "logisticsCode": "L", "logisticsName": "L", "coElNo": number, "invtNo": invtNo,
      "agentCode": agentCode, "agentName": "A", "billNo": "B", "ieFlag": "I", "trafMode": "5", "trafName": "T",
      "portCode": portCode, "reason": "R", "country": country, "voyageNo": "V",
    ])
    let texts = lines.enumerated().filter { $0.element.returnedE5 > 0 }.map { index, line in
      "<ceb:InvtRefundList>"
        + Self.elements([
          "gnum": "\(index + 1)", "gcode": line.gcode, "gname": "G", "gmodel": "M", "qty": Self.text(line.returnedE5),
          "qty1": "1", "unit": "011", "unit1": "011",
        ]) + "</ceb:InvtRefundList>"
    }
    return ("213", "<ceb:InvtRefund><ceb:InvtRefundHead>\(head)</ceb:InvtRefundHead>\(texts.joined())</ceb:InvtRefund>")
  }

  /// A CEB604 that gives it a number.
  func receipt(_ invtNo: String) -> (message: String, text: String) {
    (
      "604",
      "<ceb:InventoryReturn>"
        + Self.elements([
          "guid": "00000091-0128-4C0B-9A10-202403110128", "agentCode": agentCode, "copNo": copNo,
          "preNo": "310120240000000001", "invtNo": invtNo, "ebcCode": ebcCode, "ebpCode": "P", "orderNo": "O",
          "statisticsFlag": "B", "returnStatus": "800", "returnTime": "20240312090000000", "returnInfo": "R",
        ]) + "</ceb:InventoryReturn>"
    )
  }

  static func random(_ number: Int, _ random: inout SeededGenerator) -> MadeList {
    func pick(_ values: [String]) -> String { values.randomElement(using: &random)! }
    let lines = (0..<Int.random(in: 1...4, using: &random)).map { _ -> Line in
      let qtyE5 = Int128(pick(["100000", "300000", "700000", "50000", "33333"]))!
      let priceE5 = Int128(pick(["1234500", "99", "999900000", "30000"]))! * 100_000
      let unit2 = pick(["", "", "035", "036"])
      return Line(
        country: pick(["142", "142", "502"]), gcode: pick(["6109100010", "8517130000", "0902100010"]),
        currency: pick(["142", "502"]), unit1: pick(["011", "035"]), itemName: pick(["T恤", "茶, \"绿\"", "手机", ""]),
        unit2: unit2, qtyE5: qtyE5, qty1E5: Int128(Int.random(in: 1...3_000_000, using: &random)),
        qty2E5: unit2.isEmpty ? 0 : Int128(Int.random(in: 1...900_000, using: &random)), priceE5: priceE5,
        totalE5: qtyE5 * priceE5 / 100_000)
    }
    return MadeList(
      agentCode: pick(["3301968A01", "4401968A02"]), copNo: "C\(number)", ebcCode: pick(["3301968S01", "S2"]),
      ownerCode: pick(["OW1", "OW2"]), customsCode: pick(["2991", "5141"]), trafMode: pick(["5", "5", "4"]),
      country: pick(["502", "110"]), portCode: pick(["2991", "2992"]), statisticsFlag: pick(["B", "B", "B", "B", "A"]),
      appTime: "202403" + pick(["01000000", "09235959", "10120000", "31235959"]), lines: lines)
  }
}

/// What `summarize` left in a folder.
struct SummaryOutput {
  var report: SummaryReport
  var path: String
  /// By path.
  var files: [String: [UInt8]] = [:]

  init(_ engine: Engine, _ store: String, _ path: String, _ settings: SummarySettings) throws {
    report = try engine.summarize(store, to: path, settings: settings)
    self.path = path
    for file in filesBelow(path) { files[file] = readFile("\(path)/\(file)") }
  }

  /// Rows of a table by column name.
  func rows(_ name: String) -> [[String: String]] {
    let rows = Self.csv(files[name] ?? [])
    return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(rows[0], $0)) }
  }

  /// All but what tells of later changes.
  var lastingFiles: [String: [UInt8]] { files.filter { $0.key != "changes.csv" } }

  /// Texts of the messages, by path.
  var messages: [(file: String, text: String)] {
    files.keys.filter { $0.hasPrefix("CEB701/") }.sorted().map { ($0, String(decoding: files[$0]!, as: UTF8.self)) }
  }

  static func csv(_ bytes: [UInt8]) -> [[String]] {
    var rows: [[String]] = [[""]]
    var isQuoted = false
    for character in String(decoding: bytes, as: UTF8.self) {
      let (row, cell) = (rows.count - 1, rows[rows.count - 1].count - 1)
      switch character {
      case "\"":
        // A doubled quote inside quotes stands for itself.
        if !isQuoted && rows[row][cell].last == "\u{1}" {
          rows[row][cell].removeLast()
          rows[row][cell].append("\"")
        }
        isQuoted.toggle()
        if !isQuoted { rows[row][cell].append("\u{1}") }
      case "," where !isQuoted: rows[row].append("")
      case "\n" where !isQuoted: rows.append([""])
      default: rows[row][cell].append(character)
      }
    }
    return rows.dropLast().map { $0.map { $0.replacing("\u{1}", with: "") } }
  }

  /// What xmllint finds wrong; nil where it or the schemas are missing.
  func complaints(_ spec: ReceiptSpec, isWrapped: Bool = false) -> [String]? {
    let folder = repositoryRoot + "/../shared/ceb/schema-" + (spec == .of2018 ? "2018-113" : "202205")
    guard isOnPath("xmllint"), isFolder(folder) else {
      print("SKIPPED: validation needs xmllint and ../shared/ceb")
      return nil
    }
    let schema = isWrapped ? folder + "/terminal.xsd" : folder + "/export.xsd"
    let files = names(in: "\(path)/CEB701").map { "\(path)/CEB701/\($0)" }
    let result = runCommand(["xmllint", "--noout", "--nonet", "--schema", schema] + files)
    return result.status == 0 ? [] : textLines(result.error).filter { !$0.hasSuffix(" validates") }.prefix(5) + ["invalid"]
  }
}

extension SummarySettings {
  /// March 2024.
  static var march: SummarySettings {
    SummarySettings(period: timeSeconds("20240301000000")!..<timeSeconds("20240401000000")!)
  }
}

extension Engine {
  /// Releases every list whose lines add up.
  static var lenient: Engine {
    var settings = EngineSettings(threads: 2)
    for finding in Finding.allCases where finding != .amountLine { settings.rules[enabled: finding] = false }
    return Engine(settings: settings)
  }
}
