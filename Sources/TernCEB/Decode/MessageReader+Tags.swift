import CScan
import Glibc

extension MessageReader {
  /// A namespace that a tag means.
  enum Namespace {
    case ceb, dxp, other
    /// The prefix is not declared.
    case unbound
  }

  struct Binding {
    var prefix: [UInt8]
    var uri: [UInt8]
    var namespace: Namespace
  }

  /// Reads `<name attributes>` or `<name attributes/>` and opens what it stands for.
  mutating func readStartTag() throws(MessageFault) {
    let start = position
    position += 1
    let name = try readName()
    let bindingsBefore = bindings.count
    let (hasAttributes, isEmpty) = try readAttributes()
    if hasAttributes { gap.isClean = false }
    let (prefix, local) = try split(name)
    let namespace = resolve(prefix)
    // A template takes every tag for one of the root's prefix.
    if !isEqual(prefix, rootPrefix) { gap.isClean = false }
    if namespace == .unbound {
      throw fault(.notWellFormed, at: start, "the prefix of <\(text(name))> is not declared")
    }
    guard let parent = stack.last else {
      let role = readRoot(local, prefix, namespace)
      if isEmpty { return }
      stack.append(
        Open(role: role, state: 0, nameStart: name.lowerBound, nameCount: name.count, bindings: 0))
      return
    }
    guard stack.count < Self.maxDepth else {
      throw fault(.nesting, at: start, "elements nest deeper than \(Self.maxDepth)")
    }
    let (role, state) = meaning(of: local, namespace, in: parent, at: start)
    switch role {
    case .document, .head, .line, .field: break
    default:
      gap.isClean = false
      if isInValue { unsafe value.moveToArena(&rows.arena, base) }
    }
    if isEmpty {
      closeEmpty(role, state)
      bindings.removeLast(bindings.count - bindingsBefore)
      return
    }
    stack.append(
      Open(
        role: role, state: state, nameStart: name.lowerBound, nameCount: name.count,
        bindings: bindingsBefore))
    switch role {
    case .field, .note: value.begin(at: position)
    case .data: takeData()
    default: break
    }
  }

  /// What an element is, by its name and where it stands; opens the row it starts.
  private mutating func meaning(
    of local: Range<Int>, _ namespace: Namespace, in parent: Open, at start: Int
  ) -> (Role, state: Int) {
    if namespace == .dxp { return partOfEnvelope(local, in: parent) }
    guard namespace == .ceb, let layout else { return (.other, 0) }
    switch parent.role {
    case .root:
      guard isEqual(local, layout.document) else { return besideDocuments(local) }
      documentsMet += 1
      guard documentsMet <= layout.documentLimit else { return (.other, 0) }
      if rows.documentCount == SpanRows.maxDocuments { flush() }
      if rows.documentCount == 0 { beginGroup(layout) }
      gap.documentStart = start - gap.start
      gap.open(TERN_OPENS_DOCUMENT)
      rows.openDocument(at: start)
      headSeen = false
      return (.document, 0)
    case .document:
      if let head = layout.head {
        if isEqual(local, head) {
          // A document has one head; of several the first counts.
          if headSeen || gap.opens != TERN_OPENS_DOCUMENT { gap.isClean = false }
          if headSeen { return (.other, 0) }
          headSeen = true
          return (.head, 0)
        }
        if let line = layout.line, isEqual(local, line) {
          if !headSeen { gap.isClean = false }
          gap.open(TERN_OPENS_LINE)
          rows.openLine()
          return (.line, 0)
        }
        return (.other, 0)
      }
      return field(local, layout, inLine: false)
    case .head: return field(local, layout, inLine: false)
    case .line: return field(local, layout, inLine: true)
    case .transfer: return note(local, of: Note.ofTransfer)
    default: return (.other, 0)
    }
  }

  private func field(_ name: Range<Int>, _ layout: KindLayout, inLine: Bool)
    -> (Role, state: Int)
  {
    guard let state = layout.state(of: name, in: self, inLine: inLine, hint: gap.from + 1) else {
      return (.other, 0)
    }
    return (.field, state)
  }

