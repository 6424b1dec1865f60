import TernCEB

/// Writes the messages of a folder, a file each; in envelopes where a sender is given.
struct MessageFile {
  private let sender: String
  private let receiver: String
  private let creationTime: String

  /// - Parameters:
  ///   - sender: empty for no envelope.
  ///   - receiver: empty for the sender itself.
  ///   - time: when the messages are made, seconds in China Standard Time.
  init(sender: String, receiver: String, time: Int64) {
    self.sender = sender
    self.receiver = receiver.isEmpty ? sender : receiver
    creationTime = Self.dateTime(time)
  }

  /// `YYYY-MM-DDThh:mm:ss+08:00`.
  private static func dateTime(_ seconds: Int64) -> String {
    let t = Array(timeText(seconds))
    func part(_ range: Range<Int>) -> String { String(t[range]) }
    return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))+08:00"
  }

  /// `CEB604/CEB604-00000001.xml`; numbers from 1.
  static func name(_ kind: Kind, _ number: Int) -> String {
    let number = String(number)
    let padding = String(repeating: "0", count: max(0, 8 - number.utf8.count))
    return "\(kind.name)/\(kind.name)-\(padding)\(number).xml"
  }

  /// - Parameter body: what stands inside the root. The message's `guid` follows from it and the number.
  func write(_ kind: Kind, _ number: Int, body: [UInt8], to folder: OutputFolder) throws(TernError) {
    let guid = contentGuid([Array("\(kind.name) \(number)".utf8), body])
    let root = "ceb:\(kind.name)Message"
    var message = Array(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <\(root) xmlns:ceb="http://www.chinaport.gov.cn/ceb" guid="\(guid)" version="1.0">

      """.utf8)
    message += body
    message += "</\(root)>\n".utf8
    let sink = try folder.file(Self.name(kind, number))
    if sender.isEmpty {
      sink.append(message)
    } else {
      sink.append(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <DxpMsg xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><TransInfo>\
        <CopMsgId>\(guid)</CopMsgId><SenderId>\(XMLText.escaped(sender))</SenderId>\
        <ReceiverIds><ReceiverId>\(XMLText.escaped(receiver))</ReceiverId></ReceiverIds>\
        <CreatTime>\(creationTime)</CreatTime><MsgType>\(kind.name)Message</MsgType></TransInfo><Data>
        """)
      unsafe message.withUnsafeBufferPointer { unsafe sink.appendBase64($0) }
      sink.append("</Data></DxpMsg>\n")
    }
    try sink.close()
  }
}
