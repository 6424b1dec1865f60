import TernCEB
import TernReference

/// What is known of an enterprise code.
@frozen @usableFromInline struct EnterpriseFacts: OptionSet, BitwiseCopyable {
  @usableFromInline var rawValue: UInt8
  @usableFromInline init(rawValue: UInt8) { self.rawValue = rawValue }
  static var unregistered: EnterpriseFacts { EnterpriseFacts(rawValue: 1) }
  static var wrongCode: EnterpriseFacts { EnterpriseFacts(rawValue: 2) }
  static var blacklisted: EnterpriseFacts { EnterpriseFacts(rawValue: 4) }
  /// Bits 3–5: 1 is first; 0 for none.
  var priority: UInt64 { UInt64(rawValue >> 3) }
}

/// Codes repeat from list to list: what was last looked up, by a hash of the code.
struct EnterpriseCache {
  private struct Entry {
    /// The code, zero-padded, and its length in the last byte.
    var key = SIMD32<UInt8>(repeating: 0xFF)
    var facts = EnterpriseFacts(rawValue: 0)
  }

  private let register: EnterpriseRegister?
  /// Priority by number of credit class.
  private let priorities: [UInt8]
  private var entries = [Entry](repeating: Entry(), count: 1 << 10)

  init(_ register: EnterpriseRegister?, priorityClasses: [String]) {
    self.register = register
    priorities = (register?.creditClasses ?? []).map { name in
      UInt8((priorityClasses.firstIndex(of: name) ?? -1) + 1)
    }
  }

  @inline(__always)
  mutating func facts(_ code: Bytes) -> EnterpriseFacts {
    guard code.count < 32 else { return look(code) }
    var key = SIMD32<UInt8>(repeating: 0)
    var hash: UInt64 = 0
    for index in 0..<code.count {
      key[index] = code[index]
      hash = (hash &+ UInt64(code[index])) &* 0x9E37_79B9_7F4A_7C15
    }
    key[31] = UInt8(truncatingIfNeeded: code.count)
    let slot = Int(truncatingIfNeeded: hash >> 54)
    if entries[slot].key == key { return entries[slot].facts }
    let facts = look(code)
    entries[slot] = Entry(key: key, facts: facts)
    return facts
  }

  @inline(never)
  private func look(_ code: Bytes) -> EnterpriseFacts {
    var facts = EnterpriseFacts(rawValue: 0)
    if CheckCharacters.enterpriseCodeIsRight(code) == false { facts.insert(.wrongCode) }
    guard let register else { return facts }
    guard let place = register.place(of: code) else { return facts.union(.unregistered) }
    if register.isBlacklisted(place) { facts.insert(.blacklisted) }
    facts.formUnion(EnterpriseFacts(rawValue: priorities[register.creditClass(place)] << 3))
    return facts
  }
}
