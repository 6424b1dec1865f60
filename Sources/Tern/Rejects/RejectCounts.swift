/// What rejects can be counted by.
public enum RejectDimension: String, Sendable, CaseIterable {
  case reason, kind, sender, field, source

  func value(of reject: Reject) -> String {
    switch self {
    case .reason: reject.reason
    case .kind: reject.kind
    case .sender: reject.sender
    case .field: reject.field
    case .source: reject.source
    }
  }
}

/// How many rejects have the same values.
public struct RejectCount: Sendable, Equatable {
  /// One per dimension.
  public var values: [String]
  public var count: Int
}

extension Engine {
  /// Most combinations that are counted.
  private static let maxCounts = 10_000_000

  /// Counts the rejects that pass `filter` by `dimensions`, most first. Memory: one entry per combination that
  /// occurs.
  public func rejectCounts(
    of path: String, by dimensions: [RejectDimension], filter: RejectFilter = RejectFilter()
  ) throws(TernError) -> [RejectCount] {
    var counts: [[String]: Int] = [:]
    try forEachReject(of: path, filter: filter) { (reject) throws(TernError) in
      let values = dimensions.map { $0.value(of: reject) }
      guard counts[values] != nil || counts.count < Self.maxCounts else {
        throw .tooManyCounts(limit: Self.maxCounts)
      }
      counts[values, default: 0] += 1
    }
    return counts.sorted {
      $0.value != $1.value
        ? $0.value > $1.value
        : $0.key.joined(separator: "\u{0}").utf8.lexicographicallyPrecedes(
          $1.key.joined(separator: "\u{0}").utf8)
    }.map { RejectCount(values: $0.key, count: $0.value) }
  }

  /// Writes the counts of `rejectCounts`. Does not close `sink`.
  public func writeRejectCounts(
    of path: String, by dimensions: [RejectDimension], as format: RejectFormat,
    filter: RejectFilter = RejectFilter(), to sink: ByteSink
  ) throws(TernError) {
    let rows = try rejectCounts(of: path, by: dimensions, filter: filter)
    let names = dimensions.map(\.rawValue)
    if format == .csv { sink.append((names + ["rejects"]).joined(separator: ",") + "\n") }
    for row in rows {
      let (values, count) = (row.values, row.count)
      switch format {
      case .csv:
        for value in values {
          sink.appendCSV(value)
          sink.append(UInt8(ascii: ","))
        }
        sink.append("\(count)\n")
      case .ndjson:
        sink.append("{")
        for (name, value) in zip(names, values) {
          sink.append("\"\(name)\":")
          sink.appendJSON(value)
          sink.append(",")
        }
        sink.append("\"rejects\":\(count)}\n")
      case .table:
        let text = String(count)
        let space = String(repeating: " ", count: max(0, 10 - text.utf8.count))
        let shown = values.map { $0.isEmpty ? "(none)" : $0 }.joined(separator: "  ")
        sink.append("\(space)\(text)  \(shown)\n")
      }
      try sink.flushIfFull()
    }
  }
}
