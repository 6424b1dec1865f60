/// One threshold of the alerts. The raw value is its name, in rules files too.
public enum AlertSetting: String, Sendable, CaseIterable {
  case volumeLow = "volume.low"
  case volumeMedium = "volume.medium"
  case volumeHigh = "volume.high"
  case volumeListsLeast = "volume.lists_least"
  case valueLow = "value.low"
  case valueMedium = "value.medium"
  case valueHigh = "value.high"
  case valueListsLeast = "value.lists_least"
  case pastDays = "past.days"
  case pastDaysLeast = "past.days_least"
  case findingLow = "finding.low"
  case findingMedium = "finding.medium"
  case findingHigh = "finding.high"
  case findingListsLeast = "finding.lists_least"
  case buyerLow = "buyer.low"
  case buyerMedium = "buyer.medium"
  case buyerHigh = "buyer.high"
  case addressLow = "address.low"
  case addressMedium = "address.medium"
  case addressHigh = "address.high"
  case splittingLimit = "splitting.limit"
  case splittingNear = "splitting.near"
  case splittingBuyerLow = "splitting.buyer_low"
  case splittingBuyerMedium = "splitting.buyer_medium"
  case splittingBuyerHigh = "splitting.buyer_high"
  case splittingSellerLow = "splitting.seller_low"
  case splittingSellerMedium = "splitting.seller_medium"
  case splittingSellerHigh = "splitting.seller_high"
  case splittingSellerShare = "splitting.seller_share"
  case priceLow = "price.low"
  case priceMedium = "price.medium"
  case priceHigh = "price.high"
  case priceLinesLeast = "price.lines_least"
  case most = "alerts.most"

  /// What it is, its unit, its default and what it may be.
  public struct Description: Sendable, Equatable {
    public var meaning: String
    public var unit: String
    public var defaultValue: Int
    public var range: ClosedRange<Int>
  }

  /// For a rules file and its loader.
  public var description: Description {
    func level(_ what: String, _ unit: String, _ value: Int, _ word: String) -> Description {
      Description(
        meaning: "\(what); from here on the level is \(word), 0: never", unit: unit,
        defaultValue: value, range: 0...1_000_000_000)
    }
    func least(_ what: String, _ unit: String, _ value: Int) -> Description {
      Description(meaning: what, unit: unit, defaultValue: value, range: 1...1_000_000_000)
    }
    let day = "a seller's lists of one day in percent of its daily mean before that day"
    let worth = "a seller's goods value of one day and currency in percent of its daily mean before that day"
    let share = "lists of a seller with one finding in percent of its lists"
    let addresses = "different addresses of one buyer"
    let buyers = "different buyers of one address"
    let buyerDay = "lists of one buyer and day just below the limit"
    let sellerDay = "export lists of one seller and day just below the limit"
    let price = "a line's price in percent of the item's median, or the median in percent of the price"
    return switch self {
    case .volumeLow: level(day, "%", 300, "low")
    case .volumeMedium: level(day, "%", 500, "medium")
    case .volumeHigh: level(day, "%", 1_000, "high")
    case .volumeListsLeast: least("fewer lists of a seller and day are no jump of volume", "lists", 100)
    case .valueLow: level(worth, "%", 300, "low")
    case .valueMedium: level(worth, "%", 500, "medium")
    case .valueHigh: level(worth, "%", 1_000, "high")
    case .valueListsLeast:
      least("fewer lists of a seller, day and currency are no jump of value", "lists", 20)
    case .pastDays: Description(
        meaning: "days before a day that make a seller's mean", unit: "days", defaultValue: 28,
        range: 1...3_660)
    case .pastDaysLeast: Description(
        meaning: "a seller that began fewer days before has no past", unit: "days",
        defaultValue: 7, range: 1...3_660)
    case .findingLow: level(share, "%", 5, "low")
    case .findingMedium: level(share, "%", 10, "medium")
    case .findingHigh: level(share, "%", 20, "high")
    case .findingListsLeast: least("a seller with fewer lists has no rate", "lists", 100)
    case .buyerLow: level(addresses, "addresses", 5, "low")
    case .buyerMedium: level(addresses, "addresses", 10, "medium")
    case .buyerHigh: level(addresses, "addresses", 20, "high")
    case .addressLow: level(buyers, "buyers", 10, "low")
    case .addressMedium: level(buyers, "buyers", 20, "medium")
    case .addressHigh: level(buyers, "buyers", 50, "high")
    case .splittingLimit: least("the limit of one list", "CNY", 5_000)
    case .splittingNear: Description(
        meaning: "a list is just below the limit from this share of it on", unit: "%",
        defaultValue: 90, range: 1...100)
    case .splittingBuyerLow: level(buyerDay, "lists", 2, "low")
    case .splittingBuyerMedium: level(buyerDay, "lists", 3, "medium")
    case .splittingBuyerHigh: level(buyerDay, "lists", 5, "high")
    case .splittingSellerLow: level(sellerDay, "lists", 10, "low")
    case .splittingSellerMedium: level(sellerDay, "lists", 20, "medium")
    case .splittingSellerHigh: level(sellerDay, "lists", 50, "high")
    case .splittingSellerShare: Description(
        meaning: "a smaller share of a seller's export lists of the day is no splitting", unit: "%",
        defaultValue: 20, range: 0...100)
    case .priceLow: level(price, "%", 500, "low")
    case .priceMedium: level(price, "%", 1_000, "medium")
    case .priceHigh: level(price, "%", 10_000, "high")
    case .priceLinesLeast: least("an item with fewer lines has no median", "lines", 20)
    case .most: Description(
        meaning: "alerts of one rule, the worst first; the others are only counted",
        unit: "alerts", defaultValue: 10_000, range: 1...1_000_000)
    }
  }
}

