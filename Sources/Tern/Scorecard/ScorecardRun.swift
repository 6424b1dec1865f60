import TernCEB
import TernMatch
import TernRules
import TernStats
import TernStore

extension Engine {
  /// A card for each enterprise that lists or documents of the period name, by role, then in byte order of
  /// the codes. Codes compare byte for byte; an empty one, and `无`, names nobody.
  ///
  /// Runs the joins again, then reads columns of lists and of their triplets in batches, on all threads.
  /// Memory: what `MarkedStore` takes, with 24 bytes per list, and the enterprises.
  ///
  /// - Parameters:
  ///   - role: nil for all.
  ///   - period: of a list's, and of an own document's, `appTime`; nil for all.
  /// - Throws: `notReconciled` if there are no verdicts for just these documents.
  public func scorecard(
    of path: String, role: EnterpriseRole? = nil, during period: TimeSpan? = nil,
    settings scoring: ScorecardSettings = ScorecardSettings()
  ) throws(TernError) -> [Scorecard] {
    let store = try MarkedStore(self, path, wantsPositions: true, ofAllLists: true)
    let batches = TripletBatch.batches(store.lists.parts)
    let empty = ScoreTables(secret: store.secret)
    var tables = try gatherOnWorkers(
      batches.count, threads: settings.threads, empty, merge: { $0.merge($1) }
    ) { (tables, queue) throws(TernError) in
      var sweep = ScoreSweep(store, period)
      while let index = queue.take() {
        try sweep.add(store.lists.parts[batches[index]], to: &tables)
      }
    }
    for kind in ScoreTables.ownKinds {
      let parts = TripletReceipts.parts(store.view.segments, kind)
      tables.merge(
        try gatherOnWorkers(
          parts.count, threads: settings.threads, empty, merge: { $0.merge($1) }
        ) { (tables, queue) throws(TernError) in
          var decoder = ColumnDecoder()
          while let index = queue.take() {
            try tables.addDocuments(store, kind, parts[index], period, &decoder)
          }
        })
    }
    try tables.addExceedingReturns(store, period)
    return EnterpriseRole.allCases.filter { role == nil || $0 == role }.flatMap { role in
      tables[role].cards(role).map { card in
        var card = card
        if let firm = settings.reference.enterprises?[card.code] {
          card.name = firm.name
          card.creditClass = firm.creditClass
          card.isBlacklisted = firm.isBlacklisted
        }
        card.suggestion = scoring.suggestion(card)
        return card
      }
    }
  }
}

/// A table per role.
struct ScoreTables: Sendable {
  private var tables: [ScoreTable]

  init(secret: Secret) {
    tables = EnterpriseRole.allCases.map { _ in ScoreTable(secret: secret) }
  }

  subscript(role: EnterpriseRole) -> ScoreTable {
    get { tables[Self.place(role)] }
    _modify { yield &tables[Self.place(role)] }
  }

  private static func place(_ role: EnterpriseRole) -> Int {
    switch role {
    case .seller: 0
    case .platform: 1
    case .agent: 2
    case .carrier: 3
    case .payment: 4
    }
  }

  mutating func merge(_ other: ScoreTables) {
    for role in EnterpriseRole.allCases { self[role].merge(other[role]) }
  }

  /// Kinds of the documents that enterprises other than agents send, with the columns that name them.
  static let ownKinds: [Kind] = Direction.allCases.flatMap { direction in
    [Role.order, .payment, .waybill].map { Kind($0, direction) }
  }

  private static func senders(_ role: Role) -> [(role: EnterpriseRole, column: String)] {
    switch role {
    case .order: [(.seller, "ebcCode"), (.platform, "ebpCode")]
    case .payment: [(.payment, "payCode")]
    default: [(.carrier, "logisticsCode")]
    }
  }

