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
  /// The names of the list's findings.
  case finding
  /// First two and first four characters of a line's `gcode` (chapter, heading), and all of it.
  case hs2, hs4, gcode
  /// A line's unit of `qty`.
  case unit
  /// Seller, platform and carrier, as the list writes them.
  case ebcCode, ebpCode, logisticsCode
  /// `YYYYMMDDhh`, `YYYYMMDD`, `YYYYMM` of `appTime`, China Standard Time.
  case hour, day, month

  /// One value per goods line, not per list.
  public var isOfLines: Bool {
    switch self {
    case .hs2, .hs4, .gcode, .unit: true
    default: false
    }
  }

  /// A list may have several values, or none: it counts once in each cell that it touches.
  public var isTouched: Bool { isOfLines || self == .finding }

  /// The period of a dimension of time.
  var period: Period? { Period(rawValue: rawValue) }

  /// The specification's words for some of them, which `--by` and `--where` take too.
  private static let aliases: [String: Dimension] = [
    "seller": .ebcCode, "platform": .ebpCode, "carrier": .logisticsCode, "chapter": .hs2,
    "heading": .hs4,
  ]

  init(named name: String) throws(DimensionError) {
    guard let dimension = Dimension(rawValue: name) ?? Self.aliases[name] else {
      throw .unknown(name: name, nearest: Nearest.of(name, among: Self.allCases))
    }
    self = dimension
  }

  /// Reads `a,b,c` as `--by` gives it. Spaces around a name are ignored, case is not.
  public static func parse(_ list: String) throws(DimensionError) -> [Dimension] {
    var dimensions: [Dimension] = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      let name = Nearest.trimmed(part)
      if name.isEmpty { throw .empty }
      let dimension = try Dimension(named: name)
      if dimensions.contains(dimension) { throw .repeated(dimension) }
      dimensions.append(dimension)
    }
    return dimensions
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
      return "unknown dimension '\(name)'\(Nearest.hint(nearest?.rawValue)); \(valid)"
    case .repeated(let dimension):
      return "dimension '\(dimension.rawValue)' is named twice"
    }
  }
}
