import Dispatch
import Synchronization
import TernCEB

/// Bytes on their way out, made by one thread at a time.
final class OutputPiece: @unchecked Sendable {
  var bytes = GrowableBuffer<UInt8>()
  /// Where its parts end, for who takes it apart again.
  var ends = GrowableBuffer<Int>()
}

/// Writes pieces that several threads make in the order of their numbers: the output is the same
/// for any number of threads.
///
/// Memory: three pieces per thread. A thread that is ahead waits.
final class OrderedOutput: @unchecked Sendable {
  /// A number and an empty piece for it.
  struct Claim {
    var index: Int
    var piece: OutputPiece
  }

  private struct State {
    var next = 0
    var waiting: [Int: OutputPiece] = [:]
    var free: [OutputPiece] = []
    /// A thread is writing, outside the lock; it alone calls `write`.
    var isWriting = false
  }

  private let state = Mutex(State())
  private let queue: WorkQueue
  private let room = DispatchSemaphore(value: 0)
  private let write: (OutputPiece) throws(TernError) -> Void
  private let threads: Int

  /// Numbers are 0 to `count` − 1.
  convenience init(count: Int, threads: Int, sink: ByteSink) {
    self.init(count: count, threads: threads) { (piece) throws(TernError) in
      try unsafe sink.write(piece.bytes.unsafeElements)
    }
  }

  /// `write` is called with the pieces in order, by one thread at a time.
  init(count: Int, threads: Int, write: @escaping (OutputPiece) throws(TernError) -> Void) {
    queue = WorkQueue(count: count)
    self.write = write
    self.threads = threads
    for _ in 0..<3 * threads { room.signal() }
  }

  /// The next number, or nil if there is none left.
  func claim() -> Claim? {
    // Room first, then the number: the lowest number that is not written always has its room.
    room.wait()
    guard let index = queue.take() else {
      room.signal()
      return nil
    }
    return Claim(index: index, piece: state.withLock { $0.free.popLast() } ?? OutputPiece())
  }

  /// Takes a filled piece and writes all whose turn has come.
  func deliver(_ claim: Claim) throws(TernError) {
    let writes = state.withLock { state in
      state.waiting[claim.index] = claim.piece
      if state.isWriting { return false }
      state.isWriting = true
      return true
    }
    if !writes { return }
    while let piece = takeNext() {
      do throws(TernError) {
        try write(piece)
      } catch {
        stop()
        throw error
      }
      piece.bytes.removeAll()
      piece.ends.removeAll()
      state.withLock { $0.free.append(piece) }
      room.signal()
    }
  }

  /// The piece whose turn it is. Without one, this thread no longer writes.
  private func takeNext() -> OutputPiece? {
    state.withLock { state in
      let piece = state.waiting.removeValue(forKey: state.next)
      if piece == nil { state.isWriting = false } else { state.next += 1 }
      return piece
    }
  }

  /// After an error: no thread gets another number, and none waits for ever.
  func stop() {
    queue.stop()
    for _ in 0..<threads { room.signal() }
  }
}
