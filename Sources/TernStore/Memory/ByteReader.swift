/// Why a block's bytes can't be what an encoder wrote.
///
/// Thrown by decoders, which know neither file nor place; `SegmentReader` turns it into
/// `StoreError.corrupt`.
public struct BlockFault: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: StaticString) { self.description = "\(description)" }
}

/// Reads untrusted bytes from front to back; every step is checked.
///
/// `bytes` holds at least `paddingBytes` readable bytes past `end`.
struct ByteReader {
  let bytes: View<UInt8>
  let end: Int
  private(set) var position: Int

  /// `count` bytes from `start` of `bytes`.
  init(_ bytes: View<UInt8>, start: Int = 0, count: Int) {
    precondition(
      start >= 0 && count >= 0 && start + count + paddingBytes <= bytes.count,
      "bytes without padding")
    self.bytes = bytes
    position = start
    end = start + count
  }

  var remaining: Int { end - position }

  /// Passes over `count` bytes and returns where they start.
  mutating func take(_ count: Int) throws(BlockFault) -> Int {
    guard count >= 0 && count <= remaining else { throw BlockFault("data ends too early") }
    let start = position
    position += count
    return start
  }

  mutating func byte() throws(BlockFault) -> UInt8 { bytes[try take(1)] }

  mutating func uint16() throws(BlockFault) -> UInt16 {
    UInt16(truncatingIfNeeded: bytes.load32(try take(2)))
  }

  mutating func uint32() throws(BlockFault) -> UInt32 { bytes.load32(try take(4)) }
  mutating func uint64() throws(BlockFault) -> UInt64 { bytes.load64(try take(8)) }

  /// A size or count of at most `limit`.
  mutating func size(limit: Int) throws(BlockFault) -> Int {
    let value = Int(try uint32())
    guard value <= limit else { throw BlockFault("size beyond its limit") }
    return value
  }

  mutating func string(_ count: Int) throws(BlockFault) -> String {
    let start = try take(count)
    let part = bytes.slice(start, count: count)
    let buffer = unsafe UnsafeBufferPointer(start: part.base, count: part.count)
    guard let text = unsafe String(validating: buffer, as: UTF8.self) else {
      throw BlockFault("a name is not UTF-8")
    }
    return text
  }

  /// Reserved bytes: they must be zero, so that a later version can give them a meaning.
  mutating func zeros(_ count: Int) throws(BlockFault) {
    let start = try take(count)
    for index in start..<start + count where bytes[index] != 0 {
      throw BlockFault("reserved bytes are not zero")
    }
  }

  func finish() throws(BlockFault) {
    guard remaining == 0 else { throw BlockFault("data goes on after its end") }
  }
}
