import CLiburing
import Glibc

/// Standard input and other pipes: a plain read loop on the reader's thread, which runs ahead of
/// the callers by the units in flight.
extension Assembler {
  func assembleStream(_ source: Int) throws(InputError) {
    beginSource(source)
    let isStandardInput = plan.entries[source].kind == .standardInput
    // Not blocking: a named pipe without a writer would hold the thread in `open`.
    let descriptor =
      isStandardInput
      ? STDIN_FILENO
      : unsafe openForReading(plan.cPath(of: source), extraFlags: O_NONBLOCK)
    guard descriptor >= 0 else {
      fail(
        source, at: 0,
        SystemFailure(operation: "open", path: plan.path(of: source), errno: -descriptor))
      return try endEmpty(nil)
    }
    defer { if !isStandardInput { close(descriptor) } }
    // A pipe of 64 KiB wakes both sides for every few documents. What is none stays as it is.
    tern_pipe_enlarge(descriptor, UInt32(Tuning.pipeBytes))
    let refill = { (block: MemoryBlock) throws(InputError) in
      try self.fill(block, from: descriptor, source: source)
    }
    var block = try pool.take()
    let first = try StreamBytes(block, refill: refill)
    let head = unsafe try UnsafeRawBufferPointer(
      rebasing: first.bytes(at: 0).prefix(Packing.headBytes))
    let packing = unsafe try Packing(head: head, maxWindowLog: options.maxWindowLog)
    if packing.container != .none {
      try assembleArchive(first, source, packing)
      return pool.put(block)
    }
    var (count, isEnd, failure) = (Int(first.seen), first.isEnd, first.failure)
    var isFirst = true
    while true {
      inputBytes += UInt64(count)
      if let failure {
        current.isIncomplete = true
        fail(source, at: current.rawOffset + UInt64(count), failure)
      }
      try feed(block, count, isFirst: isFirst, isLast: isEnd, isInterrupted: false)
      isFirst = false
      if isEnd { return }
      block = try pool.take()
      (count, isEnd, failure) = try refill(block)
    }
  }

  private func fill(_ block: MemoryBlock, from descriptor: Int32, source: Int) throws(InputError)
    -> (count: Int, isEnd: Bool, SystemFailure?)
  {
    var count = 0
    while count < options.unitBytes {
      try waitUntilReadable(descriptor)
      let wanted = min(options.unitBytes - count, Tuning.pipeBytes)
      var got = unsafe read(
        descriptor, block.address(MemoryBlock.headroom + count, count: wanted), wanted)
      if got < 0 { got = -Int(errno) }
      if let faults = options.faults { got = min(faults.read(got), got) }
      if got == 0 { return (count, true, nil) }
      if got > 0 {
        unsafe hasher.update(block.bytes(MemoryBlock.headroom + count, count: got))
        count += got
      } else if got != -Int(EINTR), got != -Int(EAGAIN) {
        let failure = SystemFailure(
          operation: "read", path: plan.path(of: source), errno: Int32(-got))
        return (count, true, failure)
      }
    }
    return (count, false, nil)
  }

  /// Waits for bytes, the end, or `cancel`.
  private func waitUntilReadable(_ descriptor: Int32) throws(InputError) {
    while true {
      var watched = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: exchange.cancelDescriptor, events: Int16(POLLIN), revents: 0),
      ]
      let result = unsafe watched.withUnsafeMutableBufferPointer {
        unsafe poll($0.baseAddress!, nfds_t($0.count), -1)
      }
      if watched[1].revents != 0 { throw .cancelled }
      // What cannot be watched says so in `read`.
      if result > 0 || (result < 0 && errno != EINTR) { return }
    }
  }
}
