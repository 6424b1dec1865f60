import TernCEB

/// Names one stored document: segment, row within its kind's table of that segment, direction.
/// The kind follows from the role of the table that holds the reference.
///
///     63            32 31           1 0
///     ┌───────────────┬──────────────┬─┐
///     │ segment       │ row          │D│   D: 0 export, 1 import
///     └───────────────┴──────────────┴─┘
///
/// Within one role and direction, references sort in received order.
@frozen public struct DocumentRef: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var rawValue: UInt64

  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

  @inlinable public init(segment: Int, row: Int, direction: Direction) {
    rawValue = UInt64(segment) << 32 | UInt64(row) << 1 | UInt64(direction.rawValue)
  }

  @inlinable public var segment: Int { Int(rawValue >> 32) }
  @inlinable public var row: Int { Int(rawValue >> 1 & 0x7fff_ffff) }
  @inlinable public var direction: Direction { rawValue & 1 == 0 ? .export : .import }

  @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// A 128-bit digest (SipHash-2-4-128 under the store's secret; direction is part of the input).
@frozen public struct KeyDigest: Hashable, Sendable, BitwiseCopyable {
  public var high: UInt64
  public var low: UInt64
  @inlinable public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}

/// The key of a match row: the direction in the top bit, then 95 bits of a digest. So ranges of keys have documents of
/// one direction alone, which differ in what they have at all.
@frozen public struct MatchKey: Hashable, Sendable, BitwiseCopyable {
  public var high: UInt64
  public var low: UInt32

  @inlinable public init(high: UInt64, low: UInt32) {
    self.high = high
    self.low = low
  }

  @inlinable @inline(__always) public init(_ digest: KeyDigest, _ direction: Direction) {
    high = digest.high &>> 1 | UInt64(direction.rawValue) &<< 63
    low = UInt32(truncatingIfNeeded: digest.low)
  }
}

/// Facts of one document that every match row carries, and what the document alone decides with
/// zero tolerance.
@frozen public struct RowFlags: OptionSet, Sendable, BitwiseCopyable {
  public var rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `appType` in bits 0–1: 1 new, 2 change (and anything unknown), 3 delete.
  @inlinable public var appType: UInt32 { rawValue & 3 }

  /// Order: some line has `qty` × `price` ≠ `totalPrice`. List: the same.
  @inlinable public static var lineArithmetic: RowFlags { RowFlags(rawValue: 1 << 8) }
  /// Import order: `acturalPaid` ≠ `goodsValue` + `freight` + `taxTotal` − `discount`.
  @inlinable public static var settlement: RowFlags { RowFlags(rawValue: 1 << 9) }
  /// List: a line's `qty`, `price` or `totalPrice` ≤ 0, or `freight` or `insuredFee` < 0.
  @inlinable public static var notPositive: RowFlags { RowFlags(rawValue: 1 << 10) }
  /// List: not 0 < `netWeight` ≤ `grossWeight`.
  @inlinable public static var netWeight: RowFlags { RowFlags(rawValue: 1 << 11) }
  @inlinable public static var goodsEmpty: RowFlags { RowFlags(rawValue: 1 << 12) }
  @inlinable public static var goodsSequence: RowFlags { RowFlags(rawValue: 1 << 13) }
  @inlinable public static var goodsUnit: RowFlags { RowFlags(rawValue: 1 << 14) }
  /// List: its lines that give a `currency` do not all give the same.
  @inlinable public static var currencyMixed: RowFlags { RowFlags(rawValue: 1 << 15) }
  /// List: a trade mode that its direction does not have.
  @inlinable public static var tradeModeWrong: RowFlags { RowFlags(rawValue: 1 << 24) }
  /// List of trade mode 1210: no `emsNo`, no zone enterprise (export `iacCode`, import `areaCode`), or a line without
  /// `itemRecordNo`.
  @inlinable public static var bondedIncomplete: RowFlags { RowFlags(rawValue: 1 << 25) }
  /// Import list of trade mode 9610: no `trafNo`, `voyageNo` or `billNo`.
  @inlinable public static var directIncomplete: RowFlags { RowFlags(rawValue: 1 << 26) }
  /// Import list: a `buyerIdNumber` whose check digit or date of birth is wrong.
  @inlinable public static var buyerId: RowFlags { RowFlags(rawValue: 1 << 27) }
  /// List: a code of 18 characters with a wrong check character (`ebcCode`, `logisticsCode`, `ebpCode`).
  @inlinable public static var enterpriseCode: RowFlags { RowFlags(rawValue: 1 << 28) }
  /// Bits 20–22 of a list: its `TradeModeGroup`.
  @inlinable public var tradeMode: TradeModeGroup {
    TradeModeGroup(rawValue: UInt8(truncatingIfNeeded: rawValue >> 20 & 7)) ?? .other
  }
  @inlinable public static func tradeMode(_ group: TradeModeGroup) -> RowFlags {
    RowFlags(rawValue: UInt32(group.rawValue) << 20)
  }
  /// Waybill: gives `freight` / `insuredFee`. List: they are to be compared (`fFlag`/`iFlag` is 3,
  /// or the list is an import).
  @inlinable public static var freight: RowFlags { RowFlags(rawValue: 1 << 16) }
  @inlinable public static var insuredFee: RowFlags { RowFlags(rawValue: 1 << 17) }
}

