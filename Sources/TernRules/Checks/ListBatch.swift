import TernCEB

/// Lists that are being judged: what was found of each, and where its lines are.
struct ListBatch {
  let direction: Direction
  /// What was found, by list.
  var words: [UInt64]
  /// Made when the first check asks for lines.
  private var starts: [Int]?

  init(_ direction: Direction, rowCount: Int) {
    self.direction = direction
    words = [UInt64](repeating: 0, count: rowCount)
  }

  var rowCount: Int { words.count }

  /// The lines of list r are those from `lineStarts[r]` to `lineStarts[r + 1]`.
  mutating func lineStarts<Source: ListSource>(_ lists: Source) throws(Source.Failure) -> [Int] {
    if let starts { return starts }
    let counts = try lists.column(.heads, "#lines").integer
    var made = [0]
    made.reserveCapacity(rowCount + 1)
    for row in 0..<rowCount { made.append(made[row] + Int(counts[row])) }
    starts = made
    return made
  }

  /// A column of the lines that has a row for each: its views may be read without a check.
  mutating func lineColumn<Source: ListSource>(
    _ lists: Source, _ name: String
  ) throws(Source.Failure) -> Column {
    let column = try lists.column(.lines, name)
    let end = try lineStarts(lists)[rowCount]
    precondition(end <= column.count, "heads and lines disagree")
    return column
  }

  /// Flags of lines, together for each list.
  mutating func byList<Source: ListSource>(
    _ lists: Source, _ flags: [UInt8]
  ) throws(Source.Failure) -> [UInt8] {
    let starts = try lineStarts(lists)
    precondition(starts[rowCount] <= flags.count, "heads and lines disagree")
    var line = 0
    return starts.dropFirst().map { end in
      var all: UInt8 = 0
      while line < end {
        all |= flags[line]
        line &+= 1
      }
      return all
    }
  }

  /// Adds `bits` to every list that has a flag.
  mutating func mark(_ flags: [UInt8]?, _ bits: UInt64) {
    guard let flags else { return }
    for row in words.indices where flags[row] != 0 { words[row] |= bits }
  }
}
