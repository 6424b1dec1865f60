import Benchmark
import TernCEB
import TernStats

private final class StatisticsState {
  let batches: [DocumentBatch]
  let lists: Int

  init() throws {
    batches = try Messages(lists: 20_000, clean: true).decoded()
    lists = batches.reduce(0) { sum, batch in
      sum + batch[.list603].heads.rowCount + batch[.list621].heads.rowCount
    }
  }

  func cube(_ dimensions: [Dimension]) throws {
    var cube = Cube(dimensions: dimensions)
    for batch in batches {
      for kind in [Kind.list603, .list621] where batch[kind].heads.rowCount > 0 {
        let dispositions = [UInt8](repeating: 1, count: batch[kind].heads.rowCount)
        try cube.add(
          heads: batch[kind].heads, lines: batch[kind].lines!, direction: kind.direction,
          dispositions: dispositions.span)
      }
    }
    blackHole(cube)
  }
}

/// The cube over lists in memory, one thread.
func statisticsStages() {
  stage(
    "statistics: customsCode, tradeMode, country", .lists, setup: StatisticsState.init,
    amount: { $0.lists }, run: { try $0.cube([.customsCode, .tradeMode, .country]) })
  stage(
    "statistics: hs4, country", .lists, setup: StatisticsState.init, amount: { $0.lists },
    run: { try $0.cube([.hs4, .country]) })
}
