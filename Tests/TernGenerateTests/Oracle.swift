import Glibc

/// A second, naive reading of the rules: parses a stream of messages and judges every list with
/// dictionaries and strings. It shares no code with the generator, so the two prove each other.
struct Document {
  var kind: String
  var position: Int
  var fields: [String: String] = [:]
  var lines: [[String: String]] = []

  var isExport: Bool { ["CEB303", "CEB403", "CEB505", "CEB603"].contains(kind) }
  var direction: String { isExport ? "E" : "I" }

  subscript(name: String) -> String { fields[name] ?? "" }

  /// The trade key's first part.
  var platform: String {
    let code = self["ebpCode"]
    return code.isEmpty || code == "无" ? self["ebcCode"] : code
  }
  var tradeKey: String { "\(direction)|\(platform)|\(self["orderNo"])" }
  var waybillKey: String { "\(direction)|\(self["logisticsCode"])|\(self["logisticsNo"])" }

  func amount(_ name: String) -> Int128 { Oracle.decimalE5(self[name]) ?? 0 }
}

enum Oracle {
  static let heads: Set = ["OrderHead", "PaymentHead", "LogisticsHead", "InventoryHead"]
  static let lineNames: Set = ["OrderList", "InventoryList"]
  static let documentNames: Set = ["Order", "Receipts", "Payment", "Logistics", "Inventory"]

  /// Documents of a stream of messages, with the number of messages and the largest one.
  static func parse(_ bytes: [UInt8]) -> (documents: [Document], perMessage: [Int]) {
    var documents: [Document] = []
    var perMessage: [Int] = []
    var kind = ""
    var isOpen = false
    var inLine = false
    var place = 0
    while let tagStart = index(of: "<", in: bytes, from: place) {
      let tagEnd = index(of: ">", in: bytes, from: tagStart)!
      var tag = String(decoding: bytes[tagStart + 1..<tagEnd], as: UTF8.self)
      place = tagEnd + 1
      let isClosing = tag.hasPrefix("/")
      if isClosing { tag.removeFirst() }
      guard tag.hasPrefix("ceb:") else { continue }
      let name = String(tag.dropFirst(4).prefix { $0 != " " })
      if name.hasPrefix("CEB") {
        if !isClosing {
          kind = String(name.prefix(6))
          perMessage.append(0)
        }
      } else if documentNames.contains(name) {
        isOpen = !isClosing
        if isOpen {
          documents.append(Document(kind: kind, position: documents.count))
          perMessage[perMessage.count - 1] += 1
        }
      } else if lineNames.contains(name) {
        inLine = !isClosing
        if inLine { documents[documents.count - 1].lines.append([:]) }
      } else if isOpen && !isClosing && !heads.contains(name) {
        let end = index(of: "<", in: bytes, from: place)!
        let value = unescaped(String(decoding: bytes[place..<end], as: UTF8.self))
        let document = documents.count - 1
        if inLine {
          documents[document].lines[documents[document].lines.count - 1][name] = value
        } else {
          documents[document].fields[name] = value
        }
        place = end
      }
    }
    return (documents, perMessage)
  }

  /// `memchr`, because a loop over bytes takes minutes in a debug build.
  private static func index(of byte: Unicode.Scalar, in bytes: [UInt8], from start: Int) -> Int? {
    guard start < bytes.count else { return nil }
    return unsafe bytes.withUnsafeBytes { all in
      let first = all.baseAddress!
      guard let hit = unsafe memchr(first + start, Int32(byte.value), bytes.count - start) else {
        return nil
      }
      return unsafe UnsafeRawPointer(hit) - first
    }
  }

  private static func unescaped(_ text: String) -> String {
    text.contains("&") ? text.replacing("&amp;", with: "&") : text
  }

  static func decimalE5(_ text: String) -> Int128? {
    var value: Int128 = 0
    var digits = 0
    var fraction: Int?
    for byte in text.utf8.drop(while: { $0 == UInt8(ascii: "-") }) {
      if byte == UInt8(ascii: "."), fraction == nil {
        fraction = 0
        continue
      }
      guard (48...57).contains(byte) else { return nil }
      value = value * 10 + Int128(byte - 48)
      digits += 1
      fraction = fraction.map { $0 + 1 }
    }
    guard digits > 0, fraction ?? 0 <= 5 else { return nil }
    for _ in (fraction ?? 0)..<5 { value *= 10 }
    return text.hasPrefix("-") ? -value : value
  }

  /// Seconds since 1970 of `YYYYMMDDhhmmss`, or nil. Counted year by year, on purpose.
  static func seconds(_ text: String) -> Int? {
    guard text.utf8.count == 14, let number = Int(text) else { return nil }
    let (date, clock) = (number / 1_000_000, number % 1_000_000)
    let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100)
    let (hour, minute, second) = (clock / 10_000, clock / 100 % 100, clock % 100)
    func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
    let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...12).contains(month), (1...lengths[month - 1]).contains(day), hour < 24, minute < 60,
      second < 60
    else { return nil }
    guard year >= 1900 else { return nil }
    // 25,567 days from 1900 to 1970.
    var days = day - 1 - 25_567
    for earlier in 1900..<year { days += isLeap(earlier) ? 366 : 365 }
    for earlier in 0..<month - 1 { days += lengths[earlier] }
    return ((days * 24 + hour) * 60 + minute) * 60 + second
  }

  /// Whether the document can be used at all.
  static func isUsable(_ document: Document) -> Bool {
    guard seconds(document["appTime"]) != nil else { return false }
    for name in ["accountingDate", "payTime"] {
      if let value = document.fields[name], seconds(value) == nil { return false }
    }
    for name in ["ieDate", "declTime"] {
      if let value = document.fields[name], seconds(value + "000000") == nil { return false }
    }
    let required =
      switch document.kind {
      case "CEB303": ["goodsValue", "freight"]
      case "CEB311": ["goodsValue", "freight", "discount", "taxTotal", "acturalPaid"]
      case "CEB403": ["charge"]
      case "CEB411": ["amountPaid"]
      case "CEB505": ["grossWeight", "packNo", "freight", "insuredFee"]
      case "CEB511": ["weight", "packNo"]
      default: ["grossWeight", "netWeight", "packNo", "freight", "insuredFee"]
      }
    return required.allSatisfy { decimalE5(document[$0]) != nil }
  }
}
