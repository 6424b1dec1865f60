import TernCEB
import TernMatch
import TernStore

/// What documents are looked up by, through the store's index of numbers. The raw value is the schema's name
/// of the element.
enum IndexedNumber: String, Sendable {
  case orderNo, logisticsNo, invtNo, copNo, payTransactionId
  /// The `invtNo` that Tern's receipts give a list without one.
  case derivedInvtNo
  /// The business number of a reject.
  case rejectKey = "key"

  /// Part of the hash: stores keep it.
  fileprivate var tag: UInt8 {
    switch self {
    case .orderNo: 1
    case .logisticsNo: 2
    case .invtNo: 3
    case .copNo: 4
    case .payTransactionId: 5
    case .derivedInvtNo: 6
    case .rejectKey: 7
    }
  }

  /// Numbers that name a list, its order, its payments or its waybill, of the head or of a line. The `copNo` of
  /// other kinds is a number of their own.
  static func of(_ kind: Kind) -> (head: [IndexedNumber], line: [IndexedNumber]) {
    let ofList: Set<Int> = [603, 621, 605, 623, 604, 622, 606, 624]
    func isIndexed(_ number: IndexedNumber) -> Bool {
      switch number {
      case .orderNo, .logisticsNo, .invtNo: true
      case .copNo: ofList.contains(kind.spec.number)
      case .payTransactionId: kind.spec.number == 412
      case .derivedInvtNo, .rejectKey: false
      }
    }
    func indexed(_ fields: [Field]) -> [IndexedNumber] {
      fields.compactMap { IndexedNumber(rawValue: $0.name) }.filter(isIndexed)
    }
    return (
      indexed(kind.spec.headFields) + (kind.role == .list ? [.derivedInvtNo] : []),
      indexed(kind.spec.lineFields)
    )
  }
}

/// Hashes the numbers of documents, as they are taken in and as they are looked for. For one thread.
struct NumberHasher: ~Copyable {
  private var digester: NumberDigester
  private var derived = ContentDigester()
  private static let byKind = Kind.allCases.map(IndexedNumber.of)

  init(secret: Secret) { digester = NumberDigester(secret: secret) }

  /// Appends the hashes of all numbers of the documents, in no order. Empty ones have none.
  mutating func append(_ tables: KindTables, to hashes: inout GrowableBuffer<UInt64>) {
    let numbers = Self.byKind[Int(tables.kind.rawValue)]
    for number in numbers.head {
      if number == .derivedInvtNo {
        appendDerived(tables, to: &hashes)
      } else {
        append(tables.heads[number.rawValue].text, number, to: &hashes)
      }
    }
    guard let lines = tables.lines else { return }
    for number in numbers.line { append(lines[number.rawValue].text, number, to: &hashes) }
  }

  /// The same of rejects.
  mutating func append(rejects: Table, to hashes: inout GrowableBuffer<UInt64>) {
    append(rejects[IndexedNumber.rejectKey.rawValue].text, .rejectKey, to: &hashes)
  }

  private mutating func append(
    _ column: TextColumn, _ number: IndexedNumber, to hashes: inout GrowableBuffer<UInt64>
  ) {
    hashes.reserve(column.count)
    let tag = number.tag
    for row in 0..<column.count {
      let value = unsafe column.unsafeValue(row)
      if !value.isEmpty { hashes.append(unsafe digester.digest(tag, value)) }
    }
  }

  private mutating func appendDerived(
    _ tables: KindTables, to hashes: inout GrowableBuffer<UInt64>
  ) {
    let own = tables.heads["invtNo"].text
    let numbers = DerivedNumberColumns(tables.heads, tables.kind.direction)
    for row in 0..<own.count where own.range(row).isEmpty {
      let bits = numbers.lookUpBits(row, &derived)
      hashes.append(digester.digest(IndexedNumber.derivedInvtNo.tag, bits))
    }
  }

  /// The hash of a number that is looked for; nil for one that no document can have.
  mutating func hash(_ number: IndexedNumber, _ text: String) -> UInt64? {
    if number == .derivedInvtNo {
      return DerivedNumbers.lookUpBits(ofInvtNo: text).map { digester.digest(number.tag, $0) }
    }
    var text = text
    return text.withUTF8 { unsafe $0.isEmpty ? nil : digester.digest(number.tag, $0) }
  }
}
