/// An amount with ten fraction digits, as quantity × price has: exact, and as wide as the sums that it is
/// taken from.
public struct FineAmount: Sendable, Equatable, BitwiseCopyable {
  /// Whole units of 10^-5, rounded down.
  public private(set) var e5: Int128
  /// What is left, in units of 10^-10: 0 to 99,999.
  public private(set) var restE10: Int32

  public static let zero = FineAmount(e5: 0)

  public init(e5: Int128) {
    self.e5 = e5
    restE10 = 0
  }

  init(e5: Int128, restE10: Int32) {
    precondition(restE10 >= 0 && restE10 < 100_000, "a rest of a whole unit")
    self.e5 = e5
    self.restE10 = restE10
  }

  /// `qty` × `price`, both × 10^5 and legal numbers: their product fits 128 bits.
  public init(qtyE5: Int128, priceE5: Int128) {
    let (whole, rest) = (qtyE5 * priceE5).quotientAndRemainder(dividingBy: Self.base)
    e5 = rest < 0 ? whole - 1 : whole
    restE10 = Int32(rest < 0 ? rest + Self.base : rest)
  }

  private static var base: Int128 { 100_000 }

  /// - Returns: whether the sum left the 128-bit integers.
  public mutating func add(_ other: FineAmount) -> Bool {
    let rest = restE10 + other.restE10
    let carries = rest >= Int32(Self.base)
    restE10 = carries ? rest - Int32(Self.base) : rest
    let (sum, overflow) = e5.addingReportingOverflow(other.e5)
    let (whole, late) = sum.addingReportingOverflow(carries ? 1 : 0)
    e5 = whole
    return overflow || late
  }

  /// The same for a difference.
  public mutating func subtract(_ other: FineAmount) -> Bool {
    let rest = restE10 - other.restE10
    restE10 = rest < 0 ? rest + Int32(Self.base) : rest
    let (difference, overflow) = e5.subtractingReportingOverflow(other.e5)
    let (whole, late) = difference.subtractingReportingOverflow(rest < 0 ? 1 : 0)
    e5 = whole
    return overflow || late
  }

  /// The exact sum. Fewer than 100,000 products of legal numbers fit.
  public static func + (a: FineAmount, b: FineAmount) -> FineAmount {
    var sum = a
    let overflow = sum.add(b)
    precondition(!overflow, "a sum beyond 128 bits")
    return sum
  }

  /// Without trailing zeros: `123.45`, `0`, `-0.5`.
  public var text: String {
    var bytes: [UInt8] = []
    DecimalText.append(self, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