  /// Own documents that count, and those that a list takes.
  mutating func addDocuments(
    _ store: MarkedStore, _ kind: Kind, _ part: TripletReceipts.Part, _ period: TimeSpan?,
    _ decoder: inout ColumnDecoder
  ) throws(TernError) {
    let senders = Self.senders(kind.role)
    let heads = try storing { () throws(StoreError) in
      try store.view.segments[part.segment].readTable(
        .heads(kind), group: part.group, columns: ["appTime"] + senders.map(\.column),
        decoder: &decoder)
    }
    let appTime = heads.columns[0].integer
    for (index, sender) in senders.enumerated() {
      let numbers = self[sender.role].numbers.numbers(heads.columns[index + 1].text)
      for row in 0..<appTime.count where period.contains(appTime[row]) {
        let mark = store.marks[
          kind.role,
          DocumentRef(segment: part.segment, row: part.firstRow + row, direction: kind.direction)]
        if mark == .doesNotCount { continue }
        self[sender.role].withCounts(numbers[row]) {
          $0.documents += 1
          $0.matchedDocuments += mark == .orphan ? 0 : 1
        }
      }
    }
  }

  /// Returns of more than was declared, for the enterprises that their lists name.
  mutating func addExceedingReturns(
    _ store: MarkedStore, _ period: TimeSpan?
  ) throws(TernError) {
    var exceeding: [DocumentRef] = []
    var decoder = ColumnDecoder()
    for (group, _) in store.lists.result.groups(of: ReturnResults.entryTable) {
      let entries = try storing { () throws(StoreError) in
        try store.lists.result.readTable(
          ReturnResults.entryTable, group: group, columns: ["effect", "list"], decoder: &decoder)
      }
      for row in 0..<entries.rowCount
      where entries.columns[0].integer[row] == Int64(ReturnEffect.exceeds.rawValue) {
        exceeding.append(DocumentRef(rawValue: UInt64(entries.columns[1].integer[row])))
      }
    }
    var fetcher = DocumentFetcher(store.view.segments)
    for direction in Direction.allCases {
      let lists = exceeding.filter { $0.direction == direction }
      if lists.isEmpty { continue }
      let found = try fetcher.fetch(
        Kind(.list, direction), lists, columns: ["appTime"] + ScoreSweep.parties.map(\.column))
      let times = found.table.columns[0].integer
      for (index, party) in ScoreSweep.parties.enumerated() {
        let numbers = self[party.role].numbers.numbers(found.table.columns[index + 1].text)
        for list in lists {
          let row = found.row(list)
          guard period.contains(times[row]) else { continue }
          self[party.role].withCounts(numbers[row]) { $0.exceedingReturns += 1 }
        }
      }
    }
  }
}

/// One thread's way through the lists.
struct ScoreSweep: ~Copyable {
  /// Enterprises that a list names.
  static let parties: [(role: EnterpriseRole, column: String)] = [
    (.seller, "ebcCode"), (.platform, "ebpCode"), (.agent, "agentCode"),
    (.carrier, "logisticsCode"),
  ]

  private let store: MarkedStore
  private let period: TimeSpan?
  private var reader: JudgedLists.Reader
  private var fetcher: DocumentFetcher

  init(_ store: MarkedStore, _ period: TimeSpan?) {
    self.store = store
    self.period = period
    reader = JudgedLists.Reader(store.lists)
    fetcher = DocumentFetcher(store.view.segments)
  }

  /// When the documents of a list were sent.
  private struct Times {
    var list: Int64
    var order: Int64
    var waybill: Int64
    var lastPayment: Int64

    var last: Int64 { max(list, lastOfTriplet) }
    var lastOfTriplet: Int64 { max(order, waybill, lastPayment) }

    /// See `Scorecard.lateLists`; of a payment firm its own payments decide.
    func isLate(_ role: EnterpriseRole) -> Bool {
      switch role {
      case .seller, .platform: order > list
      case .agent: list < lastOfTriplet
      case .carrier: waybill > list
      case .payment: lastPayment > list
      }
    }
  }

  /// The wanted lists of one part.
  private struct Chosen {
    var direction: Direction
    /// By party, then row.
    var numbers: [[Int]]
    var appTime: IntegerColumn
    var verdicts: JudgedLists.Verdicts
    var returned: Set<Int>
    var rows: [Int]
  }

