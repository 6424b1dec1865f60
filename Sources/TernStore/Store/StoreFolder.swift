/// Names within a store's folder.
enum StoreFolder {
  static let manifest = "manifest"
  static let key = "store.key"
  static let temporarySuffix = ".tmp"

  static func segment(_ number: Int) -> String { name("segment-", number) }
  static func ledger(_ number: Int) -> String { name("ledger-", number) }
  static func results(_ number: Int) -> String { name("results-", number) }

  private static func name(_ prefix: String, _ number: Int) -> String {
    let digits = String(number)
    return prefix + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".tern"
  }

  /// Whether a writer of this version could have made a file of this name: only such leftovers are
  /// ever removed.
  static func isOurs(_ name: String) -> Bool {
    var name = Substring(name)
    if name.hasSuffix(temporarySuffix) {
      name = name.dropLast(temporarySuffix.count)
      if name == manifest || name == key { return true }
    }
    for prefix in ["segment-", "ledger-", "results-"] where name.hasPrefix(prefix) {
      guard name.hasSuffix(".tern") else { continue }
      let digits = name.dropFirst(prefix.count).dropLast(5)
      return digits.count >= 8 && digits.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }
    return false
  }
}