// Every row is a whole number of 64-bit words without padding, and starts with the same four:
//
//     word 0      key, first 64 bits: rows are grouped by its top bits
//     word 1      low half: the key's other 32 bits; high half: RowFlags
//     word 2      DocumentRef
//     word 3      appTime, seconds since 1970-01-01 00:00 China Standard Time
//
// Only declared documents (appStatus 2) have rows: drafts never match. 48-bit digests are keyed
// SipHash-2-4 of what is only compared for equality, between rows of one key; 0 stands for an empty value.

/// By trade key.
@frozen public struct OrderRow: Sendable, BitwiseCopyable {
  public var key: MatchKey
  public var flags: RowFlags
  public var document: DocumentRef
  public var appTime: Int64
  /// `ebcCode`; `goodsValue`.
  public var sellerAndGoods: DigestE5
  /// Import: `buyerIdNumber` and `buyerName`. What the payments must add up to: export `goodsValue` + `freight`,
  /// import `acturalPaid`.
  public var buyerAndPayable: DigestE5
  /// Import: `consignee`, `consigneeTelephone`, `consigneeAddress`.
  public var consignee: UInt64
  /// Multiset of the lines: sum of keyed digests of (`gnum`, `qty`, `price`, `totalPrice`, `currency`, `unit`), numbers by value.
  public var lines: UInt64
  /// `currency` of the head; 0 if empty.
  public var currency: UInt64
}

/// By trade key.
@frozen public struct PaymentRow: Sendable, BitwiseCopyable {
  public var key: MatchKey
  public var flags: RowFlags
  public var document: DocumentRef
  public var appTime: Int64
  /// Export: `ebcCode`, digested as a seller; import: `payerIdNumber` and `payerName`, as an order's buyer.
  /// Export `charge`, import `amountPaid`.
  public var partyAndAmount: DigestE5
  /// `payCode`, and `payNo` or `payTransactionId` (`guid` where that is empty): tells the payments of one trade key apart.
  public var identity: UInt64
  public var currency: UInt64
}

/// By waybill key.
@frozen public struct WaybillRow: Sendable, BitwiseCopyable {
  public var key: MatchKey
  public var flags: RowFlags
  public var document: DocumentRef
  public var appTime: Int64
  /// Party: of an export `ebcCode`, 0 where it is not given; of an import the consignee as in `OrderRow`. Weight: export
  /// `grossWeight`, import `weight`.
  public var parcel: Parcel
}

/// A list's row by trade key.
@frozen public struct ListTradeRow: Sendable, BitwiseCopyable {
  public var key: MatchKey
  public var flags: RowFlags
  public var document: DocumentRef
  public var appTime: Int64
  /// Sum of the lines' `totalPrice`.
  public var sellerAndGoods: DigestE5
  /// Import: as in `OrderRow`.
  public var buyer: UInt64
  /// As in `OrderRow`.
  public var lines: UInt64
  /// Of the first line that gives one; 0 if none does.
  public var currency: UInt64
}

/// A list's row by waybill key.
@frozen public struct ListWaybillRow: Sendable, BitwiseCopyable {
  public var key: MatchKey
  public var flags: RowFlags
  public var document: DocumentRef
  public var appTime: Int64
  /// Party: the seller, of imports too.
  public var parcel: Parcel
}

/// A list's row by its own identity: (`agentCode`, `copNo`), or trade and waybill key where `copNo` is empty.
@frozen public struct ListIdentityRow: Sendable, BitwiseCopyable {
  public var key: MatchKey
  public var flags: RowFlags
  public var document: DocumentRef
  public var appTime: Int64
}

/// A return, by its own identity.
@frozen public struct RefundRow: Sendable, BitwiseCopyable {
  public var key: MatchKey
  public var flags: RowFlags
  public var document: DocumentRef
  public var appTime: Int64
  /// Direction and `invtNo` of the list that it names.
  public var list: KeyDigest
}

/// A cancellation, by the identity of the list that it names.
@frozen public struct CancellationRow: Sendable, BitwiseCopyable {
  public var key: MatchKey
  public var flags: RowFlags
  public var document: DocumentRef
  public var appTime: Int64
}

/// An import list by its buyer and year: digest of `buyerIdNumber` and the calendar year of `appTime`.
/// Lists without a `buyerIdNumber` have none.
@frozen public struct ListBuyerRow: Sendable, BitwiseCopyable {
  public var key: MatchKey
  public var flags: RowFlags
  public var document: DocumentRef
  public var appTime: Int64
  /// Sum of the lines' `totalPrice`, with the list's `freight` and `insuredFee`.
  public var amountE5: WideE5
}
