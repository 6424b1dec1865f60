/// Sellers that stand behind the others of `World.sellers`, and that only faults of the rule book draw.
enum OddSeller: Int, CaseIterable, Sendable {
  /// The register lacks it.
  case unregistered
  /// Registered with a wrong check character.
  case wrongCode
  case blacklisted

  /// Its code, of a right one.
  func code(_ right: String) -> String {
    guard self == .wrongCode else { return right }
    return right.dropLast() + (right.hasSuffix("0") ? "1" : "0")
  }
}

/// What a list of the rule book's faults says otherwise, or leaves out.
enum Deviation: UInt8 {
  case none
  /// The first line's `gcode`: 4 digits, 9 digits, or a heading that does not exist.
  case headingOnly, nineDigits, noSuchHeading
  /// What a bonded zone asks for.
  case noAccountBook, noZone, noRecordNumber
  /// What a direct import asks for.
  case noVehicle, noVoyage, noBill
  case licenceGiven
}

extension Good {
  /// Goods that the tariff says something of. Behind the assortment, drawn by faults only; `Ruled` tells them apart.
  static let ruledExports: [Good] = [
    Good("鳄鱼皮", "已鞣制|无品牌", "4103200000", 10, 10, 35, 9_900, 29_900, 900),
    Good("废不锈钢", "块状|边角料", "7204210000", 35, 35, 0, 1_900, 3_900, 1_000),
    Good("智能手机", "128GB|无品牌", "8517130000", 1, 1, 35, 99_900, 199_900, 350),
  ]

  static let ruledImports: [Good] = [
    Good("西洋参片", "干的|100g|瓶装", "1211209100", 142, 35, 0, 19_900, 45_000, 160),
    Good("塑料收纳盒", "聚丙烯|三件套", "3924900000", 6, 35, 0, 1_900, 5_900, 600),
  ]

  /// Places among the goods above.
  enum Ruled {
    static let exportLicence = 0
    static let exportDuty = 1
    static let exportRefund = 2
    static let importLicence = 0
    static let importUnlisted = 1
  }
}

extension Parcel {
  static let singleLimitE5: Int64 = 5_000 * 100_000

  /// What faults of the rule book settle before anything is drawn from it.
  mutating func settleRegime(sellerCount: Int32) {
    switch fault {
    case .tradeMode:
      tradeMode = isExport ? 9661 : 9710
    case .bonded:
      tradeMode = 1210
      if !isExport { trafMode = UInt8(ascii: "7") }
      deviation = [.noAccountBook, .noZone, .noRecordNumber][Int(salt >> 8) % 3]
    case .direct:
      tradeMode = 9610
      trafMode = UInt8(ascii: "5")
      deviation = [.noVehicle, .noVoyage, .noBill][Int(salt >> 8) % 3]
    case .headingOnly, .simplifiedHeading: deviation = .headingOnly
    case .codeDigits: deviation = .nineDigits
    case .codeHeading: deviation = .noSuchHeading
    case .licenceGiven: deviation = .licenceGiven
    case .referenceCode: country = 0
    case .unregistered: seller = sellerCount + Int32(OddSeller.unregistered.rawValue)
    case .enterpriseCode: seller = sellerCount + Int32(OddSeller.wrongCode.rawValue)
    case .blacklisted: seller = sellerCount + Int32(OddSeller.blacklisted.rawValue)
    default: break
    }
  }

  /// The first line's article, where the fault is about one.
  func ruledGood(_ drawn: Int16) -> Int16 {
    let behind = isExport ? Good.exports.count : Good.imports.count
    switch fault {
    case .licence, .licenceGiven:
      return Int16(behind + (isExport ? Good.Ruled.exportLicence : Good.Ruled.importLicence))
    case .simplifiedGoods:
      return Int16(behind + (salt & 2 == 0 ? Good.Ruled.exportDuty : Good.Ruled.exportRefund))
    case .positiveList:
      return Int16(behind + Good.Ruled.importUnlisted)
    default: return drawn
    }
  }

  /// Whether the fault wants one line of one piece.
  var wantsOnePiece: Bool {
    fault == .limitAnnual || fault == .onePiece || fault == .simplifiedHeading
  }

  /// Quantity and price of the first line, where the fault is about what they come to.
  func ruledAmount(_ qtyE5: Int64, _ cents: Int) -> (qtyE5: Int64, cents: Int) {
    switch fault {
    case .simplifiedValue: (100_000, cents + 520_000)
    case .limitSingle: (200_000, cents + 260_000)
    case .limitAnnual: (100_000, cents + 1_400_000)
    case .onePiece: (100_000, cents + 600_000)
    case .simplifiedHeading: (100_000, cents)
    default: (qtyE5, cents)
    }
  }

  /// `A` or `B` where the fault is about it.
  func ruledFlag(_ flag: UInt8) -> UInt8 {
    switch fault {
    case .simplifiedValue, .simplifiedGoods, .simplifiedHeading: UInt8(ascii: "A")
    case .headingOnly, .licence, .licenceGiven: UInt8(ascii: "B")
    default: flag
    }
  }

  /// Findings of the rule book's faults. A code that is none is not on the positive list either.
  var ruledFindings: Findings {
    switch fault {
    case .headingOnly: Findings(.goodsCode)
    case .codeDigits, .codeHeading:
      isExport ? Findings(.goodsCode) : Findings(.goodsCode, .regimePositiveList)
    case .tradeMode: Findings(.regimeTradeMode)
    case .bonded: Findings(.regimeBonded)
    case .direct: Findings(.regimeDirect)
    case .simplifiedValue, .simplifiedGoods: Findings(.regimeSimplified)
    case .positiveList: Findings(.regimePositiveList)
    case .licence: Findings(.regimeLicence)
    case .referenceCode: Findings(.referenceCode)
    case .unregistered: Findings(.enterpriseUnregistered)
    case .enterpriseCode: Findings(.enterpriseCode)
    case .blacklisted: Findings(.enterpriseBlacklisted)
    case .buyerIdCheck: Findings(.buyerId)
    default: Findings()
    }
  }

  /// Whether the list comes to more than an import may. Drawn lines do now and then, so this is no
  /// matter of faults.
  var isOverSingleLimit: Bool {
    guard !isExport else { return false }
    var amountE5 = listFreightE5 + listInsuredE5
    for place in 0..<Int(listLineCount) { amountE5 += lines[place].totalE5 }
    let isOnePiece = listLineCount == 1 && lines[0].qtyE5 == 100_000
    return amountE5 > Self.singleLimitE5 && !isOnePiece
  }
}
