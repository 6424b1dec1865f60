import TernCEB
import Testing

@testable import TernMatch

@Suite("match rows")
struct RowTests {
  @Test("every row is whole words without padding, key first")
  func layout() {
    #expect(MatchTable.allCases.map(\.wordCount) == [11, 8, 9, 9, 9, 4, 4, 6, 6])
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
      #expect(MemoryLayout<Row>.offset(of: flags) == 12)
      #expect(MemoryLayout<Row>.offset(of: document) == 16)
      #expect(MemoryLayout<Row>.offset(of: appTime) == 24)
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

  @Test("a key has its direction on top, and 95 bits of the digest")
  func keys() {
    let digest = KeyDigest(high: 0xf000_0000_0000_0003, low: 0xaaaa_bbbb_1234_5678)
    let (export, toImport) = (MatchKey(digest, .export), MatchKey(digest, .import))
    #expect(export == MatchKey(high: 0x7800_0000_0000_0001, low: 0x1234_5678))
    #expect(toImport == MatchKey(high: 0xf800_0000_0000_0001, low: 0x1234_5678))
  }

  /// Every legal number fits, and so does what is a little beyond.
  static let amounts: [Int128] = [
    0, 1, -1, 9_999_999_999_999_999_999, -9_999_999_999_999_999_999, Int128(UInt64.max), 1 << 64, -1 << 64,
    Int128(Int64.max), Int128(Int64.min), 1 << 68 - 1, -1 << 68,
  ]

  @Test("a digest and an amount in two words do not touch each other", arguments: amounts)
  func digestWithAmount(_ value: Int128) {
    let digest: UInt64 = 0xffff_0000_0001
    let pair = DigestE5(digest, value)
    #expect(pair.digest == digest && pair.valueE5 == value)
    for other in Self.amounts {
      #expect(pair.hasSameValue(as: DigestE5(7, other)) == (value == other))
    }
    #expect(DigestE5(digest, Int128.max).valueE5 == Int128(1) << 79 - 1)
    #expect(DigestE5(digest, Int128.min).valueE5 == Int128(-1) << 79)
  }

  @Test("three amounts and a digest in four words do not touch each other", arguments: amounts, amounts)
  func parcels(_ a: Int128, _ b: Int128) {
    let party: UInt64 = 0xffff_ffff_ffff
    let all = [
      Parcel(party: party, freightE5: a, insuredFeeE5: b, grossWeightE5: 0, packNo: .min),
      Parcel(party: 0, freightE5: 0, insuredFeeE5: a, grossWeightE5: b, packNo: 1),
      Parcel(party: 1, freightE5: b, insuredFeeE5: 0, grossWeightE5: a, packNo: .max),
    ]
    #expect(all.map(\.party) == [party, 0, 1])
    #expect(all.map(\.freightE5) == [a, 0, b])
    #expect(all.map(\.insuredFeeE5) == [b, a, 0])
    #expect(all.map(\.grossWeightE5) == [0, b, a])
    #expect(all.map(\.packNo) == [.min, 1, .max])
    for (one, other) in [(all[0], all[1]), (all[1], all[2]), (all[2], all[0])] {
      #expect(one.hasSameFreight(as: other) == (one.freightE5 == other.freightE5))
      #expect(one.hasSameInsuredFee(as: other) == (one.insuredFeeE5 == other.insuredFeeE5))
      #expect(one.hasSameGrossWeight(as: other) == (one.grossWeightE5 == other.grossWeightE5))
    }
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

  @Test("keys that share slot and tag are told apart by all of their bits")
  func keyGroups() {
    var groups = KeyGroups()
    groups.reset(capacity: 300)
    var table = groups.handle
    // Equal ends of both parts: same slot, same tag.
    func key(_ number: Int) -> MatchKey { MatchKey(high: UInt64(number) << 32 | 5, low: 0xffff_fffe) }
    let keys = (0..<300).map(key)
    for (index, key) in keys.enumerated() { #expect(table.insert(key) == index) }
    for (index, key) in keys.enumerated() {
      #expect(table.insert(key) == index)
      #expect(table.find(key) == index)
    }
    #expect(table.groupCount == 300)
    #expect(table.find(key(300)) == -1)
    #expect(table.find(MatchKey(high: 5, low: 5)) == -1)
    #expect(table.find(MatchKey(high: 5, low: 0xfffe)) == -1)
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
