import Glibc

/// What holds several files in one, told from its first bytes and not from its name.
enum Container: Sendable, Equatable {
  case none
  case zip
  case tar

  /// Bytes at the head that `init` looks at: a tar's first header.
  static let headBytes = 512

  init(head: UnsafeRawBufferPointer) {
    func byte(_ index: Int) -> UInt8 { unsafe index < head.count ? head[index] : 0 }
    switch (byte(0), byte(1), byte(2), byte(3)) {
    // A member's header, or the directory of an archive without members.
    case (0x50, 0x4B, 3, 4), (0x50, 0x4B, 5, 6): self = .zip
    default: self = unsafe Self.isTarHeader(head) ? .tar : .none
    }
  }

  /// The field `chksum` of a header is the sum of its bytes, those of the field taken as spaces.
  /// Writers before POSIX summed signed bytes.
  private static func isTarHeader(_ head: UnsafeRawBufferPointer) -> Bool {
    guard head.count >= headBytes else { return false }
    let field = 148..<156
    var stated = 0
    var digits = 0
    for index in field {
      let byte = unsafe head[index]
      switch byte {
      case 0x30...0x37:
        stated = stated << 3 | Int(byte - 0x30)
        digits += 1
      case 0x20 where digits == 0: continue
      case 0x20, 0: if digits == 0 { return false } else { continue }
      default: return false
      }
    }
    guard digits > 0 else { return false }
    var (sum, signedSum) = (0, 0)
    for index in 0..<headBytes {
      let byte = field.contains(index) ? 0x20 : unsafe head[index]
      sum += Int(byte)
      signedSum += Int(Int8(bitPattern: byte))
    }
    return stated == sum || stated == signedSum
  }
}

/// How a source is packed: compressed, an archive, or an archive that is compressed as a whole.
struct Packing: Equatable {
  /// Bytes as stored that are enough to tell: a block of zstd gives nothing before it is complete.
  static let headBytes = 256 << 10

  var compression: Compression
  var container: Container

  static let plain = Packing(compression: .none, container: .none)

  init(compression: Compression, container: Container) {
    self.compression = compression
    self.container = container
  }

  /// `head` holds the first bytes as stored, `headBytes` of them or all.
  init(head: UnsafeRawBufferPointer, maxWindowLog: Int) throws(InputError) {
    unsafe compression = Compression(head: head)
    guard compression != .none else {
      unsafe container = Container(head: head)
      return
    }
    let inflater = try Inflater(compression, maxWindowLog: maxWindowLog)
    var first = InlineArray<512, UInt8>(repeating: 0)
    container = unsafe withUnsafeMutableBytes(of: &first) { target in
      let made = unsafe inflater.step(head, into: target).made
      return unsafe Container(head: UnsafeRawBufferPointer(rebasing: target[..<made]))
    }
  }
}
