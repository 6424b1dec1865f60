import TernStats

extension TimeSpan? {
  /// Nothing given means any time.
  func contains(_ seconds: Int64) -> Bool { self?.seconds.contains(seconds) ?? true }
}
