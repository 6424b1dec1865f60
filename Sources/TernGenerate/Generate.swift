import Dispatch
import Glibc
import Synchronization

/// Makes a corpus: CEB messages, and beside them the verdict that every list must get.
///
/// Blocks of lists are made on `settings.threads` threads and written in order, so memory is
/// bounded by blocks in hand and the bytes do not depend on the number of threads.
///
/// - Parameter progress: bytes of XML and lists written so far; called after each block, from any
///   thread, never by two at once.
/// - Throws: `GenerateError` for settings out of range, a folder that is not empty, or a system
///   call that failed, such as a write to a full disk.
public func generate(
  _ settings: GenerateSettings, to destination: GenerateSettings.Destination,
  progress: @escaping @Sendable (_ bytes: Int, _ lists: Int) -> Void = { _, _ in }
) throws(GenerateError) -> GenerateSummary {
  try settings.validate()
  let output = try Output(settings, destination)
  do {
    let counts = try run(settings, output, progress)
    let summary = GenerateSummary(counts, settings)
    try output.finish(summary)
    return summary
  } catch {
    output.undo()
    throw error
  }
}

private struct RunState {
  var counts = Counts()
  var lists = 0
  var error: GenerateError?
}

private func run(
  _ settings: GenerateSettings, _ output: Output,
  _ progress: @escaping @Sendable (Int, Int) -> Void
) throws(GenerateError) -> Counts {
  let blockCount = settings.blockCount
  let threads = settings.effectiveThreads
  let next = Atomic<Int>(0)
  let hasFailed = Atomic<Bool>(false)
  let state = Mutex(RunState())
  // Block b waits on turn b mod threads, which the end of block b − 1 gives. Blocks are taken in
  // order, so whoever holds the lowest one never waits, even where Dispatch gives fewer threads.
  let turns = (0..<threads).map { _ in DispatchSemaphore(value: 0) }
  turns[0].signal()

  DispatchQueue.concurrentPerform(iterations: threads) { _ in
    var maker = BlockMaker(settings, keepsTruth: output.keepsTruth)
    while true {
      let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard block < blockCount else { return }
      var failure: GenerateError?
      if !hasFailed.load(ordering: .relaxed) {
        maker.make(block)
        do throws(GenerateError) {
          try output.writeUnordered(maker, block: block)
        } catch {
          failure = error
        }
      }
      turns[block % threads].wait()
      state.withLock { state in
        if state.error == nil && failure == nil {
          do throws(GenerateError) {
            try output.writeInOrder(maker)
          } catch {
            failure = error
          }
        }
        if state.error == nil { state.error = failure }
        if state.error != nil {
          hasFailed.store(true, ordering: .relaxed)
        } else {
          state.counts.add(maker.counts)
          state.lists += min(settings.listsPerBlock, settings.lists - state.lists)
          progress(state.counts.bytes, state.lists)
        }
      }
      turns[(block + 1) % threads].signal()
    }
  }
  let (counts, error) = state.withLock { ($0.counts, $0.error) }
  if let error { throw error }
  return counts
}
