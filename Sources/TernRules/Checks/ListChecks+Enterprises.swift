import TernCEB
import TernMatch
import TernReference

/// `enterprise.unregistered`, `enterprise.blacklisted`, and whose lists come first.
extension ListChecks {
  func judgeEnterprises<Source: ListSource>(_ batch: inout ListBatch<Source>) throws(Source.Failure) {
    let wanted = wanted[Int(batch.direction.rawValue)]
    let unregistered = Finding.enterpriseUnregistered.bit & wanted
    let blacklisted = Finding.enterpriseBlacklisted.bit & wanted
    guard let enterprises, (unregistered | blacklisted) != 0 || enterprises.hasPriorities else { return }
    func mark(_ column: String, _ mask: UInt64, hasPriority: Bool = false) throws(Source.Failure) {
      if mask == 0 && !hasPriority { return }
      // A platform may be none.
      let mayBeNone = column == "ebpCode"
      let all = try batch.source.flags(.heads, column) { code in
        mayBeNone && (code.isEmpty || code.isNone) ? 0 : enterprises.facts(code).rawValue
      }
      guard let all else { return }
      for row in batch.words.indices where all[row] != 0 {
        let facts = EnterpriseFacts(rawValue: all[row])
        var word: UInt64 = 0
        if facts.contains(.unregistered) { word |= unregistered }
        if facts.contains(.blacklisted) { word |= blacklisted }
        word &= mask
        if hasPriority { word |= facts.priority &<< ListResults.priorityShift }
        batch.words[row] |= word
      }
    }
    try mark("ebcCode", unregistered | blacklisted, hasPriority: enterprises.hasPriorities)
    try mark("logisticsCode", unregistered | blacklisted)
    try mark("agentCode", blacklisted)
    try mark("ebpCode", unregistered)
  }
}
