import TernCEB

extension Engine {
  /// Negative codes for everything that was rejected, in received order.
  func writeRejects(
    _ path: String, _ spec: ReceiptSpec, _ asOf: Int64, to targets: [ReceiptMessages]
  ) throws(TernError) {
    var formatters: [String: ReceiptFormatter] = [:]
    for (source, receipt) in ReceiptLayout.answers {
      formatters[source.name] = ReceiptFormatter(
        ReceiptLayout(source, receipt, spec), asOf: asOf)
    }
    let returnTime = timeText(asOf) + "000"
    let piece = OutputPiece()
    try forEachReject(of: path, filter: RejectFilter()) { (reject) throws(TernError) in
      let values = formatters[reject.kind].flatMap { reject.values(for: $0.layout) }
      let receipt: Kind
      if let values {
        let guid = String(decoding: values.columns[0], as: UTF8.self)
        formatters[reject.kind]!.append(
          values, returnStatus: reject.returnStatus,
          returnInfo: ReturnInfo.reject(
            reason: reject.reason, field: reject.field, key: "", place: guid),
          to: piece)
        receipt = formatters[reject.kind]!.layout.receipt
      } else {
        reject.appendMessageReturn(returnTime, to: piece)
        receipt = Kind(number: 900)!
      }
      try targets.first { $0.kind == receipt }!.append(piece)
      piece.bytes.removeAll()
      piece.ends.removeAll()
    }
  }
}

extension Reject {
  /// Of the specification's chapter 7: an empty message, and one that failed its validation.
  fileprivate var returnStatus: String {
    reason == RejectReason.empty.rawValue ? "-621000" : "-621001"
  }

  /// What names the document, for its own kind's receipt; nil where that cannot be read.
  fileprivate func values(for layout: ReceiptLayout) -> ReceiptFormatter.Values? {
    guard let fields = unsafe OriginalFields(original, layout.source.spec) else { return nil }
    func has(_ names: String...) -> Bool { names.contains { !fields[$0].isEmpty } }
    let isNamed =
      switch layout.source.role {
      case .order: has("orderNo") && has("ebpCode", "ebcCode")
      case .payment:
        layout.source.direction == .export
          ? has("orderNo") : has("payCode") && has("payTransactionId", "guid")
      case .waybill: has("logisticsCode") && has("logisticsNo")
      default: has("agentCode") && has("copNo") || has("orderNo") && has("logisticsNo")
      }
    if !isNamed { return nil }
    return .init(layout.columns.map { fields[$0] }, place: (source, offset))
  }

  // MARK: - CEB900

  /// A longer original is not given back.
  private static let originalBytesMax = 1 << 20

  /// A `MessageReturn` and its row of the index.
  fileprivate func appendMessageReturn(_ returnTime: String, to piece: OutputPiece) {
    let bytes = unsafe Array(original)
    let guid = contentGuid([Array("CEB900 \(source):\(offset)".utf8), bytes])
    let spec = Kind(number: 900)!.spec
    // Folders are the operator's business, not the sender's.
    let file = source.split(separator: "/").last ?? ""
    var info = ReturnInfo.reject(
      reason: reason, field: field, key: key, place: "\(file):\(offset)")
    if !message.isEmpty { info += "（\(message)）" }
    let isTooLong = bytes.count > Self.originalBytesMax
    if isTooLong { info += "；原文 \(bytes.count) 字节，未附" }
    var document = Array("<ceb:\(spec.document)>".utf8)
    for element in spec.headFields {
      let value: [UInt8] =
        switch element.name {
        case "guid": Array(guid.utf8)
        case "returnStatus": Array(returnStatus.utf8)
        case "returnInfo": Array(Self.legal(info).utf8)
        case "returnTime": Array(returnTime.utf8)
        case "oriCopMsgId": Array(Self.legal(messageId).utf8)
        case "oriMessageType": Array((kind.isEmpty ? "Unknown" : kind + "Message").utf8)
        case "oriBizMessage": isTooLong ? [] : Self.text(bytes)
        default: []
        }
      document += "<ceb:\(element.name)>".utf8
      let fitting = Array(value.prefix(characters: element.maxLength))
      unsafe fitting.withUnsafeBufferPointer { unsafe XMLText.append($0, to: &document) }
      document += "</ceb:\(element.name)>".utf8
    }
    document += "</ceb:\(spec.document)>\n".utf8
    piece.bytes.append(contentsOf: document)
    piece.ends.append(piece.bytes.count)

    var row = [UInt8]()
    for column in ReceiptFormatter.indexColumns.dropFirst() {
      row.append(UInt8(ascii: ","))
      var value =
        switch column {
        case "kind": "CEB900"
        case "guid": guid
        case "returnStatus": returnStatus
        case "source": source
        case "offset": "\(offset)"
        default: ""
        }
      value.withUTF8 { unsafe TextFormats.appendCSV($0, to: &row) }
    }
    row.append(0x0A)
    piece.bytes.append(contentsOf: row)
    piece.ends.append(piece.bytes.count)
  }

  /// The original as it is where XML can carry it, else in base64.
  private static func text(_ bytes: [UInt8]) -> [UInt8] {
    if let text = String(validating: bytes, as: UTF8.self), text.unicodeScalars.allSatisfy(\.isLegalInXML) {
      return bytes
    }
    var base64: [UInt8] = []
    unsafe bytes.withUnsafeBufferPointer { unsafe TextFormats.appendBase64($0, to: &base64) }
    return base64
  }

  private static func legal(_ text: String) -> String {
    if text.unicodeScalars.allSatisfy(\.isLegalInXML) { return text }
    var legal = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { legal.append(scalar.isLegalInXML ? scalar : "\u{FFFD}") }
    return String(legal)
  }
}
