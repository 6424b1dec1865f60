import TernRules
import TernStats

/// Text for a terminal: paragraphs and tables, indented, with colour where it is wanted.
struct TextPage {
  enum Style: String {
    case plain = ""
    case bold = "1"
    case faint = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
  }

  /// A cell, or a stretch of a line. Values of messages go through `TextWidth.printable`.
  struct Cell {
    var text: String
    var style: Style = .plain

    init(_ text: String, _ style: Style = .plain) {
      self.text = TextWidth.printable(text)
      self.style = style
    }
  }

  let language: Language
  let hasColour: Bool
  private(set) var text = ""

  init(_ language: Language, hasColour: Bool) {
    self.language = language
    self.hasColour = hasColour
  }

  /// Wider cells are cut, but for the last of a row.
  static let cellColumnsMax = 44

  /// Cells one after the other; empty ones are left out.
  mutating func line(_ cells: Cell..., indent: Int = 0) {
    let filled = cells.filter { !$0.text.isEmpty }.map(painted)
    text += String(repeating: " ", count: indent) + filled.joined(separator: "  ") + "\n"
  }

  mutating func blank() { text += "\n" }

  mutating func heading(_ english: String, _ chinese: String) {
    blank()
    line(Cell(language.pick(english, chinese), .bold), indent: 2)
  }

  /// Columns as wide as their widest cell, at most `cellColumnsMax` but for the last.
  mutating func table(_ rows: [[Cell]], indent: Int = 4, cellColumnsMax: Int = cellColumnsMax) {
    let cut = rows.map { row in row.dropLast().map { Self.cut($0, cellColumnsMax) } + row.suffix(1) }
    var widths: [Int] = []
    for row in cut {
      for (column, cell) in row.enumerated() {
        let width = TextWidth.columns(cell.text)
        if column == widths.count { widths.append(width) } else { widths[column] = max(widths[column], width) }
      }
    }
    for row in cut {
      var line = String(repeating: " ", count: indent)
      var pending = 0
      for (column, cell) in row.enumerated() {
        line += String(repeating: " ", count: pending) + painted(cell)
        pending = widths[column] - TextWidth.columns(cell.text) + 2
        if cell.text.isEmpty && column == row.count - 1 { pending = 0 }
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
  }

  private static func cut(_ cell: Cell, _ cellColumnsMax: Int) -> Cell {
    guard TextWidth.columns(cell.text) > cellColumnsMax else { return cell }
    var short = cell
    short.text = ""
    var width = 1
    for character in cell.text {
      width += TextWidth.columns(String(character))
      if width > cellColumnsMax { break }
      short.text.append(character)
    }
    short.text += "…"
    return short
  }

  private func painted(_ cell: Cell) -> String {
    hasColour && cell.style != .plain ? "\u{1b}[\(cell.style.rawValue)m\(cell.text)\u{1b}[0m" : cell.text
  }
}
