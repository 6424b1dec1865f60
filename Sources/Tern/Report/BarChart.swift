import TernStats

/// Horizontal bars, each under its label and value. Lengths are in percent, so that the bars take any
/// width while the text keeps its size.
struct BarChart {
  struct Bar {
    var label: Words
    /// As shown.
    var value: String
    /// Compares with those of the same chart; nil for what others make together, which gets no bar.
    var length: Int128?
    /// Colour, and pattern where it has a meaning.
    var style = "bar"
  }

  var id: String
  var title: Words
  /// What the bars say, for those who don't see them.
  var description: Words
  var bars: [Bar]

  /// More than these would not fit a sheet of paper.
  static let barsMost = 20
  private static let rowHeight = 36

  var html: HTML {
    if bars.isEmpty { return "" }
    let most = bars.compactMap(\.length).max() ?? 0
    let rows = bars.prefix(Self.barsMost).enumerated().map { index, bar -> HTML in
      let y = index * Self.rowHeight
      let text: HTML = """
        \(Self.fitted(bar.label).svgText("x=\"0\" y=\"\(y + 15)\" class=\"label\""))\
        <text x="100%" y="\(y + 15)" class="value">\(bar.value)</text>
        """
      guard let length = bar.length else { return "<g>\(text)</g>\n" }
      return """
        <g>\(text)<rect class="track" x="0" y="\(y + 21)" width="100%" height="10" rx="3"/>\
        <rect class="\(bar.style)" x="0" y="\(y + 21)" width="\(Shown.length(length, of: most))" height="10" rx="3"/></g>

        """
    }
    return Figure(id: id, title: title, description: description, height: min(bars.count, Self.barsMost) * Self.rowHeight)
      .html(rows.joined())
  }

  /// So many columns of text fit a phone beside a value; the table has the whole.
  private static let labelColumns = 32

  private static func fitted(_ words: Words) -> Words {
    Words(fitted(words.english), fitted(words.chinese))
  }

  private static func fitted(_ text: String) -> String {
    guard TextWidth.columns(text) > labelColumns else { return text }
    var fitted = ""
    var columns = 1
    for character in text {
      columns += TextWidth.columns(String(character))
      if columns > labelColumns { break }
      fitted.append(character)
    }
    return fitted + "…"
  }
}

/// The frame of a chart: an image with a name and a description.
struct Figure {
  var id: String
  var title: Words
  var description: Words
  var height: Int

  /// The name is what the caption shows, in the language that it shows.
  func html(_ content: HTML) -> HTML {
    """
    <figure><figcaption id="\(id)-name">\(title)</figcaption>
    <p class="note" id="\(id)-text">\(description)</p>
    <svg id="\(id)" role="img" aria-labelledby="\(id)-name" aria-describedby="\(id)-text" width="100%" height="\(height)">
    <title>\(title.both)</title><desc>\(description.both)</desc>
    \(content)</svg></figure>

    """
  }
}
