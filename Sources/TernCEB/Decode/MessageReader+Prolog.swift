import Glibc

extension MessageReader {
  /// Byte order mark, XML declaration, comments and instructions, up to the root's `<`.
  mutating func readProlog() throws(MessageFault) {
    let hasMark = matches("\u{FEFF}", at: position)
    if hasMark { position += 3 }
    if position + 1 < end {
      let pair = (byte(position), byte(position + 1))
      if pair == (0xFF, 0xFE) || pair == (0xFE, 0xFF) || pair == (0, 0x3C) || pair == (0x3C, 0) {
        throw fault(.encoding, at: position, "no message in UTF-8 or GB18030 begins like this")
      }
    }
    if matches("<?xml", at: position), position + 5 < end, isSpace(byte(position + 5)) {
      try readXMLDeclaration(hasMark: hasMark)
    }
    while true {
      skipSpace()
      guard position < end else { throw unfinished("a message's prolog") }
      guard byte(position) == UInt8(ascii: "<") else {
        throw fault(.notWellFormed, at: position, "text outside the root element")
      }
      guard position + 1 < end else { throw unfinished("a message's prolog") }
      switch byte(position + 1) {
      case UInt8(ascii: "?"): try readInstruction()
      case UInt8(ascii: "!"):
        if matches("<!--", at: position) {
          try readComment()
        } else if matches("<!DOCTYPE", at: position) {
          throw fault(.doctype, at: position, "a DOCTYPE is not accepted")
        } else if end - position < 9, !endIsFinal {
          throw .incomplete
        } else {
          throw fault(.notWellFormed, at: position, "'<!' before the root element")
        }
      default: return
      }
    }
  }

  private mutating func readXMLDeclaration(hasMark: Bool) throws(MessageFault) {
    let start = position
    position += 5
    resumeFloor = position
    let names: [StaticString] = ["version", "encoding", "standalone"]
    var next = 0
    while true {
      let spaceStart = position
      skipSpace()
      guard position < end else { throw unfinished("an XML declaration") }
      if matches("?>", at: position) {
        position += 2
        guard next > 0 else {
          throw fault(.notWellFormed, at: start, "an XML declaration without a version")
        }
        return
      }
      guard position > spaceStart,
        let index = names[next...].firstIndex(where: { matches($0, at: position) }),
        next > 0 || index == 0
      else { throw declarationFault() }
      position += names[index].utf8CodeUnitCount
      skipSpace()
      guard position < end else { throw unfinished("an XML declaration") }
      guard byte(position) == UInt8(ascii: "=") else { throw declarationFault() }
      position += 1
      skipSpace()
      let declared = try readDeclared()
      switch index {
      case 0:
        // Some senders write their message's version here: `v1.0`.
        let number = declared.hasPrefix("v") ? declared.dropFirst() : declared[...]
        guard number.hasPrefix("1."), number.count > 2,
          number.dropFirst(2).allSatisfy({ $0.isASCII && $0.isNumber })
        else { throw fault(.notWellFormed, at: start, "XML version '\(declared)'") }
      case 1:
        guard let first = declared.utf8.first, (first | 0x20) >= 0x61, (first | 0x20) <= 0x7A else {
          throw declarationFault()
        }
        if !hasMark { try choose(encoding: declared, at: start) }
      default:
        guard declared == "yes" || declared == "no" else { throw declarationFault() }
      }
      next = index + 1
      if next == names.count {
        skipSpace()
        guard position + 1 < end else { throw unfinished("an XML declaration") }
        guard matches("?>", at: position) else { throw declarationFault() }
        position += 2
        return
      }
    }
  }

  /// GB18030 contains GBK, and that GB2312: all are read as the largest.
  private mutating func choose(encoding declared: String, at start: Int) throws(MessageFault) {
    let name = declared.lowercased()
    if name == "utf-8" || name == "utf8" { return }
    encoding = name
    guard ["gb2312", "gbk", "gb18030"].contains(name) else {
      throw fault(
        .encoding, at: start,
        "the encoding '\(declared)' is declared; UTF-8, GB2312, GBK and GB18030 are read")
    }
    if !isConverted { throw .foreign }
  }

  private mutating func readDeclared() throws(MessageFault) -> String {
    guard position < end else { throw unfinished("an XML declaration") }
    let quote = byte(position)
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      throw declarationFault()
    }
    let start = position + 1
    var index = start
    while index < end, byte(index) != quote, index - start <= 40 { index += 1 }
    guard index < end else { throw unfinished("an XML declaration") }
    guard byte(index) == quote else { throw declarationFault() }
    position = index + 1
    return text(start..<index)
  }

  private func declarationFault() -> MessageFault {
    fault(.notWellFormed, at: position, "the XML declaration is not as XML 1.0 writes it")
  }

  /// The next XML declaration at or after `start` (with its byte order mark), where reading
  /// resumes after a broken message; nil if there is none.
  func nextDeclaration(from start: Int) -> Int? {
    // Few bytes of a message are question marks.
    var index = start
    while index + 5 < end,
      let mark = unsafe memchr(base + index + 1, Int32(UInt8(ascii: "?")), end - index - 5)
    {
      index = unsafe UnsafePointer(mark.assumingMemoryBound(to: UInt8.self)) - base - 1
      if matches("<?xml", at: index), isSpace(byte(index + 5)) {
        let hasMark = index - 3 >= start && matches("\u{FEFF}", at: index - 3)
        return hasMark ? index - 3 : index
      }
      index += 1
    }
    return nil
  }
}
