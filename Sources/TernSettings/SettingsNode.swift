import Yams

/// One value of the file with its place, and what may be read from it.
struct SettingsNode {
  let node: Node
  /// How it is called: `findings.amount.paid.tolerance`.
  let path: String

  var line: Int? { node.mark?.line }

  func fail(_ what: String) -> SettingsError {
    SettingsError(line: line, path.isEmpty ? what : "\(path): \(what)")
  }

  /// Names and values in the order of the file.
  func entries(_ what: String) throws(SettingsError) -> [(name: SettingsNode, value: SettingsNode)] {
    guard case .mapping(let mapping) = node else { throw fail("\(what) is expected, as 'name: value'") }
    var entries: [(name: SettingsNode, value: SettingsNode)] = []
    for (key, value) in mapping {
      let name = SettingsNode(node: key, path: path)
      let inner = path.isEmpty ? try name.text("a name") : "\(path).\(try name.text("a name"))"
      entries.append((SettingsNode(node: key, path: inner), SettingsNode(node: value, path: inner)))
    }
    return entries
  }

  func items(_ what: String) throws(SettingsError) -> [SettingsNode] {
    guard case .sequence(let sequence) = node else { throw fail("\(what) is expected, as '[a, b]'") }
    return sequence.map { SettingsNode(node: $0, path: path) }
  }

  /// As it is written.
  func text(_ what: String) throws(SettingsError) -> String {
    guard case .scalar(let scalar) = node else { throw fail("\(what) is expected") }
    return scalar.string
  }

  func flag() throws(SettingsError) -> Bool {
    switch try text("true or false") {
    case "true": return true
    case "false": return false
    case let other: throw fail("'\(other)': true or false is expected")
    }
  }

  func integer(_ range: ClosedRange<Int>) throws(SettingsError) -> Int {
    let what = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    let value = try text(what)
    guard let number = Int(value), range.contains(number) else { throw fail("'\(value)': \(what) is expected") }
    return number
  }

  /// Plain digits with at most one point: the value × 10^`fractionDigits`.
  func decimal(
    _ what: String, fractionDigits: Int, max: Int64, suffix: String = ""
  ) throws(SettingsError) -> Int64 {
    let value = try text(what)
    guard value.hasSuffix(suffix), let number = Self.scaled(value.dropLast(suffix.count), fractionDigits),
      number <= max
    else { throw fail("'\(value)': \(what) is expected") }
    return number
  }

  private static func scaled(_ text: Substring, _ fractionDigits: Int) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = parts.first, !whole.isEmpty else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard parts.count == 1 || !fraction.isEmpty, fraction.utf8.count <= fractionDigits else { return nil }
    let digits = whole + fraction + String(repeating: "0", count: fractionDigits - fraction.utf8.count)
    guard digits.utf8.count <= 18, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(digits)
  }
}
