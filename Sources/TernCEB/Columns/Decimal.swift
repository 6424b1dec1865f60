/// A decimal of the message specification (`N19,5`), as it was written: digits without the point,
/// how many of them are fraction digits, and a sign.
///
/// The largest, 99999999999999.99999, has 19 digits: it fits `UInt64` but not `Int64`. Keeping the
/// written scale makes the stored numbers small and lets an export give the same bytes back.
@frozen public struct DecimalForm: RawRepresentable, Equatable, Sendable, BitwiseCopyable {
  /// Bits 0–2 fraction digits (0–5), bit 3 negative, bit 4 written irregularly, bit 7 absent.
  public var rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static var absent: DecimalForm { DecimalForm(rawValue: 0x80) }
  @inlinable public var isAbsent: Bool { rawValue & 0x80 != 0 }
  @inlinable public var fractionDigits: Int { Int(rawValue & 7) }
  @inlinable public var isNegative: Bool { rawValue & 8 != 0 }
  /// The value was not written in the plain way (`+5`, `.5`, `5.`, `007`, `-0`, more than five
  /// fraction digits): the table's `irregular` list keeps the text.
  @inlinable public var isIrregular: Bool { rawValue & 0x10 != 0 }
}

/// Powers of ten from 10^0 to 10^5.
@inlinable func powerOfTen(_ exponent: Int) -> UInt64 {
  switch exponent {
  case 0: 1
  case 1: 10
  case 2: 100
  case 3: 1_000
  case 4: 10_000
  default: 100_000
  }
}

/// Value × 10^5 of digits written with `form`. Exact; an absent value gives 0.
@inlinable public func valueE5(mantissa: UInt64, form: DecimalForm) -> Int128 {
  let magnitude = Int128(mantissa) &* Int128(powerOfTen(5 &- form.fractionDigits))
  return form.isNegative ? -magnitude : magnitude
}
