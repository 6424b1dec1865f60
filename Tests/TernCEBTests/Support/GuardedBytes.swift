import Glibc

/// Bytes followed by exactly the padding that the decoder asks for, and then by a page that
/// cannot be read: what reads further ends the test run.
@safe
final class GuardedBytes {
  private let mapping: UnsafeMutableRawPointer
  private let mappedBytes: Int
  private let start: UnsafeMutablePointer<UInt8>
  let count: Int

  /// - Parameter padding: bytes that may be read past the end; they are zero.
  init(_ bytes: some Collection<UInt8>, padding: Int = 64) {
    let page = 4096
    count = bytes.count
    let room = (bytes.count + padding + page - 1) / page * page
    mappedBytes = room + page
    let address = unsafe mmap(
      nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      fatalError("no memory for the test's bytes")
    }
    unsafe mapping = address
    guard unsafe mprotect(address + room, page, PROT_NONE) == 0 else {
      fatalError("no guard page")
    }
    unsafe start = (address + room - padding - bytes.count).assumingMemoryBound(to: UInt8.self)
    _ = unsafe UnsafeMutableBufferPointer(start: start, count: bytes.count).update(
      fromContentsOf: Array(bytes))
  }

  deinit { unsafe munmap(mapping, mappedBytes) }

  func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    unsafe body(UnsafeBufferPointer(start: start, count: count))
  }
}
