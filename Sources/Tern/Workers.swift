import Dispatch
import Glibc
import Synchronization

/// Runs `body` once on each of `count` threads and waits for all. The first error is thrown when
/// all have ended.
func onWorkers(
  _ count: Int, _ body: @Sendable (_ worker: Int) throws(TernError) -> Void
) throws(TernError) {
  let failure = Mutex<TernError?>(nil)
  DispatchQueue.concurrentPerform(iterations: count) { worker in
    do throws(TernError) {
      try body(worker)
    } catch {
      failure.withLock { if $0 == nil { $0 = error } }
    }
  }
  if let error = failure.withLock({ $0 }) { throw error }
}

/// Hands out 0, 1, … `count` − 1, each once, to any number of threads.
final class WorkQueue: Sendable {
  private let next = Atomic<Int>(0)
  let count: Int

  init(count: Int) { self.count = count }

  func take() -> Int? {
    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < count ? index : nil
  }

  /// All have been handed out.
  var isEmpty: Bool { next.load(ordering: .relaxed) >= count }

  /// Lets the other threads run out of work.
  func stop() { next.store(count, ordering: .relaxed) }
}

func errorText(_ number: Int32) -> String {
  unsafe String(cString: strerror(number)) + " (errno \(number))"
}
