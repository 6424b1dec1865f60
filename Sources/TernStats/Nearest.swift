/// What a user may have meant by a name that is not known.
enum Nearest {
  static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return String(text)
  }

  static func hint(_ name: String?) -> String { name.map { " (did you mean '\($0)'?)" } ?? "" }

  static func of<Name: RawRepresentable<String>>(_ name: String, among names: [Name]) -> Name? {
    of(name, among: names.map(\.rawValue)).flatMap(Name.init)
  }

  /// The name with the fewest edits, if they are at most half of it; the first of equals.
  static func of(_ name: String, among names: [String]) -> String? {
    // Edit distance is quadratic: what is far longer than any name has no near one.
    let wanted = Array(name.lowercased().utf8.prefix(64))
    var best: (name: String, distance: Int)?
    for known in names {
      let candidate = Array(known.lowercased().utf8)
      let distance = editDistance(wanted, candidate)
      if distance * 2 <= candidate.count, distance < best?.distance ?? .max {
        best = (known, distance)
      }
    }
    return best?.name
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
