import CScan

/// Decodes slices of sources into a `DocumentBatch`: messages one after the other, rejects for
/// what cannot be used, and on with the next message.
///
/// Owned by one thread; it keeps what it has learned of its senders from slice to slice.
@safe
public final class UnitDecoder {
  var reader: MessageReader
  let filler: ColumnFiller
  /// Made for the first message that declares another encoding than UTF-8.
  lazy var converter = GB18030Converter()
  /// The batch that is being filled.
  var batch: DocumentBatch { filler.batch }
  /// Of the last message that was read: who sent it, if that is needed.
  private var sender = ""
  /// Bytes that were read of broken messages, and are read again where reading resumed.
  var bytesReadAgain = 0
  private var maxBytesReadAgain = 0

  /// - Parameters:
  ///   - strict: also reject what breaks lengths and fixed values of the schema.
  ///   - secret: of the documents' digests; not empty.
  public init(strict: Bool = false, kernel: Kernel = .best, secret: [UInt8] = [0]) {
    filler = ColumnFiller(strict: strict, kernel: kernel.value, secret: secret)
    reader = MessageReader(kernel: kernel.value, filler: filler)
  }

  /// Off, nothing that was learned is made use of. Results are the same; tests compare them.
  package var followsTemplates: Bool {
    get { reader.followsTemplates }
    set { reader.followsTemplates = newValue }
  }

  /// Where the text comes from that is being read.
  struct Place {
    var source: Int
    /// Offset of the text's first byte: that of its slice or its envelope in the source.
    var offset: Int
    /// Of the envelope that the text was in.
    var sender = ""
    /// What a reject's message says of it.
    var note = ""
  }

