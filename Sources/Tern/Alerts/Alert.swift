import TernCEB
import TernMatch
import TernRules

/// How serious an alert is.
public enum AlertLevel: String, Sendable, CaseIterable {
  case high, medium, low
}

/// What an alert looks at.
public enum AlertRule: String, Sendable, CaseIterable {
  /// Lists of a seller and day against its own days before.
  case volume = "seller.volume"
  /// The same of goods value, per currency.
  case value = "seller.value"
  /// Share of a seller's lists that have one finding.
  case findingRate = "seller.finding"
  /// Export lists of a seller and day just below the limit.
  case sellerSplitting = "seller.splitting"
  /// Import lists of a buyer and day just below the limit.
  case buyerSplitting = "buyer.splitting"
  /// Different addresses of one buyer.
  case buyerAddresses = "buyer.addresses"
  /// Different buyers of one address.
  case addressBuyers = "address.buyers"
  /// Prices far from the median of their item.
  case price = "item.price"
}

/// Something to look at (分类分级风险预警), with its evidence. A person is named by a list, never otherwise.
public struct Alert: Sendable, Equatable {
  public var rule: AlertRule
  public var level: AlertLevel
  public var direction: Direction
  /// A seller's `ebcCode`; of an item `gcode/currency/unit`; of a buyer or an address
  /// `agentCode/copNo` of its first list.
  public var subject: String
  /// `YYYYMMDD`; empty where the whole store is meant.
  public var day = ""
  /// Numbers that were compared, by name; decimals exact.
  public var facts: [Fact]
  /// The setting that was reached.
  public var threshold: AlertSetting
  public var thresholdValue: Int
  /// Lists that show it, and the first of them (of prices the farthest), at most `listsMax`.
  public var listCount: Int
  public var lists: [ListName] = []

  public static let listsMax = 5

  public struct Fact: Sendable, Equatable {
    public var name: String
    public var value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }

    init(_ name: String, _ value: Int) { self.init(name, String(value)) }
  }

  /// How a list is found again: `tern explain STORE --list COPNO`.
  public struct ListName: Sendable, Equatable {
    public var agentCode: String
    public var copNo: String

    public var text: String { "\(agentCode)/\(copNo)" }
  }

  /// Value of a fact; empty where the rule has no such.
  public func fact(_ name: String) -> String { facts.first { $0.name == name }?.value ?? "" }

  /// One sentence.
  public func text(_ language: Language) -> String {
    switch rule {
    case .volume:
      language.pick(
        "\(fact("lists")) lists on \(day), \(past(language, "pastLists", "lists"))",
        "\(day) 申报清单 \(fact("lists")) 份，\(past(language, "pastLists", "份"))")
    case .value:
      language.pick(
        "goods of \(fact("value")) in currency \(fact("currency")) on \(day), \(past(language, "pastValue", ""))",
        "\(day) 货值 \(fact("value"))（币制 \(fact("currency"))），\(past(language, "pastValue", ""))")
    case .findingRate:
      language.pick(
        "\(fact("withFinding")) of \(fact("lists")) lists have \(fact("finding")) (\(fact("percent"))%)",
        "\(fact("lists")) 份清单中 \(fact("withFinding")) 份有 \(fact("finding"))（\(fact("percent"))%）")
    case .sellerSplitting:
      language.pick(
        "\(fact("nearLimit")) of \(fact("lists")) export lists of \(day) lie just below the limit, \(fact("valueCny")) CNY together",
        "\(day) 的 \(fact("lists")) 份出口清单中 \(fact("nearLimit")) 份略低于限值，合计 \(fact("valueCny")) 元")
    case .buyerSplitting:
      language.pick(
        "\(fact("nearLimit")) lists of one buyer on \(day) lie just below the limit, \(fact("valueCny")) CNY together",
        "\(day) 同一订购人 \(fact("nearLimit")) 份清单略低于限值，合计 \(fact("valueCny")) 元")
    case .buyerAddresses:
      language.pick(
        "one buyer with \(fact("addresses")) different addresses on \(fact("lists")) lists",
        "同一订购人在 \(fact("lists")) 份清单上使用 \(fact("addresses")) 个不同收件地址")
    case .addressBuyers:
      language.pick(
        "one address with \(fact("buyers")) different buyers on \(fact("lists")) lists",
        "同一收件地址在 \(fact("lists")) 份清单上有 \(fact("buyers")) 个不同订购人")
    case .price:
      language.pick(
        "\(fact("farLines")) of \(fact("lines")) lines have a price far from the median \(fact("median")): from \(fact("lowest")) to \(fact("highest"))",
        "\(fact("lines")) 行商品中 \(fact("farLines")) 行单价远离中位数 \(fact("median"))：最低 \(fact("lowest"))，最高 \(fact("highest"))")
    }
  }
}

extension Alert {
  /// A day beside the days before it.
  private func past(_ language: Language, _ sum: String, _ unit: String) -> String {
    let days = fact("pastDays")
    if fact("percent").isEmpty {
      return language.pick("after none in \(days) days", "此前 \(days) 天没有申报")
    }
    return language.pick(
      "\(fact("percent"))% of the mean of \(days) days before (\(fact(sum))\(unit.isEmpty ? "" : " " + unit))",
      "为此前 \(days) 天日均（合计 \(fact(sum))\(unit.isEmpty ? "" : " " + unit)）的 \(fact("percent"))%")
  }
}

/// Alerts, worst first, and how many more there are of a rule that has too many.
public struct AlertReport: Sendable, Equatable {
  /// By level, rule, how far the threshold is passed, then subject and day.
  public var alerts: [Alert] = []
  public var omitted: [(rule: AlertRule, count: Int)] = []

  public init() {}

  public static func == (a: AlertReport, b: AlertReport) -> Bool {
    a.alerts == b.alerts && a.omitted.elementsEqual(b.omitted) { $0 == $1 }
  }
}

/// An alert on its way: lists by their place, and how far it goes.
struct AlertDraft: Sendable {
  var alert: Alert
  /// Compares within a rule.
  var measure: Int128
  var lists: [DocumentRef] = []
  /// Of an item: what its lines are found again by.
  var item: KeyDigest?
}
