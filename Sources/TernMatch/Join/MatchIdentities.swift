import TernCEB

/// Phase 0: which lists count, and which of them are cancelled.
///
/// `lists` and `cancellations` are all rows whose identity falls into the partition. Fills
/// `scratch.identityMatches` with the lists that count, and `scratch.cancellationMatches`. Identities
/// that lack facts are left out: their rows go to `scratch.deferred`, the documents to
/// `scratch.needs`. O(rows).
public func matchIdentities(
  lists: RowView<ListIdentityRow>, cancellations: RowView<CancellationRow>, facts: FactTable,
  scratch: MatchScratch
) {
  scratch.keyGroups.reset(capacity: lists.count + cancellations.count)
  scratch.listChain.reserveAtLeast(lists.count)
  scratch.otherChain.reserveAtLeast(cancellations.count)
  scratch.cancellationMatches.removeAll(keepingCapacity: true)
  scratch.identityMatches.removeAll()
  scratch.identityMatches.reserve(lists.count)
  var table = scratch.keyGroups.handle
  let chain = unsafe scratch.listChain.base
  for row in 0..<lists.count {
    let group = unsafe table.insert(lists.base[row].key)
    unsafe table.groups[group].addList(row, lists.base[row].flags, chain)
  }
  let cancellationChain = unsafe scratch.otherChain.base
  for row in 0..<cancellations.count {
    let group = unsafe table.insert(cancellations.base[row].key)
    unsafe table.groups[group].addOther(row, cancellations.base[row].flags, cancellationChain)
    unsafe table.groups[group].isSpecial = 1
  }

  let matches = unsafe scratch.identityMatches.base
  var matchCount = 0
  for index in 0..<table.groupCount {
    let group = unsafe table.groups[index]
    if group.isSpecial == 0 {
      unsafe matches[matchCount] = IdentityMatch(list: group.list &- 1, flags: [])
      matchCount &+= 1
      continue
    }
    unsafe scratch.sorter.gather(group.list, chain, lists)
    scratch.sorter.sort()
    let outcome = scratch.sorter.judgeAll(.list, facts, &scratch.needs)
    var cancellation: VersionOutcome? = VersionOutcome(row: nil)
    if group.other != 0 {
      unsafe scratch.sorter.gather(group.other, cancellationChain, cancellations)
      scratch.sorter.sort()
      cancellation = scratch.sorter.judgeAll(.cancellation, facts, &scratch.needs)
    }
    guard let outcome, let cancellation else {
      unsafe scratch.deferred.listsByIdentity.append(chain: group.list, chain, lists)
      unsafe scratch.deferred.cancellations.append(
        chain: group.other, cancellationChain, cancellations)
      continue
    }
    let isCancelled = scratch.settleCancellation(cancellation, of: outcome, versions: group.other != 0)
    guard let row = outcome.row else { continue }
    unsafe matches[matchCount] = IdentityMatch(
      list: row, flags: isCancelled ? .cancelled : outcome.isDuplicate ? .listDuplicate : [])
    matchCount &+= 1
  }
  scratch.identityMatches.setCount(matchCount)
}

extension MatchScratch {
  /// Keeps the effect of each version of a cancellation, which are in `sorter` if there are any; true
  /// if it cancels the list.
  fileprivate func settleCancellation(
    _ cancellation: VersionOutcome, of list: VersionOutcome, versions: Bool
  ) -> Bool {
    guard versions else { return false }
    let effect: CancellationEffect =
      list.row == nil ? .noList : cancellation.appTime < list.appTime ? .listIsLater : .cancels
    for version in sorter.versions {
      cancellationMatches.append(
        CancellationMatch(
          row: version.row, effect: version.row == cancellation.row ? effect : .doesNotCount))
    }
    return cancellation.row != nil && effect == .cancels
  }
}

extension KeyGroup {
  @inline(__always)
  mutating func addList(_ row: Int, _ flags: RowFlags, _ chain: UnsafeMutablePointer<UInt32>) {
    unsafe Self.add(row, flags, chain, &list, &isSpecial)
  }

  @inline(__always)
  mutating func addOther(_ row: Int, _ flags: RowFlags, _ chain: UnsafeMutablePointer<UInt32>) {
    unsafe Self.add(row, flags, chain, &other, &isSpecial)
  }

  @inline(__always)
  mutating func addPayment(_ row: Int, _ flags: RowFlags, _ chain: UnsafeMutablePointer<UInt32>) {
    unsafe Self.add(row, flags, chain, &payment, &isSpecial)
  }

  @inline(__always)
  private static func add(
    _ row: Int, _ flags: RowFlags, _ chain: UnsafeMutablePointer<UInt32>,
    _ first: inout UInt32, _ isSpecial: inout UInt32
  ) {
    unsafe chain[row] = first
    if first != 0 || flags.appType == RowFlags.delete { isSpecial = 1 }
    first = UInt32(truncatingIfNeeded: row &+ 1)
  }
}

extension VersionSorter {
  /// Takes the rows of one chain, which begins with row `first` - 1.
  mutating func gather<Row: MatchRow>(
    _ first: UInt32, _ chain: UnsafeMutablePointer<UInt32>, _ rows: RowView<Row>
  ) {
    versions.removeAll(keepingCapacity: true)
    var next = first
    while next != 0 {
      let row = Int(next &- 1)
      versions.append(Version(rows[row], row))
      next = unsafe chain[row]
    }
  }

  func judgeAll(
    _ role: Role, _ facts: FactTable, _ needs: inout NeededDocuments
  ) -> VersionOutcome? {
    judge(0..<versions.count, role, facts, &needs)
  }
}

extension Version {
  init<Row: MatchRow>(_ row: Row, _ index: Int) {
    self.init(
      appTime: row.appTime, document: row.document, appType: row.flags.appType,
      row: UInt32(truncatingIfNeeded: index))
  }
}

extension GrowableBuffer {
  /// Room for `count` elements in all; what was in the buffer is forgotten.
  mutating func reserveAtLeast(_ count: Int) {
    removeAll()
    reserve(count)
  }
}
