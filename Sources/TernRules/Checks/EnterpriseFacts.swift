import TernCEB
import TernReference

/// What is known of an enterprise code.
struct EnterpriseFacts: OptionSet, BitwiseCopyable {
  var rawValue: UInt8
  static var unregistered: EnterpriseFacts { EnterpriseFacts(rawValue: 1) }
  static var wrongCode: EnterpriseFacts { EnterpriseFacts(rawValue: 2) }
  static var blacklisted: EnterpriseFacts { EnterpriseFacts(rawValue: 4) }
  /// Bits 3–5: 1 is first; 0 for none.
  var priority: UInt64 { UInt64(rawValue >> 3) }
}

/// Facts of codes: those of the register are made once.
struct EnterpriseTable {
  private let register: EnterpriseRegister?
  /// By place in the register.
  private let known: [EnterpriseFacts]

  init(_ register: EnterpriseRegister?, priorityClasses: [String]) {
    self.register = register
    guard let register else {
      known = []
      return
    }
    known = register.codes.indices.map { place in
      let enterprise = register.enterprises[place]
      let priority = (priorityClasses.firstIndex(of: enterprise.creditClass) ?? -1) + 1
      var facts = EnterpriseFacts(rawValue: UInt8(priority) << 3)
      if enterprise.isBlacklisted { facts.insert(.blacklisted) }
      var code = register.codes[place]
      if code.withUTF8({ unsafe CheckCharacters.enterpriseCodeIsRight(Bytes($0)) }) == false {
        facts.insert(.wrongCode)
      }
      return facts
    }
  }

  @inline(__always)
  func facts(_ code: Bytes) -> EnterpriseFacts {
    if let register {
      if let place = register.place(of: code) { return known[place] }
      return unknown(code).union(.unregistered)
    }
    return unknown(code)
  }

  @inline(never)
  private func unknown(_ code: Bytes) -> EnterpriseFacts {
    CheckCharacters.enterpriseCodeIsRight(code) == false ? .wrongCode : []
  }
}
