import Benchmark
import TernCEB
import TernMatch

private final class ProjectState {
  let byteCount: Int
  let batches: [DocumentBatch]
  var projector = Projector(secret: measuringSecret)
  let rows = MatchTables()

  init() throws {
    let messages = try Messages(lists: 10_000)
    byteCount = messages.count
    batches = messages.decoded()
  }
}

/// Any secret takes the same time.
let measuringSecret = Secret(bytes: (0..<16).map { UInt8($0) })

/// Match rows from columns on one thread; the rate counts the XML that the columns came from.
func projectStages() {
  stage(
    "project: match rows", .xmlMegabytes, setup: ProjectState.init, amount: { $0.byteCount },
    run: { state in
      for batch in state.batches {
        state.rows.removeAll()
        for tables in batch.kinds {
          state.projector.project(tables, rowBase: 0, into: state.rows)
        }
        blackHole(state.rows.orders.count)
      }
    })
}

/// The match rows of generated lists without faults, as those of one segment.
func matchRows(lists: Int) throws -> (rows: MatchTables, batches: [DocumentBatch]) {
  let batches = try Messages(lists: lists, clean: true).decoded()
  let rows = MatchTables()
  var projector = Projector(secret: measuringSecret)
  var rowBases = [Int](repeating: 0, count: Kind.allCases.count)
  for batch in batches {
    for (index, tables) in batch.kinds.enumerated() {
      projector.project(tables, rowBase: rowBases[index], into: rows)
      rowBases[index] += tables.documentCount
    }
  }
  return (rows, batches)
}
