import TernCEB
import Testing

@testable import TernMatch

@Suite("projection")
struct ProjectionTests {
  let secret = Secret(bytes: (0..<16).map { UInt8($0 * 3) })

  /// Appends one document; numbers as mantissa without fraction, everything else as text.
  func add(_ head: [String: String], _ lines: [[String: String]] = [], to tables: KindTables) {
    func append(_ fields: [String: String], _ table: Table) {
      for (entry, column) in zip(table.schema.columns, table.columns) {
        let text = entry.name == "#lines" ? String(lines.count) : fields[entry.name] ?? ""
        switch column {
        case .text(let column): column.append(text)
        case .integer(let column): column.append(Int64(text) ?? 0)
        case .decimal(let column):
          // `12/2` is 0.12.
          let parts = text.split(separator: "/")
          if parts.isEmpty {
            column.append(mantissa: 0, form: .absent)
          } else {
            column.append(
              mantissa: UInt64(parts[0])!,
              form: DecimalForm(rawValue: parts.count > 1 ? UInt8(parts[1])! : 0))
          }
        }
      }
    }
    append(head, tables.heads)
    for line in lines { append(line, tables.lines!) }
  }

  func rows<Row: MatchRow>(_ words: borrowing GrowableBuffer<UInt64>, _: Row.Type) -> [Row] {
    let view = unsafe RowView<Row>(words: words)
    return (0..<view.count).map { view[$0] }
  }

  func project(_ tables: KindTables, base: Int = 0) -> MatchTables {
    let output = MatchTables()
    var projector = Projector(secret: secret)
    projector.project(tables, rowBase: base, into: output)
    return output
  }

  let order = [
    "appType": "1", "appTime": "5", "appStatus": "2", "ebpCode": "P", "ebcCode": "S",
    "orderNo": "1", "goodsValue": "7", "freight": "2", "currency": "142",
  ]

  @Test("only declared documents have rows, at their own place")
  func drafts() {
    let tables = KindTables(.order303)
    for status in ["2", "1", "", "22", "2"] {
      add(order.merging(["appStatus": status]) { $1 }, to: tables)
    }
    let found = rows(project(tables, base: 100).orders, OrderRow.self)
    #expect(found.map(\.document.row) == [100, 104])
    #expect(found.allSatisfy { $0.document.segment == 0 && $0.appTime == 5 })
    #expect(found[0].sellerAndGoods.valueE5 == 700_000)
    #expect(found[0].buyerAndPayable.valueE5 == 900_000)
  }

  @Test("appType: 1 new, 3 delete, all else a change")
  func appTypes() {
    let tables = KindTables(.order303)
    for type in ["1", "2", "3", "", "9", "11"] {
      add(order.merging(["appType": type]) { $1 }, to: tables)
    }
    let found = rows(project(tables).orders, OrderRow.self)
    #expect(found.map(\.flags.appType) == [1, 2, 3, 2, 2, 2])
  }

  @Test("platform: ebpCode, or ebcCode where it is empty or 无")
  func platforms() {
    let tables = KindTables(.order303)
    for (ebp, ebc) in [("P", "S"), ("", "P"), ("无", "P"), ("无锡", "P"), ("P ", "S"), ("", "")] {
      add(order.merging(["ebpCode": ebp, "ebcCode": ebc]) { $1 }, to: tables)
    }
    let keys = rows(project(tables).orders, OrderRow.self).map(\.key)
    #expect(keys.count == 6)
    #expect(keys[0] == keys[1])
    #expect(keys[0] == keys[2])
    #expect(Set(keys).count == 4)
  }

  @Test("an import payment without platform has no row")
  func importPayments() {
    let tables = KindTables(.payment411)
    for ebp in ["", "P", "无"] {
      add(["appStatus": "2", "ebpCode": ebp, "orderNo": "1", "guid": "g"], to: tables)
    }
    let found = rows(project(tables).payments, PaymentRow.self)
    #expect(found.map(\.document.row) == [1])
    #expect(found[0].document.direction == .import)
  }

  @Test("payment identity: number, or guid where there is none; never one for the other")
  func paymentIdentity() {
    let tables = KindTables(.payment403)
    for (number, guid) in [("N", "a"), ("N", "b"), ("", "a"), ("", "b"), ("a", "z"), ("", "a")] {
      add(
        ["appStatus": "2", "ebpCode": "P", "orderNo": "1", "payNo": number, "guid": guid],
        to: tables)
    }
    let found = rows(project(tables).payments, PaymentRow.self).map(\.identity)
    #expect(found[0] == found[1])
    #expect(found[2] == found[5])
    #expect(Set(found).count == 4)
  }

