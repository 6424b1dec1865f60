import Tern
import TernRules
import TernTestSupport
import Testing

/// Summary declarations through the engine.
struct SummarizeTests {
  let folder = TemporaryFolder(inMemory: true)
  let engine = Engine.lenient

  func store(_ documents: [(message: String, text: String)], _ name: String = "store") throws {
    IncrementalTests.write(documents, to: folder["\(name)-input"])
    try engine.ingest([folder["\(name)-input"]], into: folder[name])
    try engine.reconcile(folder[name])
  }

  /// More documents for a store.
  func add(_ documents: [(message: String, text: String)], _ name: String, to store: String = "store") throws {
    IncrementalTests.write(documents, to: folder[name])
    try engine.ingest([folder[name]], into: folder[store])
    try engine.reconcile(folder[store])
  }

  func list(_ number: Int, _ change: (inout MadeList) -> Void = { _ in }) -> MadeList {
    var random = SeededGenerator(seed: UInt64(number))
    var list = MadeList.random(number, &random)
    list.statisticsFlag = "B"
    list.appTime = "20240310120000"
    change(&list)
    return list
  }

  // MARK: - Against a plain computation

  /// Lists with all that may happen to them, and what is expected of each.
  struct Made {
    var documents: [(message: String, text: String)] = []
    /// Released with flag B in March, and not back as a whole; by `copNo`.
    var taken: [String: MadeList] = [:]
    /// The number that names a list, where it is no derived one.
    var numbers: [String: (invtNo: String, source: String)] = [:]
    var leftOut: [SummaryExclusion: Int] = [:]
  }

