/// A goods line, as one document shows it. Numbers in units of 10^-5.
struct Line: BitwiseCopyable, Sendable {
  var good: Int16 = 0
  var gnum: Int16 = 0
  var unit: Int16 = 0
  var unit1: Int16 = 0
  /// 0: none.
  var unit2: Int16 = 0
  var currency: Int16 = 0
  var qtyE5: Int64 = 0
  var qty1E5: Int64 = 0
  /// 0: none.
  var qty2E5: Int64 = 0
  var priceE5: Int64 = 0
  var totalE5: Int64 = 0
}

/// A fictional person. The parts are apart so that a fault can change exactly one of them.
struct Person: BitwiseCopyable, Sendable {
  /// Given name, birth, home.
  var identity: UInt64 = 0
  /// 0 … 63.
  var surname: UInt8 = 0
  /// Last digits of the identity number, 0 … 255.
  var sequence: UInt8 = 0
  /// Of the identity number.
  var hasWrongCheck = false
  /// House number less one.
  var house: UInt16 = 0
  /// Last eight digits of the telephone number.
  var telephone: UInt32 = 0

  init() {}

  init(_ random: inout Random) {
    let bits = random.next()
    identity = random.next()
    surname = UInt8(truncatingIfNeeded: bits & 63)
    sequence = UInt8(truncatingIfNeeded: bits >> 8)
    house = UInt16(truncatingIfNeeded: bits >> 16 & 511)
    telephone = UInt32((bits >> 32) % 100_000_000)
  }
}

/// One list and its triplet: every value that a document of it shows.
///
/// A function of (settings, index) alone. The four documents share one parcel, so they agree by
/// construction; where they should not, `apply(_:)` changes one side.
struct Parcel: BitwiseCopyable, Sendable {
  static let lineLimit = 8

  var index: UInt64
  /// Random bits for whatever has no field of its own: guids, styles, spare digits.
  var salt: UInt64
  var fault: Fault?
  var isExport: Bool
  /// Past the window on the default as-of.
  var isLate = false
  /// 0: the platform has a code; 1: its code is `无`; 2: empty.
  var foreignPlatform: UInt8 = 0
  var foreignName: UInt8 = 0
  /// The payment's own number is given. Exports may lack it.
  var hasPaymentNumber = true
  var paymentCount: UInt8 = 1
  /// `A` or `B`.
  var statisticsFlag = UInt8(ascii: "A")
  var trafMode = UInt8(ascii: "5")
  var deviation = Deviation.none
  var tradeMode: Int16 = 9610

  var seller: Int32 = 0
  var orderSeller: Int32 = 0
  var paymentSeller: Int32 = 0
  var waybillSeller: Int32 = 0
  var platform: Int32 = 0
  var paymentFirm: Int32 = 0
  var carrier: Int32 = 0
  var agent: Int32 = 0
  var customsOffice: Int32 = 0
  /// Destination or origin.
  var country: Int16 = 0
  var currency: Int16 = 142
  var orderCurrency: Int16 = 142
  var paymentCurrency: Int16 = 142

  // Seconds since 1970, China Standard Time.
  var orderTime: Int64 = 0
  var paymentTime: Int64 = 0
  var waybillTime: Int64 = 0
  var listTime: Int64 = 0

  var buyer = Person()
  var listBuyer = Person()
  var payer = Person()
  var consignee = Person()
  var waybillConsignee = Person()

  var orderLineCount: UInt8 = 0
  var listLineCount: UInt8 = 0
  /// The list's lines. The order's are the same but for its first, where faults make them differ.
  var lines = InlineArray<8, Line>(repeating: Line())
  var firstOrderLine = Line()

  var goodsValueE5: Int64 = 0
  var orderFreightE5: Int64 = 0
  var discountE5: Int64 = 0
  var taxE5: Int64 = 0
  /// Import: `acturalPaid`. Export: `goodsValue` + `freight`, which no document shows.
  var payableE5: Int64 = 0
  var paidE5: (Int64, Int64) = (0, 0)
  var listFreightE5: Int64 = 0
  var listInsuredE5: Int64 = 0
  var waybillFreightE5: Int64 = 0
  var waybillInsuredE5: Int64 = 0
  var listGrossE5: Int64 = 0
  var listNetE5: Int64 = 0
  var waybillGrossE5: Int64 = 0
  var listPacks: Int32 = 1
  var waybillPacks: Int32 = 1
}

