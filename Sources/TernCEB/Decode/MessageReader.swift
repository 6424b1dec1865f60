import CScan
import Glibc

/// Reads one message at a time from a slice of a source: the general path, which is always right,
/// and the fast walk along learned templates, which it enters wherever it can.
///
/// Nothing is kept of a message but the spans of a few documents (`rows`), which go to the columns
/// group by group: no tree, no strings. Owned by one thread.
@safe
struct MessageReader: ~Copyable {
  /// A message may hold this many documents.
  static let maxDocuments = 100
  /// Elements may nest this deep.
  static let maxDepth = 64
  enum Role {
    case root, document, head, line, field, other
    /// `BaseTransfer`.
    case transfer
    /// Of an envelope: `DxpMsgSv`, `DxpMsg` and what stands in it.
    case server, envelope, transInfo, receiverIds, data
    /// A text beside the documents that is kept; `state` is its `Note`.
    case note
  }

  /// An element that is open.
  struct Open {
    var role: Role
    /// Of a field or a note; 0 otherwise.
    var state: Int
    /// Its name as written, in the slice; after a fast walk the kind's own, under the root's prefix.
    var nameStart: Int
    var nameCount: Int
    var isWalked = false
    /// Namespace bindings in force before it.
    var bindings: Int
  }

  let kernel: tern_kernel
  /// Where complete groups of documents go.
  let filler: ColumnFiller
  /// By kind: what has been learned; nil before the first message.
  private var templates: [Template?]
  /// Off, every message is read by the general path alone: the two are compared.
  var followsTemplates = true

  // The slice.
  @unsafe var base: UnsafePointer<UInt8>
  var end = 0
  /// Whether the source ends where the slice does.
  var endIsFinal = true
  var position = 0
  /// The slice was made of a message that declares GB18030: that declaration is no news.
  var isConverted = false
  /// The slice was taken out of an envelope.
  var isUnwrapped = false

  // The message.
  var messageStart = 0
  /// Behind the message's own XML declaration: the next one is looked for from here on.
  var resumeFloor = 0
  var layout: KindLayout?
  /// `CEB605`; empty if the root is unknown.
  var kindName = ""
  /// As declared, in lower case; empty for UTF-8.
  var encoding = ""
  var rootFault: (reason: RejectReason, text: String)?
  var rootPrefix: [UInt8] = []
  var stack: [Open] = []
  var bindings: [Binding] = []
  var rootBindings = 0
  var rows = SpanRows()
  /// Documents met, also those beyond the limit.
  var documentsMet = 0
  var headSeen = false
  var gap = Template.Gap()
  var notes = Notes()
  var envelope = EnvelopeParts()

  // The value that is being read.
  var value = ValueInProgress()

  // UTF-8: checked up to here (what a walk has read, the filler checks), and the first wrong byte
  // that was found.
  private var validatedEnd = 0
  private var invalidPosition: Int?

  init(kernel: tern_kernel, filler: ColumnFiller) {
    self.kernel = kernel
    self.filler = filler
    templates = KindLayout.all.map { _ in nil }
    unsafe base = UnsafePointer(bitPattern: 64)!
    stack.reserveCapacity(Self.maxDepth)
  }

  /// Turns to a slice. `bytes` must stay in place until the next call, with `TERN_PADDING` zero
  /// bytes past its end.
  mutating func begin(
    slice bytes: UnsafeBufferPointer<UInt8>, endIsFinal: Bool, isConverted: Bool = false,
    isUnwrapped: Bool = false
  ) {
    if let start = bytes.baseAddress { unsafe base = start }
    end = bytes.count
    self.endIsFinal = endIsFinal
    position = 0
    self.isConverted = isConverted
    self.isUnwrapped = isUnwrapped
  }

  /// What the reader stands in, and where.
  @safe
  struct Window {
    @unsafe fileprivate var base: UnsafePointer<UInt8>
    fileprivate(set) var end: Int
    fileprivate(set) var endIsFinal: Bool
    fileprivate var position: Int
    fileprivate(set) var isUnwrapped: Bool
  }

  /// To turn to another text between two messages, and back again.
  var window: Window {
    get {
      unsafe Window(
        base: base, end: end, endIsFinal: endIsFinal, position: position, isUnwrapped: isUnwrapped)
    }
    set {
      unsafe base = newValue.base
      end = newValue.end
      endIsFinal = newValue.endIsFinal
      position = newValue.position
      isConverted = false
      isUnwrapped = newValue.isUnwrapped
    }
  }

  /// A byte of the slice; 0 at its end.
  @inline(__always) func byte(_ index: Int) -> UInt8 {
    precondition(index >= 0 && index <= end, "read outside the slice")
    return index == end ? 0 : unsafe base[index]
  }

  @inline(__always) func bytes(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    precondition(range.lowerBound >= 0 && range.upperBound <= end, "read outside the slice")
    return unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
  }

  func isEqual(_ range: Range<Int>, _ other: [UInt8]) -> Bool {
    guard range.count == other.count else { return false }
    return unsafe memcmp(bytes(range).baseAddress!, other, other.count) == 0
  }

