import CLiburing
import Glibc

/// What the ring's thread owns: the ring, the table of requests, and the work that waits.
@safe
final class RingLoop {
  /// A file's step in the mode without descriptors of the ring.
  private enum Stage { static let open: UInt8 = 0, read: UInt8 = 1, close: UInt8 = 2 }

  /// One piece in flight.
  private struct Request {
    var extent: Extent?
    var index = 0
    var generation: UInt16 = 0
    /// Completions that are still to come.
    var pending = 0
    var isChain = false
    var isDirect = false
    var descriptor: Int32 = -1
    /// Worst result of the chain's open, and the read's.
    var openResult: Int32 = 0
    var readResult: Int32 = 0
    /// Times that the kernel asked to try again.
    var attempts = 0
  }

  private static let wakeSlot = UInt32.max
  /// After so many EAGAIN the piece is read plainly.
  private static let maxAttempts = 8

  private let ring: OpaquePointer
  private let wakeDescriptor: Int32
  private let wakeValue: UnsafeMutablePointer<UInt64>
  private let completions: UnsafeMutablePointer<tern_ring_completion>
  private let reading: PlainReading
  private let completed: (Extent) -> Void
  private let hasDirectDescriptors: Bool

  private var requests: [Request]
  private var freeSlots: [Int]
  private var waiting: [Extent] = []
  private var nextPiece = 0
  /// Pieces of small files that have to go on (staged, or after a short read).
  private var again: [(extent: Extent, index: Int, attempts: Int)] = []
  private var readsInFlight = 0
  private var filesInFlight = 0
  /// Entries prepared whose completions are not reaped: the wake read among them.
  private var outstanding = 0
  private var isWakeArmed = false
  private var isEnded = false

  init(
    wakeDescriptor: Int32, reading: PlainReading, completed: @escaping (Extent) -> Void
  ) throws(RingBackend.Unavailable) {
    if let number = reading.faults?.ringCreation() {
      throw RingBackend.Unavailable(operation: "io_uring_setup", errno: number)
    }
    var made: OpaquePointer?
    let result = unsafe tern_ring_create(&made, Tuning.ringEntries)
    guard result == 0, let made = unsafe made else {
      throw RingBackend.Unavailable(operation: "io_uring_setup", errno: -result)
    }
    unsafe ring = made
    self.wakeDescriptor = wakeDescriptor
    self.reading = reading
    self.completed = completed
    let slots = Tuning.readDepth + Tuning.fileDepth
    requests = Array(repeating: Request(), count: slots)
    freeSlots = Array((0..<slots).reversed())
    unsafe wakeValue = .allocate(capacity: 1)
    unsafe completions = .allocate(capacity: 64)
    let reserved = unsafe tern_ring_reserve_descriptors(made, UInt32(slots))
    hasDirectDescriptors = reserved == 0 && reading.faults?.refusesDirectDescriptors != true
    // The one proof that a ring works is a read through it: sandboxes allow the set-up and refuse
    // requests, or know the call and not the operation.
    tern_event_signal(wakeDescriptor)
    armWake()
    let submitted = unsafe tern_ring_submit_and_wait(ring, 1)
    guard submitted >= 0 else {
      throw RingBackend.Unavailable(operation: "io_uring_enter", errno: -submitted)
    }
    guard unsafe tern_ring_reap(ring, completions, 64) == 1 else {
      throw RingBackend.Unavailable(operation: "io_uring_enter", errno: EAGAIN)
    }
    isWakeArmed = false
    outstanding = 0
    let trial = unsafe completions[0].result
    guard trial == 8 else {
      throw RingBackend.Unavailable(
        operation: "a trial read through io_uring", errno: trial < 0 ? -trial : EIO)
    }
  }

  deinit {
    if !isEnded { unsafe tern_ring_destroy(ring) }
    unsafe wakeValue.deallocate()
    unsafe completions.deallocate()
  }

  func accept(_ extents: [Extent]) { waiting.append(contentsOf: extents) }

  /// Begins what there is room for, waits for at least one completion, and handles all that are in.
  /// Throws where the ring cannot be used any more.
  func turn() throws(RingBackend.Unavailable) {
    armWake()
    begin()
    try submitAndWait()
    reapAll()
  }

  // MARK: Beginning

  /// The wake read is always in flight, so waiting for one completion never waits for nothing.
  private func armWake() {
    guard !isWakeArmed else { return }
    let tag = tern_ring_tag(slot: Self.wakeSlot, generation: 0, stage: 0, reserved: 0)
    guard unsafe tern_ring_prepare_read(ring, wakeDescriptor, wakeValue, 8, 0, tag) else { return }
    isWakeArmed = true
    outstanding += 1
  }

