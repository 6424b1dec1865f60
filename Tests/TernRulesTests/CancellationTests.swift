import TernCEB
import TernMatch
import Testing

@testable import TernRules

@Suite("cancellations")
struct CancellationTests {
  let base = Triplet.export

  func verdicts(_ docs: [Doc]) -> [Verdict] { judge(makeTables(docs)) }

  func isCancelled(_ docs: [Doc]) -> Bool {
    let all = verdicts(docs)
    #expect(all.count == 1)
    return all.first?.disposition == .cancelled
  }

  @Test("a cancelled list has a disposition, an empty status and no findings")
  func cancelled() {
    for triplet in [Triplet.export, .import] {
      let found = verdicts([triplet.list, triplet.cancellation])
      #expect(found.map(\.disposition) == [.cancelled])
      #expect(found.first?.findings == [] && found.first?.returnStatus == "")
    }
  }

  @Test("it counts from the list's own appTime on, whichever came first")
  func time() {
    for (appTime, cancels) in [("999", false), ("1000", true), ("1001", true)] {
      let cancellation = base.cancellation.with(["appTime": appTime])
      #expect(isCancelled(base.all + [cancellation]) == cancels)
      #expect(isCancelled([cancellation] + base.all) == cancels)
    }
    // A later version of the list stands again; an older one that arrives late does not.
    let change = base.list.with(["appType": "2", "appTime": "1002"])
    #expect(!isCancelled(base.all + [base.cancellation, change]))
    #expect(isCancelled(base.all + [base.cancellation, change.with(["appTime": "998"])]))
  }

  @Test("only a version that counts cancels: no draft, none that was deleted, the latest of several")
  func versions() {
    let cancellation = base.cancellation
    #expect(!isCancelled(base.all + [cancellation.with(["appStatus": "1"])]))
    let delete = cancellation.with(["appType": "3", "appTime": "1002"])
    #expect(!isCancelled(base.all + [cancellation, delete]))
    #expect(isCancelled(base.all + [cancellation, delete, cancellation.with(["appTime": "1003"])]))
    // On a tie the later one counts; the same once more is no later one.
    let tie = delete.with(["appTime": "1001"])
    #expect(!isCancelled(base.all + [cancellation, tie]))
    #expect(isCancelled(base.all + [tie, cancellation]))
    #expect(!isCancelled(base.all + [cancellation, tie, cancellation]))
    // Two of different guid: the later counts, and nothing is a duplicate.
    #expect(isCancelled(base.all + [cancellation, cancellation.with(["guid": "G-C2", "appTime": "1002"])]))
  }

  @Test("the list's identity decides; an import without copNo by its keys, invtNo never")
  func identity() {
    #expect(!isCancelled(base.all + [base.cancellation.with(["agentCode": "AG2"])]))
    #expect(!isCancelled(base.all + [base.cancellation.with(["copNo": "C2"])]))
    #expect(isCancelled(base.all + [base.cancellation.with(["invtNo": "X"])]))
    let `import` = Triplet.import
    #expect(!isCancelled(`import`.all + [base.cancellation]))
    let list = `import`.list.with(["copNo": ""])
    let cancellation = `import`.cancellation.with(["copNo": "", "agentCode": "AG2"])
    #expect(isCancelled([list, cancellation]))
    #expect(isCancelled([list, cancellation.with(["ebpCode": "无", "ebcCode": "EBP1"])]))
    #expect(!isCancelled([list, cancellation.with(["logisticsNo": "W2"])]))
    #expect(!isCancelled([list, cancellation.with(["orderNo": "O2"])]))
    #expect(!isCancelled([`import`.list, cancellation]))
  }

  @Test("a cancelled list is absent for every other one: no duplicate, no shared waybill")
  func absent() {
    let other = base.list.with(["copNo": "C2", "guid": "G-L2", "appTime": "1002"])
    let both: FindingSet = [FindingSet(.waybillShared)]
    #expect(
      verdicts(base.all + [other]).map(\.findings) == [both, both.union(FindingSet(.listDuplicate))])
    let found = verdicts(base.all + [other, base.cancellation])
    #expect(found.map(\.findings) == [[], []])
    #expect(found.map(\.disposition) == [.cancelled, .released])
  }
}
