import Glibc

/// Owned, growable bytes: where messages and truth rows are written.
///
/// All raw memory of this module is in here. A document is some hundred appends of a few bytes
/// each: an append is one capacity check and a copy of whole words, which may reach into `slack`
/// behind what counts.
@safe
struct ByteBuffer: ~Copyable, @unchecked Sendable {
  @unsafe private var storage: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  private(set) var capacity: Int
  /// The calendar days last written, as digits: most dates of a block are of two or three days.
  private var dates = InlineArray<4, (day: Int64, digits: UInt64)>(repeating: (.min, 0))

  /// Bytes of a short copy.
  static let shortBytes = 32
  /// Bytes behind `capacity` that copies of whole words may touch.
  private static let slack = 2 * shortBytes

  init(capacity: Int = 256) {
    self.capacity = max(capacity, 64)
    unsafe storage = .allocate(capacity: self.capacity + Self.slack)
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

  /// The first `length` of the `shortBytes` bytes at `start`: one copy of a fixed size.
  @inline(__always)
  mutating func append(short source: borrowing ByteBuffer, at start: Int, count length: Int) {
    precondition(
      start >= 0 && length >= 0 && length <= Self.shortBytes && start &+ length <= source.count,
      "not a short part")
    reserve(length)
    unsafe memcpy(storage + count, source.storage + start, Self.shortBytes)
    count &+= length
  }

  /// As many bytes as there are, in copies of a fixed size.
  @inline(__always)
  mutating func append(words source: borrowing ByteBuffer, at start: Int, count length: Int) {
    precondition(start >= 0 && length >= 0 && start &+ length <= source.count, "not a part")
    reserve(length)
    var done = 0
    repeat {
      unsafe memcpy(storage + count + done, source.storage + start + done, Self.shortBytes)
      done &+= Self.shortBytes
    } while done < length
    count &+= length
  }

  /// The first `length` of the eight bytes of `word`, lowest first.
  @inline(__always)
  mutating func append(word: UInt64, count length: Int = 8) {
    reserve(8)
    unsafe UnsafeMutableRawPointer(storage + count).storeBytes(
      of: word.littleEndian, as: UInt64.self)
    count &+= length
  }

  /// The first `length` bytes of `text`.
  @inline(__always)
  mutating func append(_ text: StaticString, count length: Int) {
    precondition(length >= 0 && length <= text.utf8CodeUnitCount, "longer than the text")
    reserve(text.utf8CodeUnitCount)
    unsafe memcpy(storage + count, text.utf8Start, text.utf8CodeUnitCount)
    count &+= length
  }

  /// `value` as exactly `width` decimal digits, zeros in front; higher digits are dropped.
  @inline(__always)
  mutating func append(digits value: UInt64, width: Int) {
    if width > 8 { return append(longDigits: value, width: width) }
    let word = Self.eightDigits(value < 100_000_000 ? value : value % 100_000_000)
    append(word: word >> UInt64(8 &* (8 &- width)), count: width)
  }

  private mutating func append(longDigits value: UInt64, width: Int) {
    append(digits: value / 100_000_000, width: width - 8)
    append(word: Self.eightDigits(value % 100_000_000))
  }

  /// The digits of a number below 10^8 as the bytes of a word, the first digit lowest: halves, then
  /// quarters, then digits are told apart, all at once.
  @inline(__always)
  private static func eightDigits(_ number: UInt64) -> UInt64 {
    let halves = number / 10_000 | (number % 10_000) << 32
    // 10486 / 2^20 is 1/100, and 103 / 2^10 is 1/10, near enough for four and for two digits.
    let hundreds = (halves &* 10_486) >> 20 & 0x0000_007f_0000_007f
    let pairs = hundreds | (halves &- hundreds &* 100) << 16
    let tens = (pairs &* 103) >> 10 & 0x000f_000f_000f_000f
    return (tens | (pairs &- tens &* 10) << 8) | 0x3030_3030_3030_3030
  }

  /// `YYYYMMDD` of a day counted from 1970.
  mutating func append(day: Int64) {
    let slot = Int(truncatingIfNeeded: day & 3)
    if dates[slot].day != day {
      let date = CivilDate(daysSince1970: day)
      let number = date.year * 10_000 + date.month * 100 + date.day
      dates[slot] = (day, Self.eightDigits(UInt64(number)))
    }
    append(word: dates[slot].digits)
  }

  /// Sorts ranges of this buffer by their bytes.
  func sort(_ ranges: inout [Range<Int>]) {
    let (start, count) = unsafe (storage, count)
    precondition(
      ranges.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= count }, "range out of bounds")
    ranges.sort { a, b in
      unsafe Self.isLess(
        UnsafeRawBufferPointer(start: start + a.lowerBound, count: a.count),
        UnsafeRawBufferPointer(start: start + b.lowerBound, count: b.count))
    }
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
    let bigger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted + Self.slack)
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
