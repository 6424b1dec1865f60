import TernCEB

/// Codes of the rates met so far, by currency and day.
struct RateCodes: Sendable {
  private var codes: [UInt64: UInt32] = [:]
  private var last: (key: UInt64, code: UInt32)?

  mutating func code(of key: UInt64) -> UInt32? {
    if let last, last.key == key { return last.code }
    guard let code = codes[key] else { return nil }
    last = (key, code)
    return code
  }

  mutating func insert(_ code: UInt32, for key: UInt64) { codes[key] = code }
}

/// Goods values in CNY: cells are cut by rate too, so that each sum is multiplied once, and exactly.
extension Cube {
  /// Replaces the codes of the lists' currencies by those of their rates.
  mutating func encodeRates(
    _ selection: Selection, _ columns: ListColumns, into codes: inout MutableSpan<UInt32>
  ) throws(StatisticsError) {
    guard let rate = plan.cnyRateE8, let time = columns.rateTime, let rateLevel else { return }
    for i in codes.indices {
      let seconds = time[Int(selection.rows[i])]
      // A list without lines is worth 0 whatever its currency would be.
      let day = selection.lineCounts[i] == 0 ? Int64(Int32.max) : Period.day.number(ofSeconds: seconds)
      let currency = codes[i]
      let key = UInt64(currency) << 32 | UInt64(UInt32(truncatingIfNeeded: day))
      if let known = rates.code(of: key) {
        codes[i] = known
        continue
      }
      let name = levels[currencyLevel].values.string(Int(currency))
      let found = selection.lineCounts[i] == 0 ? 1 : rate(name, seconds)
      codes[i] = try levels[rateLevel].values.code(of: found.map { String($0) } ?? "")
      rates.insert(codes[i], for: key)
    }
  }

  /// What the rate of a code is, × 10^8; nil where none is given.
  func rateE8(_ code: Int) -> Int64? { rateLevel.flatMap { Int64(levels[$0].values.string(code)) } }
}
