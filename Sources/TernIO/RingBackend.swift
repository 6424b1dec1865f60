import CLiburing
import Glibc

/// Reading through io_uring. One thread of its own makes the ring, submits, reaps and ends it: the
/// kernel ties a ring's requests to the task that submitted them.
///
/// Large files: reads of `Tuning.readBytes`, `Tuning.readDepth` of them in flight over all extents.
/// Small files: `Tuning.fileDepth` in flight, each a chain of open, read and close with a descriptor
/// that lives in the ring, or, where the kernel has none, the same three steps one after the other.
/// A request that fails for any reason is done again with plain calls, whose errno counts.
final class RingBackend: ReadBackend, @unchecked Sendable {
  struct Unavailable: Error {
    var operation: String
    var errno: Int32
  }

  private let monitor = Monitor()
  private let completed: @Sendable (Extent) -> Void
  private let reading: PlainReading
  private var thread: SystemThread?
  private let wakeDescriptor: Int32
  // Guarded by the monitor.
  private var incoming: [Extent] = []
  private var isStopping = false
  private var start: Result<Void, Unavailable>?
  private var lossNote: String?

  var note: String? { monitor.withLock { lossNote } }

  /// Makes the ring and reads once through it. Throws `Unavailable` where that does not work.
  init(faults: FaultInjection?, completed: @escaping @Sendable (Extent) -> Void) throws {
    self.completed = completed
    reading = PlainReading(faults: faults)
    wakeDescriptor = tern_event_make()
    guard wakeDescriptor >= 0 else {
      throw Unavailable(operation: "eventfd", errno: -wakeDescriptor)
    }
    thread = try SystemThread(name: "io_uring") { self.run() }
    let result = monitor.withLock {
      while start == nil { monitor.wait() }
      return start!
    }
    if case .failure(let error) = result {
      thread?.join()
      thread = nil
      throw error
    }
  }

  deinit { close(wakeDescriptor) }

  func fill(_ extent: Extent) {
    if extent.count == 0 { return completed(extent) }
    monitor.withLock {
      incoming.append(extent)
      monitor.wakeAll()
    }
    wake()
  }

  func stop() {
    monitor.withLock {
      isStopping = true
      monitor.wakeAll()
    }
    wake()
    thread?.join()
    thread = nil
  }

  private func wake() { tern_event_signal(wakeDescriptor) }

  // MARK: The ring's thread

  private func run() {
    do throws(Unavailable) {
      let loop = try RingLoop(
        wakeDescriptor: wakeDescriptor, reading: reading, completed: completed)
      announce(.success(()))
      serve(loop)
    } catch {
      announce(.failure(error))
    }
  }

  private func announce(_ result: Result<Void, Unavailable>) {
    monitor.withLock {
      start = result
      monitor.wakeAll()
    }
  }

  private func serve(_ loop: RingLoop) {
    while true {
      let (extents, isStopping) = monitor.withLock {
        defer { incoming = [] }
        return (incoming, self.isStopping)
      }
      loop.accept(extents)
      if isStopping { return loop.finish() }
      do throws(Unavailable) {
        try loop.turn()
      } catch {
        monitor.withLock {
          lossNote =
            "io_uring: \(error.operation) failed with \(errnoText(error.errno)); reading goes on with pread"
        }
        return servePlainly(loop.lose())
      }
    }
  }

  /// After the ring is lost: the same work with plain calls on this thread.
  private func servePlainly(_ left: [(Extent, Int)]) {
    for (extent, index) in left { fillPlainly(extent, index) }
    while true {
      let extents: [Extent]? = monitor.withLock {
        while incoming.isEmpty, !isStopping { monitor.wait() }
        defer { incoming = [] }
        return isStopping ? nil : incoming
      }
      guard let extents else { return }
      for extent in extents {
        for index in 0..<extent.count { fillPlainly(extent, index) }
      }
    }
  }

  private func fillPlainly(_ extent: Extent, _ index: Int) {
    reading.fill(index, of: extent)
    extent.unfinished -= 1
    if extent.unfinished == 0 { completed(extent) }
  }
}
