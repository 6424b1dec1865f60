import TernCEB
import TernStore

/// Which rejects are wanted: those that fit every list that is not empty.
public struct RejectFilter: Sendable {
  public var reasons: Set<RejectReason> = []
  /// `CEB603`; empty for messages whose kind is not known.
  public var kinds: Set<String> = []
  public var senders: Set<String> = []

  public init() {}

  func admits(reason: String, kind: String, sender: String) -> Bool {
    (reasons.isEmpty || RejectReason(rawValue: reason).map(reasons.contains) ?? false)
      && (kinds.isEmpty || kinds.contains(kind)) && (senders.isEmpty || senders.contains(sender))
  }
}

/// Something that could not be used, as the store keeps it. Lives as long as the call it is given to.
@safe
struct Reject {
  /// The source's path; of an archive's member `archive.zip/member.xml`.
  var source: String
  var offset: Int64
  var length: Int64
  var kind: String
  var key: String
  var field: String
  var reason: String
  var message: String
  var sender: String
  var encoding: String
  /// `CopMsgId` of the envelope that it came in; empty where there was none.
  var messageId: String
  @unsafe var original: UnsafeBufferPointer<UInt8>

  /// In the order of `Engine.rejectColumns`.
  var values: [String] {
    [source, "\(offset)", "\(length)", kind, key, field, reason, message, sender, encoding]
  }
}

extension Engine {
  /// Calls `body` with every reject that passes `filter`, in received order. Memory: a row group.
  func forEachReject(
    of path: String, filter: RejectFilter, _ body: (Reject) throws(TernError) -> Void
  ) throws(TernError) {
    let store = try storing { () throws(StoreError) in try Store.open(path) }
    let paths = try storing { () throws(StoreError) in try store.sources().map(\.source.path) }
    var decoder = ColumnDecoder()
    let members = try MemberNames(store)
    for position in store.manifest.segments.indices
    where store.manifest.segments[position].rejects > 0 {
      let segment = try storing { () throws(StoreError) in try store.openSegment(position) }
      for (group, rows) in segment.groups(of: .rejects) {
        let table = try storing { () throws(StoreError) in
          try segment.readTable(.rejects, group: group, decoder: &decoder)
        }
        let envelopes = try EnvelopeIDs(segment, group: group, &decoder)
        for row in 0..<rows {
          func text(_ column: String) -> String { table[column].text.string(row) }
          let (kind, reason, sender) = (text("kind"), text("reason"), text("sender"))
          guard filter.admits(reason: reason, kind: kind, sender: sender) else { continue }
          let source = Int(table["source"].integer[row])
          let offset = table["offset"].integer[row]
          let place = try members.place(
            path: paths.indices.contains(source) ? paths[source] : "", source: Int64(source),
            offset: offset)
          try body(
            unsafe Reject(
              source: place.path, offset: place.offset, length: table["length"].integer[row], kind: kind,
              key: text("key"), field: text("field"), reason: reason, message: text("message"),
              sender: sender, encoding: text("encoding"),
              messageId: envelopes[source: Int64(source), offset: offset],
              original: table["original"].text.unsafeValue(row)))
        }
        extendLifetime(table)
      }
    }
  }
}

/// The `CopMsgId`s of one unit's envelopes, by what lies in them.
private struct EnvelopeIDs {
  private let table: Table?

  init(
    _ segment: SegmentReader, group: Int, _ decoder: inout ColumnDecoder
  ) throws(TernError) {
    guard segment.schema(of: .envelopes) != nil else {
      table = nil
      return
    }
    table = try storing { () throws(StoreError) in
      try segment.readTable(
        .envelopes, group: group, columns: ["source", "offset", "length", "messageId"],
        decoder: &decoder)
    }
  }

  /// Empty for a place that is in none. O(log n): envelopes stand in the order of their places.
  subscript(source source: Int64, offset offset: Int64) -> String {
    guard let table else { return "" }
    let (sources, offsets) = (table.columns[0].integer, table.columns[1].integer)
    var (low, high) = (0, table.rowCount)
    while low < high {
      let middle = (low + high) / 2
      if (sources[middle], offsets[middle]) <= (source, offset) { low = middle + 1 } else { high = middle }
    }
    guard low > 0, sources[low - 1] == source, offset - offsets[low - 1] < table.columns[2].integer[low - 1]
    else { return "" }
    return table.columns[3].text.string(low - 1)
  }
}
