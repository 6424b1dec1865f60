import TernRules
import TernStore

extension Engine {
  /// The rules and the as-of time that the stored verdicts were made by.
  func storedRules(_ store: Store) throws(TernError) -> RuleSettings {
    RuleSettings(entries: try storedSettings(store))
  }
}
