import CScan

/// Puts the values of tables into the rows that `ColumnFiller` takes: what comes out is checked as
/// messages are.
///
/// The counterpart of `MessageReader`: it holds the group of documents in work.
@safe
final class TableRows {
  let filler: ColumnFiller
  private(set) var layout: KindLayout?
  private var rows = SpanRows()
  /// Bytes put together that a group may hold before it is handed on.
  private static let maxArenaBytes = 16 << 20

  init(_ filler: ColumnFiller) { self.filler = filler }

  /// Hands the documents on that have been closed.
  func flush() {
    guard let layout, rows.documentCount > 0 else { return }
    filler.fill(layout.kind, &rows)
    rows.removeAll()
  }

  /// Begins a document of a kind; `start` is the row's place in the slice.
  func open(_ layout: KindLayout, at start: Int) {
    if self.layout !== layout {
      flush()
      self.layout = layout
      rows.begin(layout)
    } else if rows.documentCount == SpanRows.maxDocuments || rows.arena.count > Self.maxArenaBytes {
      flush()
    }
    rows.openDocument(at: start)
  }

  func openLine() { rows.openLine() }

  func close(at end: Int) { rows.documentEnds[rows.documentCount - 1] = UInt32(end) }

  /// Takes back the document that is open.
  func drop() { rows.dropDocument() }

  /// A value that stands in the slice.
  func set(_ state: Int, inPlace range: Range<Int>) {
    rows.set(state: state, start: UInt32(range.lowerBound), length: range.count)
  }

  /// A value that has to be put together. White space at its ends is taken off.
  func set<Failure: Error>(
    _ state: Int, _ append: (inout GrowableBuffer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    let start = rows.arena.count
    try append(&rows.arena)
    let value = unsafe ByteView(rows.arena.unsafeElements).trimmed(start..<rows.arena.count)
    rows.set(
      state: state, start: UInt32(value.lowerBound) | SpanRows.arenaBit, length: value.count)
  }
}

extension SpanRows {
  /// Takes back the last document with its lines.
  fileprivate mutating func dropDocument() {
    documentCount -= 1
    lineCount -= Int(documentLines[documentCount])
  }
}
