import TernCEB

/// What a source with one message must give, worked out from libxml2's tree in the plainest way:
/// texts as strings, numbers digit by digit, nothing shared with the decoder but the catalogue.
enum Expectation {
  /// The message as a whole is rejected.
  case rejected
  case documents(Kind, accepted: [Row], rejected: Int)

  struct Row {
    var head: [String]
    var lines: [[String]]
  }

  init(_ source: [UInt8]) {
    self.init(source, isInside: false)
  }

  /// - Parameter isInside: it stood in an envelope, where another one may not.
  private init(_ source: [UInt8], isInside: Bool) {
    self = .rejected
    guard let text = Self.utf8(source), let tree = Tree(text), !tree.hasDoctype, tree.root.depth <= 64 else { return }
    if tree.root.namespace == dxp {
      if !isInside, let inner = Self.unwrapped(tree.root) { self.init(inner, isInside: true) }
      return
    }
    guard tree.root.namespace == ceb,
      let kind = Kind.allCases.first(where: { $0.name + "Message" == tree.root.name })
    else { return }
    let documents = tree.root.children(kind.spec.document)
    guard (1...100).contains(documents.count) || !kind.role.decides else { return }
    let rows = documents.map { Self.row($0, kind) }
    self = .documents(kind, accepted: rows.compactMap(\.self), rejected: rows.count { $0 == nil })
  }

  /// The source, converted if it declares GB18030; nil if it is not valid in that.
  private static func utf8(_ source: [UInt8]) -> [UInt8]? {
    let declared = source.prefix(60).split(separator: UInt8(ascii: ">")).first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    guard declared.hasPrefix("<?xml"), declared.contains("GB18030") else { return source }
    return fromGB18030(source).map { Array(String(decoding: $0, as: UTF8.self).replacingFirst("GB18030", with: "UTF-8").utf8) }
  }

  /// What an envelope holds, or nil if it is not whole.
  private static func unwrapped(_ root: Tree.Element) -> [UInt8]? {
    func named(_ parent: Tree.Element, _ name: String) -> [Tree.Element] {
      parent.children.filter { $0.namespace == dxp && $0.name == name }
    }
    let messages = root.name == "DxpMsgSv" ? named(root, "DxpMsg") : root.name == "DxpMsg" ? [root] : []
    guard messages.count == 1 else { return nil }
    let datas = named(messages[0], "Data")
    return datas.count == 1 ? fromBase64(datas[0].text) : nil
  }

  /// What a batch has otherwise, or nil.
  func difference(from batch: DocumentBatch) -> String? {
    let documentReasons: Set = [
      "element-missing", "value-empty", "number-invalid", "date-invalid", "schema",
    ]
    let messageRejects = batch.reasons.filter { !documentReasons.contains($0) }
    switch self {
    case .rejected:
      return messageRejects.isEmpty ? "the message was accepted" : nil
    case .documents(let kind, let accepted, let rejected):
      if !messageRejects.isEmpty {
        return "the message was rejected: \(batch.rejects.values("message"))"
      }
      if batch.reasons.count != rejected {
        return "\(batch.reasons.count) documents rejected instead of \(rejected)"
      }
      let heads = batch[kind].heads
      guard batch.documentCount == accepted.count, heads.rowCount == accepted.count else {
        return "\(batch.documentCount) documents instead of \(accepted.count)"
      }
      var line = 0
      for (index, row) in accepted.enumerated() {
        if heads.value("#lines", index) != String(row.lines.count) { return "#lines of \(index)" }
        for (field, value) in zip(kind.spec.headFields, row.head)
        where heads.value(field.name, index) != value {
          return "\(field.name) of \(index): '\(heads.value(field.name, index))' instead of '\(value)'"
        }
        for values in row.lines {
          for (field, value) in zip(kind.spec.lineFields, values)
          where batch[kind].lines!.value(field.name, line) != value {
            return "\(field.name) of line \(line): '\(batch[kind].lines!.value(field.name, line))' instead of '\(value)'"
          }
          line += 1
        }
      }
      return nil
    }
  }