  /// Decodes one slice.
  ///
  /// - Parameters:
  ///   - bytes: the slice. `Kernel.padding` zero bytes must stand past its end.
  ///   - source: the number its documents are to carry as `#source`.
  ///   - sourceOffset: offset of the slice's first byte in the decompressed source.
  ///   - endIsFinal: the source ends with this slice.
  /// - Returns: nil if the slice was used up; otherwise where the last, unfinished message starts:
  ///   decode it again together with what follows.
  public func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, source: Int, sourceOffset: Int, endIsFinal: Bool,
    into batch: DocumentBatch
  ) -> Int? {
    unsafe reader.begin(slice: bytes, endIsFinal: endIsFinal)
    bytesReadAgain = 0
    maxBytesReadAgain = bytes.count * Self.maxTimesReadAgain + (1 << 20)
    let place = Place(source: source, offset: sourceOffset)
    turnFiller(to: place, batch)
    let (open, messages) = decodeMessages(place)
    // An unfinished one may turn out to be a comment.
    if messages == (open == nil ? 0 : 1), sourceOffset == 0 {
      // Only what follows tells whether the source holds a message at all.
      guard endIsFinal else { return 0 }
      unsafe batch.appendReject(
        source: source, offset: 0, kind: "", key: "", field: "", reason: .empty,
        message: bytes.isEmpty ? "the source is empty" : "the source holds no message",
        original: bytes)
    }
    return open
  }

  /// Messages that break far behind the next declaration (in a CDATA section without an end) are read again and
  /// again. Beyond so many times the slice's length that stops: reading then resumes behind the place of the fault.
  private static let maxTimesReadAgain = 32
  var mayReadAgain: Bool { bytesReadAgain < maxBytesReadAgain }

  /// Reads messages one after the other to the end of the text that the reader stands in.
  /// - Returns: where an unfinished last one starts, if it does, and how many messages there were.
  func decodeMessages(_ place: Place) -> (open: Int?, messages: Int) {
    var messages = 0
    while true {
      skipBetweenMessages()
      guard reader.position < reader.end else { return (nil, messages) }
      let start = reader.position
      messages += 1
      do throws(MessageFault) {
        try decodeMessage(at: start, place)
      } catch {
        batch.takeBackMessage()
        if error.isIncomplete { return (start, messages) }
        guard let next = resume(after: error) else { return (start, messages) }
        reject(start..<next, for: error, place)
        reader.position = next
        continue
      }
      if !batch.messageRejects.isEmpty { nameSender(place) }
      if reader.envelope.isRoot { unwrap(start..<reader.position, place) }
    }
  }

  private func decodeMessage(at start: Int, _ place: Place) throws(MessageFault) {
    var isForeign = false
    do throws(MessageFault) {
      try readMessage()
    } catch {
      guard error.isForeign else { throw error }
      isForeign = true
    }
    if isForeign { try readConverted(from: start, place) }
  }

  /// The filler's view of the text that the reader stands in.
  func turnFiller(to place: Place, encoding: String = "", _ batch: DocumentBatch? = nil) {
    filler.encoding = encoding
    filler.note = place.note
    filler.begin(
      unsafe ColumnFiller.Message(
        base: reader.base, source: place.source, sourceOffset: place.offset), into: batch ?? self.batch)
  }

  /// Reads a message, and keeps of it what is needed when the reader has turned to another text.
  func readMessage() throws(MessageFault) {
    batch.beginMessage()
    do throws(MessageFault) {
      try reader.readMessage()
    } catch {
      sender = reader.sender
      // At the very end of a slice that goes on, a fault may only mean that more is to come.
      let isNearEnd = max(error.position, reader.position) + Kernel.padding > reader.end
      if !error.isForeign, !error.endIsKnown, !reader.endIsFinal, isNearEnd { throw .incomplete }
      throw error
    }
    if reader.envelope.isRoot {
      transInfo = reader.transInfo
    } else if !batch.messageRejects.isEmpty {
      sender = reader.sender
    }
  }

  /// Where reading goes on after a broken message; nil if that is not known before more has come.
  private func resume(after fault: MessageFault) -> Int? {
    if fault.endIsKnown { return reader.position }
    let floor = mayReadAgain ? reader.resumeFloor : max(reader.resumeFloor, fault.position)
    let next = reader.nextDeclaration(from: floor) ?? (reader.endIsFinal ? reader.end : nil)
    if let next { bytesReadAgain += max(fault.position - next, 0) }
    return next
  }

  /// One reject holds the whole message.
  private func reject(_ range: Range<Int>, for fault: MessageFault, _ place: Place) {
    let original = unsafe reader.bytes(range)
    var text = fault.text
    if fault.reason == .encoding {
      text += unsafe "; the bytes look like \(EncodingGuess.name(of: original))"
    }
    unsafe batch.appendReject(
      source: place.source, offset: place.offset + range.lowerBound, kind: reader.kindName, key: "",
      field: "", reason: fault.reason, message: text + place.note,
      sender: place.sender.isEmpty ? sender : place.sender, encoding: reader.encoding,
      original: original)
  }

  /// A message names its sender behind its documents: those that were rejected get it now.
  private func nameSender(_ place: Place) {
    let rows = batch.messageRejects
    let column = batch.rejects["sender"].text
    column.truncate(rows.lowerBound)
    for _ in rows { column.append(place.sender.isEmpty ? sender : place.sender) }
  }

  /// Of the last message, if it was an envelope.
  var transInfo = TransInfo()

  /// White space, comments and instructions may follow a message. A byte order mark belongs to the
  /// next one; so does what is not well-formed here.
  private func skipBetweenMessages() {
    reader.forgetMessage()
    while true {
      reader.skipSpace()
      let start = reader.position
      do throws(MessageFault) {
        if reader.matches("<!--", at: start) {
          try reader.readComment()
        } else if reader.matches("<?", at: start) {
          try reader.readInstruction()
        } else {
          return
        }
      } catch {
        reader.position = start
        return
      }
    }
  }
}

/// A vector kernel of the decoder.
public enum Kernel: String, CaseIterable, Sendable {
  case portable, neon, avx2, avx512

  /// Zero bytes that must stand past the end of a slice.
  public static let padding = Int(TERN_PADDING)

  var value: tern_kernel {
    switch self {
    case .portable: TERN_KERNEL_PORTABLE
    case .neon: TERN_KERNEL_NEON
    case .avx2: TERN_KERNEL_AVX2
    case .avx512: TERN_KERNEL_AVX512
    }
  }

  /// Whether this build and processor run it.
  public var isAvailable: Bool { tern_kernel_available(value) != 0 }

  /// The fastest one here.
  public static var best: Kernel {
    allCases.first { $0.value == tern_kernel_best() } ?? .portable
  }
}

extension DocumentBatch {
  /// Adds a row to `rejects`. `offset` is in bytes of the decompressed source.
  public func appendReject(
    source: Int, offset: Int, kind: String, key: String, field: String, reason: RejectReason,
    message: String, sender: String = "", encoding: String = "",
    original: UnsafeBufferPointer<UInt8>
  ) {
    let columns = rejects.columns
    columns[0].integer.append(Int64(source))
    columns[1].integer.append(Int64(offset))
    columns[2].integer.append(Int64(original.count))
    columns[3].text.append(kind)
    columns[4].text.append(key)
    columns[5].text.append(field)
    columns[6].text.append(reason.rawValue)
    columns[7].text.append(message)
    columns[8].text.append(sender)
    columns[9].text.append(encoding)
    unsafe columns[10].text.append(original)
  }
}
