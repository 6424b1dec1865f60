import TernCEB
import TernStore

public enum ExportFormat: String, Sendable, CaseIterable {
  /// Messages of up to 100 documents, one behind the other.
  case xml
  /// A row per document, and a table of lines.
  case csv
  /// An object per document, with its lines nested.
  case ndjson
}

/// What an export wrote.
public struct ExportReport: Sendable {
  /// By `Kind.rawValue`.
  public var documents = [Int](repeating: 0, count: Kind.allCases.count)
  public var files: [String] = []

  public var documentCount: Int { documents.reduce(0, +) }
}

extension Engine {
  /// Column that ties an exported line to its document: the document's number within the file.
  static let documentColumn = "#document"

  /// Writes every stored document of these kinds (of all, if none is named), drafts and old versions
  /// included, to `sink`, which is not closed: kind by kind in ascending number, each in received order. What
  /// is ingested again gives the same documents, verdicts and export.
  ///
  /// Memory: some row groups of documents, about 17 MiB of XML each.
  ///
  /// - Precondition: as CSV, one kind that has no lines.
  @discardableResult
  public func export(
    _ path: String, as format: ExportFormat, kinds: Set<Kind> = [], to sink: ByteSink
  ) throws(TernError) -> ExportReport {
    precondition(
      format != .csv || kinds.count == 1 && kinds.first!.spec.line == nil,
      "CSV of several kinds, or with lines, needs several files")
    let source = try ExportSource(path)
    var report = ExportReport()
    for kind in source.kinds(kinds) {
      report.documents[Int(kind.rawValue)] = try source.write(kind, as: format, to: sink, lines: nil)
    }
    // An empty table still has its header.
    if format == .csv, report.documentCount == 0 { sink.append(ExportSource.header(kinds.first!)) }
    try sink.flush()
    return report
  }

  /// As `export(_:as:kinds:to:)`, a file per kind in `folder`, which is made if it is not there:
  /// `CEB303.xml`, `CEB303.ndjson`, or `CEB303.csv` with `CEB303.lines.csv` beside it. Kinds without documents get
  /// none. The folder must be empty or not there; it appears whole or not at all.
  @discardableResult
  public func export(
    _ path: String, as format: ExportFormat, kinds: Set<Kind> = [], intoFolder folder: String
  ) throws(TernError) -> ExportReport {
    let source = try ExportSource(path)
    let output = try OutputFolder(path: folder)
    var report = ExportReport()
    for kind in source.kinds(kinds) {
      func file(_ ending: String) throws(TernError) -> ByteSink {
        report.files.append("\(output.path)/\(kind.name).\(ending)")
        return try output.file("\(kind.name).\(ending)")
      }
      let sink = try file(format.rawValue)
      let lines = format == .csv && kind.spec.line != nil ? try file("lines.csv") : nil
      report.documents[Int(kind.rawValue)] = try source.write(
        kind, as: format, to: sink, lines: lines)
      try lines?.close()
      try sink.close()
    }
    try output.publish()
    return report
  }
}

/// A store that is read from end to end.
private struct ExportSource {
  private let segments: [SegmentReader]

  init(_ path: String) throws(TernError) {
    let store = try storing { () throws(StoreError) in try Store.open(path) }
    segments = try storing { () throws(StoreError) in
      var readers: [SegmentReader] = []
      for position in store.manifest.segments.indices {
        readers.append(try store.openSegment(position))
      }
      return readers
    }
  }

  /// Those of the wanted kinds that the store has, by number.
  func kinds(_ wanted: Set<Kind>) -> [Kind] {
    Kind.allCases.filter { kind in
      (wanted.isEmpty || wanted.contains(kind))
        && segments.contains { $0.rowCount(of: .heads(kind)) > 0 }
    }.sorted { $0.spec.number < $1.spec.number }
  }

  /// Writes the documents of one kind and returns how many.
  ///
  /// - Parameter lines: for CSV, where the kind has lines.
  func write(
    _ kind: Kind, as format: ExportFormat, to sink: ByteSink, lines: ByteSink?
  ) throws(TernError) -> Int {
    let messages = MessageWriter(kind, to: sink)
    if format == .csv {
      sink.append(Self.header(kind))
      lines?.append(Self.header(kind, ofLines: true))
    }
    var decoder = ColumnDecoder()
    var number = 0
    for segment in segments {
      for (group, _) in segment.groups(of: .heads(kind)) {
        let documents = try StoredDocuments(kind, of: segment, group: group, decoder: &decoder)
        let formatter = DocumentFormatter(format, documents)
        var line = 0
        for document in 0..<documents.count {
          let range = line..<line + documents.lineCount(document)
          line = range.upperBound
          number += 1
          switch format {
          case .xml:
            formatter.appendXML(document, lines: range, to: &messages.documents)
            try messages.endDocument()
          case .ndjson: formatter.appendNDJSON(document, lines: range, to: &sink.bytes)
          case .csv:
            formatter.appendHead(document, number: lines == nil ? nil : number, to: &sink.bytes)
            if let lines {
              for line in range { formatter.appendLine(line, number: number, to: &lines.bytes) }
              try lines.flushIfFull()
            }
          }
          try sink.flushIfFull()
        }
      }
    }
    try messages.endMessage()
    return number
  }

  static func header(_ kind: Kind, ofLines: Bool = false) -> String {
    let spec = kind.spec
    let names = (ofLines ? spec.lineFields : spec.headFields).map(\.name)
    return ((spec.line == nil ? [] : [Engine.documentColumn]) + names).joined(separator: ",") + "\n"
  }
}