  private func begin() {
    // Four: a chain, and the wake read's entry.
    while unsafe tern_ring_space(ring) >= 4 {
      if let (extent, index, attempts) = again.last {
        guard hasCredit(extent) else { return }
        again.removeLast()
        begin(extent, index, attempts: attempts)
      } else if let extent = waiting.first {
        guard hasCredit(extent) else { return }
        let index = nextPiece
        nextPiece += 1
        if nextPiece == extent.count {
          waiting.removeFirst()
          nextPiece = 0
        }
        begin(extent, index, attempts: 0)
      } else {
        return
      }
    }
  }

  private func hasCredit(_ extent: Extent) -> Bool {
    if extent.file == nil { return filesInFlight < Tuning.fileDepth }
    return readsInFlight < (extent.isCached ? Tuning.cachedReadDepth : Tuning.readDepth)
  }

  private func begin(_ extent: Extent, _ index: Int, attempts: Int) {
    guard let slot = freeSlots.popLast() else { preconditionFailure("more requests than slots") }
    let direct = extent.readsDirectly(extent[index])
    requests[slot].generation &+= 1
    requests[slot].extent = extent
    requests[slot].index = index
    requests[slot].isDirect = direct
    requests[slot].attempts = attempts
    requests[slot].openResult = 0
    requests[slot].readResult = -ECANCELED
    requests[slot].descriptor = -1
    requests[slot].isChain = extent.file == nil && hasDirectDescriptors
    if let file = extent.file {
      readsInFlight += 1
      prepareRead(slot, descriptor: direct ? file.directDescriptor : file.descriptor)
      return
    }
    filesInFlight += 1
    let path = unsafe extent.plan.cPath(of: extent[index].source)
    let flags = openFlags(direct: direct)
    guard requests[slot].isChain else {
      let isPrepared = unsafe tern_ring_prepare_open(ring, path, flags, tag(slot, Stage.open))
      precondition(isPrepared, "no submission entry")
      expect(1, slot)
      return
    }
    let (piece, wanted) = (extent[index], extent.wantedBytes(extent[index], direct: direct))
    let isPrepared = unsafe tern_ring_prepare_chain(
      ring, path, flags, UInt32(slot),
      extent.block.address(piece.start + piece.got, count: wanted), UInt32(wanted),
      piece.offset + UInt64(piece.got), tag(slot, 0))
    precondition(isPrepared, "no submission entry")
    expect(3, slot)
  }

  private func openFlags(direct: Bool) -> Int32 {
    O_RDONLY | O_CLOEXEC | O_NOCTTY | (direct ? tern_o_direct() : 0)
  }

  private func prepareRead(_ slot: Int, descriptor: Int32) {
    let request = requests[slot]
    let extent = request.extent!
    let piece = extent[request.index]
    let wanted = extent.wantedBytes(piece, direct: request.isDirect)
    let isPrepared = unsafe tern_ring_prepare_read(
      ring, descriptor, extent.block.address(piece.start + piece.got, count: wanted),
      UInt32(wanted), piece.offset + UInt64(piece.got), tag(slot, Stage.read))
    precondition(isPrepared, "no submission entry")
    expect(1, slot)
  }

  private func tag(_ slot: Int, _ stage: UInt8) -> tern_ring_tag {
    tern_ring_tag(
      slot: UInt32(slot), generation: requests[slot].generation, stage: stage, reserved: 0)
  }

  private func expect(_ completions: Int, _ slot: Int) {
    requests[slot].pending = completions
    outstanding += completions
  }

  // MARK: Submitting and reaping

  /// The kernel may take fewer entries than offered; the rest go with the next call.
  private func submitAndWait() throws(RingBackend.Unavailable) {
    var result = unsafe tern_ring_submit_and_wait(ring, 1)
    if let number = reading.faults?.submission() { result = -number }
    guard result < 0 else { return }
    switch -result {
    case EINTR: return
    // Too many completions wait, or memory is short: reap, and come again.
    case EBUSY, EAGAIN: if outstanding > 1 { usleep(50) } else { usleep(1000) }
    case EBADF, EFAULT: preconditionFailure("io_uring_enter: \(errnoName(-result))")
    default: throw RingBackend.Unavailable(operation: "io_uring_enter", errno: -result)
    }
  }