/// Makes parcels.
struct ParcelMaker: Sendable {
  let settings: GenerateSettings
  /// Faults with their cumulative rates, by direction.
  private let exportFaults: [(upTo: Int, fault: Fault)]
  private let importFaults: [(upTo: Int, fault: Fault)]

  init(_ settings: GenerateSettings) {
    self.settings = settings
    func table(_ applies: (Fault) -> Bool) -> [(upTo: Int, fault: Fault)] {
      var sum = 0
      return Fault.allCases.filter(applies).compactMap { fault in
        let rate = settings.faultRates[fault]
        guard rate > 0 else { return nil }
        sum += rate
        return (sum, fault)
      }
    }
    exportFaults = table(\.affectsExports)
    importFaults = table(\.affectsImports)
  }

  /// The parcel of list `index`, its fault applied, and the findings that it leads to.
  func make(index: Int, world: World) -> (Parcel, Findings) {
    var random = Random(seed: settings.seed, index: UInt64(index))
    var parcel = Parcel(
      index: UInt64(index), salt: random.next(),
      isExport: random.isTrue(percent: settings.exportPercent))
    let draw = random.below(1_000_000)
    // The first list is always clean: its appTime is the as-of that the truth is told for.
    if index > 0 {
      parcel.fault =
        (parcel.isExport ? exportFaults : importFaults)
        .first { draw < $0.upTo }?.fault
    }
    chooseParties(&parcel, world, &random)
    chooseTimes(&parcel, &random)
    choosePersons(&parcel, &random)
    chooseLines(&parcel, world, &random)
    chooseAmounts(&parcel, &random)
    var findings = parcel.apply(sellerCount: Int32(world.sellers.count))
    if parcel.isOverSingleLimit { findings.insert(.regimeLimitSingle) }
    return (parcel, findings)
  }

  private func chooseParties(_ parcel: inout Parcel, _ world: World, _ random: inout Random) {
    parcel.seller = Int32(world.sellers.zipf.draw(&random))
    // A seller keeps to one platform nine times out of ten.
    var home = Random(seed: settings.seed ^ 0x686f_6d65, index: UInt64(parcel.seller))
    let usual = world.platforms.zipf.draw(&home)
    let other = world.platforms.zipf.draw(&random)
    parcel.platform = Int32(random.isTrue(percent: 90) ? usual : other)
    parcel.paymentFirm = Int32(world.payments.zipf.draw(&random))
    parcel.carrier = Int32(world.carriers.zipf.draw(&random))
    parcel.agent = Int32(world.agents.zipf.draw(&random))
    parcel.customsOffice = parcel.agent % Int32(world.customsOffices.count)
    let isForeign = random.isTrue(percent: 5)
    let foreignBits = random.next()
    let hasNumber = !random.isTrue(percent: 8)
    let mode = random.below(100)
    let country = parcel.isExport ? world.destinationZipf : world.originZipf
    let countryRank = country.draw(&random)
    let money = random.below(100)
    if parcel.isExport {
      parcel.country = Int16(world.destinations[countryRank])!
      // Where the platform has no code the seller's is part of the key: faults keep off it.
      if isForeign && parcel.fault == nil {
        parcel.foreignPlatform = 1 + UInt8(truncatingIfNeeded: foreignBits & 1)
      }
      parcel.foreignName =
        UInt8(truncatingIfNeeded: (foreignBits >> 8) % UInt64(world.foreignPlatforms.count))
      parcel.hasPaymentNumber = hasNumber || parcel.fault != nil
      parcel.tradeMode = mode < 65 ? 9610 : mode < 80 ? 1210 : mode < 92 ? 9710 : 9810
      parcel.trafMode =
        mode % 5 < 3 ? UInt8(ascii: "5") : mode % 5 == 3 ? UInt8(ascii: "2") : UInt8(ascii: "4")
      parcel.currency =
        money < 55 ? 142 : money < 85 ? 502 : money < 93 ? 300 : money < 97 ? 303 : 116
    } else {
      parcel.country = Int16(world.origins[countryRank])!
      parcel.tradeMode = mode < 30 ? 9610 : 1210
      parcel.trafMode = mode < 30 ? UInt8(ascii: "5") : UInt8(ascii: "7")
    }
    parcel.settleRegime(sellerCount: Int32(world.sellers.count))
    parcel.orderCurrency = parcel.currency
    parcel.paymentCurrency = parcel.currency
    parcel.orderSeller = parcel.seller
    parcel.paymentSeller = parcel.seller
    parcel.waybillSeller = parcel.seller
  }

