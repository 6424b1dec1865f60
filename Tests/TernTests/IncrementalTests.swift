import Tern
import TernRules
import TernStats
import TernStore
import TernTestSupport
import Testing

/// Reconciling after every ingest gives what reconciling everything gives.
struct IncrementalTests {
  /// Documents of `corpora/demo` by message number, as they stand in their messages.
  static let documents: [(message: String, text: String)] = filesBelow(corpus("demo") + "/input")
    .flatMap { Self.documents(in: readText(corpus("demo") + "/input/" + $0)!) }

  /// Cuts a message with the prefix `ceb:` into its documents.
  static func documents(in text: String) -> [(message: String, text: String)] {
    guard let root = text.ranges(of: "<ceb:CEB").first else { return [] }
    let message = String(text[root.upperBound...].prefix(3))
    let names = ["Order", "Payment", "Receipts", "Logistics", "Inventory"]
    return names.flatMap { name in
      zip(text.ranges(of: "<ceb:\(name)>"), text.ranges(of: "</ceb:\(name)>")).map {
        (message, String(text[$0.lowerBound..<$1.upperBound]))
      }
    }
  }

  /// The document with another value in its first element of that name, if it has one.
  static func with(_ text: String, _ name: String, _ value: String) -> String {
    guard let start = text.ranges(of: "<ceb:\(name)>").first,
      let end = text.ranges(of: "</ceb:\(name)>").first
    else { return text }
    return text[..<start.upperBound] + value + text[end.lowerBound...]
  }

  static func value(_ text: String, _ name: String) -> String {
    guard let start = text.ranges(of: "<ceb:\(name)>").first,
      let end = text.ranges(of: "</ceb:\(name)>").first
    else { return "" }
    return String(text[start.upperBound..<end.lowerBound])
  }

  /// Cancels a list: the fields of its kind's cancellation, from the list where it has them.
  static func cancellation(
    of list: (message: String, text: String)
  ) -> (message: String, text: String) {
    let isExport = list.message == "603"
    let names =
      isExport
      ? ["guid", "appType", "appTime", "appStatus", "customsCode", "copNo", "invtNo", "reason",
        "agentCode", "agentName", "ebcCode", "ebcName"]
      : ["guid", "appType", "appTime", "appStatus", "customsCode", "orderNo", "ebpCode", "ebpName",
        "ebcCode", "ebcName", "logisticsNo", "logisticsCode", "logisticsName", "copNo", "invtNo",
        "buyerIdType", "buyerIdNumber", "buyerName", "buyerTelephone", "agentCode", "agentName",
        "reason"]
    let fields = names.map { "<ceb:\($0)>\(value(list.text, $0))</ceb:\($0)>" }
    return (isExport ? "605" : "623", "<ceb:InvtCancel>\(fields.joined())</ceb:InvtCancel>")
  }

  /// Returns goods of a list: the fields of its kind's return, from the list where it has them.
  static func refund(
    of list: (message: String, text: String), _ random: inout SeededGenerator
  ) -> (message: String, text: String) {
    let isExport = list.message == "603"
    let names =
      isExport
      ? ["guid", "appType", "appTime", "appStatus", "customsCode", "ebpCode", "ebpName", "ebcCode",
        "ebcName", "logisticsNo", "logisticsCode", "logisticsName", "coElNo", "invtNo", "agentCode",
        "agentName", "billNo", "ieFlag", "trafMode", "trafName", "portCode", "reason", "country",
        "voyageNo"]
      : ["guid", "appType", "appTime", "appStatus", "customsCode", "orderNo", "ebpCode", "ebpName",
        "ebcCode", "ebcName", "logisticsNo", "logisticsCode", "logisticsName", "copNo", "invtNo",
        "buyerIdType", "buyerIdNumber", "buyerName", "buyerTelephone", "agentCode", "agentName",
        "reason"]
    var head = names.map { "<ceb:\($0)>\(value(list.text, $0))</ceb:\($0)>" }.joined()
    // Each its own, more often than not.
    let number = "R\(Int.random(in: 0..<500, using: &random))"
    head = with(head, isExport ? "coElNo" : "copNo", number)
    let qty = ["1", "1", "0.5", "2", "3"].randomElement(using: &random)!
    let line =
      "<ceb:gnum>1</ceb:gnum><ceb:gcode>6109100010</ceb:gcode><ceb:gname>x</ceb:gname>"
      + (isExport ? "<ceb:gmodel/>" : "") + "<ceb:qty>\(qty)</ceb:qty>"
      + (isExport ? "<ceb:qty1>1</ceb:qty1>" : "") + "<ceb:unit>011</ceb:unit>"
      + (isExport ? "<ceb:unit1>011</ceb:unit1>" : "")
    return (
      isExport ? "213" : "625",
      "<ceb:InvtRefund><ceb:InvtRefundHead>\(head)</ceb:InvtRefundHead><ceb:InvtRefundList>\(line)</ceb:InvtRefundList></ceb:InvtRefund>"
    )
  }

