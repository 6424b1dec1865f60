import CArchive

/// Archives: the contents of their members, one behind the other, as one source. A member begins a
/// slice and ends one; small members share a unit like small files, and a long one is cut like a large
/// file. Between two members the offset counts one byte, as if a line feed stood there: so an empty
/// member, or one that cannot be read, has a place of its own.
extension Assembler {
  /// What is known of the archive that is being read.
  struct ArchiveRun {
    let source: Int
    let reader: ArchiveReader
    /// Where the next member begins.
    var offset: UInt64 = 0
    /// Where the last one ended.
    var end: UInt64 = 0
    /// Members, those that are not read included.
    var members = 0
    /// Bytes of all members so far.
    var unpacked: UInt64 = 0
    /// The last member was cut off, and with it, as a rule, the archive.
    var isCut = false
    /// Nothing behind the last member is read.
    var isOver = false
  }

  // MARK: Where archives come from

  /// A small file, in memory: its members go to the unit that is being packed.
  func assembleArchive(
    _ piece: Piece, _ packing: Packing, _ digest: ContentDigest?, in extent: Extent,
    to pack: inout Pack
  ) throws(InputError) {
    let raw = unsafe MemoryBytes(extent.block.bytes(piece.start, count: piece.got))
    let input = try ArchiveInput(raw, packing, options: options)
    let end = try unpackMembers(of: input, piece.source, to: &pack) {}
    try endArchive(piece.source, at: end, digest, in: &pack)
  }

  /// A large file.
  func assembleArchive(_ file: LargeFile, _ packing: Packing) throws(InputError) {
    let source = file.source
    let planned = plan.size(of: source)
    hasher.reset()
    let bytes = FileBytes(
      file, planned: planned, exchange: exchange, hasher: hasher, faults: options.faults)
    let input = try ArchiveInput(bytes, packing, options: options)
    var pack = Pack(block: try pool.take())
    var counted: UInt64 = 0
    let end = try unpackMembers(of: input, source, to: &pack) {
      inputBytes += bytes.hashed - counted
      counted = bytes.hashed
    }
    let digest = try bytes.finish()
    if digest == nil, bytes.failure == nil {
      failChanged(source, at: end, planned: planned)
    } else if let failure = bytes.failure, input.problem == nil {
      fail(source, at: end, failure)
    }
    try endArchive(source, at: end, digest, in: &pack)
    inputBytes += planned - counted
    try emit(pack.slices, in: pack.block)
  }

  /// A pipe, whose first bytes are in `bytes`.
  func assembleArchive(_ bytes: StreamBytes, _ source: Int, _ packing: Packing) throws(InputError) {
    let input = try ArchiveInput(bytes, packing, options: options)
    var pack = Pack(block: try pool.take())
    var counted: UInt64 = 0
    let end = try unpackMembers(of: input, source, to: &pack) {
      inputBytes += bytes.seen - counted
      counted = bytes.seen
    }
    try bytes.drain()
    if let failure = bytes.failure, input.problem == nil { fail(source, at: end, failure) }
    try endArchive(source, at: end, bytes.failure == nil ? hasher.finish() : nil, in: &pack)
    inputBytes += bytes.seen - counted
    try emit(pack.slices, in: pack.block)
  }

  /// Marks the source's last slice, or adds an empty one where that has gone out already.
  private func endArchive(
    _ source: Int, at end: UInt64, _ digest: ContentDigest?, in pack: inout Pack
  ) throws(InputError) {
    if let last = pack.slices.indices.last, pack.slices[last].source == source {
      pack.slices[last].isLast = true
      pack.slices[last].digest = digest
      return
    }
    var start = roundUp(pack.end, to: 64)
    if start > packLimit {
      try emit(pack.slices, in: pack.block)
      pack = Pack(block: try pool.take())
      start = pack.end
    }
    pack.close(
      Slice(source: source, start: start, count: 0, offset: end, isLast: true, digest: digest))
  }

