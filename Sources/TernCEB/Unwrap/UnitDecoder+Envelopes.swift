/// What an envelope's `TransInfo` says: where its message comes from.
struct TransInfo {
  var senderId = ""
  var receiverId = ""
  var messageId = ""
  var messageType = ""
  var createTime = ""
}

extension MessageReader {
  var transInfo: TransInfo {
    unsafe TransInfo(
      senderId: notes.string(.senderId, in: base), receiverId: notes.string(.receiverId, in: base),
      messageId: notes.string(.copMsgId, in: base), messageType: notes.string(.msgType, in: base),
      createTime: notes.string(.creatTime, in: base))
  }
}

extension UnitDecoder {
  /// Reads what the envelope at `range` of the slice holds. It has just been read itself, so that the reader has its
  /// data; the reader goes on behind it afterwards.
  func unwrap(_ range: Range<Int>, _ place: Place) {
    let info = transInfo
    let offset = place.offset + range.lowerBound
    let slice = reader.window
    let count = reader.envelope.data.finish()
    unsafe reader.begin(
      slice: UnsafeBufferPointer(start: reader.envelope.data.bytes.base, count: count), endIsFinal: true,
      isUnwrapped: true)
    appendEnvelope(info, place.source, offset, range.count)
    let inside = Place(
      source: place.source, offset: offset, sender: info.senderId,
      note: ", inside the DXP envelope at \(offset)")
    turnFiller(to: inside)
    let (_, messages) = decodeMessages(inside)
    reader.window = slice
    turnFiller(to: place)
    if messages == 0 {
      unsafe batch.appendReject(
        source: place.source, offset: offset, kind: "", key: "", field: "Data", reason: .empty,
        message: "the DXP envelope at \(offset) holds no message", sender: info.senderId,
        original: reader.bytes(range))
    }
  }

  private func appendEnvelope(_ info: TransInfo, _ source: Int, _ offset: Int, _ length: Int) {
    let columns = batch.envelopes.columns
    columns[0].integer.append(Int64(source))
    columns[1].integer.append(Int64(offset))
    columns[2].integer.append(Int64(length))
    columns[3].text.append(info.senderId)
    columns[4].text.append(info.receiverId)
    columns[5].text.append(info.messageId)
    columns[6].text.append(info.messageType)
    columns[7].text.append(info.createTime)
  }
}
