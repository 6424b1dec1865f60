import TernRules

/// What an enterprise does for a parcel. One firm may play several roles; each has its own card.
public enum EnterpriseRole: String, Sendable, CaseIterable {
  /// The list's `ebcCode`; its own documents are orders.
  case seller
  /// The list's `ebpCode`; its own documents are orders.
  case platform
  /// The list's `agentCode`; its own documents are lists.
  case agent
  /// The list's `logisticsCode`; its own documents are waybills.
  case carrier
  /// `payCode` of the list's payments; its own documents are payments.
  case payment
}

/// What a store knows of one enterprise in one role (信用记录). Facts, and what they would support; nothing
/// changes a class.
public struct Scorecard: Sendable, Equatable {
  public var role: EnterpriseRole
  public var code: String
  /// From the register; empty where there is none, or the code is not in it.
  public var name = ""
  public var creditClass = ""
  public var isBlacklisted = false

  /// Own documents that count, and how many of them a list takes; of an agent how many of its lists have
  /// order, payment and waybill.
  public var documents = 0
  public var matchedDocuments = 0

  /// Lists that name it and count, cancelled ones aside.
  public var lists = 0
  /// By `Disposition.rawValue`; those of `cancelled` are not in `lists`.
  public var dispositions = [Int](repeating: 0, count: Disposition.allCases.count)
  /// Lists with each finding, most first, then by name.
  public var findings: [FindingCount] = []

  /// Lists with order, payment and waybill.
  public var completeLists = 0
  /// Of these: seconds from the order's `appTime` to that of the last of the four documents.
  public var completionSecondsSum: Int64 = 0
  public var completionSecondsMax: Int64 = 0
  /// Of these: its own document's `appTime` is after the list's; of an agent: the list's is before that of
  /// the last of the three.
  public var lateLists = 0

  /// Lists of which goods came back, and returns of more than was declared (`return.exceeds`).
  public var returnedLists = 0
  public var exceedingReturns = 0

  /// Months with lists, ascending.
  public var months: [Month] = []
  public var suggestion = ClassSuggestion()

  public struct FindingCount: Sendable, Equatable {
    public var finding: Finding
    public var lists: Int
  }

  /// Lists by the month of `appTime`.
  public struct Month: Sendable, Equatable {
    /// `YYYYMM`.
    public var month: String
    public var lists = 0
    public var released = 0
    public var rejected = 0
    /// Those with any finding.
    public var withFindings = 0

    public init(month: String, lists: Int = 0, released: Int = 0, rejected: Int = 0, withFindings: Int = 0) {
      self.month = month
      self.lists = lists
      self.released = released
      self.rejected = rejected
      self.withFindings = withFindings
    }
  }

  /// The last month beside the month before it.
  public enum Trend: String, Sendable {
    /// A smaller, a larger, the same share of lists with findings.
    case better, worse, same
    /// No lists in the month before.
    case new
  }

  public init(role: EnterpriseRole, code: String) {
    self.role = role
    self.code = code
  }

  public func count(_ disposition: Disposition) -> Int { dispositions[Int(disposition.rawValue)] }

  /// Whole seconds, rounded down; nil without complete lists.
  public var completionSecondsMean: Int64? {
    completeLists == 0 ? nil : completionSecondsSum / Int64(completeLists)
  }

  /// Parts per million, rounded down; nil without documents.
  public var matchedPpm: Int? {
    documents == 0 ? nil : matchedDocuments * 1_000_000 / documents
  }

  /// The calendar month before the last, if it has lists.
  public var monthBefore: Month? {
    guard let last = months.last, months.count > 1 else { return nil }
    let before = months[months.count - 2]
    return Self.follows(last.month, before.month) ? before : nil
  }

  /// Nil without lists.
  public var trend: Trend? {
    guard let last = months.last else { return nil }
    guard let before = monthBefore else { return .new }
    // Shares compare by cross products.
    let (now, then) = (last.withFindings * before.lists, before.withFindings * last.lists)
    return now < then ? .better : now > then ? .worse : .same
  }

