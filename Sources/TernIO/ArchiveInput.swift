import Glibc

/// What libarchive reads: the stored bytes, unpacked where the archive is compressed as a whole. It
/// keeps what went wrong, because the library hands on only that something did.
@safe
final class ArchiveInput {
  let container: Container
  private let stored: any StoredBytes
  private let inflater: Inflater?
  private let limits: ArchiveLimits
  /// Place of the next stored byte.
  private var position: UInt64 = 0
  /// Stored bytes that were reached, each counted once.
  private(set) var reached: UInt64 = 0
  /// Reading has to end as a whole.
  private(set) var error: InputError?
  /// Nothing more comes out of this archive.
  private(set) var problem: (reason: ReadFailure.Reason, text: String)?
  /// Bytes that may be read before the first member: the directory.
  var isBeforeMembers = true
  private var directoryBytes = 0
  /// Zeros behind the last byte that is none: the mark of a tar's end.
  private(set) var trailingZeros = 0
  // Of a compressed archive.
  private let output: UnsafeMutableRawBufferPointer
  private var rest: UnsafeRawBufferPointer
  private var unpacked: UInt64 = 0

  init(_ stored: any StoredBytes, _ packing: Packing, options: InputOptions) throws(InputError) {
    self.stored = stored
    container = packing.container
    limits = options.archiveLimits
    let isPacked = packing.compression != .none
    inflater =
      isPacked ? try Inflater(packing.compression, maxWindowLog: options.maxWindowLog) : nil
    unsafe output = .allocate(byteCount: isPacked ? Tuning.readBytes : 0, alignment: 64)
    unsafe rest = UnsafeRawBufferPointer(start: nil, count: 0)
  }

  deinit { unsafe output.deallocate() }

  /// Any place may be asked for: a zip is read by its directory then.
  var canSeek: Bool { inflater == nil && stored.count != nil }

  /// The next bytes, none at the end; nil where something went wrong. They stay until the next call.
  func next() -> UnsafeRawBufferPointer? {
    guard error == nil, problem == nil else { return nil }
    do throws(InputError) {
      guard let bytes = try unsafe inflater == nil ? nextStored() : nextUnpacked() else { return nil }
      if container == .tar { unsafe countZeros(at: bytes) }
      if isBeforeMembers, container == .zip {
        directoryBytes += bytes.count
        if directoryBytes > limits.directoryBytes {
          fail(
            .tooLarge,
            "the directory of the zip is longer than \(limits.directoryBytes >> 20) MiB;"
              + " pack its members into several archives")
          return nil
        }
      }
      return unsafe bytes
    } catch {
      self.error = error
      return nil
    }
  }

  private func nextStored() throws(InputError) -> UnsafeRawBufferPointer? {
    let bytes = try unsafe stored.bytes(at: position)
    position += UInt64(bytes.count)
    reached = max(reached, position)
    if unsafe bytes.isEmpty, let failure = stored.failure {
      fail(
        .system(operation: failure.operation, errno: failure.errno),
        "\(failure.operation): \(errnoText(failure.errno))")
      return nil
    }
    return unsafe bytes
  }

  private func nextUnpacked() throws(InputError) -> UnsafeRawBufferPointer? {
    var isEnd = false
    while true {
      if unsafe rest.isEmpty, !isEnd {
        guard let bytes = try unsafe nextStored() else { return nil }
        unsafe rest = bytes
        isEnd = unsafe bytes.isEmpty
      }
      let step = unsafe inflater!.step(rest, into: output)
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[step.taken...])
      unpacked += UInt64(step.made)
      if case .failed(let reason, let text) = step.status {
        fail(reason, text)
      } else if limits.isBomb(unpacked: unpacked, stored: reached) {
        fail(.expandsTooMuch, limits.bombText)
      } else if isEnd, step.made == 0, !inflater!.isComplete {
        fail(.truncated, "the compressed data ends too early")
      }
      // What came before a failure is given first.
      if step.made > 0 { return unsafe UnsafeRawBufferPointer(rebasing: output[..<step.made]) }
      if problem != nil { return nil }
      if isEnd { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    }
  }

  private func fail(_ reason: ReadFailure.Reason, _ text: String) { problem = (reason, text) }

  private func countZeros(at bytes: UnsafeRawBufferPointer) {
    var end = bytes.count
    while end > 0, unsafe bytes[end - 1] == 0 { end -= 1 }
    trailingZeros = end > 0 ? bytes.count - end : trailingZeros + bytes.count
  }

  /// As `lseek`: the new place, or -1.
  func seek(_ offset: Int64, whence: Int32) -> Int64 {
    guard canSeek, let count = stored.count else { return -1 }
    let from: UInt64 = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position : count
    let (place, overflow) = Int64(from).addingReportingOverflow(offset)
    guard !overflow, place >= 0, place <= Int64(count) else { return -1 }
    position = UInt64(place)
    return place
  }
}
