import TernCEB
import TernMatch

/// What the head of a list decides.
extension ListChecks {
  func judgeRegimes(_ heads: Table, _ direction: Direction, _ words: inout [UInt64]) {
    if wants(.regimeTradeMode, direction) {
      let tradeMode = heads.text("tradeMode")
      for row in words.indices {
        let isRight =
          switch TradeModeGroup(tradeMode[row]) {
          case .m9610, .m1210, .m1239: true
          case .m9710, .m9810: direction == .export
          case .other: false
          }
        if !isRight { words[row] |= Finding.regimeTradeMode.bit }
      }
    }
    if direction == .import, wants(.regimeDirect, direction) {
      let tradeMode = heads.text("tradeMode")
      let (trafNo, voyageNo, billNo) = (heads.text("trafNo"), heads.text("voyageNo"), heads.text("billNo"))
      for row in words.indices where TradeModeGroup(tradeMode[row]) == .m9610 {
        if trafNo[row].isEmpty || voyageNo[row].isEmpty || billNo[row].isEmpty {
          words[row] |= Finding.regimeDirect.bit
        }
      }
    }
  }

  mutating func judgeEnterprises(_ heads: Table, _ direction: Direction, _ words: inout [UInt64]) {
    guard !enterpriseFindings(direction).isEmpty || wantsPriority else { return }
    let (seller, platform) = (heads.text("ebcCode"), heads.text("ebpCode"))
    let (carrier, agent) = (heads.text("logisticsCode"), heads.text("agentCode"))
    for row in words.indices {
      let ofSeller = enterprises.facts(seller[row])
      var facts = ofSeller.union(enterprises.facts(carrier[row]))
      var codes = facts
      let ebpCode = platform[row]
      if !ebpCode.isEmpty && !ebpCode.isNone { codes.formUnion(enterprises.facts(ebpCode)) }
      facts.formUnion(enterprises.facts(agent[row]))
      var word = ofSeller.priority &<< ListResults.priorityShift
      if codes.contains(.unregistered) { word |= Finding.enterpriseUnregistered.bit }
      if codes.contains(.wrongCode) { word |= Finding.enterpriseCode.bit }
      if facts.contains(.blacklisted) { word |= Finding.enterpriseBlacklisted.bit }
      words[row] |= word
    }
  }

  func judgeBuyers(_ heads: Table, _ words: inout [UInt64]) {
    let id = heads.text("buyerIdNumber")
    for row in words.indices where CheckCharacters.identityNumberIsRight(id[row]) == false {
      words[row] |= Finding.buyerId.bit
    }
  }
}
