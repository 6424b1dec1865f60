/// One record of a CSV text (RFC 4180), cut into cells. Used again and again.
///
/// Forgiving where nothing is lost: a line ends with LF or CR LF, the last one may lack its end, a
/// quote inside a cell that does not begin with one stands for itself, white space may follow a
/// closing quote. A record whose quotes do not fit is broken; the next one then begins behind its
/// first line end, so that a stray quote costs one row and not the rest of the file.
struct CSVRecord {
  /// A quoted cell that is still open so far behind its record's start is taken for a stray quote.
  static let maxQuotedBytes = 16 << 20
  /// Cells that are kept. The others are counted.
  static let maxCells = 4096

  struct Cell {
    var start: Int
    var end: Int
    /// Each pair of quotes in it stands for one.
    var hasPairs: Bool
    var range: Range<Int> { start..<end }
  }

  enum Outcome: Equatable {
    case record
    /// `contentEnd` and `end` are set, the cells are not.
    case broken(RejectReason, String)
    /// The text ends inside the record, and the source goes on.
    case incomplete
    /// Nothing is left.
    case end
  }

  /// White space at both ends taken off.
  private(set) var cells: [Cell] = []
  private(set) var cellCount = 0
  private(set) var start = 0
  /// The record without its line end.
  private(set) var contentEnd = 0
  /// Where the next record begins.
  private(set) var end = 0
  /// Bytes up to here were looked at: of a broken record, those behind its end too.
  private(set) var examinedEnd = 0

  var range: Range<Int> { start..<contentEnd }
  /// Nothing but white space and commas.
  var isBlank: Bool { cells.allSatisfy { $0.start == $0.end } && cells.count == cellCount }

  private static let quote = UInt8(ascii: "\"")
  private static let comma = UInt8(ascii: ",")

  mutating func read(_ text: ByteView, at start: Int, isFinal: Bool) -> Outcome {
    self.start = start
    cells.removeAll(keepingCapacity: true)
    cellCount = 0
    guard start < text.count else { return .end }
    var position = start
    while true {
      var stop = position
      if position < text.count, text[position] == Self.quote {
        let mark = closingQuote(text, position)
        guard let mark else {
          if text.count < start + Self.maxQuotedBytes, !isFinal { return .incomplete }
          examinedEnd = min(text.count, start + Self.maxQuotedBytes)
          return broken(
            text, isFinal, .truncated, "the quote at byte \(position - start) of the row is not closed")
        }
        if mark.index + 1 == text.count, !isFinal { return .incomplete }
        add(text, position + 1..<mark.index, hasPairs: mark.hasPairs)
        stop = mark.index + 1
        while stop < text.count, text[stop] != 0x0A, ByteView.isSpace(text[stop]) { stop += 1 }
        if stop < text.count, text[stop] != Self.comma, text[stop] != 0x0A {
          examinedEnd = stop + 1
          return broken(
            text, isFinal, .notWellFormed,
            "after the closing quote at byte \(mark.index - start) of the row a comma is expected")
        }
      } else {
        while stop < text.count, text[stop] != Self.comma, text[stop] != 0x0A { stop += 1 }
        if stop == text.count, !isFinal { return .incomplete }
        add(text, position..<stop, hasPairs: false)
      }
      if stop < text.count, text[stop] == Self.comma {
        position = stop + 1
        continue
      }
      if stop == text.count, !isFinal { return .incomplete }
      close(text, lineEnd: stop)
      examinedEnd = end
      return .record
    }
  }

  private func closingQuote(_ text: ByteView, _ opening: Int) -> (index: Int, hasPairs: Bool)? {
    let limit = min(text.count, start + Self.maxQuotedBytes)
    var hasPairs = false
    var from = opening + 1
    while from < limit, let mark = text.first(Self.quote, in: from..<limit) {
      guard mark + 1 < text.count, text[mark + 1] == Self.quote else { return (mark, hasPairs) }
      hasPairs = true
      from = mark + 2
    }
    return nil
  }

  private mutating func add(_ text: ByteView, _ range: Range<Int>, hasPairs: Bool) {
    cellCount += 1
    guard cells.count < Self.maxCells else { return }
    let value = text.trimmed(range)
    cells.append(Cell(start: value.lowerBound, end: value.upperBound, hasPairs: hasPairs))
  }

  private mutating func close(_ text: ByteView, lineEnd: Int) {
    end = min(lineEnd + 1, text.count)
    contentEnd = lineEnd
    if contentEnd > start, text[contentEnd - 1] == 0x0D { contentEnd -= 1 }
  }

  private mutating func broken(
    _ text: ByteView, _ isFinal: Bool, _ reason: RejectReason, _ what: String
  ) -> Outcome {
    guard let lineEnd = text.first(0x0A, in: start..<text.count) else {
      if !isFinal { return .incomplete }
      close(text, lineEnd: text.count)
      return .broken(reason, what)
    }
    close(text, lineEnd: lineEnd)
    return .broken(reason, what)
  }

  /// Appends a cell's value to `out`.
  static func append(_ cell: Cell, of text: ByteView, to out: inout GrowableBuffer<UInt8>) {
    guard cell.hasPairs else {
      unsafe out.append(contentsOf: text.bytes(cell.range))
      return
    }
    var index = cell.start
    while index < cell.end {
      out.append(text[index])
      index += text[index] == quote ? 2 : 1
    }
  }
}
