import Glibc

/// Finds places where a long source can be cut between messages.
///
/// A cut is only a guess that is usually right: a declaration inside a CDATA section looks the
/// same. The decoder says when a slice ended inside a message, and the caller joins the pieces.
public enum MessageSplitter {
  /// How many leading bytes to hand over: up to the last XML declaration (with its byte order
  /// mark), else behind the last end tag of a root; 0 if neither is there. Cost: a scan from the end,
  /// about one message long.
  public static func lastCut(in bytes: UnsafeRawBufferPointer) -> Int {
    var windowEnd = bytes.count
    while windowEnd > 0 {
      let windowStart = max(windowEnd - window, 0)
      if let cut = unsafe lastDeclaration(in: bytes, windowStart..<windowEnd), cut > 0 { return cut }
      windowEnd = windowStart
    }
    return unsafe lastRootEnd(in: bytes)
  }

  private static let window = 64 * 1024

  /// The last declaration whose question mark lies in `range`.
  private static func lastDeclaration(
    in bytes: UnsafeRawBufferPointer, _ range: Range<Int>
  ) -> Int? {
    var last: Int?
    var from = range.lowerBound
    // Few bytes of a message are question marks.
    while from < range.upperBound,
      let mark = unsafe memchr(
        bytes.baseAddress! + from, Int32(UInt8(ascii: "?")), range.upperBound - from)
    {
      let index = unsafe UnsafeRawPointer(mark) - bytes.baseAddress! - 1
      from = index + 2
      guard index >= 0, index + 6 <= bytes.count, unsafe bytes[index] == UInt8(ascii: "<"),
        unsafe bytes[index + 2] == UInt8(ascii: "x"), unsafe bytes[index + 3] == UInt8(ascii: "m"),
        unsafe bytes[index + 4] == UInt8(ascii: "l"), unsafe bytes[index + 5] <= 0x20
      else { continue }
      let hasMark =
        unsafe index >= 3 && bytes[index - 3] == 0xEF && bytes[index - 2] == 0xBB
        && bytes[index - 1] == 0xBF
      last = hasMark ? index - 3 : index
    }
    return last
  }

  /// Behind the last end tag of a business message or an envelope.
  private static func lastRootEnd(in bytes: UnsafeRawBufferPointer) -> Int {
    var end = bytes.count
    while end > 0 {
      if unsafe bytes[end - 1] == UInt8(ascii: ">"),
        rootEnds.contains(where: { unsafe bytes.prefix(end).hasSuffix($0) })
      {
        return end
      }
      end -= 1
    }
    return 0
  }

  private static let rootEnds = ["Message>", "DxpMsg>", "DxpMsgSv>"].map { Array($0.utf8) }
}

extension Slice where Base == UnsafeRawBufferPointer {
  fileprivate func hasSuffix(_ text: [UInt8]) -> Bool {
    unsafe count >= text.count && suffix(text.count).elementsEqual(text)
  }
}
