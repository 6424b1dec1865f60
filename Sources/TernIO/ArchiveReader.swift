import CArchive
import Glibc

/// The members of an archive, one after the other, through libarchive.
@safe
final class ArchiveReader {
  /// What stands at the head of a member.
  struct Member {
    /// As stored: of any encoding, or empty.
    var name: [UInt8]
    var isFile: Bool
    var isFolder: Bool
    var isEncrypted: Bool
    /// By a method that is not read.
    var isPackedOtherwise: Bool
  }

  enum Next {
    case member(Member)
    case end
    /// Nothing more can be read.
    case broken(String)
  }

  enum Status: Equatable {
    /// There is more.
    case more
    case end
    case failed(ReadFailure.Reason, String)
  }

  let input: ArchiveInput
  private let archive: OpaquePointer
  /// Bytes of the member that libarchive gave and nobody took yet.
  private var unread: UnsafeRawBufferPointer
  private var memberOffset: Int64 = 0
  private var status = Status.end
  /// The first bytes of the member, by which it is told how it is compressed.
  private var head: [UInt8] = []
  private var headTaken = 0

  /// nil where libarchive is not installed.
  init?(_ input: ArchiveInput) throws(InputError) {
    guard unsafe tern_archive_version() != nil else { return nil }
    let context = unsafe Unmanaged.passUnretained(input).toOpaque()
    let format = input.container == .tar ? TERN_ARCHIVE_TAR : TERN_ARCHIVE_ZIP
    let seek: tern_archive_seek? = unsafe input.canSeek ? seekStoredBytes : nil
    guard let archive = unsafe tern_archive_open(format, context, readStoredBytes, seek) else {
      throw .resources(
        SystemFailure(operation: "archive_read_new", path: "archive", errno: ENOMEM))
    }
    self.input = input
    unsafe self.archive = archive
    unsafe unread = UnsafeRawBufferPointer(start: nil, count: 0)
  }

  deinit { unsafe tern_archive_close(archive) }

  /// Goes to the next member, over what was not read of this one.
  func next() -> Next {
    var found = unsafe tern_archive_member()
    (memberOffset, status, headTaken) = (0, .end, 0)
    head.removeAll(keepingCapacity: true)
    unsafe unread = UnsafeRawBufferPointer(start: nil, count: 0)
    let result = unsafe tern_archive_next(archive, &found)
    input.isBeforeMembers = false
    switch result {
    case TERN_ARCHIVE_OK:
      status = .more
      return unsafe .member(
        Member(
          name: found.name.map { name in
            unsafe Array(UnsafeRawBufferPointer(start: name, count: strlen(name)))
          } ?? [],
          isFile: found.kind == TERN_ARCHIVE_FILE, isFolder: found.kind == TERN_ARCHIVE_FOLDER,
          isEncrypted: found.is_encrypted, isPackedOtherwise: found.is_packed_otherwise))
    case TERN_ARCHIVE_END: return .end
    default: return .broken(errorText)
    }
  }

  private var errorText: String { unsafe String(cString: tern_archive_error(archive)) }

  /// How the member is compressed once more. Asked before anything of it is read.
  func compression() -> Compression {
    while head.count < Compression.magicBytes {
      loadBlock()
      let taken = unsafe min(Compression.magicBytes - head.count, unread.count)
      if taken == 0 { break }
      unsafe head.append(contentsOf: unread[..<taken])
      unsafe unread = UnsafeRawBufferPointer(rebasing: unread[taken...])
    }
    return unsafe head.withUnsafeBytes { unsafe Compression(head: $0) }
  }

  /// Copies the next bytes of the member until `target` is full: then there may be `more`.
  func copy(to target: UnsafeMutableRawBufferPointer) -> (count: Int, Status) {
    var made = 0
    while made < target.count {
      let taken = unsafe withNext { bytes in
        let taken = min(bytes.count, target.count - made)
        if taken > 0 {
          unsafe (target.baseAddress! + made).copyMemory(
            from: bytes.baseAddress!, byteCount: taken)
        }
        return taken
      }
      if taken == 0 { return (made, status) }
      made += taken
    }
    return (made, .more)
  }

  /// Unpacks the next bytes of the member until `target` is full.
  func unpack(_ inflater: Inflater, to target: UnsafeMutableRawBufferPointer) -> (
    count: Int, Status
  ) {
    var made = 0
    while true {
      var isEnd = false
      var result = Inflater.Status.needsInput
      _ = unsafe withNext { bytes in
        isEnd = unsafe bytes.isEmpty
        let step = unsafe inflater.step(
          bytes, into: UnsafeMutableRawBufferPointer(rebasing: target[made...]))
        made += step.made
        result = step.status
        return step.taken
      }
      switch result {
      case .needsOutput: return (made, .more)
      case .failed(let reason, let text): return (made, .failed(reason, text))
      case .needsInput where isEnd && status == .end && !inflater.isComplete:
        return (made, .failed(.truncated, "the compressed data ends too early"))
      case .needsInput: if isEnd { return (made, status) }
      }
    }
  }

  /// Hands over the next bytes, none where `status` is not `more`; `body` says how many it took.
  private func withNext(_ body: (UnsafeRawBufferPointer) -> Int) -> Int {
    if headTaken < head.count {
      let taken = unsafe head.withUnsafeBytes {
        unsafe body(UnsafeRawBufferPointer(rebasing: $0[headTaken...]))
      }
      headTaken += taken
      return taken
    }
    loadBlock()
    let taken = unsafe body(unread)
    unsafe unread = UnsafeRawBufferPointer(rebasing: unread[taken...])
    return taken
  }

  private func loadBlock() {
    while unsafe unread.isEmpty, status == .more {
      var start: UnsafeRawPointer?
      var count = 0
      var offset: Int64 = 0
      switch unsafe tern_archive_block(archive, &start, &count, &offset) {
      case TERN_ARCHIVE_OK:
        // Holes of a sparse file would be made of nothing, and as long as its sender likes.
        guard offset == memberOffset else {
          status = .failed(.unsupported, "is stored with holes (sparse)")
          return
        }
        memberOffset += Int64(count)
        unsafe unread = UnsafeRawBufferPointer(start: start, count: count)
      case TERN_ARCHIVE_END: status = .end
      default:
        let text = errorText
        status = .failed(isTruncation(text) ? .truncated : .corrupt, text)
      }
    }
  }
}

/// libarchive has one number for both, and other words.
func isTruncation(_ text: String) -> Bool {
  text.isEmpty || text.contains("runcated") || text.contains("end-of-file")
}

private func readStoredBytes(
  _ context: UnsafeMutableRawPointer, _ bytes: UnsafeMutablePointer<UnsafeRawPointer?>
) -> Int {
  let input = unsafe Unmanaged<ArchiveInput>.fromOpaque(context).takeUnretainedValue()
  guard let next = unsafe input.next() else { return -1 }
  unsafe bytes.pointee = next.baseAddress
  return next.count
}

private func seekStoredBytes(
  _ context: UnsafeMutableRawPointer, _ offset: Int64, _ whence: Int32
) -> Int64 {
  unsafe Unmanaged<ArchiveInput>.fromOpaque(context).takeUnretainedValue().seek(
    offset, whence: whence)
}
