import TernCEB
import TernReference

/// What the register knows of an enterprise code.
struct EnterpriseFacts: OptionSet, BitwiseCopyable {
  var rawValue: UInt8
  static var unregistered: EnterpriseFacts { EnterpriseFacts(rawValue: 1) }
  static var blacklisted: EnterpriseFacts { EnterpriseFacts(rawValue: 2) }
  /// Bits 2–4: 1 is first; 0 for none.
  var priority: UInt64 { UInt64(rawValue >> 2) }
}

/// The facts of all codes of a register, made once.
struct EnterpriseTable {
  private let register: EnterpriseRegister
  /// By place in the register.
  private let known: [EnterpriseFacts]
  /// Some class comes first.
  let hasPriorities: Bool

  init(_ register: EnterpriseRegister, priorityClasses: [String]) {
    self.register = register
    hasPriorities = !priorityClasses.isEmpty
    known = register.enterprises.map { enterprise in
      let priority = (priorityClasses.firstIndex(of: enterprise.creditClass) ?? -1) + 1
      let facts = EnterpriseFacts(rawValue: UInt8(priority) << 2)
      return enterprise.isBlacklisted ? facts.union(.blacklisted) : facts
    }
  }

  @inline(__always)
  func facts(_ code: Bytes) -> EnterpriseFacts {
    register.place(of: code).map { known[$0] } ?? .unregistered
  }
}