  private static func follows(_ month: String, _ before: String) -> Bool {
    guard let a = Int(month), let b = Int(before) else { return false }
    return b % 100 == 12 ? a == (b / 100 + 1) * 100 + 1 : a == b + 1
  }
}

/// What the facts would support, for people to decide. Never an automatic change.
public struct ClassSuggestion: Sendable, Equatable {
  public enum Step: String, Sendable {
    case raise, keep, lower
    /// Too few lists to say.
    case none
  }

  public var step = Step.none
  public var reasons: [Reason] = []

  /// A fact, with its numbers.
  public enum Reason: Sendable, Equatable {
    case fewLists(lists: Int, least: Int)
    case blacklisted
    case rejected(lists: Int, of: Int)
    case matched(documents: Int, of: Int)
    case exceedingReturns(Int)

    public func text(_ language: Language) -> String {
      switch self {
      case .fewLists(let lists, let least):
        language.pick("\(lists) lists, fewer than \(least)", "清单 \(lists) 份，少于 \(least) 份")
      case .blacklisted: language.pick("blacklisted in the register", "名录中已列入黑名单")
      case .rejected(let lists, let all):
        language.pick(
          "\(lists) of \(all) lists rejected (\(percentText(lists, of: all))%)",
          "\(all) 份清单中退单 \(lists) 份（\(percentText(lists, of: all))%）")
      case .matched(let documents, let all):
        language.pick(
          "\(documents) of \(all) documents matched (\(percentText(documents, of: all))%)",
          "\(all) 份单证中比对上 \(documents) 份（\(percentText(documents, of: all))%）")
      case .exceedingReturns(let count):
        language.pick(
          "\(count) returns of more than was declared", "退货超出申报数量 \(count) 次")
      }
    }
  }
}

/// When facts support another class. Shares in parts per million.
public struct ScorecardSettings: Sendable, Equatable {
  /// Fewer lists support nothing.
  public var listsLeast = 100
  public var lowerRejectedPpm = 50_000
  public var lowerMatchedPpm = 900_000
  public var raiseListsLeast = 1_000
  public var raiseRejectedPpm = 1_000
  public var raiseMatchedPpm = 995_000

  public init() {}

  /// What the card's facts support.
  public func suggestion(_ card: Scorecard) -> ClassSuggestion {
    if card.isBlacklisted { return ClassSuggestion(step: .lower, reasons: [.blacklisted]) }
    if card.lists < listsLeast {
      return ClassSuggestion(
        step: .none, reasons: [.fewLists(lists: card.lists, least: listsLeast)])
    }
    let rejectedLists = card.count(.rejected)
    let rejectedPpm = rejectedLists * 1_000_000 / card.lists
    let rejected = ClassSuggestion.Reason.rejected(lists: rejectedLists, of: card.lists)
    let matched = ClassSuggestion.Reason.matched(
      documents: card.matchedDocuments, of: card.documents)
    var faults: [ClassSuggestion.Reason] = []
    if rejectedPpm >= lowerRejectedPpm { faults.append(rejected) }
    if let ppm = card.matchedPpm, ppm < lowerMatchedPpm { faults.append(matched) }
    if !faults.isEmpty { return ClassSuggestion(step: .lower, reasons: faults) }
    var facts = [rejected]
    if card.documents > 0 { facts.append(matched) }
    if card.exceedingReturns > 0 { facts.append(.exceedingReturns(card.exceedingReturns)) }
    let isGood =
      card.lists >= raiseListsLeast && rejectedPpm <= raiseRejectedPpm
      && card.matchedPpm ?? 0 >= raiseMatchedPpm && card.exceedingReturns == 0
    return ClassSuggestion(step: isGood ? .raise : .keep, reasons: facts)
  }
}

/// Percent with two decimals, rounded down; empty of nothing.
func percentText(_ part: Int, of whole: Int) -> String {
  if whole == 0 { return "" }
  let hundredths = Int(Int128(part) * 10_000 / Int128(whole))
  let fraction = String(hundredths % 100)
  return "\(hundredths / 100).\(fraction.count == 1 ? "0" : "")\(fraction)"
}
