import TernCEB
import TernMatch
import TernRules
import TernStore

extension Engine {
  /// What in a store should be looked at, by the thresholds of `settings.alerts`: worst first.
  ///
  /// Looks at every list that counts and is not cancelled, whatever its verdict, as declared. Reads the
  /// columns of each rule once or more, so that what it groups fits half of `memoryBytes`; the lines of one
  /// item, the lists of one buyer and those of one address have to fit. The same store and settings give
  /// the same alerts, whatever the threads.
  ///
  /// - Throws: `notReconciled` if there are no verdicts for just these documents.
  public func alerts(of path: String) throws(TernError) -> AlertReport {
    try AlertRun(self, path).run()
  }
}

/// All rules over one store.
private struct AlertRun {
  private let settings: AlertSettings
  private let threads: Int
  private let memoryBytes: Int
  private let lists: JudgedLists
  private let secret: Secret
  private let yuan: YuanAmounts

  init(_ engine: Engine, _ path: String) throws(TernError) {
    let store = try storing { () throws(StoreError) in try Store.open(path) }
    settings = engine.settings.alerts
    threads = engine.settings.threads
    memoryBytes = engine.settings.memoryBytes
    lists = try JudgedLists(store, threads: threads)
    secret = Secret(bytes: Array(store.key.bytes[..<16]))
    yuan = YuanAmounts(engine.settings.reference.rates ?? .yuanOnly)
  }

  func run() throws(TernError) -> AlertReport {
    let days = try gatherOnWorkers(
      lists.parts.count, threads: threads, SellerDays(secret: secret),
      merge: { (all, more) throws(TernError) in try all.merge(more) }
    ) { (days, queue) throws(TernError) in
      var reader = JudgedLists.Reader(lists)
      while let index = queue.take() { try days.add(&reader, lists.parts[index]) }
    }
    let sellers = days.all()
    var drafts = sellers.flatMap {
      $0.volumeAlerts(settings) + $0.valueAlerts(settings) + $0.findingAlerts(settings)
    }
    drafts += try persons(byBuyer: true) + persons(byBuyer: false)
    drafts += try splitting(sellers) + prices()

    var report = AlertReport()
    var kept: [AlertDraft] = []
    for rule in AlertRule.allCases {
      let own = drafts.filter { $0.alert.rule == rule }.sorted(by: AlertDraft.precedes)
      kept += own.prefix(settings[.most])
      if own.count > settings[.most] {
        report.omitted.append((rule: rule, count: own.count - settings[.most]))
      }
    }
    try findEvidence(&kept)
    report.alerts = try named(kept).sorted(by: AlertDraft.precedes).map(\.alert)
    return report
  }

  private func count(_ table: (Kind) -> TableID, _ directions: [Direction]) -> Int {
    lists.segments.reduce(0) { sum, segment in
      directions.reduce(sum) { $0 + segment.rowCount(of: table(Kind(.list, $1))) }
    }
  }

  private func persons(byBuyer: Bool) throws(TernError) -> [AlertDraft] {
    let rule = PersonAlerts(settings, byBuyer: byBuyer, secret: secret)
    if rule.levels.least == nil { return [] }
    return try lists.group(
      rowsMost: count({ .heads($0) }, [.import]), memoryBytes: memoryBytes, threads: threads,
      collect: { (rows, reader, part) throws(TernError) in
        try rule.collect(&rows, &reader, part)
      }, judge: { rule.judge($0) })
  }

  private func prices() throws(TernError) -> [AlertDraft] {
    let rule = PriceAlerts(settings, secret: secret)
    if rule.levels.least == nil { return [] }
    return try lists.group(
      rowsMost: count({ .lines($0) }, Direction.allCases), memoryBytes: memoryBytes,
      threads: threads,
      collect: { (rows, reader, part) throws(TernError) in
        try rule.collect(&rows, &reader, part)
      }, judge: { rule.judge($0) })
  }

