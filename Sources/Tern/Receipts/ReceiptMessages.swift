import TernCEB

/// Cuts the receipts of one kind, as they come, into messages: a file each.
final class ReceiptMessages {
  let kind: Kind
  private let file: MessageFile
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
    file = MessageFile(
      sender: settings.dxpSender ?? "", receiver: settings.dxpReceiver ?? "", time: asOf)
    self.folder = folder
    self.index = index
    name = MessageFile.name(kind, 1)
    // The schemas: a CEB900 has one, the others up to 100.
    documentsPerMessage = kind.spec.number == 900 ? 1 : 100
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

  private func write() throws(TernError) {
    try file.write(kind, messageCount + 1, body: body, to: folder)
    messageCount += 1
    name = MessageFile.name(kind, messageCount + 1)
    documents = 0
    body.removeAll(keepingCapacity: true)
  }
}
