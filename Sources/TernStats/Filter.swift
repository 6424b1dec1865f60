/// Names of what verdicts hold as numbers.
public struct VerdictNames: Sendable {
  /// By disposition code, from 0; empty where no list that counts can have it.
  public var dispositions: [String]
  /// By bit.
  public var findings: [String]

  public init(dispositions: [String], findings: [String]) {
    precondition(dispositions.count <= 256 && findings.count <= 64, "more names than numbers")
    self.dispositions = dispositions
    self.findings = findings
  }

  func disposition(_ code: Int) -> String {
    code < dispositions.count && !dispositions[code].isEmpty ? dispositions[code] : String(code)
  }

  func finding(_ bit: Int) -> String { bit < findings.count ? findings[bit] : String(bit) }
}

/// Which lists and lines are counted: those that have, in every dimension named, one of its values.
///
/// By a line dimension only the lines that pass count, and the lists that have one. By finding the lists with
/// one of these; a cube by finding then has the cells of these alone.
public struct StatisticsFilter: Sendable, Equatable {
  /// In the order given.
  public private(set) var terms: [Term] = []

  public struct Term: Sendable, Equatable {
    public var dimension: Dimension
    /// As given; none twice.
    public var values: [String]
    /// The same of a dimension of time.
    var spans: [Range<Int64>]
  }

  public init() {}

  public var isEmpty: Bool { terms.isEmpty }

  var dimensions: [Dimension] { terms.map(\.dimension) }

  /// Reads `country=502|304,tradeMode=9610` as `--where` gives it. An empty value is a value.
  public init(_ text: String, names: VerdictNames) throws(FilterError) {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let equals = part.firstIndex(of: "=") else { throw .noValue(String(part)) }
      let dimension: Dimension
      do throws(DimensionError) {
        dimension = try Dimension(named: Nearest.trimmed(part[..<equals]))
      } catch { throw .dimension(error) }
      let values = part[part.index(after: equals)...].split(
        separator: "|", omittingEmptySubsequences: false)
      try add(dimension, values.map { Nearest.trimmed($0) }, names: names)
    }
  }

  /// Adds a dimension with the values that pass.
  public mutating func add(
    _ dimension: Dimension, _ values: [String], names: VerdictNames
  ) throws(FilterError) {
    if terms.contains(where: { $0.dimension == dimension }) { throw .repeated(dimension) }
    var term = Term(dimension: dimension, values: [], spans: [])
    for value in values where !term.values.contains(value) {
      if dimension.period != nil {
        do throws(TimeSpanError) {
          term.spans.append(try TimeSpan(value).seconds)
        } catch { throw .time(dimension, error) }
      } else {
        try Self.check(value, of: dimension, names)
      }
      term.values.append(value)
    }
    terms.append(term)
  }

  /// Adds a stretch of `appTime`, to the second.
  public mutating func add(_ span: TimeSpan) {
    terms.append(Term(dimension: .hour, values: [], spans: [span.seconds]))
  }

  private static func check(
    _ value: String, of dimension: Dimension, _ names: VerdictNames
  ) throws(FilterError) {
    let known: [String]
    switch dimension {
    case .direction: known = ["E", "I"]
    case .disposition: known = names.dispositions.filter { !$0.isEmpty }
    case .finding: known = names.findings
    case .hs2, .hs4:
      let length = dimension == .hs2 ? 2 : 4
      if value.unicodeScalars.count > length { throw .tooLong(dimension, value, length: length) }
      return
    default: return
    }
    if known.contains(value) { return }
    throw .unknown(dimension, value, nearest: Nearest.of(value, among: known), known: known)
  }
}

/// Why a filter can't be read.
public enum FilterError: Error, Equatable, CustomStringConvertible {
  case noValue(String)
  case dimension(DimensionError)
  case repeated(Dimension)
  case time(Dimension, TimeSpanError)
  case unknown(Dimension, String, nearest: String?, known: [String])
  case tooLong(Dimension, String, length: Int)

  public var description: String {
    switch self {
    case .noValue(let part):
      "'\(part)' names no value; dimension=value is expected, several values as dimension=a|b"
    case .dimension(let error): error.description
    case .repeated(let dimension):
      "dimension '\(dimension.rawValue)' is named twice; several values are written \(dimension.rawValue)=a|b"
    case .time(let dimension, let error): "\(dimension.rawValue): \(error)"
    case .unknown(let dimension, let value, let nearest, let known):
      "\(dimension.rawValue) is never '\(value)'\(Nearest.hint(nearest)); it is one of "
        + known.joined(separator: ", ")
    case .tooLong(let dimension, let value, let length):
      "\(dimension.rawValue) is never '\(value)': it is the first \(length) characters of gcode"
    }
  }
}
