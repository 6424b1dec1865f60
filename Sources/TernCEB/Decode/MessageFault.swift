/// Why something was rejected: the fixed vocabulary of the reject table's `reason` column.
public enum RejectReason: String, Sendable, CaseIterable {
  /// Bytes that are not valid in their encoding, or an encoding that is not read.
  case encoding
  case notWellFormed = "not-well-formed"
  case truncated
  case doctype
  case nesting
  case rootUnknown = "root-unknown"
  /// An official message that carries no business documents: the exchange platform's `DxpRep`.
  case kindUnsupported = "kind-unsupported"
  /// A DXP envelope that does not hold one piece of base64, or stands inside another one.
  case envelope
  /// More than 100 documents, or none.
  case documentCount = "document-count"
  case empty
  /// The source could not be read or unpacked.
  case unreadable
  /// An element that the 202205 schema requires is not there.
  case elementMissing = "element-missing"
  /// A required key, number or time is empty.
  case valueEmpty = "value-empty"
  case numberInvalid = "number-invalid"
  case dateInvalid = "date-invalid"
  /// In a table of lines: a line whose document is not there.
  case lineWithoutHead = "line-without-head"
  /// In a table: a row one of whose lines, in their own table, is a reject.
  case lineBroken = "line-broken"
  /// Only with `strict`: a length or fixed value of the schema is broken.
  case schema
}

/// Why a message as a whole cannot be used.
struct MessageFault: Error {
  var reason: RejectReason
  /// Where it was noticed, bytes from the slice's base.
  var position: Int
  var text: String
  /// The message's end is known, so reading goes on right behind it.
  var endIsKnown = false
  /// The slice ends inside the message and the source goes on: not a fault, more bytes are needed.
  var isIncomplete = false

  /// The message declares GB18030: not a fault, it is to be read from its text in UTF-8.
  var isForeign = false

  static let incomplete = MessageFault(
    reason: .truncated, position: 0, text: "", isIncomplete: true)
  static let foreign = MessageFault(reason: .encoding, position: 0, text: "", isForeign: true)
}
