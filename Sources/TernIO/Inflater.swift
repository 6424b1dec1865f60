import CZlib
import CZstd
import Glibc

/// What a source is packed with, told from its first bytes and not from its name.
enum Compression: Sendable, Equatable {
  case none
  case gzip
  case zstd

  /// Bytes at the head of a source that `init` looks at.
  static let magicBytes = 4

  init(head: UnsafeRawBufferPointer) {
    func byte(_ index: Int) -> UInt8 { unsafe index < head.count ? head[index] : 0 }
    switch (byte(0), byte(1), byte(2), byte(3)) {
    // 8 is deflate, the one method there is.
    case (0x1F, 0x8B, 8, _): self = .gzip
    case (0x28, 0xB5, 0x2F, 0xFD): self = .zstd
    // A skippable frame, which tools put in front (pzstd) or in between.
    case (0x50...0x5F, 0x2A, 0x4D, 0x18): self = .zstd
    default: self = .none
    }
  }
}

/// Unpacks gzip (one or many members) or zstd (one or many frames) from parts into parts.
@safe
final class Inflater {
  enum Status: Equatable {
    /// All input is taken; more is wanted, unless the source ends here and `isComplete`.
    case needsInput
    /// The output is full.
    case needsOutput
    case failed(ReadFailure.Reason, String)
  }

  /// One of the two is there.
  private var gzip: UnsafeMutablePointer<z_stream>?
  private var zstd: OpaquePointer?
  private let maxWindowLog: Int
  /// Between members or frames: the source may end here.
  private(set) var isComplete = false
  /// Inside the zeros that some writers put behind the last member.
  private var isInPadding = false
  /// The last output was filled to the end: zlib may hold more back without needing input.
  private var mayHoldOutput = false

  init(_ compression: Compression, maxWindowLog: Int) throws(InputError) {
    self.maxWindowLog = maxWindowLog
    switch compression {
    case .none: preconditionFailure("nothing to unpack")
    case .gzip:
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      unsafe stream.initialize(to: z_stream())
      unsafe gzip = stream
      // 15 + 16: the largest window of the format (32 KiB), and a gzip header.
      let result = unsafe inflateInit2_(
        stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
      guard result == Z_OK else {
        throw .resources(SystemFailure(operation: "inflateInit2", path: "gzip", errno: ENOMEM))
      }
    case .zstd:
      guard let stream = unsafe ZSTD_createDStream() else {
        throw .resources(
          SystemFailure(operation: "ZSTD_createDStream", path: "zstd", errno: ENOMEM))
      }
      unsafe zstd = stream
      _ = unsafe ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Int32(maxWindowLog))
    }
  }

  deinit {
    if let stream = unsafe gzip {
      unsafe inflateEnd(stream)
      unsafe stream.deallocate()
    }
    if let stream = unsafe zstd { unsafe ZSTD_freeDStream(stream) }
  }

  /// Unpacks from `input` to `output` until one of them is used up. Both counts are less than 4 GiB.
  func step(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer)
    -> (taken: Int, made: Int, status: Status)
  {
    if let stream = unsafe gzip { return unsafe stepGzip(stream, input, output) }
    return unsafe stepZstd(zstd!, input, output)
  }

  private func stepGzip(
    _ stream: UnsafeMutablePointer<z_stream>, _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer
  ) -> (taken: Int, made: Int, status: Status) {
    var (taken, made) = (0, 0)
    while true {
      if taken == input.count, isComplete || !mayHoldOutput { return (taken, made, .needsInput) }
      if isComplete {
        if unsafe input[taken] == 0 { isInPadding = true }
        if isInPadding {
          guard unsafe input[taken] == 0 else {
            return (taken, made, .failed(.corrupt, "bytes behind the end of the gzip data"))
          }
          taken += 1
          continue
        }
        unsafe inflateReset(stream)
        isComplete = false
      }
      if made == output.count { return (taken, made, .needsOutput) }
      unsafe stream.pointee.next_in = input.baseAddress.map {
        unsafe UnsafeMutablePointer(mutating: ($0 + taken).assumingMemoryBound(to: Bytef.self))
      }
      unsafe stream.pointee.avail_in = uInt(input.count - taken)
      unsafe stream.pointee.next_out = (output.baseAddress! + made).assumingMemoryBound(
        to: Bytef.self)
      unsafe stream.pointee.avail_out = uInt(output.count - made)
      let result = unsafe inflate(stream, Z_NO_FLUSH)
      taken = unsafe input.count - Int(stream.pointee.avail_in)
      made = unsafe output.count - Int(stream.pointee.avail_out)
      mayHoldOutput = made == output.count
      switch result {
      case Z_STREAM_END: isComplete = true
      case Z_OK, Z_BUF_ERROR: continue
      case Z_NEED_DICT:
        return (taken, made, .failed(.corrupt, "gzip data with a preset dictionary"))
      default:
        let text = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "invalid data"
        return (taken, made, .failed(.corrupt, "gzip: \(text)"))
      }
    }
  }

  private func stepZstd(
    _ stream: OpaquePointer, _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer
  ) -> (taken: Int, made: Int, status: Status) {
    var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    while true {
      // The decoder may hold output back after it has taken all input: it is asked again as long
      // as it fills what it is given.
      let before = unsafe (source.pos, target.pos)
      if unsafe source.pos == source.size, isComplete {
        return unsafe (source.pos, target.pos, .needsInput)
      }
      if unsafe target.pos == target.size {
        return unsafe (source.pos, target.pos, .needsOutput)
      }
      let result = unsafe ZSTD_decompressStream(stream, &target, &source)
      let (taken, made) = unsafe (source.pos, target.pos)
      if ZSTD_isError(result) != 0 {
        let text = unsafe String(cString: ZSTD_getErrorName(result))
        if ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge {
          let limit = "zstd: the window is larger than 2^\(maxWindowLog) bytes"
          return (taken, made, .failed(.windowTooLarge, limit))
        }
        return (taken, made, .failed(.corrupt, "zstd: \(text)"))
      }
      isComplete = result == 0
      if taken == input.count, made < output.count {
        return (taken, made, .needsInput)
      }
      if (taken, made) == before {
        return (taken, made, .failed(.corrupt, "zstd: no progress"))
      }
    }
  }
}
