import Synchronization
import TernCEB
import TernMatch
import TernRules
import TernStore

/// A return that counts.
struct CountingReturn: Sendable {
  /// Digest of direction and `invtNo`: the list that it names.
  var name: KeyDigest
  var document: DocumentRef
  var appTime: Int64
}

extension ReconcileRun {
  /// The returns that count, those of one name together, in order of `appTime`, then received.
  func countingReturns() throws(TernError) -> [CountingReturn] {
    let found = Mutex<[CountingReturn]>([])
    try phase(
      3, [.refunds],
      { rows, facts, _, scratch in
        let refunds = unsafe RowView<RefundRow>(words: rows.refunds)
        matchRefunds(refunds, facts: facts, scratch: scratch)
        let part = scratch.refunds.map { row in
          let refund = refunds[Int(row)]
          return CountingReturn(
            name: refund.list, document: refund.document, appTime: refund.appTime)
        }
        found.withLock { $0 += part }
        extendLifetime(rows)
      })
    return found.withLock { $0 }.sorted {
      if $0.name != $1.name { return ($0.name.high, $0.name.low) < ($1.name.high, $1.name.low) }
      return $0.appTime != $1.appTime ? $0.appTime < $1.appTime : $0.document < $1.document
    }
  }
}
