import Glibc

/// Makes UTF-8 of GB18030, which contains GBK and GB2312, and knows where in the original a place of it lies.
///
/// Markup is ASCII and stays as it is: in GB18030 no character of more than one byte has a byte `<`, `>`, `?`
/// or `&`. What stands between goes through the C library's iconv. Cost: about a nanosecond a byte.
@safe
final class GB18030Converter {
  /// What the last `convert` made, with zero bytes behind it as a slice needs them.
  private var text = GrowableBuffer<UInt8>()
  private(set) var count = 0
  /// The first bytes that are no character: where in the text and in the original.
  private(set) var invalid: (position: Int, original: Int)?
  /// Ends of the stretches that are not ASCII, in the text and in the original.
  private var ends = GrowableBuffer<(position: UInt32, original: UInt32)>()
  /// nil where the C library has no GB18030.
  private let descriptor: iconv_t?

  /// Stands for bytes that are no character. It is allowed in text and nowhere else, as they are.
  private static let replacement: UInt8 = 0x7F
  /// Memory that one huge message needed is not kept.
  private static let maxKeptBytes = 16 << 20

  init() {
    let opened = unsafe iconv_open("UTF-8", "GB18030")
    unsafe descriptor = unsafe Int(bitPattern: opened) == -1 ? nil : opened
  }

  deinit {
    if let descriptor = unsafe descriptor { unsafe iconv_close(descriptor) }
  }

  /// Whether this system can do it.
  var isAvailable: Bool { unsafe descriptor != nil }

  /// The text. Valid until the next `convert`.
  @unsafe var slice: UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: text.base, count: count)
  }

  /// - Parameter isWhole: nothing follows; otherwise a character that the end cuts off is left out.
  func convert(_ original: UnsafeBufferPointer<UInt8>, isWhole: Bool) {
    if text.capacity > Self.maxKeptBytes { text = GrowableBuffer() }
    text.removeAll()
    ends.removeAll()
    invalid = nil
    // Two bytes become three at most, four stay four.
    text.reserve(original.count + original.count / 2 + Kernel.padding + 8)
    var index = 0
    while true {
      let start = index
      index = unsafe endOfASCII(original, index)
      unsafe text.append(contentsOf: UnsafeBufferPointer(rebasing: original[start..<index]))
      guard index < original.count else { break }
      guard let end = unsafe convertOthers(original, from: index, isWhole) else { break }
      index = end
      ends.append((UInt32(text.count), UInt32(index)))
    }
    count = text.count
    text.append(repeating: 0, count: Kernel.padding)
  }

  /// Where the place `position` of the text lies in the original. It is no place inside a character.
  /// Cost: the logarithm of the stretches that are not ASCII.
  func original(of position: Int) -> Int {
    var (low, high) = (0, ends.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(ends[middle].position) <= position { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return position }
    let end = ends[low - 1]
    return Int(end.original) + position - Int(end.position)
  }

  private func endOfASCII(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var index = start
    while index + 8 <= bytes.count,
      unsafe UnsafeRawPointer(bytes.baseAddress! + index).loadUnaligned(as: UInt64.self)
        & 0x8080_8080_8080_8080 == 0
    { index += 8 }
    while index < bytes.count, unsafe bytes[index] < 0x80 { index += 1 }
    return index
  }

  /// Bytes of the character at `index`: 0 if the end cuts it off, 1 if it is none.
  private func length(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
    func byte(_ offset: Int) -> UInt8? {
      index + offset < bytes.count ? unsafe bytes[index + offset] : nil
    }
    guard (0x81...0xFE).contains(byte(0)!) else { return 1 }
    guard let second = byte(1) else { return 0 }
    if (0x40...0xFE).contains(second) { return second == 0x7F ? 1 : 2 }
    guard (0x30...0x39).contains(second) else { return 1 }
    guard let third = byte(2) else { return 0 }
    guard (0x81...0xFE).contains(third) else { return 1 }
    guard let fourth = byte(3) else { return 0 }
    return (0x30...0x39).contains(fourth) ? 4 : 1
  }

  /// Converts what is not ASCII from `start` on; returns where it ends, or nil at a character that is cut off.
  private func convertOthers(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ isWhole: Bool
  ) -> Int? {
    var index = start
    while index < bytes.count, unsafe bytes[index] >= 0x80 {
      let stretch = index
      var next = unsafe length(bytes, at: index)
      while next > 1 {
        index += next
        next = unsafe index < bytes.count && bytes[index] >= 0x80 ? length(bytes, at: index) : -1
      }
      unsafe convertCharacters(bytes, stretch..<index)
      if next == 0, !isWhole { return nil }
      if next >= 0 {
        noteInvalid(at: index)
        index += 1
      }
    }
    return index
  }

  /// Whole characters, as far as their form says: iconv refuses those that stand for nothing.
  private func convertCharacters(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    guard let descriptor = unsafe descriptor, !range.isEmpty else { return }
    var source = unsafe UnsafeMutablePointer(mutating: bytes.baseAddress! + range.lowerBound) as UnsafeMutablePointer<UInt8>
    var left = range.count
    while left > 0 {
      var room = text.capacity - text.count
      let target = unsafe text.base + text.count
      let made = unsafe source.withMemoryRebound(to: CChar.self, capacity: left) { pointer in
        var from: UnsafeMutablePointer<CChar>? = unsafe pointer
        return unsafe target.withMemoryRebound(to: CChar.self, capacity: room) { pointer in
          var to: UnsafeMutablePointer<CChar>? = unsafe pointer
          let before = room
          _ = unsafe iconv(descriptor, &from, &left, &to, &room)
          return before - room
        }
      }
      text.setCount(text.count + made)
      let done = range.upperBound - left
      unsafe source = UnsafeMutablePointer(mutating: bytes.baseAddress! + done)
      guard left > 0 else { break }
      noteInvalid(at: done)
      let skipped = max(unsafe length(bytes, at: done), 1)
      left -= min(skipped, left)
      unsafe source += skipped
    }
  }

  private func noteInvalid(at original: Int) {
    if invalid == nil { invalid = (text.count, original) }
    text.append(Self.replacement)
  }
}
