import TernCEB
import TernMatch
import TernTestSupport
import Testing

@testable import TernRules

/// Tolerances of any kind in half of the cases.
func randomSettings(_ random: inout SeededGenerator) -> RuleSettings {
  var settings = RuleSettings()
  if random.chance(0.5) {
    for finding in Finding.allCases where finding.hasTolerance {
      settings[tolerance: finding] = Tolerance(random.pick(["0", "0.05", "0.1", "0.5%", "1%"]))!
    }
  }
  return settings
}

/// Documents from tiny sets of values, so that versions, ties, repeats and shared keys abound.
func randomDocs(_ random: inout SeededGenerator, count: Int) -> [Doc] {
  var docs: [Doc] = []
  let half = 183 * 86_400
  for _ in 0..<count {
    if !docs.isEmpty && random.chance(0.15) {
      // The same once more, perhaps with one number written differently.
      docs.append(random.pick(docs))
      continue
    }
    let triplet = random.chance(0.5) ? Triplet.export : Triplet.import
    var doc = random.chance(0.12) ? triplet.cancellation : random.pick(triplet.all)
    doc["guid"] = random.pick(["G1", "G2", "G3"])
    doc["appType"] = random.pick(["1", "1", "1", "2", "3", ""])
    doc["appTime"] = random.pick(["1000", "1000", "1001", "1002", "\(1000 + half)", "\(1003 + half)"])
    doc["appStatus"] = random.chance(0.05) ? "1" : "2"
    func set(_ field: String, _ percent: Int, _ values: [String]) {
      if doc.head[field] != nil && random.chance(Double(percent) / 100) { doc[field] = random.pick(values) }
    }
    set("orderNo", 50, ["O1", "O2", "O3"])
    set("logisticsNo", 50, ["W1", "W2", "W3"])
    set("copNo", 60, ["C1", "C2", "C3", ""])
    set("agentCode", 20, ["AG1", "AG2"])
    set("ebpCode", 20, ["无", "", "EBP1", "EBC1"])
    set("ebcCode", 10, ["EBC2", ""])
    set("payNo", 50, ["P2", "P3", ""])
    set("payTransactionId", 50, ["P2", ""])
    set("buyerName", 10, ["赵"])
    set("payerName", 10, ["赵"])
    set("consignee", 10, ["赵"])
    set("freight", 20, ["3.01", "3.0", "-1", "4", "4.04"])
    set("insuredFee", 20, ["0", "1.00", "1.01"])
    set("charge", 30, ["12.5", "25.00000", "25.1"])
    set("amountPaid", 30, ["13", "026", "26.1"])
    set("goodsValue", 10, ["42", "21.1"])
    set("discount", 10, ["1.2"])
    set("grossWeight", 10, ["1.51", "1"])
    set("weight", 10, ["1.51"])
    set("packNo", 10, ["2"])
    set("fFlag", 10, ["1", ""])
    if doc.kind == .cancellation605 && doc["copNo"].isEmpty { doc["copNo"] = "C1" }
    if doc.kind.role != .list { set("currency", 10, ["502", ""]) }
    while !doc.lines.isEmpty && random.chance(0.3) {
      doc.lines.append(random.pick(doc.lines).merging(["gnum": random.pick(["1", "2", "3"])]) { $1 })
      doc.lines.shuffle(using: &random)
    }
    for line in doc.lines.indices {
      func set(_ field: String, _ percent: Int, _ values: [String]) {
        if random.chance(Double(percent) / 100) { doc.lines[line][field] = random.pick(values) }
      }
      set("price", 15, ["10.6", "10.50"])
      set("totalPrice", 15, ["21.2", "21.00"])
      set("qty", 5, ["3"])
      set("currency", 5, ["502", ""])
      if doc.kind.role == .list {
        set("unit1", 5, ["011"])
        set("unit2", 5, ["035"])
        set("qty2", 5, ["0", "1"])
      }
    }
    if random.chance(0.03) { doc.lines = [] }
    docs.append(doc)
  }
  return docs
}

