import CLiburing
import Glibc

/// A part of a file and where it goes: one read, or more where the system gives less.
struct Piece {
  /// Index in the plan.
  var source: Int
  /// First byte in the file.
  var offset: UInt64
  /// Bytes expected by the plan.
  var planned: Int
  /// First byte in the block.
  var start: Int
  /// Bytes read, at most `planned`.
  var got = 0
  /// The file went on behind `planned`.
  var hasGrown = false
  /// Direct reading was refused for this piece.
  var avoidsDirect = false
  var failure: SystemFailure?
  /// Of a small file that was read to its end.
  var digest: ContentDigest?
}

/// A block of memory being filled ahead of its turn: either many whole small files, or a stretch
/// of one large file in reads of `Tuning.readBytes`.
///
/// While it is being filled it belongs to the back end; from `isDone` on, to the assembler.
@safe
final class Extent: @unchecked Sendable {
  let block: MemoryBlock
  /// The large file, or nil for small files, which are opened by their paths.
  let file: LargeFile?
  /// Keeps the paths alive that requests point to.
  let plan: InputPlan
  let count: Int
  private let key: DigestKey
  /// Plain memory and not arrays: several threads write to different pieces at a time.
  private let pieces: UnsafeMutablePointer<Piece>
  /// Digests of a large file's leaves, in the order of the stretch.
  private let leaves: UnsafeMutablePointer<LeafDigest>
  private let leafCount: Int
  /// Reads bypass the page cache where the piece is aligned for it.
  var isDirect = false
  /// The page cache seems to have it: reading waits for nothing.
  var isCached = false
  /// Pieces not finished. Guarded by the back end.
  var unfinished: Int
  /// Guarded by the reader's monitor.
  var isDone = false

  init(block: MemoryBlock, file: LargeFile?, plan: InputPlan, key: DigestKey, pieces: [Piece]) {
    self.block = block
    self.file = file
    self.plan = plan
    self.key = key
    let bytes = file == nil ? 0 : pieces.reduce(0) { $0 + $1.planned }
    leafCount = (bytes + ContentDigest.leafBytes - 1) / ContentDigest.leafBytes
    unsafe leaves = .allocate(capacity: leafCount)
    unsafe leaves.initialize(repeating: LeafDigest(), count: leafCount)
    count = pieces.count
    unsafe self.pieces = .allocate(capacity: pieces.count)
    for (index, piece) in pieces.enumerated() {
      unsafe (self.pieces + index).initialize(to: piece)
    }
    self.unfinished = pieces.count
  }

  deinit {
    unsafe pieces.deinitialize(count: count)
    unsafe pieces.deallocate()
    unsafe leaves.deallocate()
  }

  subscript(index: Int) -> Piece {
    get {
      precondition(index >= 0 && index < count, "no such piece")
      return unsafe pieces[index]
    }
    set {
      precondition(index >= 0 && index < count, "no such piece")
      unsafe pieces[index] = newValue
    }
  }

  /// Whether the next read of this piece can bypass the page cache.
  func readsDirectly(_ piece: Piece) -> Bool {
    guard isDirect, !piece.avoidsDirect, piece.got % pageBytes == 0 else { return false }
    // A smaller file has no room for rounding up, even where it happens to begin on a page.
    guard let file else { return piece.planned >= Tuning.pageAlignedBytes }
    return file.directDescriptor >= 0
  }

  /// Bytes that the next read of a piece asks for. One more than planned of a small file, to see
  /// whether it has grown; there is room for that, and for rounding up, behind every piece.
  func wantedBytes(_ piece: Piece, direct: Bool) -> Int {
    let rest = piece.planned - piece.got + (file == nil ? 1 : 0)
    return direct ? roundUp(rest, to: pageBytes) : rest
  }

  /// Notes what a read gave. True when the piece needs no more; then it is digested, while it is
  /// still in the cache of the processor that read it.
  func advance(_ index: Int, by count: Int) -> Bool {
    let planned = self[index].planned
    let total = self[index].got + count
    self[index].got = min(total, planned)
    if file == nil, total > planned { self[index].hasGrown = true }
    guard count == 0 || total >= planned else { return false }
    digest(index)
    return true
  }

  private func digest(_ index: Int) {
    let piece = self[index]
    guard piece.got == piece.planned, !piece.hasGrown else { return }
    let bytes = unsafe block.bytes(piece.start, count: piece.got)
    guard file != nil else {
      self[index].digest = unsafe key.digest(of: bytes)
      return
    }
    let first = Int(piece.offset - self[0].offset) / ContentDigest.leafBytes
    for start in stride(from: 0, to: bytes.count, by: ContentDigest.leafBytes) {
      let part = unsafe UnsafeRawBufferPointer(
        rebasing: bytes[start..<min(start + ContentDigest.leafBytes, bytes.count)])
      let leaf = first + start / ContentDigest.leafBytes
      precondition(leaf < leafCount, "no such leaf")
      unsafe leaves[leaf] = unsafe key.leaf(part)
    }
  }

  /// Adds the leaves of a stretch that was read to its end, `count` bytes.
  func addLeaves(to hasher: ContentHasher, count: Int) {
    var rest = count
    for leaf in 0..<leafCount {
      unsafe hasher.append(leaves[leaf], count: min(rest, ContentDigest.leafBytes))
      rest -= ContentDigest.leafBytes
    }
  }
}

/// An open large file, shared by its extents; closed with the last of them.
@safe
final class LargeFile: @unchecked Sendable {
  let source: Int
  let path: String
  let descriptor: Int32
  /// The same file opened with O_DIRECT, or -1 where the file system refuses.
  private(set) var directDescriptor: Int32 = -1
  private var directWasTried = false

  init(source: Int, plan: InputPlan) throws(SystemFailure) {
    self.source = source
    path = plan.path(of: source)
    descriptor = unsafe openForReading(plan.cPath(of: source), extraFlags: 0)
    guard descriptor >= 0 else {
      throw SystemFailure(operation: "open", path: path, errno: -descriptor)
    }
  }

  deinit {
    close(descriptor)
    if directDescriptor >= 0 { close(directDescriptor) }
  }

  /// Opens the second descriptor once, through the first, so that both are one file whatever
  /// happens to the path meanwhile.
  func openDirectly() -> Bool {
    if !directWasTried {
      directWasTried = true
      directDescriptor = max(
        unsafe openForReading("/proc/self/fd/\(descriptor)", extraFlags: tern_o_direct()), -1)
    }
    return directDescriptor >= 0
  }

  /// Size now, or nil where the system does not say.
  var currentSize: UInt64? {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? UInt64(max(status.st_size, 0)) : nil
  }
}

/// Whether the file lies in the page cache, judged by a byte from each of `places` in it. What
/// cannot be asked (old kernel, denied call) counts as cached: then reading is buffered.
func isCached(_ descriptor: Int32, places: [UInt64]) -> Bool {
  var missing = 0
  for place in places where tern_probe_cached(descriptor, place) == 0 { missing += 1 }
  return missing * 2 < places.count || places.isEmpty
}

/// Opens for reading. A descriptor or a negative errno.
func openForReading(_ path: UnsafePointer<CChar>, extraFlags: Int32) -> Int32 {
  while true {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | extraFlags)
    if descriptor >= 0 { return descriptor }
    if errno != EINTR { return -errno }
  }
}
