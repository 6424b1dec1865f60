import TernCEB
import TernMatch
import TernReference

/// What the register says of sellers, by the digest that match rows carry of their code: nearly every list of a
/// row group has another seller, and the join has the digest at hand.
///
/// Open addressing at most two thirds full, 9 bytes a slot. Without a register, or where nothing is asked of it,
/// it has one free slot that says nothing.
struct SellerTable: Sendable {
  /// 0 is free: it stands for an empty code, which no register has.
  private var digests: [UInt64] = [0]
  /// Of a free slot what is true of a code that is not there.
  private var facts = [EnterpriseFacts()]
  /// Of `enterprise.unregistered` and `enterprise.blacklisted` those that are wanted, by direction.
  private let unregistered: [UInt64]
  private let blacklisted: [UInt64]

  init(_ settings: RuleSettings, _ reference: ReferenceData, secret: Secret) {
    let wanted = Direction.allCases.map { direction in
      settings.enabledBits(RuleScope.all.filter { $0.direction == direction })
    }
    unregistered = wanted.map { $0 & Finding.enterpriseUnregistered.bit }
    blacklisted = wanted.map { $0 & Finding.enterpriseBlacklisted.bit }
    let asked = (unregistered + blacklisted).reduce(0, |)
    guard let register = reference.enterprises, asked != 0 || !settings.priorityClasses.isEmpty else { return }
    let known = register.facts(priorityClasses: settings.priorityClasses)
    var size = 4
    while size < known.count * 2 * 3 / 2 { size *= 2 }
    digests = Array(repeating: 0, count: size)
    facts = Array(repeating: .unregistered, count: size)
    for direction in Direction.allCases {
      let all = sellerDigests(register.codes, direction, secret: secret)
      for (digest, facts) in zip(all, known) {
        var slot = slot(digest)
        while digests[slot] != 0 { slot = (slot + 1) & (size - 1) }
        digests[slot] = digest
        self.facts[slot] = facts
      }
    }
  }

  /// Digests are random: some of their bits do.
  @inline(__always) private func slot(_ digest: UInt64) -> Int {
    Int(truncatingIfNeeded: digest) & (digests.count &- 1)
  }

  /// Finding bits and priority, as `ListResults` has them.
  @inline(__always) func word(_ digest: UInt64, _ direction: Direction) -> UInt64 {
    var slot = slot(digest)
    while digests[slot] != digest && digests[slot] != 0 { slot = (slot &+ 1) & (digests.count &- 1) }
    let facts = facts[slot]
    if facts.rawValue == 0 { return 0 }
    var word = facts.priority &<< ListResults.priorityShift
    if facts.contains(.unregistered) { word |= unregistered[Int(direction.rawValue)] }
    if facts.contains(.blacklisted) { word |= blacklisted[Int(direction.rawValue)] }
    return word
  }
}
