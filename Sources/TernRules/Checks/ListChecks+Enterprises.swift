import TernCEB
import TernReference

/// `enterprise.unregistered` and `enterprise.blacklisted` of those beside the seller, of whom `SellerTable` knows.
extension ListChecks {
  func judgeEnterprises<Source: ListSource>(
    _ lists: Source, _ batch: inout ListBatch
  ) throws(Source.Failure) {
    guard let register = reference.enterprises else { return }
    let wanted = wanted[Int(batch.direction.rawValue)]
    let unregistered = Finding.enterpriseUnregistered.bit & wanted
    let blacklisted = Finding.enterpriseBlacklisted.bit & wanted
    func mark(_ column: String, _ unregistered: UInt64, _ blacklisted: UInt64) throws(Source.Failure) {
      if unregistered | blacklisted == 0 { return }
      // A platform may be none.
      let mayBeNone = column == "ebpCode"
      let all = try lists.flags(.heads, column) { code in
        if mayBeNone && (code.isEmpty || code.isNone) { return 0 }
        return (register.place(of: code).map { enterprises[$0] } ?? .unregistered).rawValue
      }
      guard let all else { return }
      for row in batch.words.indices where all[row] != 0 {
        let facts = EnterpriseFacts(rawValue: all[row])
        if facts.contains(.unregistered) { batch.words[row] |= unregistered }
        if facts.contains(.blacklisted) { batch.words[row] |= blacklisted }
      }
    }
    try mark("logisticsCode", unregistered, blacklisted)
    try mark("agentCode", 0, blacklisted)
    try mark("ebpCode", unregistered, 0)
  }
}
