import Tern
import TernReference
import TernRules
import TernStats
import TernTestSupport
import Testing

/// Cards against counts over the parcels that the store was made of.
struct ScorecardTests {
  let folder = TemporaryFolder()

  /// Enterprises of a parcel in one role.
  func codes(_ parcel: Parcel, _ role: EnterpriseRole) -> Set<String> {
    switch role {
    case .seller: [parcel.seller]
    case .platform: [parcel.platform]
    case .agent: [parcel.agent]
    case .carrier: [parcel.carrier]
    case .payment: Set(parcel.payers)
    }
  }

  func isComplete(_ parcel: Parcel) -> Bool {
    parcel.hasOrder && parcel.hasWaybill && !parcel.payers.isEmpty
  }

  func lastPayTime(_ parcel: Parcel, of firm: String? = nil) -> Int64 {
    let last = parcel.payers.indices.last { firm == nil || parcel.payers[$0] == firm }!
    return parcel.payTime + Int64(last)
  }

  func isLate(_ parcel: Parcel, _ role: EnterpriseRole, _ code: String) -> Bool {
    switch role {
    case .seller, .platform: parcel.orderTime > parcel.listTime
    case .carrier: parcel.waybillTime > parcel.listTime
    case .payment: lastPayTime(parcel, of: code) > parcel.listTime
    case .agent: parcel.listTime < max(parcel.orderTime, parcel.waybillTime, lastPayTime(parcel))
    }
  }