  /// A document's values as `Table.value` shows them, or nil if it is a reject.
  private static func row(_ document: Tree.Element, _ kind: Kind) -> Row? {
    let spec = kind.spec
    let head: Tree.Element? = spec.head.map { document.children($0).first } ?? document
    let lines = spec.line.map { document.children($0) } ?? []
    if spec.lineIsRequired, kind.role != .list, lines.isEmpty { return nil }
    let nothing = Tree.Element(namespace: "", name: "", text: "", children: [])
    guard let headValues = values(head ?? nothing, spec.headFields) else { return nil }
    let lineValues = lines.map { values($0, spec.lineFields) }
    guard !lineValues.contains(where: { $0 == nil }) else { return nil }

    func isGiven(_ names: String...) -> Bool {
      names.contains { name in
        guard let head, let element = head.children(name).first else { return false }
        return !trimmed(element.text).isEmpty
      }
    }
    let hasKeys: Bool
    switch kind {
    case .order303, .order311: hasKeys = isGiven("orderNo") && isGiven("ebpCode", "ebcCode")
    case .payment403:
      hasKeys = isGiven("orderNo") && isGiven("ebpCode", "ebcCode") && isGiven("payNo", "guid")
    case .payment411:
      hasKeys = isGiven("orderNo") && isGiven("payCode") && isGiven("payTransactionId", "guid")
    case .waybill505, .waybill511: hasKeys = isGiven("logisticsCode") && isGiven("logisticsNo")
    case .list603, .list621:
      hasKeys =
        isGiven("orderNo") && isGiven("ebpCode", "ebcCode") && isGiven("logisticsCode")
        && isGiven("logisticsNo") && isGiven("agentCode")
    case .cancellation605: hasKeys = isGiven("agentCode") && isGiven("copNo")
    case .cancellation623:
      let namesTrade = isGiven("orderNo") && isGiven("ebpCode", "ebcCode")
      hasKeys =
        isGiven("agentCode")
        && (isGiven("copNo") || (namesTrade && isGiven("logisticsCode") && isGiven("logisticsNo")))
    case .refund213, .refund625: hasKeys = isGiven("invtNo")
    default: hasKeys = true
    }
    return hasKeys ? Row(head: headValues, lines: lineValues.compactMap(\.self)) : nil
  }

  private static func values(_ parent: Tree.Element, _ fields: [Field]) -> [String]? {
    var result: [String] = []
    for field in fields {
      guard let element = parent.children(field.name).first else {
        if field.required { return nil }
        result.append("")
        continue
      }
      var text = trimmed(element.text)
      if text.isEmpty { text = field.emptyValue ?? "" }
      if field.type == .text {
        result.append(text)
      } else if text.isEmpty {
        if field.required { return nil }
        result.append("")
      } else {
        let number =
          switch field.type {
          case .decimal: scaledDecimal(text).map { String($0) }
          case .integer: wholeNumber(text).map { String($0) }
          case .time: secondsOfTime(text).map { String($0) }
          default: dayOfDate(text).map { String($0) }
          }
        guard let number else { return nil }
        result.append(number)
      }
    }
    return result
  }

  static func trimmed(_ text: String) -> String {
    var scalars = Substring(text).unicodeScalars
    let spaces: Set<Unicode.Scalar> = [" ", "\t", "\r", "\n"]
    while let first = scalars.first, spaces.contains(first) { scalars.removeFirst() }
    while let last = scalars.last, spaces.contains(last) { scalars.removeLast() }
    return String(scalars)
  }

  private static func areDigits(_ text: some StringProtocol) -> Bool {
    text.unicodeScalars.allSatisfy { ("0"..."9").contains($0) }
  }

  /// xs:decimal × 10^5, with up to 14 integer and 5 fraction digits.
  static func scaledDecimal(_ text: String) -> Int128? {
    var rest = Substring(text)
    let isNegative = rest.hasPrefix("-")
    if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ areDigits($0) }),
      parts.contains(where: { !$0.isEmpty })
    else { return nil }
    let integer = String(parts[0].drop { $0 == "0" })
    var fraction = parts.count == 2 ? String(parts[1]) : ""
    while fraction.hasSuffix("0") { fraction.removeLast() }
    guard integer.count <= 14, fraction.count <= 5 else { return nil }
    fraction += String(repeating: "0", count: 5 - fraction.count)
    let value = Int128(integer + fraction) ?? 0
    return isNegative ? -value : value
  }

  /// xs:int.
  static func wholeNumber(_ text: String) -> Int32? {
    var digits = Substring(text)
    if digits.hasPrefix("-") || digits.hasPrefix("+") { digits = digits.dropFirst() }
    guard !digits.isEmpty, areDigits(digits) else { return nil }
    return Int32(text)
  }

  /// Seconds since 1970 in local time, by counting years, months and days.
  static func secondsOfTime(_ text: String) -> Int? {
    guard text.utf8.count == 14, areDigits(text), let day = dayOfDate(String(text.prefix(8))) else { return nil }
    let clock = Array(text.suffix(6)).map { $0.wholeNumberValue! }
    let (hour, minute, second) = (clock[0] * 10 + clock[1], clock[2] * 10 + clock[3], clock[4] * 10 + clock[5])
    guard hour < 24, minute < 60, second < 60 else { return nil }
    return ((day * 24 + hour) * 60 + minute) * 60 + second
  }

  static func dayOfDate(_ text: String) -> Int? {
    guard text.utf8.count == 8, areDigits(text), let number = Int(text) else { return nil }
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100)
    func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
    let months = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard year >= 1, (1...12).contains(month), day >= 1, day <= months[month - 1] else { return nil }
    var days = day - 1 + months[..<(month - 1)].reduce(0, +)
    for before in min(year, 1970)..<max(year, 1970) {
      days += (isLeap(before) ? 366 : 365) * (year >= 1970 ? 1 : -1)
    }
    return days
  }
}
