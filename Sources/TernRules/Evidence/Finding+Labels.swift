/// Languages that people read answers in.
public enum Language: String, Sendable, CaseIterable {
  case chinese = "zh"
  case english = "en"
}

extension Finding {
  /// What failed, in a few words: 支付金额不符, `amount paid differs`.
  public func label(_ language: Language) -> String {
    guard let labels = Self.labels[self] else { return name }
    return language == .chinese ? labels.chinese : labels.english
  }

  static let labels: [Finding: (chinese: String, english: String)] = [
    .orderMissing: ("缺少订单", "no order"),
    .paymentMissing: ("缺少支付单", "no payment"),
    .waybillMissing: ("缺少运单", "no waybill"),
    .orderDuplicate: ("订单重复", "order used twice"),
    .paymentDuplicate: ("支付单重复", "payment used twice"),
    .waybillDuplicate: ("运单重复", "waybill used twice"),
    .listDuplicate: ("清单重复", "list used twice"),
    .waybillShared: ("多份清单共用同一运单", "several lists cite one waybill"),
    .partySeller: ("电商企业不符", "seller differs"),
    .partyBuyer: ("订购人不符", "buyer differs"),
    .partyPayer: ("支付人与订购人不符", "payer is not the buyer"),
    .partyConsignee: ("收货人不符", "consignee differs"),
    .amountLine: ("清单商品总价计算不符", "list line does not multiply out"),
    .amountPositive: ("清单数量或金额不为正", "list quantity or amount is not positive"),
    .amountOrderLine: ("订单商品总价计算不符", "order line does not multiply out"),
    .amountLinesDiffer: ("清单与订单商品明细不符", "lines of list and order differ"),
    .amountGoods: ("货款金额不符", "goods value differs"),
    .amountPaid: ("支付金额不符", "amount paid differs"),
    .amountSettlement: ("实际支付金额计算不符", "settlement does not add up"),
    .amountCurrency: ("币制不符", "currency differs"),
    .amountFreight: ("运费或保费不符", "freight or insurance differs"),
    .weightGross: ("毛重不符", "gross weight differs"),
    .weightNet: ("净重无效", "net weight is impossible"),
    .packageCount: ("件数不符", "number of packages differs"),
    .goodsEmpty: ("清单没有商品", "list has no lines"),
    .goodsSequence: ("商品序号不连续", "line numbers are not in sequence"),
    .goodsCode: ("商品编码无效", "goods code is invalid"),
    .goodsUnit: ("计量单位与数量不符", "units and quantities disagree"),
    .regimeTradeMode: ("监管方式不符", "trade mode is wrong"),
    .regimeBonded: ("保税申报要素不全", "bonded declaration is incomplete"),
    .regimeDirect: ("直购进口运输要素不全", "direct import lacks transport details"),
    .regimeSimplified: ("不符合简化申报条件", "not eligible for simplified declaration"),
    .regimeLimitSingle: ("超过单次交易限值", "over the limit of a single purchase"),
    .regimeLimitAnnual: ("超过年度交易限值", "over the annual limit"),
    .regimePositiveList: ("不在零售进口商品清单内", "not on the positive list"),
    .regimeLicence: ("缺少许可证件", "licence is missing"),
    .referenceCode: ("代码不在参数表内", "code is not in its table"),
    .enterpriseUnregistered: ("企业未备案", "enterprise is not registered"),
    .enterpriseCode: ("企业代码校验不符", "enterprise code has a wrong check character"),
    .enterpriseBlacklisted: ("企业列入失信名单", "enterprise is blacklisted"),
    .buyerId: ("订购人身份证号无效", "buyer's identity number is invalid"),
  ]
}

extension ReturnFinding {
  public func label(_ language: Language) -> String {
    switch (self, language) {
    case (.exceeds, .chinese): "退货数量超过申报数量"
    case (.exceeds, .english): "more is returned than is left"
    case (.orphan, .chinese): "没有相应的清单"
    case (.orphan, .english): "no such list"
    }
  }

  /// What the check asks for, in one line.
  public func rule(_ language: Language) -> String {
    switch (self, language) {
    case (.exceeds, .chinese): "各项退货数量不超过清单申报后尚余的数量"
    case (.exceeds, .english): "of each gnum no more is returned than is left of what was declared"
    case (.orphan, .chinese): "退货单所列清单须生效且未撤销"
    case (.orphan, .english): "a list counts under the return's invtNo, and is not cancelled"
    }
  }
}
