/// Messages in GB18030.
extension UnitDecoder {
  /// Bytes that show a declaration and its byte order mark.
  private static let declarationBytes = 9

  /// Reads the message at `start`, which declares GB18030, from its text in UTF-8. Then puts right what came of it:
  /// documents and rejects stand where they stand in the original, and a reject holds original bytes.
  ///
  /// The stretch that is converted ends behind the start of the next declaration: a message without an end meets it,
  /// and a section that hides it meets the stretch's end. Then the stretch is made at least twice as long.
  func readConverted(from start: Int, _ place: Place) throws(MessageFault) {
    let encoding = reader.encoding
    guard converter.isAvailable else {
      throw MessageFault(
        reason: .encoding, position: start,
        text: "the encoding '\(encoding)' is declared; this system's iconv does not know GB18030")
    }
    let slice = reader.window
    var next = reader.nextDeclaration(from: reader.resumeFloor)
    let floor = reader.resumeFloor
    while true {
      let end = min(next.map { $0 + Self.declarationBytes } ?? slice.end, slice.end)
      let isWhole = end < slice.end || slice.endIsFinal
      unsafe converter.convert(reader.bytes(start..<end), isWhole: isWhole)
      reader.forgetMessage()
      unsafe reader.begin(
        slice: converter.slice, endIsFinal: isWhole, isConverted: true, isUnwrapped: slice.isUnwrapped)
      turnFiller(
        to: Place(source: place.source, offset: place.offset + start, note: place.note), encoding: encoding)
      var fault: MessageFault?
      do throws(MessageFault) { try readMessage() } catch { fault = error }
      let position = reader.position
      reader.window = slice
      reader.resumeFloor = floor
      turnFiller(to: place)

      if fault?.isIncomplete == true { throw .incomplete }
      let stop = fault.map { $0.endIsKnown ? position : $0.position } ?? position
      let endIsKnown = fault?.endIsKnown ?? true
      if !endIsKnown, stop >= converter.count, end < slice.end, mayReadAgain {
        batch.takeBackMessage()
        bytesReadAgain += end - start
        next = reader.nextDeclaration(
          from: max(end, min(start + 2 * (end - start), slice.end)))
        continue
      }
      if endIsKnown { reader.position = start + converter.original(of: position) }
      if let invalid = converter.invalid, invalid.position < stop, start + invalid.original < next ?? slice.end {
        throw MessageFault(
          reason: .encoding, position: start + converter.original(of: stop),
          text: "the bytes at \(invalid.original) of the message are not GB18030, and '\(encoding)' is declared",
          endIsKnown: endIsKnown)
      }
      if var fault {
        fault.position = start + converter.original(of: stop)
        throw fault
      }
      relocate(from: start, place)
      return
    }
  }

  /// From places in the converted text, which begins where `start` is in the slice, to those in the slice.
  private func relocate(from start: Int, _ place: Place) {
    let base = place.offset + start
    if let (kind, rows) = batch.messageHeads {
      let heads = batch[kind].heads
      let (offsets, lengths) = (heads["#offset"].integer, heads["#length"].integer)
      for row in rows { relocate(row, offsets, lengths, base) }
    }
    let rows = batch.messageRejects
    guard !rows.isEmpty else { return }
    let (offsets, lengths) = (batch.rejects["offset"].integer, batch.rejects["length"].integer)
    let originals = batch.rejects["original"].text
    originals.truncate(rows.lowerBound)
    for row in rows {
      relocate(row, offsets, lengths, base)
      let first = Int(offsets[row]) - place.offset
      unsafe originals.append(reader.bytes(first..<first + Int(lengths[row])))
    }
  }

  private func relocate(_ row: Int, _ offsets: IntegerColumn, _ lengths: IntegerColumn, _ base: Int) {
    let position = Int(offsets[row]) - base
    let first = converter.original(of: position)
    let end = converter.original(of: position + Int(lengths[row]))
    offsets.values[row] = Int64(base + first)
    lengths.values[row] = Int64(end - first)
  }
}
