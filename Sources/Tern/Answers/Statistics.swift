import Synchronization
import TernCEB
import TernReference
import TernRules
import TernStats
import TernStore

extension Engine {
  /// The cube over the lists that count, by the given dimensions; cancelled ones are out, and returned
  /// goods come off. Exact. Reads only the columns that the dimensions need; row groups in parallel.
  public func statistics(of path: String, by dimensions: [Dimension]) throws(TernError) -> Cube {
    let lists = try JudgedLists(path, threads: settings.threads)
    return try fillCubes([Cube(CubePlan(dimensions: dimensions), names: .ofVerdicts)], with: lists)[0]
  }

  /// Answers what `tern stats` can ask, from the same lists. Values in CNY take their rates from `settings.reference`; without
  /// a table of rates only 142 has one.
  ///
  /// Reads the store once, or twice for a top N by dimensions that a list touches several cells of. Memory: the
  /// cells of one cube per thread.
  /// - Throws: `query` where the question makes no sense.
  public func statistics(of path: String, _ query: StatisticsQuery) throws(TernError) -> StatisticsResult {
    do throws(QueryError) { try query.check() } catch { throw .query(error) }
    return try statistics(of: JudgedLists(path, threads: settings.threads), [query])[0]
  }

  /// Several answers from one sweep over the lists, or two. Memory: the cells of all of them per thread.
  func statistics(of lists: JudgedLists, _ queries: [StatisticsQuery]) throws(TernError) -> [StatisticsResult] {
    let rates = settings.reference.rates ?? .yuanOnly
    var jobs: [StatisticsJob] = []
    for query in queries {
      do throws(QueryError) {
        jobs.append(
          try StatisticsJob(query, names: .ofVerdicts) { currency, seconds in
            var currency = currency
            let rate = currency.withUTF8 { unsafe rates.rate(currency: Bytes($0), at: seconds) }
            return rate?.cnyPerUnitE8
          })
      } catch { throw .query(error) }
    }
    while true {
      let open = jobs.indices.filter { jobs[$0].result == nil }
      if open.isEmpty { return jobs.map { $0.result! } }
      var filled = try fillCubes(open.flatMap { jobs[$0].cubes }, with: lists)[...]
      for index in open {
        let count = jobs[index].cubes.count
        do throws(StatisticsError) {
          try jobs[index].take(Array(filled.prefix(count)))
        } catch { throw .statistics(error) }
        filled = filled.dropFirst(count)
      }
    }
  }

  /// Adds all lists to each of some empty cubes. Never inlined: scripts/guard counts it by its name.
  @inline(never) func fillCubes(_ cubes: [Cube], with lists: JudgedLists) throws(TernError) -> [Cube] {
    let total = Mutex<[Cube]?>(nil)
    let queue = WorkQueue(count: lists.parts.count)
    try onWorkers(min(settings.threads, max(queue.count, 1))) { (_) throws(TernError) in
      var reader = JudgedLists.Reader(lists)
      var mine = cubes
      // By direction, without and with what came back: parts are small, and new memory costs more than they do.
      var tables = [CubeTables?](repeating: nil, count: 4)
      while let index = queue.take() {
        let part = lists.parts[index]
        let returns = try reader.returns(part)
        let place = Int(part.direction.rawValue) * 2 + (returns.isEmpty ? 0 : 1)
        let own = tables[place] ?? CubeTables(cubes, part.kind, withReturns: !returns.isEmpty)
        tables[place] = own
        try reader.read(part, heads: own.heads, lines: own.lines)
        let verdicts = try reader.verdicts(part, withFindings: mine.contains(where: \.needsFindings))
        let counting = verdicts.counting
        for place in mine.indices {
          do throws(StatisticsError) {
            try mine[place].add(
              heads: own.heads, lines: own.lines, direction: part.direction, dispositions: counting.span,
              findings: verdicts.findings.span, returns: returns)
          } catch { throw .statistics(error) }
        }
      }
      let filled = mine
      let failure = total.withLock { total -> StatisticsError? in
        guard total != nil else {
          total = filled
          return nil
        }
        do throws(StatisticsError) {
          for place in filled.indices { try total![place].merge(filled[place]) }
          return nil
        } catch { return error }
      }
      if let failure { throw .statistics(failure) }
    }
    return total.withLock { $0 ?? cubes }
  }

  /// Writes the cube's rows, with totals in a table. Does not close `sink`.
  public func writeStatistics(
    _ cube: Cube, as format: StatisticsFormat, to sink: ByteSink
  ) throws(TernError) {
    let result: StatisticsResult
    do throws(StatisticsError) { result = try StatisticsResult(cube) } catch { throw .statistics(error) }
    try writeStatistics(result, as: format, to: sink)
  }

  /// Writes an answer. Does not close `sink`.
  public func writeStatistics(
    _ result: StatisticsResult, as format: StatisticsFormat, to sink: ByteSink
  ) throws(TernError) {
    try StatisticsWriter.write(result, as: format) { (piece: [UInt8]) throws(TernError) in
      sink.append(piece)
      try sink.flushIfFull()
    }
  }
}

/// What the lists of one direction are read into: the columns that some cubes need.
private struct CubeTables {
  let heads: CodedTable
  let lines: CodedTable

  init(_ cubes: [Cube], _ kind: Kind, withReturns: Bool) {
    var names = cubes[0].neededColumns(kind.direction, withReturns: withReturns)
    for cube in cubes.dropFirst() { names.formUnion(cube.neededColumns(kind.direction, withReturns: withReturns)) }
    heads = CodedTable(KindTables.headSchema(kind).only(names.heads))
    lines = CodedTable(KindTables.lineSchema(kind)!.only(names.lines))
  }
}

extension VerdictNames {
  /// Dispositions as `JudgedLists.Verdicts` codes them, and findings. Cancelled lists are not counted.
  public static let ofVerdicts = VerdictNames(
    dispositions: [""] + Disposition.allCases.map { $0 == .cancelled ? "" : $0.name },
    findings: Finding.allCases.map(\.name))
}
