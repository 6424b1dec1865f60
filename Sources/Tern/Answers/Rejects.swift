import TernCEB
import TernStore

public enum RejectFormat: String, Sendable, CaseIterable {
  case table, csv, ndjson
}

extension Engine {
  /// Columns of the rejects, in order. `offset` and `length` are bytes of the decompressed source.
  public static let rejectColumns = [
    "source", "offset", "length", "kind", "key", "field", "reason", "message", "sender", "encoding",
  ]

  /// Writes every reject of the store, in received order; NDJSON has the original bytes too, as
  /// `original`, or as `originalBase64` where they are not UTF-8. Does not close `sink`.
  public func writeRejects(
    of path: String, as format: RejectFormat, to sink: ByteSink
  ) throws(TernError) {
    let store = try storing { () throws(StoreError) in try Store.open(path) }
    let paths = try storing { () throws(StoreError) in try store.sources().map(\.source.path) }
    let view = try StoreView(store)
    if format == .csv { sink.append(Self.rejectColumns.joined(separator: ",") + "\n") }
    var decoder = ColumnDecoder()
    for segment in view.segments where segment.rowCount(of: .rejects) > 0 {
      for (group, rows) in segment.groups(of: .rejects) {
        let table = try storing { () throws(StoreError) in
          try segment.readTable(.rejects, group: group, decoder: &decoder)
        }
        for row in 0..<rows {
          let source = Int(table.columns[0].integer[row])
          let values =
            [paths.indices.contains(source) ? paths[source] : ""]
            + (1...2).map { String(table.columns[$0].integer[row]) }
            + (3...9).map { table.columns[$0].text.string(row) }
          switch format {
          case .csv:
            for (index, value) in values.enumerated() {
              if index > 0 { sink.append(UInt8(ascii: ",")) }
              sink.appendCSV(value)
            }
            sink.append(0x0A)
          case .ndjson: appendNDJSON(values, table.columns[10].text, row, to: sink)
          case .table:
            let kind = values[3].isEmpty ? "message" : values[3]
            let key = values[4].isEmpty ? "" : " \(values[4])"
            sink.append("\(values[0]):\(values[1])  \(kind)\(key)  \(values[6]): \(values[7])\n")
          }
          try sink.flushIfFull()
        }
      }
    }
  }

  private func appendNDJSON(
    _ values: [String], _ originals: TextColumn, _ row: Int, to sink: ByteSink
  ) {
    sink.append("{")
    for (index, value) in values.enumerated() {
      sink.append((index == 0 ? "\"" : ",\"") + Self.rejectColumns[index] + "\":")
      if index == 1 || index == 2 { sink.append(value) } else { sink.appendJSON(value) }
    }
    let original = unsafe originals.unsafeValue(row)
    if unsafe String(validating: original, as: UTF8.self) != nil {
      sink.append(",\"original\":")
      unsafe sink.appendJSON(original)
    } else {
      sink.append(",\"originalBase64\":\"")
      unsafe sink.appendBase64(original)
      sink.append("\"")
    }
    sink.append("}\n")
  }
}

extension ByteSink {
  /// RFC 4648, with padding.
  func appendBase64(_ value: UnsafeBufferPointer<UInt8>) {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var index = 0
    while index < value.count {
      let left = value.count - index
      var group = unsafe UInt32(value[index]) << 16
      if left > 1 { group |= unsafe UInt32(value[index + 1]) << 8 }
      if left > 2 { group |= unsafe UInt32(value[index + 2]) }
      append(alphabet[Int(group >> 18)])
      append(alphabet[Int(group >> 12 & 63)])
      append(left > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
      append(left > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
      index += 3
    }
  }
}
