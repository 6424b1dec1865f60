import TernCEB

/// Yuan for one unit of a currency.
@frozen public struct Rate: Sendable, Hashable, BitwiseCopyable {
  /// × 10^8, above 0 and at most 10^6 yuan.
  public var cnyPerUnitE8: Int64
  @inlinable public init(cnyPerUnitE8: Int64) { self.cnyPerUnitE8 = cnyPerUnitE8 }

  @inlinable public static var one: Rate { Rate(cnyPerUnitE8: 100_000_000) }
}

/// Exchange rates, each from one day to another.
public struct RateTable: Sendable {
  /// Days since 1970-01-01 in China Standard Time, both inclusive.
  @usableFromInline struct Period: Sendable {
    @usableFromInline var first: Int64
    @usableFromInline var last: Int64
    @usableFromInline var rate: Rate
  }

  @usableFromInline let index: WordIndex
  /// Of each currency, sorted by day, without overlap.
  @usableFromInline let periods: [[Period]]
  /// Of all currencies and days; at least that of the yuan.
  public let highest: Rate

  /// 142 alone, which is always 1.
  public static let yuanOnly = try! RateTable([], file: "")

  typealias Row = (currency: String, rate: Rate, first: Int64?, last: Int64?, line: Int)

  init(_ rows: [Row], file: String) throws(ReferenceError) {
    // By bytes: texts that look the same are not the same code.
    var all: [[UInt8]: [(period: Period, line: Int)]] = [
      Array("142".utf8): [(Period(first: .min, last: .max, rate: .one), 0)]
    ]
    for row in rows {
      guard ShortCode(row.currency) != nil, !row.currency.isEmpty else {
        throw ReferenceError(
          file: file, line: row.line, "the currency '\(row.currency)' is not of 1 to 7 bytes")
      }
      if row.currency == "142" {
        guard row.rate == .one else {
          throw ReferenceError(file: file, line: row.line, "142 is the yuan: its rate is 1")
        }
        continue
      }
      let period = Period(first: row.first ?? .min, last: row.last ?? .max, rate: row.rate)
      guard period.first <= period.last else {
        throw ReferenceError(file: file, line: row.line, "valid_from is later than valid_to")
      }
      all[Array(row.currency.utf8), default: []].append((period, row.line))
    }
    var entries: [(key: UInt64, value: Int)] = []
    var periods: [[Period]] = []
    for (code, rates) in all.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let currency = String(decoding: code, as: UTF8.self)
      let sorted = rates.sorted { $0.period.first < $1.period.first }
      for (a, b) in zip(sorted, sorted.dropFirst()) where a.period.last >= b.period.first {
        throw ReferenceError(
          file: file, line: max(a.line, b.line),
          "the rates of \(currency) overlap with line \(min(a.line, b.line)): give each its days")
      }
      entries.append((ShortCode(currency)!.rawValue, periods.count))
      periods.append(sorted.map(\.period))
    }
    index = WordIndex(entries)
    self.periods = periods
    highest = periods.joined().map(\.rate).max { $0.cnyPerUnitE8 < $1.cnyPerUnitE8 } ?? .one
  }

  /// The rate on the day of a time; nil where none is given.
  ///
  /// - Parameter seconds: since 1970-01-01 00:00 China Standard Time.
  @inlinable @inline(__always) public func rate(currency: Bytes, at seconds: Int64) -> Rate? {
    guard let code = ShortCode(currency), let place = index[code.rawValue] else { return nil }
    let day = seconds >= 0 ? seconds / 86_400 : (seconds &- 86_399) / 86_400
    for period in periods[place] where day <= period.last {
      return day >= period.first ? period.rate : nil
    }
    return nil
  }

  /// `7.2`: up to 6 integer and 8 fraction digits, above 0. Nil for anything else.
  static func rate(_ text: String) -> Rate? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = parts.first, !whole.isEmpty, whole.utf8.count <= 6 else {
      return nil
    }
    let fraction = parts.count == 2 ? parts[1] : "0"
    guard !fraction.isEmpty, fraction.utf8.count <= 8 else { return nil }
    let digits = whole + fraction + String(repeating: "0", count: 8 - fraction.utf8.count)
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(digits), value > 0
    else { return nil }
    return Rate(cnyPerUnitE8: value)
  }
}
