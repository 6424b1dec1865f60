import TernCEB
import TernStore

/// Names places in archives: which member of the archive it is, and where in it.
///
/// Members stand in the store in received order, so by source and offset; what is asked for is found by
/// halving. Memory: 16 bytes per group of the store that has any (a unit of 16 MiB of XML), and the
/// members of one group. Asking in received order reads each group about twice.
final class MemberNames {
  private struct Key: Comparable {
    var source: Int64
    var offset: Int64
    static func < (left: Key, right: Key) -> Bool {
      (left.source, left.offset) < (right.source, right.offset)
    }
  }

  private let store: Store
  /// Those of the store, where they are open already.
  private let segments: [SegmentReader]?
  private var groups: [(segment: Int, group: Int)] = []
  /// Where the first member of a group begins, as far as it has been asked.
  private var firsts: [Key?] = []
  private var decoder = ColumnDecoder()
  private var open: (segment: Int, reader: SegmentReader)?
  private var loaded: (group: Int, members: Table)?

  init(_ store: Store, segments: [SegmentReader]? = nil) throws(TernError) {
    self.store = store
    self.segments = segments
    for segment in store.manifest.segments.indices {
      let reader = try reader(segment)
      groups += reader.groups(of: .members).map { (segment, $0.group) }
    }
    firsts = Array(repeating: nil, count: groups.count)
  }

  /// The member's name and the place in it; nil where the source is no archive, or the place is one
  /// from which on it could not be read.
  ///
  /// - Parameters:
  ///   - source: `#source` of a document, or `source` of a reject.
  ///   - offset: its `#offset` or `offset`.
  func place(source: Int64, offset: Int64) throws(TernError) -> (
    name: String, offset: Int64
  )? {
    let key = Key(source: source, offset: offset)
    guard let group = try lastGroup(notBehind: key) else { return nil }
    let members = try load(group)
    // The last member that does not begin behind the place.
    let row = Self.count(members.rowCount) { Self.key(members, $0) <= key } - 1
    guard row >= 0, Self.key(members, row).source == source else { return nil }
    let name = members["name"].text.string(row)
    return name.isEmpty ? nil : (name, offset - Self.key(members, row).offset)
  }

  /// `archive.zip/member.xml` and the place in the member, or what was given where it is no archive.
  func place(path: String, source: Int64, offset: Int64) throws(TernError) -> (
    path: String, offset: Int64
  ) {
    guard let member = try place(source: source, offset: offset) else { return (path, offset) }
    return ("\(path)/\(member.name)", member.offset)
  }

  private func lastGroup(notBehind key: Key) throws(TernError) -> Int? {
    if let loaded, try first(loaded.group) <= key {
      let next = loaded.group + 1
      if next == groups.count { return loaded.group }
      if try first(next) > key { return loaded.group }
    }
    var (low, high) = (0, groups.count)
    while low < high {
      let middle = (low + high) / 2
      if try first(middle) <= key { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
  }

  private func first(_ group: Int) throws(TernError) -> Key {
    if let known = firsts[group] { return known }
    let key = Self.key(try read(group), 0)
    firsts[group] = key
    return key
  }

  private func load(_ group: Int) throws(TernError) -> Table {
    if let loaded, loaded.group == group { return loaded.members }
    let members = try read(group)
    loaded = (group, members)
    return members
  }

  private func read(_ group: Int) throws(TernError) -> Table {
    let reader = try reader(groups[group].segment)
    return try storing { () throws(StoreError) in
      try reader.readTable(.members, group: groups[group].group, decoder: &decoder)
    }
  }

  private func reader(_ segment: Int) throws(TernError) -> SegmentReader {
    if let segments { return segments[segment] }
    if let open, open.segment == segment { return open.reader }
    let reader = try storing { () throws(StoreError) in try store.openSegment(segment) }
    open = (segment, reader)
    return reader
  }

  private static func key(_ members: Table, _ row: Int) -> Key {
    Key(source: members["source"].integer[row], offset: members["offset"].integer[row])
  }

  /// How many of `0..<total`, from the first on, hold.
  private static func count(_ total: Int, holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, total)
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
