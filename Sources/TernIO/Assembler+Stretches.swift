import Glibc

/// Large files: a unit per stretch, cut at the end of a message. What is left over stands in front
/// of the next stretch.
extension Assembler {
  /// What comes behind the bytes that are handed on.
  enum Ending {
    case more
    /// Nothing: the source ends.
    case end(ContentDigest?)
    /// Nothing that could be read or unpacked.
    case broken
    /// The next member of the archive, with which what is handed on has nothing to do.
    case endOfMember
  }

  func beginSource(_ source: Int) {
    current = Current(source: source)
    heldCount = 0
    nextTry = 0
    hasher.reset()
  }

  func assembleStretch(
    _ extent: Extent, _ file: LargeFile, offset: UInt64, count: Int, isLast: Bool
  ) throws(InputError) {
    if offset == 0 { beginSource(file.source) }
    inputBytes += UInt64(count)
    let (got, failure) = contiguousBytes(of: extent)
    if current.isBroken && current.isIncomplete {
      pool.put(extent.block)
      if isLast { try endEmpty(nil) }
      return
    }
    if failure != nil || got < count { current.isIncomplete = true }
    if isLast, let size = file.currentSize, size != plan.size(of: file.source) {
      current.isIncomplete = true
    }
    if current.isIncomplete, failure == nil {
      failChanged(file.source, at: offset + UInt64(got), planned: plan.size(of: file.source))
    } else if let failure {
      fail(file.source, at: offset + UInt64(got), failure)
    } else {
      extent.addLeaves(to: hasher, count: got)
    }
    try feed(
      extent.block, got, isFirst: offset == 0, isLast: isLast, isInterrupted: current.isIncomplete)
  }

  /// Bytes up to the first piece that is short, and why it is.
  private func contiguousBytes(of extent: Extent) -> (Int, SystemFailure?) {
    var total = 0
    for index in 0..<extent.count {
      let piece = extent[index]
      total += piece.got
      if piece.failure != nil || piece.got < piece.planned { return (total, piece.failure) }
    }
    return (total, nil)
  }

  /// Takes the next raw bytes of the source, which lie at the block's payload and are digested.
  func feed(
    _ block: MemoryBlock, _ count: Int, isFirst: Bool, isLast: Bool, isInterrupted: Bool
  ) throws(InputError) {
    let raw = unsafe block.bytes(MemoryBlock.headroom, count: count)
    if isFirst {
      let compression = unsafe Compression(head: raw)
      if compression != .none {
        current.inflater = try Inflater(compression, maxWindowLog: options.maxWindowLog)
      }
    }
    let digest = isLast && !current.isIncomplete ? hasher.finish() : nil
    let ending: Ending = isLast ? .end(digest) : isInterrupted ? .broken : .more
    guard current.inflater == nil else {
      try unsafe unpack(raw, ending)
      return pool.put(block)
    }
    current.rawOffset += UInt64(count)
    try accept(block, count, ending)
  }

  func assembleUnopenable(_ source: Int, _ failure: SystemFailure) throws(InputError) {
    beginSource(source)
    inputBytes += plan.size(of: source)
    fail(source, at: 0, failure)
    try endEmpty(nil)
  }

  /// Ends the source with an empty slice in a unit of its own.
  func endEmpty(_ digest: ContentDigest?) throws(InputError) {
    try accept(try MemoryBlock(payload: 1), 0, .end(digest))
  }

  // MARK: Cutting

