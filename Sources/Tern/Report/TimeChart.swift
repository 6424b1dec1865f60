/// Upright bars in order of time.
struct TimeChart {
  struct Bar {
    var label: String
    var value: Int
  }

  var id: String
  var title: Words
  var description: Words
  var bars: [Bar]
  /// Names a bar each at the foot, where one in so many is named.
  var namedStep = 0

  private static let height = 150
  private static let top = 18

  var html: HTML {
    if bars.isEmpty { return "" }
    let most = max(bars.map(\.value).max() ?? 0, 1)
    let base = Self.top + Self.height
    var content: HTML = """
      <line class="grid" x1="0" x2="100%" y1="\(Self.top)" y2="\(Self.top)"/>\
      <line class="grid" x1="0" x2="100%" y1="\(base)" y2="\(base)"/>\
      <text x="0" y="\(Self.top - 5)" class="tick">\(Shown.number(most))</text>

      """
    let count = Int128(bars.count)
    let gap: Int128 = bars.count > 60 ? 0 : 15
    for (index, bar) in bars.enumerated() {
      let height = Int(Int128(bar.value) * Int128(Self.height) / Int128(most))
      let shown = bar.value > 0 ? max(height, 1) : 0
      content += """
        <rect class="bar" x="\(Shown.length(Int128(index * 100) + gap / 2, of: count * 100))" y="\(base - shown)" \
        width="\(Shown.length(100 - gap, of: count * 100))" height="\(shown)"><title>\(bar.label): \(Shown.number(bar.value))</title></rect>

        """
    }
    for (index, anchor) in named {
      let x = Shown.length(
        Int128(index * 2) + (anchor == "start" ? 0 : anchor == "end" ? 2 : 1), of: count * 2)
      content += "<text x=\"\(x)\" y=\"\(base + 17)\" class=\"tick \(anchor)\">\(bars[index].label)</text>\n"
    }
    return Figure(id: id, title: title, description: description, height: base + 24).html(content)
  }

  /// Bars that are named at the foot, and where their name stands.
  private var named: [(index: Int, anchor: String)] {
    if namedStep > 0 {
      return stride(from: 0, to: bars.count, by: namedStep).map { ($0, "middle") }
    }
    let last = bars.count - 1
    return last == 0 ? [(0, "middle")] : [(0, "start"), (last, "end")]
  }
}
