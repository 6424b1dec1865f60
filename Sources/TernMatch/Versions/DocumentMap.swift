import TernCEB

/// Values by document, made once and then only read, by any number of threads.
///
/// Sorted by reference: 8 bytes beside each value and no empty slots, since a store that was
/// ingested twice may need facts of millions. Look-up O(log n).
public struct DocumentMap<Value: Sendable>: Sendable {
  /// By `Role.rawValue`.
  @usableFromInline var references = [[DocumentRef]](repeating: [], count: Role.allCases.count)
  @usableFromInline var values = [[Value]](repeating: [], count: Role.allCases.count)

  public init() {}

  /// Adds documents of one role in any order; of a document given twice the first value stays.
  /// O(n log n) in what the role then has.
  @inlinable public mutating func add(_ role: Role, _ entries: [(DocumentRef, Value)]) {
    let index = Int(role.rawValue)
    var all = Array(zip(references[index], values[index])) + entries
    // Stable: what was there comes first.
    all.sort { $0.0 < $1.0 }
    references[index].removeAll(keepingCapacity: true)
    values[index].removeAll(keepingCapacity: true)
    for (reference, value) in all where references[index].last != reference {
      references[index].append(reference)
      values[index].append(value)
    }
  }

  @inlinable public subscript(_ role: Role, _ document: DocumentRef) -> Value? {
    let index = Int(role.rawValue)
    var low = 0
    var high = references[index].count
    while low < high {
      let middle = (low + high) / 2
      if references[index][middle] < document { low = middle + 1 } else { high = middle }
    }
    guard low < references[index].count, references[index][low] == document else { return nil }
    return values[index][low]
  }

  public func count(_ role: Role) -> Int { references[Int(role.rawValue)].count }
}

/// Two facts of a document that match rows do not carry.
@frozen public struct VersionFacts: Equatable, Sendable, BitwiseCopyable {
  /// Keyed digest of `guid`.
  public var guid: KeyDigest
  /// Tells documents of one `guid` apart: equal if and only if their parsed content is, every field
  /// of head and lines, numbers by value.
  public var content: KeyDigest

  public init(guid: KeyDigest, content: KeyDigest) {
    self.guid = guid
    self.content = content
  }
}

public typealias FactTable = DocumentMap<VersionFacts>
public typealias DetailTable = DocumentMap<DocumentDetail>

/// Documents whose facts or details a partition lacked.
public struct NeededDocuments: Sendable, Equatable {
  /// By `Role.rawValue`.
  private var factReferences = [[DocumentRef]](repeating: [], count: Role.allCases.count)
  private var detailReferences = [[DocumentRef]](repeating: [], count: Role.allCases.count)

  public init() {}

  mutating func addFacts(_ role: Role, _ document: DocumentRef) {
    factReferences[Int(role.rawValue)].append(document)
  }

  public mutating func addDetail(_ role: Role, _ document: DocumentRef) {
    detailReferences[Int(role.rawValue)].append(document)
  }

  public mutating func formUnion(_ other: NeededDocuments) {
    for role in factReferences.indices {
      factReferences[role] += other.factReferences[role]
      detailReferences[role] += other.detailReferences[role]
    }
  }

  public var isEmpty: Bool {
    factReferences.allSatisfy(\.isEmpty) && detailReferences.allSatisfy(\.isEmpty)
  }

  /// Each document once, in the order of storage.
  public func facts(_ role: Role) -> [DocumentRef] { sorted(factReferences[Int(role.rawValue)]) }

  /// Each document once, in the order of storage.
  public func details(_ role: Role) -> [DocumentRef] {
    sorted(detailReferences[Int(role.rawValue)])
  }

  private func sorted(_ references: [DocumentRef]) -> [DocumentRef] {
    var result: [DocumentRef] = []
    for reference in references.sorted() where result.last != reference { result.append(reference) }
    return result
  }
}
