import CScan

/// Where the values of a group of documents lie: a row of spans per head and per line.
///
/// A group is what is taken back if one of its documents is rejected, and what is paid once for many documents:
/// larger ones gain nothing more.
struct SpanRows: ~Copyable {
  /// Documents of a group.
  static let maxDocuments = 50
  /// Top bit of a span's start: the value lies in the arena.
  static let arenaBit: UInt32 = 0x8000_0000
  /// The walk may fill so many spans behind the last row.
  private static let slack = 3

  var heads = GrowableBuffer<tern_span>(capacity: maxDocuments * 48)
  var lines = GrowableBuffer<tern_span>(capacity: 256 * 20)
  var documentStarts = GrowableBuffer<UInt32>(capacity: maxDocuments)
  var documentEnds = GrowableBuffer<UInt32>(capacity: maxDocuments)
  var documentLines = GrowableBuffer<UInt32>(capacity: maxDocuments)
  /// Values that had to be put together: references, CDATA, line ends.
  var arena = GrowableBuffer<UInt8>(capacity: 4096)

  var headFields = 0
  var lineFields = 0
  var documentCount = 0
  var lineCount = 0
  /// Walks put the group's texts into the columns, too.
  var textsAreWalked = false

  mutating func begin(_ layout: KindLayout) {
    headFields = layout.headFields
    lineFields = layout.lineFields
    documentCount = 0
    lineCount = 0
    textsAreWalked = false
    arena.removeAll()
    heads.removeAll()
    heads.reserve(Self.maxDocuments * headFields + Self.slack)
    heads.setCount(Self.maxDocuments * headFields)
    documentStarts.setCount(Self.maxDocuments)
    documentEnds.setCount(Self.maxDocuments)
    documentLines.setCount(Self.maxDocuments)
    reserveLines()
  }

  /// Forgets the group's documents and keeps the memory.
  mutating func removeAll() {
    documentCount = 0
    lineCount = 0
    textsAreWalked = false
    arena.removeAll()
  }

  /// Rows of lines that fit now.
  var lineCapacity: Int { lineFields == 0 ? 0 : lines.count / lineFields }

  /// Makes room for at least 64 more lines.
  mutating func reserveLines() {
    guard lineFields > 0 else { return }
    lines.setCount(lineCount * lineFields)
    lines.reserve((lineCount + 256) * lineFields + Self.slack)
    lines.setCount((lines.capacity - Self.slack) / lineFields * lineFields)
  }

  mutating func openDocument(at offset: Int) {
    for slot in 0..<headFields { heads[documentCount * headFields + slot] = Self.absent }
    documentStarts[documentCount] = UInt32(offset)
    documentEnds[documentCount] = UInt32(offset)
    documentLines[documentCount] = 0
    documentCount += 1
  }

  mutating func openLine() {
    if lineCount == lineCapacity { reserveLines() }
    for slot in 0..<lineFields { lines[lineCount * lineFields + slot] = Self.absent }
    documentLines[documentCount - 1] += 1
    lineCount += 1
    if lineCount > WalkedTexts.maxLines { textsAreWalked = false }
  }

  /// Sets a value of the current head or line. Of a repeated field the first counts.
  mutating func set(state: Int, start: UInt32, length: Int) {
    let span = tern_span(start: start, length: UInt32(length))
    if state <= headFields {
      let index = (documentCount - 1) * headFields + state - 1
      if heads[index].length == Self.absent.length { heads[index] = span }
    } else {
      let index = (lineCount - 1) * lineFields + state - headFields - 1
      if lines[index].length == Self.absent.length { lines[index] = span }
    }
  }

  /// Whether the current head or line has no value for `state` or any later one.
  func isUnset(from state: Int) -> Bool {
    if state <= headFields {
      let row = (documentCount - 1) * headFields
      return (state - 1..<headFields).allSatisfy { heads[row + $0].length == Self.absent.length }
    }
    let row = (lineCount - 1) * lineFields
    return (state - headFields - 1..<lineFields).allSatisfy {
      lines[row + $0].length == Self.absent.length
    }
  }

  /// Takes back the value of the current head or line, and says where it started.
  mutating func forget(state: Int) -> Int {
    let index =
      state <= headFields
      ? (documentCount - 1) * headFields + state - 1
      : (lineCount - 1) * lineFields + state - headFields - 1
    let span = state <= headFields ? heads[index] : lines[index]
    if state <= headFields { heads[index] = Self.absent } else { lines[index] = Self.absent }
    return Int(span.start)
  }

  static var absent: tern_span { tern_span(start: .max, length: .max) }

  /// Leaves out the documents marked in `bad`, and their lines.
  mutating func remove(_ bad: [Bool]) {
    var keptDocuments = 0
    var keptLines = 0
    var line = 0
    for document in 0..<documentCount {
      let count = Int(documentLines[document])
      if !bad[document] {
        for slot in 0..<headFields {
          heads[keptDocuments * headFields + slot] = heads[document * headFields + slot]
        }
        for slot in 0..<count * lineFields {
          lines[keptLines * lineFields + slot] = lines[line * lineFields + slot]
        }
        documentStarts[keptDocuments] = documentStarts[document]
        documentEnds[keptDocuments] = documentEnds[document]
        documentLines[keptDocuments] = documentLines[document]
        keptDocuments += 1
        keptLines += count
      }
      line += count
    }
    textsAreWalked = false
    documentCount = keptDocuments
    lineCount = keptLines
  }
}
