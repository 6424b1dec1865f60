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

  /// Between passes: from now on `members` are the lists with any bit of `mask`. O(lists).
  func settle(_ mask: UInt8) {
    bits.removeAll()
    hasOld = false
    let firstNew = numbering.firstIndex(ofSegment: firstNewSegment)
    let count = numbering.count
    for start in stride(from: 0, to: count, by: 64) {
      var word: UInt64 = 0
      for index in start..<min(start + 64, count) where unsafe marks.base[index] & mask != 0 {
        word |= 1 &<< UInt64(index & 63)
      }
      if word != 0 && start < firstNew { hasOld = hasOld || word & lowBits(firstNew - start) != 0 }
      bits.append(word)
    }
  }

  /// The lists of the last `settle`. Valid until the next one.
  ///
  /// A handle, since a class's own properties are checked for exclusive access at every touch: that took longer than
  /// the look-up.
  @safe
  struct Members {
    @unsafe fileprivate let bits: UnsafePointer<UInt64>
    let count: Int

    @inline(__always) func contains(_ index: Int) -> Bool {
      precondition(index >= 0 && index < count, "no such list")
      return unsafe bits[index &>> 6] &>> UInt64(index & 63) & 1 != 0
    }
  }

  var members: Members { unsafe Members(bits: bits.base, count: numbering.count) }

  func mark(_ index: Int, _ bit: UInt8) {
    precondition(index >= 0 && index < numbering.count, "no such list")
    unsafe marks.base[index] |= bit
  }

  /// An old list is among the members.
  private(set) var hasOld = false

  /// Members.
  var count: Int { (0..<bits.count).reduce(0) { $0 + bits[$1].nonzeroBitCount } }
}

/// A word whose `count` lowest bits, or all, are set.
private func lowBits(_ count: Int) -> UInt64 { count >= 64 ? ~0 : 1 << UInt64(count) - 1 }