  // MARK: Members

  /// Unpacks all members, and gives where the last one ends. `beforeEmit` is called before a unit goes out.
  private func unpackMembers(
    of input: ArchiveInput, _ source: Int, to pack: inout Pack, beforeEmit: () -> Void
  ) throws(InputError) -> UInt64 {
    guard let reader = try ArchiveReader(input) else {
      fail(
        source, at: 0, .unsupported,
        "is an archive, and \(unsafe String(cString: tern_archive_library())) is not installed"
          + " (Debian: apt-get install libarchive13)")
      return 0
    }
    var run = ArchiveRun(source: source, reader: reader)
    while !run.isOver {
      let next = reader.next()
      if let error = input.error { throw error }
      if let problem = input.problem {
        fail(run, problem.reason, problem.text + place(run))
        return run.end
      }
      switch next {
      case .member(let member):
        run.members += 1
        guard run.members <= options.archiveLimits.members else {
          fail(
            run, .tooLarge,
            "holds more than \(options.archiveLimits.members) members; the others are not read:"
              + " pack them into several archives")
          return run.end
        }
        try unpack(member, &run, to: &pack, beforeEmit)
      case .end:
        if input.container == .tar, input.trailingZeros < Container.headBytes {
          fail(run, .truncated, "the tar ends without its end mark" + place(run))
        }
        return run.end
      case .broken(let text):
        // A member that was cut off has said so.
        guard !run.isCut else { return run.end }
        let isCut = isTruncation(text)
        fail(
          run, isCut ? .truncated : .corrupt,
          (isCut ? "the archive ends too early" : "the archive is damaged")
            + (text.isEmpty ? "" : " (\(text))") + place(run) + "; what came before is taken in")
        return run.end
      }
    }
    return run.end
  }

  /// What is wrong with the archive as a whole has a place of its own, which is no member's.
  private func fail(_ run: ArchiveRun, _ reason: ReadFailure.Reason, _ text: String) {
    members.append(ArchiveMember(source: run.source, offset: run.offset, name: []))
    fail(run.source, at: run.offset, reason, text)
  }

  private func place(_ run: ArchiveRun) -> String {
    ", at byte \(run.reader.input.reached) of the file, behind member \(run.members)"
  }

  private func unpack(
    _ member: ArchiveReader.Member, _ run: inout ArchiveRun, to pack: inout Pack,
    _ beforeEmit: () -> Void
  ) throws(InputError) {
    run.isCut = false
    if member.isFolder { return }
    let limit = options.archiveLimits.nameBytes
    // What has no name is a file all the same.
    let name = Array((member.name.isEmpty ? [UInt8(ascii: "?")] : normalised(member.name)).prefix(limit))
    if !member.isFile || ArchiveMember.isIgnored(name) {
      let shown = ArchiveMember.shown(name)
      ignore("\(plan.path(of: run.source))/\(shown)", member.isFile ? .name : .notAFile)
      return
    }
    let entry = ArchiveMember(source: run.source, offset: run.offset, name: name)
    let status: ArchiveReader.Status
    if member.isEncrypted {
      status = refuse(entry, &run, .encrypted, "is encrypted; pack it again without a password")
    } else if member.isPackedOtherwise {
      status = refuse(
        entry, &run, .unsupported,
        "is packed by a method that is not read; pack it again with deflate")
    } else if member.name.count > limit {
      status = refuse(
        entry, &run, .tooLarge, "has a name of \(member.name.count) bytes, more than \(limit)")
    } else {
      let compression = run.reader.compression()
      let inflater =
        compression == .none
        ? nil : try Inflater(compression, maxWindowLog: options.maxWindowLog)
      status = try unpack(entry, inflater, &run, to: &pack, beforeEmit)
    }
    let failedAt = run.end
    run.offset = run.end + 1
    // A problem of the whole archive is reported by the caller.
    guard run.reader.input.problem == nil, case .failed(let reason, let text) = status else {
      return
    }
    run.isCut = reason == .truncated
    run.isOver = reason == .expandsTooMuch
    fail(run.source, at: failedAt, reason, "member '\(entry.name)': \(text)")
  }

