import TernCEB

/// Bytes of a value that a format writes otherwise than they are.
struct Escapes: Sendable {
  /// By byte: what stands for it; empty where it stands for itself.
  private let table: [[UInt8]]
  /// Bytes with an entry.
  let special: [UInt8]

  init(_ entries: [UInt8: String]) {
    var table = [[UInt8]](repeating: [], count: 256)
    for (byte, text) in entries { table[Int(byte)] = Array(text.utf8) }
    self.table = table
    special = entries.keys.sorted()
  }

  /// Character data. CR would come back as LF.
  static let xml = Escapes([
    UInt8(ascii: "&"): "&amp;", UInt8(ascii: "<"): "&lt;", UInt8(ascii: ">"): "&gt;",
    0x0D: "&#13;",
  ])

  /// The inside of a string (RFC 8259).
  static let json = Escapes(
    Dictionary(
      uniqueKeysWithValues: (0..<0x20).map { (byte: UInt8) in
        let digits = String(byte, radix: 16)
        return (byte, "\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      }
    ).merging(
      [
        UInt8(ascii: "\""): "\\\"", UInt8(ascii: "\\"): "\\\\", 0x0A: "\\n", 0x0D: "\\r",
        0x09: "\\t",
      ], uniquingKeysWith: { $1 }))

  /// A cell with any of these is quoted (RFC 4180).
  static let csv = Escapes([
    UInt8(ascii: ","): ",", 0x0A: "\n", 0x0D: "\r", UInt8(ascii: "\""): "\"\"",
  ])

  func isSpecial(_ byte: UInt8) -> Bool { !table[Int(byte)].isEmpty }

  /// Replaces bytes of what stands in `out` from `start` on.
  func apply(from start: Int, in out: inout GrowableBuffer<UInt8>) {
    guard let first = (start..<out.count).first(where: { isSpecial(out[$0]) }) else { return }
    let rest = unsafe Array(out.unsafeElements[first...])
    out.setCount(first)
    for byte in rest {
      if isSpecial(byte) { out.append(contentsOf: table[Int(byte)]) } else { out.append(byte) }
    }
  }
}

/// Writes documents in one format, each as bytes of its own.
///
/// What stands around a value is put together once per row group; values that hold nothing special,
/// as nearly all do, are copied.
struct DocumentFormatter {
  private struct Piece {
    var column: StoredColumn
    /// What stands before a value, and behind it.
    var lead: [UInt8]
    var tail: [UInt8]
    var isPlain: Bool
  }

  private let escapes: Escapes
  private let documents: StoredDocuments
  private let heads: [Piece]
  private let lines: [Piece]
  private let format: ExportFormat

  init(_ format: ExportFormat, _ documents: StoredDocuments) {
    self.format = format
    self.documents = documents
    let escapes: Escapes =
      switch format {
      case .xml: .xml
      case .ndjson: .json
      case .csv: .csv
      }
    self.escapes = escapes
    let spec = documents.kind.spec
    func pieces(_ columns: [StoredColumn], depth: Int) -> [Piece] {
      columns.map { column in
        let name = column.field.name
        let (lead, tail) =
          switch format {
          case .xml: (String(repeating: "\t", count: depth) + "<ceb:\(name)>", "</ceb:\(name)>\n")
          case .ndjson: ("\"\(name)\":\"", "\"")
          case .csv: ("", "")
          }
        return Piece(
          column: column, lead: Array(lead.utf8), tail: Array(tail.utf8),
          isPlain: !column.isText || column.lacks(escapes.special))
      }
    }
    heads = pieces(documents.heads, depth: spec.head == nil ? 2 : 3)
    lines = pieces(documents.lines, depth: 3)
  }

  private func append(_ piece: Piece, _ row: Int, to out: inout GrowableBuffer<UInt8>) {
    out.append(contentsOf: piece.lead)
    let start = out.count
    piece.column.append(row, to: &out)
    if !piece.isPlain { escapes.apply(from: start, in: &out) }
    out.append(contentsOf: piece.tail)
  }

  // MARK: - XML

  /// Appends a document's element.
  func appendXML(_ document: Int, lines range: Range<Int>, to out: inout GrowableBuffer<UInt8>) {
    let spec = documents.kind.spec
    out.append(text: "\t<ceb:\(spec.document)>\n")
    appendElements(spec.head, heads, document, to: &out)
    for line in range { appendElements(spec.line, lines, line, to: &out) }
    out.append(text: "\t</ceb:\(spec.document)>\n")
  }

  private func appendElements(
    _ name: String?, _ pieces: [Piece], _ row: Int, to out: inout GrowableBuffer<UInt8>
  ) {
    if let name { out.append(text: "\t\t<ceb:\(name)>\n") }
    for piece in pieces where piece.column.isGiven(row) { append(piece, row, to: &out) }
    if let name { out.append(text: "\t\t</ceb:\(name)>\n") }
  }

  // MARK: - NDJSON

  /// Appends a document's object and a line feed.
  func appendNDJSON(_ document: Int, lines range: Range<Int>, to out: inout GrowableBuffer<UInt8>) {
    let kind = documents.kind
    out.append(text: "{\"kind\":\"\(kind.name)\",")
    appendMembers(heads, document, to: &out)
    if let line = kind.spec.line {
      out.append(text: ",\"\(line)\":[")
      for row in range {
        out.append(text: row == range.lowerBound ? "{" : ",{")
        appendMembers(lines, row, to: &out)
        out.append(UInt8(ascii: "}"))
      }
      out.append(UInt8(ascii: "]"))
    }
    out.append(text: "}\n")
  }

  private func appendMembers(_ pieces: [Piece], _ row: Int, to out: inout GrowableBuffer<UInt8>) {
    var isFirst = true
    for piece in pieces where piece.column.isGiven(row) {
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      append(piece, row, to: &out)
    }
  }

  // MARK: - CSV

  /// Appends a document's row, behind its number where it has lines in another table.
  func appendHead(_ document: Int, number: Int?, to out: inout GrowableBuffer<UInt8>) {
    appendCells(heads, document, number, to: &out)
  }

  func appendLine(_ line: Int, number: Int, to out: inout GrowableBuffer<UInt8>) {
    appendCells(lines, line, number, to: &out)
  }

  private func appendCells(
    _ pieces: [Piece], _ row: Int, _ number: Int?, to out: inout GrowableBuffer<UInt8>
  ) {
    var isFirst = true
    if let number {
      out.append(digits: UInt64(number), width: 1)
      isFirst = false
    }
    for piece in pieces {
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      let start = out.count
      piece.column.append(row, to: &out)
      guard !piece.isPlain, (start..<out.count).contains(where: { escapes.isSpecial(out[$0]) })
      else { continue }
      let value = unsafe Array(out.unsafeElements[start...])
      out.setCount(start)
      out.append(UInt8(ascii: "\""))
      out.append(contentsOf: value)
      escapes.apply(from: start + 1, in: &out)
      out.append(UInt8(ascii: "\""))
    }
    out.append(0x0A)
  }
}

extension GrowableBuffer<UInt8> {
  mutating func append(text: String) {
    var text = text
    text.withUTF8 { unsafe append(contentsOf: $0) }
  }
}
