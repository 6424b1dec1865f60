/// A column that is counted or added up. The raw value is its name, in `--measures` and in output.
public enum Measure: String, Sendable, CaseIterable {
  /// Of the sums beside it: no number, but it goes where they go.
  case currency
  case lists, lines, goodsValue, goodsValueCny, listsWithoutRate, qty, grossWeight, netWeight, packages

  /// What stands after the dimensions where nothing else is asked for.
  public static let usual: [Measure] = [
    .currency, .lists, .lines, .goodsValue, .grossWeight, .netWeight, .packages,
  ]

  var isCount: Bool {
    switch self {
    case .lists, .lines, .listsWithoutRate, .packages: true
    default: false
    }
  }

  var isCny: Bool { self == .goodsValueCny || self == .listsWithoutRate }

  /// Reads `a,b,c` as `--measures` gives it. `goodsValue` brings `currency` with it.
  public static func parse(_ list: String) throws(MeasureError) -> [Measure] {
    var measures: [Measure] = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      let name = Nearest.trimmed(part)
      if name.isEmpty { throw .empty }
      let measure = try Measure(named: name)
      if measures.contains(measure) { throw .repeated(measure) }
      measures.append(measure)
    }
    if measures.contains(.goodsValue), !measures.contains(.currency) {
      measures.insert(.currency, at: 0)
    }
    return measures
  }

  public init(named name: String) throws(MeasureError) {
    guard let measure = Measure(rawValue: name) else {
      throw .unknown(name: name, nearest: Nearest.of(name, among: Self.allCases))
    }
    self = measure
  }
}

/// Why a list of measures can't be read.
public enum MeasureError: Error, Equatable, CustomStringConvertible {
  case empty
  case unknown(name: String, nearest: Measure?)
  case repeated(Measure)

  public var description: String {
    let valid = "measures are " + Measure.allCases.map(\.rawValue).joined(separator: ", ")
    switch self {
    case .empty:
      return "a measure's name is empty; \(valid)"
    case .unknown(let name, let nearest):
      return "unknown measure '\(name)'\(Nearest.hint(nearest?.rawValue)); \(valid)"
    case .repeated(let measure):
      return "measure '\(measure.rawValue)' is named twice"
    }
  }
}
