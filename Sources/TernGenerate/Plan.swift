/// One version of one document of a parcel: how it differs from the plain one.
struct Version: BitwiseCopyable, Sendable {
  var appType: UInt8 = 1
  var appStatus: UInt8 = 2
  /// Versions of one document differ in `guid` where this does.
  var guid: UInt8 = 0
  /// Digit in the order's, waybill's and list's own number: another order, another waybill …
  var order: UInt8 = 0
  var waybill: UInt8 = 0
  var list: UInt8 = 0
  /// Which of the order's payments.
  var part: UInt8 = 0
  /// A value that a later version corrects, or that nobody should ever look at.
  var isWrong = false
  /// Sent after everything else of its block.
  var isLast = false
  var flaw = Flaw.none
  /// Seconds added to `appTime`.
  var delay: Int32 = 0
}

/// What makes a document unusable.
enum Flaw: UInt8 {
  case none
  /// A number that is none.
  case number
  /// A required element is not there.
  case absentElement
  /// A day that does not exist.
  case date
}

/// The part that a document plays.
enum Role: Int, CaseIterable, Sendable {
  case order, payment, waybill, list
}

/// The documents of one parcel, and the verdicts that they lead to.
struct Plan {
  var documents: [(role: Role, version: Version)] = []
  /// Versions of lists that count, one verdict each.
  var verdicts: [(version: Version, findings: Findings)] = []
  var rejects = 0
  /// Findings of the parcel itself, whatever documents are sent.
  private var base = Findings()

  private mutating func add(_ role: Role, _ change: (inout Version) -> Void = { _ in }) {
    var version = Version()
    change(&version)
    documents.append((role, version))
  }

  private mutating func addPayments(of parcel: Parcel, _ change: (inout Version) -> Void = { _ in })
  {
    for part in 0..<parcel.paymentCount {
      add(.payment) {
        $0.part = part
        change(&$0)
      }
    }
  }

  /// The documents and verdicts of `parcel`, whose differences of value give `findings`.
  mutating func make(_ parcel: Parcel, _ findings: Findings) {
    documents.removeAll(keepingCapacity: true)
    verdicts.removeAll(keepingCapacity: true)
    rejects = 0
    base = findings
    if let fault = parcel.fault, makeStructural(fault, parcel) { return }
    addTriplet(parcel)
    add(.list)
    verdict()
  }

  private mutating func addTriplet(_ parcel: Parcel, except role: Role? = nil) {
    if role != .order { add(.order) }
    if role != .payment { addPayments(of: parcel) }
    if role != .waybill { add(.waybill) }
  }

  /// Another order with its payments.
  private mutating func addSecondPurchase(_ parcel: Parcel) {
    add(.order) {
      $0.guid = 1
      $0.order = 1
    }
    addPayments(of: parcel) {
      $0.guid = 1
      $0.order = 1
    }
  }

  private mutating func verdict(_ findings: Findings = Findings(), of version: Version = Version()) {
    verdicts.append((version, findings.union(base)))
  }