  func made(_ seed: UInt64, _ count: Int, _ spec: ReceiptSpec) -> Made {
    var random = SeededGenerator(seed: seed)
    var made = Made()
    for number in 0..<count {
      var list = MadeList.random(number, &random)
      let fate = Int.random(in: 0..<20, using: &random)
      var number18 = "31012024" + String(String(1_000_000_000_0 + number).suffix(10))
      if fate == 0 { list.appTime = ["20240401000000", "20240229235959"].randomElement(using: &random)! }
      if fate == 1 { list.lines[0].totalE5 += 1 }
      if fate == 2 { list.customsCode = "29" }
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        list.invtNo = number18
        made.numbers[list.copNo] = (number18, "list")
      case 1:
        // The later receipt's number goes; one that is too long for any edition goes never.
        made.documents += [list.receipt("9" + number18.dropFirst()), list.receipt(number18), list.receipt(number18 + "123")]
        made.numbers[list.copNo] = (number18, "receipt")
      case 2:
        number18 += "12"
        list.invtNo = number18
        // 20 characters: only the later edition takes them.
        if spec == .of202205 { made.numbers[list.copNo] = (number18, "list") }
      default: number18 = ""
      }
      if !number18.isEmpty, (3...8).contains(fate) {
        for index in list.lines.indices where fate == 3 || Bool.random(using: &random) {
          let qtyE5 = list.lines[index].qtyE5
          list.lines[index].returnedE5 = fate == 3 || Bool.random(using: &random) ? qtyE5 : qtyE5 / 3
        }
        if list.lines.contains(where: { $0.returnedE5 > 0 }) {
          made.documents.append(list.refund("R\(number)", by: number18))
        }
      }
      if fate == 9 {
        // An older version with other goods.
        var old = list
        old.appTime = "20240220000000"
        old.lines = [old.lines[0], old.lines[0]]
        made.documents.append(old.document)
      }
      if fate == 10 { made.documents.append(list.cancellation) }
      made.documents.append(list.document)
      let reason: SummaryExclusion? =
        fate == 0
        ? .otherPeriod
        : fate == 10
          ? .cancelled
          : fate == 1
            ? .notReleased
            : list.statisticsFlag != "B"
              ? .notSummaryStatistics
              : list.lines.allSatisfy { $0.returnedE5 == $0.qtyE5 }
                ? .fullyReturned : fate == 2 ? .notDeclarable : nil
      if let reason { made.leftOut[reason, default: 0] += 1 } else { made.taken[list.copNo] = list }
    }
    return made
  }

  /// qty1, qty2, totalPrice × 10^10, and how many lines.
  struct Sums: Equatable {
    var qty1: Int128 = 0
    var qty2: Int128 = 0
    var totalPrice: Int128 = 0
    var lines = 0
    var unit2: Set<String> = []
  }

  /// By the key of the declaration, then by that of the line.
  func expected(_ lists: some Sequence<MadeList>, byOwner: Bool, byName: Bool) -> [[String]: [[String]: Sums]] {
    var all: [[String]: [[String]: Sums]] = [:]
    for list in lists {
      let key = [
        list.customsCode, list.agentCode, list.ebcCode, list.trafMode, byOwner ? list.ownerCode : "", list.country,
        list.portCode,
      ]
      all[key, default: [:]].merge([:]) { first, _ in first }
      for line in list.lines where line.returnedE5 < line.qtyE5 {
        let lineKey = [line.country, line.gcode, line.currency, line.unit1, byName ? line.itemName : ""]
        var sums = all[key]![lineKey] ?? Sums()
        let left = line.qtyE5 - line.returnedE5
        // Half up, by another formula.
        sums.qty1 += (2 * line.qty1E5 * left + line.qtyE5) / (2 * line.qtyE5) * 100_000
        sums.qty2 += (2 * line.qty2E5 * left + line.qtyE5) / (2 * line.qtyE5) * 100_000
        sums.totalPrice += line.totalE5 * 100_000 - line.returnedE5 * line.priceE5
        sums.lines += 1
        if !line.unit2.isEmpty { sums.unit2.insert(line.unit2) }
        all[key]![lineKey] = sums
      }
    }
    return all
  }

  @Test(
    "declarations, lines, numbers and what is left out are those of a plain computation; messages validate",
    arguments: [
      (ReceiptSpec.of202205, false, false), (.of2018, true, true), (.of202205, true, false), (.of2018, false, true),
    ].map { ($0, UInt64.random(in: 0..<1 << 40)) })
  func plain(_ way: (spec: ReceiptSpec, byOwner: Bool, byName: Bool), seed: UInt64) throws {
    print("summarize: seed \(seed)")
    let note: Comment = "seed \(seed)"
    let made = made(seed, 400, way.spec)
    var random = SeededGenerator(seed: seed)
    try store(made.documents.shuffled(using: &random).filter { $0.message != "604" })
    // In their order: the last receipt counts.
    try add(made.documents.filter { $0.message == "604" }, "receipts")
    var settings = SummarySettings.march
    settings.spec = way.spec
    settings.summaryFlag = way.byOwner ? .byShipperAndOwner : .byShipper
    settings.itemNameFlag = way.byName
    settings.listsPerMessage = way.spec == .of2018 ? 130 : 7
    let out = try SummaryOutput(engine, folder["store"], folder["out"], settings)
    #expect(out.complaints(way.spec) ?? [] == [], note)

    let expected = expected(made.taken.values, byOwner: way.byOwner, byName: way.byName)
    let declarations = out.rows("declarations.csv")
    let keyColumns = ["customsCode", "agentCode", "ebcCode", "trafMode", "ownerCode", "country", "portCode"]
    var keys: [String: [String]] = [:]
    for row in declarations { keys[row["declaration"]!] = keyColumns.map { row[$0]! } }
    #expect(keys.count == declarations.count && Set(keys.values) == Set(expected.keys), note)
    for reason in SummaryExclusion.allCases {
      #expect(out.report.leftOut[reason.rawValue] == made.leftOut[reason] ?? 0, "\(reason) \(note)")
    }

    var found: [[String]: [[String]: Sums]] = expected.mapValues { _ in [:] }
    for row in out.rows("lines.csv") {
      let key = try #require(keys[row["declaration"]!])
      let lineKey = ["country", "gcode", "currency", "unit1", "itemName"].map { row[$0]! }
      let sums = try #require(expected[key]?[lineKey], "\(row) \(note)")
      #expect(found[key]![lineKey] == nil)
      found[key]![lineKey] = sums
      #expect(row["qty1"] == MadeList.text(e10: sums.qty1), "\(row) \(note)")
      #expect(row["qty2"] == MadeList.text(e10: sums.qty2), "\(row) \(note)")
      #expect(row["totalPrice"] == MadeList.text(e10: sums.totalPrice), "\(row) \(note)")
      #expect(row["listLines"] == "\(sums.lines)")
      #expect(row["unit2"] == sums.unit2.sorted().joined(separator: ";"))
    }
    #expect(found == expected, note)

    try expectNames(out, made, keys, note)
  }

  /// Every list is named once, by the right number, in a message of its declaration.
  private func expectNames(
    _ out: SummaryOutput, _ made: Made, _ keys: [String: [String]], _ note: Comment
  ) throws {
    let rows = out.rows("lists.csv")
    #expect(rows.map { $0["copNo"]! }.sorted() == made.taken.keys.sorted(), note)
    for row in rows {
      let list = made.taken[row["copNo"]!]!
      #expect(keys[row["declaration"]!]![1] == list.agentCode && keys[row["declaration"]!]![0] == list.customsCode)
      if let number = made.numbers[list.copNo] {
        #expect(row["invtNo"] == number.invtNo && row["source"] == number.source, "\(row) \(note)")
      } else {
        let derived = DerivedNumbers(
          .export, agentCode: Array(list.agentCode.utf8), copNo: Array(list.copNo.utf8), platform: [], orderNo: [],
          logisticsCode: [], logisticsNo: [])
        #expect(row["invtNo"] == derived.invtNo && row["source"] == "derived", "\(row) \(note)")
      }
    }
    func values(_ text: String, _ name: String) -> [String] {
      zip(text.ranges(of: "<ceb:\(name)>"), text.ranges(of: "</ceb:\(name)>")).map {
        String(text[$0.upperBound..<$1.lowerBound])
      }
    }
    var sequences: [String: [Int]] = [:]
    for (file, text) in out.messages {
      let own = rows.filter { $0["file"] == file }
      #expect(values(text, "invtNo") == own.map { $0["invtNo"]! }, "\(file) \(note)")
      let declaration = try #require(own.first?["declaration"])
      #expect(Set(values(text, "copNo")) == [declaration] && Set(own.map { $0["declaration"]! }) == [declaration])
      let row = try #require(out.rows("declarations.csv").first { $0["declaration"] == declaration })
      #expect(Set(values(text, "msgCount")) == [row["messages"]!] && Set(values(text, "msgSeqNo")).count == 1)
      sequences[declaration, default: []].append(Int(values(text, "msgSeqNo")[0])!)
    }
    for row in out.rows("declarations.csv") {
      #expect(sequences[row["declaration"]!] == Array(1...Int(row["messages"]!)!), note)
    }
    #expect(out.report.messages == out.messages.count && out.report.lists == rows.count)
  }

  @Test("threads and memory change no byte; the same run again, also after more documents, is the same")
  func sameBytes() throws {
    let made = made(7, 300, .of202205)
    for name in ["store", "second"] { try store(made.documents, name) }
    let out = try SummaryOutput(engine, folder["store"], folder["a"], .march)
    #expect(out.report.lists > 100 && !out.report.isRepeated)
    var other = engine
    other.settings.threads = 5
    other.settings.memoryBytes = 600
    #expect(try SummaryOutput(other, folder["second"], folder["b"], .march).files == out.files)

    let again = try SummaryOutput(other, folder["store"], folder["c"], .march)
    #expect(again.files == out.files && again.report.isRepeated && again.report.lateLists == 0)
    try add([list(1000).document, list(1001).document], "late")
    var strict = engine
    strict.settings.rules.windowDays = 1
    try strict.reconcile(folder["store"])
    let later = try SummaryOutput(engine, folder["store"], folder["d"], .march)
    #expect(later.files == out.files && later.report.lateLists == 2)
  }

  // MARK: - Once for ever

  @Test("overlapping periods and supplements take what is left, never a list again")
  func periods() throws {
    try store([list(1) { $0.appTime = "20240301000000" }, list(2), list(3) { $0.appTime = "20240331235959" }].map(\.document))
    func taken(_ from: String, _ to: String, _ name: String, supplement: Int = 0) throws -> [String] {
      var settings = SummarySettings(period: timeSeconds(from)!..<timeSeconds(to)!)
      settings.supplement = supplement
      return try SummaryOutput(engine, folder["store"], folder[name], settings).rows("lists.csv").map { $0["copNo"]! }.sorted()
    }
    #expect(try taken("20240302000000", "20240331235959", "a") == ["C2"])
    #expect(try taken("20240301000000", "20240401000000", "b") == ["C1", "C3"])
    #expect(try taken("20240201000000", "20240501000000", "c") == [])
    try add([list(4).document, list(5) { $0.appTime = "20240420000000" }.document], "late")
    #expect(try taken("20240301000000", "20240401000000", "d") == ["C1", "C3"])
    #expect(throws: TernError.self) { try taken("20240301000000", "20240401000000", "e", supplement: 2) }
    #expect(try taken("20240301000000", "20240401000000", "e", supplement: 1) == ["C4"])
    #expect(try taken("20240301000000", "20240401000000", "f", supplement: 1) == ["C4"])
    // Nothing was left for it the first time, so it was not remembered.
    #expect(try taken("20240201000000", "20240501000000", "g") == ["C5"])
    #expect(try taken("20240201000000", "20240501000000", "h") == ["C5"])
  }

  @Test("what becomes of a list after it was taken is told, and no version of it is taken again")
  func changes() throws {
    let lists = (0..<6).map { number in
      list(number) {
        $0.invtNo = "31012024000000000\(number)"
        $0.lines = [MadeList.Line(
          country: "142", gcode: "6109100010", currency: "142", unit1: "011", itemName: "", unit2: "", qtyE5: 300_000,
          qty1E5: 300_000, qty2E5: 0, priceE5: 1_000_000, totalE5: 3_000_000)]
      }
    }
    var partial = lists[0]
    partial.lines[0].returnedE5 = 100_000
    try store(lists.map(\.document) + [partial.refund("R0", by: partial.invtNo)])
    let first = try SummaryOutput(engine, folder["store"], folder["a"], .march)
    #expect(first.report.lists == 6 && first.rows("changes.csv").isEmpty && first.report.changedLists == 0)
    #expect(first.rows("lines.csv").map { $0["totalPrice"]! }.sorted() == ["20"] + Array(repeating: "30", count: 5))

    func later(_ list: MadeList, _ change: (inout MadeList) -> Void) -> MadeList {
      var list = list
      list.appTime = "20240405000000"
      change(&list)
      return list
    }
    var more = lists[4]
    more.lines[0].returnedE5 = 200_000
    try add(
      [
        lists[1].cancellation, later(lists[2]) { $0.lines[0].priceE5 = 2_000_000; $0.lines[0].totalE5 = 6_000_000 }.document,
        later(lists[3]) { $0.appType = "3" }.document, more.refund("R4", by: more.invtNo), list(9).document,
      ], "later")
    let again = try SummaryOutput(engine, folder["store"], folder["b"], .march)
    #expect(again.lastingFiles == first.lastingFiles && again.report.changedLists == 4)
    #expect(again.report.isRepeated && again.report.lateLists == 1)
    func told(_ out: SummaryOutput) -> Set<String> {
      Set(out.rows("changes.csv").map { "\($0["copNo"]!) \($0["change"]!) \($0["returned"]!) \($0["returnedNow"]!)" })
    }
    #expect(told(again) == ["C1 cancelled 0 0", "C2 replaced 0 0", "C3 replaced 0 0", "C4 returned 0 2"])

    // The changed list comes into April, and is not taken there.
    let april = try SummaryOutput(
      engine, folder["store"], folder["c"],
      SummarySettings(period: timeSeconds("20240401000000")!..<timeSeconds("20240501000000")!))
    #expect(april.report.lists == 0 && april.report.leftOut[SummaryExclusion.takenBefore.rawValue] == 1)
    #expect(told(april) == told(again))
    // Told to whoever runs another period, too; and other rules may reject what was released.
    var other = engine
    other.settings.rules[enabled: .waybillMissing] = true
    other.settings.rules[severity: .waybillMissing] = .reject
    try other.reconcile(folder["store"])
    let rejected = try SummaryOutput(other, folder["store"], folder["d"], .march)
    #expect(told(rejected).contains("C5 notReleased 0 0") && told(rejected).contains("C4 notReleased;returned 0 2"))
    #expect(rejected.lastingFiles == first.lastingFiles && rejected.report.lateLists == 0)
  }

  // MARK: - All or nothing

  @Test("ended before the run is committed, nothing is remembered; after that, the same call gives the folder")
  func interrupted() throws {
    let documents = (0..<30).map { list($0).document }
    for name in ["store", "second"] { try store(documents, name) }
    let whole = try SummaryOutput(engine, folder["second"], folder["whole"], .march)
    // The folder cannot even be begun.
    writeFile(folder["file"], "mine")
    #expect(throws: TernError.self) { try engine.summarize(folder["store"], to: folder["file/out"], settings: .march) }
    // The folder is written and the run committed, but a link takes the name at the end.
    #expect(runCommand(["ln", "-s", folder["nowhere"], folder["link"]]).status == 0)
    #expect(throws: TernError.self) { try engine.summarize(folder["store"], to: folder["link"], settings: .march) }
    #expect(names(in: folder.path).filter { $0.contains(".tmp") } == [])
    try add([list(100).document], "late")
    let out = try SummaryOutput(engine, folder["store"], folder["out"], .march)
    #expect(out.report.isRepeated && out.report.lateLists == 1)
    #expect(out.files == whole.files)
  }

  @Test("a store without verdicts, a folder in use and impossible or other settings are refused")
  func refusals() throws {
    let store = folder["store"]
    IncrementalTests.write([list(1).document], to: folder["in"])
    try engine.ingest([folder["in"]], into: store)
    #expect(throws: TernError.self) { try engine.summarize(store, to: folder["out"], settings: .march) }
    try engine.reconcile(store)
    makeFolder(folder["used"])
    writeFile(folder["used/file"], "mine")
    #expect(throws: TernError.self) { try engine.summarize(store, to: folder["used"], settings: .march) }
    func refused(_ change: (inout SummarySettings) -> Void) -> Bool {
      var settings = SummarySettings.march
      change(&settings)
      do throws(TernError) {
        _ = try engine.summarize(store, to: folder["out"], settings: settings)
        return false
      } catch {
        if case .summarySettings = error { return true }
        return false
      }
    }
    #expect(refused { $0.listsPerMessage = 0 } && refused { $0.declAgentCode = "" } && refused { $0.supplement = 1 })
    #expect(refused { $0.period = 0..<0 } && refused { $0.dxpSender = String(repeating: "X", count: 17) })
    #expect(names(in: folder.path).filter { $0.hasPrefix("out") } == [])
    // Refused runs have taken nothing.
    var settings = SummarySettings.march
    settings.summaryFlag = .byShipperAndOwner
    #expect(try SummaryOutput(engine, store, folder["a"], settings).report.lists == 1)
    #expect(refused { $0.summaryFlag = .byShipper } && refused { $0.itemNameFlag = true })
    settings.itemNameFlag = false
    let again = try SummaryOutput(engine, store, folder["b"], settings)
    let bare = try SummaryOutput(engine, store, folder["c"], .march)
    #expect(again.report.isRepeated && again.lastingFiles == bare.lastingFiles)
  }

  @Test("who declares, envelopes, and an agent whose name is too long or missing: all validate", arguments: ReceiptSpec.allCases)
  func heads(_ spec: ReceiptSpec) throws {
    var nameless = list(1).document
    nameless.text = IncrementalTests.with(nameless.text, "agentName", "")
    nameless.text = IncrementalTests.with(nameless.text, "ebcName", String(repeating: "长名 ", count: 60) + "x")
    try store([nameless, list(2).document])
    var settings = SummarySettings.march
    settings.spec = spec
    settings.declAgentCode = "91330200MA2000000X"
    settings.declAgentName = "报关行 <一>"
    let plain = try SummaryOutput(engine, folder["store"], folder["plain"], settings)
    #expect(plain.complaints(spec) ?? [] == [] && plain.messages.count == plain.report.declarations)
    #expect(plain.messages.allSatisfy { $0.text.contains("<ceb:declAgentCode>91330200MA2000000X</ceb:declAgentCode>") })
    #expect(plain.messages.contains { $0.text.contains("<ceb:agentName>无</ceb:agentName>") })
    try engine.ingest([folder["store-input"]], into: folder["second"])
    try engine.reconcile(folder["second"])
    settings.dxpSender = "DXPENT01"
    let wrapped = try SummaryOutput(engine, folder["second"], folder["wrapped"], settings)
    #expect(wrapped.messages.allSatisfy { $0.text.contains("<SenderId>DXPENT01</SenderId>") })
    if spec == .of202205 { #expect(wrapped.complaints(spec, isWrapped: true) ?? [] == []) }
    // A store takes them in.
    let taken = try engine.ingest([wrapped.path + "/CEB701"], into: folder["third"])
    #expect(taken.rejects == 0 && taken.documents.reduce(0, +) == wrapped.report.declarations)
  }
}
