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

  func load(_ keys: MatchKeys, among: Range<Int>, asked: [[UInt64]?]? = nil) throws(StoreError) {
    try keys.load(number, of: count, from: segments, among: among, asked: asked)
  }
}

/// One thread's search for rows of changed keys.
///
/// Old segments are many times as large as new ones: their keys are read only where a filter or the place of a list says so.
final class ChangedRows {
  typealias Tables = [(table: MatchTable, keys: MatchKeys)]

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
    for (_, keys) in tables { try appendNew(range, keys, changed, to: &wanted) }
    if wanted.isEmpty { return [] }
    wanted = ascending(wanted)
    var asked: [[UInt64]] = []
    for segment in old {
      asked.append(try range.segments[segment].mayHave(wanted, filter: range.space.filter, decoder: &decoder))
    }
    held = held.isEmpty ? asked : zip(held, asked).map { $0 + $1 }
    try range.load(lists, among: old, asked: asked)
    var found: [Int] = []
    let (members, numbering) = (changed.members, changed.numbering)
    lists.find(wanted, asked: asked) { _, document in
      let index = numbering.index(DocumentRef(rawValue: document))
      if !members.contains(index) { found.append(index) }
    }
    return found
  }

  /// Fills `rows` with all rows of the keys of changed lists. False: there are none.
  func gather(
    _ range: KeyRange, _ tables: Tables, _ changed: ChangedLists, _ results: ListResults,
    into rows: MatchTables
  ) throws(StoreError) -> Bool {
    rows.removeAll()
    let ofOld = try keysOfOld(range, tables[0].keys, changed)
    var wanted = ofOld
    // A new cancellation is judged even where it names no list.
    for (_, keys) in range.space == .identity ? tables : [tables[0]] {
      try appendNew(range, keys, changed, to: &wanted)
    }
    if wanted.isEmpty { return false }
    wanted = ascending(wanted)
    let asked = changed.asked(wanted, and: ofOld, in: range.space, segments: range.segments.count)
    let (members, numbering) = (changed.members, changed.numbering)
    for (table, keys) in tables {
      try range.load(keys, among: range.segments.indices, asked: asked)
      var places: [MatchKeys.Place] = []
      var others: [Int] = []
      keys.find(wanted, asked: asked) { place, document in
        places.append(place)
        guard table.role == .list else { return }
        let index = numbering.index(DocumentRef(rawValue: document))
        if !members.contains(index) { others.append(index) }
      }
      for index in others {
        try changed.words.load(index)
        company.append((index, results.word(index)))
      }
      try rows.withWords(table) { (words) throws(StoreError) in
        try keys.pick(places, into: &words)
      }
    }
    return true
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
