/// What is wrong with a rules file, and where.
public struct SettingsError: Error, Equatable, CustomStringConvertible {
  /// From 1; nil where the file as a whole is meant.
  public var line: Int?
  public var what: String

  public init(line: Int?, _ what: String) {
    self.line = line
    self.what = what
  }

  public var description: String { line.map { "line \($0): \(what)" } ?? what }
}

/// The known name that an unknown one is nearest to, if it is near: `; did you mean 'amount.paid'?`, otherwise
/// the known names.
func suggestion(_ name: String, _ known: [String]) -> String {
  let nearest = known.map { (name: $0, distance: distance($0, name)) }.min { $0.distance < $1.distance }
  if let nearest, nearest.distance <= max(2, name.count / 3) { return "; did you mean '\(nearest.name)'?" }
  return "; known are \(known.joined(separator: ", "))"
}

/// Changes of one character that turn one text into the other (Levenshtein 1965). O(n·m).
private func distance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a.utf8.prefix(100)), Array(b.utf8.prefix(100)))
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (x == y ? 0 : 1))
      diagonal = row[j + 1]
      row[j + 1] = next
    }
  }
  return row[b.count]
}