  /// With the seller's or the buyer's day, and without sellers of which these lists are a small share.
  private func splitting(_ sellers: [SellerDays.Seller]) throws(TernError) -> [AlertDraft] {
    let rule = SplittingAlerts(settings, secret: secret, yuan: yuan)
    var drafts = try lists.group(
      rowsMost: count({ .heads($0) }, Direction.allCases), memoryBytes: memoryBytes,
      threads: threads,
      collect: { (rows, reader, part) throws(TernError) in
        try rule.collect(&rows, &reader, part)
      }, judge: { rule.judge($0) })
    var fetcher = DocumentFetcher(lists.segments)
    for direction in Direction.allCases {
      let own = drafts.indices.filter { drafts[$0].alert.direction == direction }
      let found = try fetcher.fetch(
        Kind(.list, direction), own.map { drafts[$0].lists[0] }, columns: ["appTime", "ebcCode"])
      for index in own {
        let row = found.row(drafts[index].lists[0])
        drafts[index].alert.day = dateText(dayNumber(found.table.columns[0].integer[row]))
        if direction == .export {
          drafts[index].alert.subject = found.table.columns[1].text.string(row)
        }
      }
    }
    var listsOfDay: [String: Int] = [:]
    for seller in sellers where seller.direction == .export {
      for (day, lists) in seller.byDay { listsOfDay["\(dateText(day))/\(seller.code)"] = lists }
    }
    return drafts.compactMap { draft in
      guard draft.alert.direction == .export else { return draft }
      let all = listsOfDay["\(draft.alert.day)/\(draft.alert.subject)"] ?? 0
      guard draft.alert.listCount * 100 >= all * settings[.splittingSellerShare] else { return nil }
      var draft = draft
      draft.alert.facts.insert(.init("lists", all), at: 1)
      return draft
    }
  }

  // MARK: - Evidence

  /// The first lists of each draft about a seller.
  private func findEvidence(_ drafts: inout [AlertDraft]) throws(TernError) {
    let wanted = SellerEvidence(drafts, secret: secret)
    if wanted.isEmpty { return }
    let found = try gatherOnWorkers(
      lists.parts.count, threads: threads, wanted, merge: { $0.merge($1) }
    ) { (evidence, queue) throws(TernError) in
      var reader = JudgedLists.Reader(lists)
      while let index = queue.take() { try evidence.add(&reader, lists.parts[index]) }
    }
    for (index, some) in found.lists { drafts[index].lists = some }
  }

  /// Gives lists their names, and persons and items those of their lists.
  private func named(_ drafts: [AlertDraft]) throws(TernError) -> [AlertDraft] {
    var drafts = drafts
    var fetcher = DocumentFetcher(lists.segments)
    let rule = PriceAlerts(settings, secret: secret)
    for direction in Direction.allCases {
      let kind = Kind(.list, direction)
      let own = drafts.indices.filter { drafts[$0].alert.direction == direction }
      let found = try fetcher.fetch(
        kind, own.flatMap { drafts[$0].lists }, columns: ["agentCode", "copNo"])
      let items = try fetcher.fetch(
        kind, own.filter { drafts[$0].item != nil }.map { drafts[$0].lists[0] })
      for index in own {
        let names = drafts[index].lists.map { list in
          let row = found.row(list)
          return Alert.ListName(
            agentCode: found.table.columns[0].text.string(row),
            copNo: found.table.columns[1].text.string(row))
        }
        drafts[index].alert.lists = names
        if let item = drafts[index].item, let list = items[drafts[index].lists[0]] {
          drafts[index].alert.subject = rule.name(item, list, direction)
        } else if drafts[index].alert.subject.isEmpty {
          drafts[index].alert.subject = names.first?.text ?? ""
        }
      }
    }
    return drafts
  }
}

