import TernCEB
import TernRules
import TernStore

/// The verdicts of a store, looked up list by list.
struct StoredVerdicts {
  let lists: JudgedLists
  let rules: RuleSettings
  /// `ReferenceData.contentHash` of the tables that they were made with.
  let referenceHash: String

  func callAsFunction(
    _ place: DocumentPlace, _ reader: inout JudgedLists.Reader
  ) throws(TernError) -> StoredVerdict? {
    guard
      let part = lists.parts.first(where: {
        $0.segment == place.segment && $0.kind == place.kind && $0.group == place.group
      })
    else { return nil }
    let verdicts = try reader.verdicts(part, withFindings: true)
    guard verdicts.dispositions[place.row] > 0,
      let disposition = Disposition(rawValue: verdicts.dispositions[place.row] - 1)
    else { return nil }
    return StoredVerdict(
      disposition: disposition, findings: FindingSet(rawValue: verdicts.findings[place.row]))
  }

  /// What a return that counts was found to have.
  func returnFinding(_ refund: StoredDocument) throws(TernError) -> ReturnFinding? {
    let place = refund.place
    let group = ResultFile.group(segment: place.segment, place.kind.direction)
    guard lists.result.hasGroup(group, of: ReturnResults.entryTable) else { return nil }
    // Entries are aligned with the returns of the whole segment.
    let before = lists.segments[place.segment].groups(of: .heads(place.kind))
      .reduce(0) { $1.group < place.group ? $0 + $1.rows : $0 }
    let effects = try storing { () throws(StoreError) in
      var decoder = ColumnDecoder()
      return try lists.result.readTable(
        ReturnResults.entryTable, group: group, columns: ["effect"], decoder: &decoder)
    }.columns[0].integer
    return ReturnEffect(rawValue: UInt8(truncatingIfNeeded: effects[before + place.row]))?.finding
  }
}
