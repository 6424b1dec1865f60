import TernCEB
import TernMatch
import TernRules
import TernStore

/// One thread's search for rows of changed keys.
final class ChangedRows {
  private var company: [(index: Int, word: UInt64)] = []

  /// Words of lists that were judged only as company of changed ones: put back after the phase.
  func takeCompany() -> [(index: Int, word: UInt64)] {
    let taken = company
    company = []
    return taken
  }

  /// Marks the lists in `lists` whose key is that of a member of `changed`, or of a new row in
  /// `others`.
  func mark(_ lists: MatchKeys, others: [MatchKeys], _ changed: ChangedLists, bit: UInt8) {
    var wanted = keys(of: changed, in: lists)
    for other in others { appendNew(other, changed, to: &wanted) }
    lists.find(Self.ascending(wanted)) { _, document in
      changed.mark(changed.numbering.index(DocumentRef(rawValue: document)), bit)
    }
  }

  /// Fills `rows` with all rows of the keys of changed lists. False: there are none.
  func gather(
    _ tables: [(table: MatchTable, keys: MatchKeys)], _ changed: ChangedLists, _ results: ListResults,
    into rows: MatchTables
  ) throws(StoreError) -> Bool {
    rows.removeAll()
    let lists = tables[0]
    var wanted = keys(of: changed, in: lists.keys)
    // A new cancellation is judged even where it names no list.
    let byIdentity = lists.table == .listsByIdentity
    if byIdentity {
      for (_, other) in tables.dropFirst() { appendNew(other, changed, to: &wanted) }
    }
    if wanted.isEmpty { return false }
    wanted = Self.ascending(wanted)
    let (members, numbering) = (changed.members, changed.numbering)
    for (table, keys) in tables {
      var places: [MatchKeys.Place] = []
      keys.find(wanted) { place, document in
        places.append(place)
        guard table.role == .list else { return }
        let index = numbering.index(DocumentRef(rawValue: document))
        if !members.contains(index) { company.append((index, results.word(index))) }
      }
      try rows.withWords(table) { (words) throws(StoreError) in
        try keys.pick(places, into: &words)
      }
    }
    return true
  }

  /// Keys of the members of `changed`.
  private func keys(of changed: ChangedLists, in lists: MatchKeys) -> [UInt64] {
    var found: [UInt64] = []
    let (members, numbering) = (changed.members, changed.numbering)
    lists.forEachStretch(ofSegmentsFrom: changed.hasOld ? 0 : changed.firstNewSegment) { segment, documents, key in
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
  private func appendNew(_ other: MatchKeys, _ changed: ChangedLists, to found: inout [UInt64]) {
    other.forEachStretch(ofSegmentsFrom: changed.firstNewSegment) { _, documents, key in
      for row in documents.indices { found.append(key(row)) }
    }
  }

  /// In order, each once.
  private static func ascending(_ words: [UInt64]) -> [UInt64] {
    var ordered: [UInt64] = []
    ordered.reserveCapacity(words.count)
    for word in words.sorted() where ordered.last != word { ordered.append(word) }
    return ordered
  }
}