  /// Faults of documents too few or too many. False: `fault` is none of them.
  private mutating func makeStructural(_ fault: Fault, _ parcel: Parcel) -> Bool {
    let someRole = Role(rawValue: Int(parcel.salt >> 20 & 3)) ?? .order
    let minutes = Int32(parcel.salt >> 24 & 15) * 60 + 61
    switch fault {
    case .orderMissing, .orderMissingLate:
      makeMissing(.order, .orderMissing, parcel)
    case .paymentMissing, .paymentMissingLate:
      makeMissing(.payment, .paymentMissing, parcel)
    case .waybillMissing, .waybillMissingLate:
      makeMissing(.waybill, .waybillMissing, parcel)
    case .orderBroken:
      makeBroken(.order, parcel)
      verdict(Findings(.orderMissing))
    case .paymentBroken:
      makeBroken(.payment, parcel)
      verdict(Findings(.paymentMissing))
    case .waybillBroken:
      makeBroken(.waybill, parcel)
      verdict(Findings(.waybillMissing))
    case .listBroken:
      makeBroken(.list, parcel)

    case .orderDuplicate:
      makeAgain(.order, parcel, minutes)
      verdict(Findings(.orderDuplicate))
    case .paymentDuplicate:
      makeAgain(.payment, parcel, minutes)
      verdict(Findings(.paymentDuplicate))
    case .waybillDuplicate:
      makeAgain(.waybill, parcel, minutes)
      verdict(Findings(.waybillDuplicate))
    case .listDuplicate:
      makeAgain(.list, parcel, minutes)
      verdict(Findings(.listDuplicate))
    case .listSecond:
      // The first of the two in appTime is clean.
      addTriplet(parcel)
      add(.list)
      add(.waybill) {
        $0.guid = 1
        $0.waybill = 1
      }
      let second = Version(guid: 1, waybill: 1, list: 1, delay: minutes)
      documents.append((.list, second))
      verdict()
      verdict(Findings(.listDuplicate), of: second)
    case .waybillShared:
      addTriplet(parcel)
      add(.list)
      addSecondPurchase(parcel)
      let second = Version(guid: 1, order: 1, list: 1, delay: minutes)
      documents.append((.list, second))
      verdict(Findings(.waybillShared))
      verdict(Findings(.waybillShared), of: second)
    case .limitAnnual:
      addTriplet(parcel)
      add(.list)
      addSecondPurchase(parcel)
      add(.waybill) {
        $0.guid = 1
        $0.order = 1
        $0.waybill = 1
      }
      let second = Version(guid: 1, order: 1, waybill: 1, list: 1, delay: minutes)
      documents.append((.list, second))
      verdict()
      verdict(Findings(.regimeLimitAnnual), of: second)

    case .draft:
      addTriplet(parcel)
      add(.list)
      add(someRole) {
        $0.appStatus = 1
        $0.guid = 1
        $0.isWrong = true
        $0.delay = minutes
      }
      verdict()
    case .change, .lateOldVersion:
      // The wrong version is the older one; it comes after its correction where it is late.
      addTriplet(parcel, except: someRole)
      if someRole != .list { add(.list) }
      add(someRole) { $0.appType = 2 }
      add(someRole) {
        $0.guid = 1
        $0.isWrong = true
        $0.delay = -minutes
        $0.isLast = fault == .lateOldVersion
      }
      verdict()
    case .deleteUnrelated:
      addTriplet(parcel)
      add(.list)
      for isDelete in [false, true] {
        add(someRole) {
          $0.guid = 3
          $0.order = 3
          $0.waybill = 3
          $0.list = 3
          $0.appType = isDelete ? 3 : 1
          $0.delay = isDelete ? minutes : 0
        }
      }
      verdict()
    case .sameTwice:
      addTriplet(parcel)
      add(.list)
      add(someRole)
      verdict()
    case .orderRenewed:
      // A new one after a delete is no duplicate.
      addTriplet(parcel)
      add(.list)
      add(.order) {
        $0.guid = 1
        $0.isWrong = true
        $0.delay = -2 * minutes
      }
      add(.order) {
        $0.guid = 1
        $0.isWrong = true
        $0.delay = -minutes
        $0.appType = 3
      }
      verdict()
    case .waybillReused:
      addTriplet(parcel)
      add(.list)
      let days = Int32(parcel.salt >> 30 & 127) + 185
      add(.waybill) {
        $0.guid = 1
        $0.isWrong = true
        $0.delay = -days * 86_400
      }
      verdict()
    default:
      return false
    }
    return true
  }

  private mutating func makeMissing(_ role: Role, _ finding: Finding, _ parcel: Parcel) {
    addTriplet(parcel, except: role)
    add(.list)
    verdict(Findings(finding))
  }

  private mutating func makeBroken(_ role: Role, _ parcel: Parcel) {
    addTriplet(parcel, except: role)
    if role != .list { add(.list) }
    let flaws: [Flaw] = [.number, .absentElement, .date]
    add(role) { $0.flaw = flaws[Int(parcel.salt >> 40) % 3] }
    rejects = 1
  }

  /// The same document anew under another guid.
  private mutating func makeAgain(_ role: Role, _ parcel: Parcel, _ delay: Int32) {
    addTriplet(parcel)
    add(.list)
    add(role) {
      $0.guid = 1
      $0.delay = delay
    }
  }
}
