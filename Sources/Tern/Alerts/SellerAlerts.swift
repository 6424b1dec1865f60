import TernCEB
import TernMatch
import TernRules

/// Lists of each seller by day and currency, and how many have each finding.
struct SellerDays: Sendable {
  struct Day: Sendable {
    var lists = 0
    var valueE5: Int128 = 0
  }

  var sellers: CodeNumbers
  private var currencies: CodeNumbers
  /// By seller × 2 + direction, day, currency.
  private var days: [SIMD4<Int64>: Day] = [:]
  /// By seller × 2 + direction, then finding.
  private var findings: [SIMD2<Int>: Int] = [:]

  init(secret: Secret) {
    sellers = CodeNumbers(secret: secret)
    currencies = CodeNumbers(secret: secret)
  }

  static let heads = ["ebcCode", "appTime", "#lines"]

  mutating func add(
    _ reader: inout JudgedLists.Reader, _ part: JudgedLists.Part
  ) throws(TernError) {
    let verdicts = try reader.verdicts(part, withFindings: true)
    let counting = verdicts.counting
    guard counting.contains(where: { $0 != 0 }) else { return }
    let heads = try reader.heads(part, Self.heads)
    let lines = try reader.lines(part, ListGoods.columns)
    let goods = ListGoods(heads["#lines"].integer, lines)
    let seller = sellers.numbers(heads["ebcCode"].text)
    let currency = currencies.numbers(lines["currency"].text)
    let none = currencies.number("")
    let appTime = heads["appTime"].integer
    for row in counting.indices where counting[row] != 0 {
      let own = seller[row] * 2 + Int(part.direction.rawValue)
      let key = SIMD4(
        Int64(own), dayNumber(appTime[row]),
        Int64(goods.lines(row).isEmpty ? none : currency[goods.starts[row]]), 0)
      days[key, default: Day()].lists += 1
      let (sum, overflow) = days[key]!.valueE5.addingReportingOverflow(goods.valueE5(row))
      if overflow { throw .statistics(.overflow(measure: "goodsValue")) }
      days[key]!.valueE5 = sum
      var left = verdicts.findings[row]
      while left != 0 {
        findings[SIMD2(own, left.trailingZeroBitCount), default: 0] += 1
        left &= left - 1
      }
    }
  }

  mutating func merge(_ other: SellerDays) throws(TernError) {
    let sellers = sellers.absorb(other.sellers)
    let currencies = currencies.absorb(other.currencies)
    func mine(_ own: Int) -> Int { sellers[own / 2] * 2 + own % 2 }
    for (key, day) in other.days {
      let key = SIMD4(Int64(mine(Int(key[0]))), key[1], Int64(currencies[Int(key[2])]), 0)
      days[key, default: Day()].lists += day.lists
      let (sum, overflow) = days[key]!.valueE5.addingReportingOverflow(day.valueE5)
      if overflow { throw .statistics(.overflow(measure: "goodsValue")) }
      days[key]!.valueE5 = sum
    }
    for (key, count) in other.findings {
      findings[SIMD2(mine(key.x), key.y), default: 0] += count
    }
  }

  // MARK: - Judging

  /// One seller in one direction.
  struct Seller {
    var code: String
    var direction: Direction
    /// Ascending.
    var days: [(day: Int64, currency: String, counts: Day)]
    var findings: [(finding: Finding, lists: Int)]

    var lists: Int { days.reduce(0) { $0 + $1.counts.lists } }

    /// Lists of each day, whatever the currency.
    var byDay: [(day: Int64, lists: Int)] {
      var found: [(day: Int64, lists: Int)] = []
      for entry in days {
        if found.last?.day == entry.day {
          found[found.count - 1].lists += entry.counts.lists
        } else {
          found.append((entry.day, entry.counts.lists))
        }
      }
      return found
    }
  }

  /// Sellers with a code.
  func all() -> [Seller] {
    var found = (0..<sellers.codes.count * 2).map { own in
      Seller(
        code: sellers.codes[own / 2], direction: Direction.allCases[own % 2], days: [],
        findings: [])
    }
    for (key, day) in days {
      found[Int(key[0])].days.append((key[1], currencies.codes[Int(key[2])], day))
    }
    for (key, count) in findings {
      guard let finding = Finding(rawValue: UInt8(key.y)) else { continue }
      found[key.x].findings.append((finding, count))
    }
    return found.filter { !$0.code.isEmpty && !$0.days.isEmpty }.map { seller in
      var seller = seller
      seller.days.sort { ($0.day, $0.currency) < ($1.day, $1.currency) }
      return seller
    }
  }
}

