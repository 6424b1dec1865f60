import TernCEB

/// One list with what it found under its waybill key.
@frozen public struct WaybillMatch: BitwiseCopyable, Sendable {
  /// Row in the lists of the partition.
  public var list: UInt32
  /// Row in its waybills; `none` if no waybill counts.
  public var waybill: UInt32
  public var flags: MatchFlags
}

/// One list with what it found under its trade key.
@frozen public struct TradeMatch: BitwiseCopyable, Sendable {
  public var list: UInt32
  /// `none` if no order counts.
  public var order: UInt32
  /// The counting payments: a range of `MatchScratch.payments`. Lists of one key share it.
  public var paymentStart: UInt32
  public var paymentCount: UInt32
  public var flags: MatchFlags
}

/// A list that counts.
@frozen public struct IdentityMatch: BitwiseCopyable, Sendable {
  public var list: UInt32
  public var flags: MatchFlags
}

/// Stands for "no such row".
@inlinable public var noRow: UInt32 { .max }

@frozen public struct MatchFlags: OptionSet, BitwiseCopyable, Sendable {
  public var rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
  @inlinable public static var listDuplicate: MatchFlags { MatchFlags(rawValue: 1) }
  @inlinable public static var orderDuplicate: MatchFlags { MatchFlags(rawValue: 2) }
  @inlinable public static var paymentDuplicate: MatchFlags { MatchFlags(rawValue: 4) }
  @inlinable public static var waybillDuplicate: MatchFlags { MatchFlags(rawValue: 8) }
  /// Another list that counts cites the same waybill.
  @inlinable public static var waybillShared: MatchFlags { MatchFlags(rawValue: 16) }
}

/// Memory that one worker uses for partition after partition; it grows to the largest and stays.
/// The matches in it are those of the last partition.
public final class MatchScratch {
  public internal(set) var identityMatches = GrowableBuffer<IdentityMatch>()
  public internal(set) var waybillMatches = GrowableBuffer<WaybillMatch>()
  public internal(set) var tradeMatches = GrowableBuffer<TradeMatch>()
  /// Rows of the counting payments, group by group.
  public internal(set) var payments = GrowableBuffer<UInt32>()
  /// Result word of each list row as it was before the phase.
  public internal(set) var listWords = GrowableBuffer<UInt64>()
  /// Takes what was loaded only to have it near, so that the loads are not dropped.
  public var touched: UInt64 = 0

  var keyGroups = KeyGroups()
  /// Row + 1 of the next row of the same group.
  var listChain = GrowableBuffer<UInt32>()
  var otherChain = GrowableBuffer<UInt32>()
  var paymentChain = GrowableBuffer<UInt32>()
  var sorter = VersionSorter()

  public init() {}
}