  /// Whether the slice goes on with these bytes at `index`.
  func matches(_ text: StaticString, at index: Int) -> Bool {
    guard index + text.utf8CodeUnitCount <= end else { return false }
    for offset in 0..<text.utf8CodeUnitCount
    where unsafe byte(index + offset) != text.utf8Start[offset] { return false }
    return true
  }

  func fault(_ reason: RejectReason, at index: Int, _ text: String) -> MessageFault {
    MessageFault(reason: reason, position: index, text: text)
  }

  /// What the slice's end in the middle of something means.
  func unfinished(_ what: String) -> MessageFault {
    endIsFinal ? fault(.truncated, at: end, "the source ends inside \(what)") : .incomplete
  }

  // MARK: - One message

  /// Leaves whatever the last message left open: nothing of it may reach what follows.
  mutating func forgetMessage() {
    stack.removeAll(keepingCapacity: true)
    bindings.removeAll(keepingCapacity: true)
    value = ValueInProgress()
    gap.isClean = false
  }

  /// Reads the message at `position` into `rows` and leaves `position` behind it.
  /// - Throws: why the message as a whole counts for nothing.
  mutating func readMessage() throws(MessageFault) {
    messageStart = position
    resumeFloor = position + 1
    layout = nil
    kindName = ""
    encoding = ""
    rootFault = nil
    documentsMet = 0
    notes.removeAll()
    envelope.forget()
    invalidPosition = nil
    validatedEnd = messageStart
    filler.mayBeInvalid = false
    try readProlog()
    try readStartTag()  // the root
    filler.bytesTellAll = rootBindings == 1
    if !stack.isEmpty {
      gap.begin(after: 0, at: position)
      walk(state: 0, atGap: true)
      try readContent()
    }
    validate(to: position)
    flush()
    let documentLimit = layout?.documentLimit ?? 0
    // The first wrong byte counts: a walk may have read past one before the general path met another.
    if filler.mayBeInvalid || invalidPosition != nil || documentsMet > documentLimit {
      invalidPosition = nil
      validatedEnd = messageStart
      validate(to: position)
    }
    if let invalid = invalidPosition {
      throw unusable(
        .encoding, at: invalid,
        isConverted
          ? "the message holds a character that XML does not allow"
          : "the bytes at \(invalid - messageStart) of the message are not UTF-8")
    }
    if let rootFault {
      throw unusable(rootFault.reason, at: messageStart, rootFault.text)
    }
    if envelope.isRoot {
      if let problem = envelope.problem { throw unusable(.envelope, at: messageStart, problem) }
      return
    }
    if documentsMet > documentLimit || (documentsMet == 0 && layout?.needsDocument != false) {
      throw unusable(
        .documentCount, at: messageStart,
        "the message holds \(documentsMet) documents; 1 to \(Self.maxDocuments) are allowed")
    }
  }

  /// A fault of a message that could be read to its end.
  private func unusable(_ reason: RejectReason, at index: Int, _ text: String) -> MessageFault {
    MessageFault(reason: reason, position: index, text: text, endIsKnown: true)
  }

  /// Everything between the root's start tag and its end tag, from wherever the stack stands.
  private mutating func readContent() throws(MessageFault) {
    while !stack.isEmpty {
      try readText()
      guard position + 1 < end else { throw unfinished("a message") }
      switch byte(position + 1) {
      case UInt8(ascii: "/"): try readEndTag()
      case UInt8(ascii: "!"): try readDeclaration()
      case UInt8(ascii: "?"): try readInstruction()
      default:
        try readStartTag()
        if let top = stack.last, top.role == .field, value.isFresh {
          learn(to: top.state)
          // Of a repeated field the first counts: a walk must not meet one that is there already.
          if rows.isUnset(from: top.state) { walk(state: top.state, atGap: false) }
        }
      }
    }
  }

  // MARK: - The fast walk

  private mutating func template(_ layout: KindLayout) -> Template {
    let index = Int(layout.kind.rawValue)
    if let template = templates[index] { return template }
    let template = Template(layout)
    templates[index] = template
    return template
  }

  private mutating func learn(to state: Int) {
    guard gap.isClean, let layout, bindings.count == rootBindings, namesAreCanonical else {
      return
    }
    let template = template(layout)
    if template.prefix != rootPrefix { template.reset(prefix: rootPrefix) }
    // Whether the message is UTF-8 is not known yet.
    let learned = gap.start..<position
    guard unsafe bytes(learned).allSatisfy({ $0 < 0x80 }) else { return }
    unsafe template.learn(
      gap, to: state, bytes: bytes(learned), headFields: layout.headFields)
    gap.isClean = false
  }

