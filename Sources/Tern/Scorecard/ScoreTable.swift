import TernCEB
import TernMatch
import TernRules

/// Counts by enterprise of one role, as a thread gathers them. Memory: the enterprises, their months and
/// the findings that they have.
struct ScoreTable: Sendable {
  /// One enterprise's counts.
  struct Counts: Sendable {
    var documents = 0
    var matchedDocuments = 0
    var dispositions: SIMD8<Int> = .zero
    var completeLists = 0
    var completionSecondsSum: Int64 = 0
    var completionSecondsMax: Int64 = 0
    var lateLists = 0
    var returnedLists = 0
    var exceedingReturns = 0

    mutating func add(_ other: Counts) {
      documents += other.documents
      matchedDocuments += other.matchedDocuments
      dispositions &+= other.dispositions
      completeLists += other.completeLists
      completionSecondsSum += other.completionSecondsSum
      completionSecondsMax = max(completionSecondsMax, other.completionSecondsMax)
      lateLists += other.lateLists
      returnedLists += other.returnedLists
      exceedingReturns += other.exceedingReturns
    }
  }

  /// Lists, released, rejected, with findings.
  private typealias MonthCounts = SIMD4<Int>

  var numbers: CodeNumbers
  private var counts: [Counts] = []
  /// By number × 64 + finding.
  private var findings: [Int: Int] = [:]
  /// By number and month since year 0.
  private var months: [SIMD2<Int>: MonthCounts] = [:]

  init(secret: Secret) { numbers = CodeNumbers(secret: secret) }

  private mutating func grow() {
    while counts.count < numbers.codes.count { counts.append(Counts()) }
  }

  mutating func withCounts(_ number: Int, _ body: (inout Counts) -> Void) {
    grow()
    body(&counts[number])
  }

  /// A list that names the enterprise.
  mutating func addList(
    _ number: Int, _ disposition: Disposition, findings found: UInt64, appTime: Int64
  ) {
    withCounts(number) { $0.dispositions[Int(disposition.rawValue)] += 1 }
    if disposition == .cancelled { return }
    var left = found
    while left != 0 {
      findings[number * 64 + left.trailingZeroBitCount, default: 0] += 1
      left &= left - 1
    }
    let day = date(daysSince1970: dayNumber(appTime))
    months[SIMD2(number, Int(day.year * 12 + day.month - 1)), default: .zero] &+= MonthCounts(
      1, disposition == .released ? 1 : 0, disposition == .rejected ? 1 : 0, found == 0 ? 0 : 1)
  }

  mutating func merge(_ other: ScoreTable) {
    let mine = numbers.absorb(other.numbers)
    grow()
    for (number, theirs) in other.counts.enumerated() { counts[mine[number]].add(theirs) }
    for (key, count) in other.findings {
      findings[mine[key / 64] * 64 + key % 64, default: 0] += count
    }
    for (key, count) in other.months {
      months[SIMD2(mine[key.x], key.y), default: .zero] &+= count
    }
  }

  /// A card per enterprise with a code, in byte order of the codes.
  func cards(_ role: EnterpriseRole) -> [Scorecard] {
    var cards = numbers.codes.map { Scorecard(role: role, code: $0) }
    for (number, count) in counts.enumerated() {
      cards[number].documents = count.documents
      cards[number].matchedDocuments = count.matchedDocuments
      for disposition in Disposition.allCases {
        let lists = count.dispositions[Int(disposition.rawValue)]
        cards[number].dispositions[Int(disposition.rawValue)] = lists
        if disposition != .cancelled { cards[number].lists += lists }
      }
      cards[number].completeLists = count.completeLists
      cards[number].completionSecondsSum = count.completionSecondsSum
      cards[number].completionSecondsMax = count.completionSecondsMax
      cards[number].lateLists = count.lateLists
      cards[number].returnedLists = count.returnedLists
      cards[number].exceedingReturns = count.exceedingReturns
    }
    for (key, lists) in findings {
      guard let finding = Finding(rawValue: UInt8(key % 64)) else { continue }
      cards[key / 64].findings.append(.init(finding: finding, lists: lists))
    }
    for (key, count) in months {
      let month = String(key.y % 12 + 1)
      cards[key.x].months.append(
        Scorecard.Month(
          month: Self.yearText(key.y / 12)
            + (month.count == 1 ? "0" : "") + month,
          lists: count[0], released: count[1], rejected: count[2], withFindings: count[3]))
    }
    for index in cards.indices {
      cards[index].findings.sort { ($1.lists, $0.finding.name) < ($0.lists, $1.finding.name) }
      cards[index].months.sort { $0.month < $1.month }
    }
    return cards.filter { !$0.code.isEmpty && $0.code != "无" && $0.documents + $0.lists + $0.count(.cancelled) > 0 }
      .sorted { $0.code.utf8.lexicographicallyPrecedes($1.code.utf8) }
  }

  private static func yearText(_ year: Int) -> String {
    let digits = String(year)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