  /// Any document with keys, times and versions from small sets: new versions, deletes, documents
  /// sent twice, shared and reused waybill numbers abound.
  static func randomDocument(
    _ random: inout SeededGenerator, withReturns: Bool = true
  ) -> (message: String, text: String) {
    var (message, text) = documents.randomElement(using: &random)!
    if ["603", "621"].contains(message) {
      // Lists and returns meet by a few numbers.
      let number = "<ceb:invtNo>I\(Int.random(in: 0..<60, using: &random))</ceb:invtNo>"
      let end = text.ranges(of: "</ceb:copNo>").first!.upperBound
      text = text[..<end] + number + text[end...]
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1: (message, text) = cancellation(of: (message, text))
      case 2 where withReturns, 3 where withReturns: (message, text) = refund(of: (message, text), &random)
      default: break
      }
    }
    func set(_ name: String, _ percent: Int, _ values: [String]) {
      if Int.random(in: 0..<100, using: &random) < percent {
        text = with(text, name, values.randomElement(using: &random)!)
      }
    }
    set("orderNo", 70, (1...30).map { "O\($0)" })
    set("logisticsNo", 70, (1...30).map { "W\($0)" })
    set("copNo", 70, (1...40).map { "C\($0)" })
    set("payNo", 50, (1...20).map { "P\($0)" })
    set("appType", 50, ["1", "1", "2", "3"])
    set("appTime", 80, ["20240310120000", "20240310120000", "20240311080000", "20241001000000", "20250501000000"])
    set("tradeMode", 20, ["9610", "1210", "9710", "1"])
    set("buyerIdNumber", 60, (1...3).map { "ID\($0)" })
    set("ebcCode", 10, ["91110000MA0000003T"])
    set("guid", 30, (1...5).map { "000000D1-0001-4C0B-9A10-20240310000\($0)" })
    return (message, text)
  }

  /// One file per kind of message.
  static func write(_ documents: [(message: String, text: String)], to folder: String) {
    makeFolder(folder)
    for (message, group) in Dictionary(grouping: documents, by: \.message) {
      for start in stride(from: 0, to: group.count, by: 100) {
        let texts = group[start..<min(start + 100, group.count)].map(\.text)
        writeFile(
          "\(folder)/\(message)-\(start).xml",
          "<ceb:CEB\(message)Message guid=\"000000E1-0001-4C0B-9A10-202403100001\" version=\"1.0\" "
            + "xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\">" + texts.joined()
            + "</ceb:CEB\(message)Message>")
      }
    }
  }

  @Test("after every ingest the verdicts are those of a reconcile of everything",
    arguments: (0..<4).map { _ in UInt64.random(in: 0..<1 << 40) })
  func sameAsFull(seed: UInt64) throws {
    print("incremental: seed \(seed)")
    #expect(Self.documents.count > 100)
    var random = SeededGenerator(seed: seed)
    let folder = TemporaryFolder()
    var engine = Engine(settings: EngineSettings(threads: Int.random(in: 1...3, using: &random)))
    let tolerant = Bool.random(using: &random)
    if tolerant { engine.settings.rules[tolerance: .amountLinesDiffer] = Tolerance("5%")! }
    // The whole rule book: tables, a limit that few buyers keep to, rules by scope, draws.
    engine.settings.reference = try ReferenceFolder.load(corpus("reference")).data
    let rejecting: [Finding] = [.packageCount, .weightGross, .amountPaid, .listDuplicate, .orderMissing]
    for finding in Finding.allCases where !rejecting.contains(finding) {
      engine.settings.rules[severity: finding] = .warning
    }
    engine.settings.rules.limits.annualE5 = 300 * 100_000
    engine.settings.rules[RuleScope(.import, .m1210), .regimeBonded].severity = .review
    engine.settings.rules.inspection.otherRatePpb = 500_000_000
    engine.settings.rules.inspection.key = InspectionKey(Array("a key of the tests".utf8))
    var other = engine
    other.settings.rules.windowDays = 29
    var partial = 0
    var cancelled = 0
    var taken = 0
    var overLimit = 0
    var drawn = 0
    for step in 0..<12 {
      let count = step == 0 ? 700 : Int.random(in: 1...40, using: &random)
      let input = folder["input-\(step)"]
      Self.write((0..<count).map { _ in Self.randomDocument(&random) }, to: input)
      #expect(try engine.ingest([input], into: folder["step"]).rejects == 0)
      try engine.ingest([input], into: folder["full"])

      let stepped = try engine.reconcile(folder["step"])
      // Other rules in between: everything is judged.
      try other.reconcile(folder["full"])
      let full = try engine.reconcile(folder["full"])
      let note: Comment = "seed \(seed), step \(step)"
      #expect(try verdictRows(folder["step"], .ndjson) == verdictRows(folder["full"], .ndjson), note)
      #expect(stepped.lists == full.lists && stepped.asOf == full.asOf, note)
      #expect(stepped.findings == full.findings, note)
      #expect(stepped.dispositions == full.dispositions, note)
      #expect(stepped.cancellations == full.cancellations, note)
      #expect(stepped.orphanCancellations == full.orphanCancellations, note)
      #expect(try orphans(engine, folder["step"]) == orphans(engine, folder["full"]), note)
      #expect(stepped.returns == full.returns && stepped.orphanReturns == full.orphanReturns, note)
      #expect(stepped.exceedingReturns == full.exceedingReturns, note)
      #expect(try returns(engine, folder["step"]) == returns(other, folder["full"]), note)
      #expect(try statistics(engine, folder["step"]) == statistics(other, folder["full"]), note)
      taken += full.returns - full.orphanReturns - full.exceedingReturns
      overLimit += full.findings[Int(Finding.regimeLimitAnnual.rawValue)]
      drawn += full.dispositions[Int(Disposition.inspect.rawValue)]
      cancelled += full.dispositions[Int(Disposition.cancelled.rawValue)]
      #expect(stepped.judged <= full.judged, note)
      if stepped.judged < full.judged { partial += 1 }
    }
    #expect(partial == 11, "seed \(seed)")
    #expect(cancelled > 0 && taken > 0 && overLimit > 0 && drawn > 0, "seed \(seed)")
  }

  func returns(_ engine: Engine, _ store: String) throws -> [String] {
    let file = TemporaryFolder()
    let sink = try ByteSink(path: file["returns"])
    try engine.writeReturns(of: store, as: .csv, to: sink)
    try sink.close()
    return textLines(try #require(readText(file["returns"])))
  }

  func statistics(_ engine: Engine, _ store: String) throws -> [StatisticsRow] {
    try engine.statistics(of: store, by: [.direction, .disposition, .hs4]).rows()
  }

  func orphans(_ engine: Engine, _ store: String) throws -> [String] {
    let file = TemporaryFolder()
    let sink = try ByteSink(path: file["orphans"])
    try engine.writeOrphans(of: store, as: .csv, to: sink)
    try sink.close()
    return textLines(try #require(readText(file["orphans"])))
  }

  @Test("stored verdicts that stay, and what is written beside them, are those of a reconcile of everything",
    arguments: (0..<6).map { _ in UInt64.random(in: 0..<1 << 40) })
  func keptResults(seed: UInt64) throws {
    print("incremental, kept: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let folder = TemporaryFolder()
    // No returns and no limit by buyer: those look at any list.
    var engine = Engine(settings: EngineSettings(threads: Int.random(in: 1...3, using: &random)))
    engine.settings.rules[enabled: .regimeLimitAnnual] = false
    engine.settings.rules.inspection.otherRatePpb = 300_000_000
    engine.settings.rules.inspection.key = InspectionKey(Array("a key of the tests".utf8))
    if Bool.random(using: &random) { engine.settings.memoryBytes = 100_000 }
    var full = engine
    full.settings.memoryBytes = 1 << 30
    full.settings.threads = 2
    var beside = 0
    var bases = Set<String>()
    for step in 0..<16 {
      let count = step == 0 ? 900 : Int.random(in: 1...25, using: &random)
      let input = folder["input-\(step)"]
      var documents = (0..<count).map { _ in
        var document = Self.randomDocument(&random, withReturns: false)
        if Int.random(in: 0..<3, using: &random) == 0 {
          let day = Int.random(in: 10..<30, using: &random)
          document.text = Self.with(document.text, "appTime", "202504\(day)080000")
        }
        return document
      }
      // Later and later, so that lists become too old to wait, in the last steps by years.
      let time = step < 12 ? "202505\(11 + step)080000" : "202\(step - 6)0601080000"
      documents.append(("603", Self.with(Self.documents.first { $0.message == "603" }!.text, "appTime", time)))
      Self.write(documents, to: input)
      try engine.ingest([input], into: folder["step"])
      try engine.ingest([input], into: folder["full"])
      // Some ingests are reconciled together.
      if step > 0 && step < 15 && Int.random(in: 0..<4, using: &random) == 0 { continue }
      if step % 5 == 4 { writeFile(folder["step"] + "/results-00009999.tern.tmp", [1, 2, 3]) }
      let stepped = try engine.reconcile(folder["step"])
      let whole = try full.reconcile(folder["full"], full: true)
      let note: Comment = "seed \(seed), step \(step)"
      #expect(try verdictRows(folder["step"], .ndjson) == verdictRows(folder["full"], .ndjson), note)
      #expect(stepped.lists == whole.lists && stepped.asOf == whole.asOf, note)
      #expect(stepped.findings == whole.findings, note)
      #expect(stepped.dispositions == whole.dispositions, note)
      #expect(stepped.cancellations == whole.cancellations, note)
      #expect(stepped.orphanCancellations == whole.orphanCancellations, note)
      #expect(try statistics(engine, folder["step"]) == statistics(full, folder["full"]), note)
      #expect(try orphans(engine, folder["step"]) == orphans(full, folder["full"]), note)
      let store = try Store.open(folder["step"])
      #expect(Store.verify(folder["step"]).isSound, note)
      if let base = store.manifest.results.first(where: { $0.name == "verdicts.base" }) {
        beside += 1
        bases.insert(base.file.name)
      }
      #expect(names(in: folder["step"]).count(where: { $0.hasPrefix("results-") }) == store.manifest.results.count, note)
    }
    #expect(beside > 2 && bases.count > 0, "seed \(seed)")
    // The same again from what is stored, and with an earlier as-of everything anew.
    #expect(try engine.reconcile(folder["step"]).wasUpToDate)
    engine.settings.rules.asOf = 1_710_000_000
    full.settings.rules.asOf = 1_710_000_000
    let earlier = try engine.reconcile(folder["step"])
    #expect(try earlier.dispositions == full.reconcile(folder["full"], full: true).dispositions, "seed \(seed)")
    #expect(try verdictRows(folder["step"], .ndjson) == verdictRows(folder["full"], .ndjson), "seed \(seed)")
  }

  @Test("damage to what is reused is an error that names the file, or does no harm")
  func damage() throws {
    let seed = UInt64.random(in: 0..<1 << 40)
    print("incremental, damage: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let folder = TemporaryFolder(inMemory: true)
    var engine = Engine(settings: EngineSettings(threads: 1))
    engine.settings.rules[enabled: .regimeLimitAnnual] = false
    Self.write((0..<400).map { _ in Self.randomDocument(&random, withReturns: false) }, to: folder["a"])
    Self.write((0..<20).map { _ in Self.randomDocument(&random, withReturns: false) }, to: folder["b"])
    Self.write((0..<20).map { _ in Self.randomDocument(&random, withReturns: false) }, to: folder["c"])
    let path = folder["store"]
    for input in ["a", "b"] {
      try engine.ingest([folder[input]], into: path)
      try engine.reconcile(path)
    }
    try engine.ingest([folder["c"]], into: path)
    let files = contents(of: path)
    try engine.reconcile(path)
    let expected = try verdictRows(path)
    let reused = files.keys.filter { $0.hasPrefix("results-") || $0.hasPrefix("segment-") }.sorted()
    #expect(reused.count == 5)
    func restore() {
      for name in names(in: path) where files[name] == nil { removeFile("\(path)/\(name)") }
      for (name, bytes) in files { writeFile("\(path)/\(name)", bytes) }
    }
    var refusals = 0
    for trial in 0..<400 {
      restore()
      let name = reused[trial % reused.count]
      var bytes = files[name]!
      let offset = Int.random(in: 0..<bytes.count, using: &random)
      bytes[offset] ^= UInt8.random(in: 1...255, using: &random)
      writeFile("\(path)/\(name)", bytes)
      do {
        try engine.reconcile(path)
        #expect(try verdictRows(path) == expected, "seed \(seed), \(name) \(offset)")
      } catch let error as TernError {
        refusals += 1
        #expect("\(error)".contains("/\(name)"), "seed \(seed), \(name) \(offset): \(error)")
      }
    }
    #expect(refusals > 0)
  }

  @Test("however little memory there is, the verdicts are the same", arguments: [600, 40_000, 400_000])
  func memory(bytes: Int) throws {
    var random = SeededGenerator(seed: 5)
    let folder = TemporaryFolder()
    var engine = Engine(settings: EngineSettings(threads: 2))
    Self.write((0..<800).map { _ in Self.randomDocument(&random) }, to: folder["input"])
    try engine.ingest([folder["input"]], into: folder["store"])
    let roomy = try engine.reconcile(folder["store"])
    let rows = try verdictRows(folder["store"], .ndjson)
    let returned = try returns(engine, folder["store"])
    #expect(returned.contains { $0.hasSuffix(",return.exceeds") } && returned.contains { $0.hasSuffix(",") })
    let names = names(in: folder["store"])
    engine.settings.rules.windowDays = 29
    try engine.reconcile(folder["store"])

    // Results in a file, many small ranges, and facts read for a few keys at a time.
    engine.settings.rules.windowDays = 30
    engine.settings.memoryBytes = bytes
    let tight = try engine.reconcile(folder["store"])
    #expect(tight.judged == roomy.judged && tight.judged > 100)
    #expect(try verdictRows(folder["store"], .ndjson) == rows)
    #expect(try returns(engine, folder["store"]) == returned)
    #expect(contents(of: folder["store"]).count == names.count)
  }

  @Test("a later as-of alone judges no list again; other rules judge all")
  func settings() throws {
    let folder = TemporaryFolder()
    var engine = Engine()
    try engine.ingest([corpus("demo") + "/input"], into: folder["store"])
    let first = try engine.reconcile(folder["store"])
    // Old versions and drafts are judged too.
    #expect(first.judged >= first.lists && first.lists == 40)
    engine.settings.rules.asOf = first.asOf + 400 * 86_400
    let late = try engine.reconcile(folder["store"])
    #expect(!late.wasUpToDate && late.judged == 0)
    let again = try engine.reconcile(folder["store"], full: true)
    #expect(again.judged == first.judged && again.dispositions == late.dispositions)
    #expect(late.dispositions[Int(Disposition.pending.rawValue)] == 0)
    #expect(late.findings == first.findings && late.lists == first.lists)
    engine.settings.rules[enabled: .amountGoods] = false
    #expect(try engine.reconcile(folder["store"]).judged == first.judged)
  }
}
