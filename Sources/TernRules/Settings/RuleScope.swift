import TernCEB
import TernMatch

/// What rules may differ by: the list's direction and its trade mode.
public struct RuleScope: Hashable, Sendable {
  public var direction: Direction
  public var tradeMode: TradeModeGroup

  public init(_ direction: Direction, _ tradeMode: TradeModeGroup) {
    self.direction = direction
    self.tradeMode = tradeMode
  }

  /// `export.9610`, `import.other`.
  public var name: String { "\(direction == .export ? "export" : "import").\(tradeMode.name)" }

  @inline(__always) var index: Int {
    Int(direction.rawValue) &* TradeModeGroup.allCases.count &+ Int(tradeMode.rawValue)
  }

  /// Exports before imports.
  public static let all: [RuleScope] = Direction.allCases.flatMap { direction in
    TradeModeGroup.allCases.map { RuleScope(direction, $0) }
  }
}

extension RuleScope {
  /// Of a list that was judged or is cancelled, by its word in `ListResults`.
  @inline(__always) public init(_ direction: Direction, word: UInt64) {
    let tradeMode = UInt8(truncatingIfNeeded: word >> ListResults.tradeModeShift & 7)
    self.init(direction, TradeModeGroup(rawValue: tradeMode) ?? .other)
  }
}
