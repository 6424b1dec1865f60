extension Finding {
  /// What the check asks for, in one line.
  public func rule(_ language: Language) -> String {
    guard let rules = Self.rules[self] else { return name }
    return language == .chinese ? rules.chinese : rules.english
  }

  static let rules: [Finding: (chinese: String, english: String)] = [
    .orderMissing: ("清单须有生效的订单", "an order counts under the list's platform and orderNo"),
    .paymentMissing: ("清单须有生效的支付单", "a payment counts under the list's platform and orderNo"),
    .waybillMissing: ("清单须有生效的运单", "a waybill counts under the list's logisticsCode and logisticsNo"),
    .orderDuplicate: ("同一订单只能新增一次", "an order is new once only"),
    .paymentDuplicate: ("同一支付单只能新增一次", "a payment is new once only"),
    .waybillDuplicate: ("同一运单只能新增一次", "a waybill is new once only"),
    .listDuplicate: (
      "同一清单只能新增一次，同一订单只能有一份清单", "a list is new once only, and an order has one list"
    ),
    .waybillShared: ("一份运单只能用于一份清单", "a waybill belongs to one list"),
    .partySeller: (
      "清单、订单、支付单（出口）、运单的电商企业代码一致",
      "ebcCode of list, order, payments (export) and waybill (where given) is one"
    ),
    .partyBuyer: (
      "进口：清单与订单的订购人证件号码、姓名一致", "import: buyerIdNumber and buyerName of list = order"
    ),
    .partyPayer: ("进口：支付人即订单的订购人", "import: the payer of each payment is the order's buyer"),
    .partyConsignee: (
      "进口：订单与运单的收货人、电话、地址一致",
      "import: consignee, consigneeTelephone, consigneeAddress of order = waybill"
    ),
    .amountLine: ("清单各项：数量 × 单价 = 总价", "each list line: qty × price = totalPrice"),
    .amountPositive: (
      "清单各项数量、单价、总价大于 0，运费、保费不小于 0",
      "qty, price, totalPrice of each list line > 0; freight, insuredFee ≥ 0"
    ),
    .amountOrderLine: ("订单各项：数量 × 单价 = 总价", "each order line: qty × price = totalPrice"),
    .amountLinesDiffer: (
      "清单与订单按商品序号逐项一致：数量、单价、总价、币制、计量单位",
      "lines of list and order pair by gnum and agree in qty, price, totalPrice, currency, unit"
    ),
    .amountGoods: ("清单总价合计 = 订单商品价格", "sum of the list's totalPrice = order goodsValue"),
    .amountPaid: (
      "出口：支付金额合计 = 商品价格 + 运费；进口：支付金额合计 = 实际支付金额",
      "export: sum of charge = goodsValue + freight; import: sum of amountPaid = acturalPaid"
    ),
    .amountSettlement: (
      "进口：实际支付金额 = 商品价格 + 运费 + 税款 - 抵扣",
      "import: acturalPaid = goodsValue + freight + taxTotal - discount"
    ),
    .amountCurrency: (
      "订单、支付单、清单各项币制一致，进口为 142", "order, payments and list lines in one currency; import: 142"
    ),
    .amountFreight: (
      "清单与运单的运费、保费一致", "freight and insuredFee of list = waybill, where comparable"
    ),
    .weightGross: ("清单与运单的毛重一致", "gross weight of list = waybill"),
    .weightNet: ("0 < 净重 ≤ 毛重", "0 < netWeight ≤ grossWeight"),
    .packageCount: ("清单与运单的件数一致，进口为 1", "packNo of list = waybill; import: 1"),
    .goodsEmpty: ("清单至少有一项商品", "a list has at least one line"),
    .goodsSequence: ("商品序号为 1 至 n，不重复", "the gnums are 1 to n, each once"),
    .goodsCode: (
      "商品编码为 10 位且品目存在（简化申报可为 4 位）", "gcode has 10 digits (eligible A lists: 4) and its heading exists"
    ),
    .goodsUnit: (
      "计量单位同第一法定单位时数量一致；第二法定单位与数量须同时有",
      "where unit = unit1, qty = qty1; unit2 if and only if qty2 > 0"
    ),
    .regimeTradeMode: ("监管方式适用于该进出口方向", "tradeMode is right for the direction"),
    .regimeBonded: (
      "1210 须有账册编号、区内企业、账册备案料号", "1210: emsNo, zone enterprise, itemRecordNo on each line"
    ),
    .regimeDirect: ("9610 进口须有运输工具、航次、提运单号", "9610 import: trafNo, voyageNo, billNo"),
    .regimeSimplified: ("简化申报须符合条件", "statisticsFlag A: eligible for simplified declaration"),
    .regimeLimitSingle: ("进口：单次交易不超过 5000 元", "import: at most CNY 5,000 in one purchase"),
    .regimeLimitAnnual: ("进口：个人年度累计不超过 26000 元", "import: at most CNY 26,000 a buyer and year"),
    .regimePositiveList: ("进口：商品在零售进口商品清单内", "import: goods on the positive list"),
    .regimeLicence: ("涉证商品须有许可证件号", "goods under licence: licenseNo"),
    .referenceCode: ("代码在参数表内", "codes are in their tables"),
    .enterpriseUnregistered: ("企业已备案", "enterprises are registered"),
    .enterpriseCode: ("18 位企业代码校验位正确", "18-character codes have a right check character"),
    .enterpriseBlacklisted: ("企业未列入失信名单", "enterprises are not blacklisted"),
    .buyerId: ("身份证号校验位和出生日期正确", "identity numbers have a right check digit and birth date"),
  ]
}
