import CScan

/// Decodes slices of sources into a `DocumentBatch`: messages one after the other, rejects for
/// what cannot be used, and on with the next message.
///
/// Owned by one thread; it keeps what it has learned of its senders from slice to slice.
@safe
public final class UnitDecoder {
  private let reader: MessageReader
  private let filler: ColumnFiller

  /// - Parameters:
  ///   - strict: also reject what breaks lengths and fixed values of the schema.
  ///   - secret: of the documents' digests; not empty.
  public init(strict: Bool = false, kernel: Kernel = .best, secret: [UInt8] = [0]) {
    filler = ColumnFiller(strict: strict, kernel: kernel.value, secret: secret)
    reader = MessageReader(kernel: kernel.value, filler: filler)
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
    filler.begin(
      unsafe ColumnFiller.Message(
        base: reader.base, source: source, sourceOffset: sourceOffset), into: batch)
    var messages = 0
    while true {
      skipBetweenMessages()
      guard reader.position < reader.end else { break }
      let start = reader.position
      messages += 1
      let mark = batch.mark
      do throws(MessageFault) {
        try reader.readMessage()
      } catch {
        batch.truncate(to: mark)
        // At the very end of a slice that goes on, a fault may only mean that more is to come.
        let isNearEnd = max(error.position, reader.position) + Kernel.padding > reader.end
        if error.isIncomplete || (!endIsFinal && !error.endIsKnown && isNearEnd) { return start }
        let resume =
          error.endIsKnown
          ? reader.position
          : reader.nextDeclaration(from: reader.resumeFloor)
        guard let next = resume ?? (endIsFinal ? reader.end : nil) else { return start }
        unsafe batch.appendReject(
          source: source, offset: sourceOffset + start, kind: reader.kindName, key: "", field: "",
          reason: error.reason, message: error.text, original: reader.bytes(start..<next))
        reader.position = next
      }
    }
    if messages == 0, endIsFinal, sourceOffset == 0 {
      unsafe batch.appendReject(
        source: source, offset: 0, kind: "", key: "", field: "", reason: .empty,
        message: bytes.isEmpty ? "the source is empty" : "the source holds no message",
        original: bytes)
    }
    return nil
  }

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
