import Synchronization
import TernCEB
import TernMatch
import TernStore

/// What a run declares: the merged goods, and which list goes into which declaration.
///
/// Memory: the merged goods, once per thread; 8 bytes per list that is taken.
struct SummaryPlan: Sendable {
  let options: SummaryOptions
  let period: SummaryPeriod
  private(set) var goods: MergedGoods
  /// Numbers of the declarations in the order of their keys.
  private(set) var order: [Int] = []
  /// The first list of each declaration, in that order, among all lists in the order of the
  /// declarations; one more at the end.
  private(set) var firstSlots = [0]
  private(set) var leftOut = [Int](repeating: 0, count: SummaryExclusion.allCases.count)

  /// The lists that are taken of one part.
  struct Part: Sendable {
    var part: JudgedLists.Part
    /// Ascending.
    var rows: [UInt32] = []
    /// Of each its place among all lists in the order of the declarations; within a declaration they
    /// ascend as received.
    var slots: [UInt32] = []
  }
  private(set) var parts: [Part] = []

  var listCount: Int { firstSlots[firstSlots.count - 1] }

  /// Position in `order` of the declaration that a list is in.
  func declaration(ofSlot slot: Int) -> Int {
    var (low, high) = (0, order.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if firstSlots[middle] <= slot { low = middle } else { high = middle - 1 }
    }
    return low
  }

  init(
    _ options: SummaryOptions, _ period: SummaryPeriod, _ lists: JudgedLists, _ taken: TakenLists,
    threads: Int
  ) throws(TernError) {
    (self.options, self.period) = (options, period)
    struct Shared: Sendable {
      var goods: MergedGoods
      var leftOut: [Int]
      var parts: [Part?]
    }
    let all = lists.parts.filter { $0.direction == .export }
    let queue = WorkQueue(count: all.count)
    let shared = Mutex(
      Shared(goods: MergedGoods(options), leftOut: leftOut, parts: Array(repeating: nil, count: all.count)))
    try onWorkers(min(threads, max(all.count, 1))) { (_) throws(TernError) in
      var selection = SummarySelection(lists, period, taken)
      var goods = MergedGoods(options)
      var parts: [(index: Int, part: Part)] = []
      while let index = queue.take() {
        let part = all[index]
        let chosen = try selection.choose(part)
        if chosen.rows.isEmpty { continue }
        let counts = try selection.reader.heads(part, ["#lines"]).columns[0].integer
        let lines = try selection.reader.lines(part, MergedGoods.lineColumns)
        let numbers = try goods.add(chosen, counts: counts, lines: lines)
        parts.append((index, Part(part: part, rows: chosen.rows.map { UInt32($0) }, slots: numbers)))
      }
      let (mine, leftOut, found) = (goods, selection.leftOut, parts)
      let failure = shared.withLock { shared -> TernError? in
        do throws(TernError) {
          let numbers = try shared.goods.merge(mine)
          for (index, part) in found {
            var part = part
            for i in part.slots.indices { part.slots[i] = numbers[Int(part.slots[i])] }
            shared.parts[index] = part
          }
          for reason in leftOut.indices { shared.leftOut[reason] += leftOut[reason] }
          return nil
        } catch { return error }
      }
      if let failure { throw failure }
    }
    (goods, leftOut, parts) = shared.withLock { ($0.goods, $0.leftOut, $0.parts.compactMap(\.self)) }
    number()
  }

  /// Puts the declarations in order, and with them their lists.
  private mutating func number() {
    let goods = goods
    order = (0..<goods.declarations.count).sorted {
      KeyBytes.precedes(goods.declarations[$0], goods.declarations[$1])
    }
    var next = [Int](repeating: 0, count: order.count)
    for declaration in order {
      next[declaration] = listCount
      firstSlots.append(listCount + goods.listCounts[declaration])
    }
    precondition(listCount <= Int(UInt32.max), "more lists than one run takes")
    for part in parts.indices {
      for i in parts[part].slots.indices {
        let declaration = Int(parts[part].slots[i])
        parts[part].slots[i] = UInt32(next[declaration])
        next[declaration] += 1
      }
    }
  }

  /// Lists of the period that no run has taken.
  static func countLeft(
    _ period: SummaryPeriod, _ lists: JudgedLists, _ taken: TakenLists, threads: Int
  ) throws(TernError) -> Int {
    let parts = lists.parts.filter { $0.direction == .export }
    let queue = WorkQueue(count: parts.count)
    let count = Mutex(0)
    try onWorkers(min(threads, max(parts.count, 1))) { (_) throws(TernError) in
      var selection = SummarySelection(lists, period, taken)
      while let index = queue.take() {
        let found = try selection.choose(parts[index]).rows.count
        count.withLock { $0 += found }
      }
    }
    return count.withLock { $0 }
  }
}
