import TernCEB
import TernMatch
import TernTestSupport
import Testing

@testable import TernRules

@Suite("what became of each triplet document")
struct MarkTests {
  /// Checks of an order's own numbers.
  static let orderSums = FindingSet(.amountSettlement, .amountOrderLine)

  /// What the plain model says of every order, payment and waybill.
  struct Expected {
    var marks: [Role: [DocumentRef: TripletMark]] = [.order: [:], .payment: [:], .waybill: [:]]
    var order: [DocumentRef: DocumentRef] = [:]
    var payments: [DocumentRef: [DocumentRef]] = [:]
    var waybill: [DocumentRef: DocumentRef] = [:]

    init(_ model: NaiveModel) {
      for document in model.stored {
        marks[document.doc.kind.role]?[document.reference] = .doesNotCount
      }
      let verdicts = model.verdicts()
      let lists = model.standingLists()
      for role in [Role.order, .payment] {
        for counting in model.countingAll(role) {
          let key = NaiveModel.tradeKey(counting.stored.doc)
          let own = lists.filter { NaiveModel.tradeKey($0.stored.doc) == key }.map(\.stored.reference)
          let hasWrongSums =
            role == .order && own.contains { !verdicts[$0]!.isDisjoint(with: MarkTests.orderSums) }
          marks[role]![counting.stored.reference] =
            own.isEmpty
            ? .orphan : counting.isDuplicate ? .duplicate : hasWrongSums ? .wrongSums : .matched
          for list in own {
            if role == .order { order[list] = counting.stored.reference }
            if role == .payment { payments[list, default: []].append(counting.stored.reference) }
          }
        }
      }
      let keys = Set(model.declared(.waybill).map { NaiveModel.waybillKey($0.doc) })
      for key in keys {
        let instances = model.waybills(key)
        for instance in instances { marks[.waybill]![instance.stored.reference] = .orphan }
        for list in lists where NaiveModel.waybillKey(list.stored.doc) == key {
          let nearest = instances.min {
            let a = abs($0.stored.appTime - list.stored.appTime)
            let b = abs($1.stored.appTime - list.stored.appTime)
            return (a, -$0.stored.appTime) < (b, -$1.stored.appTime)
          }
          guard let nearest else { continue }
          waybill[list.stored.reference] = nearest.stored.reference
          marks[.waybill]![nearest.stored.reference] = nearest.isDuplicate ? .duplicate : .matched
        }
      }
    }
  }

  @Test(
    "marks and positions are those of the plain model, for any partitions",
    arguments: (0..<6).map { _ in UInt64.random(in: 0..<1 << 40) })
  func againstModel(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    print("marks: seed \(seed)")
    var seen: [TripletMark: Int] = [:]
    for round in 0..<20 {
      let docs = randomDocs(&random, count: 70)
      let tables = makeTables(docs)
      var stored: [NaiveModel.Stored] = []
      for (segment, unit) in tables.enumerated() {
        for row in 0..<unit.heads.rowCount {
          stored.append(
            .init(
              doc: docs[stored.count],
              reference: DocumentRef(segment: segment, row: row, direction: unit.kind.direction)))
        }
      }
      let expected = Expected(NaiveModel(stored, RuleSettings()))
      let note: Comment = "seed \(seed), round \(round)"
      for partitions in [1, 5] {
        let run = PartitionedRun(
          tables, partitions: partitions,
          faults: OwnFaults(
            orderDuplicate: Finding.orderDuplicate.bit, orderSums: Self.orderSums.rawValue,
            paymentDuplicate: true, waybillDuplicate: true))
        let marks = run.marks!
        for (role, documents) in expected.marks {
          for (document, mark) in documents {
            #expect(marks[role, document] == mark, note)
            seen[mark, default: 0] += 1
          }
        }
        for list in run.verdicts.keys {
          let documents = marks.positions![run.numbering.index(list)]
          #expect(documents.order == expected.order[list], note)
          #expect(documents.payments == (expected.payments[list] ?? []).sorted(), note)
          #expect(documents.waybill == expected.waybill[list], note)
        }
      }
    }
    #expect(seen.count == 5, "seed \(seed)")
  }

  static let noFaults = OwnFaults(
    orderDuplicate: 0, orderSums: 0, paymentDuplicate: false, waybillDuplicate: false)

  @Test("a warning is no fault: who rejects nothing has no faulty documents")
  func severities() {
    var random = SeededGenerator(seed: 3)
    let tables = makeTables(randomDocs(&random, count: 300))
    let run = PartitionedRun(
      tables, partitions: 2,
      faults: Self.noFaults)
    var matched = 0
    for (segment, unit) in tables.enumerated() where [.order, .payment, .waybill].contains(unit.kind.role) {
      for row in 0..<unit.heads.rowCount {
        let document = DocumentRef(segment: segment, row: row, direction: unit.kind.direction)
        let mark = run.marks![unit.kind.role, document]
        #expect(mark.rawValue <= TripletMark.matched.rawValue)
        if mark == .matched { matched += 1 }
      }
    }
    #expect(matched > 10)
  }

  @Test("of more payments than are kept no position is given, but that there are too many")
  func manyPayments() {
    let base = Triplet.export
    let payments = (0...TripletPositions.paymentsMax).map { base.payment.with(["payNo": "P\($0)"]) }
    for count in [2, TripletPositions.paymentsMax, TripletPositions.paymentsMax + 1] {
      let tables = makeTables([base.order, base.list] + payments.prefix(count))
      let run = PartitionedRun(tables, partitions: 1, faults: Self.noFaults)
      let documents = run.marks!.positions![0]
      let isMore = count > TripletPositions.paymentsMax
      #expect(documents.hasTooManyPayments == isMore)
      #expect(documents.payments.count == (isMore ? 0 : count))
      #expect(documents.order != nil && documents.waybill == nil)
    }
  }
}
