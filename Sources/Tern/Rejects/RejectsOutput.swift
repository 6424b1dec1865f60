import TernCEB

public enum RejectFormat: String, Sendable, CaseIterable {
  case table, csv, ndjson
}

extension Engine {
  /// Columns of the rejects, in order. `offset` and `length` are bytes of the decompressed source;
  /// `sender` and `encoding` are empty where they are not known, or UTF-8.
  public static let rejectColumns = [
    "source", "offset", "length", "kind", "key", "field", "reason", "message", "sender", "encoding",
  ]

  /// Writes the rejects of the store that pass `filter`, in received order; NDJSON has the original
  /// bytes too, as `original`, or as `originalBase64` where they are not UTF-8. Does not close `sink`.
  public func writeRejects(
    of path: String, as format: RejectFormat, filter: RejectFilter = RejectFilter(), to sink: ByteSink
  ) throws(TernError) {
    if format == .csv { sink.append(Self.rejectColumns.joined(separator: ",") + "\n") }
    try forEachReject(of: path, filter: filter) { (reject) throws(TernError) in
      switch format {
      case .csv:
        for (index, value) in reject.values.enumerated() {
          if index > 0 { sink.append(UInt8(ascii: ",")) }
          sink.appendCSV(value)
        }
        sink.append(0x0A)
      case .ndjson: appendNDJSON(reject, to: sink)
      case .table:
        let kind = reject.kind.isEmpty ? "message" : reject.kind
        let key = reject.key.isEmpty ? "" : " \(reject.key)"
        sink.append(
          "\(reject.source):\(reject.offset)  \(kind)\(key)  \(reject.reason): \(reject.message)\n")
      }
      try sink.flushIfFull()
    }
  }

  private func appendNDJSON(_ reject: Reject, to sink: ByteSink) {
    sink.append("{")
    for (index, (name, value)) in zip(Self.rejectColumns, reject.values).enumerated() {
      sink.append((index == 0 ? "\"" : ",\"") + name + "\":")
      if index == 1 || index == 2 { sink.append(value) } else { sink.appendJSON(value) }
    }
    if unsafe String(validating: reject.original, as: UTF8.self) != nil {
      sink.append(",\"original\":")
      unsafe sink.appendJSON(reject.original)
    } else {
      sink.append(",\"originalBase64\":\"")
      unsafe sink.appendBase64(reject.original)
      sink.append("\"")
    }
    sink.append("}\n")
  }
}
