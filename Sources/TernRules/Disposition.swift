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
  private let rejectBits: UInt64
  private let pendingBits: UInt64
  private let reviewBits: UInt64
  /// Lists older than this are past the window.
  private let oldestPending: Int64

  /// `asOf` and all times in seconds since 1970-01-01 00:00 China Standard Time.
  public init(_ settings: RuleSettings, asOf: Int64) {
    rejectBits = settings.bits(.reject)
    pendingBits = settings.bits(.pending)
    reviewBits = settings.bits(.review)
    let windowSeconds = Int64(settings.windowDays) * 86_400
    let (oldest, overflow) = asOf.subtractingReportingOverflow(windowSeconds)
    oldestPending = overflow ? .min : oldest
  }

  /// Worst first. `appTime` is that of the list's counting version. Inspection draws are decided
  /// elsewhere, and so are cancellations: before any finding.
  @inline(__always)
  public func callAsFunction(_ findings: FindingSet, appTime: Int64) -> Disposition {
    let bits = findings.rawValue
    if bits & rejectBits != 0 { return .rejected }
    if bits & pendingBits != 0 { return appTime < oldestPending ? .rejected : .pending }
    if bits & reviewBits != 0 { return .review }
    return .released
  }
}

/// The disposition of one list. For many keep a `DispositionRule`.
public func disposition(
  _ findings: FindingSet, appTime: Int64, asOf: Int64, settings: RuleSettings
) -> Disposition {
  DispositionRule(settings, asOf: asOf)(findings, appTime: appTime)
}