  /// `<a/>`: opened and closed at once.
  private mutating func closeEmpty(_ role: Role, _ state: Int) {
    switch role {
    case .field:
      rows.set(state: state, start: 0, length: 0)
      if gap.empties.count < Template.maxEmpties { gap.empties.append(UInt8(state)) } else { gap.isClean = false }
    case .document:
      rows.documentEnds[rows.documentCount - 1] = UInt32(position)
      gap.isClean = false
    case .head, .line: gap.isClean = false
    default: break
    }
  }

  /// Reads `</name>` and closes the element that is open.
  mutating func readEndTag() throws(MessageFault) {
    let start = position
    guard let top = stack.last else { return }
    position += 2
    let name = try readName()
    guard isName(name, of: top) else {
      throw fault(.notWellFormed, at: start, "</\(text(name))> closes an element that is not open")
    }
    skipSpace()
    guard position < end else { throw unfinished("a tag") }
    guard byte(position) == UInt8(ascii: ">") else {
      throw fault(.notWellFormed, at: position, "an end tag that is not closed")
    }
    position += 1
    let prefixCount = colon(in: name).map { $0 - name.lowerBound }
    let hasRootPrefix = isEqual(name.prefix(prefixCount ?? 0), rootPrefix)
    switch top.role {
    case .field:
      record(top.state)
      gap.begin(after: top.state, at: start)
    case .document:
      rows.documentEnds[rows.documentCount - 1] = UInt32(position)
      gap.documentEnd = position - gap.start
    case .root, .head, .line: break
    case .note:
      keepNote(top.state)
      gap.isClean = false
    default: gap.isClean = false
    }
    stack.removeLast()
    bindings.removeLast(bindings.count - top.bindings)
    if !hasRootPrefix || (top.role == .document && gap.from == 0) { gap.isClean = false }
  }

  /// Stores the value that has just ended, trimmed.
  private mutating func record(_ state: Int) {
    defer { value.markRecorded() }
    guard !value.isRecorded else { return }
    let range = trimmedValue()
    rows.set(
      state: state,
      // An empty one lies nowhere; the arena may have no bytes at all.
      start: UInt32(range.lowerBound)
        | (value.isInArena && !range.isEmpty ? SpanRows.arenaBit : 0),
      length: range.count)
  }

  /// Where the value that has just ended lies, in the slice or in the arena.
  func trimmedValue() -> Range<Int> {
    let count = value.isInArena ? rows.arena.count - value.start : value.count
    var range = value.start..<value.start + count
    func at(_ index: Int) -> UInt8 { value.isInArena ? rows.arena[index] : byte(index) }
    while let first = range.first, isSpace(at(first)) { range.removeFirst() }
    while let last = range.last, isSpace(at(last)) { range.removeLast() }
    return range
  }

  private func isName(_ name: Range<Int>, of open: Open) -> Bool {
    guard open.isWalked, let layout else {
      return unsafe name.count == open.nameCount
        && memcmp(base + name.lowerBound, base + open.nameStart, name.count) == 0
    }
    let local = layout.name(of: open)
    let extra = rootPrefix.isEmpty ? 0 : rootPrefix.count + 1
    guard name.count == extra + local.count else { return false }
    for (index, c) in rootPrefix.enumerated() where byte(name.lowerBound + index) != c {
      return false
    }
    if extra > 0, byte(name.lowerBound + extra - 1) != UInt8(ascii: ":") { return false }
    return isEqual(name.lowerBound + extra..<name.upperBound, local)
  }

  // MARK: - The root

  private mutating func readRoot(_ local: Range<Int>, _ prefix: Range<Int>, _ namespace: Namespace) -> Role {
    rootPrefix = unsafe Array(bytes(prefix))
    rootBindings = bindings.count
    if namespace == .ceb, local.count == 13, matches("CEB", at: local.lowerBound),
      matches("Message", at: local.lowerBound + 6),
      let number = Int(text(local.lowerBound + 3..<local.lowerBound + 6)),
      let layout = KindLayout.byNumber[number]
    {
      self.layout = layout
      kindName = layout.kind.name
      rows.begin(layout)
      filler.batch.beginDocuments(of: layout.kind)
      return .root
    }
    if namespace == .dxp, let role = readEnvelopeRoot(local) { return role }
    rootFault = (.rootUnknown, "the root <\(text(local))> is no customs message")
    return .root
  }

  // MARK: - Names and attributes

