import CXXHash
import Glibc

/// What a source holds: 128 bits of its bytes as stored, under a key, and their number.
/// Equal for equal bytes, whatever the path, the time and the compression's settings say.
///
/// XXH3-128 of the bytes where they are at most one leaf; otherwise XXH3-128 of the digests of all
/// leaves (low word, then high word, little-endian). So whoever reads a part can digest it while it
/// is still in the cache, in any order and on any thread.
public struct ContentDigest: Sendable, Hashable {
  public var high: UInt64
  public var low: UInt64
  /// Size as stored, before decompression.
  public var rawBytes: UInt64

  /// Bytes that are digested together; the last leaf of a source is shorter.
  public static let leafBytes = 64 << 10

  public init(high: UInt64, low: UInt64, rawBytes: UInt64) {
    self.high = high
    self.low = low
    self.rawBytes = rawBytes
  }
}

/// Key of content digests (XXH3-128 with a secret). It takes away collisions prepared beforehand;
/// XXH3 is not a cryptographic function.
@safe
public final class DigestKey: @unchecked Sendable {
  private static let secretBytes = Int(TERN_XXH3_SECRET_BYTES)
  @unsafe fileprivate let secret: UnsafeMutableRawPointer

  private init(fill: (UnsafeMutableRawPointer) -> Void) {
    unsafe secret = .allocate(byteCount: Self.secretBytes, alignment: 64)
    unsafe fill(secret)
  }

  public convenience init(seed: UInt64) {
    unsafe self.init { unsafe tern_xxh3_secret_from_seed($0, seed) }
  }

  /// From bytes of any number but 0, such as the secret of a store.
  public convenience init(secret bytes: [UInt8]) {
    precondition(!bytes.isEmpty, "an empty secret is none")
    unsafe self.init { target in
      let result = unsafe bytes.withUnsafeBytes {
        unsafe tern_xxh3_secret_from_bytes(target, $0.baseAddress!, $0.count)
      }
      precondition(result == 0, "secret refused")
    }
  }

  deinit { unsafe secret.deallocate() }

  /// Digest of bytes in memory.
  public func digest(of bytes: UnsafeRawBufferPointer) -> ContentDigest {
    if bytes.count <= ContentDigest.leafBytes {
      return ContentDigest(unsafe leaf(bytes), rawBytes: UInt64(bytes.count))
    }
    let hasher = ContentHasher(key: self)
    for start in stride(from: 0, to: bytes.count, by: ContentDigest.leafBytes) {
      let end = min(start + ContentDigest.leafBytes, bytes.count)
      let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      unsafe hasher.append(leaf(part), count: end - start)
    }
    return hasher.finish()
  }

  /// Digest of at most `ContentDigest.leafBytes`.
  func leaf(_ bytes: UnsafeRawBufferPointer) -> LeafDigest {
    precondition(bytes.count <= ContentDigest.leafBytes, "longer than a leaf")
    let hash = unsafe tern_xxh3_whole(bytes.baseAddress, bytes.count, secret)
    return LeafDigest(hash)
  }

  /// Digest of a file as it is now, with its size. Reads it once; compare before ingesting it.
  public func digestOfFile(_ path: String) throws(SystemFailure) -> ContentDigest {
    try digestOfFile(Array(path.utf8))
  }

  /// As `digestOfFile(_:)`, for a path that need not be UTF-8.
  public func digestOfFile(_ path: [UInt8]) throws(SystemFailure) -> ContentDigest {
    let shown = shownPath(path)
    let descriptor = unsafe (path + [0]).withUnsafeBytes {
      unsafe openForReading($0.baseAddress!.assumingMemoryBound(to: CChar.self), extraFlags: 0)
    }
    guard descriptor >= 0 else {
      throw SystemFailure(operation: "open", path: shown, errno: -descriptor)
    }
    defer { close(descriptor) }
    // Small enough that the allocator gives the same memory again for the next file.
    let room = 64 << 10
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: pageBytes)
    defer { unsafe buffer.deallocate() }
    let hasher = ContentHasher(key: self)
    while true {
      let got = unsafe read(descriptor, buffer, room)
      if got > 0 {
        unsafe hasher.update(UnsafeRawBufferPointer(start: buffer, count: got))
      } else if got == 0 {
        return hasher.finish()
      } else if errno != EINTR {
        throw SystemFailure(operation: "read", path: shown, errno: errno)
      }
    }
  }
}

