/// Finds places where a long source can be cut between messages.
///
/// A cut is only a guess that is usually right: a declaration inside a CDATA section looks the
/// same. The decoder says when a slice ended inside a message, and the caller joins the pieces.
public enum MessageSplitter {
  /// How many leading bytes to hand over: up to the last XML declaration (with its byte order
  /// mark), else behind the last root end tag; 0 if neither is there. Cost: a scan from the end,
  /// about one message long.
  public static func lastCut(in bytes: UnsafeRawBufferPointer) -> Int {
    var index = bytes.count - 6
    while index > 0 {
      if unsafe bytes[index] == UInt8(ascii: "<"), unsafe bytes[index + 1] == UInt8(ascii: "?"),
        unsafe bytes[index + 2] == UInt8(ascii: "x"), unsafe bytes[index + 3] == UInt8(ascii: "m"),
        unsafe bytes[index + 4] == UInt8(ascii: "l"), unsafe bytes[index + 5] <= 0x20
      {
        let hasMark =
          unsafe index >= 3 && bytes[index - 3] == 0xEF && bytes[index - 2] == 0xBB
          && bytes[index - 1] == 0xBF
        return hasMark ? index - 3 : index
      }
      index -= 1
    }
    return unsafe lastRootEnd(in: bytes)
  }

  /// Behind the last `Message>` that ends a tag.
  private static func lastRootEnd(in bytes: UnsafeRawBufferPointer) -> Int {
    let word = Array("Message>".utf8)
    var index = bytes.count - word.count
    while index > 0 {
      var matched = 0
      while matched < word.count, unsafe bytes[index + matched] == word[matched] { matched += 1 }
      if matched == word.count { return index + word.count }
      index -= 1
    }
    return 0
  }
}
