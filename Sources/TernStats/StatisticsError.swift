/// Why a cube could not go on. The cube is then to be thrown away.
public enum StatisticsError: Error, Equatable, CustomStringConvertible {
  /// A sum left the 128-bit integers.
  case overflow(measure: String)
  /// The dimensions make more cells than the cube may hold.
  case tooManyCells(limit: Int)
  /// A series has more rows than cells are allowed.
  case seriesTooLong(periods: Int, series: Int, limit: Int)
  /// The distinct values of one dimension fill more than 4 GiB.
  case valuesTooLarge(Dimension)
  /// The heads' `#lines` do not add up to the rows of the lines table, or one is not a count.
  case lineCountsDisagree

  public var description: String {
    switch self {
    case .overflow(let measure):
      "the sum of \(measure) does not fit 128 bits"
    case .tooManyCells(let limit):
      "the statistics have more than \(limit) cells; ask for fewer dimensions"
    case .seriesTooLong(let periods, let series, let limit):
      "\(series) series of \(periods) periods make more than \(limit) rows; ask for longer periods, a top N, or "
        + "limit the time with --where"
    case .valuesTooLarge(let dimension):
      "the values of \(dimension.rawValue) fill more than 4 GiB"
    case .lineCountsDisagree:
      "the lists' line counts do not match their lines"
    }
  }
}
