/// What the columns of a table mean for a kind.
struct TableColumns {
  /// By column: the state of its field (`KindLayout`), or 0 where it is not read.
  private(set) var states: [Int] = []
  /// Columns that are not read, with what they may have been meant for.
  private(set) var notes: [String] = []

  /// Columns that tie rows to rows and are no elements, such as an export's `#document`.
  static func isOwn(_ name: String) -> Bool { name.hasPrefix("#") }

  /// - Parameter ofLines: the columns are a line's elements and, tying it to its head, some of the head's.
  init(_ names: [String], _ layout: KindLayout, ofLines: Bool) {
    let spec = layout.kind.spec
    let fields = ofLines ? spec.lineFields : spec.headFields
    let first = ofLines ? layout.headFields + 1 : 1
    for name in names {
      if let index = fields.firstIndex(where: { $0.name == name }) {
        states.append(first + index)
        continue
      }
      states.append(0)
      let isKey = Self.isOwn(name) || (ofLines && spec.headFields.contains { $0.name == name })
      if !isKey { notes.append(Self.note(name, layout.kind, ofLines: ofLines)) }
    }
  }

  /// What to say of a column that no element has.
  static func note(_ name: String, _ kind: Kind, ofLines: Bool) -> String {
    let spec = kind.spec
    let fields = ofLines ? spec.lineFields : spec.headFields
    let element = ofLines ? spec.line ?? "" : spec.document
    var text = "'\(name)' is not read: \(kind.name) has no such element in <\(element)>"
    if let nearest = nearest(name, fields.map(\.name)) {
      text += "; perhaps \(nearest) is meant"
    } else if !ofLines, spec.lineFields.contains(where: { $0.name == name }) {
      text += "; it is one of <\(spec.line ?? "")>, whose rows come in a file of their own"
    }
    return text
  }

  /// Checks a header's names for what makes the table unreadable.
  static func check(_ names: [String]) throws(TableFault) {
    if names.count > CSVRecord.maxCells {
      throw TableFault("the header has \(names.count) columns; up to \(CSVRecord.maxCells) are read")
    }
    var seen = Set<String>()
    for name in names where !name.isEmpty && !seen.insert(name).inserted {
      throw TableFault("the header has the column '\(name)' twice; rename or remove one")
    }
    if names.count == 1, names[0].contains(where: { $0 == ";" || $0 == "\t" || $0 == "|" }) {
      throw TableFault("the header holds no comma; columns are separated by commas (RFC 4180)")
    }
  }

  /// The name that differs least: but for upper and lower case, or by up to a third of its letters.
  private static func nearest(_ name: String, _ names: [String]) -> String? {
    let wanted = Array(name.lowercased().utf8.prefix(100))
    let ranked = names.map { (name: $0, distance: distance(wanted, Array($0.lowercased().utf8))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }),
      best.distance <= max(1, wanted.count / 3)
    else { return nil }
    return best.name
  }

  /// Letters to put in, take out or change (Levenshtein).
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let above = row[j + 1]
        row[j + 1] = x == y ? diagonal : 1 + min(diagonal, above, row[j])
        diagonal = above
      }
    }
    return row[b.count]
  }
}
