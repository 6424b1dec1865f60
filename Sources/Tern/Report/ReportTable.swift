/// A table of the page. The first cell of a row names it.
struct ReportTable {
  struct Column {
    /// As in the output of the command that gives the same figures.
    var name: String
    var words: Words
    var isNumber: Bool

    init(_ name: String, _ words: Words, isNumber: Bool = false) {
      self.name = name
      self.words = words
      self.isNumber = isNumber
    }
  }

  /// Of the element; columns and id let programs and tests find a figure.
  var id: String
  var caption: Words
  var columns: [Column]
  /// As many cells as columns.
  var rows: [[HTML]] = []
  /// What says that there is nothing.
  var emptyText = Words("none", "无")
  /// Too many rows for paper: the chart above is enough.
  var isPrinted: Bool { rows.count <= 60 }

  var html: HTML {
    let head = columns.map { column -> HTML in
      "<th scope=\"col\" data-name=\"\(column.name)\"\(Self.style(column))>\(column.words)</th>"
    }.joined()
    var body = rows.map { row -> HTML in
      let cells = zip(columns, row).enumerated().map { index, cell -> HTML in
        index == 0
          ? "<th scope=\"row\"\(Self.style(cell.0))>\(cell.1)</th>"
          : "<td\(Self.style(cell.0))>\(cell.1)</td>"
      }
      return "<tr>\(cells.joined())</tr>\n"
    }.joined()
    if rows.isEmpty { body = "<tr><td colspan=\"\(columns.count)\">\(emptyText)</td></tr>\n" }
    return """
      <div class="scroll" role="region" aria-labelledby="\(id)-caption" tabindex="0"><table id="\(id)">
      <caption id="\(id)-caption">\(caption)</caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body)</tbody></table></div>

      """
  }

  /// Below a chart, to be opened.
  var folded: HTML {
    let style: HTML = isPrinted ? "" : " class=\"screen\""
    return """
      <details\(style)><summary>\(Words("As a table", "表格数据")): \(caption)</summary>
      \(html)</details>

      """
  }

  private static func style(_ column: Column) -> HTML { column.isNumber ? " class=\"n\"" : "" }
}

extension HTML {
  /// A count in a cell.
  static func count(_ value: Int) -> HTML { "\(Shown.number(value))" }

  /// A name of the other answers and what it is called; once where that is the same.
  static func named(_ name: String, _ words: Words) -> HTML {
    "<code>\(name)</code> \(Words(words.english == name ? "" : words.english, words.chinese))"
  }

  /// A code and, in small, what a table calls it.
  static func code(_ code: String, name: String?, language: HTML = "zh-CN") -> HTML {
    let shown: HTML =
      code.isEmpty ? "<i>\(Words("(empty)", "（空）"))</i>" : "<code>\(code)</code>"
    guard let name, !name.isEmpty else { return shown }
    return "\(shown) <span lang=\"\(language)\">\(name)</span>"
  }

  /// The row of what a top N leaves out.
  static let others: HTML = "\(Words("all others", "其余合计"))"

  /// The command that gives the same figures.
  static func same(as command: String) -> HTML {
    "<p class=\"note\">\(Words("The same figures:", "同一数据：")) <code>\(command)</code></p>\n"
  }
}
