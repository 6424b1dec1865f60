import TernCEB
import TernRules

extension Language {
  /// One of two texts.
  func pick(_ english: String, _ chinese: String) -> String { self == .chinese ? chinese : english }
}

extension Kind {
  /// What a document of the kind is called.
  func title(_ language: Language) -> String {
    let titles: (english: String, chinese: String) =
      switch spec.number {
      case 303, 311: ("order", "订单")
      case 403: ("payment", "收款单")
      case 411: ("payment", "支付单")
      case 505, 511: ("waybill", "运单")
      case 603, 621: ("list", "清单")
      case 605, 623: ("cancellation", "撤销申请单")
      case 213, 625: ("return", "退货申请单")
      case 215: ("returned-goods tally", "退货入区单")
      case 507: ("arrival", "运抵单")
      case 509: ("departure", "离境单")
      case 513: ("waybill status", "运单状态")
      case 607: ("bill-to-lists", "清单总分单")
      case 701: ("summary application", "汇总申请单")
      case 711: ("warehousing", "入库明细单")
      case 792: ("summary result", "汇总结果单")
      case 816: ("tax", "电子税单")
      case 818: ("tax status", "税单状态")
      case 304, 312: ("receipt of the order", "订单回执")
      case 404, 412: ("receipt of the payment", "支付单回执")
      case 506, 512: ("receipt of the waybill", "运单回执")
      case 514: ("receipt of the waybill status", "运单状态回执")
      case 604, 622: ("receipt of the list", "清单回执")
      case 606, 624: ("receipt of the cancellation", "撤销回执")
      case 214, 626: ("receipt of the return", "退货回执")
      case 216: ("receipt of the tally", "退货入区回执")
      default: ("receipt", "回执")
      }
    return language == .chinese ? titles.chinese : titles.english
  }
}

extension Kind {
  /// What a notice of the kind says of a parcel; nil for other kinds.
  func mark(_ language: Language) -> String? {
    switch spec.number {
    case 215: language.pick("returned goods tallied", "退货已理货")
    case 507: language.pick("arrived", "已运抵")
    case 509: language.pick("departed", "已离境")
    case 513: language.pick("waybill status", "运单状态")
    case 607: language.pick("on a bill", "已列入总分单")
    case 701: language.pick("summary applied for", "已申请汇总")
    case 711: language.pick("warehoused", "已入库")
    case 792: language.pick("summarised", "已汇总")
    case 816: language.pick("taxed", "已计税")
    case 818: language.pick("tax status", "税单状态")
    default: nil
    }
  }
}

extension StoredDocument {
  /// Head elements with a value, in schema order, as they are shown.
  var shownFields: [(name: String, value: String)] {
    kind.spec.headFields.map { ($0.name, shown($0)) }.filter { !$0.1.isEmpty }
  }

  /// The same for one line.
  func shownLine(_ line: FieldRow) -> [(name: String, value: String)] {
    kind.spec.lineFields.map { ($0.name, Self.shown($0, line)) }.filter { !$0.1.isEmpty }
  }

  /// A head element as it is shown; empty where absent, or where the kind has none.
  func shown(_ name: String) -> String {
    kind.spec.headFields.first { $0.name == name }.map(shown) ?? ""
  }

  private func shown(_ field: Field) -> String { Self.shown(field, row.head) }

  /// Times and dates written out, persons masked, everything else as stored.
  private static func shown(_ field: Field, _ row: FieldRow) -> String {
    switch field.type {
    case .time: return row.integer(field.name).map { timeShown(timeText($0)) } ?? ""
    case .date: return row.integer(field.name).map { timeShown(timeText($0 * 86_400)) } ?? ""
    default: break
    }
    let value = row.text(field.name)
    if PersonalData.contains(field.name) { return PersonalData.masked(value) }
    return field.name.hasSuffix("Time") ? timeShown(value) : value
  }

  /// `20260301`, `20260301080012` and `20260301080012345` with separators; anything else as it is.
  static func timeShown(_ digits: String) -> String {
    let bytes = Array(digits.utf8)
    guard [14, 17].contains(bytes.count), bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      return digits
    }
    func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    let day = "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))"
    let time = "\(part(8..<10)):\(part(10..<12)):\(part(12..<14))"
    return "\(day) \(time)" + (bytes.count == 17 ? ".\(part(14..<17))" : "")
  }

  /// What tells a document of a kind from others, and what it says: of each kind those that it has.
  static let telling = [
    "agentCode", "copNo", "coElNo", "invtNo", "ebpCode", "ebcCode", "orderNo", "payCode", "payNo",
    "payTransactionId", "logisticsCode", "logisticsNo", "billNo", "voyageNo", "leaveTime", "sumNo",
    "logisticsStatus", "logisticsTime", "reason", "taxNo", "customsTax", "valueAddedTax",
    "consumptionTax", "status",
  ]

  var tellingFields: [(name: String, value: String)] {
    Self.telling.map { ($0, shown($0)) }.filter { !$0.1.isEmpty }
  }
}

extension Origin {
  /// `file @ 1234 (2110 bytes)`, with the archive's member and the envelope where there are.
  func text(_ language: Language) -> String {
    var text = source.isEmpty ? language.pick("unknown source", "来源不明") : source
    if !member.isEmpty { text += " / \(member)" }
    if let envelope {
      text += " @ \(envelope.offset), "
      text += language.pick(
        "in the envelope \(envelope.messageId) of \(envelope.senderId) @ \(offset)",
        "\(envelope.senderId) 的报文信封 \(envelope.messageId) 内 @ \(offset)")
    } else {
      text += " @ \(offset)"
    }
    return text + language.pick(" (\(length) bytes)", "（\(length) 字节）")
  }
}

extension VersionStatus {
  func text(_ language: Language) -> String {
    switch self {
    case .counts: language.pick("counts", "生效")
    case .draft: language.pick("draft: never matched", "暂存：不参与比对")
    case .older: language.pick("older: a later version counts", "旧版本：后来的版本生效")
    case .deletion: language.pick("deletes the document", "删除该单证")
    case .deleted: language.pick("deleted by a later version", "已被后来的版本删除")
    case .repeated: language.pick("repeated: the same was received before", "重复收到：内容与之前相同")
    case .unmatched:
      language.pick("matches nothing: no platform is named", "无法比对：没有电商平台代码")
    }
  }
}
