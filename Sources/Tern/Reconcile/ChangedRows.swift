import TernCEB
import TernMatch
import TernRules
import TernStore

/// A set of keys by a word of their digests: a filter before a table, since most look-ups find
/// nothing. The word is keyed and has 64 bits: it finds candidates, the judging compares all 128.
private struct KeySet: ~Copyable {
  private var filter = GrowableBuffer<UInt64>()
  private var slots = GrowableBuffer<UInt64>()
  private var mask = 0

  /// Empties the set for at most `count` keys.
  mutating func reset(capacity count: Int) {
    var size = 64
    while size < count * 2 { size *= 2 }
    mask = size - 1
    // Eight bits of filter for each slot.
    filter.removeAll()
    filter.append(repeating: 0, count: size / 8)
    slots.removeAll()
    slots.append(repeating: 0, count: size)
  }

  mutating func insert(_ word: UInt64) {
    // 0 is an empty slot.
    let word = word == 0 ? 1 : word
    filter[Int(word >> 32) & (mask >> 3)] |= 1 << (word & 63)
    var slot = Int(truncatingIfNeeded: word >> 6) & mask
    while slots[slot] != 0 && slots[slot] != word { slot = (slot + 1) & mask }
    slots[slot] = word
  }

  @inline(__always) func contains(_ word: UInt64) -> Bool {
    unsafe filter.base[Int(truncatingIfNeeded: word &>> 32) & (mask &>> 3)] &>> (word & 63) & 1 != 0
      && isThere(word)
  }

  @inline(never) private func isThere(_ word: UInt64) -> Bool {
    let word = word == 0 ? 1 : word
    var slot = Int(truncatingIfNeeded: word >> 6) & mask
    while slots[slot] != 0 {
      if slots[slot] == word { return true }
      slot = (slot + 1) & mask
    }
    return false
  }
}

/// One thread's search for rows of changed keys.
final class ChangedRows {
  private var set = KeySet()
  private var keys = GrowableBuffer<UInt64>()
  private var documents = GrowableBuffer<UInt64>()
  private var picked = GrowableBuffer<UInt32>()
  private var company: [(index: Int, word: UInt64)] = []

  /// Words of lists that were judged only as company of changed ones: put back after the phase.
  func takeCompany() -> [(index: Int, word: UInt64)] {
    let taken = company
    company = []
    return taken
  }

  /// Word of a row that serves the set, and the one with the document.
  private static let keyWord = 1
  private static let documentWord = 2

  /// Marks the lists in `lists` whose key is that of a list that `changed` has, or of a row in
  /// `others`: ranges loaded from the new segments alone.
  func mark(
    _ lists: MatchRange, others: [MatchRange], _ changed: ChangedLists, bit: UInt8
  ) throws(StoreError) {
    try readLists(lists)
    var found = changedRows(lists, changed)
    for other in others { try appendNewKeys(other, changed, to: &found) }
    fillSet(found)
    for row in 0..<documents.count where set.contains(keys[row]) {
      changed.mark(index(row, changed), bit)
    }
  }

  enum Outcome {
    case nothing
    case gathered
    /// An old list shares a key with new documents and is not known as changed.
    case late
  }

  /// Fills `rows` with all rows of the keys of changed lists.
  ///
  /// - Parameter isSearch: it is not yet known which lists are changed but the new ones, and past
  ///   identities those of their identities. Rows of new segments then count as changed too; a
  ///   list of an identity that is found is marked as moved, and another list ends the search.
  func gather(
    _ ranges: [(table: MatchTable, range: MatchRange)], _ changed: ChangedLists,
    _ results: ListResults, isSearch: Bool, into rows: MatchTables
  ) throws(StoreError) -> Outcome {
    rows.removeAll()
    let lists = ranges[0]
    try readLists(lists.range)
    var found = changedRows(lists.range, changed)
    // A new cancellation is judged even where it names no list.
    let byIdentity = lists.table == .listsByIdentity
    if isSearch || byIdentity {
      for (_, other) in ranges.dropFirst() { try appendNewKeys(other, changed, to: &found) }
    }
    if found.isEmpty { return .nothing }
    fillSet(found)
    try pick(lists.table, lists.range, into: rows)
    if picked.isEmpty && !byIdentity { return .nothing }
    for position in 0..<picked.count {
      let index = index(Int(picked[position]), changed)
      if isSearch && byIdentity {
        changed.mark(index, ChangedLists.moved)
        results.keep(index, RuleEngine.ownMask)
      } else if !changed.contains(index) {
        if isSearch { return .late }
        unsafe company.append((index, results.unsafeWords[index]))
      }
    }
    for (table, range) in ranges.dropFirst() {
      keys.removeAll()
      try range.column(Self.keyWord, into: &keys)
      try pick(table, range, into: rows)
    }
    return .gathered
  }

  private func index(_ row: Int, _ changed: ChangedLists) -> Int {
    changed.numbering.index(DocumentRef(rawValue: documents[row]))
  }

  private func readLists(_ lists: MatchRange) throws(StoreError) {
    keys.removeAll()
    documents.removeAll()
    try lists.column(Self.keyWord, into: &keys)
    try lists.column(Self.documentWord, into: &documents)
  }

  /// Keys of the lists that `changed` has.
  private func changedRows(_ lists: MatchRange, _ changed: ChangedLists) -> [UInt64] {
    var found: [UInt64] = []
    let first = changed.hasOld ? 0 : lists.firstRow(ofSegment: changed.firstNewSegment)
    for row in first..<documents.count where changed.contains(index(row, changed)) {
      found.append(keys[row])
    }
    return found
  }

  /// Keys of the rows of new segments.
  private func appendNewKeys(
    _ other: MatchRange, _ changed: ChangedLists, to found: inout [UInt64]
  ) throws(StoreError) {
    let start = keys.count
    try other.column(Self.keyWord, into: &keys)
    for row in start + other.firstRow(ofSegment: changed.firstNewSegment)..<keys.count {
      found.append(keys[row])
    }
    keys.setCount(start)
  }

  private func fillSet(_ found: [UInt64]) {
    set.reset(capacity: found.count)
    for key in found { set.insert(key) }
  }

  private func pick(
    _ table: MatchTable, _ range: MatchRange, into rows: MatchTables
  ) throws(StoreError) {
    picked.removeAll()
    for row in 0..<keys.count where set.contains(keys[row]) { picked.append(UInt32(row)) }
    try rows.withWords(table) { (words) throws(StoreError) in
      try range.pick(picked, into: &words)
    }
  }
}
