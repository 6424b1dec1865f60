import Glibc

/// Zeroed memory from the kernel, in huge pages where it gives them; or a file of zeros, which the
/// kernel may write back and drop when memory is short.
///
/// The results of one partition lie all over the dense arrays: with 4 KiB pages every access
/// would miss the TLB as well as the cache.
@safe
struct ZeroedMemory: ~Copyable {
  @unsafe let base: UnsafeMutableRawPointer
  private let byteCount: Int

  /// The file is empty and has room for `byteCount` bytes.
  init(byteCount wanted: Int, file descriptor: Int32? = nil) {
    precondition(wanted >= 0, "a size is not negative")
    byteCount = max(wanted, 1)
    let flags = descriptor == nil ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED
    guard
      let memory = unsafe mmap(
        nil, byteCount, PROT_READ | PROT_WRITE, flags, descriptor ?? -1, 0),
      unsafe memory != MAP_FAILED
    else { fatalError("no memory for \(wanted) bytes of results") }
    unsafe base = unsafe memory
    // Only advice: without huge pages it is slower, not wrong.
    _ = unsafe madvise(base, byteCount, Int32(MADV_HUGEPAGE))
  }

  deinit { _ = unsafe munmap(base, byteCount) }
}
