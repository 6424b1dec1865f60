import TernCEB
import TernMatch
import TernRules
import TernStore

/// One range of the keys of one space, in all segments.
struct KeyRange {
  let number: Int
  let count: Int
  let space: KeySpace
  let segments: [SegmentReader]

  init(_ number: Int, of count: Int, _ space: KeySpace, _ segments: [SegmentReader]) {
    self.number = number
    self.count = count
    self.space = space
    self.segments = segments
  }

  /// Lowest and highest first word of a key.
  var bounds: ClosedRange<UInt64> {
    let bits = UInt64(count.trailingZeroBitCount)
    let low = UInt64(number) << (64 - bits)
    return low...low | UInt64.max >> bits
  }

  func load(_ keys: MatchKeys, among: Range<Int>, asked: [[UInt64]?]? = nil) throws(StoreError) {
    try keys.load(number, of: count, from: segments, among: among, asked: asked)
  }

  func load(_ rows: MatchRange, among: Range<Int>) throws(StoreError) {
    try rows.load(number, of: count, from: segments, among: among)
  }

  /// Of `keys`, which ascend, those that a segment may have.
  func mayHave(_ keys: [UInt64], _ segment: Int, _ decoder: inout ColumnDecoder) throws(StoreError) -> [UInt64] {
    try segments[segment].mayHave(keys, filter: space.filter, decoder: &decoder)
  }
}

/// One thread's search for rows of changed keys.
///
/// Old segments are many times as large as new ones: their keys are read only where a filter or the place of a list says so.
final class ChangedRows {
  typealias Tables = [(table: MatchTable, keys: MatchKeys, range: MatchRange)]

  private var decoder = ColumnDecoder()
  private var company: [(index: Int, word: UInt64)] = []
  private var held: [[UInt64]] = []

  /// Words of lists that were judged only as company of changed ones: put back after the phase.
  func takeCompany() -> [(index: Int, word: UInt64)] {
    defer { company = [] }
    return company
  }

  /// By old segment, the keys that `mark` has looked for there.
  func takeHeld() -> [[UInt64]] {
    defer { held = [] }
    return held
  }

  /// The old lists, none of them a member of `changed`, whose key is that of a member or of a new document.
  func mark(_ range: KeyRange, _ tables: Tables, _ changed: ChangedLists) throws(StoreError) -> [Int] {
    let lists = tables[0].keys
    let old = 0..<changed.firstNewSegment
    var wanted = try keysOfOld(range, lists, changed)
    for (_, keys, _) in tables { try appendNew(range, keys, changed, to: &wanted) }
    if wanted.isEmpty { return [] }
    wanted = ascending(wanted)
    let asked = try old.map { (segment) throws(StoreError) in try range.mayHave(wanted, segment, &decoder) }
    held = held.isEmpty ? asked : zip(held, asked).map { $0 + $1 }
    try range.load(lists, among: old, asked: asked)
    var found: [Int] = []
    let (members, numbering) = (changed.members, changed.numbering)
    lists.find(asked) { _, document in
      let index = numbering.index(DocumentRef(rawValue: document))
      if !members.contains(index) { found.append(index) }
    }
    return found
  }

  /// Fills `rows` with all rows of the keys of changed lists, and other new ones: these are judged in vain, or where a
  /// cancellation names no list on purpose, and fetching them one by one would take longer. False: there are none.
  func gather(
    _ range: KeyRange, _ tables: Tables, _ changed: ChangedLists, _ results: ListResults,
    into rows: MatchTables
  ) throws(StoreError) -> Bool {
    rows.removeAll()
    let old = 0..<changed.firstNewSegment
    let ofOld = ascending(try keysOfOld(range, tables[0].keys, changed))
    let asked = try old.map { (segment) throws(StoreError) in
      ascending(changed.held(range, segment: segment) + (try range.mayHave(ofOld, segment, &decoder)))
    }
    let (members, numbering) = (changed.members, changed.numbering)
    var isThere = false
    for (table, keys, new) in tables {
      try range.load(keys, among: old, asked: asked)
      var places: [MatchKeys.Place] = []
      var others: [Int] = []
      keys.find(asked) { place, document in
        places.append(place)
        guard table.role == .list else { return }
        let index = numbering.index(DocumentRef(rawValue: document))
        if !members.contains(index) { others.append(index) }
      }
      for index in others {
        try changed.words.load(index)
        company.append((index, results.word(index)))
      }
      try range.load(new, among: old.upperBound..<range.segments.count)
      isThere = isThere || !places.isEmpty || new.rowCount > 0
      try rows.withWords(table) { (words) throws(StoreError) in
        try keys.pick(places, into: &words)
        try new.take(part: 0, of: 1, into: &words)
      }
    }
    return isThere
  }

  /// Keys of the old members of `changed`.
  private func keysOfOld(_ range: KeyRange, _ lists: MatchKeys, _ changed: ChangedLists) throws(StoreError) -> [UInt64] {
    if changed.old.isEmpty { return [] }
    try range.load(lists, among: 0..<changed.firstNewSegment, asked: changed.places[range.space.rawValue])
    var found: [UInt64] = []
    let (members, numbering) = (changed.members, changed.numbering)
    lists.forEachStretch { segment, documents, key in
      // What `ListNumbering.index` does, with the segment's own two numbers at hand.
      let export = numbering.firstIndex(ofSegment: segment, .export)
      let toImport = numbering.firstIndex(ofSegment: segment, .import) - export
      for row in documents.indices {
        let document = DocumentRef(rawValue: documents[row])
        let index = export &+ document.row &+ (document.direction == .import ? toImport : 0)
        if members.contains(index) { found.append(key(row)) }
      }
    }
    return found
  }

  /// Keys of the rows of new segments.
  private func appendNew(
    _ range: KeyRange, _ keys: MatchKeys, _ changed: ChangedLists, to found: inout [UInt64]
  ) throws(StoreError) {
    try range.load(keys, among: changed.firstNewSegment..<range.segments.count)
    keys.forEachStretch { _, documents, key in
      for row in documents.indices { found.append(key(row)) }
    }
  }
}
