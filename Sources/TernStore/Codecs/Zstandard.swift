import CZstd
import TernCEB

/// A compression context, reused for every block of one encoder.
@safe
struct Compressor: ~Copyable {
  @unsafe private let context: OpaquePointer
  /// Level 0 stores everything as it is.
  let level: Int

  init(level: Int) {
    guard let context = unsafe ZSTD_createCCtx() else { fatalError("out of memory") }
    unsafe self.context = context
    self.level = level
    let status = unsafe ZSTD_CCtx_setParameter(
      context, ZSTD_c_compressionLevel, Int32(clamping: level))
    precondition(ZSTD_isError(status) == 0, "compression level out of range")
  }

  /// Entropy coding almost alone: for codes, where what repeats is frequencies and not sequences.
  /// Three times as fast as level 1, and on such bytes smaller.
  static func entropyCoder() -> Compressor {
    let compressor = Compressor(level: -100)
    // "literalCompressionMode", on: negative levels leave literals as they are otherwise. A
    // library without it only compresses less.
    _ = unsafe ZSTD_CCtx_setParameter(compressor.context, ZSTD_c_experimentalParam5, 1)
    return compressor
  }

  deinit { unsafe ZSTD_freeCCtx(context) }

  /// Compresses `count` bytes to `target`; nil if they don't fit there.
  func compress(_ source: View<UInt8>, count: Int, to target: View<UInt8>) -> Int? {
    precondition(count <= source.count)
    let size = unsafe ZSTD_compress2(context, target.base, target.count, source.base, count)
    return ZSTD_isError(size) == 0 ? size : nil
  }
}

/// A decompression context, reused for every block of one decoder.
@safe
struct Decompressor: ~Copyable {
  @unsafe private let context: OpaquePointer

  init() {
    guard let context = unsafe ZSTD_createDCtx() else { fatalError("out of memory") }
    unsafe self.context = context
  }

  deinit { unsafe ZSTD_freeDCtx(context) }

  /// Decompresses to exactly `size` bytes of `target`.
  func decompress(
    _ source: View<UInt8>, count: Int, to target: View<UInt8>, size: Int
  ) throws(BlockFault) {
    precondition(count <= source.count && size <= target.count)
    let written = unsafe ZSTD_decompressDCtx(context, target.base, size, source.base, count)
    guard ZSTD_isError(written) == 0 && written == size else {
      throw BlockFault("compressed data can't be expanded")
    }
  }
}
