import TernCEB
import TernMatch
import TernReference

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

  func judgeEnterprises(_ heads: Table, _ direction: Direction, _ words: inout [UInt64]) {
    guard !enterpriseFindings(direction).isEmpty || wantsPriority else { return }
    let (seller, platform) = (heads.text("ebcCode"), heads.text("ebpCode"))
    let (carrier, agent) = (heads.text("logisticsCode"), heads.text("agentCode"))
    let enterprises = enterprises
    // Carriers, platforms and agents repeat from list to list.
    var (lastCarrier, lastPlatform, lastAgent) = (Last(), Last(), Last())
    for row in words.indices {
      let ofSeller = enterprises.facts(seller[row])
      let ofCarrier = lastCarrier.facts(carrier[row], enterprises)
      let ebpCode = platform[row]
      let ofPlatform =
        ebpCode.isEmpty || ebpCode.isNone ? [] : lastPlatform.facts(ebpCode, enterprises)
      let ofAgent = lastAgent.facts(agent[row], enterprises)
      let all = ofSeller.rawValue | ofCarrier.rawValue | ofPlatform.rawValue | ofAgent.rawValue
      // The usual list has nothing to be told.
      if all == 0 { continue }
      let codes = ofSeller.union(ofCarrier).union(ofPlatform)
      var word = ofSeller.priority &<< ListResults.priorityShift
      if codes.contains(.unregistered) { word |= Finding.enterpriseUnregistered.bit }
      if codes.contains(.wrongCode) { word |= Finding.enterpriseCode.bit }
      if ofSeller.union(ofCarrier).union(ofAgent).contains(.blacklisted) {
        word |= Finding.enterpriseBlacklisted.bit
      }
      words[row] |= word
    }
  }

  /// The code looked up last, and what is known of it.
  private struct Last {
    private var key: CodeKey?
    private var known = EnterpriseFacts(rawValue: 0)

    @inline(__always)
    mutating func facts(_ code: Bytes, _ table: EnterpriseTable) -> EnterpriseFacts {
      let key = CodeKey(code)
      if let key, key == self.key { return known }
      let facts = table.facts(code)
      self.key = key
      known = facts
      return facts
    }
  }

  func judgeBuyers(_ heads: Table, _ words: inout [UInt64]) {
    let id = heads.text("buyerIdNumber")
    for row in words.indices where CheckCharacters.identityNumberIsRight(id[row]) == false {
      words[row] |= Finding.buyerId.bit
    }
  }
}
