import TernCEB

/// Cuts the receipts of one kind, as they come, into messages: a file each.
final class ReceiptMessages {
  let kind: Kind
  private let settings: ReceiptSettings
  private let creationTime: String
  private let folder: OutputFolder
  private let index: ByteSink
  private let documentsPerMessage: Int
  private var body: [UInt8] = []
  private var documents = 0
  /// Of the message in the making: `CEB604/CEB604-00000001.xml`.
  private var name: String
  private(set) var messageCount = 0
  private(set) var receiptCount = 0

  /// - Parameter asOf: seconds, China Standard Time.
  init(
    _ kind: Kind, _ settings: ReceiptSettings, asOf: Int64, folder: OutputFolder, index: ByteSink
  ) {
    self.kind = kind
    self.settings = settings
    self.folder = folder
    self.index = index
    creationTime = Self.dateTime(asOf)
    name = Self.name(kind, 1)
    // The schemas: a CEB900 has one, the others up to 100.
    documentsPerMessage = kind.spec.number == 900 ? 1 : 100
  }

  /// `YYYY-MM-DDThh:mm:ss+08:00`.
  private static func dateTime(_ seconds: Int64) -> String {
    let t = Array(timeText(seconds))
    func part(_ range: Range<Int>) -> String { String(t[range]) }
    return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))+08:00"
  }

  /// Takes what a `ReceiptFormatter` wrote.
  func append(_ piece: OutputPiece) throws(TernError) {
    let bytes = unsafe piece.bytes.unsafeElements
    var start = 0
    for number in stride(from: 0, to: piece.ends.count, by: 2) {
      let (middle, end) = (piece.ends[number], piece.ends[number + 1])
      unsafe body.append(contentsOf: bytes[start..<middle])
      index.append(name)
      unsafe index.append(Array(bytes[middle..<end]))
      try index.flushIfFull()
      documents += 1
      receiptCount += 1
      if documents == documentsPerMessage { try write() }
      start = end
    }
    extendLifetime(piece)
  }

  /// Writes the last message.
  func finish() throws(TernError) { if documents > 0 { try write() } }

  private static func name(_ kind: Kind, _ number: Int) -> String {
    let number = String(number)
    let padding = String(repeating: "0", count: max(0, 8 - number.utf8.count))
    return "\(kind.name)/\(kind.name)-\(padding)\(number).xml"
  }

  private func write() throws(TernError) {
    let guid = contentGuid([Array("\(kind.name) \(messageCount + 1)".utf8), body])
    let root = "ceb:\(kind.name)Message"
    var message = Array(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <\(root) xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="\(guid)" version="1.0">

      """.utf8)
    message += body
    message += "</\(root)>\n".utf8
    let sink = try folder.file(name)
    if let sender = settings.dxpSender {
      let start = """
        <?xml version="1.0" encoding="UTF-8"?>
        <DxpMsg xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><TransInfo>\
        <CopMsgId>\(guid)</CopMsgId><SenderId>\(XMLText.escaped(sender))</SenderId>\
        <ReceiverIds><ReceiverId>\(XMLText.escaped(settings.dxpReceiver ?? sender))</ReceiverId></ReceiverIds>\
        <CreatTime>\(creationTime)</CreatTime><MsgType>\(kind.name)Message</MsgType></TransInfo><Data>
        """
      sink.append(start)
      unsafe message.withUnsafeBufferPointer { unsafe sink.appendBase64($0) }
      sink.append("</Data></DxpMsg>\n")
    } else {
      sink.append(message)
    }
    try sink.close()
    messageCount += 1
    name = Self.name(kind, messageCount + 1)
    documents = 0
    body.removeAll(keepingCapacity: true)
  }
}