/// Thresholds of the alerts.
public struct AlertSettings: Sendable, Equatable {
  private var values: [Int]

  /// The defaults.
  public init() { values = AlertSetting.allCases.map { $0.description.defaultValue } }

  /// - Precondition: within the setting's range.
  public subscript(setting: AlertSetting) -> Int {
    get { values[AlertSetting.allCases.firstIndex(of: setting)!] }
    set {
      precondition(setting.description.range.contains(newValue), "out of its range")
      values[AlertSetting.allCases.firstIndex(of: setting)!] = newValue
    }
  }

  /// Sets one by its name, as a rules file has it.
  ///
  /// - Returns: what is wrong, with what is possible; nil if it is set.
  public mutating func set(name: String, value: Int) -> String? {
    guard let setting = AlertSetting(rawValue: name) else {
      let known = AlertSetting.allCases.map(\.rawValue).joined(separator: ", ")
      return "no alert setting '\(name)'; known are \(known)"
    }
    let description = setting.description
    guard description.range.contains(value) else {
      return
        "\(name) \(value): \(description.range.lowerBound) to \(description.range.upperBound) \(description.unit) are possible"
    }
    self[setting] = value
    return nil
  }

  /// The three levels of one rule.
  func levels(_ low: AlertSetting, _ medium: AlertSetting, _ high: AlertSetting) -> AlertLevels {
    AlertLevels(
      levels: [(.high, high, self[high]), (.medium, medium, self[medium]), (.low, low, self[low])]
        .filter { $0.2 > 0 })
  }
}

/// Thresholds of one rule that are not 0, as its loop compares with them.
struct AlertLevels: Sendable {
  typealias Reached = (level: AlertLevel, setting: AlertSetting, value: Int)

  /// The highest first.
  fileprivate let levels: [Reached]

  /// The highest level whose threshold `value` reaches.
  func reached(_ value: Int128) -> Reached? { levels.first { value >= Int128($0.value) } }

  /// Of all levels; nil: the rule is off.
  var least: Int? { levels.map(\.value).min() }
}