  /// Lists are declared between 1:00 and 23:00, so that later versions stay before the as-of.
  private func chooseTimes(_ parcel: inout Parcel, _ random: inout Random) {
    parcel.isLate = parcel.fault?.isLate ?? false
    let second = Int64(random.below(79_200) + 3_600)
    let daysLate = Int64(random.below(100) + 40)
    parcel.listTime =
      parcel.index == 0
      ? settings.asOf : settings.dayStart + second - (parcel.isLate ? daysLate * 86_400 : 0)
    parcel.waybillTime = parcel.listTime - Int64(random.below(1_800) + 60)
    parcel.paymentTime = parcel.waybillTime - Int64(random.below(3_600) + 30)
    parcel.orderTime = parcel.paymentTime - Int64(random.below(36_000) + 30)
  }

  private func choosePersons(_ parcel: inout Parcel, _ random: inout Random) {
    parcel.buyer = Person(&random)
    parcel.buyer.hasWrongCheck = parcel.fault == .buyerIdCheck
    let friend = Person(&random)
    parcel.consignee = random.isTrue(percent: 85) ? parcel.buyer : friend
    parcel.listBuyer = parcel.buyer
    parcel.payer = parcel.buyer
    parcel.waybillConsignee = parcel.consignee
  }

  private func chooseLines(_ parcel: inout Parcel, _ world: World, _ random: inout Random) {
    // 1 … 8 lines, 2.01 on average.
    let draw = random.below(100)
    var count =
      draw < 50
      ? 1
      : draw < 75
        ? 2
        : draw < 87
          ? 3
          : draw < 93
            ? 4
            : draw < 96
              ? 5
              : draw < 98 ? 6 : draw < 99 ? 7 : 8
    if parcel.fault == .amountPositive || parcel.fault == .linesCount { count = max(count, 2) }
    if parcel.wantsOnePiece { count = 1 }
    let goodsCount = parcel.isExport ? Good.exports.count : Good.imports.count
    // A seller trades in a run of a dozen articles.
    let assortment = Int(parcel.seller) * 5
    for place in 0..<count {
      var line = Line()
      line.good = Int16((assortment + random.below(12)) % goodsCount)
      if place == 0 { line.good = parcel.ruledGood(line.good) }
      line.gnum = Int16(place + 1)
      line.currency = parcel.currency
      let good = world.good(line, isExport: parcel.isExport)
      line.unit = good.unit
      line.unit1 = good.unit1
      line.unit2 = good.unit2
      if good.isByWeight {
        line.qtyE5 = Int64(random.below(30) + 1) * 5_000
      } else {
        let many = parcel.isExport ? 12 : 2
        line.qtyE5 = Int64(random.isTrue(percent: 70) ? 1 : random.below(many) + 2) * 100_000
      }
      var cents = good.priceMin + random.below(good.priceMax - good.priceMin + 1)
      if place == 0 { (line.qtyE5, cents) = parcel.ruledAmount(line.qtyE5, cents) }
      line.priceE5 = Self.price(cents: cents, currency: parcel.currency)
      if parcel.fault == .amountPositive && place == count - 1 { line.priceE5 = 0 }
      // Quantities are multiples of 0.05 and prices of 0.01: five fraction digits hold the product.
      line.totalE5 = line.qtyE5 / 1_000 * (line.priceE5 / 1_000) * 10
      let weightE5 = max(line.qtyE5 * Int64(good.grams) / 1_000, 1_000)
      line.qty1E5 = Self.statutory(line.unit1, line, weightE5)
      line.qty2E5 = line.unit2 == 0 ? 0 : Self.statutory(line.unit2, line, weightE5)
      parcel.listNetE5 += weightE5
      parcel.goodsValueE5 += line.totalE5
      parcel.lines[place] = line
    }
    parcel.firstOrderLine = parcel.lines[0]
    parcel.orderLineCount = UInt8(count)
    parcel.listLineCount = UInt8(count)
  }

