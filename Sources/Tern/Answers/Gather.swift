import Synchronization

/// Runs `body` on each thread: it takes numbers below `count` and gathers for itself. What the threads
/// gathered is merged in any order, so merging must not depend on it.
func gatherOnWorkers<Gathered: Sendable>(
  _ count: Int, threads: Int, _ empty: @autoclosure @Sendable () -> Gathered,
  merge: @Sendable (inout Gathered, Gathered) throws(TernError) -> Void,
  _ body: @Sendable (inout Gathered, WorkQueue) throws(TernError) -> Void
) throws(TernError) -> Gathered {
  let total = Mutex(empty())
  let queue = WorkQueue(count: count)
  try onWorkers(min(threads, max(count, 1))) { (_) throws(TernError) in
    var mine = empty()
    do throws(TernError) {
      try body(&mine, queue)
    } catch {
      queue.stop()
      throw error
    }
    let gathered = mine
    let failure = total.withLock { total -> TernError? in
      do throws(TernError) {
        try merge(&total, gathered)
        return nil
      } catch { return error }
    }
    if let failure { throw failure }
  }
  return total.withLock { $0 }
}


extension JudgedLists {
  /// Writes rows part by part, made on all threads, in their order, below a header. Memory: three pieces per
  /// thread, as `OrderedOutput`.
  func writeRows(
    _ columns: [String], _ format: RowFormat, threads: Int, to sink: ByteSink,
    _ write: @Sendable (inout Reader, Part, inout RowWriter) throws(TernError) -> Void
  ) throws(TernError) {
    sink.append(RowWriter.header(columns, format))
    try sink.flush()
    let threads = min(threads, max(parts.count, 1))
    let output = OrderedOutput(count: parts.count, threads: threads, sink: sink)
    try onWorkers(threads) { (_) throws(TernError) in
      var reader = Reader(self)
      var rows = RowWriter(columns, format)
      do throws(TernError) {
        while let claim = output.claim() {
          try write(&reader, parts[claim.index], &rows)
          claim.piece.bytes.append(contentsOf: rows.bytes)
          rows.removeAll()
          try output.deliver(claim)
        }
      } catch {
        output.stop()
        throw error
      }
    }
  }
}
