import Glibc

/// Zeroed memory from the kernel, in huge pages where it gives them.
///
/// The results of one partition lie all over the dense arrays: with 4 KiB pages every access
/// would miss the TLB as well as the cache.
@safe
struct ZeroedMemory: ~Copyable {
  @unsafe let base: UnsafeMutableRawPointer
  private let byteCount: Int

  init(byteCount wanted: Int) {
    precondition(wanted >= 0, "a size is not negative")
    byteCount = max(wanted, 1)
    guard
      let memory = unsafe mmap(
        nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      unsafe memory != MAP_FAILED
    else { fatalError("no memory for \(wanted) bytes of results") }
    unsafe base = unsafe memory
    // Only advice: without huge pages it is slower, not wrong.
    _ = unsafe madvise(base, byteCount, Int32(MADV_HUGEPAGE))
  }

  deinit { _ = unsafe munmap(base, byteCount) }
}
