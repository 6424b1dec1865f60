import Glibc

/// Unpacking a source into unit after unit.
extension Assembler {
  /// Unpacks the next bytes of `current`, and does what `ending` says comes behind them.
  func unpack(_ raw: UnsafeRawBufferPointer, _ ending: Ending) throws(InputError) {
    guard let inflater = current.inflater else { preconditionFailure("not compressed") }
    var taken = 0
    while !current.isBroken {
      if output == nil {
        output = try pool.take()
        outputCount = 0
      }
      let room = options.unitBytes - outputCount
      let step = unsafe inflater.step(
        UnsafeRawBufferPointer(rebasing: raw[taken...]),
        into: UnsafeMutableRawBufferPointer(
          start: output!.address(MemoryBlock.headroom + outputCount, count: room), count: room))
      taken += step.taken
      outputCount += step.made
      current.rawOffset += UInt64(step.taken)
      let position = current.delivered + UInt64(heldCount + outputCount)
      if options.archiveLimits.isBomb(unpacked: position, stored: current.rawOffset) {
        failPacked(
          current.source, at: position, raw: current.rawOffset, .expandsTooMuch,
          options.archiveLimits.bombText)
        if case .end = ending { return try acceptOutput(ending) }
        return try acceptOutput(.broken)
      }
      switch step.status {
      case .needsOutput:
        try acceptOutput(.more)
        continue
      case .needsInput:
        if case .more = ending { return }
        if !inflater.isComplete, !current.isIncomplete {
          failTruncated(current.source, at: position, raw: current.rawOffset)
        }
        return try acceptOutput(ending)
      case .failed(let reason, let text):
        failPacked(current.source, at: position, raw: current.rawOffset, reason, text)
        if case .end = ending { return try acceptOutput(ending) }
        return try acceptOutput(.broken)
      }
    }
    if case .end(let digest) = ending { try endEmpty(digest) }
  }

  private func acceptOutput(_ ending: Ending) throws(InputError) {
    guard let block = output else { return }
    let count = outputCount
    output = nil
    outputCount = 0
    try accept(block, count, ending)
  }
}