  @Test("cards have the counts of a plain computation", arguments: [1, 2, 3] as [UInt64], [false, true])
  func property(seed: UInt64, hasPeriod: Bool) throws {
    let parcels = randomParcels(250, seed: seed)
    let store = try makeStore(parcels, in: folder)
    let verdicts = try verdictsByCopNo(store)
    let wanted = timeSeconds("20240201000000")!..<timeSeconds("20240315120000")!
    let span = hasPeriod ? TimeSpan(seconds: wanted) : nil
    let period = hasPeriod ? wanted : .min ..< .max
    let engine = Engine(settings: EngineSettings(threads: 2))
    let cards = try engine.scorecard(of: store, during: span)
    #expect(cards == (try Engine(settings: EngineSettings(threads: 5)).scorecard(of: store, during: span)))
    for role in EnterpriseRole.allCases {
      let own = cards.filter { $0.role == role }
      #expect(own == (try engine.scorecard(of: store, role: role, during: span)))
      #expect(own.map(\.code) == own.map(\.code).sorted() && own.count >= 2)
      for card in own {
        let all = parcels.filter { codes($0, role).contains(card.code) }
        let lists = all.filter { period.contains($0.listTime) && !$0.isCancelled }
        #expect(card.lists == lists.count, "seed \(seed) \(role) \(card.code)")
        for disposition in Disposition.allCases where disposition != .cancelled {
          let count = lists.count { verdicts[$0.copNo]!.disposition == disposition.name }
          #expect(card.count(disposition) == count, "seed \(seed) \(role) \(disposition)")
        }
        if role != .payment {
          let cancelled = all.count { period.contains($0.listTime) && $0.isCancelled }
          #expect(card.count(.cancelled) == cancelled)
        }
        for finding in Finding.allCases {
          let count = lists.count { verdicts[$0.copNo]!.findings.contains(finding.name) }
          #expect(
            card.findings.first { $0.finding == finding }?.lists ?? 0 == count, "seed \(seed) \(finding)")
        }

        let complete = lists.filter(isComplete)
        let seconds = complete.map {
          max($0.listTime, $0.orderTime, $0.waybillTime, lastPayTime($0)) - $0.orderTime
        }
        #expect(card.completeLists == complete.count)
        #expect(card.completionSecondsSum == seconds.reduce(0, +))
        #expect(card.completionSecondsMax == seconds.max() ?? 0)
        #expect(card.lateLists == complete.count { isLate($0, role, card.code) }, "seed \(seed) \(role)")

        let returned = lists.count { (1...$0.lines[0].qty).contains($0.returnedQty) }
        #expect(card.returnedLists == returned)
        let exceeding = lists.count { $0.returnedQty > $0.lines[0].qty }
        #expect(card.exceedingReturns == (role == .payment ? 0 : exceeding))

        let documents: [(time: Int64, isMatched: Bool)] =
          switch role {
          case .seller, .platform:
            all.filter(\.hasOrder).map { ($0.orderTime, !$0.isCancelled) }
          case .carrier: all.filter(\.hasWaybill).map { ($0.waybillTime, !$0.isCancelled) }
          case .agent: lists.map { ($0.listTime, isComplete($0)) }
          case .payment:
            all.flatMap { parcel in
              parcel.payers.indices.filter { parcel.payers[$0] == card.code }.map {
                (parcel.payTime + Int64($0), !parcel.isCancelled)
              }
            }
          }
        let inside = documents.filter { period.contains($0.time) }
        #expect(card.documents == inside.count, "seed \(seed) \(role) \(card.code)")
        // Payments of a foreign list stay matched whatever the period of the list.
        #expect(card.matchedDocuments == inside.count { $0.isMatched }, "seed \(seed) \(role)")

        let months = Dictionary(grouping: lists) { String(timeText($0.listTime).prefix(6)) }
        #expect(card.months.map(\.month) == months.keys.sorted())
        for month in card.months {
          let some = months[month.month]!
          #expect(month.lists == some.count)
          #expect(month.rejected == some.count { verdicts[$0.copNo]!.disposition == "rejected" })
          #expect(month.withFindings == some.count { !verdicts[$0.copNo]!.findings.isEmpty })
        }
      }
      let named = Set(
        parcels.filter { period.contains($0.listTime) && !$0.isCancelled }.flatMap { codes($0, role) })
      #expect(named.isSubset(of: Set(own.map(\.code))))
    }
  }

  @Test("facts support a step, and never more than they say")
  func suggestions() {
    let settings = ScorecardSettings()
    func card(_ lists: Int, rejected: Int, matched: Int? = nil, of documents: Int = 1000) -> Scorecard {
      var card = Scorecard(role: .seller, code: "S")
      card.lists = lists
      card.dispositions[Int(Disposition.rejected.rawValue)] = rejected
      (card.documents, card.matchedDocuments) = (documents, matched ?? documents)
      return card
    }
    #expect(settings.suggestion(card(99, rejected: 99)).step == .none)
    #expect(settings.suggestion(card(100, rejected: 5)).step == .lower)
    #expect(settings.suggestion(card(1000, rejected: 49)).step == .keep)
    #expect(settings.suggestion(card(100, rejected: 0, matched: 899)).step == .lower)
    #expect(settings.suggestion(card(100, rejected: 0, matched: 900)).step == .keep)
    #expect(settings.suggestion(card(1000, rejected: 1, matched: 995)).step == .raise)
    #expect(settings.suggestion(card(1000, rejected: 2, matched: 995)).step == .keep)
    #expect(settings.suggestion(card(999, rejected: 0)).step == .keep)
    var returns = card(1000, rejected: 0)
    returns.exceedingReturns = 1
    #expect(settings.suggestion(returns).step == .keep)
    var black = card(5, rejected: 0)
    black.isBlacklisted = true
    #expect(settings.suggestion(black).step == .lower)
    for reason in settings.suggestion(card(100, rejected: 5, matched: 1)).reasons {
      #expect(reason.text(.english) != reason.text(.chinese))
    }
  }

  @Test("a trend compares shares of two neighbouring months")
  func trends() {
    var card = Scorecard(role: .agent, code: "A")
    #expect(card.trend == nil)
    func month(_ name: String, _ lists: Int, _ found: Int) -> Scorecard.Month {
      Scorecard.Month(month: name, lists: lists, withFindings: found)
    }
    card.months = [month("202312", 10, 1)]
    #expect(card.trend == .new)
    card.months.append(month("202401", 100, 10))
    #expect(card.trend == .same && card.monthBefore?.month == "202312")
    card.months.append(month("202402", 100, 9))
    #expect(card.trend == .better)
    card.months.append(month("202403", 3, 1))
    #expect(card.trend == .worse)
    card.months.append(month("202405", 3, 1))
    #expect(card.trend == .new && card.monthBefore == nil)
  }

  @Test("the register gives names and classes; every format has a row per card")
  func formats() throws {
    let store = try makeStore(randomParcels(60, seed: 5), in: folder)
    let register = "code,name,creditClass,blacklisted\nS1,\"甲,乙\",高级认证,0\nS2,丙,失信,1\n"
    var engine = Engine(settings: EngineSettings(threads: 2))
    engine.settings.reference = try ReferenceData(contents: [
      (name: "enterprises.csv", bytes: Array(register.utf8))
    ])
    let cards = try engine.scorecard(of: store)
    let first = try #require(cards.first { $0.role == .seller && $0.code == "S1" })
    #expect(first.name == "甲,乙" && first.creditClass == "高级认证" && !first.isBlacklisted)
    let second = try #require(cards.first { $0.role == .seller && $0.code == "S2" })
    #expect(second.isBlacklisted && second.suggestion.step == .lower)
    #expect(cards.first { $0.code == "S3" }?.name == "")
    func text(_ format: ScorecardFormat) throws -> [String] {
      let sink = try ByteSink(path: folder["cards"])
      try engine.writeScorecard(cards, as: format, to: sink)
      try sink.close()
      return textLines(try #require(readText(folder["cards"])))
    }
    let csv = try text(.csv)
    #expect(csv.count == cards.count + 1 && csv[0] == Engine.scorecardColumns.joined(separator: ","))
    #expect(csv.contains { $0.hasPrefix("seller,S1,\"甲,乙\",高级认证,0,") })
    let json = try text(.json)
    #expect(json.count == cards.count + 2 && json.first == "[" && json.last == "]")
    #expect(json.dropFirst().dropLast(2).allSatisfy { $0.hasPrefix("{\"role\":") && $0.hasSuffix("},") })
    #expect(json[json.count - 2].hasSuffix("]}"))
    #expect(try text(.table).count { $0.hasPrefix("  suggestion  ") } == cards.count)
  }
}
