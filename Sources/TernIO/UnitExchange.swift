import CLiburing
import Glibc

/// Where the reader's thread, the back end's threads and the callers' threads meet: filled extents
/// come in, finished units go out, and both wait here.
final class UnitExchange: @unchecked Sendable {
  private let monitor = Monitor()
  private let maxUnits: Int
  /// Readable from `cancel` on; a wait for a pipe watches it.
  let cancelDescriptor: Int32
  // Guarded by the monitor.
  private var ready: [InputUnit] = []
  /// Units that are ready or with a caller.
  private var unitsOut = 0
  private var isFinished = false
  private var error: InputError?
  private var isCancelled = false
  private var ignored: [IgnoredFile] = []
  private var ignoredCount = 0

  init(maxUnits: Int) throws(InputError) {
    self.maxUnits = maxUnits
    cancelDescriptor = tern_event_make()
    guard cancelDescriptor >= 0 else {
      throw .resources(
        SystemFailure(operation: "eventfd", path: "input reader", errno: -cancelDescriptor))
    }
  }

  deinit { close(cancelDescriptor) }

  // MARK: For the back end

  func complete(_ extent: Extent) {
    monitor.withLock {
      extent.isDone = true
      monitor.wakeAll()
    }
  }

  // MARK: For the reader's thread

  func wait(for extent: Extent) throws(InputError) {
    try monitor.withLock { () throws(InputError) in
      while !extent.isDone, !isCancelled { monitor.wait() }
      if isCancelled { throw .cancelled }
    }
  }

  /// Hands a unit over as soon as callers have given enough back.
  func deliver(_ unit: InputUnit) throws(InputError) {
    try monitor.withLock { () throws(InputError) in
      while unitsOut >= maxUnits, !isCancelled { monitor.wait() }
      if isCancelled { throw .cancelled }
      unit.isDelivered = true
      unitsOut += 1
      ready.append(unit)
      monitor.wakeAll()
    }
  }

  func checkCancelled() throws(InputError) {
    if monitor.withLock({ isCancelled }) { throw .cancelled }
  }

  /// Notes a member of an archive that is not read.
  func ignore(_ member: IgnoredFile) {
    monitor.withLock {
      ignoredCount += 1
      if ignored.count < InputPlan.maxIgnoredNamed { ignored.append(member) }
    }
  }

  func finish(_ error: InputError?) {
    monitor.withLock {
      isFinished = true
      self.error = error
      monitor.wakeAll()
    }
  }

  // MARK: For callers

  func next() throws(InputError) -> InputUnit? {
    try monitor.withLock { () throws(InputError) in
      while ready.isEmpty, !isFinished, !isCancelled { monitor.wait() }
      if isCancelled { throw .cancelled }
      if !ready.isEmpty { return ready.removeFirst() }
      if let error { throw error }
      return nil
    }
  }

  var ignoredMembers: (named: [IgnoredFile], count: Int) {
    monitor.withLock { (ignored, ignoredCount) }
  }

  func giveBack() {
    monitor.withLock {
      unitsOut -= 1
      monitor.wakeAll()
    }
  }

  func cancel() {
    let left = monitor.withLock {
      isCancelled = true
      defer { ready = [] }
      monitor.wakeAll()
      return ready
    }
    // Released outside the lock: the units give their blocks back through it.
    withExtendedLifetime(left) {}
    tern_event_signal(cancelDescriptor)
  }
}