  /// An XML name at `position`; leaves `position` behind it.
  mutating func readName() throws(MessageFault) -> Range<Int> {
    let start = position
    while position < end {
      let c = byte(position)
      if c < 0x80 {
        guard Self.isNameByte(c, first: position == start) else { break }
        position += 1
        // The zeros behind the slice are in no name.
        while unsafe Self.isNameByte(base[position]) { position += 1 }
      } else {
        guard let (scalar, count) = decodeScalar(at: position),
          Self.isNameScalar(scalar, first: position == start)
        else { break }
        position += count
      }
    }
    guard position < end else { throw unfinished("a name") }
    guard position > start else {
      throw fault(.notWellFormed, at: start, "a name is expected")
    }
    return start..<position
  }

  mutating func skipSpace() {
    while position < end, isSpace(byte(position)) { position += 1 }
  }

  /// A tag may have this many: the comparison of each with each stays cheap.
  private static let maxAttributes = 256

  private func isSame(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
    guard a.count == b.count else { return false }
    for offset in 0..<a.count where byte(a.lowerBound + offset) != byte(b.lowerBound + offset) {
      return false
    }
    return true
  }

  /// Attributes up to `>` or `/>`. Declares the namespaces among them.
  private mutating func readAttributes() throws(MessageFault) -> (any: Bool, isEmpty: Bool) {
    var names: [Range<Int>] = []
    while true {
      let spaceStart = position
      skipSpace()
      guard position < end else { throw unfinished("a tag") }
      let c = byte(position)
      if c == UInt8(ascii: ">") {
        position += 1
        try checkPrefixes(of: names)
        return (!names.isEmpty, false)
      }
      if c == UInt8(ascii: "/") {
        guard position + 1 < end else { throw unfinished("a tag") }
        guard byte(position + 1) == UInt8(ascii: ">") else {
          throw fault(.notWellFormed, at: position, "'/' inside a tag")
        }
        position += 2
        try checkPrefixes(of: names)
        return (!names.isEmpty, true)
      }
      guard position > spaceStart else {
        throw fault(.notWellFormed, at: position, "no space before an attribute")
      }
      let name = try readName()
      guard names.count < Self.maxAttributes else {
        throw fault(
          .notWellFormed, at: name.lowerBound, "more than \(Self.maxAttributes) attributes in a tag")
      }
      for other in names where isSame(other, name) {
        throw fault(.notWellFormed, at: name.lowerBound, "the attribute \(text(name)) twice")
      }
      names.append(name)
      skipSpace()
      guard position < end else { throw unfinished("a tag") }
      guard byte(position) == UInt8(ascii: "=") else {
        throw fault(.notWellFormed, at: position, "an attribute without a value")
      }
      position += 1
      skipSpace()
      // Only namespaces are looked at.
      let isNamespace = name.count >= 5 && matches("xmlns", at: name.lowerBound)
      let attributeValue = try readAttributeValue(isKept: isNamespace)
      if isNamespace { try declare(name, attributeValue) }
    }
  }

  /// No namespace is this long; huge attributes cost no memory.
  private static let maxNamespaceBytes = 256

