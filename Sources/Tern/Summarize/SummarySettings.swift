import TernCEB

/// `summaryFlag` of a summary declaration.
public enum SummaryFlag: String, Sendable, CaseIterable {
  /// A declaration per `ebcCode`.
  case byShipper = "1"
  /// A declaration per `ebcCode` and `ownerCode`.
  case byShipperAndOwner = "2"
}

/// Which lists a summary run takes, and how it declares them.
///
/// What is nil is as the store remembers it of a run that was made before, else the default.
public struct SummarySettings: Sendable {
  /// Lists with `appTime` in this period: seconds since 1970-01-01 in China Standard Time.
  public var period: Range<Int64>
  /// 0 for the period's own run; 1, 2, … for what is left of the period after it.
  public var supplement = 0
  /// Default `byShipper`.
  public var summaryFlag: SummaryFlag?
  /// Lines merge by `itemName` too. Default false.
  public var itemNameFlag: Bool?
  /// Who declares: 1 to 18 characters. Default: each declaration's `agentCode`.
  public var declAgentCode: String?
  /// 1 to 100 characters. Default: what the lists or the enterprise register call `declAgentCode`.
  public var declAgentName: String?
  /// Lists that one message names: 1 to 10,000. Default 1,000.
  public var listsPerMessage: Int?
  /// Default `of202205`.
  public var spec: ReceiptSpec?
  /// Wraps every message in a `DxpMsg` of this `SenderId`: 1 to 16 characters. It is also the `dxpId`
  /// of `BaseTransfer`.
  public var dxpSender: String?
  /// Nil for the sender itself.
  public var dxpReceiver: String?

  public init(period: Range<Int64>) { self.period = period }
}

/// Why a list is in no declaration of a run. The first that holds is the one that is counted.
public enum SummaryExclusion: Int, Sendable, CaseIterable {
  case otherPeriod, cancelled, notReleased, notSummaryStatistics, takenBefore, fullyReturned, notDeclarable

  /// As in `summary.json`.
  public var name: String { "\(self)" }
}

/// What a summary run did.
public struct SummaryReport: Sendable {
  public internal(set) var declarations = 0
  public internal(set) var lists = 0
  /// Merged lines.
  public internal(set) var lines = 0
  public internal(set) var messages = 0
  /// Export lists that count or are cancelled and that the run did not take, by
  /// `SummaryExclusion.rawValue`.
  public internal(set) var leftOut = [Int](repeating: 0, count: SummaryExclusion.allCases.count)
  /// The store remembered the run: it was written as it was made then.
  public internal(set) var isRepeated = false
  /// Of a repeated run: lists of the period that no run has taken, for a supplement.
  public internal(set) var lateLists = 0
  /// Lists of all runs that were replaced, cancelled, rejected or returned after they were taken.
  public internal(set) var changedLists = 0
}

/// Settings with nothing left open: as the store remembers them.
struct SummaryOptions {
  /// By name; empty for none.
  private(set) var values: [String: String] = [:]

  static let names = [
    "summaryFlag", "itemNameFlag", "declAgentCode", "declAgentName", "listsPerMessage", "spec",
    "dxpSender", "dxpReceiver",
  ]
  private static let defaults = ["1", "0", "", "", "1000", ReceiptSpec.of202205.rawValue, "", ""]

  var groupsByOwner: Bool { values["summaryFlag"] == SummaryFlag.byShipperAndOwner.rawValue }
  var groupsByItemName: Bool { values["itemNameFlag"] == "1" }
  var listsPerMessage: Int { Int(self["listsPerMessage"]) ?? 1000 }
  var spec: ReceiptSpec { ReceiptSpec(rawValue: self["spec"]) ?? .of202205 }

  subscript(name: String) -> String { values[name] ?? "" }

  /// - Parameter remembered: values of a run that was made before.
  /// - Throws: `summarySettings` for a value that is impossible, or another than the remembered one.
  init(_ settings: SummarySettings, remembered: [String: String]?) throws(TernError) {
    try Self.check(settings)
    let given: [String?] = [
      settings.summaryFlag?.rawValue, settings.itemNameFlag.map { $0 ? "1" : "0" },
      settings.declAgentCode, settings.declAgentName, settings.listsPerMessage.map { "\($0)" },
      settings.spec?.rawValue, settings.dxpSender, settings.dxpReceiver,
    ]
    for (index, name) in Self.names.enumerated() {
      let known = remembered.map { $0[name] ?? "" }
      if let known, let given = given[index], given != known {
        throw .summarySettings(
          what: "the run of this period was made with \(name) '\(known)', not '\(given)'; leave it out to get that run again")
      }
      values[name] = known ?? given[index] ?? Self.defaults[index]
    }
  }

  private static func check(_ settings: SummarySettings) throws(TernError) {
    func wrong(_ what: String) -> TernError { .summarySettings(what: what) }
    if settings.period.isEmpty { throw wrong("the period is empty: its end must be after its start") }
    if settings.supplement < 0 { throw wrong("supplement \(settings.supplement): 0 or more is expected") }
    if let count = settings.listsPerMessage, !(1...10_000).contains(count) {
      throw wrong("\(count) lists per message: 1 to 10000 are possible")
    }
    for (name, value, most) in [
      ("declAgentCode", settings.declAgentCode, 18), ("declAgentName", settings.declAgentName, 100),
      ("dxpSender", settings.dxpSender, 16), ("dxpReceiver", settings.dxpReceiver, 16),
    ] {
      guard let value, !(1...most).contains(value.unicodeScalars.count) else { continue }
      throw wrong("\(name) '\(value)': 1 to \(most) characters are expected")
    }
  }
}
