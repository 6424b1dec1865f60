import Glibc

/// Owned, growable bytes: where messages and truth rows are written.
///
/// All raw memory of this module is in here. A document is some hundred appends of a few bytes
/// each, so an append is one capacity check and one copy.
@safe
struct ByteBuffer: ~Copyable, @unchecked Sendable {
  @unsafe private var storage: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  private(set) var capacity: Int

  init(capacity: Int = 256) {
    self.capacity = max(capacity, 64)
    unsafe storage = UnsafeMutablePointer<UInt8>.allocate(capacity: self.capacity)
  }

  deinit { unsafe storage.deallocate() }

  /// Forgets the content, keeps the memory.
  mutating func removeAll() { count = 0 }

  subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count, "index out of range")
    return unsafe storage[index]
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    unsafe storage[count] = byte
    count &+= 1
  }

  @inline(__always)
  mutating func append(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    reserve(length)
    unsafe memcpy(storage + count, text.utf8Start, length)
    count &+= length
  }

  mutating func append(string text: String) {
    for byte in text.utf8 { append(byte) }
  }

  mutating func append(_ source: borrowing ByteBuffer, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= source.count, "range out of bounds")
    reserve(range.count)
    unsafe memcpy(storage + count, source.storage + range.lowerBound, range.count)
    count &+= range.count
  }

  /// `value` as exactly `width` decimal digits, zeros in front; higher digits are dropped.
  @inline(__always)
  mutating func append(digits value: UInt64, width: Int) {
    reserve(width)
    var rest = value
    var place = count &+ width
    while place > count {
      place &-= 1
      unsafe storage[place] = 48 &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    count &+= width
  }

  /// Upper-case hexadecimal, `width` digits.
  @inline(__always)
  mutating func append(hexadecimal value: UInt64, width: Int) {
    reserve(width)
    var rest = value
    var place = count &+ width
    while place > count {
      place &-= 1
      let digit = UInt8(truncatingIfNeeded: rest & 15)
      unsafe storage[place] = digit < 10 ? 48 &+ digit : 55 &+ digit
      rest >>= 4
    }
    count &+= width
  }

  /// Orders two ranges of this buffer by their bytes.
  func isLess(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
    precondition(a.lowerBound >= 0 && a.upperBound <= count, "range out of bounds")
    precondition(b.lowerBound >= 0 && b.upperBound <= count, "range out of bounds")
    return unsafe Self.isLess(
      UnsafeRawBufferPointer(start: storage + a.lowerBound, count: a.count),
      UnsafeRawBufferPointer(start: storage + b.lowerBound, count: b.count))
  }

  /// Orders a range of this buffer and a range of another by their bytes.
  func isLess(_ a: Range<Int>, than other: borrowing ByteBuffer, _ b: Range<Int>) -> Bool {
    precondition(a.lowerBound >= 0 && a.upperBound <= count, "range out of bounds")
    precondition(b.lowerBound >= 0 && b.upperBound <= other.count, "range out of bounds")
    return unsafe Self.isLess(
      UnsafeRawBufferPointer(start: storage + a.lowerBound, count: a.count),
      UnsafeRawBufferPointer(start: other.storage + b.lowerBound, count: b.count))
  }

  /// Position of the first `byte` at or after `start`.
  func firstIndex(of byte: UInt8, from start: Int) -> Int? {
    precondition(start >= 0 && start <= count, "index out of range")
    guard start < count, let hit = unsafe memchr(storage + start, Int32(byte), count - start)
    else { return nil }
    return unsafe UnsafeRawPointer(hit) - UnsafeRawPointer(storage)
  }

  /// Reads up to `length` bytes at `offset` of `descriptor` into the empty buffer. Returns the
  /// count, or nil with `errno` set.
  mutating func fill(from descriptor: Int32, at offset: Int, length: Int) -> Int? {
    removeAll()
    reserve(length)
    while count < length {
      let got = unsafe pread(descriptor, storage + count, length - count, off_t(offset + count))
      if got < 0 && errno == EINTR { continue }
      if got < 0 { return nil }
      if got == 0 { break }
      count += got
    }
    return count
  }

  /// Writes `range` whole. Returns nil, or the `errno` of the call that failed.
  func write(_ range: Range<Int>, to descriptor: Int32) -> Int32? {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
    var place = range.lowerBound
    while place < range.upperBound {
      // Some kernels refuse more than 2 GiB in one call; 64 MiB also keeps a signal's delay short.
      let length = min(range.upperBound - place, 64 << 20)
      let written = unsafe Glibc.write(descriptor, storage + place, length)
      if written < 0 {
        if errno == EINTR { continue }
        return errno
      }
      place += written
    }
    return nil
  }

  @inline(__always)
  private mutating func reserve(_ extra: Int) {
    if count &+ extra > capacity { grow(by: extra) }
  }

  @inline(never)
  private mutating func grow(by extra: Int) {
    let wanted = max(count + extra, capacity * 2)
    let bigger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    unsafe bigger.update(from: storage, count: count)
    unsafe storage.deallocate()
    unsafe storage = bigger
    capacity = wanted
  }

  private static func isLess(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    let shared = min(a.count, b.count)
    guard shared > 0, let left = a.baseAddress, let right = b.baseAddress else {
      return a.count < b.count
    }
    let order = unsafe memcmp(left, right, shared)
    return order != 0 ? order < 0 : a.count < b.count
  }
}
