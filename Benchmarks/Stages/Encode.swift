import Benchmark
import TernCEB
import TernStore

private final class EncodeState {
  let byteCount: Int
  let batches: [DocumentBatch]
  var encoder: ColumnEncoder
  let unit = EncodedUnit()

  init(level: Int) throws {
    let messages = try Messages(lists: 10_000)
    byteCount = messages.count
    batches = messages.decoded()
    encoder = ColumnEncoder(level: level)
  }

  func encode(_ batch: DocumentBatch) {
    unit.removeAll()
    for tables in batch.kinds where tables.documentCount > 0 {
      encoder.encode(tables.heads, id: .heads(tables.kind), group: 0, into: unit)
      if let lines = tables.lines {
        encoder.encode(lines, id: .lines(tables.kind), group: 0, into: unit)
      }
    }
    blackHole(unit.byteCount)
  }
}

/// Columns to blocks on one thread; the rate counts the XML that the columns came from.
func encodeStages() {
  for (name, level) in [("zstd 1", 1), ("no zstd", 0)] {
    stage(
      "encode: columns, \(name)", .xmlMegabytes, setup: { try EncodeState(level: level) },
      amount: { $0.byteCount }, run: { state in state.batches.forEach(state.encode) })
  }
}
