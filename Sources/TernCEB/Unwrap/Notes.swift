/// A text beside the documents that is kept while a message is read.
enum Note: Int {
  // Of `BaseTransfer`.
  case copCode, dxpId
  // Of an envelope's `TransInfo`.
  case copMsgId, senderId, creatTime, msgType
  // Of its `ReceiverIds`: there may be several.
  case receiverId

  /// Children of an element that are notes.
  typealias Names = [(name: [UInt8], note: Note)]
  static let ofTransfer: Names = [(Array("dxpId".utf8), .dxpId), (Array("copCode".utf8), .copCode)]
  static let ofTransInfo: Names = [
    (Array("CopMsgId".utf8), .copMsgId), (Array("SenderId".utf8), .senderId),
    (Array("CreatTime".utf8), .creatTime), (Array("MsgType".utf8), .msgType),
  ]
  static let ofReceiverIds: Names = [(Array("ReceiverId".utf8), .receiverId)]
}

/// The notes of one message: of each the first that is not empty, receivers joined by `;`.
///
/// Most messages need none of them, so places in the slice are kept and no text is copied; one that had to
/// be put together (CDATA, references) is.
struct Notes {
  /// A longer text is cut: no sender fills the tables with one.
  static let maxBytes = 1024

  private struct Place {
    var start = 0
    var count = 0
    var isCopied = false
  }

  private var places = InlineArray<7, Place>(repeating: Place())
  private var copies: [UInt8] = []

  mutating func removeAll() {
    places = InlineArray(repeating: Place())
    copies.removeAll(keepingCapacity: true)
  }

  /// - Parameters:
  ///   - start: of the text in the slice.
  ///   - text: its bytes.
  ///   - mustCopy: they do not stay where they are.
  mutating func keep(
    _ note: Note, at start: Int, _ text: UnsafeBufferPointer<UInt8>, mustCopy: Bool,
    in slice: UnsafePointer<UInt8>
  ) {
    let text = unsafe UnsafeBufferPointer(rebasing: text.prefix(Self.maxBytes))
    guard !text.isEmpty else { return }
    let old = places[note.rawValue]
    if old.count == 0, !mustCopy {
      places[note.rawValue] = Place(start: start, count: text.count)
      return
    }
    guard old.count == 0 || (note == .receiverId && old.count + text.count < Self.maxBytes) else { return }
    let copy = copies.count
    if old.count > 0 {
      copies += unsafe Array(bytes(old, in: slice))
      copies.append(UInt8(ascii: ";"))
    }
    unsafe copies.append(contentsOf: text)
    places[note.rawValue] = Place(start: copy, count: copies.count - copy, isCopied: true)
  }

  private func bytes(_ place: Place, in slice: UnsafePointer<UInt8>) -> [UInt8] {
    place.isCopied
      ? Array(copies[place.start..<place.start + place.count])
      : unsafe Array(UnsafeBufferPointer(start: slice + place.start, count: place.count))
  }

  /// A note as text, empty if it is not there. Valid while the slice is.
  func string(_ note: Note, in slice: UnsafePointer<UInt8>) -> String {
    unsafe String(decoding: bytes(places[note.rawValue], in: slice), as: UTF8.self)
  }
}
