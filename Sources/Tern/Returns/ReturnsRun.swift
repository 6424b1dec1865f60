import Synchronization
import TernCEB
import TernMatch
import TernRules
import TernStats
import TernStore

/// Takes the returns of a store off their lists.
///
/// Memory: some 100 bytes per return, and the lines of a batch of them per thread.
struct ReturnsRun: Sendable {
  let view: StoreView
  let search: ListSearch
  let threads: Int
  /// Returns whose lines are read at a time.
  private static let batchReturnsMax = 1 << 17

  /// Returns that name one list.
  private struct Named: Sendable {
    /// Dense number.
    var list: Int
    /// Of the counting returns.
    var returns: Range<Int>
  }

  /// - Parameter returns: as `countingReturns` gives them.
  func run(_ returns: [CountingReturn]) throws(TernError) -> ReturnResults {
    var ranges: [Range<Int>] = []
    var start = 0
    for index in returns.indices where index + 1 == returns.count || returns[index + 1].name != returns[index].name {
      ranges.append(start..<index + 1)
      start = index + 1
    }
    let lists = try search.find(ranges.map { returns[$0.lowerBound].name })
    var results = ReturnResults(view.refunds)
    var named: [Named] = []
    for (range, list) in zip(ranges, lists) {
      if let list {
        named.append(Named(list: list, returns: range))
      } else {
        for one in returns[range] {
          results.entries[view.refunds.index(one.document)] = .init(effect: .orphan)
        }
      }
    }
    // A list may have several names: all its returns then follow one another in time.
    named.sort { ($0.list, $0.returns.lowerBound) < ($1.list, $1.returns.lowerBound) }
    let batches = Self.batches(named)
    let collected = Mutex(
      (results: results, parts: [[ReturnResults.Reduction]](repeating: [], count: batches.count)))
    let queue = WorkQueue(count: batches.count)
    try onWorkers(min(threads, max(batches.count, 1))) { [named] (_) throws(TernError) in
      var decoder = ColumnDecoder()
      while let index = queue.take() {
        do throws(StoreError) {
          let batch = try ReturnBatch(
            view, named[batches[index]].map { ($0.list, Array(returns[$0.returns])) }, &decoder)
          collected.withLock { collected in
            for (number, entry) in batch.entries { collected.results.entries[number] = entry }
            collected.parts[index] = batch.reductions
          }
        } catch {
          queue.stop()
          throw .store(error)
        }
      }
    }
    return collected.withLock { collected in
      collected.results.reductions = collected.parts.flatMap { $0 }
      return collected.results
    }
  }

  /// Whole lists, about as many returns in each.
  private static func batches(_ named: [Named]) -> [Range<Int>] {
    var batches: [Range<Int>] = []
    var start = 0
    var count = 0
    for index in named.indices {
      count += named[index].returns.count
      let isLast = index + 1 == named.count
      if isLast || count >= batchReturnsMax && named[index + 1].list != named[index].list {
        batches.append(start..<index + 1)
        start = index + 1
        count = 0
      }
    }
    return batches
  }
}

/// Some lists with all their returns, settled.
private struct ReturnBatch {
  /// By dense number of the return.
  var entries: [(number: Int, entry: ReturnResults.Entry)] = []
  var reductions: [ReturnResults.Reduction] = []

  /// `named` in order of the lists' dense numbers.
  init(
    _ view: StoreView, _ named: [(list: Int, returns: [CountingReturn])],
    _ decoder: inout ColumnDecoder
  ) throws(StoreError) {
    let lists = named.map { view.numbering.document($0.list) }
    let listLines = try LinesByDocument(view, .list, lists, &decoder)
    let returnLines = try LinesByDocument(
      view, .refund, named.flatMap { $0.returns.map(\.document) }, &decoder)
    var next = 0
    while next < named.count {
      let list = lists[next]
      var returns: [CountingReturn] = []
      let start = next
      while next < named.count, named[next].list == named[start].list {
        returns += named[next].returns
        next += 1
      }
      if next > start + 1 {
        returns.sort { ($0.appTime, $0.document) < ($1.appTime, $1.document) }
      }
      let (declared, index) = listLines[list]
      var goods = ReturnedGoods(of: declared.goods(index))
      for one in returns {
        let (lines, position) = returnLines[one.document]
        var entry = ReturnResults.Entry(
          effect: .exceeds, list: list, currency: declared.currency[index])
        if let parts = goods.take(lines.goods(position)) {
          entry.effect = .taken
          for part in parts {
            let priceE5 = declared.priceE5[declared[index].lowerBound + part.line]
            entry.value = entry.value + FineAmount(qtyE5: part.qtyE5, priceE5: priceE5)
          }
        }
        entries.append((view.refunds.index(one.document), entry))
      }
      for (line, qtyE5) in goods.returnedE5.enumerated() where qtyE5 > 0 {
        reductions.append(.init(list: list, line: line, qtyE5: qtyE5))
      }
    }
  }
}

/// Lines of documents from all segments.
private struct LinesByDocument {
  private var lines: [DocumentLines] = []
  private var places: [DocumentRef: (lines: Int, document: Int)] = [:]

  init(
    _ view: StoreView, _ role: Role, _ documents: [DocumentRef], _ decoder: inout ColumnDecoder
  ) throws(StoreError) {
    let byPlace = Dictionary(grouping: Set(documents)) {
      $0.segment * 2 + Int($0.direction.rawValue)
    }
    for (place, some) in byPlace {
      let sorted = some.sorted()
      for (index, document) in sorted.enumerated() { places[document] = (lines.count, index) }
      lines.append(
        try DocumentLines(
          view.segments[place / 2], Kind(role, Direction.allCases[place % 2]),
          rows: sorted.map(\.row), decoder: &decoder))
    }
  }

  subscript(document: DocumentRef) -> (DocumentLines, Int) {
    let place = places[document]!
    return (lines[place.lines], place.document)
  }
}

extension DocumentLines {
  func goods(_ document: Int) -> [ReturnedGoods.Line] {
    self[document].map { ReturnedGoods.Line(gnum: gnum[$0], qtyE5: qtyE5[$0]) }
  }
}
