import TernCEB
import TernReference

/// Whether a list's goods may be declared in the simplified way (简化申报), apart from being an export.
///
/// Goods that the tariff does not have are under no licence, duty or refund; without a tariff none are. The
/// value is not checked where a line's currency has no rate on the list's day.
public struct SimplifiedEligibility: Sendable {
  /// What stands against it.
  public struct Obstacles: OptionSet, Sendable, Hashable {
    public var rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Goods value over the limit.
    public static let value = Obstacles(rawValue: 1)
    public static let licence = Obstacles(rawValue: 2)
    public static let exportDuty = Obstacles(rawValue: 4)
    public static let refund = Obstacles(rawValue: 8)
  }

  let tariff: Tariff?
  let rates: RateTable
  /// Yuan × 10^5.
  let limitE5: Int128
  /// × 10^13: yuan × 10^5 times a rate × 10^8.
  private var limitE13: Int128 { limitE5 * 100_000_000 }
  /// Units of any currency × 10^5: so many are within the limit at the highest rate. Most lists are, and their
  /// currencies need not be looked at.
  let surelyWithinE5: Int128

  public init(_ reference: ReferenceData, limits: RuleLimits) {
    tariff = reference.tariff
    rates = reference.rates ?? .yuanOnly
    limitE5 = Int128(limits.simplifiedE5)
    surelyWithinE5 = limitE5 * 100_000_000 / Int128(rates.highest.cnyPerUnitE8)
  }

  /// Columns of the lines that `obstacles` reads.
  public static let lineColumns = ["gcode", "currency", "totalPrice"]

  /// - Parameters:
  ///   - lines: a table of lines with `lineColumns`, and the rows that are the list's.
  ///   - appTime: the list's.
  public func obstacles(_ lines: Table, _ range: Range<Int>, appTime: Int64) -> Obstacles {
    let (gcode, currency) = (lines.text("gcode"), lines.text("currency"))
    let totalPrice = lines.decimal("totalPrice")
    var obstacles: Obstacles = []
    for line in range {
      guard let entry = tariff?[gcode[line]] else { continue }
      if entry.licence { obstacles.insert(.licence) }
      if entry.exportDuty { obstacles.insert(.exportDuty) }
      if entry.refund { obstacles.insert(.refund) }
    }
    if isOverLimit(range, appTime: appTime, { currency[$0] }, { totalPrice[$0] }) { obstacles.insert(.value) }
    extendLifetime(lines)
    return obstacles
  }

  /// False where a currency has no rate.
  func isOverLimit(
    _ lines: Range<Int>, appTime: Int64, _ currency: (Int) -> Bytes, _ totalPriceE5: (Int) -> Int128
  ) -> Bool {
    var sumE13: Int128 = 0
    for line in lines {
      guard let rate = rates.rate(currency: currency(line), at: appTime) else { return false }
      // A total below 10^19 and a rate below 10^14: 100,000 lines fit.
      let (next, overflow) = sumE13.addingReportingOverflow(totalPriceE5(line) &* Int128(rate.cnyPerUnitE8))
      sumE13 = overflow ? .max : next
    }
    return sumE13 > limitE13
  }
}
