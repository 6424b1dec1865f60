import Benchmark
import TernCEB
import TernMatch
import TernStore

private final class GranuleState {
  let rows: MatchTables
  let unit = EncodedUnit()
  var writer = MatchTableWriter()
  let rowCount: Int
  let folder: ScratchFolder
  let store: Store
  let segment: SegmentReader
  let ranges = MatchTable.allCases.map {
    MatchRange(table: .match(Int($0.rawValue)), wordsPerRow: $0.wordCount)
  }
  var words = GrowableBuffer<UInt64>()

  init() throws {
    rows = try matchRows(lists: 50_000).rows
    let rows = rows
    rowCount = MatchTable.allCases.reduce(0) { $0 + rows.rowCount($1) }
    folder = try ScratchFolder()
    store = try Store.create(folder.path + "/store")
    GranuleState.encode(rows, &writer, into: unit)
    let transaction = try store.begin()
    let segmentWriter = try transaction.newSegment()
    try segmentWriter.append(unit)
    try transaction.seal(segmentWriter, latestAppTime: nil, inputBytes: 0)
    try transaction.commit(sources: [])
    segment = try store.openSegment(0)
  }

  static func encode(
    _ rows: MatchTables, _ writer: inout MatchTableWriter, into unit: EncodedUnit
  ) {
    unit.removeAll()
    func add(_ table: MatchTable, _ words: borrowing GrowableBuffer<UInt64>) {
      writer.encode(
        words, wordsPerRow: table.wordCount, id: .match(Int(table.rawValue)), into: unit)
    }
    add(.orders, rows.orders)
    add(.payments, rows.payments)
    add(.waybills, rows.waybills)
    add(.listsByTrade, rows.listsByTrade)
    add(.listsByWaybill, rows.listsByWaybill)
    add(.listsByIdentity, rows.listsByIdentity)
    add(.cancellations, rows.cancellations)
    add(.refunds, rows.refunds)
    add(.listsByBuyer, rows.listsByBuyer)
    blackHole(unit.byteCount)
  }
}

/// Match rows to granules, and back: from a segment in the page cache, checksums included, as
/// reconciling reads them.
func granuleStages() {
  stage(
    "granules: encode", .rows, setup: GranuleState.init, amount: { $0.rowCount },
    run: { GranuleState.encode($0.rows, &$0.writer, into: $0.unit) })
  stage(
    "granules: read 4 ranges", .rows, setup: GranuleState.init, amount: { $0.rowCount },
    run: { state in
      for rows in state.ranges {
        for range in 0..<4 {
          state.words.removeAll()
          try rows.load(range, of: 4, from: [state.segment])
          try rows.take(part: 0, of: 1, into: &state.words)
        }
      }
      blackHole(state.words.count)
    })
}