  /// A quoted value with references resolved.
  private mutating func readAttributeValue(isKept: Bool) throws(MessageFault) -> [UInt8] {
    guard position < end else { throw unfinished("a tag") }
    let quote = byte(position)
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      throw fault(.notWellFormed, at: position, "an attribute's value without quotes")
    }
    position += 1
    // As a rule nothing in it needs a look.
    let start = position
    while unsafe base[position] >= 0x20, unsafe base[position] != quote, unsafe base[position] != UInt8(ascii: "<"),
      unsafe base[position] != UInt8(ascii: "&")
    {
      position += 1
    }
    var result = isKept ? unsafe Array(bytes(start..<min(position, start + Self.maxNamespaceBytes))) : []
    while true {
      guard position < end else { throw unfinished("an attribute") }
      let c = byte(position)
      if c == quote {
        position += 1
        return result
      }
      switch c {
      case UInt8(ascii: "<"):
        throw fault(.notWellFormed, at: position, "'<' in an attribute")
      case UInt8(ascii: "&"):
        let scalar = try readReference()
        if isKept, result.count < Self.maxNamespaceBytes { result.append(contentsOf: Array(UTF8.encode(scalar)!)) }
        continue
      case 0x09, 0x0A, 0x0D: if isKept, result.count < Self.maxNamespaceBytes { result.append(0x20) }
      default:
        if c < 0x20 {
          throw fault(.notWellFormed, at: position, "control character \(c) in an attribute")
        }
        if isKept, result.count < Self.maxNamespaceBytes { result.append(c) }
      }
      position += 1
    }
  }

  private mutating func declare(_ name: Range<Int>, _ uri: [UInt8]) throws(MessageFault) {
    let isDefault = name.count == 5 && matches("xmlns", at: name.lowerBound)
    guard isDefault || (name.count > 6 && matches("xmlns:", at: name.lowerBound)) else { return }
    let prefix = isDefault ? [] : unsafe Array(bytes(name.lowerBound + 6..<name.upperBound))
    // Namespaces in XML 1.0, 3: what is reserved and what must be.
    if !isDefault, uri.isEmpty {
      throw fault(.notWellFormed, at: name.lowerBound, "a prefix bound to no namespace")
    }
    if prefix == Array("xmlns".utf8) || uri == Self.xmlnsNamespace
      || (prefix == Self.xmlPrefix) != (uri == Self.xmlNamespace)
    {
      throw fault(.notWellFormed, at: name.lowerBound, "a reserved prefix or namespace")
    }
    let namespace: Namespace =
      switch uri {
      case Self.cebNamespace: .ceb
      case Self.dxpNamespace: .dxp
      default: .other
      }
    bindings.append(Binding(prefix: prefix, uri: uri, namespace: namespace))
  }

  private static let cebNamespace = Array("http://www.chinaport.gov.cn/ceb".utf8)
  private static let dxpNamespace = Array("http://www.chinaport.gov.cn/dxp".utf8)
  private static let xmlNamespace = Array("http://www.w3.org/XML/1998/namespace".utf8)
  private static let xmlnsNamespace = Array("http://www.w3.org/2000/xmlns/".utf8)
  private static let xmlPrefix = Array("xml".utf8)

  private func checkPrefixes(of attributes: [Range<Int>]) throws(MessageFault) {
    var prefixed: [(uri: [UInt8], local: Range<Int>)] = []
    for name in attributes {
      let (prefix, local) = try split(name)
      guard !prefix.isEmpty, !matches("xmlns:", at: name.lowerBound) else { continue }
      if resolve(prefix) == .unbound {
        throw fault(.notWellFormed, at: name.lowerBound, "the prefix of \(text(name)) is not declared")
      }
      let uri = bindings.last { isEqual(prefix, $0.prefix) }?.uri ?? Self.xmlNamespace
      for other in prefixed where other.uri == uri && isSame(other.local, local) {
        throw fault(.notWellFormed, at: name.lowerBound, "the attribute \(text(name)) twice")
      }
      prefixed.append((uri, local))
    }
  }

  private func split(_ name: Range<Int>) throws(MessageFault) -> (
    prefix: Range<Int>, local: Range<Int>
  ) {
    guard let colon = colon(in: name) else { return (name.lowerBound..<name.lowerBound, name) }
    let local = colon + 1..<name.upperBound
    guard colon > name.lowerBound, !local.isEmpty, self.colon(in: local) == nil, startsName(local.lowerBound)
    else { throw fault(.notWellFormed, at: name.lowerBound, "colons in the name \(text(name))") }
    return (name.lowerBound..<colon, local)
  }

  /// The first one.
  private func colon(in name: Range<Int>) -> Int? {
    let bytes = unsafe bytes(name)
    for index in 0..<bytes.count where unsafe bytes[index] == UInt8(ascii: ":") { return name.lowerBound + index }
    return nil
  }

  /// Behind a colon, too, a name starts with a letter.
  private func startsName(_ index: Int) -> Bool {
    let c = byte(index)
    if c < 0x80 { return Self.isNameByte(c, first: true) }
    return decodeScalar(at: index).map { Self.isNameScalar($0.0, first: true) } ?? false
  }

  private func resolve(_ prefix: Range<Int>) -> Namespace {
    for binding in bindings.reversed() where isEqual(prefix, binding.prefix) {
      return binding.namespace
    }
    if prefix.isEmpty { return .other }
    return isEqual(prefix, Self.xmlPrefix) ? .other : .unbound
  }

  /// Up to 60 bytes of the slice for a message to people.
  func text(_ range: Range<Int>) -> String {
    unsafe String(
      decoding: bytes(range.lowerBound..<min(range.upperBound, range.lowerBound + 60)),
      as: UTF8.self)
  }
}
