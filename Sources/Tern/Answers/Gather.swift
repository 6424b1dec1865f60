import Synchronization
import TernCEB
import TernMatch
import TernStore

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