@Suite("the engine against the specification")
struct PropertyTests {
  @Test(
    "any partitions and any split of arrival give what the plain model gives",
    arguments: (0..<12).map { UInt64($0) &* 7919 &+ UInt64.random(in: 0..<1 << 40) })
  func againstModel(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    print("engine against model: seed \(seed)")
    for round in 0..<25 {
      let docs = randomDocs(&random, count: random.chance(0.5) ? 12 : 70)
      let settings = randomSettings(&random)
      let tables = makeTables(docs)
      let stored = NaiveModel.stored(docs, in: tables)
      let model = NaiveModel(stored, settings)
      let expected = model.verdicts()
      let cancelled = Set(model.countingAll(.list).map(\.stored.reference)).subtracting(expected.keys)
      let note: Comment = "seed \(seed), round \(round)"
      for partitions in [1, 2, 7] {
        let run = PartitionedRun(tables, partitions: partitions, settings: settings)
        #expect(run.verdicts == expected, note)
        #expect(run.cancelled == cancelled, note)
        #expect(run.effects == model.cancellationEffects(), note)
      }
      let informed = PartitionedRun(tables, partitions: 3, settings: settings, allFacts: true)
      #expect(informed.verdicts == expected, note)
      #expect(informed.sweeps == 0, note)

      // The same arrival cut elsewhere: references differ, verdicts by position do not.
      let cut = makeTables(docs) { _ in random.chance(0.4) }
      let recut = PartitionedRun(cut, partitions: 4, settings: settings).verdicts
      #expect(byPosition(recut, cut) == byPosition(expected, tables), note)

      // One call in memory.
      let verdicts = judge(tables, settings: settings)
      let standing = verdicts.filter { $0.disposition != .cancelled }
      #expect(
        Dictionary(uniqueKeysWithValues: standing.map { ($0.list, $0.findings) }) == expected, note)
      #expect(
        Dictionary(
          uniqueKeysWithValues: verdicts.filter { $0.disposition == .cancelled }
            .map { ($0.list, $0.findings) })
          == Dictionary(uniqueKeysWithValues: cancelled.map { ($0, []) }), note)
    }
  }

  func byPosition(_ verdicts: [DocumentRef: FindingSet], _ tables: [KindTables]) -> [Int: FindingSet] {
    var starts: [Int] = [0]
    for unit in tables { starts.append(starts[starts.count - 1] + unit.heads.rowCount) }
    return Dictionary(
      uniqueKeysWithValues: verdicts.map { (starts[$0.key.segment] + $0.key.row, $0.value) })
  }

  @Test("missing facts are fetched in few sweeps, and lead to the same result")
  func facts() {
    let base = Triplet.export
    let second = base.order.with(["guid": "G2", "appTime": "1001"])
    let resent = base.list
    let tables = makeTables(base.all + [second, resent])
    let run = PartitionedRun(tables, partitions: 1)
    // One for the list's phase, one for the orders'.
    #expect(run.sweeps == 2)
    let informed = PartitionedRun(tables, partitions: 1, allFacts: true)
    #expect(informed.sweeps == 0)
    #expect(run.verdicts == informed.verdicts)
    #expect(Array(run.verdicts.values) == [FindingSet(.orderDuplicate)])
    // Without doubtful versions nothing is read.
    #expect(PartitionedRun(makeTables(base.all), partitions: 1).sweeps == 0)
  }

  @Test("the secret decides no verdict")
  func secrets() {
    var random = SeededGenerator(seed: 11)
    let tables = makeTables(randomDocs(&random, count: 200))
    let one = PartitionedRun(tables, partitions: 5).verdicts
    let other = PartitionedRun(
      tables, partitions: 5, secret: Secret(bytes: (0..<16).map { UInt8(200 - $0) }))
    #expect(one == other.verdicts)
    #expect(one.count > 5)
  }
}
