import TernCEB
import TernMatch
import TernStore

/// Which lists new documents can have changed, so that only these are judged again.
///
/// A verdict depends on three groups of documents: those of the list's identity with its
/// cancellations, of its waybill key and of its trade key, the last two with the other lists that
/// count. So what changes is:
/// 1. the new lists, and those of their identities or of those that new cancellations name: they have moved;
/// 2. every list that shares a waybill or trade key with one of these, or with a new waybill, order
///    or payment: these are touched.
///
/// Written by one thread at a time, between passes; read by all.
final class ChangedLists: @unchecked Sendable {
  /// Segments from here on are new.
  let firstNewSegment: Int
  let numbering: ListNumbering
  /// What is known of old lists.
  let words: StoredWords
  /// Dense number of the first new list.
  let firstNew: Int
  /// One bit per list: small enough to stay in a cache while rows are looked up.
  private var bits = GrowableBuffer<UInt64>()
  /// Old members, as they were found.
  private(set) var old: [Int] = []
  /// By key and segment: where to look for keys of old members, as `MatchKeys.load` asks. Nil: everywhere.
  private(set) var places: [[[UInt64]?]] = []
  /// By key and segment: keys of new documents and moved lists that an old segment may have, in ascending order.
  private var held: [[[UInt64]]]

  init(firstNewSegment: Int, _ numbering: ListNumbering, _ words: StoredWords) {
    self.firstNewSegment = firstNewSegment
    self.words = words
    self.numbering = numbering
    firstNew = numbering.firstIndex(ofSegment: firstNewSegment)
    bits.append(repeating: 0, count: (numbering.count + 63) / 64)
    for index in firstNew..<numbering.count { bits[index >> 6] |= 1 << UInt64(index & 63) }
    held = KeySpace.allCases.map { _ in (0..<firstNewSegment).map { _ in [] } }
    forgetPlaces()
  }

  /// The changed lists so far. Valid until the next `insert`.
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

  /// Members.
  var count: Int { old.count + numbering.count - firstNew }

  /// Between passes: makes lists members, and returns those that were none, in ascending order.
  func insert(_ lists: [Int]) -> [Int] {
    var added: [Int] = []
    for index in lists where !members.contains(index) {
      bits[index >> 6] |= 1 << UInt64(index & 63)
      added.append(index)
    }
    old += added
    return added.sorted()
  }

  // MARK: - Where keys are

  func forgetPlaces() {
    places = KeySpace.allCases.map { _ in (0..<firstNewSegment).map { _ in [] } }
  }

  /// Between passes: finds out in which key ranges of some spaces the rows of old lists are, which ascend.
  func place(_ lists: [Int], _ spaces: [KeySpace], _ view: StoreView) throws(TernError) {
    var decoder = ColumnDecoder()
    var next = 0
    while next < lists.count {
      let first = numbering.document(lists[next])
      let (segment, id) = (first.segment, TableID.listRanges(first.direction))
      let group = first.row / ListRanges.rowsPerGroup
      let reader = view.segments[segment]
      guard reader.schema(of: id) == ListRanges.schema else {
        for space in spaces { places[space.rawValue][segment] = nil }
        next += 1
        continue
      }
      let table = try storing { () throws(StoreError) in
        try reader.readTable(id, group: group, decoder: &decoder)
      }
      let keyBits = spaces.map { reader.matchRangeBits(of: .match(Int($0.tables[0].rawValue))) }
      var ranges: [[UInt64]] = spaces.map { _ in [] }
      while next < lists.count {
        let list = numbering.document(lists[next])
        let row = list.row - group * ListRanges.rowsPerGroup
        guard list.segment == segment, list.direction == first.direction, row < ListRanges.rowsPerGroup else { break }
        // Past the end are drafts, which have no rows.
        if row < table.rowCount {
          for (index, space) in spaces.enumerated() {
            let range = UInt64(bitPattern: table.columns[space.rawValue].integer[row])
            ranges[index].append(range << UInt64(64 - keyBits[index]))
          }
        }
        next += 1
      }
      for (space, ranges) in zip(spaces, ranges) {
        if let known = places[space.rawValue][segment] { places[space.rawValue][segment] = ascending(known + ranges) }
      }
    }
  }

  /// Between passes: takes what the filters have let through, in any order.
  func hold(_ keys: [[UInt64]], in space: KeySpace) {
    for segment in keys.indices { held[space.rawValue][segment] = ascending(held[space.rawValue][segment] + keys[segment]) }
  }

  /// What an old segment may have of new documents and moved lists, of a range of keys.
  func held(_ range: KeyRange, segment: Int) -> ArraySlice<UInt64> {
    let (held, bounds) = (held[range.space.rawValue][segment], range.bounds)
    return held[held.place(of: bounds.lowerBound)...].prefix { $0 <= bounds.upperBound }
  }
}

/// In order, each once.
func ascending(_ words: [UInt64]) -> [UInt64] {
  if words.count < 2 { return words }
  var ordered: [UInt64] = []
  ordered.reserveCapacity(words.count)
  for word in words.sorted() where ordered.last != word { ordered.append(word) }
  return ordered
}

extension [UInt64] {
  /// The first of these words, which ascend, that is not lower.
  fileprivate func place(of word: UInt64) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < word { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
