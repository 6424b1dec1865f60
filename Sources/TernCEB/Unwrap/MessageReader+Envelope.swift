import Glibc

/// What a DXP envelope holds: the parts of `DxpMsg`, alone or inside a `DxpMsgSv`.
struct EnvelopeParts: ~Copyable {
  /// The message is an envelope.
  var isRoot = false
  /// `DxpMsg` and `Data` elements that were met.
  var messages = 0
  var datas = 0
  var data = Base64Decoder()

  /// A message begins. What an envelope's `data` holds is being read then, so it stays.
  mutating func forget() { isRoot = false }

  mutating func begin() {
    isRoot = true
    messages = 0
    datas = 0
    data.begin()
  }

  /// Why the envelope cannot be unwrapped, or nil.
  var problem: String? {
    if messages != 1 { return "the <DxpMsgSv> holds \(messages) <DxpMsg>; it should hold one" }
    if datas != 1 { return "the envelope holds \(datas) <Data>; it should hold one" }
    return data.problem.map { "the envelope's <Data> is no base64: \($0)" }
  }
}

/// Envelopes of the exchange platform (schemas `terminal.xsd`, `transport.xsd`). The general path reads them like any
/// message; what is unknown in them is passed over, signatures too.
extension MessageReader {
  /// What a root in the DXP namespace is; nil if it is none that there is.
  mutating func readEnvelopeRoot(_ local: Range<Int>) -> Role? {
    let role: Role
    if isEqual(local, Self.messageName) {
      role = .envelope
    } else if isEqual(local, Self.serverName) {
      role = .server
    } else if isEqual(local, Self.responseName) {
      rootFault = (
        .kindUnsupported, "a <DxpRep> is the exchange platform's response and carries no business message"
      )
      return .root
    } else {
      return nil
    }
    guard !isUnwrapped else {
      rootFault = (.envelope, "an envelope inside the <Data> of another one")
      return .root
    }
    rows.arena.removeAll()
    envelope.begin()
    if role == .envelope { envelope.messages = 1 }
    return role
  }

  /// What an element in the DXP namespace is.
  mutating func partOfEnvelope(_ local: Range<Int>, in parent: Open) -> (Role, state: Int) {
    switch parent.role {
    case .server:
      guard isEqual(local, Self.messageName) else { break }
      envelope.messages += 1
      return (envelope.messages == 1 ? .envelope : .other, 0)
    case .envelope:
      if isEqual(local, Self.transInfoName) { return (.transInfo, 0) }
      guard isEqual(local, Self.dataName) else { break }
      envelope.datas += 1
      return (envelope.datas == 1 ? .data : .other, 0)
    case .transInfo:
      if isEqual(local, Self.receiverIdsName) { return (.receiverIds, 0) }
      return note(local, of: Note.ofTransInfo)
    case .receiverIds: return note(local, of: Note.ofReceiverIds)
    default: break
    }
    return (.other, 0)
  }

  /// What a child of a business message's root is, if it is no document.
  func besideDocuments(_ local: Range<Int>) -> (Role, state: Int) {
    (isEqual(local, Self.transferName) ? .transfer : .other, 0)
  }

  func note(_ local: Range<Int>, of names: Note.Names) -> (Role, state: Int) {
    for (name, note) in names where isEqual(local, name) { return (.note, note.rawValue) }
    return (.other, 0)
  }

  /// Keeps the note that has just ended.
  mutating func keepNote(_ state: Int) {
    let range = trimmedValue()
    let text = unsafe UnsafeBufferPointer(
      start: (value.isInArena ? UnsafePointer(rows.arena.base) : base) + range.lowerBound,
      count: range.count)
    unsafe notes.keep(
      Note(rawValue: state)!, at: range.lowerBound, text, mustCopy: value.isInArena, in: base)
    value.markRecorded()
  }

  /// Takes the base64 that stands at `position`. Whatever else `Data` may hold, the general path reads.
  mutating func takeData() {
    let rest = end - position
    let stop = unsafe memchr(base + position, Int32(UInt8(ascii: "<")), rest)
    let count = unsafe stop.map { unsafe UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) - base - position }
    let text = unsafe bytes(position..<position + (count ?? rest))
    position += unsafe envelope.data.takePlain(text)
  }

  /// Who sent the message, as far as it says.
  var sender: String {
    let note: Note = envelope.isRoot ? .senderId : .dxpId
    let name = unsafe notes.string(note, in: base)
    return name.isEmpty && !envelope.isRoot ? unsafe notes.string(.copCode, in: base) : name
  }

  private static let messageName = Array("DxpMsg".utf8)
  private static let serverName = Array("DxpMsgSv".utf8)
  private static let responseName = Array("DxpRep".utf8)
  private static let transInfoName = Array("TransInfo".utf8)
  private static let receiverIdsName = Array("ReceiverIds".utf8)
  private static let dataName = Array("Data".utf8)
  private static let transferName = Array("BaseTransfer".utf8)
}
