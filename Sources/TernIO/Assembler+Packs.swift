import Glibc

/// Small files: one slice each, many in a unit. As read they already lie where they belong; only
/// where one of them is compressed the extent is packed anew.
extension Assembler {
  func assemblePack(_ extent: Extent) throws(InputError) {
    for index in 0..<extent.count where packing(of: extent[index], in: extent) != .plain {
      return try repack(extent)
    }
    var slices: [Slice] = []
    slices.reserveCapacity(extent.count)
    for index in 0..<extent.count {
      let piece = extent[index]
      let digest = account(piece, in: extent)
      extent.block.pad(at: piece.start + piece.got)
      slices.append(
        Slice(
          source: piece.source, start: piece.start, count: piece.got, offset: 0, isLast: true,
          digest: digest))
    }
    try emit(slices, in: extent.block)
  }

  /// By its first bytes: whether a compressed file is an archive shows when it is unpacked.
  private func packing(of piece: Piece, in extent: Extent) -> Packing {
    let head = unsafe extent.block.bytes(
      piece.start, count: min(piece.got, Container.headBytes))
    return unsafe Packing(compression: Compression(head: head), container: Container(head: head))
  }

  /// Counts the piece as input, notes its failure, and gives its digest where it is whole.
  private func account(_ piece: Piece, in extent: Extent) -> ContentDigest? {
    inputBytes += UInt64(piece.planned)
    if let failure = piece.failure {
      fail(piece.source, at: UInt64(piece.got), failure)
      return nil
    }
    if piece.hasGrown || piece.got < piece.planned {
      failChanged(piece.source, at: UInt64(piece.got), planned: UInt64(piece.planned))
      return nil
    }
    return piece.digest
  }

  func failChanged(_ source: Int, at offset: UInt64, planned: UInt64) {
    fail(
      source, at: offset, .changed, "changed while it was read: \(planned) bytes were expected")
  }

  // MARK: With compressed files and archives

  /// The unit that small files are packed to while some of them are unpacked.
  struct Pack {
    var block: MemoryBlock
    var end = MemoryBlock.headroom
    var slices: [Slice] = []

    mutating func close(_ slice: Slice) {
      block.pad(at: slice.start + slice.count)
      slices.append(slice)
      end = slice.start + slice.count + InputUnit.paddingBytes
    }

    mutating func close(
      _ source: Int, from start: Int, count: Int, digest: ContentDigest?
    ) {
      close(
        Slice(
          source: source, start: start, count: count, offset: 0, isLast: true, digest: digest))
    }
  }

  /// End of the room of a unit that is packed.
  var packLimit: Int { MemoryBlock.headroom + options.unitBytes }

  private func repack(_ extent: Extent) throws(InputError) {
    var pack = Pack(block: try pool.take())
    for index in 0..<extent.count {
      let piece = extent[index]
      let packing = packing(of: piece, in: extent)
      let digest = account(piece, in: extent)
      if packing.container != .none {
        try assembleArchive(piece, packing, digest, in: extent, to: &pack)
        continue
      }
      if packing.compression != .none {
        try unpack(piece, packing.compression, digest, in: extent, to: &pack)
        continue
      }
      var start = roundUp(pack.end, to: 64)
      if start + piece.got > packLimit, !pack.slices.isEmpty {
        try emit(pack.slices, in: pack.block)
        pack = Pack(block: try pool.take())
        start = pack.end
      }
      pack.block.copy(piece.got, from: extent.block, at: piece.start, to: start)
      pack.close(piece.source, from: start, count: piece.got, digest: digest)
    }
    if pack.slices.isEmpty {
      pool.put(pack.block)
    } else {
      try emit(pack.slices, in: pack.block)
    }
    pool.put(extent.block)
  }

  /// Unpacks a small file behind the others. One that turns out not to fit moves to a unit of its
  /// own, and one that is larger than a unit goes on as a large file does.
  private func unpack(
    _ piece: Piece, _ compression: Compression, _ digest: ContentDigest?, in extent: Extent,
    to pack: inout Pack
  ) throws(InputError) {
    let inflater = try Inflater(compression, maxWindowLog: options.maxWindowLog)
    let raw = unsafe extent.block.bytes(piece.start, count: piece.got)
    var start = roundUp(pack.end, to: 64)
    var (taken, count) = (0, 0)
    var isTold = false
    while true {
      let room = packLimit - start - count
      let step = unsafe inflater.step(
        UnsafeRawBufferPointer(rebasing: raw[taken...]),
        into: UnsafeMutableRawBufferPointer(
          start: pack.block.address(start + count, count: max(room, 0)), count: max(room, 0)))
      taken += step.taken
      count += step.made
      if !isTold, count >= Container.headBytes || step.status != .needsOutput {
        isTold = true
        let head = unsafe pack.block.bytes(start, count: min(count, Container.headBytes))
        let container = unsafe Container(head: head)
        if container != .none {
          let packing = Packing(compression: compression, container: container)
          return try assembleArchive(piece, packing, digest, in: extent, to: &pack)
        }
      }
      switch step.status {
      case .needsOutput where !pack.slices.isEmpty:
        let full = pack
        pack = Pack(block: try pool.take())
        pack.block.copy(count, from: full.block, at: start, to: pack.end)
        start = pack.end
        try emit(full.slices, in: full.block)
        continue
      case .needsOutput:
        beginSource(piece.source)
        current.inflater = inflater
        current.rawOffset = UInt64(taken)
        current.isIncomplete = digest == nil
        output = pack.block
        outputCount = count
        try unsafe unpack(UnsafeRawBufferPointer(rebasing: raw[taken...]), .end(digest))
        pack = Pack(block: try pool.take())
        return
      case .needsInput:
        if !inflater.isComplete, digest != nil {
          failTruncated(piece.source, at: UInt64(count), raw: UInt64(taken))
        }
      case .failed(let reason, let text):
        failPacked(piece.source, at: UInt64(count), raw: UInt64(taken), reason, text)
      }
      pack.close(piece.source, from: start, count: count, digest: digest)
      return
    }
  }

  func failTruncated(_ source: Int, at offset: UInt64, raw: UInt64) {
    failPacked(source, at: offset, raw: raw, .truncated, "the compressed data ends too early")
  }

  func failPacked(
    _ source: Int, at offset: UInt64, raw: UInt64, _ reason: ReadFailure.Reason, _ text: String
  ) {
    fail(
      source, at: offset, reason,
      "\(text), at byte \(raw) of the file, \(offset) after decompression")
  }
}
