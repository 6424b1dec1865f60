import Tern
import TernReference
import TernRules
import TernTestSupport
import Testing

/// Alerts against a plain computation over the parcels that the store was made of.
struct AlertTests {
  let folder = TemporaryFolder()

  /// Low enough that a small store has alerts of every rule and level.
  static let settings: AlertSettings = {
    var settings = AlertSettings()
    for (name, value) in [
      ("volume.low", 150), ("volume.medium", 250), ("volume.high", 400), ("volume.lists_least", 2),
      ("value.low", 200), ("value.medium", 400), ("value.high", 900), ("value.lists_least", 1),
      ("past.days", 9), ("past.days_least", 3), ("finding.low", 2), ("finding.medium", 15),
      ("finding.high", 30), ("finding.lists_least", 20), ("buyer.low", 2), ("buyer.medium", 3),
      ("buyer.high", 4), ("address.low", 1), ("address.medium", 2), ("address.high", 3),
      ("splitting.limit", 3000), ("splitting.near", 30), ("splitting.buyer_low", 2),
      ("splitting.buyer_medium", 0), ("splitting.buyer_high", 3), ("splitting.seller_low", 1),
      ("splitting.seller_medium", 2), ("splitting.seller_high", 3), ("splitting.seller_share", 60),
      ("price.low", 150), ("price.medium", 300), ("price.high", 2000), ("price.lines_least", 5),
    ] {
      precondition(settings.set(name: name, value: value) == nil, name)
    }
    return settings
  }()

  func engine(threads: Int = 2, memoryBytes: Int? = nil) throws -> Engine {
    var settings = EngineSettings(threads: threads)
    if let memoryBytes { settings.memoryBytes = memoryBytes }
    settings.alerts = Self.settings
    settings.reference = try ReferenceData(contents: [
      (name: "rates.csv", bytes: Array("currency,cny_per_unit\n502,7.2\n".utf8))
    ])
    return Engine(settings: settings)
  }

  func text(_ alert: Alert) -> String {
    let facts = alert.facts.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
    return [
      alert.rule.rawValue, alert.level.rawValue, alert.direction.letter, alert.subject, alert.day,
      facts, "\(alert.listCount)", alert.lists.map(\.text).joined(separator: ";"),
    ].joined(separator: "|")
  }

  // MARK: - The plain computation

  func level(_ value: Int, _ prefix: String) -> String? {
    for name in ["high", "medium", "low"] {
      let limit = Self.settings[AlertSetting(rawValue: prefix + name)!]
      if limit > 0, value >= limit { return name }
    }
    return nil
  }

  func row(
    _ rule: String, _ level: String, _ parcels: [Parcel], of subject: String? = nil, day: String = "",
    _ facts: String, count: Int? = nil
  ) -> String {
    let names = parcels.prefix(5).map { "\($0.agent)/\($0.copNo)" }
    return [
      rule, level, parcels[0].direction.letter, subject ?? names[0], day, facts,
      "\(count ?? parcels.count)", names.joined(separator: ";"),
    ].joined(separator: "|")
  }

