import TernCEB

/// Puts exported documents into messages of up to 100.
///
/// A message's `guid` is made from its documents, so equal exports are equal byte for byte.
final class MessageWriter {
  static let maxDocuments = 100
  /// A message with large documents is closed here: what is read is limited too.
  private static let maxBytes = 8 << 20

  private let kind: Kind
  private let sink: ByteSink
  private var count = 0
  /// The elements of the message's documents.
  var documents: [UInt8] = []

  init(_ kind: Kind, to sink: ByteSink) {
    self.kind = kind
    self.sink = sink
  }

  /// Counts a document that was appended to `documents`.
  func endDocument() throws(TernError) {
    count += 1
    if count == Self.maxDocuments || documents.count >= Self.maxBytes { try endMessage() }
  }

  /// Writes the message that is open, if one is.
  func endMessage() throws(TernError) {
    guard count > 0 else { return }
    let root = "\(kind.name)Message"
    let guid = contentGuid([documents])
    sink.append(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <ceb:\(root) guid="\(guid)" version="1.0" xmlns:ceb="http://www.chinaport.gov.cn/ceb">

      """)
    sink.append(documents)
    try sink.flushIfFull()
    if kind.hasTransfer { sink.append(Self.transfer) }
    sink.append("</ceb:\(root)>\n")
    documents.removeAll(keepingCapacity: true)
    count = 0
  }

  /// Nobody sent this message: only what the schema cannot do without is filled in.
  private static let transfer = """
    \t<ceb:BaseTransfer>
    \t\t<ceb:copCode>0000000000</ceb:copCode>
    \t\t<ceb:copName></ceb:copName>
    \t\t<ceb:dxpMode>DXP</ceb:dxpMode>
    \t\t<ceb:dxpId></ceb:dxpId>
    \t</ceb:BaseTransfer>

    """
}

extension Kind {
  /// The schema wants `BaseTransfer`: what enterprises send. The customs' own messages have none.
  fileprivate var hasTransfer: Bool {
    role != .receipt && ![.summaryResult792, .tax816, .taxStatus818].contains(self)
  }
}
