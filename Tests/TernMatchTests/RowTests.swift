import TernCEB
import Testing

@testable import TernMatch

@Suite("match rows")
struct RowTests {
  @Test("every row is whole words without padding, key first")
  func layout() {
    #expect(MatchTable.allCases.map(\.wordCount) == [14, 12, 14, 11, 13, 5, 5, 7, 7])
    #expect(MemoryLayout<OrderRow>.size == OrderRow.wordCount * 8)
    #expect(MemoryLayout<PaymentRow>.size == PaymentRow.wordCount * 8)
    #expect(MemoryLayout<WaybillRow>.size == WaybillRow.wordCount * 8)
    #expect(MemoryLayout<ListTradeRow>.size == ListTradeRow.wordCount * 8)
    #expect(MemoryLayout<ListWaybillRow>.size == ListWaybillRow.wordCount * 8)
    #expect(MemoryLayout<ListIdentityRow>.size == ListIdentityRow.wordCount * 8)
    func checkHead<Row: MatchRow>(
      _: Row.Type, _ key: PartialKeyPath<Row>, _ document: PartialKeyPath<Row>,
      _ appTime: PartialKeyPath<Row>, _ flags: PartialKeyPath<Row>
    ) {
      #expect(MemoryLayout<Row>.offset(of: key) == 0)
      #expect(MemoryLayout<Row>.offset(of: document) == 16)
      #expect(MemoryLayout<Row>.offset(of: appTime) == 24)
      #expect(MemoryLayout<Row>.offset(of: flags) == 32)
    }
    checkHead(OrderRow.self, \.key, \.document, \.appTime, \.flags)
    checkHead(PaymentRow.self, \.key, \.document, \.appTime, \.flags)
    checkHead(WaybillRow.self, \.key, \.document, \.appTime, \.flags)
    checkHead(ListTradeRow.self, \.key, \.document, \.appTime, \.flags)
    checkHead(ListWaybillRow.self, \.key, \.document, \.appTime, \.flags)
    checkHead(ListIdentityRow.self, \.key, \.document, \.appTime, \.flags)
  }

  @Test("a reference keeps segment, row and direction, and sorts in received order")
  func references() {
    let reference = DocumentRef(segment: 70_000, row: 0x7fff_ffff, direction: .import)
    #expect(reference.segment == 70_000)
    #expect(reference.row == 0x7fff_ffff)
    #expect(reference.direction == .import)
    let next = DocumentRef(segment: 70_001, row: 0, direction: .export)
    #expect(reference < next)
    #expect(DocumentRef(segment: 1, row: 2, direction: .import)
      < DocumentRef(segment: 1, row: 3, direction: .import))
  }

  @Test(
    "128-bit amounts survive two words",
    arguments: [0, 1, -1, Int128(UInt64.max), -Int128(UInt64.max) - 1, Int128.max, Int128.min])
  func wide(_ value: Int128) {
    #expect(WideE5(value).value == value)
  }

  @Test("lists have dense numbers without gaps or overlap")
  func numbering() {
    let numbering = ListNumbering(listRows: [(3, 2), (0, 0), (1, 4)])
    #expect(numbering.count == 10)
    var indexes: [Int] = []
    for (segment, direction, rows) in [
      (0, Direction.export, 3), (0, .import, 2), (2, .export, 1), (2, .import, 4),
    ] {
      for row in 0..<rows {
        indexes.append(
          numbering.index(DocumentRef(segment: segment, row: row, direction: direction)))
      }
    }
    #expect(indexes == Array(0..<10))
  }

  @Test("keys that share slot and tag are told apart by all 128 bits")
  func keyGroups() {
    var groups = KeyGroups()
    groups.reset(capacity: 300)
    var table = groups.handle
    // Equal low words: same slot, same tag.
    let keys = (0..<300).map { KeyDigest(high: UInt64($0), low: 0xffff_ffff_ffff_fffe) }
    for (index, key) in keys.enumerated() { #expect(table.insert(key) == index) }
    for (index, key) in keys.enumerated() {
      #expect(table.insert(key) == index)
      #expect(table.find(key) == index)
    }
    #expect(table.groupCount == 300)
    #expect(table.find(KeyDigest(high: 300, low: 0xffff_ffff_ffff_fffe)) == -1)
    #expect(table.find(KeyDigest(high: 1, low: 5)) == -1)
    // A smaller table after a larger one holds nothing of it.
    groups.reset(capacity: 1)
    #expect(groups.handle.find(keys[0]) == -1)
  }

  @Test("facts are found by role and document, in whatever order they came")
  func documentMap() {
    var map = DocumentMap<Int>()
    let references = (0..<50).map { DocumentRef(segment: $0 % 3, row: $0, direction: .export) }
    map.add(.order, references.enumerated().filter { $0.offset % 2 == 0 }.map { ($1, $0) })
    map.add(.order, references.enumerated().reversed().map { ($1, $0 % 2 == 0 ? -1 : $0) })
    for (index, reference) in references.enumerated() {
      #expect(map[.order, reference] == index)
      #expect(map[.list, reference] == nil)
    }
    #expect(map.count(.order) == 50)
  }
}
