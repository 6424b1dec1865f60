/// Numbers of head cells by all codes of a list: one look for what the levels find one after the other (measured: two
/// fifths of the time).
///
/// The codes are the digits of a number, which is a place in a plain array. Every level has room for some more values
/// than it has; the array is made anew when one needs more. Where it would grow too large, the levels serve.
struct PathTable: Sendable {
  /// Number + 1 by place; 0: not met yet.
  private var numbers: [UInt32] = []
  /// Of each level the codes that it has room for.
  private var rooms: [Int] = []
  /// Fits the second cache beside the cells.
  private static let placesMax = 1 << 17

  /// The number of each list's cell.
  ///
  /// - Parameter codes: of each list, for each of the first levels.
  mutating func numbers(
    _ codes: [[UInt32]], _ levels: inout [Level]
  ) throws(StatisticsError) -> [UInt32] {
    var found = [UInt32](repeating: 0, count: codes[0].count)
    guard makeRoom(levels.prefix(codes.count).map(\.values.count)) else {
      for (level, codes) in codes.enumerated() {
        var span = found.mutableSpan
        try levels[level].extend(&span, by: codes.span)
      }
      return found
    }
    var span = found.mutableSpan
    for (codes, room) in zip(codes, rooms) {
      let (codes, room) = (codes.span, UInt32(room))
      for i in span.indices { span[i] = span[i] &* room &+ codes[i] }
    }
    var known = numbers.mutableSpan
    for i in span.indices {
      let place = Int(span[i])
      if known[place] == 0 {
        var number: UInt32 = 0
        for level in codes.indices {
          number = try levels[level].prefixes.number(parent: number, code: codes[level][i])
        }
        known[place] = number + 1
      }
      span[i] = known[place] &- 1
    }
    return found
  }

  /// False where there are too many places.
  private mutating func makeRoom(_ counts: [Int]) -> Bool {
    if rooms.count == counts.count && zip(counts, rooms).allSatisfy({ $0 <= $1 }) {
      return !numbers.isEmpty
    }
    rooms = counts.map { $0 + $0 / 4 }
    var places = 1
    for room in rooms {
      places *= room
      if places > Self.placesMax { break }
    }
    numbers = places > Self.placesMax ? [] : Array(repeating: 0, count: places)
    return !numbers.isEmpty
  }
}
