/// What a run may set. The defaults are those of the specification.
public struct RuleSettings: Sendable, Equatable {
  private var severities: [Severity] = Finding.allCases.map(\.defaultSeverity)
  private var tolerances: [Tolerance] = Finding.allCases.map { _ in .zero }
  /// Checks that are switched off never show.
  private var enabledBits: UInt64 = Finding.allCases.reduce(0) { $0 | $1.bit }
  /// Days that a pending list may wait for its documents.
  public var windowDays: Int = 30 {
    didSet { precondition(windowDays >= 0 && windowDays <= 1_000_000, "window out of range") }
  }
  /// Age is counted up to here: seconds since 1970-01-01 00:00 China Standard Time. Nil: the
  /// latest `appTime` of all accepted documents.
  public var asOf: Int64?

  public init() {}

  public subscript(severity finding: Finding) -> Severity {
    get { severities[Int(finding.rawValue)] }
    set { severities[Int(finding.rawValue)] = newValue }
  }

  /// Only of findings that have a tolerance; setting another traps.
  public subscript(tolerance finding: Finding) -> Tolerance {
    get { tolerances[Int(finding.rawValue)] }
    set {
      precondition(finding.hasTolerance, "\(finding.name) has no tolerance")
      tolerances[Int(finding.rawValue)] = newValue
    }
  }

  public subscript(enabled finding: Finding) -> Bool {
    get { enabledBits & finding.bit != 0 }
    set { if newValue { enabledBits |= finding.bit } else { enabledBits &= ~finding.bit } }
  }

  /// The findings that are switched on, of those found.
  public func enabled(_ found: FindingSet) -> FindingSet {
    FindingSet(rawValue: found.rawValue & enabledBits)
  }

  /// Bits of all enabled findings of one severity.
  public func bits(_ severity: Severity) -> UInt64 {
    Finding.allCases.reduce(0) {
      self[severity: $1] == severity && self[enabled: $1] ? $0 | $1.bit : $0
    }
  }
}
