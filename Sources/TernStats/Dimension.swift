import TernCEB

/// What the cube can be cut by. The raw value is the column's name, in `--by` and in output.
public enum Dimension: String, Sendable, CaseIterable {
  /// `E` or `I`.
  case direction
  case customsCode, portCode, tradeMode
  /// Of an export list; an import has none, and the empty value.
  case statisticsFlag
  /// The head's `country`.
  case country
  /// `currency` of the list's first line; empty for a list without lines.
  case currency
  /// The name that the caller gives for a disposition's code.
  case disposition
  /// First two and first four characters of a line's `gcode`.
  case hs2, hs4
  case ebcCode, ebpCode
  /// `YYYYMMDD` of `appTime`, China Standard Time.
  case day

  /// One value per goods line, not per list: a list counts once in each cell that it touches.
  public var isOfLines: Bool { self == .hs2 || self == .hs4 }

  /// Reads `a,b,c` as `--by` gives it. Spaces around a name are ignored, case is not.
  public static func parse(_ list: String) throws(DimensionError) -> [Dimension] {
    var dimensions: [Dimension] = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      let name = trimmed(part)
      if name.isEmpty { throw .empty }
      guard let dimension = Dimension(rawValue: name) else {
        throw .unknown(name: name, nearest: nearest(to: name))
      }
      if dimensions.contains(dimension) { throw .repeated(dimension) }
      dimensions.append(dimension)
    }
    return dimensions
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }

  /// The name with the fewest edits, if they are at most half of it; the first of equals.
  private static func nearest(to name: String) -> Dimension? {
    // Edit distance is quadratic: what is far longer than any name has no near one.
    let wanted = Array(name.lowercased().utf8.prefix(64))
    var best: (dimension: Dimension, distance: Int)?
    for dimension in allCases {
      let candidate = Array(dimension.rawValue.lowercased().utf8)
      let distance = editDistance(wanted, candidate)
      if distance * 2 <= candidate.count, distance < best?.distance ?? .max {
        best = (dimension, distance)
      }
    }
    return best?.dimension
  }

  /// Levenshtein's distance. O(a × b).
  private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for i in 0..<a.count {
      var diagonal = row[0]
      row[0] = i + 1
      for j in 0..<b.count {
        let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}

/// Why a list of dimensions can't be read.
public enum DimensionError: Error, Equatable, CustomStringConvertible {
  case empty
  case unknown(name: String, nearest: Dimension?)
  case repeated(Dimension)

  public var description: String {
    let valid = "dimensions are " + Dimension.allCases.map(\.rawValue).joined(separator: ", ")
    switch self {
    case .empty:
      return "a dimension's name is empty; \(valid)"
    case .unknown(let name, let nearest):
      let hint = nearest.map { " (did you mean '\($0.rawValue)'?)" } ?? ""
      return "unknown dimension '\(name)'\(hint); \(valid)"
    case .repeated(let dimension):
      return "dimension '\(dimension.rawValue)' is named twice"
    }
  }
}
