import TernCEB
import TernMatch

/// How one finding is judged.
public struct FindingRule: Sendable, Equatable {
  public var severity: Severity
  /// A check that is switched off never shows.
  public var isEnabled = true
  /// One for each of `Finding.toleranceFields`, otherwise one or none.
  public internal(set) var tolerances: [Tolerance]

  init(_ finding: Finding) {
    severity = finding.defaultSeverity
    tolerances = Array(repeating: .zero, count: finding.hasTolerance ? max(finding.toleranceFields.count, 1) : 0)
  }
}

/// What a run may set. The defaults are those of the specification.
public struct RuleSettings: Sendable, Equatable {
  /// `[scope][finding]`.
  private var rules: [[FindingRule]] = RuleScope.all.map { _ in Finding.allCases.map(FindingRule.init) }
  /// Days that a pending list may wait for its documents.
  public var windowDays: Int = 30 {
    didSet { precondition(windowDays >= 0 && windowDays <= 1_000_000, "window out of range") }
  }
  /// Age is counted up to here: seconds since 1970-01-01 00:00 China Standard Time. Nil: the
  /// latest `appTime` of all accepted documents.
  public var asOf: Int64?
  public var limits = RuleLimits()
  public var inspection = InspectionSettings()
  /// Credit classes of sellers whose lists come first, the first of all first; at most seven.
  public var priorityClasses: [String] = [] {
    didSet { precondition(priorityClasses.count <= Self.priorityClassesMax, "too many priority classes") }
  }
  public static let priorityClassesMax = 7

  public init() {}

  // MARK: - By scope

  public subscript(scope: RuleScope, finding: Finding) -> FindingRule {
    get { rules[scope.index][Int(finding.rawValue)] }
    set {
      precondition(newValue.tolerances.count == rules[scope.index][Int(finding.rawValue)].tolerances.count)
      rules[scope.index][Int(finding.rawValue)] = newValue
    }
  }

  /// Sets the tolerance of one field (by its place in `Finding.toleranceFields`), or of all.
  public mutating func setTolerance(
    _ tolerance: Tolerance, _ finding: Finding, field: Int? = nil, scope: RuleScope
  ) {
    precondition(finding.hasTolerance, "\(finding.name) has no tolerance")
    let fields = rules[scope.index][Int(finding.rawValue)].tolerances.indices
    for index in fields where field == nil || field == index {
      rules[scope.index][Int(finding.rawValue)].tolerances[index] = tolerance
    }
  }

  /// The findings that are switched on, of those found.
  public func enabled(_ found: FindingSet, _ scope: RuleScope) -> FindingSet {
    FindingSet(rawValue: found.rawValue & enabledBits(scope))
  }

  public func enabledBits(_ scope: RuleScope) -> UInt64 {
    Finding.allCases.reduce(0) { self[scope, $1].isEnabled ? $0 | $1.bit : $0 }
  }

  /// Findings that are switched on in any scope of these.
  public func enabledBits(_ scopes: [RuleScope] = RuleScope.all) -> UInt64 {
    scopes.reduce(0) { $0 | enabledBits($1) }
  }

  /// Bits of all enabled findings of one severity.
  public func bits(_ severity: Severity, _ scope: RuleScope) -> UInt64 {
    Finding.allCases.reduce(0) {
      self[scope, $1].severity == severity && self[scope, $1].isEnabled ? $0 | $1.bit : $0
    }
  }

  /// Bits of the findings that are enabled and of one severity in any scope.
  public func bits(_ severity: Severity) -> UInt64 {
    RuleScope.all.reduce(0) { $0 | bits(severity, $1) }
  }

  // MARK: - In all scopes

  /// Reads that of exports in other trade modes; sets all.
  public subscript(severity finding: Finding) -> Severity {
    get { self[RuleScope.all[0], finding].severity }
    set { for scope in RuleScope.all { self[scope, finding].severity = newValue } }
  }

  /// Only of findings that have a tolerance; setting another traps. Reads and sets as above.
  public subscript(tolerance finding: Finding) -> Tolerance {
    get { self[RuleScope.all[0], finding].tolerances.first ?? .zero }
    set { for scope in RuleScope.all { setTolerance(newValue, finding, scope: scope) } }
  }

  /// Reads and sets as above.
  public subscript(enabled finding: Finding) -> Bool {
    get { self[RuleScope.all[0], finding].isEnabled }
    set { for scope in RuleScope.all { self[scope, finding].isEnabled = newValue } }
  }
}

/// Amounts that the policy sets, in yuan × 10^5.
public struct RuleLimits: Sendable, Equatable {
  /// `regime.limit_single`: more than this in one import list.
  public var singleE5: Int64 = 5_000 * 100_000
  /// `regime.limit_annual`: more than this of one buyer in a calendar year.
  public var annualE5: Int64 = 26_000 * 100_000
  /// `regime.simplified`: goods value of a list.
  public var simplifiedE5: Int64 = 5_000 * 100_000

  public init() {}
}

extension Finding {
  /// Where a finding compares several fields, each may have a tolerance of its own.
  public var toleranceFields: [String] {
    switch self {
    case .amountLinesDiffer: ["price", "totalPrice"]
    case .amountFreight: ["freight", "insuredFee"]
    default: []
    }
  }
}