  /// Gives a member its place without reading it.
  private func refuse(
    _ entry: ArchiveMember, _ run: inout ArchiveRun, _ reason: ReadFailure.Reason, _ text: String
  ) -> ArchiveReader.Status {
    members.append(entry)
    run.end = run.offset
    return .failed(reason, text)
  }

  /// Unpacks a member behind the others. One that turns out not to fit moves to a unit of its own, and
  /// one that is larger than a unit goes on as a large file does.
  private func unpack(
    _ entry: ArchiveMember, _ inflater: Inflater?, _ run: inout ArchiveRun, to pack: inout Pack,
    _ beforeEmit: () -> Void
  ) throws(InputError) -> ArchiveReader.Status {
    var start = roundUp(pack.end, to: 64)
    var count = 0
    var isTold = false
    while true {
      let room = max(packLimit - start - count, 0)
      let status = try fill(pack.block, at: start + count, room: room, &count, inflater, &run)
      if !isTold, count >= Container.headBytes || status != .more {
        isTold = true
        let head = unsafe pack.block.bytes(start, count: min(count, Container.headBytes))
        if unsafe Container(head: head) != .none {
          return refuse(
            entry, &run, .nested,
            "is an archive inside an archive; take it out and take it in by itself")
        }
      }
      if status == .more, !pack.slices.isEmpty {
        let full = pack
        pack = Pack(block: try pool.take())
        pack.block.copy(count, from: full.block, at: start, to: pack.end)
        start = pack.end
        beforeEmit()
        try emit(full.slices, in: full.block)
      } else if status == .more {
        members.append(entry)
        return try unpackLong(inflater, &run, &pack, count, beforeEmit)
      } else {
        members.append(entry)
        run.end = run.offset + UInt64(count)
        if status == .end || count > 0 {
          pack.close(
            Slice(
              source: run.source, start: start, count: count, offset: run.offset, isLast: false,
              beginsMember: true, endsMember: true))
        }
        return status
      }
    }
  }

  /// Goes on with a member whose first `count` bytes fill a unit.
  private func unpackLong(
    _ inflater: Inflater?, _ run: inout ArchiveRun, _ pack: inout Pack, _ count: Int,
    _ beforeEmit: () -> Void
  ) throws(InputError) -> ArchiveReader.Status {
    current = Current(source: run.source)
    current.delivered = run.offset
    current.beginsMember = true
    (heldCount, nextTry) = (0, 0)
    var (block, count) = (pack.block, count)
    while true {
      beforeEmit()
      try accept(block, count, .more)
      block = try pool.take()
      count = 0
      let status = try fill(
        block, at: MemoryBlock.headroom, room: options.unitBytes, &count, inflater, &run)
      if status == .more { continue }
      beforeEmit()
      try accept(block, count, .endOfMember)
      run.end = current.delivered
      pack = Pack(block: try pool.take())
      return status
    }
  }

  /// Fills `room` bytes with the member's content. `more`: they are full.
  private func fill(
    _ block: MemoryBlock, at start: Int, room: Int, _ count: inout Int, _ inflater: Inflater?,
    _ run: inout ArchiveRun
  ) throws(InputError) -> ArchiveReader.Status {
    let target = unsafe UnsafeMutableRawBufferPointer(
      start: block.address(start, count: room), count: room)
    let (made, status) =
      if let inflater { unsafe run.reader.unpack(inflater, to: target) } else {
        unsafe run.reader.copy(to: target)
      }
    count += made
    run.unpacked += UInt64(made)
    if let error = run.reader.input.error { throw error }
    if options.archiveLimits.isBomb(unpacked: run.unpacked, stored: run.reader.input.reached) {
      return .failed(.expandsTooMuch, options.archiveLimits.bombText)
    }
    return status
  }
}
