import Glibc
import Synchronization

/// Faults to force in tests, each a number of times. Absent in production: the paths that ask for
/// one first look whether there is this object at all, once per request of many kilobytes.
final class FaultInjection: Sendable {
  struct Faults: Sendable {
    /// Creating the ring fails with this errno.
    var ringCreation: (errno: Int32, times: Int)?
    /// Submitting fails with this errno.
    var submission: (errno: Int32, times: Int)?
    /// A read request ends with this errno.
    var read: (errno: Int32, times: Int)?
    /// A read gives about half of what it could.
    var shortReads = 0
    /// The ring has no descriptors of its own.
    var refusesDirectDescriptors = false
    /// Every file counts as not cached, so that O_DIRECT is used where it works at all.
    var cold = false
  }

  private let faults: Mutex<Faults>

  init(_ faults: Faults) { self.faults = Mutex(faults) }

  func ringCreation() -> Int32? { take(\.ringCreation) }
  func submission() -> Int32? { take(\.submission) }
  var refusesDirectDescriptors: Bool { faults.withLock { $0.refusesDirectDescriptors } }
  var cold: Bool { faults.withLock { $0.cold } }

  /// What a read that gave `result` (bytes or a negative errno) shall have given.
  func read(_ result: Int) -> Int {
    if let number = take(\.read) { return -Int(number) }
    guard result > 1 else { return result }
    let isShort = faults.withLock { faults in
      guard faults.shortReads > 0 else { return false }
      faults.shortReads -= 1
      return true
    }
    return isShort ? (result + 1) / 2 : result
  }

  private func take(_ fault: WritableKeyPath<Faults, (errno: Int32, times: Int)?> & Sendable)
    -> Int32?
  {
    faults.withLock { faults in
      guard let (number, times) = faults[keyPath: fault], times > 0 else { return nil }
      faults[keyPath: fault] = (number, times - 1)
      return number
    }
  }
}
