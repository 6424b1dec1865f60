extension Evidence {
  /// One line for people, such as `支付金额不符：支付单支付金额合计 120.00，订单商品价格与运费合计 125.00`.
  /// Chinese names the elements in words, English by the schema's names.
  public func sentence(_ language: Language) -> String {
    var text = finding.label(language)
    let phrases = [left, right].map { phrase($0, language) }.filter { !$0.isEmpty }
    switch language {
    case .chinese:
      if !phrases.isEmpty { text += "：" + phrases.joined(separator: "，") }
      if let differsAt { text += "（第 \(differsAt) 个字不同）" }
      if moreCount > 0 { text += "（另有 \(moreCount) 处）" }
    case .english:
      if !phrases.isEmpty { text += ": " + phrases.joined(separator: ", ") }
      if let differsAt { text += " (they differ at character \(differsAt))" }
      if moreCount > 0 { text += " (and \(moreCount) more)" }
    }
    return text
  }

  /// Both values with their places, as the sentence names them: the one that was checked, and what it was
  /// checked against.
  public func sides(_ language: Language) -> (left: String, right: String) {
    (phrase(left, language), phrase(right, language))
  }

  /// Document, line, element and value of a side; empty for one that holds nothing.
  private func phrase(_ side: Side, _ language: Language) -> String {
    if side.element.isEmpty { return "" }
    guard let value = side.value else { return absence(side, language) }
    let document = side.document.name(language)
    switch language {
    case .chinese:
      if side.document == .rule { return "应为 " + RuleWords.chinese(value) }
      let name = ElementNames.chinese[side.element] ?? side.element
      return document + (side.number.map { " \($0) " } ?? "") + (side.gnum.map { "第 \($0) 项" } ?? "")
        + name + " " + (value.isEmpty ? "（空）" : value)
    case .english:
      if side.document == .rule { return "must be " + value }
      return document + (side.number.map { " \($0)" } ?? "") + (side.gnum.map { " line \($0)" } ?? "")
        + " " + side.element + " " + (value.isEmpty ? "(empty)" : value)
    }
  }

  private func absence(_ side: Side, _ language: Language) -> String {
    let document = side.document.name(language)
    if holds {
      return language == .chinese ? "没有另一份" : "no other"
    }
    switch (finding, language) {
    case (.orderMissing, .chinese), (.paymentMissing, .chinese), (.waybillMissing, .chinese):
      return "没有相应的生效\(document)"
    case (.orderMissing, .english), (.paymentMissing, .english), (.waybillMissing, .english):
      return "no such \(document) counts"
    case (.amountLinesDiffer, .chinese): return "\(document)没有对应的第 \(side.gnum ?? 0) 项"
    case (.amountLinesDiffer, .english): return "the \(document) has no line \(side.gnum ?? 0) for it"
    case (.waybillShared, .chinese): return "另有清单使用该运单"
    case (.waybillShared, .english): return "another list cites the waybill"
    case (_, .chinese): return "另有同号\(document)"
    case (_, .english): return "there is another of its number"
    }
  }
}

extension Evidence.Document {
  public func name(_ language: Language) -> String {
    switch (self, language) {
    case (.list, .chinese): "清单"
    case (.order, .chinese): "订单"
    case (.payment, .chinese): "支付单"
    case (.waybill, .chinese): "运单"
    case (.rule, .chinese): "规则"
    case (.list, .english): "list"
    case (.order, .english): "order"
    case (.payment, .english): "payment"
    case (.waybill, .english): "waybill"
    case (.rule, .english): "rule"
    }
  }
}

/// What a value has to be, where numbers do not say it.
enum RuleWords {
  static func chinese(_ words: String) -> String {
    if let known = known[words] { return known }
    return words.hasPrefix("in ") ? "\(words.dropFirst(3)) 中的代码" : words
  }

  private static let known = [
    "filled in": "非空", "10 digits": "10 位数字", "10 digits, or 4": "10 位或 4 位数字",
    "a heading of hs2022.csv": "hs2022.csv 中的品目", "on the positive list": "零售进口商品清单内的商品",
    "goods without licence": "不涉许可证件的商品", "goods without export duty": "不征出口关税的商品",
    "goods without export refund": "不涉出口退税的商品", "one line of qty 1": "仅一项且数量为 1 的商品",
    "a code with a right check character (GB 32100)": "校验位正确的代码（GB 32100）",
    "off the blacklist of enterprises.csv": "未列入 enterprises.csv 失信名单的企业",
    "a number with a right check digit and date of birth (GB 11643)":
      "校验位和出生日期正确的号码（GB 11643）",
  ]
}

/// What evidence compares, in the words of the specification.
enum ElementNames {
  static let chinese: [String: String] = [
    "ebpCode + orderNo": "电商平台代码和订单编号", "ebcCode + orderNo": "电商企业代码和订单编号",
    "logisticsCode + logisticsNo": "物流企业代码和运单编号",
    "guid": "系统唯一序号", "copNo": "企业内部编号", "ebcCode": "电商企业代码",
    "buyerIdNumber": "订购人证件号码", "buyerName": "订购人姓名",
    "payerIdNumber": "支付人证件号码", "payerName": "支付人姓名",
    "consignee": "收货人姓名", "consigneeTelephone": "收货人电话", "consigneeAddress": "收货地址",
    "qty × price": "数量与单价之积", "qty": "数量", "price": "单价", "totalPrice": "总价",
    "sum(totalPrice)": "商品总价合计", "goodsValue": "商品价格",
    "sum(charge)": "支付金额合计", "sum(amountPaid)": "支付金额合计",
    "goodsValue + freight": "商品价格与运费合计", "acturalPaid": "实际支付金额",
    "goodsValue + freight + taxTotal - discount": "商品价格、运费、税款合计减抵扣",
    "currency": "币制", "freight": "运费", "insuredFee": "保费",
    "grossWeight": "毛重", "weight": "毛重", "netWeight": "净重", "packNo": "件数",
    "lines": "商品项数", "gnum": "商品序号", "unit": "计量单位",
    "gcode": "商品编码", "tradeMode": "监管方式", "emsNo": "账册编号", "areaCode": "区内企业代码",
    "iacCode": "区内企业代码", "itemRecordNo": "账册备案料号", "trafNo": "运输工具编号", "voyageNo": "航班航次号",
    "billNo": "提运单号", "licenseNo": "许可证件号", "sum(totalPrice × rate)": "折合人民币货值",
    "sum(totalPrice) + freight + insuredFee": "总价、运费、保费合计",
    "used before + this list": "本年已用额度与本单合计", "country": "国别", "customsCode": "申报海关",
    "portCode": "口岸海关", "trafMode": "运输方式", "fCurrency": "运费币制", "iCurrency": "保费币制",
    "tradeCountry": "贸易国", "unit1": "第一法定计量单位", "ebpCode": "电商平台代码",
    "logisticsCode": "物流企业代码", "agentCode": "申报企业代码",
    "qty1": "第一法定数量", "unit2": "第二法定计量单位", "qty2": "第二法定数量",
  ]
}
