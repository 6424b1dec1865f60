import TernCEB
import TernMatch

extension RuleEngine {
  /// The last phase, by buyer and year: `regime.limit_annual` of import lists.
  ///
  /// A buyer's lists in order of `appTime`, `copNo`, `agentCode` (then as received): each that takes the year's
  /// sum over the limit is found, and uses no quota; neither do lists that are rejected for another reason. All
  /// other phases must have ended. `rule` are the dispositions of the run.
  public func judgeBuyers(
    lists: RowView<ListBuyerRow>, details: DetailTable, results: ListResults, rule: DispositionRule,
    scratch: MatchScratch
  ) {
    let limitE5 = Int128(annualLimitE5)
    let numbering = results.numbering
    let bit = Finding.regimeLimitAnnual.bit
    forEachBuyerYear(lists, results: results, scratch: scratch) { rows in
      var sumE5: Int128 = 0
      for row in rows { unsafe sumE5 += max(0, lists.base[Int(row)].amountE5.value) }
      // Then no order of the lists takes the sum over the limit.
      if sumE5 <= limitE5 { return }
      guard settleTies(&rows, lists, details, scratch) else { return }
      var usedE5: Int128 = 0
      for row in rows {
        let list = unsafe lists.base + Int(row)
        let index = unsafe numbering.index(list.pointee.document)
        let word = results.word(index)
        let scope = RuleScope(.import, word: word)
        let findings = FindingSet(rawValue: word & ListResults.findingsMask & enabled[scope.index] & ~bit)
        let amountE5 = unsafe list.pointee.amountE5.value
        if usedE5 + amountE5 > limitE5 {
          results.add(index, bit)
        } else if unsafe rule(findings, appTime: list.pointee.appTime, scope: scope) != .rejected {
          usedE5 += amountE5
        }
      }
    }
  }

  /// Orders lists of one `appTime` by `copNo`, then `agentCode`, in byte order. False if these are not known: the
  /// rows are put aside.
  private func settleTies(
    _ rows: inout [UInt32], _ lists: RowView<ListBuyerRow>, _ details: DetailTable,
    _ scratch: MatchScratch
  ) -> Bool {
    var isComplete = true
    var start = 0
    while start < rows.count {
      let appTime = lists[Int(rows[start])].appTime
      var end = start + 1
      while end < rows.count, lists[Int(rows[end])].appTime == appTime { end += 1 }
      if end - start > 1 {
        var tied: [(row: UInt32, detail: DocumentDetail)] = []
        for row in rows[start..<end] {
          let document = lists[Int(row)].document
          if let detail = details[.list, document] {
            tied.append((row, detail))
          } else {
            scratch.needs.addDetail(.list, document)
            isComplete = false
          }
        }
        // The sort is stable: what agrees stays as received.
        tied.sort { a, b in
          a.detail.copNo != b.detail.copNo
            ? a.detail.copNo.lexicographicallyPrecedes(b.detail.copNo)
            : a.detail.agentCode.lexicographicallyPrecedes(b.detail.agentCode)
        }
        for (place, entry) in tied.enumerated() { rows[start + place] = entry.row }
      }
      start = end
    }
    if !isComplete {
      for row in rows { scratch.deferred.listsByBuyer.appendRow(lists[Int(row)]) }
    }
    return isComplete
  }
}
