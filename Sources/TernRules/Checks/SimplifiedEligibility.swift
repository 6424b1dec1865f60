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
  /// × 10^13: yuan × 10^5 times a rate × 10^8.
  let limitE13: Int128

  public init(_ reference: ReferenceData, limits: RuleLimits) {
    tariff = reference.tariff
    rates = reference.rates ?? .yuanOnly
    limitE13 = Int128(limits.simplifiedE5) * 100_000_000
  }

  /// Columns of the lines that `obstacles` reads.
  public static let lineColumns = ["gcode", "currency", "totalPrice"]

  /// - Parameters:
  ///   - lines: a table of lines with `lineColumns`, and the rows that are the list's.
  ///   - appTime: the list's.
  public func obstacles(_ lines: Table, _ range: Range<Int>, appTime: Int64) -> Obstacles {
    obstacles(Columns(lines), range, appTime: appTime)
  }

  struct Columns {
    let gcode: TextView
    let currency: TextView
    let totalPrice: DecimalView

    init(_ lines: Table) {
      gcode = lines.text("gcode")
      currency = lines.text("currency")
      totalPrice = lines.decimal("totalPrice")
    }
  }

  func obstacles(_ lines: Columns, _ range: Range<Int>, appTime: Int64) -> Obstacles {
    var obstacles: Obstacles = []
    var valueE13: Int128? = 0
    for line in range {
      if let entry = tariff?[lines.gcode[line]] {
        if entry.licence { obstacles.insert(.licence) }
        if entry.exportDuty { obstacles.insert(.exportDuty) }
        if entry.refund { obstacles.insert(.refund) }
      }
      guard let sum = valueE13 else { continue }
      if let rate = rates.rate(currency: lines.currency[line], at: appTime) {
        // A total below 10^19 and a rate below 10^14: 100,000 lines fit.
        let (next, overflow) = sum.addingReportingOverflow(
          lines.totalPrice[line] &* Int128(rate.cnyPerUnitE8))
        valueE13 = overflow ? .max : next
      } else {
        valueE13 = nil
      }
    }
    if let valueE13, valueE13 > limitE13 { obstacles.insert(.value) }
    return obstacles
  }
}