  /// A price in `currency`, whole cents, never 0; yen are whole.
  private static func price(cents: Int, currency: Int16) -> Int64 {
    switch currency {
    case 502: Int64(max(cents * 100 / 720, 1)) * 1_000
    case 300: Int64(max(cents * 100 / 780, 1)) * 1_000
    case 303: Int64(max(cents * 100 / 920, 1)) * 1_000
    case 116: Int64(max(cents / 5, 1)) * 100_000
    default: Int64(cents) * 1_000
    }
  }

  /// A quantity in a statutory unit.
  private static func statutory(_ unit: Int16, _ line: Line, _ weightE5: Int64) -> Int64 {
    switch unit {
    case line.unit: line.qtyE5
    case 35: weightE5
    case 95: line.qtyE5 * 3 / 4
    default: line.qtyE5
    }
  }

  private func chooseAmounts(_ parcel: inout Parcel, _ random: inout Random) {
    let freightE5 =
      random.isTrue(percent: 45) ? 0 : Int64(random.below(60) * 50 + 50) * 1_000
    let insuredE5 = random.isTrue(percent: 75) ? 0 : Int64(random.below(300) + 5) * 1_000
    parcel.listFreightE5 = freightE5
    parcel.waybillFreightE5 = freightE5
    parcel.listInsuredE5 = insuredE5
    parcel.waybillInsuredE5 = insuredE5
    let packingE5 = Int64(random.below(60) + 2) * 1_000
    parcel.listGrossE5 = parcel.listNetE5 + packingE5
    parcel.waybillGrossE5 = parcel.listGrossE5
    if parcel.isExport {
      parcel.listPacks = random.isTrue(percent: 92) ? 1 : Int32(random.below(4) + 2)
      parcel.waybillPacks = parcel.listPacks
      // Senders pay, or the buyer does with the order.
      parcel.orderFreightE5 = random.isTrue(percent: 60) ? 0 : freightE5
      parcel.payableE5 = parcel.goodsValueE5 + parcel.orderFreightE5
      let rate: Int64 =
        switch parcel.currency {
        case 502: 720
        case 300: 780
        case 303: 920
        case 116: 5
        default: 100
        }
      let isSmall = parcel.goodsValueE5 / 100 * rate <= 4_900 * 100_000
      parcel.statisticsFlag =
        isSmall && parcel.tradeMode == 9610 && random.isTrue(percent: 80)
        ? UInt8(ascii: "A") : UInt8(ascii: "B")
      parcel.statisticsFlag = parcel.ruledFlag(parcel.statisticsFlag)
    } else {
      parcel.orderFreightE5 = freightE5
      parcel.taxE5 = parcel.goodsValueE5 * 91 / 1_000 / 1_000 * 1_000
      parcel.discountE5 =
        random.isTrue(percent: 80) ? 0 : min(parcel.goodsValueE5 / 10, 2_000_000) / 1_000 * 1_000
      parcel.payableE5 =
        parcel.goodsValueE5 + parcel.orderFreightE5 + parcel.taxE5 - parcel.discountE5
    }
    if parcel.fault == .paymentSplit { parcel.paymentCount = 2 }
    parcel.paidE5.0 = parcel.payableE5
    if parcel.paymentCount == 2 {
      let firstE5 = max(
        parcel.payableE5 / 100 * Int64(random.below(80) + 10) / 1_000 * 1_000, 1_000)
      parcel.paidE5 = (firstE5, parcel.payableE5 - firstE5)
    }
  }
}
