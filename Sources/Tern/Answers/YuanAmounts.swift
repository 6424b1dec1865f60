import TernCEB
import TernReference

/// Goods values in yuan, exact.
struct YuanAmounts: Sendable {
  private let rates: RateTable

  init(_ rates: RateTable) { self.rates = rates }

  /// Sum of the lines' `totalPrice` at the rates of the day: × 10^13, as a price × 10^5 times a rate × 10^8 is.
  /// Nil where a line's currency has no rate, or the sum leaves 128 bits.
  func sumE13(
    _ lines: Range<Int>, _ currency: TextColumn, _ totalPrice: DecimalColumn, at seconds: Int64
  ) -> Int128? {
    var sum: Int128 = 0
    for line in lines {
      guard let rate = unsafe rates.rate(currency: Bytes(currency.unsafeValue(line)), at: seconds)
      else { return nil }
      let price = (totalPrice.valueE5(line) ?? 0) * Int128(rate.cnyPerUnitE8)
      let (next, overflow) = sum.addingReportingOverflow(price)
      if overflow { return nil }
      sum = next
    }
    return sum
  }
}
