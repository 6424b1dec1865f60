/// How many times one amount is of another, as text.
enum Ratio {
  /// `b` ÷ `a`, rounded to six fraction digits, a half away from zero, without trailing zeros; nil where `a` is 0.
  static func text(_ b: CnyAmount, over a: CnyAmount) -> String? {
    if a == .zero { return nil }
    let isNegative = (a.e5 < 0) != (b.e5 < 0)
    let (numerator, divisor) = (Wide(b), Wide(a))
    // In units of 10^-6, with a half added.
    let quotient = numerator.times(2_000_000).plus(divisor).dividedBy(divisor.times(2))
    let digits = quotient.digits
    let whole = digits.count > 6 ? String(digits.dropLast(6)) : "0"
    var fraction = String(repeating: "0", count: max(0, 6 - digits.count)) + digits.suffix(6)
    while fraction.last == "0" { fraction.removeLast() }
    let sign = isNegative && (whole != "0" || !fraction.isEmpty) ? "-" : ""
    return sign + whole + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// An integer of 256 bits: amounts in units of 10^-18 take 171, and the product with two million 192.
  struct Wide: Equatable {
    var high: UInt128
    var low: UInt128

    init(high: UInt128, low: UInt128) {
      self.high = high
      self.low = low
    }

    /// The magnitude of an amount in units of 10^-18.
    init(_ amount: CnyAmount) {
      let unit: UInt128 = 10_000_000_000_000
      // Rounded down, a negative amount is a whole less its rest.
      let whole = Wide(high: 0, low: amount.e5.magnitude).times(unit)
      let rest = Wide(high: 0, low: UInt128(amount.restE18))
      self = amount.e5 < 0 ? whole.minus(rest) : whole.plus(rest)
    }

    func times(_ factor: UInt128) -> Wide {
      let product = low.multipliedFullWidth(by: factor)
      return Wide(high: product.high + high * factor, low: product.low)
    }

    func plus(_ other: Wide) -> Wide {
      let (low, carries) = low.addingReportingOverflow(other.low)
      return Wide(high: high + other.high + (carries ? 1 : 0), low: low)
    }

    func minus(_ other: Wide) -> Wide {
      let (low, borrows) = low.subtractingReportingOverflow(other.low)
      return Wide(high: high - other.high - (borrows ? 1 : 0), low: low)
    }

    static func >= (a: Wide, b: Wide) -> Bool { (a.high, a.low) >= (b.high, b.low) }

    func dividedBy(_ divisor: Wide) -> Wide { quotient(divisor).whole }

    /// Bit by bit where 128 are not enough.
    private func quotient(_ divisor: Wide) -> (whole: Wide, rest: Wide) {
      if high == 0 && divisor.high == 0 {
        let (whole, rest) = low.quotientAndRemainder(dividingBy: divisor.low)
        return (Wide(high: 0, low: whole), Wide(high: 0, low: rest))
      }
      var (whole, rest) = (Wide(high: 0, low: 0), Wide(high: 0, low: 0))
      for bit in (0..<256).reversed() {
        rest = Wide(high: rest.high << 1 | rest.low >> 127, low: rest.low << 1)
        let part = bit >= 128 ? high >> UInt128(bit - 128) : low >> UInt128(bit)
        rest.low |= part & 1
        whole = Wide(high: whole.high << 1 | whole.low >> 127, low: whole.low << 1)
        if rest >= divisor {
          rest = rest.minus(divisor)
          whole.low |= 1
        }
      }
      return (whole, rest)
    }

    /// In decimal.
    var digits: String {
      if high == 0 { return String(low) }
      let unit: UInt128 = 1_000_000_000_000_000_000
      let (whole, rest) = quotient(Wide(high: 0, low: unit))
      let low = String(rest.low)
      return whole.digits + String(repeating: "0", count: 18 - low.count) + low
    }
  }
}
