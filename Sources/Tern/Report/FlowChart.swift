/// What came in, on the left, and what became of it, on the right, as bands of proportional height.
struct FlowChart {
  struct Node {
    var label: Words
    var style: String
    /// On the right: what became of things.
    var isOutcome = false
  }

  struct Band {
    var from: Int
    var to: Int
    var count: Int
  }

  var id: String
  var title: Words
  var description: Words
  var nodes: [Node]
  var bands: [Band]
  /// What goes nowhere, by node.
  var alone: [Int: Int] = [:]

  /// Pixels that all documents together take.
  private static let fullHeight = 260
  /// A label's line.
  private static let lineHeight = 22
  private static let gap = 6

  /// Where a node stands, in pixels from the top, and how much of it bands have taken.
  private struct Place {
    var top = 0
    var height = 0
    var out = 0
    var into = 0
  }

  var html: HTML {
    let counts = nodes.indices.map { node in
      let out = bands.filter { $0.from == node }.reduce(0) { $0 + $1.count }
      let into = bands.filter { $0.to == node }.reduce(0) { $0 + $1.count }
      return max(out, into, alone[node] ?? 0)
    }
    let whole = nodes.indices.reduce(0) { $0 + (nodes[$1].isOutcome ? 0 : counts[$1]) }
    if whole == 0 { return "" }
    func pixels(_ count: Int) -> Int {
      count == 0 ? 0 : max(Int(Int128(count) * Int128(Self.fullHeight) / Int128(whole)), 2)
    }
    var places = [Place](repeating: Place(), count: nodes.count)
    var ends = [0, 0]
    for node in nodes.indices where counts[node] > 0 {
      let column = nodes[node].isOutcome ? 1 : 0
      let height = pixels(counts[node])
      let slot = max(height, Self.lineHeight)
      places[node] = Place(top: ends[column] + (slot - height) / 2, height: height)
      ends[column] += slot + Self.gap
    }
    let height = ends.max() ?? 0
    var paths: HTML = ""
    for band in bands where band.count > 0 {
      let thickness = pixels(band.count)
      func start(_ taken: Int, _ place: Place) -> Int {
        place.top + min(taken, max(place.height - thickness, 0))
      }
      let from = start(places[band.from].out, places[band.from])
      let to = start(places[band.to].into, places[band.to])
      places[band.from].out += thickness
      places[band.to].into += thickness
      paths += """
        <path class="band \(nodes[band.to].style)" d="M0 \(from)C50 \(from) 50 \(to) 100 \(to)V\(to + thickness)C50 \(to + thickness) \
        50 \(from + thickness) 0 \(from + thickness)Z"/>
        """
    }
    var content: HTML = """
      <svg x="0" width="100%" height="\(height)" viewBox="0 0 100 \(height)" preserveAspectRatio="none" aria-hidden="true">\(paths)</svg>

      """
    for node in nodes.indices where counts[node] > 0 {
      let place = places[node]
      let middle = place.top + place.height / 2 + 4
      let isLast = nodes[node].isOutcome
      let shift: HTML = isLast ? " transform=\"translate(-10 0)\"" : ""
      let x: HTML = isLast ? "100%" : "0"
      content += """
        <rect class="\(nodes[node].style)" x="\(x)" y="\(place.top)" width="10" height="\(place.height)"\(shift)/>\
        \(nodes[node].label.svgText("x=\"\(x)\" y=\"\(middle)\" dx=\"\(isLast ? "-15" : "15")\" class=\"flow\(isLast ? " end" : "")\"", number: Shown.number(counts[node])))

        """
    }
    return Figure(id: id, title: title, description: description, height: height + 4).html(content)
  }
}
