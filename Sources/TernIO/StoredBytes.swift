import Glibc

/// The bytes of an archive as they are stored: in memory, in a file, or coming through a pipe.
protocol StoredBytes: AnyObject {
  /// Their number, where it is known; then any place may be asked for. Otherwise they come in order.
  var count: UInt64? { get }
  /// The bytes from `position` on, at least one; none at the end, or where reading failed. They stay
  /// until the next call.
  func bytes(at position: UInt64) throws(InputError) -> UnsafeRawBufferPointer
  /// Why reading failed.
  var failure: SystemFailure? { get }
}

/// A small file, which is in memory as a whole.
@safe
final class MemoryBytes: StoredBytes {
  private let all: UnsafeRawBufferPointer
  let failure: SystemFailure? = nil

  /// `all` must live as long as this.
  init(_ all: UnsafeRawBufferPointer) { unsafe self.all = all }

  var count: UInt64? { unsafe UInt64(all.count) }

  func bytes(at position: UInt64) -> UnsafeRawBufferPointer {
    let start = unsafe Int(min(position, UInt64(all.count)))
    return unsafe UnsafeRawBufferPointer(rebasing: all[start...])
  }
}

/// A large file, read where the archive asks for it and digested as far as that goes from front to
/// back; `finish` reads what was left out.
@safe
final class FileBytes: StoredBytes {
  private let file: LargeFile
  private let planned: UInt64
  private let exchange: UnitExchange
  private let hasher: ContentHasher
  private let faults: FaultInjection?
  private let buffer: UnsafeMutableRawBufferPointer
  private var start: UInt64 = 0
  private var filled = 0
  /// Bytes from the front that are digested.
  private(set) var hashed: UInt64 = 0
  private(set) var failure: SystemFailure?

  /// `hasher` has been reset.
  init(
    _ file: LargeFile, planned: UInt64, exchange: UnitExchange, hasher: ContentHasher,
    faults: FaultInjection?
  ) {
    self.file = file
    self.planned = planned
    self.exchange = exchange
    self.hasher = hasher
    self.faults = faults
    unsafe buffer = .allocate(byteCount: Tuning.readBytes, alignment: pageBytes)
  }

  deinit { unsafe buffer.deallocate() }

  var count: UInt64? { planned }

  func bytes(at position: UInt64) throws(InputError) -> UnsafeRawBufferPointer {
    if position < start || position >= start + UInt64(filled) { try fill(from: position) }
    let skipped = filled == 0 ? 0 : Int(position - start)
    return unsafe UnsafeRawBufferPointer(rebasing: buffer[skipped..<filled])
  }

  private func fill(from position: UInt64) throws(InputError) {
    try exchange.checkCancelled()
    (start, filled) = (position, 0)
    guard position < planned, failure == nil else { return }
    let wanted = unsafe Int(min(planned - position, UInt64(buffer.count)))
    while filled < wanted {
      var got = unsafe pread(
        file.descriptor, buffer.baseAddress! + filled, wanted - filled,
        off_t(position) + off_t(filled))
      if got < 0 { got = -Int(errno) }
      if let faults { got = min(faults.read(got), got) }
      if got == 0 { break }
      if got > 0 {
        filled += got
      } else if got != -Int(EINTR), got != -Int(EAGAIN) {
        failure = SystemFailure(operation: "read", path: file.path, errno: Int32(-got))
        break
      }
    }
    let end = position + UInt64(filled)
    if position <= hashed, end > hashed {
      unsafe hasher.update(
        UnsafeRawBufferPointer(rebasing: buffer[Int(hashed - position)..<filled]))
      hashed = end
    }
  }

  /// Reads what was not read in order. The digest, or nil where the file is not what was planned.
  func finish() throws(InputError) -> ContentDigest? {
    while hashed < planned {
      let before = hashed
      try fill(from: before)
      if hashed == before { return nil }
    }
    return failure == nil && file.currentSize == planned ? hasher.finish() : nil
  }
}

/// A pipe, a unit's worth of bytes at a time. One that ends within the first is like a file.
@safe
final class StreamBytes: StoredBytes {
  private let block: MemoryBlock
  private let refill: (MemoryBlock) throws(InputError) -> (count: Int, isEnd: Bool, SystemFailure?)
  private var start: UInt64 = 0
  private var filled = 0
  private(set) var isEnd = false
  private(set) var failure: SystemFailure?
  private(set) var count: UInt64?

  /// - Parameter refill: puts the next bytes at the block's payload and digests them.
  init(
    _ block: MemoryBlock,
    refill: @escaping (MemoryBlock) throws(InputError) -> (
      count: Int, isEnd: Bool, SystemFailure?
    )
  ) throws(InputError) {
    self.block = block
    self.refill = refill
    try fill()
    if isEnd { count = UInt64(filled) }
  }

  private func fill() throws(InputError) {
    start += UInt64(filled)
    filled = 0
    guard !isEnd else { return }
    (filled, isEnd, failure) = try refill(block)
  }

  func bytes(at position: UInt64) throws(InputError) -> UnsafeRawBufferPointer {
    precondition(position >= start, "a pipe does not go back")
    while position >= start + UInt64(filled) {
      if isEnd { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
      try fill()
    }
    let skipped = Int(position - start)
    return unsafe block.bytes(MemoryBlock.headroom + skipped, count: filled - skipped)
  }

  /// Bytes of the pipe that were looked at.
  var seen: UInt64 { start + UInt64(filled) }

  /// Reads on to the pipe's end, for the digest.
  func drain() throws(InputError) { while !isEnd { try fill() } }
}