  private func reapAll() {
    while true {
      let count = Int(unsafe tern_ring_reap(ring, completions, 64))
      for index in 0..<count { handle(unsafe completions[index]) }
      if count < 64 { return }
      // The slots just freed can be used before the rest is looked at.
    }
  }

  private func handle(_ completion: tern_ring_completion) {
    outstanding -= 1
    if completion.tag.slot == Self.wakeSlot {
      isWakeArmed = false
      return
    }
    let slot = Int(completion.tag.slot)
    precondition(
      completion.tag.generation == requests[slot].generation && requests[slot].pending > 0,
      "a completion of no request")
    requests[slot].pending -= 1
    var result = completion.result
    switch completion.tag.stage {
    case Stage.open: requests[slot].openResult = min(result, 0)
    case Stage.read:
      if let faults = reading.faults { result = Int32(faults.read(Int(result))) }
      requests[slot].readResult = result
    default: break
    }
    guard requests[slot].pending == 0 else { return }
    if requests[slot].extent!.file == nil, !requests[slot].isChain {
      continueStaged(slot, stage: completion.tag.stage, result: completion.result)
    } else {
      conclude(slot)
    }
  }

  /// open → read → close, each after the completion of the one before.
  private func continueStaged(_ slot: Int, stage: UInt8, result: Int32) {
    switch stage {
    case Stage.open where result >= 0:
      requests[slot].descriptor = result
      guard unsafe tern_ring_space(ring) >= 1 else {
        // Entries are short in this turn alone; a plain call does it as well.
        close(result)
        requests[slot].readResult = -ECANCELED
        return conclude(slot)
      }
      prepareRead(slot, descriptor: result)
    case Stage.read:
      let isPrepared = unsafe tern_ring_prepare_close(
        ring, requests[slot].descriptor, tag(slot, Stage.close))
      if isPrepared { return expect(1, slot) }
      close(requests[slot].descriptor)
      conclude(slot)
    default: conclude(slot)
    }
  }

  /// All completions of the request are in: note what it gave, and go on, finish, or read plainly.
  private func conclude(_ slot: Int) {
    let request = requests[slot]
    let extent = request.extent!
    requests[slot].extent = nil
    freeSlots.append(slot)
    if extent.file == nil { filesInFlight -= 1 } else { readsInFlight -= 1 }
    let result = request.openResult < 0 ? request.openResult : request.readResult
    if result >= 0 {
      if extent.advance(request.index, by: Int(result)) {
        finish(extent)
      } else {
        again.append((extent, request.index, 0))
      }
    } else if result == -EINTR || result == -EAGAIN, request.attempts < Self.maxAttempts {
      again.append((extent, request.index, request.attempts + 1))
    } else {
      // A chain that the kernel took in two parts may read before its file is open.
      precondition(
        result != -EFAULT && (result != -EBADF || request.isChain),
        "io_uring: \(errnoName(-result)) of a request")
      reading.fill(request.index, of: extent)
      finish(extent)
    }
  }

  private func finish(_ extent: Extent) {
    extent.unfinished -= 1
    if extent.unfinished == 0 { completed(extent) }
  }

  // MARK: Ending

  /// Begins nothing more, waits for what the kernel still writes to, and ends the ring.
  func finish() {
    waiting = []
    again = []
    drain()
    end()
  }

  /// Ends a ring that refuses to go on. Gives the pieces that it did not read.
  func lose() -> [(Extent, Int)] {
    // What the kernel has taken completes without any call of ours; the rest it never saw.
    let waited = waiting
    let begun = nextPiece
    let unfinished = again.map { ($0.extent, $0.index) }
    waiting = []
    again = []
    drain()
    var left = unfinished + again.map { ($0.extent, $0.index) }
    for request in requests {
      guard let extent = request.extent else { continue }
      left.append((extent, request.index))
    }
    for (number, extent) in waited.enumerated() {
      for index in (number == 0 ? begun : 0)..<extent.count { left.append((extent, index)) }
    }
    end()
    return left
  }

  /// Waits until only entries that the kernel never took are outstanding. A kernel request cannot
  /// be forgotten: it would write to memory that is used anew.
  private func drain() {
    tern_event_signal(wakeDescriptor)
    while outstanding > Int(unsafe tern_ring_unsubmitted(ring)) {
      reapAll()
      if outstanding > Int(unsafe tern_ring_unsubmitted(ring)) { usleep(200) }
    }
  }

  private func end() {
    for request in requests where request.extent != nil && request.descriptor >= 0 {
      close(request.descriptor)
    }
    unsafe tern_ring_destroy(ring)
    isEnded = true
  }
}
