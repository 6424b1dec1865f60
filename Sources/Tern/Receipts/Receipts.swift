import TernCEB
import TernRules
import TernStore

extension Engine {
  /// Answers what the store holds in the customs' own format, in the new folder `folder`.
  ///
  /// - Every list that counts and is not cancelled gets a 604 or 622 with its verdict; every order,
  ///   payment and waybill that a list took gets a 304/312, 404/412, 506/512: 120, or 100 where it is
  ///   at fault by itself.
  /// - What was rejected gets a negative code: in its own kind's receipt where its keys can be read,
  ///   else a 900.
  ///
  /// `folder` then has a folder per kind, in it a file per message of up to 100 receipts, and
  /// `index.csv` with a row per receipt. Times are those of the verdicts' as-of: the same store gives
  /// the same bytes, whatever the threads. Memory: `MarkedStore`, and a few row groups per thread.
  ///
  /// - Throws: `notReconciled`, `folderInUse`, `output`.
  public func writeReceipts(
    of path: String, to folder: String, settings receipts: ReceiptSettings = ReceiptSettings()
  ) throws(TernError) -> ReceiptReport {
    let output = try OutputFolder(path: folder)
    let store = try MarkedStore(self, path, wantsPositions: true)
    let asOf = store.rules.asOf ?? 0
    let index = try output.file("index.csv")
    index.append(ReceiptFormatter.indexColumns.joined(separator: ",") + "\n")
    func messages(_ kind: Kind) -> ReceiptMessages {
      ReceiptMessages(kind, receipts, asOf: asOf, folder: output, index: index)
    }
    var all: [ReceiptMessages] = []
    for (source, receipt) in ReceiptLayout.answers {
      let layout = ReceiptLayout(source, receipt, receipts.spec)
      let target = messages(receipt)
      if source.role == .list {
        try writeLists(store, layout, asOf, to: target)
      } else {
        try writeTriplets(store, layout, asOf, to: target)
      }
      all.append(target)
    }
    all.append(messages(Kind(number: 900)!))
    try writeRejects(path, receipts.spec, asOf, to: all)
    var report = ReceiptReport()
    for target in all {
      try target.finish()
      report.messages += target.messageCount
      if target.receiptCount > 0 { report.receipts.append((target.kind, target.receiptCount)) }
    }
    try index.close()
    try output.publish()
    return report
  }

  private func writeLists(
    _ store: MarkedStore, _ layout: ReceiptLayout, _ asOf: Int64, to target: ReceiptMessages
  ) throws(TernError) {
    let parts = store.lists.parts.filter { $0.kind == layout.source }
    let threads = min(settings.threads, max(parts.count, 1))
    let output = OrderedOutput(count: parts.count, threads: threads, write: target.append)
    try onWorkers(threads) { (_) throws(TernError) in
      var writer = ListReceipts(store, layout, asOf: asOf)
      do throws(TernError) {
        while let claim = output.claim() {
          try writer.write(parts[claim.index], to: claim.piece)
          try output.deliver(claim)
        }
      } catch {
        output.stop()
        throw error
      }
    }
  }

  private func writeTriplets(
    _ store: MarkedStore, _ layout: ReceiptLayout, _ asOf: Int64, to target: ReceiptMessages
  ) throws(TernError) {
    let parts = TripletReceipts.parts(store.view.segments, layout.source)
    let threads = min(settings.threads, max(parts.count, 1))
    let output = OrderedOutput(count: parts.count, threads: threads, write: target.append)
    try onWorkers(threads) { (_) throws(TernError) in
      var writer = TripletReceipts(store, layout, asOf: asOf)
      do throws(TernError) {
        while let claim = output.claim() {
          try writer.write(parts[claim.index], to: claim.piece)
          try output.deliver(claim)
        }
      } catch {
        output.stop()
        throw error
      }
    }
  }
}
