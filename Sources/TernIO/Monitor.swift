import Glibc

/// A lock with a condition: threads here wait for each other (for a filled block, a free unit), and
/// `Mutex` of the standard library cannot wait.
///
/// It guards what its owner says it guards; there is one condition, and every change wakes all.
/// Changes come once per unit of megabytes, so that costs nothing.
@safe
final class Monitor: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    let made = unsafe (pthread_mutex_init(mutex, nil), pthread_cond_init(condition, nil))
    precondition(made == (0, 0), "no mutex")
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  func withLock<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure)
    -> Result
  {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Gives the lock away until someone calls `wakeAll`. Only inside `withLock`, and in a loop that
  /// looks at its condition again.
  func wait() { unsafe pthread_cond_wait(condition, mutex) }

  func wakeAll() { unsafe pthread_cond_broadcast(condition) }
}

/// A thread of the system's own, joined by its owner. Not a Dispatch worker: those are retired
/// when idle, and a ring's requests die with the thread that submitted them.
@safe
final class SystemThread: @unchecked Sendable {
  private var handle = pthread_t()
  private var isJoined = false

  private final class Start {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  init(name: String, _ body: @escaping @Sendable () -> Void) throws(InputError) {
    let start = unsafe Unmanaged.passRetained(Start(body))
    let result = unsafe pthread_create(
      &handle, nil,
      { raw in
        let start = unsafe Unmanaged<Start>.fromOpaque(raw!).takeRetainedValue()
        start.body()
        return nil
      }, start.toOpaque())
    guard result == 0 else {
      unsafe start.release()
      throw .resources(SystemFailure(operation: "pthread_create", path: name, errno: result))
    }
  }

  /// Waits for the thread's end. Called once, by the owner.
  func join() {
    precondition(!isJoined, "joined twice")
    isJoined = true
    pthread_join(handle, nil)
  }
}
