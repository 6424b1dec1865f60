/// The value of a field while it is read: one piece of the slice as long as that will do, else
/// put together in the arena.
struct ValueInProgress {
  private(set) var start = 0
  private(set) var count = 0
  private(set) var isInArena = false
  /// Nothing of it has been read.
  private(set) var isFresh = false
  /// A walk has stored it already.
  private(set) var isRecorded = false
  private var hasPiece = false

  mutating func begin(at position: Int) {
    self = ValueInProgress()
    start = position
    isFresh = true
  }

  mutating func markRecorded() {
    self = ValueInProgress()
    isRecorded = true
  }

  /// Something other than plain text stands in the value: from here on it is put together.
  mutating func moveToArena(_ arena: inout GrowableBuffer<UInt8>, _ base: UnsafePointer<UInt8>) {
    isFresh = false
    guard !isInArena else { return }
    let piece = unsafe UnsafeBufferPointer(start: base + start, count: count)
    start = arena.count
    isInArena = true
    unsafe arena.append(contentsOf: piece)
  }

  mutating func append(
    _ range: Range<Int>, _ arena: inout GrowableBuffer<UInt8>, _ base: UnsafePointer<UInt8>
  ) {
    isFresh = false
    guard !range.isEmpty else { return }
    if !isInArena, !hasPiece {
      start = range.lowerBound
      count = range.count
      hasPiece = true
      return
    }
    unsafe moveToArena(&arena, base)
    unsafe arena.append(contentsOf: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }
}

extension MessageReader {
  /// In a value that is kept.
  var isInValue: Bool {
    guard let role = stack.last?.role else { return false }
    return (role == .field || role == .note) && !value.isRecorded
  }

  /// Character data up to the next `<`, with references resolved and line ends made LF.
  mutating func readText() throws(MessageFault) {
    var runStart = position
    while true {
      guard position < end else { throw unfinished("a message") }
      let c = byte(position)
      switch c {
      case UInt8(ascii: "<"):
        appendText(runStart..<position)
        return
      case UInt8(ascii: "&"):
        appendText(runStart..<position)
        gap.isClean = false
        let scalar = try readReference()
        if isInValue {
          unsafe value.moveToArena(&rows.arena, base)
          appendScalar(scalar)
        } else if stack.last?.role == .data {
          envelope.data.take(scalar)
        }
        runStart = position
      case UInt8(ascii: "\r"):
        appendText(runStart..<position)
        if isInValue {
          unsafe value.moveToArena(&rows.arena, base)
          rows.arena.append(UInt8(ascii: "\n"))
        }
        position += position + 1 < end && byte(position + 1) == UInt8(ascii: "\n") ? 2 : 1
        runStart = position
      case UInt8(ascii: ">"):
        if position - runStart >= 2, byte(position - 1) == UInt8(ascii: "]"),
          byte(position - 2) == UInt8(ascii: "]")
        {
          throw fault(.notWellFormed, at: position, "']]>' in text")
        }
        position += 1
        if !isInValue { gap.isClean = false }
      case 0x20, 0x09, 0x0A:
        position += 1
      default:
        if c < 0x20 { throw controlFault(c) }
        if !isInValue { gap.isClean = false }
        // On to whatever needs a look; the zeros behind the slice do.
        repeat { position += 1 } while unsafe Self.isPlain(base[position])
      }
    }
  }

  @inline(__always)
  private static func isPlain(_ c: UInt8) -> Bool {
    c >= 0x20 && c != UInt8(ascii: "<") && c != UInt8(ascii: "&") && c != UInt8(ascii: ">")
  }

  private func controlFault(_ c: UInt8) -> MessageFault {
    fault(.notWellFormed, at: position, "control character \(c) in text")
  }

  private mutating func appendText(_ range: Range<Int>) {
    if isInValue {
      unsafe value.append(range, &rows.arena, base)
    } else if stack.last?.role == .data {
      unsafe envelope.data.take(bytes(range))
    }
  }

  private mutating func appendScalar(_ scalar: Unicode.Scalar) {
    for unit in UTF8.encode(scalar)! { rows.arena.append(unit) }
  }

  /// `&name;` or a character reference; only the five predefined entities exist without a DTD.
  mutating func readReference() throws(MessageFault) -> Unicode.Scalar {
    let start = position
    var index = position + 1
    while index < end, byte(index) != UInt8(ascii: ";"), index - start <= 12 { index += 1 }
    guard index < end else { throw unfinished("a reference") }
    guard byte(index) == UInt8(ascii: ";") else {
      throw fault(.notWellFormed, at: start, "'&' without a reference")
    }
    let name = start + 1..<index
    position = index + 1
    if byte(name.lowerBound) == UInt8(ascii: "#") {
      guard let scalar = characterReference(name.dropFirst()) else {
        throw fault(.notWellFormed, at: start, "a character reference to no XML character")
      }
      return scalar
    }
    let entities: [(StaticString, Unicode.Scalar)] = [
      ("lt", "<"), ("gt", ">"), ("amp", "&"), ("quot", "\""), ("apos", "'"),
    ]
    for (entity, scalar) in entities
    where entity.utf8CodeUnitCount == name.count && matches(entity, at: start + 1) {
      return scalar
    }
    throw fault(.notWellFormed, at: start, "an entity that is not defined")
  }