  @Test("lines sum to one digest by value, in any order; each line counts")
  func lines() {
    let tables = KindTables(.order303)
    let one = ["gnum": "1", "qty": "2", "price": "3", "totalPrice": "6", "currency": "142"]
    let sameOne = one.merging(["qty": "20/1", "price": "300000/5"]) { $1 }
    let two = one.merging(["gnum": "2"]) { $1 }
    for lines in [[one, two], [two, sameOne], [one], [one, one], [], [two, two]] {
      add(order, lines, to: tables)
    }
    let found = rows(project(tables).orders, OrderRow.self)
    #expect(found[0].lines == found[1].lines)
    #expect(Set(found.map(\.lines)).count == 5)
    #expect(found[4].lines == 0)
    #expect(found.allSatisfy { !$0.flags.contains(.lineArithmetic) })
  }

  @Test("a list leaves three rows, with its goods summed")
  func lists() throws {
    let tables = KindTables(.list603)
    let head = order.merging([
      "agentCode": "A", "copNo": "C", "logisticsCode": "L", "logisticsNo": "W", "freight": "1",
      "insuredFee": "2", "fFlag": "3", "iFlag": "1", "grossWeight": "3", "netWeight": "3",
      "packNo": "4", "tradeMode": "9610",
    ]) { $1 }
    let line = [
      "gnum": "1", "qty": "2", "price": "3", "totalPrice": "6", "currency": "142", "unit": "011",
      "unit1": "035", "qty1": "1",
    ]
    let largest = "9999999999999999999/5"
    add(head, [line, line.merging(["gnum": "2", "currency": ""]) { $1 }], to: tables)
    add(
      head.merging(["copNo": ""]) { $1 },
      [line.merging(["qty": largest, "price": largest, "totalPrice": largest]) { $1 }],
      to: tables)
    let output = project(tables)
    let trade = rows(output.listsByTrade, ListTradeRow.self)
    let waybill = rows(output.listsByWaybill, ListWaybillRow.self)
    let identity = rows(output.listsByIdentity, ListIdentityRow.self)
    try #require(trade.count == 2 && waybill.count == 2 && identity.count == 2)
    #expect(trade[0].sellerAndGoods.valueE5 == 1_200_000)
    #expect(trade[0].flags == RowFlags(rawValue: 1).union(.tradeMode(.m9610)))
    #expect(trade[0].currency == currencyDigest("142", .export, secret: secret))
    #expect(trade[1].sellerAndGoods.valueE5 == 9_999_999_999_999_999_999)
    #expect(trade[1].flags.contains(.lineArithmetic))
    #expect(waybill[0].flags.contains(.freight) && !waybill[0].flags.contains(.insuredFee))
    #expect(waybill[0].parcel.packNo == 4)
    #expect(identity[0].key != identity[1].key)
    #expect(trade[0].key == trade[1].key && waybill[0].key == waybill[1].key)
    #expect(output.rowCount(.listsByTrade) == 2 && output.rowCount(.orders) == 0)

    // An order of the same trade key meets it.
    let orders = KindTables(.order303)
    add(order, to: orders)
    #expect(rows(project(orders).orders, OrderRow.self)[0].key == trade[0].key)
  }

  @Test("seller and currency are remembered between documents, never confused")
  func remembered() {
    let tables = KindTables(.order303)
    for seller in ["S", "S", "", "T", "S"] {
      add(order.merging(["ebcCode": seller]) { $1 }, to: tables)
    }
    let found = rows(project(tables).orders, OrderRow.self).map(\.sellerAndGoods.digest)
    #expect(found[0] == found[1] && found[0] == found[4])
    #expect(found[2] == 0)
    #expect(Set(found).count == 3)
  }

  @Test("equal content is equal by value; where it came from does not matter")
  func content() {
    let tables = KindTables(.order303)
    let line = ["gnum": "1", "qty": "2", "itemName": "x"]
    add(order.merging(["guid": "g", "#offset": "1"]) { $1 }, [line], to: tables)
    add(
      order.merging(["guid": "g", "#offset": "99", "goodsValue": "70/1"]) { $1 },
      [line.merging(["qty": "200000/5"]) { $1 }], to: tables)
    add(order.merging(["guid": "h"]) { $1 }, [line], to: tables)
    add(order.merging(["guid": "g"]) { $1 }, [line.merging(["itemName": "y"]) { $1 }], to: tables)
    add(order.merging(["guid": "g", "freight": ""]) { $1 }, [line], to: tables)
    add(order.merging(["guid": "g"]) { $1 }, [line, line], to: tables)
    let facts = (0..<6).map { versionFacts(of: tables, row: $0, secret: secret) }
    #expect(facts[0] == facts[1])
    #expect(facts[0].guid != facts[2].guid)
    #expect(Set(facts.map(\.content)).count == 5)
    #expect(Set(facts.map(\.guid)).count == 2)

    let detail = detail(of: tables, row: 5)
    #expect(detail.lines.map(\.qtyE5) == [200_000, 200_000])
    #expect(detail.goodsValueE5 == 700_000)
  }
}
