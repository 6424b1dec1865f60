import TernCEB

/// The trade modes that rules may differ by: those that the specification names, and all others.
@frozen public enum TradeModeGroup: UInt8, Sendable, CaseIterable {
  case other = 0
  case m9610 = 1
  case m1210 = 2
  case m1239 = 3
  case m9710 = 4
  case m9810 = 5

  /// `9610`, or `other`.
  public var name: String { self == .other ? "other" : String("\(self)".dropFirst()) }

  /// Whether lists of a direction may have it: retail exports and B2B exports, retail imports.
  @inlinable public func isAllowed(_ direction: Direction) -> Bool {
    switch self {
    case .m9610, .m1210, .m1239: true
    case .m9710, .m9810: direction == .export
    case .other: false
    }
  }

  @inlinable @inline(__always) public init(_ tradeMode: Bytes) {
    guard tradeMode.count == 4 else {
      self = .other
      return
    }
    let word =
      UInt32(tradeMode[0]) << 24 | UInt32(tradeMode[1]) << 16 | UInt32(tradeMode[2]) << 8
      | UInt32(tradeMode[3])
    switch word {
    case 0x3936_3130: self = .m9610
    case 0x3132_3130: self = .m1210
    case 0x3132_3339: self = .m1239
    case 0x3937_3130: self = .m9710
    case 0x3938_3130: self = .m9810
    default: self = .other
    }
  }
}
