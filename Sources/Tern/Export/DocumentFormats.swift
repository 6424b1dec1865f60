import TernCEB

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

  private let documents: StoredDocuments
  private let heads: [Piece]
  private let lines: [Piece]
  private let format: ExportFormat

  init(_ format: ExportFormat, _ documents: StoredDocuments) {
    self.format = format
    self.documents = documents
    let special = format.special
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
          isPlain: !column.isText || column.lacks(special))
      }
    }
    heads = pieces(documents.heads, depth: spec.head == nil ? 2 : 3)
    lines = pieces(documents.lines, depth: 3)
  }

  private func append(_ piece: Piece, _ row: Int, to out: inout [UInt8]) {
    out.append(contentsOf: piece.lead)
    if piece.isPlain {
      piece.column.append(row, to: &out)
    } else {
      let value = unsafe piece.column.unsafeText(row)
      switch format {
      case .xml: unsafe XMLText.append(value, to: &out)
      case .ndjson: unsafe TextFormats.appendJSONCharacters(value, to: &out)
      case .csv: unsafe TextFormats.appendCSV(value, to: &out)
      }
    }
    out.append(contentsOf: piece.tail)
  }

  // MARK: - XML

  /// Appends a document's element.
  func appendXML(_ document: Int, lines range: Range<Int>, to out: inout [UInt8]) {
    let spec = documents.kind.spec
    out.append(text: "\t<ceb:\(spec.document)>\n")
    appendElements(spec.head, heads, document, to: &out)
    for line in range { appendElements(spec.line, lines, line, to: &out) }
    out.append(text: "\t</ceb:\(spec.document)>\n")
  }

  private func appendElements(
    _ name: String?, _ pieces: [Piece], _ row: Int, to out: inout [UInt8]
  ) {
    if let name { out.append(text: "\t\t<ceb:\(name)>\n") }
    for piece in pieces where piece.column.isGiven(row) { append(piece, row, to: &out) }
    if let name { out.append(text: "\t\t</ceb:\(name)>\n") }
  }

  // MARK: - NDJSON

  /// Appends a document's object and a line feed.
  func appendNDJSON(_ document: Int, lines range: Range<Int>, to out: inout [UInt8]) {
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

  private func appendMembers(_ pieces: [Piece], _ row: Int, to out: inout [UInt8]) {
    var isFirst = true
    for piece in pieces where piece.column.isGiven(row) {
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      append(piece, row, to: &out)
    }
  }

  // MARK: - CSV

  /// Appends a document's row, behind its number where it has lines in another table.
  func appendHead(_ document: Int, number: Int?, to out: inout [UInt8]) {
    appendCells(heads, document, number, to: &out)
  }

  func appendLine(_ line: Int, number: Int, to out: inout [UInt8]) {
    appendCells(lines, line, number, to: &out)
  }

  private func appendCells(
    _ pieces: [Piece], _ row: Int, _ number: Int?, to out: inout [UInt8]
  ) {
    var isFirst = true
    if let number {
      out.append(digits: UInt64(number), width: 1)
      isFirst = false
    }
    for piece in pieces {
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      append(piece, row, to: &out)
    }
    out.append(0x0A)
  }
}

extension ExportFormat {
  /// Bytes that the format writes otherwise than they are.
  fileprivate var special: [UInt8] {
    switch self {
    case .xml: Array("&<>\"\r".utf8)
    case .ndjson: Array(0..<0x20) + Array("\"\\".utf8)
    case .csv: Array(",\"\r\n".utf8)
    }
  }
}

extension [UInt8] {
  mutating func append(text: String) { append(contentsOf: text.utf8) }
}
