import Synchronization
import TernCEB
import TernMatch
import TernStats
import TernStore

/// Finds the numbers by which declarations name their lists, in the order of the declarations, and
/// counts the lists' goods on the way.
///
/// A list goes by its own `invtNo`; where it has none that CEB701 takes, by the one that the CEB604
/// received last in the store gives it; else by the derived one, as in Tern's own receipts. So many
/// lists at a time that their names take a quarter of the memory, some 256 bytes each.
struct SummaryNames {
  let plan: SummaryPlan
  let lists: JudgedLists
  let secret: Secret
  let threads: Int
  let listsAtATime: Int

  init(_ plan: SummaryPlan, _ lists: JudgedLists, secret: Secret, settings: EngineSettings) {
    (self.plan, self.lists, self.secret) = (plan, lists, secret)
    threads = settings.threads
    listsAtATime = max(settings.memoryBytes / 4 / 256, SummaryRecord.rowsPerGroup)
  }

  /// Whether the edition takes a number.
  private func fits(_ number: UnsafeBufferPointer<UInt8>) -> Bool {
    let count = unsafe number.characterCount
    return plan.options.spec == .of2018 ? count == 18 : (1...20).contains(count)
  }

  /// Calls `write` with row groups of `SummaryRecord.listsTable`.
  func write(_ write: (Table) throws(TernError) -> Void) throws(TernError) -> SummaryRecount {
    var recount = SummaryRecount(declarations: plan.order.count)
    for first in stride(from: 0, to: plan.listCount, by: listsAtATime) {
      let slots = first..<min(first + listsAtATime, plan.listCount)
      let found = try names(slots)
      try recount.merge(found.recount)
      let assigned = try assignedNumbers(found.unnamed)
      try put(slots, found.pieces, assigned, write)
    }
    return recount
  }

  /// One row group's lists, as `listsSchema` has them, and their slots.
  private struct Piece {
    var table: Table
    var slots: [UInt32]
  }

  private struct Found {
    var pieces: [Piece] = []
    var unnamed: [(name: KeyDigest, slot: UInt32)] = []
    var recount: SummaryRecount
  }

  private func names(_ slots: Range<Int>) throws(TernError) -> Found {
    let parts = plan.parts
    let queue = WorkQueue(count: parts.count)
    // Tables are handed over whole: no other thread has them.
    struct Shared: @unchecked Sendable { var found: Found }
    let shared = Mutex(Shared(found: Found(recount: SummaryRecount(declarations: plan.order.count))))
    try onWorkers(min(threads, max(parts.count, 1))) { (_) throws(TernError) in
      var reader = JudgedLists.Reader(lists)
      var mine = Found(recount: SummaryRecount(declarations: plan.order.count))
      while let index = queue.take() {
        let part = parts[index]
        let chosen = part.slots.indices.filter { slots.contains(Int(part.slots[$0])) }
        if !chosen.isEmpty { try add(part, chosen, &reader, to: &mine) }
      }
      let handed = Shared(found: mine)
      let failure = shared.withLock { shared -> TernError? in
        shared.found.pieces += handed.found.pieces
        shared.found.unnamed += handed.found.unnamed
        do throws(TernError) {
          try shared.found.recount.merge(handed.found.recount)
          return nil
        } catch { return error }
      }
      if let failure { throw failure }
    }
    return shared.withLock { $0 }.found
  }

  private func add(
    _ part: SummaryPlan.Part, _ chosen: [Int], _ reader: inout JudgedLists.Reader, to found: inout Found
  ) throws(TernError) {
    let rows = chosen.map { Int(part.rows[$0]) }
    let heads = try reader.heads(part.part, DerivedNumberColumns.columns + ["invtNo"], rows: rows)
    let counts = try reader.heads(part.part, ["#lines"]).columns[0].integer
    let lines = try reader.lines(part.part, GoodsColumns.names + ["currency"])
    let returns = try reader.returns(part.part)
    let derived = DerivedNumberColumns(heads, .export)
    let (invtNo, copNo, agentCode) = (heads["invtNo"].text, heads["copNo"].text, heads["agentCode"].text)
    let goods = GoodsColumns(lines)
    let currency = lines["currency"].text
    var digester = ListNameDigester(.export, secret: secret)
    let table = Table(SummaryRecord.listsSchema)
    var slots: [UInt32] = []
    var (at, line, next) = (0, 0, returns.startIndex)
    for (index, row) in zip(chosen, rows) {
      while at < row {
        line += Int(counts[at])
        at += 1
      }
      while next < returns.endIndex, returns[next].list < row { next += 1 }
      let first = next
      while next < returns.endIndex, returns[next].list == row { next += 1 }
      let slot = part.slots[index]
      try found.recount.add(
        plan.declaration(ofSlot: Int(slot)), line..<line + Int(counts[row]), goods, currency,
        returns[first..<next])

      let document = DocumentRef(
        segment: part.part.segment, row: part.part.rows.lowerBound + row, direction: .export)
      table.columns[0].integer.append(Int64(document.rawValue))
      unsafe table.columns[1].text.append(copNo.unsafeValue(row))
      let own = unsafe invtNo.unsafeValue(row)
      if unsafe fits(own) {
        unsafe table.columns[2].text.append(own)
        table.columns[3].integer.append(SummaryNumberSource.list.rawValue)
      } else {
        table.columns[2].text.append(derived[row].invtNo)
        table.columns[3].integer.append(SummaryNumberSource.derived.rawValue)
        let number = unsafe copNo.unsafeValue(row)
        if !number.isEmpty {
          let name = unsafe digester.digest(agentCode: agentCode.unsafeValue(row), copNo: number)
          found.unnamed.append((name, slot))
        }
      }
      let returnedE5 = returns[first..<next].reduce(Int128(0)) { $0 + $1.qtyE5 }
      table.columns[4].text.append(TakenLists.returnedText(returnedE5))
      slots.append(slot)
    }
    extendLifetime(heads)
    found.pieces.append(Piece(table: table, slots: slots))
  }

