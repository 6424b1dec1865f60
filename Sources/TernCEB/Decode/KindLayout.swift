/// A kind's elements as bytes, and the numbering of its fields that walks use.
///
/// State 0 is the place where a document may start. States 1…H are the head's fields in schema
/// order, H+1…H+L the line's.
final class KindLayout: Sendable {
  let kind: Kind
  let root: [UInt8]
  let document: [UInt8]
  let head: [UInt8]?
  let line: [UInt8]?
  let headFields: Int
  let lineFields: Int
  /// Documents that a message may hold.
  let documentLimit: Int
  /// A message without a document is a reject.
  let needsDocument: Bool
  /// By state: where a walk finds the column of a text.
  let textPlaces: [UInt32]
  /// By state; entry 0 is empty.
  let fieldNames: [[UInt8]]

  init(_ kind: Kind) {
    let spec = kind.spec
    self.kind = kind
    root = Array("CEB\(spec.number)Message".utf8)
    document = Array(spec.document.utf8)
    head = spec.head.map { Array($0.utf8) }
    line = spec.line.map { Array($0.utf8) }
    headFields = spec.headFields.count
    lineFields = spec.lineFields.count
    textPlaces = WalkedTexts.places(kind)
    documentLimit = kind.role.decides ? MessageReader.maxDocuments : Int(Int32.max)
    needsDocument = kind.role.decides
    fieldNames =
      [[]] + spec.headFields.map { Array($0.name.utf8) } + spec.lineFields.map { Array($0.name.utf8) }
  }

  static let all: [KindLayout] = Kind.allCases.map(KindLayout.init)
  /// By the number in the root's name.
  static let byNumber: [Int: KindLayout] = Dictionary(
    uniqueKeysWithValues: all.map { ($0.kind.spec.number, $0) })

  /// Local name of an element that a walk opened.
  func name(of open: MessageReader.Open) -> [UInt8] {
    switch open.role {
    case .document: document
    case .head: head ?? []
    case .line: line ?? []
    default: fieldNames[open.state]
    }
  }

  /// State of a head or line field by its local name, searched from `hint` on, since elements
  /// nearly always come in schema order.
  func state(of name: Range<Int>, in reader: borrowing MessageReader, inLine: Bool, hint: Int) -> Int? {
    let states = inLine ? headFields + 1..<headFields + lineFields + 1 : 1..<headFields + 1
    let start = states.contains(hint) ? hint : states.lowerBound
    for state in start..<states.upperBound where reader.isEqual(name, fieldNames[state]) {
      return state
    }
    for state in states.lowerBound..<start where reader.isEqual(name, fieldNames[state]) {
      return state
    }
    return nil
  }
}
