import TernCEB
import TernMatch
import TernReference

/// What the head of a list decides.
extension ListChecks {
  func judgeRegimes(_ lists: ListColumns, _ words: inout [UInt64]) {
    let (heads, direction) = (lists.heads, lists.direction)
    if wants(.regimeTradeMode, direction) {
      let wrong = lists.head("tradeMode").flags {
        switch TradeModeGroup($0) {
        case .m9610, .m1210, .m1239: 0
        case .m9710, .m9810: direction == .export ? 0 : 1
        case .other: 1
        }
      }
      if let wrong {
        for row in words.indices where wrong[row] != 0 { words[row] |= Finding.regimeTradeMode.bit }
      }
    }
    guard direction == .import, wants(.regimeDirect, direction), let direct = lists.isOf(.m9610) else { return }
    let (trafNo, voyageNo, billNo) = (heads.text("trafNo"), heads.text("voyageNo"), heads.text("billNo"))
    for row in words.indices where direct[row] != 0 {
      if trafNo[row].isEmpty || voyageNo[row].isEmpty || billNo[row].isEmpty {
        words[row] |= Finding.regimeDirect.bit
      }
    }
  }

  func judgeEnterprises(_ lists: ListColumns, _ words: inout [UInt64]) {
    guard wantsEnterprises(lists.direction) else { return }
    let enterprises = enterprises
    func facts(_ column: String) -> [UInt8]? {
      lists.head(column).flags { enterprises.facts($0).rawValue }
    }
    let codes = Finding.enterpriseUnregistered.bit | Finding.enterpriseCode.bit
    let blacklisted = Finding.enterpriseBlacklisted.bit
    func mark(_ facts: [UInt8]?, _ wanted: UInt64, hasPriority: Bool = false) {
      guard let facts else { return }
      for row in words.indices where facts[row] != 0 {
        let facts = EnterpriseFacts(rawValue: facts[row])
        var word: UInt64 = 0
        if facts.contains(.unregistered) { word |= Finding.enterpriseUnregistered.bit }
        if facts.contains(.wrongCode) { word |= Finding.enterpriseCode.bit }
        if facts.contains(.blacklisted) { word |= blacklisted }
        word &= wanted
        if hasPriority { word |= facts.priority &<< ListResults.priorityShift }
        words[row] |= word
      }
    }
    mark(facts("ebcCode"), codes | blacklisted, hasPriority: true)
    mark(facts("logisticsCode"), codes | blacklisted)
    mark(facts("agentCode"), blacklisted)
    let ofPlatforms = lists.head("ebpCode").flags {
      $0.isEmpty || $0.isNone ? 0 : enterprises.facts($0).rawValue
    }
    mark(ofPlatforms, codes)
  }

  func judgeBuyers(_ heads: Table, _ words: inout [UInt64]) {
    let id = heads.text("buyerIdNumber")
    for row in words.indices where CheckCharacters.identityNumberIsRight(id[row]) == false {
      words[row] |= Finding.buyerId.bit
    }
  }
}