  /// Takes `count` fresh bytes at the block's payload, joins what was held back, and hands over
  /// what the splitter allows.
  func accept(_ block: MemoryBlock, _ count: Int, _ ending: Ending) throws(InputError) {
    let total = heldCount + count
    let isHeld = heldCount > MemoryBlock.headroom || nextTry > 0
    let (region, start): (MemoryBlock, Int)
    if isHeld {
      try growHeld(to: total)
      held.copy(
        count, from: block, at: MemoryBlock.headroom, to: MemoryBlock.headroom + heldCount)
      pool.put(block)
      (region, start) = (held, MemoryBlock.headroom)
    } else {
      (region, start) = (block, MemoryBlock.headroom - heldCount)
      block.copy(heldCount, from: held, at: MemoryBlock.headroom, to: start)
    }
    switch ending {
    case .end(let digest):
      try handOver(region, start, total, isLast: true, digest: digest)
      try keep(0, of: region, at: start)
    case .broken:
      current.isBroken = true
      if total > 0 {
        try handOver(region, start, total, isCut: true)
      } else if !isHeld {
        pool.put(block)
      }
      try keep(0, of: region, at: start)
    case .endOfMember:
      try handOver(region, start, total, endsMember: true)
      try keep(0, of: region, at: start)
    case .more:
      try cut(region, start, total, isHeld: isHeld)
    }
  }

  private func cut(_ region: MemoryBlock, _ start: Int, _ total: Int, isHeld: Bool)
    throws(InputError)
  {
    if total < nextTry {
      heldCount = total
      return
    }
    let allowed = unsafe split(region.bytes(start, count: total))
    precondition(allowed >= 0 && allowed <= total, "the splitter gave more than there is")
    if allowed > 0 {
      // The rest goes first: the padding of the slice is written over it.
      let next = isHeld ? try MemoryBlock(payload: max(total - allowed, MemoryBlock.headroom)) : nil
      if let next {
        next.copy(total - allowed, from: region, at: start + allowed, to: MemoryBlock.headroom)
        held = next
        heldCount = total - allowed
      } else {
        try keep(total - allowed, of: region, at: start + allowed)
      }
      nextTry = 0
      try handOver(region, start, allowed)
    } else if total >= options.maxMessageBytes {
      fail(
        current.source, at: current.delivered, .messageTooLarge,
        "message too large: no end within \(total) bytes from byte \(current.delivered)")
      try handOver(region, start, total, isCut: true)
      try keep(0, of: region, at: start)
      nextTry = 0
    } else {
      // Try again at twice the size, so that the splitter's work stays in proportion.
      if isHeld {
        heldCount = total
      } else {
        try keep(total, of: region, at: start)
        pool.put(region)
      }
      nextTry = min(total * 2, options.maxMessageBytes)
    }
  }

  /// Notes the last `count` bytes of what was delivered as the beginning of the next unit.
  private func keep(_ count: Int, of region: MemoryBlock, at start: Int) throws(InputError) {
    if region === held {
      precondition(count == 0, "held bytes are moved by their owner")
      // The block went with the unit.
      held = try MemoryBlock(payload: MemoryBlock.headroom)
    } else if count > 0 {
      heldCount = 0
      try growHeld(to: count)
      held.copy(count, from: region, at: start, to: MemoryBlock.headroom)
    }
    heldCount = count
    nextTry = 0
  }

  private func growHeld(to count: Int) throws(InputError) {
    let room = held.capacity - MemoryBlock.headroom - MemoryBlock.slack
    guard count > room else { return }
    // One unit more than the longest message: that is where a stretch ends.
    let wanted = max(count, min(room * 2, options.maxMessageBytes + options.unitBytes))
    let bigger = try MemoryBlock(payload: wanted)
    bigger.copy(heldCount, from: held, at: MemoryBlock.headroom, to: MemoryBlock.headroom)
    held = bigger
  }

  private func handOver(
    _ region: MemoryBlock, _ start: Int, _ count: Int, isLast: Bool = false, isCut: Bool = false,
    endsMember: Bool = false, digest: ContentDigest? = nil
  ) throws(InputError) {
    region.pad(at: start + count)
    let slice = Slice(
      source: current.source, start: start, count: count, offset: current.delivered,
      isLast: isLast, isCut: isCut, continuesCut: current.continuesCut,
      beginsMember: current.beginsMember, endsMember: endsMember, digest: digest)
    current.delivered += UInt64(count)
    current.beginsMember = false
    current.continuesCut = isCut
    try emit([slice], in: region)
  }
}
