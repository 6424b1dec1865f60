// Values of match rows that share words. A legal number is below 10^14, times 10^5 below 2^64: with its sign it is a bit
// too long for a word, and 48-bit digests leave room beside them.

/// Bits of a digest that is compared within one key.
@inlinable @inline(__always) var digestMask: UInt64 { 1 &<< 48 &- 1 }

/// `value` as far as `bits` hold it.
@inlinable @inline(__always) func held(_ value: Int128, bits: Int) -> Int128 {
  let end = Int128(1) &<< Int128(bits &- 1)
  return value < -end ? -end : value >= end ? end - 1 : value
}

/// A 128-bit number in two words, so that rows have no padding.
@frozen public struct WideE5: Equatable, Sendable, BitwiseCopyable {
  public var low: UInt64
  public var high: Int64

  @inlinable public init(_ value: Int128) {
    low = UInt64(truncatingIfNeeded: value)
    high = Int64(truncatingIfNeeded: value >> 64)
  }

  @inlinable public var value: Int128 { Int128(high) << 64 | Int128(low) }
}

/// A 48-bit digest and a sum of 80 bits in two words.
@frozen public struct DigestE5: Sendable, BitwiseCopyable {
  /// The digest below, the top 16 bits of the sum above it.
  @usableFromInline var word: UInt64
  @usableFromInline var low: UInt64

  /// Sums of more than 60,000 of the largest numbers are held at the largest that fits, which agrees with no legal number.
  @inlinable @inline(__always) public init(_ digest: UInt64, _ valueE5: Int128) {
    let value = held(valueE5, bits: 80)
    word = digest & digestMask | UInt64(truncatingIfNeeded: value &>> 64) &<< 48
    low = UInt64(truncatingIfNeeded: value)
  }

  @inlinable @inline(__always) public var digest: UInt64 { word & digestMask }

  @inlinable @inline(__always) public var valueE5: Int128 {
    Int128(Int64(bitPattern: word) &>> 48) &<< 64 | Int128(low)
  }

  @inlinable @inline(__always) public func hasSameValue(as other: DigestE5) -> Bool {
    low == other.low && (word ^ other.word) &>> 48 == 0
  }
}

/// What lists and waybills are compared by.
@frozen public struct Parcel: Sendable, BitwiseCopyable {
  /// The digest below; above it five bits each of what exceeds a word: freight, insured fee, gross weight.
  @usableFromInline var word: UInt64
  @usableFromInline var freightLow: UInt64
  @usableFromInline var insuredFeeLow: UInt64
  @usableFromInline var grossWeightLow: UInt64
  public var packNo: Int64

  /// Each is a number of one document: what is above 2^68 is no legal one, and held there.
  @inlinable @inline(__always) public init(
    party: UInt64, freightE5: Int128, insuredFeeE5: Int128, grossWeightE5: Int128, packNo: Int64
  ) {
    let (freight, insuredFee) = (held(freightE5, bits: 69), held(insuredFeeE5, bits: 69))
    let grossWeight = held(grossWeightE5, bits: 69)
    freightLow = UInt64(truncatingIfNeeded: freight)
    insuredFeeLow = UInt64(truncatingIfNeeded: insuredFee)
    grossWeightLow = UInt64(truncatingIfNeeded: grossWeight)
    word =
      party & digestMask | Self.top(freight) &<< 48 | Self.top(insuredFee) &<< 53
      | Self.top(grossWeight) &<< 58
    self.packNo = packNo
  }

  @inlinable @inline(__always) static func top(_ value: Int128) -> UInt64 {
    UInt64(truncatingIfNeeded: value &>> 64) & 31
  }

  @inlinable @inline(__always) func value(_ low: UInt64, topBit: UInt64) -> Int128 {
    Int128(Int64(bitPattern: word &<< (59 &- topBit)) &>> 59) &<< 64 | Int128(low)
  }

  @inlinable @inline(__always) public var party: UInt64 { word & digestMask }
  @inlinable public var freightE5: Int128 { value(freightLow, topBit: 48) }
  @inlinable public var insuredFeeE5: Int128 { value(insuredFeeLow, topBit: 53) }
  @inlinable public var grossWeightE5: Int128 { value(grossWeightLow, topBit: 58) }

  @inlinable @inline(__always) public func hasSameFreight(as other: Parcel) -> Bool {
    freightLow == other.freightLow && (word ^ other.word) & (31 &<< 48) == 0
  }
  @inlinable @inline(__always) public func hasSameInsuredFee(as other: Parcel) -> Bool {
    insuredFeeLow == other.insuredFeeLow && (word ^ other.word) & (31 &<< 53) == 0
  }
  @inlinable @inline(__always) public func hasSameGrossWeight(as other: Parcel) -> Bool {
    grossWeightLow == other.grossWeightLow && (word ^ other.word) & (31 &<< 58) == 0
  }
}
