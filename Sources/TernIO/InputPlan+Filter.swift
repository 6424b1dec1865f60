extension InputPlan {
  /// Takes out the sources for which `isRemoved` holds; the others close up.
  public mutating func removeSources(where isRemoved: (Int) -> Bool) {
    entries = entries.indices.filter { !isRemoved($0) }.map { entries[$0] }
    totalBytes = entries.reduce(0) { $0 + $1.size }
  }
}
