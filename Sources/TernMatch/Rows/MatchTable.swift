import TernCEB

/// The tables of match rows.
public enum MatchTable: UInt8, Sendable, CaseIterable {
  case orders = 0
  case payments = 1
  case waybills = 2
  case listsByTrade = 3
  case listsByWaybill = 4
  case listsByIdentity = 5
  case cancellations = 6
  case refunds = 7
  /// Import lists alone.
  case listsByBuyer = 8

  /// 64-bit words of one row.
  public var wordCount: Int {
    switch self {
    case .orders: OrderRow.wordCount
    case .payments: PaymentRow.wordCount
    case .waybills: WaybillRow.wordCount
    case .listsByTrade: ListTradeRow.wordCount
    case .listsByWaybill: ListWaybillRow.wordCount
    case .listsByIdentity: ListIdentityRow.wordCount
    case .cancellations: CancellationRow.wordCount
    case .refunds: RefundRow.wordCount
    case .listsByBuyer: ListBuyerRow.wordCount
    }
  }

  /// The kind of document a row stands for.
  public var role: Role {
    switch self {
    case .orders: .order
    case .payments: .payment
    case .waybills: .waybill
    case .listsByTrade, .listsByWaybill, .listsByIdentity, .listsByBuyer: .list
    case .cancellations: .cancellation
    case .refunds: .refund
    }
  }
}

/// What every match row begins with.
public protocol MatchRow: BitwiseCopyable, Sendable {
  var key: MatchKey { get }
  var document: DocumentRef { get set }
  var appTime: Int64 { get }
  var flags: RowFlags { get }
  static var table: MatchTable { get }
}

extension MatchRow {
  /// 64-bit words of one row; traps if the compiler ever pads it.
  @inlinable public static var wordCount: Int {
    precondition(MemoryLayout<Self>.stride % 8 == 0 && MemoryLayout<Self>.alignment == 8)
    return MemoryLayout<Self>.stride / 8
  }
}

extension OrderRow: MatchRow {
  public static var table: MatchTable { .orders }
}
extension PaymentRow: MatchRow {
  public static var table: MatchTable { .payments }
}
extension WaybillRow: MatchRow {
  public static var table: MatchTable { .waybills }
}
extension ListTradeRow: MatchRow {
  public static var table: MatchTable { .listsByTrade }
}
extension ListWaybillRow: MatchRow {
  public static var table: MatchTable { .listsByWaybill }
}
extension ListIdentityRow: MatchRow {
  public static var table: MatchTable { .listsByIdentity }
}
extension CancellationRow: MatchRow {
  public static var table: MatchTable { .cancellations }
}
extension RefundRow: MatchRow {
  public static var table: MatchTable { .refunds }
}

extension ListBuyerRow: MatchRow {
  public static var table: MatchTable { .listsByBuyer }
}

extension Role {
  /// Documents of these roles have versions, of which match rows tell the one that counts.
  public static let versioned: [Role] = matched + [.cancellation, .refund]
}

extension RowFlags {
  @inlinable public static var new: UInt32 { 1 }
  @inlinable public static var change: UInt32 { 2 }
  @inlinable public static var delete: UInt32 { 3 }
}

/// Match rows of all tables as flat words, the output of a projection.
public final class MatchTables {
  public var orders = GrowableBuffer<UInt64>()
  public var payments = GrowableBuffer<UInt64>()
  public var waybills = GrowableBuffer<UInt64>()
  public var listsByTrade = GrowableBuffer<UInt64>()
  public var listsByWaybill = GrowableBuffer<UInt64>()
  public var listsByIdentity = GrowableBuffer<UInt64>()
  public var cancellations = GrowableBuffer<UInt64>()
  public var refunds = GrowableBuffer<UInt64>()
  public var listsByBuyer = GrowableBuffer<UInt64>()

  public init() {}

  /// Rows in one table.
  public func rowCount(_ table: MatchTable) -> Int {
    let words =
      switch table {
      case .orders: orders.count
      case .payments: payments.count
      case .waybills: waybills.count
      case .listsByTrade: listsByTrade.count
      case .listsByWaybill: listsByWaybill.count
      case .listsByIdentity: listsByIdentity.count
      case .cancellations: cancellations.count
      case .refunds: refunds.count
      case .listsByBuyer: listsByBuyer.count
      }
    return words / table.wordCount
  }

  /// Forgets all rows and keeps the memory.
  public func removeAll() {
    orders.removeAll()
    payments.removeAll()
    waybills.removeAll()
    listsByTrade.removeAll()
    listsByWaybill.removeAll()
    listsByIdentity.removeAll()
    cancellations.removeAll()
    refunds.removeAll()
    listsByBuyer.removeAll()
  }
}

/// Rows of one type over borrowed words: what the joins read.
///
/// The memory must stay alive and unchanged while the view is used; that is the promise of whoever
/// makes one. Reading it from several threads is fine.
@safe
public struct RowView<Row: MatchRow>: @unchecked Sendable {
  @unsafe public let base: UnsafePointer<Row>
  public let count: Int

  /// `words` holds whole rows; the view is valid until the buffer changes or ends.
  @unsafe public init(words: borrowing GrowableBuffer<UInt64>) {
    unsafe self.init(words: words.unsafeElements)
  }

  /// `words` are 8-byte aligned and hold whole rows.
  @unsafe public init(words: UnsafeBufferPointer<UInt64>) {
    precondition(words.count % Row.wordCount == 0, "not whole rows")
    count = words.count / Row.wordCount
    precondition(count < Int(Int32.max), "more rows than a partition may have")
    if let start = words.baseAddress {
      unsafe base = UnsafeRawPointer(start).assumingMemoryBound(to: Row.self)
    } else {
      unsafe base = UnsafePointer(bitPattern: 8).unsafelyUnwrapped
    }
  }

  @inlinable public subscript(index: Int) -> Row {
    precondition(index >= 0 && index < count, "row out of range")
    return unsafe base[index]
  }
}
