import Glibc
import TernTestSupport
import Testing

@testable import TernGenerate

@Suite("Corpora")
struct GenerateTests {
  static func settings(_ lists: Int, seed: UInt64 = 7, _ rates: FaultRates) -> GenerateSettings {
    var settings = GenerateSettings(lists: lists, seed: seed)
    settings.faultRates = rates
    settings.listsPerBlock = 250
    return settings
  }

  @Test("An independent reading of the rules gives every list the verdict that the truth has")
  func truthIsRight() throws {
    for seed: UInt64 in [1, 20_260_301] {
      let corpus = try Corpus(Self.settings(900, seed: seed, .uniform(perMillion: 17_000)))
      let judged = OracleVerdicts(Oracle.parse(corpus.xml).documents)
      let (truth, verdicts) = (Set(corpus.rows), Set(judged.rows))
      #expect(
        truth == verdicts,
        "seed \(seed): only truth \(truth.subtracting(verdicts).sorted().prefix(9)), only judged \(verdicts.subtracting(truth).sorted().prefix(9))"
      )
      #expect(corpus.rows == judged.rows, "seed \(seed): the truth is not sorted, or has doubles")
      #expect(corpus.summary.rejects == judged.rejects, "seed \(seed)")
      #expect(corpus.summary.lists == judged.rows.count)
      #expect(Oracle.seconds(corpus.summary.asOf) == judged.asOf, "seed \(seed)")
    }
  }

  @Test(
    "Every fault appears, with as many lists as the summary says",
    arguments: Fault.allCases.filter { !$0.needsRuleBook })
  func everyFault(_ fault: Fault) throws {
    var rates = FaultRates.clean
    rates[fault] = 1_000_000
    let corpus = try Corpus(Self.settings(30, rates))
    let judged = OracleVerdicts(Oracle.parse(corpus.xml).documents)
    #expect(corpus.rows == judged.rows)
    let exports = corpus.rows.filter { $0.hasPrefix("E") }.count
    let imports = corpus.rows.count - exports
    let happened = corpus.summary.faults[fault.name] ?? 0
    // List 0 is clean; all others that can have it do.
    if fault.affectsExports && fault.affectsImports { #expect(happened == 29) }
    #expect(happened > 0)
    let faulty = corpus.rows.filter { !$0.hasSuffix(",") }.count
    switch fault {
    case _ where fault.name.hasPrefix("harmless."):
      #expect(faulty == 0 && exports + imports == 30)
    case .listBroken: #expect(corpus.rows.count == 1 && corpus.summary.rejects == 29)
    case .waybillShared: #expect(faulty == 2 * happened)
    default: #expect(faulty == happened)
    }
    if fault.isLate { #expect(corpus.summary.dispositions == ["rejected": 29, "released": 1]) }
  }

  @Test("A clean corpus has only released lists")
  func clean() throws {
    let corpus = try Corpus(Self.settings(600, .clean))
    #expect(corpus.summary.dispositions == ["released": 600])
    #expect(corpus.summary.findings.isEmpty && corpus.summary.faults.isEmpty)
    #expect(corpus.rows.allSatisfy { $0.hasSuffix(",released,399,") })
    #expect(OracleVerdicts(Oracle.parse(corpus.xml).documents).rows == corpus.rows)
  }

  @Test("The same settings give the same bytes, whatever the number of threads")
  func threads() throws {
    var settings = Self.settings(1_100, .standard)
    settings.threads = 1
    let one = try Corpus(settings)
    for threads in [2, 5] {
      settings.threads = threads
      let other = try Corpus(settings)
      #expect(other.xml == one.xml && other.verdicts == one.verdicts && other.json == one.json)
    }
    settings.seed += 1
    let reseeded = try Corpus(settings)
    #expect(reseeded.xml != one.xml)
  }

  @Test("Folders and bundles hold the messages of the stream, in order")
  func layouts() throws {
    var settings = Self.settings(900, .standard)
    let stream = try Corpus(settings)
    let scratch = TemporaryFolder()
    let summary = try generate(settings, to: .folder(path: "\(scratch.path)/messages/"))
    #expect(summary == stream.summary)
    let files = try tree("\(scratch.path)/messages")
    #expect(files["truth/verdicts.csv"] == Array(stream.verdicts.utf8))
    #expect(files["truth/summary.json"] == Array(stream.json.utf8))
    #expect(files.keys.filter { $0.hasPrefix("truth/") }.count == 2, "something is left over")
    let messages = files.filter { $0.key.hasSuffix(".xml") }
    #expect(messages.count == summary.messages)
    // Block by block, kind by kind: the order of the stream.
    let ordered = messages.sorted { a, b in
      let left = a.key.split(separator: "/").map(String.init)
      let right = b.key.split(separator: "/").map(String.init)
      func rank(_ kind: String) -> Int {
        MessageKind.allCases.firstIndex { "\($0.name)" == kind } ?? -1
      }
      return (left[2], rank(left[1]), left[3]) < (right[2], rank(right[1]), right[3])
    }
    #expect(Array(ordered.map(\.value).joined()) == stream.xml)

    let limit = 1 << 20
    settings.layout = .bundles(bytes: limit)
    _ = try generate(settings, to: .folder(path: "\(scratch.path)/bundles"))
    let bundles = try tree("\(scratch.path)/bundles/messages").sorted { $0.key < $1.key }
    #expect(bundles.count > 3)
    #expect(bundles.allSatisfy { $0.value.count <= limit })
    #expect(bundles.allSatisfy { $0.value.starts(with: Array("<?xml ".utf8)) })
    #expect(Array(bundles.map(\.value).joined()) == stream.xml)
  }

  @Test("Messages have at most the documents asked for, and few have fewer")
  func documentsPerMessage() throws {
    for limit in [1, 30, 100] {
      var settings = Self.settings(700, .clean)
      settings.documentsPerMessage = limit
      settings.listsPerBlock = 700
      let (documents, perMessage) = Oracle.parse(try Corpus(settings).xml)
      #expect(perMessage.allSatisfy { (1...limit).contains($0) })
      #expect(perMessage.filter { $0 < limit }.count <= 8, "one short message per kind at most")
      #expect(perMessage.reduce(0, +) == documents.count)
    }
  }

  @Test("Line counts, sizes and shares are what they should be")
  func shape() throws {
    let corpus = try Corpus(Self.settings(2_000, .clean))
    let documents = Oracle.parse(corpus.xml).documents
    let lists = documents.filter { $0.kind == "CEB603" || $0.kind == "CEB621" }
    let counts = lists.map(\.lines.count)
    #expect(counts.min() == 1 && counts.max() == 8)
    let average = Double(counts.reduce(0, +)) / Double(counts.count)
    #expect((1.9...2.1).contains(average), "average of lines \(average)")
    let exports = lists.filter { $0.kind == "CEB603" }.count
    #expect((1_340...1_460).contains(exports), "70 % of 2,000")
    let size = corpus.summary.bytes / documents.count
    #expect((1_500...1_900).contains(size), "bytes per document \(size)")
    let sellers = Dictionary(grouping: lists) { $0["ebcCode"] }.values.map(\.count).sorted(by: >)
    #expect(sellers.prefix(10).reduce(0, +) > lists.count / 5, "few sellers have many lists")
    #expect(sellers.count > 150, "many sellers have few")
    #expect(Set(lists.map { $0["appTime"].prefix(10) }).count >= 22, "all hours of the day")
    #expect(lists.contains { $0["ebpCode"] == "无" } && lists.contains { $0["ebpCode"].isEmpty })
    let quantities = documents.flatMap(\.lines).compactMap { $0["qty"] }
    let forms = Set(quantities.map { $0.split(separator: ".").dropFirst().first?.count ?? 0 })
    #expect(forms.isSuperset(of: [0, 1, 2]), "numbers come in several forms: \(forms)")
    #expect(Set(documents.map { $0["guid"] }).count == documents.count)
  }

  @Test("The share of exports is a setting", arguments: [0, 100])
  func exportShare(_ percent: Int) throws {
    var settings = Self.settings(50, .standard)
    settings.exportPercent = percent
    let rows = try Corpus(settings).rows
    #expect(rows.allSatisfy { $0.hasPrefix(percent == 0 ? "I," : "E,") })
  }

  @Test(
    "Other start dates work, leap days and turns of the year too",
    arguments: [20_240_229, 20_251_231])
  func startDates(_ date: Int) throws {
    var settings = Self.settings(300, .uniform(perMillion: 17_000))
    settings.startDate = date
    let corpus = try Corpus(settings)
    let judged = OracleVerdicts(Oracle.parse(corpus.xml).documents)
    #expect(corpus.rows == judged.rows)
    #expect(corpus.summary.asOf == "\(date)235959")
    #expect(Oracle.seconds(corpus.summary.asOf) == judged.asOf)
  }

  @Test("Rows of very many blocks are merged in several passes")
  func manyRuns() throws {
    var settings = Self.settings(2 * TruthMerge.fanIn + 7, .standard)
    let few = try Corpus(settings)
    settings.listsPerBlock = 1
    let many = try Corpus(settings)
    #expect(many.verdicts == few.verdicts)
    #expect(many.xml != few.xml)
  }

  @Test("One kind's neighbours are not the next kind's")
  func shuffled() throws {
    let documents = Oracle.parse(try Corpus(Self.settings(200, .clean)).xml).documents
    let orders = documents.filter { $0.kind == "CEB303" }.map { $0["orderNo"] }
    let lists = documents.filter { $0.kind == "CEB603" }.map { $0["orderNo"] }
    #expect(Set(orders) == Set(lists))
    #expect(orders != lists)
    let place = Dictionary(uniqueKeysWithValues: orders.enumerated().map { ($1, $0) })
    let neighbours = zip(lists, lists.dropFirst()).filter { abs(place[$0]! - place[$1]!) == 1 }
    #expect(neighbours.count < lists.count / 5)
  }
}
