import TernCEB
import TernMatch
import TernStore

/// Which lists new documents can have changed, so that only these are judged again.
///
/// A verdict depends on three groups of documents: those of the list's identity with its
/// cancellations, of its waybill key and of its trade key, the last two with the other lists that
/// count. So what changes is:
/// 1. the new lists, and those of their identities or of those that new cancellations name;
/// 2. every list that shares a waybill or trade key with one of these, or with a new waybill, order
///    or payment.
final class ChangedLists: @unchecked Sendable {
  /// Segments from here on are new.
  let firstNewSegment: Int
  let numbering: ListNumbering
  /// By dense number: bit 0 of step 1, bit 1 of step 2. Within a pass each list belongs to one range
  /// of keys, so that threads write without locks.
  private var marks: GrowableBuffer<UInt8>
  /// One bit per list, of `settle`: small enough to stay in a cache while rows are looked up.
  private var bits = GrowableBuffer<UInt64>()

  init(firstNewSegment: Int, _ numbering: ListNumbering) {
    self.firstNewSegment = firstNewSegment
    self.numbering = numbering
    marks = GrowableBuffer(capacity: numbering.count)
    let old = numbering.firstIndex(ofSegment: firstNewSegment)
    marks.append(repeating: 0, count: old)
    marks.append(repeating: Self.moved, count: numbering.count - old)
    settle(Self.moved)
  }

  /// A new list, or one of the identity of a new list or cancellation.
  static let moved: UInt8 = 1
  /// One that shares a key with these or with another new document.
  static let touched: UInt8 = 2

  /// Between passes: from now on `contains` lists with any bit of `mask`. O(lists).
  func settle(_ mask: UInt8) {
    bits.removeAll()
    bits.append(repeating: 0, count: (numbering.count + 63) / 64)
    hasOld = false
    let firstNew = numbering.firstIndex(ofSegment: firstNewSegment)
    for index in 0..<numbering.count where marks[index] & mask != 0 {
      bits[index / 64] |= 1 << UInt64(index % 64)
      if index < firstNew { hasOld = true }
    }
  }

  @inline(__always) func contains(_ index: Int) -> Bool {
    precondition(index >= 0 && index < numbering.count, "no such list")
    return unsafe bits.base[index &>> 6] &>> UInt64(index & 63) & 1 != 0
  }

  @inline(__always) func mark(_ index: Int, _ bit: UInt8) {
    precondition(index >= 0 && index < numbering.count, "no such list")
    unsafe marks.base[index] |= bit
  }

  /// An old list is among those that `contains` has.
  private(set) var hasOld = false

  /// Lists that `contains` has.
  var count: Int { (0..<bits.count).reduce(0) { $0 + bits[$1].nonzeroBitCount } }
}
