/// An amount with eighteen fraction digits, as quantity × price × rate has: exact.
public struct CnyAmount: Sendable, Equatable, BitwiseCopyable {
  /// Whole units of 10^-5, rounded down.
  public private(set) var e5: Int128
  /// What is left, in units of 10^-18: 0 to 10^13 - 1.
  public private(set) var restE18: Int64

  public static let zero = CnyAmount(e5: 0)
  private static var base: Int128 { 10_000_000_000_000 }

  public init(e5: Int128) {
    self.e5 = e5
    restE18 = 0
  }

  init(_ amount: FineAmount) {
    e5 = amount.e5
    restE18 = Int64(amount.restE10) * 100_000_000
  }

  /// - Returns: nil where the product leaves the 128-bit integers.
  init?(_ amount: FineAmount, rateE8: Int64) {
    // The amount's units of 10^-5 as thousands of rates and the others, so that neither product is too long.
    let (high, low) = Self.floor(amount.e5, 100_000_000)
    let (whole, overflow) = high.multipliedReportingOverflow(by: Int128(rateE8))
    if overflow { return nil }
    let fractionE13 = low * Int128(rateE8)
    let fractionE18 = fractionE13 * 100_000 + Int128(amount.restE10) * Int128(rateE8)
    let (carry, rest) = Self.floor(fractionE18, Self.base)
    let (sum, late) = whole.addingReportingOverflow(carry)
    if late { return nil }
    e5 = sum
    restE18 = Int64(rest)
  }

  private static func floor(_ value: Int128, _ divisor: Int128) -> (Int128, Int128) {
    let (whole, rest) = value.quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? (whole - 1, rest + divisor) : (whole, rest)
  }

  /// - Returns: whether the sum left the 128-bit integers.
  mutating func add(_ other: CnyAmount) -> Bool {
    let rest = Int128(restE18) + Int128(other.restE18)
    let carries = rest >= Self.base
    restE18 = Int64(carries ? rest - Self.base : rest)
    let (sum, overflow) = e5.addingReportingOverflow(other.e5)
    let (whole, late) = sum.addingReportingOverflow(carries ? 1 : 0)
    e5 = whole
    return overflow || late
  }

  /// The same for a difference.
  mutating func subtract(_ other: CnyAmount) -> Bool {
    let rest = Int128(restE18) - Int128(other.restE18)
    restE18 = Int64(rest < 0 ? rest + Self.base : rest)
    let (difference, overflow) = e5.subtractingReportingOverflow(other.e5)
    let (whole, late) = difference.subtractingReportingOverflow(rest < 0 ? 1 : 0)
    e5 = whole
    return overflow || late
  }

  public static func < (a: CnyAmount, b: CnyAmount) -> Bool {
    (a.e5, a.restE18) < (b.e5, b.restE18)
  }

  /// Without trailing zeros: `123.45`, `0`, `-0.5`.
  public var text: String {
    var bytes: [UInt8] = []
    DecimalText.append(self, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
