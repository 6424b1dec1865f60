import CScan
import Glibc

/// Bytes of a slice or of a scratch buffer behind a checked face. Valid as long as that memory is.
@safe
struct ByteView {
  private let base: UnsafePointer<UInt8>
  let count: Int

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    unsafe base = bytes.baseAddress ?? UnsafePointer(bitPattern: 64)!
    count = bytes.count
  }

  @inline(__always) subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count, "read outside the text")
    return unsafe base[index]
  }

  @unsafe func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "read outside the text")
    return unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
  }

  func string(_ range: Range<Int>) -> String {
    unsafe String(decoding: bytes(range), as: UTF8.self)
  }

  /// The first `byte` in a range, or nil.
  func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
    let bytes = unsafe self.bytes(range)
    guard let start = bytes.baseAddress, let found = unsafe memchr(start, Int32(byte), bytes.count)
    else { return nil }
    return unsafe range.lowerBound + (UnsafeRawPointer(found) - UnsafeRawPointer(start))
  }

  /// Behind the last `byte`, or 0.
  func end(ofLast byte: UInt8) -> Int {
    var end = count
    while end > 0, self[end - 1] != byte { end -= 1 }
    return end
  }

  func isEqual(_ range: Range<Int>, _ other: [UInt8]) -> Bool {
    guard range.count == other.count else { return false }
    return unsafe memcmp(bytes(range).baseAddress!, other, other.count) == 0
  }

  func starts(with prefix: [UInt8]) -> Bool {
    count >= prefix.count && isEqual(0..<prefix.count, prefix)
  }

  /// Without the white space that the customs' rules take off every value.
  @inline(__always) func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, Self.isSpace(self[start]) { start += 1 }
    while start < end, Self.isSpace(self[end - 1]) { end -= 1 }
    return start..<end
  }

  @inline(__always) static func isSpace(_ c: UInt8) -> Bool {
    c == 0x20 || c == 0x0A || c == 0x0D || c == 0x09
  }

  /// The first byte of a range that is not UTF-8, or is of a character that XML cannot carry: an
  /// export could not give it back.
  func firstInvalid(in range: Range<Int>, _ kernel: tern_kernel) -> Int? {
    let bytes = unsafe self.bytes(range)
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return nil }
    let valid = unsafe tern_utf8_valid_prefix(kernel, start, bytes.count)
    var controls = false
    for index in 0..<valid { controls = unsafe controls || isControl(bytes[index]) }
    if controls {
      for index in 0..<valid where unsafe isControl(bytes[index]) { return range.lowerBound + index }
    }
    return valid < bytes.count ? range.lowerBound + valid : nil
  }
}

@inline(__always) private func isControl(_ c: UInt8) -> Bool {
  c < 0x20 && !ByteView.isSpace(c)
}