extension SellerDays.Seller {
  /// What happened on a day against the days before it.
  private struct Jump {
    var day: Int64
    var now: Int128
    var past: Int128
    var pastDays: Int64
    /// Of the daily mean, rounded down; nil where there was nothing: that passes every threshold.
    var percent: Int128?
    var measure: Int128 { percent ?? .max }
    var percentText: String { percent.map { "\($0)" } ?? "" }
  }

  /// - Parameters:
  ///   - days: ascending, with values of 0 and more.
  ///   - first: the seller's first day.
  private func jumps(
    _ days: [(day: Int64, value: Int128)], first: Int64, _ settings: AlertSettings
  ) -> [Jump] {
    var found: [Jump] = []
    var (oldest, past) = (0, Int128(0))
    let (most, least) = (Int64(settings[.pastDays]), Int64(settings[.pastDaysLeast]))
    for (index, entry) in days.enumerated() {
      let pastDays = min(most, entry.day - first)
      while oldest < index, days[oldest].day < entry.day - pastDays {
        past -= days[oldest].value
        oldest += 1
      }
      if pastDays >= least {
        let (product, overflow) = entry.value.multipliedReportingOverflow(by: 100 * Int128(pastDays))
        found.append(
          Jump(
            day: entry.day, now: entry.value, past: past, pastDays: pastDays,
            percent: past == 0 ? nil : overflow ? .max : product / past))
      }
      past += entry.value
    }
    return found
  }

  private func draft(
    _ rule: AlertRule, _ reached: AlertLevels.Reached, _ measure: Int128, day: Int64? = nil, lists: Int, _ facts: [Alert.Fact]
  ) -> AlertDraft {
    AlertDraft(
      alert: Alert(
        rule: rule, level: reached.level, direction: direction, subject: code,
        day: day.map(dateText) ?? "", facts: facts, threshold: reached.setting,
        thresholdValue: reached.value, listCount: lists),
      measure: measure)
  }

  func volumeAlerts(_ settings: AlertSettings) -> [AlertDraft] {
    let byDay = byDay
    guard let first = byDay.first?.day else { return [] }
    let levels = settings.levels(.volumeLow, .volumeMedium, .volumeHigh)
    let least = Int128(settings[.volumeListsLeast])
    return jumps(byDay.map { ($0.day, Int128($0.lists)) }, first: first, settings)
      .compactMap { jump in
        guard jump.now >= least,
          let level = levels.reached(jump.measure)
        else { return nil }
        return draft(
          .volume, level, jump.measure, day: jump.day, lists: Int(jump.now),
          [
            .init("lists", Int(jump.now)), .init("pastLists", Int(jump.past)),
            .init("pastDays", Int(jump.pastDays)), .init("percent", jump.percentText),
          ])
      }
  }

  func valueAlerts(_ settings: AlertSettings) -> [AlertDraft] {
    guard let first = days.first?.day else { return [] }
    let levels = settings.levels(.valueLow, .valueMedium, .valueHigh)
    let least = settings[.valueListsLeast]
    var drafts: [AlertDraft] = []
    for currency in Set(days.map(\.currency)) {
      let own = days.filter { $0.currency == currency }
      let lists = Dictionary(uniqueKeysWithValues: own.map { ($0.day, $0.counts.lists) })
      let values = own.map { (day: $0.day, value: max($0.counts.valueE5, 0)) }
      for jump in jumps(values, first: first, settings) {
        guard jump.now > 0, lists[jump.day]! >= least,
          let level = levels.reached(jump.measure)
        else { continue }
        drafts.append(
          draft(
            .value, level, jump.measure, day: jump.day, lists: lists[jump.day]!,
            [
              .init("currency", currency),
              .init("value", decimalText(jump.now, scale: 5, fractionDigits: 0)),
              .init("pastValue", decimalText(jump.past, scale: 5, fractionDigits: 0)),
              .init("pastDays", Int(jump.pastDays)), .init("percent", jump.percentText),
              .init("lists", lists[jump.day]!),
            ]))
      }
    }
    return drafts
  }

  func findingAlerts(_ settings: AlertSettings) -> [AlertDraft] {
    let all = lists
    guard all >= settings[.findingListsLeast] else { return [] }
    let levels = settings.levels(.findingLow, .findingMedium, .findingHigh)
    return findings.compactMap { finding, lists in
      let percent = lists * 100 / all
      guard
        let level = levels.reached(Int128(percent))
      else { return nil }
      return draft(
        .findingRate, level, Int128(lists * 1_000_000 / all), lists: lists,
        [
          .init("finding", finding.name), .init("withFinding", lists), .init("lists", all),
          .init("percent", percentText(lists, of: all)),
        ])
    }
  }
}