  /// Numbers that the CEB604 of the store give, by slot.
  private func assignedNumbers(
    _ unnamed: [(name: KeyDigest, slot: UInt32)]
  ) throws(TernError) -> [UInt32: [UInt8]] {
    if unnamed.isEmpty { return [:] }
    let names = NameTable(unnamed.map(\.name))
    var jobs: [(segment: Int, group: Int)] = []
    for segment in lists.segments.indices {
      for (group, _) in lists.segments[segment].groups(of: .heads(.receipt604)) {
        jobs.append((segment, group))
      }
    }
    let all = jobs
    let queue = WorkQueue(count: all.count)
    // The last job's goes; within a job the last row's.
    let found = Mutex<[UInt32: (job: Int, number: [UInt8])]>([:])
    try onWorkers(min(threads, max(all.count, 1))) { (_) throws(TernError) in
      var decoder = ColumnDecoder()
      var digester = ListNameDigester(.export, secret: secret)
      while let job = queue.take() {
        let heads = try storing { () throws(StoreError) in
          try lists.segments[all[job].segment].readTable(
            .heads(.receipt604), group: all[job].group, columns: ["invtNo", "agentCode", "copNo"],
            decoder: &decoder)
        }
        let columns = heads.columns.map(\.text)
        var numbers: [UInt32: [UInt8]] = [:]
        for row in 0..<heads.rowCount {
          let (number, copNo) = unsafe (columns[0].unsafeValue(row), columns[2].unsafeValue(row))
          if copNo.isEmpty { continue }
          guard unsafe fits(number),
            let place = names.slot(unsafe digester.digest(agentCode: columns[1].unsafeValue(row), copNo: copNo))
          else { continue }
          numbers[unnamed[place].slot] = unsafe Array(number)
        }
        extendLifetime(heads)
        let mine = numbers
        found.withLock { found in
          for (slot, number) in mine where found[slot].map({ $0.job < job }) ?? true {
            found[slot] = (job, number)
          }
        }
      }
    }
    return found.withLock { $0 }.mapValues(\.number)
  }

  /// Writes the rows in the order of their slots.
  private func put(
    _ slots: Range<Int>, _ pieces: [Piece], _ assigned: [UInt32: [UInt8]],
    _ write: (Table) throws(TernError) -> Void
  ) throws(TernError) {
    let none = (piece: UInt32.max, row: UInt32(0))
    var places = Array(repeating: none, count: slots.count)
    for (number, piece) in pieces.enumerated() {
      for (row, slot) in piece.slots.enumerated() {
        let place = Int(slot) - slots.lowerBound
        guard places[place].piece == none.piece else {
          throw .summaryDisagrees(what: "a place is taken by two lists")
        }
        places[place] = (UInt32(number), UInt32(row))
      }
    }
    for first in stride(from: 0, to: places.count, by: SummaryRecord.rowsPerGroup) {
      let table = Table(SummaryRecord.listsSchema)
      for index in first..<min(first + SummaryRecord.rowsPerGroup, places.count) {
        let (piece, row) = (places[index].piece, Int(places[index].row))
        guard piece != none.piece else { throw .summaryDisagrees(what: "a list has no place") }
        let from = pieces[Int(piece)].table
        table.columns[0].integer.append(from.columns[0].integer[row])
        unsafe table.columns[1].text.append(from.columns[1].text.unsafeValue(row))
        if let number = assigned[UInt32(slots.lowerBound + index)] {
          unsafe number.withUnsafeBufferPointer { unsafe table.columns[2].text.append($0) }
          table.columns[3].integer.append(SummaryNumberSource.receipt.rawValue)
        } else {
          unsafe table.columns[2].text.append(from.columns[2].text.unsafeValue(row))
          table.columns[3].integer.append(from.columns[3].integer[row])
        }
        unsafe table.columns[4].text.append(from.columns[4].text.unsafeValue(row))
      }
      try write(table)
    }
  }
}