  func short(_ value: Int, digits: Int = 2) -> String {
    var text = String(value)
    text = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    text = "\(text.dropLast(digits)).\(text.suffix(digits))"
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  func day(_ parcel: Parcel) -> Int { Int(parcel.listTime / 86_400) }
  func dayText(_ day: Int) -> String { String(timeText(Int64(day) * 86_400).prefix(8)) }

  /// Values of some days against the days before.
  func jumps(
    _ parcels: [Parcel], first: Int, _ value: ([Parcel]) -> Int
  ) -> [(day: Int, past: Int, pastDays: Int, percent: Int?)] {
    let days = Dictionary(grouping: parcels, by: day)
    return days.keys.sorted().compactMap { today in
      let pastDays = min(9, today - first)
      guard pastDays >= 3 else { return nil }
      let past = value(parcels.filter { (today - pastDays..<today).contains(day($0)) })
      return (
        today, past, pastDays, past == 0 ? nil : value(days[today]!) * 100 * pastDays / past
      )
    }
  }

  func sellerRows(
    _ own: [Parcel], _ verdicts: [String: (disposition: String, findings: [String])]
  ) -> [String] {
    var rows: [String] = []
    let seller = own[0].seller
    let first = own.map(day).min()!
    for jump in jumps(own, first: first, \.count) {
      let today = own.filter { day($0) == jump.day }
      guard today.count >= 2, let level = level(jump.percent ?? .max, "volume.") else { continue }
      rows.append(
        row(
          "seller.volume", level, today, of: seller, day: dayText(jump.day),
          "lists=\(today.count);pastLists=\(jump.past);pastDays=\(jump.pastDays);percent=\(jump.percent.map(String.init) ?? "")"))
    }
    for (currency, some) in Dictionary(grouping: own, by: { $0.lines[0].currency }) {
      for jump in jumps(some, first: first, { $0.reduce(0) { $0 + $1.goodsValue } }) {
        let today = some.filter { day($0) == jump.day }
        guard let level = level(jump.percent ?? .max, "value.") else { continue }
        let value = today.reduce(0) { $0 + $1.goodsValue }
        rows.append(
          row(
            "seller.value", level, today, of: seller, day: dayText(jump.day),
            "currency=\(currency);value=\(short(value));pastValue=\(short(jump.past));pastDays=\(jump.pastDays);percent=\(jump.percent.map(String.init) ?? "");lists=\(today.count)"))
      }
    }
    for finding in Finding.allCases where own.count >= 20 {
      let some = own.filter { verdicts[$0.copNo]!.findings.contains(finding.name) }
      guard !some.isEmpty, let level = level(some.count * 100 / own.count, "finding.") else { continue }
      let percent = money(some.count * 10_000 / own.count)
      rows.append(
        row(
          "seller.finding", level, some, of: seller,
          "finding=\(finding.name);withFinding=\(some.count);lists=\(own.count);percent=\(percent)"))
    }
    return rows
  }

  func personRows(_ imports: [Parcel]) -> [String] {
    var rows: [String] = []
    for own in Dictionary(grouping: imports, by: \.buyer).values {
      let count = Set(own.map(\.address)).count
      guard let level = level(count, "buyer.") else { continue }
      rows.append(row("buyer.addresses", level, own, "addresses=\(count);lists=\(own.count)"))
    }
    for own in Dictionary(grouping: imports, by: \.address).values {
      let count = Set(own.map(\.buyer)).count
      guard let level = level(count, "address.") else { continue }
      rows.append(row("address.buyers", level, own, "buyers=\(count);lists=\(own.count)"))
    }
    return rows
  }

  /// In thousandths of a yuan.
  func yuan(_ parcel: Parcel) -> Int {
    parcel.lines[0].currency == "502" ? parcel.goodsValue * 72 : parcel.goodsValue * 10
  }

  func splittingRows(_ parcels: [Parcel]) -> [String] {
    let near = parcels.filter { (900_000...3_000_000).contains(yuan($0)) }
    var rows: [String] = []
    let groups = Dictionary(grouping: near) {
      "\($0.direction.letter) \(day($0)) \($0.isImport ? $0.buyer : $0.seller)"
    }
    for own in groups.values {
      let sum = short(own.reduce(0) { $0 + yuan($1) }, digits: 3)
      let today = dayText(day(own[0]))
      if own[0].isImport {
        guard let level = level(own.count, "splitting.buyer_") else { continue }
        rows.append(
          row(
            "buyer.splitting", level, own, day: today,
            "nearLimit=\(own.count);valueCny=\(sum);limit=3000"))
      } else {
        let all = parcels.count {
          !$0.isImport && $0.seller == own[0].seller && day($0) == day(own[0])
        }
        guard own.count * 100 >= all * 60, let level = level(own.count, "splitting.seller_") else {
          continue
        }
        rows.append(
          row(
            "seller.splitting", level, own, of: own[0].seller, day: today,
            "nearLimit=\(own.count);lists=\(all);valueCny=\(sum);limit=3000"))
      }
    }
    return rows
  }

  func priceRows(_ parcels: [Parcel]) -> [String] {
    let lines = parcels.flatMap { parcel in parcel.lines.map { (parcel: parcel, line: $0) } }
    let items = Dictionary(grouping: lines) {
      "\($0.line.gcode)/\($0.line.currency)/\($0.line.unit) \($0.parcel.direction.letter)"
    }
    return items.compactMap { item, own in
      guard own.count >= 5 else { return nil }
      let prices = own.map(\.line.price).sorted()
      let median = prices[(prices.count - 1) / 2]
      func percent(_ price: Int) -> Int { max(price, median) * 100 / min(price, median) }
      let far = own.filter { percent($0.line.price) >= 150 }
      guard let worst = far.map({ percent($0.line.price) }).max(), let level = level(worst, "price.")
      else { return nil }
      var lists: [Parcel] = []
      let order = far.enumerated().sorted {
        let (a, b) = (percent($0.element.line.price), percent($1.element.line.price))
        return a != b ? a > b : $0.offset < $1.offset
      }
      for (_, entry) in order where !lists.contains(where: { $0.number == entry.parcel.number }) {
        lists.append(entry.parcel)
      }
      return row(
        "item.price", level, lists, of: String(item.dropLast(2)),
        "lines=\(own.count);farLines=\(far.count);median=\(short(median));lowest=\(short(prices[0]));highest=\(short(prices[prices.count - 1]));percent=\(worst)")
    }
  }

  // MARK: - Tests

  @Test("alerts are those of a plain computation, each with its evidence", arguments: [1, 2, 3, 4] as [UInt64])
  func property(seed: UInt64) throws {
    var parcels = randomParcels(300, seed: seed)
    for index in parcels.indices {
      // Few days, so that they have several lists; some prices far from all others.
      parcels[index].listTime = timeSeconds("20240115000000")! + (parcels[index].listTime % 2_600_000)
      if index % 29 == 0 { parcels[index].lines[0].price = 1 + index }
    }
    let store = try makeStore(parcels, in: folder, ingests: 3)
    let verdicts = try verdictsByCopNo(store)
    let counting = parcels.filter { !$0.isCancelled }
    var wanted = personRows(counting.filter(\.isImport)) + splittingRows(counting)
    wanted += priceRows(counting)
    for own in Dictionary(grouping: counting, by: { $0.seller + $0.direction.letter }).values {
      wanted += sellerRows(own, verdicts)
    }
    let report = try engine().alerts(of: store)
    let found = report.alerts.map(text)
    #expect(report.omitted.isEmpty)
    for text in Set(found).symmetricDifference(wanted).sorted().prefix(6) {
      Issue.record("seed \(seed): \(wanted.contains(text) ? "missing" : "not expected"): \(text)")
    }
    #expect(found.count == wanted.count, "seed \(seed)")
    #expect(Set(report.alerts.map(\.rule)) == Set(AlertRule.allCases), "seed \(seed)")
    #expect(Set(report.alerts.map(\.level)) == Set(AlertLevel.allCases), "seed \(seed)")
    let levels = report.alerts.map { AlertLevel.allCases.firstIndex(of: $0.level)! }
    #expect(levels == levels.sorted())
    // Other threads, and a memory in which each rule takes several passes.
    #expect(report == (try engine(threads: 1).alerts(of: store)))
    #expect(report == (try engine(threads: 5, memoryBytes: 5_000).alerts(of: store)))
    for alert in report.alerts {
      #expect(alert.text(.english) != alert.text(.chinese))
      for text in [alert.text(.english), alert.text(.chinese), text(alert)] {
        #expect(!parcels.contains { text.contains($0.buyer) || text.contains($0.address) }, "\(text)")
      }
    }
  }

  @Test("by default an even store has no alert; a rule at 0 has none; more than the most are counted")
  func quiet() throws {
    var parcels = (0..<60).map { Parcel(number: $0) }
    for index in parcels.indices {
      parcels[index].direction = index % 2 == 0 ? .export : .import
      parcels[index].listTime = timeSeconds("20240101000000")! + Int64(index) * 40_000
    }
    let store = try makeStore(parcels, in: folder)
    #expect(try Engine().alerts(of: store) == AlertReport())

    var few = try engine()
    for setting in AlertSetting.allCases
    where ["low", "medium", "high"].contains(where: { setting.rawValue.hasSuffix($0) }) {
      few.settings.alerts[setting] = 0
    }
    #expect(try few.alerts(of: store).alerts.isEmpty)
    // No day has three lists of one direction.
    few.settings.alerts[.volumeLow] = 1
    few.settings.alerts[.volumeListsLeast] = 3
    #expect(try few.alerts(of: store).alerts.isEmpty)
    few.settings.alerts[.volumeListsLeast] = 1
    let many = try few.alerts(of: store).alerts
    few.settings.alerts[.most] = 3
    let report = try few.alerts(of: store)
    #expect(many.count > 3 && report.alerts == Array(many.prefix(3)))
    #expect(report.omitted.count == 1 && report.omitted[0] == (.volume, many.count - 3))
  }

  @Test("settings are set by name within their bounds; every one is described")
  func settingNames() {
    var settings = AlertSettings()
    for setting in AlertSetting.allCases {
      let description = setting.description
      #expect(description.range.contains(settings[setting]) && settings[setting] == description.defaultValue)
      #expect(!description.meaning.isEmpty && !description.unit.isEmpty)
      #expect(settings.set(name: setting.rawValue, value: description.range.upperBound) == nil)
      #expect(settings[setting] == description.range.upperBound)
      #expect(settings.set(name: setting.rawValue, value: description.range.lowerBound - 1) != nil)
      #expect(settings[setting] == description.range.upperBound)
    }
    #expect(settings.set(name: "volume.lo", value: 3)?.contains("volume.low") == true)
  }

  @Test("every format has a row per alert")
  func formats() throws {
    let store = try makeStore(randomParcels(200, seed: 9), in: folder)
    let engine = try engine()
    let report = try engine.alerts(of: store)
    func lines(_ format: AlertFormat, _ language: Language = .english) throws -> [String] {
      let sink = try ByteSink(path: folder["alerts"])
      try engine.writeAlerts(report, as: format, language: language, to: sink)
      try sink.close()
      return textLines(try #require(readText(folder["alerts"])))
    }
    #expect(!report.alerts.isEmpty)
    #expect(try lines(.table).count == 3 * report.alerts.count)
    let csv = try lines(.csv)
    #expect(csv.count == report.alerts.count + 1 && csv[0] == Engine.alertColumns.joined(separator: ","))
    let objects = try lines(.ndjson, .chinese)
    #expect(objects.count == report.alerts.count)
    for (object, alert) in zip(objects, report.alerts) {
      #expect(object.hasPrefix("{\"level\":\"\(alert.level.rawValue)\",\"rule\":\"\(alert.rule.rawValue)\","))
      #expect(object.contains("\"listCount\":\(alert.listCount),\"lists\":[\"\(alert.lists[0].text)\""))
    }
  }
}
