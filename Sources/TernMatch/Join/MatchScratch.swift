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

/// A cancellation and its effect.
public struct CancellationMatch: Sendable {
  /// Row in the cancellations of the partition.
  public var row: UInt32
  public var effect: CancellationEffect
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
  @inlinable public static var cancelled: MatchFlags { MatchFlags(rawValue: 32) }
}

/// Memory that one worker uses for partition after partition; it grows to the largest and stays.
/// The matches in it are those of the last partition; `deferred` and `needs` add up until they are
/// taken away.
public final class MatchScratch {
  /// All rows of the keys that could not be settled without reading documents. They are judged by
  /// themselves, as a partition, when what `needs` names has been read.
  public var deferred = MatchTables()
  public var needs = NeededDocuments()
  public internal(set) var identityMatches = GrowableBuffer<IdentityMatch>()
  /// Every row of the cancellations that were settled.
  public internal(set) var cancellationMatches: [CancellationMatch] = []
  /// Rows of the returns that count.
  public internal(set) var refunds: [UInt32] = []
  public internal(set) var waybillMatches = GrowableBuffer<WaybillMatch>()
  public internal(set) var tradeMatches = GrowableBuffer<TradeMatch>()
  /// Rows of the counting payments, group by group.
  public internal(set) var payments = GrowableBuffer<UInt32>()
  /// Takes what was loaded only to have it near, so that the loads are not dropped.
  public var touched: UInt64 = 0

  var keyGroups = KeyGroups()
  /// Row + 1 of the next row of the same group.
  var listChain = GrowableBuffer<UInt32>()
  var otherChain = GrowableBuffer<UInt32>()
  var paymentChain = GrowableBuffer<UInt32>()
  var sorter = VersionSorter()

  public init() {}

  /// Puts the trade key of a list of the last partition aside: the list lacks details.
  public func deferTrade(
    _ key: MatchKey, lists: RowView<ListTradeRow>, orders: RowView<OrderRow>,
    payments: RowView<PaymentRow>
  ) {
    let table = keyGroups.handle
    let index = table.find(key)
    precondition(index >= 0, "a key of another partition")
    let group = unsafe table.groups[index]
    if group.isSpecial == KeyGroup.isDeferred { return }
    unsafe table.groups[index].isSpecial = KeyGroup.isDeferred
    deferTrade(group, lists, orders, payments)
  }

  func deferTrade(
    _ group: KeyGroup, _ lists: RowView<ListTradeRow>, _ orders: RowView<OrderRow>,
    _ payments: RowView<PaymentRow>
  ) {
    unsafe deferred.listsByTrade.append(chain: group.list, listChain.base, lists)
    unsafe deferred.orders.append(chain: group.other, otherChain.base, orders)
    unsafe deferred.payments.append(chain: group.payment, paymentChain.base, payments)
  }
}

extension GrowableBuffer where Element == UInt64 {
  /// Appends the rows of one chain, which begins with row `first` - 1.
  mutating func append<Row: MatchRow>(
    chain first: UInt32, _ chain: UnsafeMutablePointer<UInt32>, _ rows: RowView<Row>
  ) {
    var next = first
    while next != 0 {
      let row = Int(next &- 1)
      reserve(Row.wordCount)
      appendReserved(rows[row])
      next = unsafe chain[row]
    }
  }
}
