import CXXHash
import TernCEB

/// A stretch of memory that somebody else owns: the one place where codecs touch raw memory.
///
/// A view is valid until its owner changes; it never leaves the function that made it. Slices and copies are checked
/// always (0.2 % of an ingest's instructions). Single elements are asserted in debug builds, where the tests and the fuzzer
/// run; release builds rely on the sizes that the codec checked before its loop: a check per element takes 7 % of an
/// ingest's and a reconciliation's instructions, and 17 % of an export's.
@safe
struct View<Element: BitwiseCopyable> {
  @unsafe let base: UnsafeMutablePointer<Element>
  let count: Int

  @unsafe @inline(__always) init(_ base: UnsafeMutablePointer<Element>, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  @inline(__always) subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count, "read outside the view")
      return unsafe base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count, "write outside the view")
      unsafe base[index] = newValue
    }
  }

  /// `count` elements from `start`.
  @inline(__always) func slice(_ start: Int, count: Int) -> View {
    precondition(start >= 0 && count >= 0 && start + count <= self.count, "slice outside the view")
    return unsafe View(base + start, count: count)
  }

  func copy(from source: View, count: Int) {
    precondition(count >= 0 && count <= self.count && count <= source.count, "copy outside the view")
    unsafe base.update(from: source.base, count: count)
  }

  func fill(_ element: Element) {
    unsafe base.update(repeating: element, count: count)
  }
}

extension View where Element == UInt64 {
  func sort() {
    var elements = unsafe UnsafeMutableBufferPointer(start: base, count: count)
    unsafe elements.sort()
  }
}

extension View where Element == UInt8 {
  /// Eight bytes, little-endian, at any alignment.
  @inline(__always) func load64(_ offset: Int) -> UInt64 {
    assert(offset >= 0 && offset + 8 <= count, "load outside the view")
    return unsafe UInt64(
      littleEndian: UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self))
  }

  @inline(__always) func load32(_ offset: Int) -> UInt32 {
    assert(offset >= 0 && offset + 4 <= count, "load outside the view")
    return unsafe UInt32(
      littleEndian: UnsafeRawPointer(base + offset).loadUnaligned(as: UInt32.self))
  }

  @inline(__always) func store64(_ value: UInt64, _ offset: Int) {
    assert(offset >= 0 && offset + 8 <= count, "store outside the view")
    unsafe UnsafeMutableRawPointer(base + offset)
      .storeBytes(of: value.littleEndian, as: UInt64.self)
  }

  /// One value, valid as long as the view.
  @inline(__always) func bytes(_ start: Int, count: Int) -> Bytes {
    let part = slice(start, count: count)
    return unsafe Bytes(UnsafeBufferPointer(start: part.base, count: part.count))
  }

  /// XXH3-64 of `range`.
  func checksum(_ start: Int, count: Int) -> UInt64 {
    let part = slice(start, count: count)
    return unsafe tern_xxh3_64(part.base, part.count)
  }

  /// Whether `count` bytes at `a` equal those at `b`. Reads up to 8 bytes past either.
  @inline(__always) func equal(_ a: Int, _ b: Int, count: Int) -> Bool {
    if count < 8 {
      return count == 0 || (load64(a) ^ load64(b)) &<< UInt64(64 &- 8 &* count) == 0
    }
    // The last step overlaps the one before.
    let last = count &- 8
    var done = 0
    while done < last {
      if load64(a &+ done) != load64(b &+ done) { return false }
      done &+= 8
    }
    return load64(a &+ last) == load64(b &+ last)
  }
}

/// Bytes that may be read (never used) past the end of what a codec works on, so that eight-byte
/// loads need no tail.
let paddingBytes = 64

extension GrowableBuffer {
  /// The whole capacity. Valid until the buffer grows.
  var view: View<Element> {
    unsafe View(base, count: capacity)
  }

  /// Makes room for `count` elements and drops what was there.
  mutating func prepare(_ count: Int) {
    setCount(0)
    reserve(count)
  }
}

extension GrowableBuffer where Element == UInt8 {
  mutating func append(_ value: UInt16) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  mutating func append(_ value: UInt32) {
    append(UInt16(truncatingIfNeeded: value))
    append(UInt16(truncatingIfNeeded: value >> 16))
  }

  mutating func append(_ value: UInt64) {
    reserve(8)
    view.store64(value, count)
    setCount(count + 8)
  }

  mutating func append(_ source: View<UInt8>, count extra: Int) {
    reserve(extra)
    view.slice(count, count: extra).copy(from: source, count: extra)
    setCount(count + extra)
  }

  mutating func append(utf8 text: String) {
    var text = text
    text.withUTF8 { unsafe append(contentsOf: $0) }
  }
}
