import TernCEB
import TernMatch
import TernStore

/// Which lists new documents can have changed, so that only these are judged again.
///
/// A verdict depends on three groups of documents: those of the list's identity, of its waybill key
/// and of its trade key, the last two with the other lists that count. So what changes is:
/// 1. the new lists, and those of their identities;
/// 2. every list that shares a waybill or trade key with one of these, or with a new waybill, order
///    or payment.
/// Keys are found by a filter: a list too many is judged again for nothing and comes out the same.
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

  /// A new list, or one of the identity of a new one.
  static let moved: UInt8 = 1
  /// One that shares a key with these or with another new document.
  static let touched: UInt8 = 2

  /// Between passes: from now on `contains` lists with any bit of `mask`. O(lists).
  func settle(_ mask: UInt8) {
    bits.removeAll()
    bits.append(repeating: 0, count: (numbering.count + 63) / 64)
    for index in 0..<numbering.count where marks[index] & mask != 0 {
      bits[index / 64] |= 1 << UInt64(index % 64)
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

  /// Lists that `contains` has.
  var count: Int { (0..<bits.count).reduce(0) { $0 + bits[$1].nonzeroBitCount } }
}

/// Finds keys again with few false alarms: 256 bits for each.
struct KeyFilter: ~Copyable {
  private var words = GrowableBuffer<UInt64>()
  private var mask: UInt64 = 0

  /// Empties the filter for about `count` keys.
  mutating func reset(count: Int) {
    var size = 64
    while size < count * 4 { size *= 2 }
    mask = UInt64(size - 1)
    words.removeAll()
    words.append(repeating: 0, count: size)
  }

  /// `hash`: a word of a keyed digest.
  @inline(__always) mutating func insert(_ hash: UInt64) {
    unsafe words.base[Int(truncatingIfNeeded: hash &>> 6 & mask)] |= 1 &<< (hash & 63)
  }

  @inline(__always) func contains(_ hash: UInt64) -> Bool {
    unsafe words.base[Int(truncatingIfNeeded: hash &>> 6 & mask)] &>> (hash & 63) & 1 != 0
  }
}

/// One thread's search for rows of changed keys.
final class ChangedRows {
  private var filter = KeyFilter()
  private var keys = GrowableBuffer<UInt64>()
  private var documents = GrowableBuffer<UInt64>()
  private var picked = GrowableBuffer<UInt32>()
  /// Words of lists that are judged only as company of changed ones: put back after the phase.
  private(set) var company: [(index: Int, word: UInt64)] = []

  /// Word of a row whose bits serve the filter, and the one with the document.
  private static let keyWord = 1
  private static let documentWord = 2

  /// Marks the lists in `lists` whose key is that of a list that `changed` has, or of a row in `others`: ranges
  /// loaded from the new segments alone.
  func mark(
    _ lists: MatchRange, others: [MatchRange], _ changed: ChangedLists, bit: UInt8
  ) throws(StoreError) {
    try readKeys(lists)
    filter.reset(count: others.reduce(keys.count / 16) { $0 + $1.rowCount })
    insertKeys(changed)
    for other in others {
      picked.removeAll()
      let start = keys.count
      try other.column(Self.keyWord, into: &keys)
      for row in start..<keys.count { filter.insert(keys[row]) }
      keys.setCount(start)
    }
    for row in 0..<documents.count where filter.contains(keys[row]) {
      changed.mark(
        changed.numbering.index(DocumentRef(rawValue: documents[row])), bit)
    }
  }

  /// Fills `rows` with all rows of the keys of changed lists. False if there are none.
  func gather(
    _ ranges: [(table: MatchTable, range: MatchRange)], _ changed: ChangedLists,
    _ results: ListResults, into rows: MatchTables
  ) throws(StoreError) -> Bool {
    rows.removeAll()
    try readKeys(ranges[0].range)
    filter.reset(count: keys.count / 16)
    guard insertKeys(changed) else { return false }
    try pick(ranges[0].table, ranges[0].range, into: rows)
    for position in 0..<picked.count {
      let index = changed.numbering.index(DocumentRef(rawValue: documents[Int(picked[position])]))
      if !changed.contains(index) {
        unsafe company.append((index, results.unsafeWords[index]))
      }
    }
    for (table, range) in ranges.dropFirst() {
      keys.removeAll()
      try range.column(Self.keyWord, into: &keys)
      try pick(table, range, into: rows)
    }
    return true
  }

  private func readKeys(_ lists: MatchRange) throws(StoreError) {
    keys.removeAll()
    documents.removeAll()
    try lists.column(Self.keyWord, into: &keys)
    try lists.column(Self.documentWord, into: &documents)
  }

  /// Puts the keys of the lists that `changed` has into the filter. False if there are none.
  @discardableResult
  private func insertKeys(_ changed: ChangedLists) -> Bool {
    var found = false
    for row in 0..<documents.count
    where changed.contains(changed.numbering.index(DocumentRef(rawValue: documents[row]))) {
      filter.insert(keys[row])
      found = true
    }
    return found
  }

  private func pick(
    _ table: MatchTable, _ range: MatchRange, into rows: MatchTables
  ) throws(StoreError) {
    picked.removeAll()
    for row in 0..<keys.count where filter.contains(keys[row]) { picked.append(UInt32(row)) }
    try rows.withWords(table) { (words) throws(StoreError) in
      try range.pick(picked, into: &words)
    }
  }
}
