/// By how much two numbers may differ: the larger of an absolute amount and a share of the
/// triplet's value.
public struct Tolerance: Sendable, Equatable, BitwiseCopyable {
  /// Times 10^5.
  public var absoluteE5: Int64
  /// Parts per billion: 0.5% is 5,000,000.
  public var relativePpb: Int64

  public static let zero = Tolerance(absoluteE5: 0, relativePpb: 0)

  /// Neither may be negative, and the share not above 100%.
  public init(absoluteE5: Int64, relativePpb: Int64) {
    precondition(absoluteE5 >= 0 && relativePpb >= 0 && relativePpb <= 1_000_000_000)
    self.absoluteE5 = absoluteE5
    self.relativePpb = relativePpb
  }

  /// As `init(_:)` reads it.
  public var text: String {
    func decimal(_ value: Int64, _ digits: Int) -> String {
      var fraction = String(value % Self.powers[digits]!)
      fraction = String(repeating: "0", count: digits - fraction.count) + fraction
      while fraction.hasSuffix("0") { fraction.removeLast() }
      return "\(value / Self.powers[digits]!)" + (fraction.isEmpty ? "" : ".\(fraction)")
    }
    var parts: [String] = []
    if absoluteE5 > 0 || relativePpb == 0 { parts.append(decimal(absoluteE5, 5)) }
    if relativePpb > 0 { parts.append(decimal(relativePpb, 7) + "%") }
    return parts.joined(separator: "+")
  }

  private static let powers: [Int: Int64] = [5: 100_000, 7: 10_000_000]

  public var isZero: Bool { absoluteE5 == 0 && relativePpb == 0 }

  /// Reads `0.01` (absolute, up to 14 integer and 5 fraction digits), `0.5%` (relative, up to 100%
  /// and 7 fraction digits), or both joined by `+`. Nil for anything else.
  public init?(_ text: String) {
    var absoluteE5: Int64?
    var relativePpb: Int64?
    for part in text.split(separator: "+", omittingEmptySubsequences: false) {
      if part.hasSuffix("%") {
        guard relativePpb == nil, let ppb = Self.scaled(part.dropLast(), fractionDigits: 7),
          ppb <= 1_000_000_000
        else { return nil }
        relativePpb = ppb
      } else {
        guard absoluteE5 == nil, let e5 = Self.scaled(part, fractionDigits: 5) else { return nil }
        absoluteE5 = e5
      }
    }
    self.init(absoluteE5: absoluteE5 ?? 0, relativePpb: relativePpb ?? 0)
  }

  /// Plain decimal digits with at most one point, times 10^`fractionDigits`.
  private static func scaled(_ text: Substring, fractionDigits: Int) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = parts.first, !whole.isEmpty else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard parts.count == 1 || !fraction.isEmpty, fraction.utf8.count <= fractionDigits else {
      return nil
    }
    let zeros = String(repeating: "0", count: fractionDigits - fraction.utf8.count)
    let digits = whole + fraction + zeros
    guard digits.utf8.count <= 19, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      return nil
    }
    return Int64(digits)
  }

  /// Whether `left` and `right` (times 10^5) agree; the share is of `right`, the triplet's value.
  /// Exact: no rounding decides.
  @inlinable public func allows(_ left: Int128, _ right: Int128) -> Bool {
    allows(differenceE5: (left - right).magnitude, of: right.magnitude)
  }

  @inlinable func allows(differenceE5: UInt128, of right: UInt128) -> Bool {
    if differenceE5 <= UInt128(absoluteE5) { return true }
    // A whole difference is within a real bound exactly if it is within its floor.
    return differenceE5 <= Self.share(relativePpb, of: right)
  }

  /// floor(ppb × value / 10^9), without overflow for any value.
  @inlinable static func share(_ ppb: Int64, of value: UInt128) -> UInt128 {
    let billion: UInt128 = 1_000_000_000
    let (whole, rest) = value.quotientAndRemainder(dividingBy: billion)
    return whole * UInt128(ppb) + rest * UInt128(ppb) / billion
  }

  /// `qty` × `price` against `totalPrice`, all times 10^5, compared at 10^10.
  func allowsLine(qtyE5: Int128, priceE5: Int128, totalPriceE5: Int128) -> Bool {
    let (product, overflow) = qtyE5.multipliedReportingOverflow(by: priceE5)
    if overflow { return false }
    let totalE10 = totalPriceE5 * 100_000
    let (difference, tooFar) = product.subtractingReportingOverflow(totalE10)
    if tooFar { return false }
    if difference.magnitude <= UInt128(absoluteE5) * 100_000 { return true }
    return difference.magnitude <= Self.share(relativePpb, of: totalE10.magnitude)
  }
}
