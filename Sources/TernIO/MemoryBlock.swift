import Glibc

/// One contiguous block of memory that is read into and handed over as a unit.
///
/// ```
/// 0            headroom                       headroom + payload          capacity
/// | carry ->   | payload (page aligned)       | slack: padding of a slice, rounding of O_DIRECT |
/// ```
/// Fresh bytes of a large file always land at `headroom`, so that they can be read before it is
/// known how many bytes of the stretch before belong in front of them; those are copied to end there.
@safe
final class MemoryBlock: @unchecked Sendable {
  /// Room in front of the payload for what the last unit left over.
  static let headroom = 1 << 20
  /// Room behind the payload: a direct read's rounding, and the padding.
  static let slack = 2 * pageBytes
  private static let hugePageBytes = 2 << 20

  @unsafe let base: UnsafeMutableRawPointer
  let capacity: Int

  /// `payload` is rounded up to pages. The memory is zero until used, and not touched before.
  init(payload: Int) throws(InputError) {
    capacity = Self.headroom + roundUp(payload, to: pageBytes) + Self.slack
    // mmap and not malloc: page aligned for O_DIRECT, and returned to the system when freed.
    let memory = unsafe mmap(
      nil, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
      throw .resources(
        SystemFailure(operation: "mmap", path: "\(capacity) bytes of input memory", errno: errno))
    }
    unsafe base = memory
    // Megabytes are copied in and read once: 4 KiB pages would cost a fault and a lookup each.
    if capacity > Self.hugePageBytes { _ = unsafe madvise(memory, capacity, MADV_HUGEPAGE) }
  }

  deinit { unsafe munmap(base, capacity) }

  /// Address of `offset`, where `count` bytes are about to be written or read.
  @unsafe func address(_ offset: Int, count: Int) -> UnsafeMutableRawPointer {
    precondition(offset >= 0 && count >= 0 && offset &+ count <= capacity, "outside the block")
    return unsafe base + offset
  }

  @unsafe func bytes(_ offset: Int, count: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: address(offset, count: count), count: count)
  }

  /// Writes the zeros that must follow a slice ending at `end`.
  func pad(at end: Int) {
    unsafe address(end, count: InputUnit.paddingBytes)
      .initializeMemory(as: UInt8.self, repeating: 0, count: InputUnit.paddingBytes)
  }

  func copy(_ count: Int, from source: MemoryBlock, at start: Int, to offset: Int) {
    guard count > 0 else { return }
    unsafe address(offset, count: count)
      .copyMemory(from: source.address(start, count: count), byteCount: count)
  }
}

/// Blocks of one size, kept for the next use. How many there are is bounded by who takes them.
final class BlockPool: @unchecked Sendable {
  let payload: Int
  private let monitor = Monitor()
  private var free: [MemoryBlock] = []
  private var made = 0

  init(payload: Int) { self.payload = payload }

  func take() throws(InputError) -> MemoryBlock {
    if let block = monitor.withLock({ free.popLast() }) { return block }
    monitor.withLock { made += 1 }
    return try MemoryBlock(payload: payload)
  }

  /// Takes a block back. One of another size was made for a long message and is let go.
  func put(_ block: MemoryBlock) {
    guard block.capacity == MemoryBlock.headroom + payload + MemoryBlock.slack else { return }
    monitor.withLock { free.append(block) }
  }

  /// Blocks made so far, for the tests of reuse.
  var blocksMade: Int { monitor.withLock { made } }
}

/// Unit of O_DIRECT: offset, length and address are multiples of it. The usual page and the largest
/// usual logical block.
let pageBytes = 4096

func roundUp(_ value: Int, to unit: Int) -> Int { (value + unit - 1) / unit * unit }
