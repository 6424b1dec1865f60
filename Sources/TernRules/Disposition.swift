/// What becomes of a list.
public enum Disposition: UInt8, Sendable, CaseIterable {
  case released = 0
  case pending = 1
  case rejected = 2
  case review = 3
  case inspect = 4
  case cancelled = 5

  public var name: String {
    switch self {
    case .released: "released"
    case .pending: "pending"
    case .rejected: "rejected"
    case .review: "review"
    case .inspect: "inspect"
    case .cancelled: "cancelled"
    }
  }

  /// The receipt's code; empty for a cancelled list.
  public var returnStatus: String {
    switch self {
    case .released: "399"
    case .pending: "2"
    case .rejected: "100"
    case .review: "300"
    case .inspect: "500"
    case .cancelled: ""
    }
  }
}

/// Dispositions of many lists under the same settings.
public struct DispositionRule: Sendable {
  /// Bits of the enabled findings of one scope, by severity.
  private struct Masks: Sendable {
    var reject: UInt64
    var pending: UInt64
    var review: UInt64
  }

  /// By scope.
  private let masks: [Masks]
  /// Lists older than this are past the window.
  public let oldestPending: Int64

  /// `asOf` and all times in seconds since 1970-01-01 00:00 China Standard Time.
  public init(_ settings: RuleSettings, asOf: Int64) {
    masks = RuleScope.all.map {
      Masks(
        reject: settings.bits(.reject, $0), pending: settings.bits(.pending, $0),
        review: settings.bits(.review, $0))
    }
    let windowSeconds = Int64(settings.windowDays) * 86_400
    let (oldest, overflow) = asOf.subtractingReportingOverflow(windowSeconds)
    oldestPending = overflow ? .min : oldest
  }

  /// Worst first. `appTime` is that of the list's counting version. Inspection draws are decided
  /// elsewhere, and so are cancellations: before any finding.
  @inline(__always)
  public func callAsFunction(
    _ findings: FindingSet, appTime: Int64, scope: RuleScope
  ) -> Disposition {
    let bits = findings.rawValue
    if bits == 0 { return .released }
    let masks = masks[scope.index]
    if bits & masks.reject != 0 { return .rejected }
    if bits & masks.pending != 0 { return appTime < oldestPending ? .rejected : .pending }
    if bits & masks.review != 0 { return .review }
    return .released
  }
}

/// The disposition of one list. For many keep a `DispositionRule`.
public func disposition(
  _ findings: FindingSet, appTime: Int64, asOf: Int64, settings: RuleSettings,
  scope: RuleScope = RuleScope.all[0]
) -> Disposition {
  DispositionRule(settings, asOf: asOf)(findings, appTime: appTime, scope: scope)
}
