import CLiburing
import Glibc

/// Fills extents, in any order within and between them; those given first are begun first.
protocol ReadBackend: AnyObject, Sendable {
  /// Takes an extent to fill. Returns at once; `completed` of the back end tells when it is done.
  func fill(_ extent: Extent)
  /// Begins nothing more, waits for what is in flight, ends the threads. What was not begun is
  /// never reported.
  func stop()
  /// What happened to the back end itself, for people; nil when nothing did.
  var note: String? { get }
}

/// Reading with plain system calls, one piece at a time: what the `pread` back end does, and what
/// the ring does with a piece for which its requests fail. So both report failures alike.
struct PlainReading: Sendable {
  let faults: FaultInjection?

  /// A file that answers EAGAIN or EINTR more often than this is broken.
  private static let maxAttempts = 1000

  func fill(_ index: Int, of extent: Extent) {
    let source = extent[index].source
    if let file = extent.file {
      read(index, of: extent, descriptor: file.descriptor, path: { file.path })
      return
    }
    var flags: Int32 = 0
    if extent.readsDirectly(extent[index]) { flags = tern_o_direct() }
    let path = unsafe extent.plan.cPath(of: source)
    var descriptor = unsafe openForReading(path, extraFlags: flags)
    if descriptor == -EINVAL, flags != 0 {
      // The file system knows no direct reading.
      extent[index].avoidsDirect = true
      descriptor = unsafe openForReading(path, extraFlags: 0)
    }
    guard descriptor >= 0 else {
      extent[index].failure = SystemFailure(
        operation: "open", path: extent.plan.path(of: source), errno: -descriptor)
      return
    }
    read(index, of: extent, descriptor: descriptor, path: { extent.plan.path(of: source) })
    close(descriptor)
  }

  private func read(_ index: Int, of extent: Extent, descriptor: Int32, path: () -> String) {
    var attempts = 0
    while true {
      let piece = extent[index]
      let direct = extent.readsDirectly(piece)
      // A small file's own descriptor leaves direct mode where the next read is not aligned.
      if !direct, extent.file == nil, extent.isDirect { _ = fcntl(descriptor, F_SETFL, 0) }
      let from = direct ? extent.file?.directDescriptor ?? descriptor : descriptor
      let wanted = extent.wantedBytes(piece, direct: direct)
      var result = unsafe pread(
        from, extent.block.address(piece.start + piece.got, count: wanted), wanted,
        off_t(piece.offset) + off_t(piece.got))
      if result < 0 { result = -Int(errno) }
      if let faults { result = faults.read(result) }
      if result >= 0 {
        if extent.advance(index, by: result) { return }
        continue
      }
      attempts += 1
      switch Int32(-result) {
      case EINTR where attempts < Self.maxAttempts: continue
      case EAGAIN where attempts < Self.maxAttempts: usleep(100)
      case EINVAL where direct: extent[index].avoidsDirect = true
      default:
        extent[index].failure = SystemFailure(
          operation: "read", path: path(), errno: Int32(-result))
        return
      }
    }
  }
}

/// Plain `pread` on a few threads: the fallback everywhere, and as good as a ring from a warm cache.
final class PreadBackend: ReadBackend, @unchecked Sendable {
  private let monitor = Monitor()
  private let reading: PlainReading
  private let completed: @Sendable (Extent) -> Void
  private var threads: [SystemThread] = []
  // Guarded by the monitor.
  private var waiting: [Extent] = []
  private var nextPiece = 0
  private var isStopping = false

  let note: String? = nil

  init(
    threadCount: Int, faults: FaultInjection?, completed: @escaping @Sendable (Extent) -> Void
  ) throws(InputError) {
    reading = PlainReading(faults: faults)
    self.completed = completed
    do throws(InputError) {
      for number in 0..<threadCount {
        // The threads keep the back end alive until `stop`.
        threads.append(try SystemThread(name: "pread \(number)") { self.run() })
      }
    } catch {
      stop()
      throw error
    }
  }

  func fill(_ extent: Extent) {
    if extent.count == 0 { return completed(extent) }
    monitor.withLock {
      waiting.append(extent)
      monitor.wakeAll()
    }
  }

  func stop() {
    monitor.withLock {
      isStopping = true
      monitor.wakeAll()
    }
    for thread in threads { thread.join() }
    threads = []
  }

  private func run() {
    while let (extent, index) = take() {
      reading.fill(index, of: extent)
      let isDone = monitor.withLock {
        extent.unfinished -= 1
        return extent.unfinished == 0
      }
      if isDone { completed(extent) }
    }
  }

  private func take() -> (Extent, Int)? {
    monitor.withLock {
      while !isStopping, waiting.isEmpty { monitor.wait() }
      if isStopping { return nil }
      let extent = waiting[0]
      let index = nextPiece
      nextPiece += 1
      if nextPiece == extent.count {
        waiting.removeFirst()
        nextPiece = 0
      }
      return (extent, index)
    }
  }
}
