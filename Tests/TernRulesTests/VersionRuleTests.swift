import TernCEB
import TernMatch
import Testing

@testable import TernRules

@Suite("which documents count")
struct VersionRuleTests {
  let base = Triplet.export

  func judged(_ docs: [Doc]) -> [FindingSet] { judge(makeTables(docs)).map(\.findings) }

  @Test("the latest appTime counts, also when an older version arrives later")
  func latest() {
    let newer = base.order.with(["appTime": "1001", "appType": "2", "goodsValue": "22"])
    let expected = [FindingSet(.amountGoods, .amountPaid)]
    #expect(judged(base.all + [newer]) == expected)
    #expect(judged([newer] + base.all) == expected)
  }

  @Test("on a tie of appTime the one received later counts")
  func tie() {
    let other = base.order.with(["appType": "2", "goodsValue": "22"])
    #expect(judged(base.all + [other]) == [FindingSet(.amountGoods, .amountPaid)])
    #expect(judged([other] + base.all) == [[]])
  }

  @Test("a delete at the end removes the document, a version after it brings it back")
  func delete() {
    let delete = base.order.with(["appTime": "1001", "appType": "3"])
    #expect(judged(base.all + [delete]) == [FindingSet(.orderMissing)])
    let again = base.order.with(["appTime": "1002", "guid": "G-O2"])
    // New after the delete: no duplicate.
    #expect(judged(base.all + [delete, again]) == [[]])
    let early = delete.with(["appTime": "999"])
    #expect(judged(base.all + [early]) == [[]])
  }

  @Test("two appType 1 of different guid are a duplicate; of one guid they are not")
  func duplicate() {
    for (kind, finding) in [
      (\Triplet.order, Finding.orderDuplicate), (\Triplet.payment, .paymentDuplicate),
      (\Triplet.waybill, .waybillDuplicate), (\Triplet.list, .listDuplicate),
    ] {
      let later = base[keyPath: kind].with(["appTime": "1001"])
      #expect(judged(base.all + [later]) == [[]])
      #expect(judged(base.all + [later.with(["guid": "G-2"])]) == [FindingSet(finding)])
      #expect(
        judged(base.all + [later.with(["guid": "G-2", "appType": "2"])]) == [[]])
    }
  }

  @Test("the same document twice counts once, as first received")
  func twice() {
    #expect(judged(base.all + base.all) == [[]])
    let verdicts = judge(makeTables(base.all + base.all))
    #expect(verdicts.count == 1)
    #expect(verdicts.first?.list.segment == 3)
    // Numbers compare by value.
    let same = base.order.with(["goodsValue": "0021.000"])
    #expect(judged(base.all + [same]) == [[]])
  }

  @Test("a resent document does not overtake another of its appTime")
  func resentTie() {
    let other = base.order.with(["goodsValue": "22", "appType": "2"])
    // Order, other, order again: the last is the first one, so the other counts.
    #expect(
      judged(base.all + [other, base.order]) == [FindingSet(.amountGoods, .amountPaid)])
    // A resent delete does not delete again.
    let delete = base.order.with(["appType": "3"])
    let again = base.order.with(["guid": "G-3"])
    #expect(judged([delete] + base.all + [again, delete]) == [FindingSet(.orderDuplicate)])
  }

  @Test("a number reused after 183 days is another waybill, to the second")
  func waybillReuse() {
    let reuse = 183 * 86_400
    let list = base.list.with(["appTime": String(1000 + reuse + 1)])
    let docs = [base.order, base.payment, list]
    let atBorder = base.waybill.with(["guid": "G-W2", "appTime": String(1000 + reuse)])
    let after = base.waybill.with(["guid": "G-W2", "appTime": String(1001 + reuse)])
    #expect(judged(docs + [base.waybill, atBorder]) == [FindingSet(.waybillDuplicate)])
    #expect(judged(docs + [base.waybill, after]) == [[]])
    // The later waybill is gone: the earlier one is the nearest that counts.
    let deleted = after.with(["appType": "3", "appTime": String(1002 + reuse)])
    #expect(judged(docs + [base.waybill, after, deleted]) == [[]])
    #expect(
      judged(docs + [base.waybill.with(["grossWeight": "9"]), after, deleted])
        == [FindingSet(.weightGross)])
  }

  @Test("a list takes the waybill nearest in time, on a tie the later")
  func nearestWaybill() {
    let reuse = 184 * 86_400
    let first = base.waybill.with(["grossWeight": "9"])
    let second = base.waybill.with(["guid": "G-W2", "appTime": String(1000 + reuse)])
    func weight(_ appTime: Int) -> [FindingSet] {
      judged([
        base.order, base.payment, first, second, base.list.with(["appTime": String(appTime)]),
      ])
    }
    let middle = 1000 + reuse / 2
    #expect(weight(middle) == [[]])
    #expect(weight(middle - 1) == [FindingSet(.weightGross)])
    #expect(weight(0) == [FindingSet(.weightGross)])
    #expect(weight(1000 + 3 * reuse) == [[]])
  }

  @Test("several lists under one waybill: every one is shared, if it is there")
  func shared() {
    let second = base.list.with(["guid": "G-L2", "copNo": "C2", "orderNo": "O2"])
    let missing = FindingSet(.orderMissing, .paymentMissing)
    let shared = FindingSet(.waybillShared)
    #expect(judged(base.all + [second]) == [shared, missing.union(shared)])
    let noWaybill = [base.order, base.payment, base.list, second]
    let lost = FindingSet(.waybillMissing)
    #expect(judged(noWaybill) == [lost, missing.union(lost)])
    // A list that is gone shares nothing.
    let gone = second.with(["appTime": "1001", "appType": "3"])
    #expect(judged(base.all + [second, gone]) == [[]])
  }

  @Test("of several lists of one trade key all but the first are duplicates")
  func listsOfOneTrade() {
    let second = base.list.with(["guid": "G-L2", "copNo": "B9", "logisticsNo": "W2"])
    let waybill = base.waybill.with(["guid": "G-W2", "logisticsNo": "W2"])
    // Equal appTime: B9 comes before C1.
    #expect(
      judged(base.all + [waybill, second]) == [FindingSet(.listDuplicate), []])
    let later = second.with(["appTime": "1001"])
    #expect(
      judged(base.all + [waybill, later]) == [[], FindingSet(.listDuplicate)])
    // Equal copNo, of two agents.
    let agent = second.with(["copNo": "C1", "agentCode": "AG0"])
    #expect(
      judged(base.all + [waybill, agent]) == [FindingSet(.listDuplicate), []])
  }

  @Test("without copNo a list is known by its trade and waybill keys")
  func noCopNo() {
    let list = base.list.with(["copNo": ""])
    let changed = list.with(["appTime": "1001", "appType": "2", "packNo": "2"])
    let docs = [base.order, base.payment, base.waybill]
    #expect(judged(docs + [list, changed]) == [FindingSet(.packageCount)])
    let other = changed.with(["logisticsNo": "W2", "packNo": "1"])
    #expect(
      judged(docs + [list, other])
        == [[], FindingSet(.waybillMissing, .listDuplicate)])
    // Another agent is no other list then.
    #expect(judged(docs + [list, changed.with(["agentCode": "AG9"])]).count == 1)
  }

  @Test("a draft never matches and never replaces")
  func draft() {
    let draft = base.list.with(["appTime": "1005", "appStatus": "1", "packNo": "7"])
    #expect(judged(base.all + [draft]) == [[]])
    #expect(judged([draft]) == [])
  }
}
