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

extension Engine {
  /// Most combinations that are counted.
  private static let maxCounts = 10_000_000

  /// Counts the rejects that pass `filter` by `dimensions` and writes the counts, most first. Memory:
  /// one entry per combination that occurs.
  public func writeRejectCounts(
    of path: String, by dimensions: [RejectDimension], as format: RejectFormat,
    filter: RejectFilter = RejectFilter(), to sink: ByteSink
  ) throws(TernError) {
    var counts: [[String]: Int] = [:]
    try forEachReject(of: path, filter: filter) { (reject) throws(TernError) in
      let values = dimensions.map { $0.value(of: reject) }
      guard counts[values] != nil || counts.count < Self.maxCounts else {
        throw .tooManyCounts(limit: Self.maxCounts)
      }
      counts[values, default: 0] += 1
    }
    let rows = counts.sorted {
      $0.value != $1.value
        ? $0.value > $1.value
        : $0.key.joined(separator: "\u{0}").utf8.lexicographicallyPrecedes(
          $1.key.joined(separator: "\u{0}").utf8)
    }
    let names = dimensions.map(\.rawValue)
    if format == .csv { sink.append((names + ["rejects"]).joined(separator: ",") + "\n") }
    for (values, count) in rows {
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
