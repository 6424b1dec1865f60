import Glibc

/// Owned, growable memory of trivially copyable elements: the storage under every column.
///
/// It exists because appending to an `Array` inside a column costs a uniqueness check and a
/// bounds check per value. Hot loops reserve once and then write through `base`; everything else
/// uses the checked subscript.
@safe
public struct GrowableBuffer<Element: BitwiseCopyable>: ~Copyable {
  @unsafe @usableFromInline var storage: UnsafeMutablePointer<Element>
  @usableFromInline var used: Int
  @usableFromInline var room: Int

  public init(capacity: Int = 0) {
    let capacity = max(capacity, 1)
    unsafe storage = Self.allocate(nil, capacity)
    used = 0
    room = capacity
  }

  deinit { unsafe free(storage) }

  /// With `realloc` large buffers grow by moving pages: no byte is copied and no page faulted in
  /// again (measured: 40 % of an ingest's page faults).
  private static func allocate(
    _ old: UnsafeMutablePointer<Element>?, _ capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    let (bytes, overflow) = capacity.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard !overflow, let memory = unsafe realloc(old, bytes) else {
      fatalError("no memory for a buffer of \(capacity) elements")
    }
    return unsafe memory.bindMemory(to: Element.self, capacity: capacity)
  }

  /// First element. Valid for `capacity` elements until the next call that grows the buffer.
  @unsafe @inlinable public var base: UnsafeMutablePointer<Element> { unsafe storage }
  /// Elements in use.
  @inlinable public var count: Int { used }
  /// Elements that fit without growing.
  @inlinable public var capacity: Int { room }
  @inlinable public var isEmpty: Bool { count == 0 }

  @inlinable public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "index out of range")
      return unsafe storage[index]
    }
    set {
      precondition(index >= 0 && index < count, "index out of range")
      unsafe storage[index] = newValue
    }
  }

  /// Makes room for `extra` more elements. Amortised O(1) per element.
  @inlinable public mutating func reserve(_ extra: Int) {
    if count &+ extra > capacity { grow(by: extra) }
  }

  @inlinable public mutating func append(_ element: Element) {
    if count == capacity { grow(by: 1) }
    unsafe storage[count] = element
    used &+= 1
  }

  public mutating func append(contentsOf elements: UnsafeBufferPointer<Element>) {
    guard let source = elements.baseAddress, !elements.isEmpty else { return }
    reserve(elements.count)
    unsafe (storage + count).update(from: source, count: elements.count)
    used += elements.count
  }

  public mutating func append(contentsOf elements: [Element]) {
    unsafe elements.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  public mutating func append(repeating element: Element, count extra: Int) {
    reserve(extra)
    unsafe (storage + count).update(repeating: element, count: extra)
    used += extra
  }

  /// Declares that `count` elements are now in use, after writes through `base`, or drops the
  /// elements past it.
  @inlinable public mutating func setCount(_ newCount: Int) {
    precondition(newCount >= 0 && newCount <= capacity, "count beyond capacity")
    used = newCount
  }

  public mutating func removeAll() { used = 0 }

  @usableFromInline mutating func grow(by extra: Int) {
    let wanted = max(count + extra, capacity * 2)
    unsafe storage = Self.allocate(storage, wanted)
    room = wanted
  }

  /// The elements in use as a plain buffer. Valid until the next mutation.
  @unsafe @inlinable public var unsafeElements: UnsafeBufferPointer<Element> {
    unsafe UnsafeBufferPointer(start: storage, count: count)
  }
}
