import TernCEB
import TernStore

extension Engine {
  /// Documents of each kind in a store, drafts and old versions included, by `Kind.rawValue`. Reads the
  /// manifest alone.
  public func documentCounts(of path: String) throws(TernError) -> [Int] {
    let store = try storing { () throws(StoreError) in try Store.open(path) }
    var counts = [Int](repeating: 0, count: Kind.allCases.count)
    for segment in store.manifest.segments {
      for kind in counts.indices { counts[kind] += segment.documents[kind] }
    }
    return counts
  }
}
