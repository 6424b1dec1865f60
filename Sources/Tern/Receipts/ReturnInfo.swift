import TernCEB
import TernRules

/// What receipts say in words. The document's own `guid` stands in brackets behind the status, as
/// the customs write it.
enum ReturnInfo {
  static func list(_ disposition: Disposition, guid: String, _ sentences: [String]) -> String {
    let status =
      switch disposition {
      case .released: "海关审结"
      case .pending: "新增申报成功，等待三单"
      case .rejected: "海关退单"
      case .review: "人工审核"
      case .inspect: "海关查验"
      case .cancelled: "已撤销"
      }
    let reason = sentences.isEmpty ? "" : (disposition == .released ? "，提示：" : "：")
    return status + bracketed(guid) + reason + sentences.joined(separator: "；")
  }

  /// A triplet document that a list took: 120, or 100 with what is wrong with it.
  static func triplet(guid: String, _ faults: [String]) -> String {
    faults.isEmpty
      ? "海关入库" + bracketed(guid)
      : "海关退单" + bracketed(guid) + "：" + faults.joined(separator: "；")
  }

  static func duplicate(_ role: Role) -> String {
    let finding: Finding =
      switch role {
      case .payment: .paymentDuplicate
      case .waybill: .waybillDuplicate
      default: .orderDuplicate
      }
    return finding.label(.chinese) + "：以同一编号、不同系统唯一序号新增申报多次"
  }

  /// What could not be used; `place` names it where there is no better name.
  static func reject(reason: String, field: String, key: String, place: String) -> String {
    var text = "报文校验失败" + bracketed(place) + "：" + cause(RejectReason(rawValue: reason))
    if !field.isEmpty { text += " " + field }
    if !key.isEmpty { text += "，业务编号 " + key }
    return text
  }

  private static func bracketed(_ text: String) -> String { text.isEmpty ? "" : "[\(text)]" }

  /// Why a message or document could not be used.
  static func cause(_ reason: RejectReason?) -> String {
    switch reason {
    case .encoding: "字符编码不支持或字节无效"
    case .notWellFormed: "XML 格式不正确"
    case .truncated: "报文不完整"
    case .doctype: "不允许使用 DOCTYPE"
    case .nesting: "元素嵌套过深"
    case .rootUnknown: "根元素未知"
    case .documentCount: "单证数量应为 1 至 100"
    case .envelope: "DXP 信封无法拆封"
    case .empty: "报文为空"
    case .unreadable: "文件无法读取或解压"
    case .elementMissing: "缺少必填要素"
    case .valueEmpty: "必填要素为空"
    case .numberInvalid: "数值无效"
    case .dateInvalid: "日期或时间无效"
    case .schema: "长度或固定值不符合规范"
    default: "无法使用"
    }
  }
}
