/// As in `Alert.swift`, which needs more of the module than a rules file does.
public enum AlertLevel: String, Sendable, CaseIterable {
  case high, medium, low
}
