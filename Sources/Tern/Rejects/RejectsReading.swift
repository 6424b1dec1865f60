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
        for row in 0..<rows {
          func text(_ column: String) -> String { table[column].text.string(row) }
          let (kind, reason, sender) = (text("kind"), text("reason"), text("sender"))
          guard filter.admits(reason: reason, kind: kind, sender: sender) else { continue }
          let source = Int(table["source"].integer[row])
          let place = try members.place(
            path: paths.indices.contains(source) ? paths[source] : "", source: Int64(source),
            offset: table["offset"].integer[row])
          try body(
            unsafe Reject(
              source: place.path, offset: place.offset, length: table["length"].integer[row], kind: kind,
              key: text("key"), field: text("field"), reason: reason, message: text("message"),
              sender: sender, encoding: text("encoding"),
              original: table["original"].text.unsafeValue(row)))
        }
        extendLifetime(table)
      }
    }
  }
}