extension AlertDraft {
  /// Worst first: by level, rule, how far it goes, then by what it is about.
  static func precedes(_ a: AlertDraft, _ b: AlertDraft) -> Bool {
    let (left, right) = (a.alert, b.alert)
    if left.level != right.level { return place(left.level) < place(right.level) }
    if left.rule != right.rule { return place(left.rule) < place(right.rule) }
    if a.measure != b.measure { return a.measure > b.measure }
    for (x, y) in [
      (left.subject, right.subject), (left.day, right.day),
      (left.direction.letter, right.direction.letter), (left.factsText, right.factsText),
    ] where !x.utf8.elementsEqual(y.utf8) {
      return x.utf8.lexicographicallyPrecedes(y.utf8)
    }
    return a.lists.lexicographicallyPrecedes(b.lists)
  }

  private static func place<Case: CaseIterable & Equatable>(_ one: Case) -> Int {
    Array(Case.allCases).firstIndex(of: one)!
  }
}

/// The first lists, in received order, of drafts about sellers.
struct SellerEvidence: Sendable {
  private struct Wanted: Sendable {
    var draft: Int
    /// Nil: every day.
    var day: Int64?
    /// Nil: any.
    var currency: String?
    var finding: UInt64
  }

  /// By direction and `ebcCode`.
  private let wanted: [String: [Wanted]]
  private let secret: Secret
  /// By draft, ascending, at most `Alert.listsMax`.
  private(set) var lists: [Int: [DocumentRef]] = [:]

  init(_ drafts: [AlertDraft], secret: Secret) {
    self.secret = secret
    var all: [String: [Wanted]] = [:]
    for (index, draft) in drafts.enumerated() {
      let alert = draft.alert
      guard [.volume, .value, .findingRate].contains(alert.rule) else { continue }
      all[alert.direction.letter + alert.subject, default: []].append(
        Wanted(
          draft: index, day: alert.day.isEmpty ? nil : timeSeconds(alert.day).map(dayNumber),
          currency: alert.rule == .value ? alert.fact("currency") : nil,
          finding: Finding(name: alert.fact("finding"))?.bit ?? 0))
    }
    wanted = all
  }

  var isEmpty: Bool { wanted.isEmpty }

  mutating func add(
    _ reader: inout JudgedLists.Reader, _ part: JudgedLists.Part
  ) throws(TernError) {
    let verdicts = try reader.verdicts(part, withFindings: true)
    let counting = verdicts.counting
    guard counting.contains(where: { $0 != 0 }) else { return }
    let heads = try reader.heads(part, SellerDays.heads)
    var sellers = CodeNumbers(secret: secret)
    let numbers = sellers.numbers(heads["ebcCode"].text)
    let bySeller = sellers.codes.map { wanted[part.direction.letter + $0] ?? [] }
    guard bySeller.contains(where: { !$0.isEmpty }) else { return }
    let goods = ListGoods(heads["#lines"].integer, try reader.lines(part, ListGoods.columns))
    let appTime = heads["appTime"].integer
    for row in counting.indices where counting[row] != 0 {
      for one in bySeller[numbers[row]] {
        if let day = one.day, day != dayNumber(appTime[row]) { continue }
        if one.finding != 0, verdicts.findings[row] & one.finding == 0 { continue }
        if let currency = one.currency, !goods.currency(row).utf8.elementsEqual(currency.utf8) {
          continue
        }
        keep(part.list(row), of: one.draft)
      }
    }
  }

  private mutating func keep(_ list: DocumentRef, of draft: Int) {
    var kept = lists[draft] ?? []
    if kept.count == Alert.listsMax {
      if list > kept[kept.count - 1] { return }
      kept.removeLast()
    }
    kept.insert(list, at: kept.firstIndex { $0 > list } ?? kept.count)
    lists[draft] = kept
  }

  mutating func merge(_ other: SellerEvidence) {
    for (draft, some) in other.lists { for list in some { keep(list, of: draft) } }
  }
}