  mutating func add(
    _ parts: ArraySlice<JudgedLists.Part>, to tables: inout ScoreTables
  ) throws(TernError) {
    var chosen: [Chosen] = []
    var lists: [DocumentRef] = []
    for part in parts {
      let verdicts = try reader.verdicts(part, withFindings: true)
      guard verdicts.dispositions.contains(where: { $0 != 0 }) else { continue }
      let heads = try reader.heads(part, ["appTime"] + Self.parties.map(\.column))
      let appTime = heads.columns[0].integer
      let numbers = Self.parties.enumerated().map { index, party in
        tables[party.role].numbers.numbers(heads.columns[index + 1].text)
      }
      let returned = Set(try reader.returns(part).map(\.list))
      var rows: [Int] = []
      for row in verdicts.dispositions.indices {
        guard let disposition = verdicts.disposition(row), period.contains(appTime[row]) else {
          continue
        }
        for (index, party) in Self.parties.enumerated() {
          tables[party.role].addList(
            numbers[index][row], disposition, findings: verdicts.findings[row],
            appTime: appTime[row])
        }
        if disposition == .cancelled { continue }
        rows.append(row)
        lists.append(
          DocumentRef(
            segment: part.segment, row: part.rows.lowerBound + row, direction: part.direction))
      }
      chosen.append(
        Chosen(
          direction: part.direction, numbers: numbers, appTime: appTime, verdicts: verdicts,
          returned: returned, rows: rows))
    }
    if lists.isEmpty { return }
    let batch = try TripletBatch(store, lists, &fetcher) { role, _ in
      role == .payment ? ["appTime", "payCode"] : ["appTime"]
    }
    let payCodes = Direction.allCases.map {
      tables[.payment].numbers.numbers(batch[.payment, $0].table.columns[1].text)
    }
    var next = 0
    for part in chosen {
      for row in part.rows {
        addTriplet(batch, next, part, row, payCodes[Int(part.direction.rawValue)], to: &tables)
        next += 1
      }
    }
  }

  /// What the documents behind one list say.
  private func addTriplet(
    _ batch: TripletBatch, _ index: Int, _ part: Chosen, _ row: Int, _ payCodes: [Int],
    to tables: inout ScoreTables
  ) {
    let found = batch.documents[index]
    func time(_ role: Role, _ document: DocumentRef) -> Int64 {
      let columns = batch[role, part.direction]
      return columns.table.columns[0].integer[columns.row(document)]
    }
    let appTime = part.appTime[row]
    var times: Times?
    if let order = found.order, let waybill = found.waybill, !found.payments.isEmpty {
      times = Times(
        list: appTime, order: time(.order, order), waybill: time(.waybill, waybill),
        lastPayment: found.payments.map { time(.payment, $0) }.max()!)
    }
    let isReturned = part.returned.contains(row)
    func add(_ role: EnterpriseRole, _ number: Int, isLate: Bool? = nil) {
      tables[role].withCounts(number) { counts in
        if isReturned { counts.returnedLists += 1 }
        if role == .agent {
          counts.documents += 1
          counts.matchedDocuments += times == nil ? 0 : 1
        }
        guard let times else { return }
        let seconds = times.last - times.order
        counts.completeLists += 1
        counts.completionSecondsSum += seconds
        counts.completionSecondsMax = max(counts.completionSecondsMax, seconds)
        counts.lateLists += isLate ?? times.isLate(role) ? 1 : 0
      }
    }
    for (party, numbers) in zip(Self.parties, part.numbers) { add(party.role, numbers[row]) }
    // Of several payments each firm counts the list once, and its own decide whether it was late.
    let payments = batch[.payment, part.direction]
    var isLateByFirm: [Int: Bool] = [:]
    for payment in found.payments {
      let firm = payCodes[payments.row(payment)]
      let isLate = time(.payment, payment) > appTime
      isLateByFirm[firm] = isLateByFirm[firm] ?? false || isLate
    }
    for (firm, isLate) in isLateByFirm {
      tables[.payment].addList(
        firm, part.verdicts.disposition(row)!, findings: part.verdicts.findings[row],
        appTime: appTime)
      add(.payment, firm, isLate: isLate)
    }
  }
}
