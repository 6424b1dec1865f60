import CDriver
import Tern
import TernRules
import TernSettings

/// One input of libFuzzer: a rules file. What is refused changes nothing and names a line that is there; what is
/// taken gives the same a second time, and is the same when read back from what results keep of it. A difference
/// traps.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let text = String(decoding: bytes, as: UTF8.self)
  var (rules, alerts) = (RuleSettings(), AlertSettings())
  let error = apply(text, &rules, &alerts)
  if fuzz_is_canary() != 0 {
    // Planted: a window of no days is taken for a difference. No seed has one.
    require(rules.windowDays != 0, "the canary's bug")
  }
  if let error {
    require(rules == RuleSettings() && alerts == AlertSettings(), "a refused file changes something")
    // Libraries count other line ends too; there are never more lines than characters.
    require((error.line ?? 1) >= 1 && (error.line ?? 1) <= size + 1, "a line that is not there")
    return 0
  }
  let (once, onceAlerts) = (rules, alerts)
  require(apply(text, &rules, &alerts) == nil && rules == once && alerts == onceAlerts, "a second time gives another result")
  let entries = Dictionary(uniqueKeysWithValues: once.entries.map { ($0.name, $0.value) })
  var readBack = RuleSettings(entries: entries)
  readBack.asOf = nil
  require(readBack == once, "read back from its entries it is another")
  return 0
}

private func require(_ condition: Bool, _ what: String) {
  if !condition { fatalError(what) }
}

private func apply(_ text: String, _ rules: inout RuleSettings, _ alerts: inout AlertSettings) -> SettingsError? {
  do throws(SettingsError) {
    try RulesFile.apply(text, to: &rules, alerts: &alerts)
    return nil
  } catch {
    return error
  }
}
