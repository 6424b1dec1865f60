import TernCEB
import TernStats
import TernStore

/// Writes a run's tables into a result file.
struct SummaryTables {
  let plan: SummaryPlan
  let writer: SegmentWriter

  /// - Parameter name: name of a firm by its code, where a register is given.
  func writeDeclarations(_ name: (String) -> String?) throws(TernError) {
    try write(SummaryRecord.declarationsTable, SummaryRecord.declarationsSchema, count: plan.order.count) {
      (table, position) in
      let number = plan.order[position]
      let values = KeyBytes.values(plan.goods.declarations[number]).map { String(decoding: $0, as: UTF8.self) }
      let (customsCode, agentCode, ebcCode) = (values[0], values[1], values[2])
      let first = plan.goods.firstLists[number]
      let agentName = String(decoding: first.agentName, as: UTF8.self)
      let ebcName = String(decoding: first.ebcName, as: UTF8.self)
      let given = plan.options["declAgentCode"]
      let declarant = given.isEmpty ? agentCode : given
      var declarantName = plan.options["declAgentName"]
      if declarantName.isEmpty {
        declarantName =
          declarant == agentCode
          ? agentName : declarant == ebcCode ? ebcName : name(declarant) ?? ""
      }
      let texts =
        [
          copNo(number, first), customsCode, agentCode, agentName, ebcCode, ebcName, declarant,
          declarantName,
        ] + values[3...]
      for (column, text) in zip(table.columns, texts) { column.text.append(text) }
      let sums = lineCounts[position]
      for (column, count) in [
        ("lists", plan.goods.listCounts[number]), ("lines", sums.lines), ("listLines", sums.listLines),
      ] {
        table[column].integer.append(Int64(count))
      }
    }
  }

  func writeLines() throws(TernError) {
    try write(SummaryRecord.linesTable, SummaryRecord.linesSchema, count: lineOrder.count) {
      (table, position) in
      let line = lineOrder[position]
      let key = plan.goods.lines[line.number]
      let values = KeyBytes.values(key.dropFirst(4)).map { String(decoding: $0, as: UTF8.self) }
      table.columns[0].integer.append(Int64(line.position))
      for (column, text) in zip(table.columns[1...], values + [secondUnits[line.number] ?? ""]) {
        column.text.append(text)
      }
      let sums = plan.goods.sums[line.number]
      table["listLines"].integer.append(Int64(sums.listLines))
      table["qty1"].text.append(FineAmount(e5: sums.qty1E5).text)
      table["qty2"].text.append(FineAmount(e5: sums.qty2E5).text)
      table["totalPrice"].text.append(sums.totalPrice.text)
    }
  }

  func writeSettings(_ entries: [(String, String)]) throws(TernError) {
    try write(SummaryRecord.settingsTable, SummaryRecord.settingsSchema, count: entries.count) {
      $0.columns[0].text.append(entries[$1].0)
      $0.columns[1].text.append(entries[$1].1)
    }
  }

  private func write(
    _ id: TableID, _ schema: TableSchema, count: Int, _ append: (Table, Int) -> Void
  ) throws(TernError) {
    for (group, first) in stride(from: 0, to: count, by: SummaryRecord.rowsPerGroup).enumerated() {
      let table = Table(schema)
      for index in first..<min(first + SummaryRecord.rowsPerGroup, count) { append(table, index) }
      try storing { () throws(StoreError) in try writer.append(table: table, id: id, group: group) }
    }
  }

  /// `S`, the day that the period begins on, and 17 of 0–9, A–Z: the same for ever, different for
  /// every declaration of every run and store.
  private func copNo(_ number: Int, _ first: MergedGoods.FirstList) -> String {
    let period = plan.period
    let digest = contentDigest([
      Array("summary \(period.resultName)".utf8), Array(plan.goods.declarations[number]), Array(first.guid.utf8),
    ])
    return "S" + period.fromText.prefix(8) + code36(high: digest.high, low: digest.low)
  }

  // MARK: - In order

  /// Merged lines with the position of their declaration.
  private let lineOrder: [(position: Int, number: Int)]
  private let lineCounts: [(lines: Int, listLines: Int)]
  /// Every `unit2` of a merged line, joined by `;`.
  private let secondUnits: [Int: String]

  init(_ plan: SummaryPlan, to writer: SegmentWriter) {
    (self.plan, self.writer) = (plan, writer)
    let goods = plan.goods
    var positions = [Int](repeating: 0, count: plan.order.count)
    for (position, number) in plan.order.enumerated() { positions[number] = position }
    lineOrder = (0..<goods.lines.count)
      .map { (positions[KeyBytes.number(goods.lines[$0])], $0) }
      .sorted { a, b in
        a.0 != b.0
          ? a.0 < b.0 : KeyBytes.precedes(goods.lines[a.1].dropFirst(4), goods.lines[b.1].dropFirst(4))
      }
    var counts = [(lines: Int, listLines: Int)](repeating: (0, 0), count: plan.order.count)
    for (position, number) in lineOrder {
      counts[position].lines += 1
      counts[position].listLines += goods.sums[number].listLines
    }
    lineCounts = counts
    var units: [Int: [String]] = [:]
    for number in 0..<goods.secondUnits.count {
      let key = goods.secondUnits[number]
      units[KeyBytes.number(key), default: []].append(
        String(decoding: KeyBytes.values(key.dropFirst(4))[0], as: UTF8.self))
    }
    secondUnits = units.mapValues { $0.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }.joined(separator: ";") }
  }

  // MARK: - The check

  /// What a currency comes to, by the merged lines and by the lists counted one by one.
  struct Total {
    var currency: String
    var merged: GoodsSums
    var counted: GoodsSums
  }

  /// Compares the merged lines with the lists counted one by one: by declaration, and by currency.
  ///
  /// - Throws: `summaryDisagrees`.
  func check(_ recount: SummaryRecount) throws(TernError) -> [Total] {
    var ofLines = [GoodsSums](repeating: GoodsSums(), count: plan.order.count)
    var inLines: [String: GoodsSums] = [:]
    for (position, number) in lineOrder {
      let sums = plan.goods.sums[number]
      try ofLines[position].add(sums)
      let currency = KeyBytes.values(plan.goods.lines[number].dropFirst(4))[2]
      try inLines[String(decoding: currency, as: UTF8.self), default: GoodsSums()].add(sums)
    }
    for position in plan.order.indices {
      guard recount.listCounts[position] == plan.goods.listCounts[plan.order[position]],
        try recount.sums(ofDeclaration: position) == ofLines[position]
      else { throw .summaryDisagrees(what: "the sums of declaration \(position + 1)") }
    }
    let totals = try recount.sumsByCurrency().map {
      Total(currency: $0.currency, merged: inLines[$0.currency] ?? GoodsSums(), counted: $0.sums)
    }
    for total in totals where total.merged != total.counted {
      throw .summaryDisagrees(what: "the sums in currency \(total.currency)")
    }
    guard Set(inLines.keys).isSubset(of: totals.map(\.currency)) else {
      throw .summaryDisagrees(what: "the currencies")
    }
    return totals
  }
}
