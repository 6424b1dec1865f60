import TernCEB

/// Dense numbers for all lists: a base per segment and direction, plus the row.
public struct ListNumbering: Sendable {
  /// `[segment * 2 + direction]`; one more at the end.
  @usableFromInline let bases: [Int]

  /// `listRows[segment]`: rows of the export and the import lists of each segment, drafts
  /// included.
  public init(listRows: [(export: Int, import: Int)]) {
    var bases: [Int] = [0]
    for (export, `import`) in listRows {
      bases.append(bases[bases.count - 1] + export)
      bases.append(bases[bases.count - 1] + `import`)
    }
    self.bases = bases
  }

  public var count: Int { bases[bases.count - 1] }

  /// Traps for a document that the numbering does not have.
  @inlinable @inline(__always) public func index(_ document: DocumentRef) -> Int {
    let slot = document.segment &* 2 &+ Int(document.direction.rawValue)
    let index = bases[slot] &+ document.row
    precondition(index < bases[slot &+ 1], "a list beyond its segment")
    return index
  }
}

/// What a run finds out about every list, by dense number: one word of finding bits, whose top bit
/// says that the list counts, and the consignee of its waybill.
///
/// One word, because a partition's lists lie all over the array: every list costs a cache miss per
/// phase, and should not cost two.
///
/// Several threads write it without locks: within a phase each list belongs to exactly one
/// partition, and the caller lets a phase end before the next begins.
@safe
public final class ListResults: @unchecked Sendable {
  public let numbering: ListNumbering
  @unsafe private let words: UnsafeMutablePointer<UInt64>
  @unsafe private let consignees: UnsafeMutablePointer<UInt64>
  private let memory: ZeroedMemory

  /// The list counts: the version that stands, not a draft, not deleted.
  @inlinable public static var countsBit: UInt64 { 1 &<< 63 }

  /// Everything 0. 16 bytes per list.
  public init(_ numbering: ListNumbering) {
    self.numbering = numbering
    let count = numbering.count
    memory = ZeroedMemory(byteCount: count * 16)
    unsafe words = memory.base.assumingMemoryBound(to: UInt64.self)
    unsafe consignees = unsafe words + count
  }

  public var count: Int { numbering.count }

  public func counts(_ index: Int) -> Bool {
    precondition(index >= 0 && index < count, "no such list")
    return unsafe words[index] & Self.countsBit != 0
  }

  /// Finding bits as found, whatever the settings switch off; 0 for a list that does not count.
  public func findings(_ index: Int) -> UInt64 {
    precondition(index >= 0 && index < count, "no such list")
    return unsafe words[index] & ~Self.countsBit
  }

  /// `count` words of finding bits and `countsBit`, for loops over all lists.
  @unsafe public var unsafeWords: UnsafeMutablePointer<UInt64> { unsafe words }
  /// `consignee` digest of the matched waybill; meaningless where there is none.
  @unsafe public var unsafeWaybillConsignee: UnsafeMutablePointer<UInt64> {
    unsafe consignees
  }
}
