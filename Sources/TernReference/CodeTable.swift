import TernCEB

/// One of the customs' code tables: which codes there are, and what they are called.
public struct CodeTable: Sendable {
  @usableFromInline let index: WordIndex
  private let names: [String]
  public var count: Int { names.count }

  init(_ rows: [(code: String, name: String, line: Int)], file: String) throws(ReferenceError) {
    var entries: [(key: UInt64, value: Int)] = []
    var seen: Set<UInt64> = []
    for (code, _, line) in rows {
      guard !code.isEmpty, let short = ShortCode(code) else {
        throw ReferenceError(file: file, line: line, "the code '\(code)' is not of 1 to 7 bytes")
      }
      guard seen.insert(short.rawValue).inserted else {
        throw ReferenceError(file: file, line: line, "the code '\(code)' is there twice: keep one row")
      }
      entries.append((short.rawValue, entries.count))
    }
    index = WordIndex(entries)
    names = rows.map(\.name)
  }

  /// Whether the table has the code, byte for byte.
  @inlinable @inline(__always) public func contains(_ code: Bytes) -> Bool {
    guard let short = ShortCode(code) else { return false }
    return index[short.rawValue] != nil
  }

  public func name(of code: String) -> String? {
    guard let short = ShortCode(code), let place = index[short.rawValue] else { return nil }
    return names[place]
  }
}

/// The headings and chapters of the Harmonized System.
public struct HeadingTable: Sendable {
  @usableFromInline let index: WordIndex
  private let descriptions: [String]
  public var count: Int { descriptions.count }

  /// `rows` of chapters (2 digits) and headings (4 digits); subheadings are passed over.
  init(_ rows: [(code: String, name: String, line: Int)], file: String) throws(ReferenceError) {
    var entries: [(key: UInt64, value: Int)] = []
    var descriptions: [String] = []
    var seen: Set<UInt64> = []
    for (code, name, line) in rows {
      guard code.utf8.allSatisfy({ (0x30...0x39).contains($0) }), [2, 4, 6].contains(code.utf8.count)
      else {
        throw ReferenceError(file: file, line: line, "the code '\(code)' is not of 2, 4 or 6 digits")
      }
      if code.utf8.count == 6 { continue }
      let key = ShortCode(code)!.rawValue
      guard seen.insert(key).inserted else {
        throw ReferenceError(file: file, line: line, "the code '\(code)' is there twice: keep one row")
      }
      entries.append((key, descriptions.count))
      descriptions.append(name)
    }
    index = WordIndex(entries)
    self.descriptions = descriptions
  }

  /// Whether the first four bytes are a heading.
  @inlinable @inline(__always) public func containsHeading(of gcode: Bytes) -> Bool {
    guard gcode.count >= 4, let short = ShortCode(gcode.prefix(4)) else { return false }
    return index[short.rawValue] != nil
  }

  /// Of a chapter or a heading.
  public func description(of code: String) -> String? {
    guard let short = ShortCode(code), let place = index[short.rawValue] else { return nil }
    return descriptions[place]
  }
}
