import TernCEB

/// One version of a document, as far as "which counts" depends on it.
struct Version: BitwiseCopyable {
  var appTime: Int64
  var document: DocumentRef
  var appType: UInt32
  /// Row in its table.
  var row: UInt32

  /// By `appTime`, then received order: the last one counts.
  static func precedes(_ a: Version, _ b: Version) -> Bool {
    a.appTime != b.appTime ? a.appTime < b.appTime : a.document < b.document
  }
}

/// What versions of one identity come to.
struct VersionOutcome {
  /// Row that counts; nil if the document is gone (its last version is a delete).
  var row: UInt32?
  var appTime: Int64 = 0
  /// Two `appType` 1 of different `guid` since the last delete.
  var isDuplicate = false
}

/// Versions of one document, sorted and judged. Reused for every group of a partition.
struct VersionSorter {
  var versions: [Version] = []

  /// Sorts what was gathered. O(n log n).
  mutating func sort() {
    if versions.count == 2 {
      if Version.precedes(versions[1], versions[0]) { versions.swapAt(0, 1) }
    } else if versions.count > 2 {
      versions.sort(by: Version.precedes)
    }
  }

  /// Judges the sorted versions in `range`, all of one identity.
  ///
  /// Rows decide alone unless two versions have one `appTime` (are they the same document twice?)
  /// or two are `appType` 1 since the last delete (is their `guid` the same?). Then the group's
  /// facts are needed; nil says that some were missing, and they are in `needs`.
  func judge(
    _ range: Range<Int>, _ role: Role, _ facts: FactTable, _ needs: inout NeededDocuments
  ) -> VersionOutcome? {
    guard let last = range.last else { return VersionOutcome(row: nil) }
    var hasTie = false
    var newCount = 0
    for index in range {
      let version = versions[index]
      if index > range.lowerBound && versions[index - 1].appTime == version.appTime {
        hasTie = true
      }
      if version.appType == RowFlags.delete { newCount = 0 }
      if version.appType == RowFlags.new { newCount += 1 }
    }
    guard hasTie || newCount > 1 else {
      let version = versions[last]
      return VersionOutcome(
        row: version.appType == RowFlags.delete ? nil : version.row, appTime: version.appTime)
    }

    var known: [VersionFacts] = []
    known.reserveCapacity(range.count)
    for index in range {
      if let fact = facts[role, versions[index].document] { known.append(fact) }
    }
    if known.count < range.count {
      for index in range where facts[role, versions[index].document] == nil {
        needs.addFacts(role, versions[index].document)
      }
      return nil
    }
    return judge(range, known)
  }

  /// As above, with the facts of each version: equal content counts once, as first received.
  private func judge(_ range: Range<Int>, _ facts: [VersionFacts]) -> VersionOutcome {
    var seen: Set<KeyDigest> = []
    var outcome = VersionOutcome(row: nil)
    var newGuid: KeyDigest?
    for (index, fact) in zip(range, facts) where seen.insert(fact.content).inserted {
      let version = versions[index]
      outcome.row = version.row
      outcome.appTime = version.appTime
      if version.appType == RowFlags.delete {
        outcome.row = nil
        outcome.isDuplicate = false
        newGuid = nil
      } else if version.appType == RowFlags.new {
        if let newGuid { if newGuid != fact.guid { outcome.isDuplicate = true } }
        newGuid = fact.guid
      }
    }
    return outcome
  }
}