  /// Follows the template from `position` as far as it fits, then puts the stack as if the
  /// general path had read it all.
  private mutating func walk(state: Int, atGap: Bool) {
    guard followsTemplates, let layout, bindings.count == rootBindings, namesAreCanonical,
      documentsMet <= layout.documentLimit
    else { return }
    let template = template(layout)
    guard template.prefix == rootPrefix else { return }
    validate(to: position)
    let documentsBefore = documentsMet
    var walk = unsafe tern_walk()
    unsafe walk.base = base
    unsafe walk.end = UInt32(end)
    unsafe walk.position = UInt32(position)
    unsafe walk.state = UInt32(state)
    unsafe walk.at_gap = atGap ? 1 : 0
    while true {
      if layout.lineFields > 0, rows.lineCount == rows.lineCapacity { rows.reserveLines() }
      if rows.documentCount == 0 { beginGroup(layout) }
      // Documents that were in groups before this one.
      let earlier = documentsMet - rows.documentCount
      unsafe walk.document_count = UInt32(rows.documentCount)
      unsafe walk.document_capacity = UInt32(min(SpanRows.maxDocuments, layout.documentLimit - earlier))
      unsafe walk.line_count = UInt32(rows.lineCount)
      unsafe walk.line_capacity = UInt32(
        rows.textsAreWalked ? min(rows.lineCapacity, WalkedTexts.maxLines) : rows.lineCapacity)
      unsafe walk.texts = rows.textsAreWalked ? filler.texts.entries : nil
      unsafe walk.heads = rows.heads.base
      unsafe walk.lines = rows.lines.base
      unsafe walk.document_starts = rows.documentStarts.base
      unsafe walk.document_ends = rows.documentEnds.base
      unsafe walk.document_lines = rows.documentLines.base
      unsafe template.withTemplate(headFields: layout.headFields, lineFields: layout.lineFields) {
        unsafe tern_walk_run(kernel, $0, &walk)
      }
      rows.documentCount = unsafe Int(walk.document_count)
      rows.lineCount = unsafe Int(walk.line_count)
      documentsMet = earlier + rows.documentCount
      guard unsafe walk.is_full != 0 else { break }
      if layout.lineFields > 0, unsafe walk.line_count == walk.line_capacity {
        rows.textsAreWalked = false
        continue
      }
      // The group is full and all its documents are complete; the gap will be found again at once.
      guard documentsMet < layout.documentLimit else { break }
      flush()
    }

    if unsafe walk.is_doubtful != 0 { filler.mayBeInvalid = true }
    let newPosition = unsafe Int(walk.position)
    let newState = unsafe Int(walk.state)
    let stoppedAtGap = unsafe walk.at_gap == 1
    guard newState != 0, newPosition != position || newState != state || stoppedAtGap != atGap
    else { return }
    position = newPosition
    defer { validatedEnd = max(validatedEnd, position) }
    // A gap that opens a document opens its head too; lines may also stand before the head.
    if documentsMet != documentsBefore { headSeen = true }
    rebuildStack(layout, state: newState)
    if stoppedAtGap, position + 1 < end, byte(position + 1) != UInt8(ascii: "/") {
      // Not the end of the value but CDATA, a comment or an element in it: read it again.
      position = rows.forget(state: newState)
      filler.forgetText(state: newState, layout)
      value.begin(at: position)
      gap.isClean = false
    } else if stoppedAtGap {
      value.markRecorded()
      gap.begin(after: newState, at: position)
    } else {
      value.begin(at: position)
      gap.isClean = false
    }
  }

  /// The next document is the first of its group.
  mutating func beginGroup(_ layout: KindLayout) {
    filler.beginTexts(of: layout.kind)
    rows.textsAreWalked = true
  }

  private mutating func rebuildStack(_ layout: KindLayout, state: Int) {
    stack.removeLast(stack.count - 1)
    func push(_ role: Role, _ state: Int = 0) {
      stack.append(
        Open(
          role: role, state: state, nameStart: 0, nameCount: 0, isWalked: true,
          bindings: bindings.count))
    }
    push(.document)
    if state > layout.headFields {
      push(.line)
    } else if layout.head != nil {
      push(.head)
    }
    push(.field, state)
  }

  /// Every open element is written with the root's prefix, as the template takes for granted.
  private var namesAreCanonical: Bool {
    let extra = rootPrefix.isEmpty ? 0 : rootPrefix.count + 1
    for open in stack.dropFirst() where !open.isWalked {
      let name = open.nameStart..<open.nameStart + open.nameCount
      guard name.count > extra, isEqual(name.prefix(rootPrefix.count), rootPrefix) else {
        return false
      }
      let colon = name.first { byte($0) == UInt8(ascii: ":") }
      guard colon == (rootPrefix.isEmpty ? nil : name.lowerBound + rootPrefix.count) else {
        return false
      }
    }
    return true
  }

  /// Hands the group of documents on. All of them are complete.
  mutating func flush() {
    guard let layout, rows.documentCount > 0 else { return }
    filler.fill(layout.kind, &rows)
    rows.removeAll()
  }

  // MARK: - UTF-8

  /// Every stretch ends in front of a tag or behind one, never inside a character.
  private mutating func validate(to limit: Int) {
    guard invalidPosition == nil, validatedEnd < limit else { return }
    let count = limit - validatedEnd
    let valid = unsafe tern_utf8_valid_prefix(kernel, base + validatedEnd, count)
    if valid < count { invalidPosition = validatedEnd + valid }
    validatedEnd = limit
  }
}
