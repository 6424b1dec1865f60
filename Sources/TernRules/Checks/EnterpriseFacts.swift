import TernCEB
import TernReference

/// What the register knows of an enterprise code.
struct EnterpriseFacts: OptionSet, BitwiseCopyable, Sendable {
  var rawValue: UInt8
  static var unregistered: EnterpriseFacts { EnterpriseFacts(rawValue: 1) }
  static var blacklisted: EnterpriseFacts { EnterpriseFacts(rawValue: 2) }
  /// Bits 2–4: 1 is first; 0 for none.
  var priority: UInt64 { UInt64(rawValue >> 2) }
}

extension EnterpriseRegister {
  /// Of each entry.
  func facts(priorityClasses: [String] = []) -> [EnterpriseFacts] {
    enterprises.map { enterprise in
      let priority = (priorityClasses.firstIndex(of: enterprise.creditClass) ?? -1) + 1
      let facts = EnterpriseFacts(rawValue: UInt8(priority) << 2)
      return enterprise.isBlacklisted ? facts.union(.blacklisted) : facts
    }
  }
}
