import Synchronization
import TernCEB
import TernRules
import TernStats
import TernStore

extension Engine {
  /// The cube over the lists that count, by the given dimensions; cancelled ones are out, and returned
  /// goods come off. Exact. Reads only the columns
  /// that the dimensions need; row groups in parallel.
  public func statistics(of path: String, by dimensions: [Dimension]) throws(TernError) -> Cube {
    let lists = try JudgedLists(path, threads: settings.threads)
    @Sendable func empty() -> Cube {
      Cube(dimensions: dimensions) { code in
        code == 0 ? "" : Disposition(rawValue: code - 1)?.name ?? String(code)
      }
    }
    let total = Mutex(empty())
    let queue = WorkQueue(count: lists.parts.count)
    try onWorkers(min(settings.threads, max(queue.count, 1))) { (_) throws(TernError) in
      var reader = JudgedLists.Reader(lists)
      var cube = empty()
      let needed = Direction.allCases.map(cube.neededColumns)
      while let index = queue.take() {
        let part = lists.parts[index]
        let columns = needed[Int(part.direction.rawValue)]
        let heads = try reader.heads(part, columns.heads)
        let returns = try reader.returns(part)
        let lines = try reader.lines(
          part, columns.lines + (returns.isEmpty ? [] : Cube.returnColumns))
        let verdicts = try reader.verdicts(part, withFindings: false)
        do throws(StatisticsError) {
          try cube.add(
            heads: heads, lines: lines, direction: part.direction,
            dispositions: verdicts.counting.span, returns: returns)
        } catch { throw .statistics(error) }
      }
      let mine = cube
      let failure = total.withLock { total -> StatisticsError? in
        do throws(StatisticsError) {
          try total.merge(mine)
          return nil
        } catch { return error }
      }
      if let failure { throw .statistics(failure) }
    }
    return total.withLock { $0 }
  }

  /// Writes the cube's rows, with totals in a table. Does not close `sink`.
  public func writeStatistics(
    _ cube: Cube, by dimensions: [Dimension], as format: StatisticsFormat, to sink: ByteSink
  ) throws(TernError) {
    let totals: [Measures]
    let total: Measures
    do throws(StatisticsError) {
      totals = try cube.totals()
      total = try cube.total()
    } catch { throw .statistics(error) }
    try StatisticsWriter(dimensions: dimensions).write(
      cube.rows(), totals: totals, total: total, as: format
    ) { (piece: [UInt8]) throws(TernError) in
      sink.append(piece)
      try sink.flushIfFull()
    }
  }
}