  private func characterReference(_ digits: Range<Int>) -> Unicode.Scalar? {
    var rest = digits
    var radix: UInt32 = 10
    if let first = rest.first, byte(first) == UInt8(ascii: "x") {
      radix = 16
      rest = rest.dropFirst()
    }
    guard !rest.isEmpty, rest.count <= 8 else { return nil }
    var code: UInt32 = 0
    for index in rest {
      let c = byte(index)
      let digit: UInt32
      switch c {
      case 0x30...0x39: digit = UInt32(c) - 0x30
      case 0x61...0x66 where radix == 16: digit = UInt32(c) - 0x61 + 10
      case 0x41...0x46 where radix == 16: digit = UInt32(c) - 0x41 + 10
      default: return nil
      }
      let (product, overflow) = code.multipliedReportingOverflow(by: radix)
      guard !overflow, product <= 0x10FFFF else { return nil }
      code = product + digit
    }
    let isXML =
      code == 0x9 || code == 0xA || code == 0xD || (code >= 0x20 && code != 0xFFFE && code != 0xFFFF)
    return isXML ? Unicode.Scalar(code) : nil
  }

  /// `<!--…-->` or `<![CDATA[…]]>`.
  mutating func readDeclaration() throws(MessageFault) {
    gap.isClean = false
    let start = position
    if matches("<!--", at: start) {
      try readComment()
    } else if matches("<![CDATA[", at: start) {
      let content = start + 9
      guard let stop = try find("]]>", from: content, in: "a CDATA section") else { return }
      if isInValue {
        unsafe value.moveToArena(&rows.arena, base)
        appendNormalized(content..<stop)
      } else if stack.last?.role == .data {
        unsafe envelope.data.take(bytes(content..<stop))
      }
      position = stop + 3
    } else if end - start < 9, !endIsFinal {
      throw .incomplete
    } else {
      throw fault(.notWellFormed, at: start, "'<!' that starts neither a comment nor CDATA")
    }
  }

  private mutating func appendNormalized(_ range: Range<Int>) {
    var index = range.lowerBound
    while index < range.upperBound {
      var c = byte(index)
      if c == UInt8(ascii: "\r") {
        if index + 1 < end, byte(index + 1) == UInt8(ascii: "\n") { index += 1 }
        c = UInt8(ascii: "\n")
      }
      rows.arena.append(c)
      index += 1
    }
  }

  mutating func readComment() throws(MessageFault) {
    let content = position + 4
    guard let stop = try find("--", from: content, in: "a comment") else { return }
    guard stop + 2 < end else { throw unfinished("a comment") }
    guard byte(stop + 2) == UInt8(ascii: ">") else {
      throw fault(.notWellFormed, at: stop, "'--' in a comment")
    }
    if isInValue { unsafe value.moveToArena(&rows.arena, base) }
    position = stop + 3
  }

  /// `<?target …?>`. The name `xml` is reserved: in a message's content it starts the next one.
  mutating func readInstruction() throws(MessageFault) {
    gap.isClean = false
    let start = position
    position += 2
    let name = try readName()
    if text(name).lowercased() == "xml" {
      throw fault(.truncated, at: start, "an XML declaration inside a message that has no end")
    }
    guard !name.contains(where: { byte($0) == UInt8(ascii: ":") }) else {
      throw fault(.notWellFormed, at: start, "a colon in a processing instruction's name")
    }
    if !matches("?>", at: position) {
      guard position < end else { throw unfinished("a processing instruction") }
      guard isSpace(byte(position)) else {
        throw fault(.notWellFormed, at: position, "a processing instruction's name")
      }
    }
    guard let stop = try find("?>", from: position, in: "a processing instruction") else { return }
    if isInValue { unsafe value.moveToArena(&rows.arena, base) }
    position = stop + 2
  }

  /// The next place of `text`; control characters before it are a fault.
  private func find(_ text: StaticString, from start: Int, in what: String) throws(MessageFault)
    -> Int?
  {
    var index = start
    while index < end {
      let c = byte(index)
      if c == UInt8(ascii: "-") || c == UInt8(ascii: "]") || c == UInt8(ascii: "?"), matches(text, at: index) { return index }
      if c < 0x20, !isSpace(c) {
        throw fault(.notWellFormed, at: index, "control character \(c) in \(what)")
      }
      index += 1
    }
    throw unfinished(what)
  }

  func isSpace(_ c: UInt8) -> Bool { c == 0x20 || c == 0x0A || c == 0x09 || c == 0x0D }
}
