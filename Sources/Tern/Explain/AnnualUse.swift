import TernCEB
import TernMatch
import TernRules
import TernStore

/// What a buyer's import lists of one calendar year used of the annual limit before a list, by the stored
/// verdicts (`RuleEngine.judgeBuyers`): lists that are rejected, and those that crossed the limit, use none.
struct AnnualUse {
  let segments: [SegmentReader]
  let secret: Secret
  let verdicts: StoredVerdicts

  /// × 10^5; nil for a list without a buyer. Reads the match rows of one of 2^16 key ranges from all segments.
  func beforeE5(
    _ list: StoredDocument, _ loader: inout DocumentLoader, _ reader: inout JudgedLists.Reader
  ) throws(TernError) -> Int128? {
    guard let own = row(of: list) else { return nil }
    var usedE5: Int128 = 0
    for row in try rows(own.key) {
      guard row.appTime <= own.appTime, let place = place(row.document) else { continue }
      if place == list.place { continue }
      guard let verdict = try verdicts(place, &reader), verdict.usesQuota else { continue }
      if row.appTime == own.appTime, try !precedes(place, list, &loader) { continue }
      usedE5 += row.amountE5.value
    }
    return usedE5
  }

  /// The list's own row by buyer.
  private func row(of list: StoredDocument) -> ListBuyerRow? {
    guard list.kind == Kind(.list, .import), !list.text("buyerIdNumber").isEmpty else { return nil }
    let rows = MatchTables()
    var projector = Projector(secret: secret)
    projector.project(
      KindTables(list.kind, heads: list.row.head.table, lines: list.row.lines.first?.table),
      rowBase: 0, into: rows)
    let view = unsafe RowView<ListBuyerRow>(words: rows.listsByBuyer)
    let own = (0..<view.count).map { view[$0] }.first { $0.document.row == list.row.head.row }
    extendLifetime(rows)
    return own
  }

  private func rows(_ key: MatchKey) throws(TernError) -> [ListBuyerRow] {
    let table = MatchTable.listsByBuyer
    let range = MatchRange(table: .match(Int(table.rawValue)), wordsPerRow: table.wordCount)
    var words = GrowableBuffer<UInt64>()
    try storing { () throws(StoreError) in
      try range.load(
        Int(key.high >> UInt64(64 - MatchRange.keyBitsMax)), of: 1 << MatchRange.keyBitsMax,
        from: segments)
      try range.take(part: 0, of: 1, into: &words)
    }
    let view = unsafe RowView<ListBuyerRow>(words: words)
    return (0..<view.count).map { view[$0] }.filter { $0.key == key }
  }

  private func place(_ document: DocumentRef) -> DocumentPlace? {
    let part = verdicts.lists.parts.first {
      $0.segment == document.segment && $0.direction == document.direction
        && $0.rows.contains(document.row)
    }
    return part.map {
      DocumentPlace(
        segment: $0.segment, kind: $0.kind, group: $0.group,
        row: document.row - $0.rows.lowerBound)
    }
  }

  /// In order of `copNo`, `agentCode`, then as received: for lists of one `appTime`.
  private func precedes(
    _ place: DocumentPlace, _ list: StoredDocument, _ loader: inout DocumentLoader
  ) throws(TernError) -> Bool {
    guard let other = try loader.load([place]).first else { return false }
    return StoredDocument.precedes(other, list)
  }
}

extension StoredVerdict {
  /// A list that counts, is not rejected and did not cross the annual limit.
  fileprivate var usesQuota: Bool {
    disposition != .rejected && disposition != .cancelled && !findings.contains(.regimeLimitAnnual)
  }
}
