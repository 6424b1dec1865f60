import TernCEB

/// Lists that are being judged: their columns, what was found of each, and where its lines are.
struct ListBatch<Source: ListSource> {
  let source: Source
  /// What was found, by list.
  var words: [UInt64]
  /// Made when the first check asks for lines.
  private var starts: [Int]?

  init(_ source: Source) {
    self.source = source
    words = [UInt64](repeating: 0, count: source.rowCount)
  }

  var direction: Direction { source.direction }

  /// The lines of list r are those from `lineStarts[r]` to `lineStarts[r + 1]`.
  mutating func lineStarts() throws(Source.Failure) -> [Int] {
    if let starts { return starts }
    let counts = try source.column(.heads, "#lines").integer
    var made = [0]
    made.reserveCapacity(source.rowCount + 1)
    for row in 0..<source.rowCount { made.append(made[row] + Int(counts[row])) }
    starts = made
    return made
  }

  /// A column of the lines that has a row for each: its views may be read without a check.
  mutating func lineColumn(_ name: String) throws(Source.Failure) -> Column {
    let column = try source.column(.lines, name)
    let end = try lineStarts()[source.rowCount]
    precondition(end <= column.count, "heads and lines disagree")
    return column
  }

  /// Flags of lines, together for each list.
  mutating func byList(_ flags: [UInt8]) throws(Source.Failure) -> [UInt8] {
    let starts = try lineStarts()
    precondition(starts[source.rowCount] <= flags.count, "heads and lines disagree")
    return (0..<source.rowCount).map { row in
      var all: UInt8 = 0
      for line in starts[row]..<starts[row + 1] { all |= flags[line] }
      return all
    }
  }

  /// Adds `bits` to every list that has a flag.
  mutating func mark(_ flags: [UInt8]?, _ bits: UInt64) {
    guard let flags else { return }
    for row in words.indices where flags[row] != 0 { words[row] |= bits }
  }
}