/// Digest of one leaf, as it goes into the digest of the leaves.
struct LeafDigest: BitwiseCopyable {
  fileprivate var low: UInt64 = 0
  fileprivate var high: UInt64 = 0

  init() {}

  fileprivate init(_ hash: tern_xxh3_digest) {
    low = hash.low.littleEndian
    high = hash.high.littleEndian
  }
}

extension ContentDigest {
  fileprivate init(_ leaf: LeafDigest, rawBytes: UInt64) {
    self.init(
      high: UInt64(littleEndian: leaf.high), low: UInt64(littleEndian: leaf.low),
      rawBytes: rawBytes)
  }
}

/// Digest of bytes that come in parts, or as digests of their leaves.
@safe
final class ContentHasher {
  private let key: DigestKey
  /// The leaf that has begun, and all finished leaves.
  private let leafState: OpaquePointer
  private let rootState: OpaquePointer
  private var leafCount = 0
  private var lastLeaf = LeafDigest()
  private var rawBytes: UInt64 = 0

  init(key: DigestKey) {
    guard let leaf = unsafe tern_xxh3_make(), let root = unsafe tern_xxh3_make() else {
      fatalError("no memory for a digest")
    }
    self.key = key
    unsafe leafState = leaf
    unsafe rootState = root
    reset()
  }

  deinit {
    unsafe tern_xxh3_free(leafState)
    unsafe tern_xxh3_free(rootState)
  }

  func reset() {
    rawBytes = 0
    leafCount = 0
    unsafe tern_xxh3_reset(leafState, key.secret)
    unsafe tern_xxh3_reset(rootState, key.secret)
  }

  func update(_ bytes: UnsafeRawBufferPointer) {
    var rest = unsafe bytes
    while rest.count > 0 {
      let taken = min(ContentDigest.leafBytes - leafCount, rest.count)
      let part = unsafe UnsafeRawBufferPointer(rebasing: rest[..<taken])
      if taken == ContentDigest.leafBytes {
        unsafe append(key.leaf(part), count: taken)
      } else {
        unsafe tern_xxh3_update(leafState, part.baseAddress, part.count)
        leafCount += taken
        if leafCount == ContentDigest.leafBytes { finishLeaf() }
      }
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
    }
  }

  /// The next leaf, of `count` bytes. Only the last one of the source may be short.
  func append(_ leaf: LeafDigest, count: Int) {
    precondition(
      leafCount == 0 && rawBytes % UInt64(ContentDigest.leafBytes) == 0, "a leaf has begun")
    lastLeaf = leaf
    rawBytes += UInt64(count)
    unsafe withUnsafeBytes(of: leaf) {
      unsafe tern_xxh3_update(rootState, $0.baseAddress, $0.count)
    }
  }

  private func finishLeaf() {
    let hash = unsafe tern_xxh3_finish(leafState)
    let count = leafCount
    leafCount = 0
    unsafe tern_xxh3_reset(leafState, key.secret)
    append(LeafDigest(hash), count: count)
  }

  func finish() -> ContentDigest {
    if leafCount > 0 || rawBytes == 0 { finishLeaf() }
    guard rawBytes > UInt64(ContentDigest.leafBytes) else {
      return ContentDigest(lastLeaf, rawBytes: rawBytes)
    }
    let hash = unsafe tern_xxh3_finish(rootState)
    return ContentDigest(high: hash.high, low: hash.low, rawBytes: rawBytes)
  }
}
