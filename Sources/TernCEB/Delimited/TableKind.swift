/// How documents are written as rows.
public enum TableFormat: String, Sendable, CaseIterable {
  /// RFC 4180 with a header: a row per document, its lines in a second table.
  case csv
  /// A JSON object per line, its lines nested.
  case ndjson
}

/// What the rows of a table are said to be.
public enum TableKind: Sendable, Equatable {
  case kind(Kind)
  /// Where the role has several kinds, the columns decide.
  case role(Role, Direction?)
  /// Each object of an NDJSON file says it, as its member `kind`.
  case named

  /// `303`, `CEB303`, or a role: `order`, `payment`, `waybill`, `list`, …
  ///
  /// Nil if there is no such kind, or it has another direction than the one given.
  public init?(_ text: String, direction: Direction? = nil) {
    let digits = text.uppercased().hasPrefix("CEB") ? text.dropFirst(3) : text[...]
    if let number = Int(digits), let kind = Kind.allCases.first(where: { $0.spec.number == number }) {
      guard direction == nil || direction == kind.direction else { return nil }
      self = .kind(kind)
    } else if let role = Role.allCases.first(where: { "\($0)" == text }) {
      self = .role(role, direction)
    } else {
      return nil
    }
  }

  /// Kinds that the rows may be.
  public var candidates: [Kind] {
    switch self {
    case .kind(let kind): [kind]
    case .role(let role, let direction):
      Kind.allCases.filter { $0.role == role && (direction == nil || $0.direction == direction) }
    case .named: []
    }
  }

  /// The kind whose required elements all have a column; of several, the one that leaves the fewest
  /// columns unread.
  func choose(for names: [String]) throws(TableFault) -> Kind {
    let candidates = self.candidates
    if candidates.count == 1 { return candidates[0] }
    let ranked = candidates.map { kind in
      let known = Set(kind.spec.headFields.map(\.name))
      let missing = kind.spec.headFields.filter { $0.required && !names.contains($0.name) }
      return (
        kind: kind, missing: missing.map(\.name),
        unread: names.filter { !known.contains($0) && !TableColumns.isOwn($0) }.count
      )
    }
    let fitting = ranked.filter { $0.missing.isEmpty }
    let fewest = fitting.map(\.unread).min()
    let best = fitting.filter { $0.unread == fewest }
    if best.count == 1 { return best[0].kind }
    if best.isEmpty {
      let nearest = ranked.sorted { ($0.missing.count, $0.unread) < ($1.missing.count, $1.unread) }
      let lacks = nearest.prefix(3).map { "\($0.kind.name) lacks \($0.missing.joined(separator: ", "))" }
      throw TableFault(
        "the columns fit no kind of this role: \(lacks.joined(separator: "; ")); add them, or say the kind by its number"
      )
    }
    throw TableFault(
      "the columns fit \(best.map(\.kind.name).joined(separator: " and ")) alike; say the kind by its number or its direction"
    )
  }
}

/// Why a table as a whole cannot be read.
public struct TableFault: Error, CustomStringConvertible, Sendable {
  public var description: String
  init(_ description: String) { self.description = description }
}
