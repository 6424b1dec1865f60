import CXXHash
import Glibc

/// What a source holds: 128 bits of its bytes as stored, under a key, and their number.
/// Equal for equal bytes, whatever the path, the time and the compression's settings say.
public struct ContentDigest: Sendable, Hashable {
  public var high: UInt64
  public var low: UInt64
  /// Size as stored, before decompression.
  public var rawBytes: UInt64

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
    let hash = unsafe tern_xxh3_whole(bytes.baseAddress, bytes.count, secret)
    return ContentDigest(high: hash.high, low: hash.low, rawBytes: UInt64(bytes.count))
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
    let room = 256 << 10
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

/// Digest of bytes that come in parts.
@safe
final class ContentHasher {
  private let key: DigestKey
  private let state: OpaquePointer
  private var rawBytes: UInt64 = 0

  init(key: DigestKey) {
    guard let made = unsafe tern_xxh3_make() else { fatalError("no memory for a digest") }
    self.key = key
    unsafe state = made
    unsafe tern_xxh3_reset(state, key.secret)
  }

  deinit { unsafe tern_xxh3_free(state) }

  func reset() {
    rawBytes = 0
    unsafe tern_xxh3_reset(state, key.secret)
  }

  func update(_ bytes: UnsafeRawBufferPointer) {
    rawBytes += UInt64(bytes.count)
    unsafe tern_xxh3_update(state, bytes.baseAddress, bytes.count)
  }

  func finish() -> ContentDigest {
    let hash = unsafe tern_xxh3_finish(state)
    return ContentDigest(high: hash.high, low: hash.low, rawBytes: rawBytes)
  }
}
