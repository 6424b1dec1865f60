/// What is wrong with a return (CEB213, CEB625). These are findings of the return, not of its list.
public enum ReturnFinding: UInt8, Sendable, CaseIterable {
  /// More is returned than is left of what was declared, or a `gnum` that was not declared: the return
  /// takes nothing off.
  case exceeds = 0
  /// No list that counts and is not cancelled has its `invtNo`.
  case orphan = 1

  /// The reports' vocabulary.
  public var name: String {
    switch self {
    case .exceeds: "return.exceeds"
    case .orphan: "return.orphan"
    }
  }

  public var severity: Severity {
    switch self {
    case .exceeds: .reject
    // The list may still come.
    case .orphan: .pending
    }
  }
}

/// How much of one list has come back, line by line.
public struct ReturnedGoods: Sendable {
  /// A line of the list, or of a return.
  public struct Line: Sendable, Equatable {
    public var gnum: Int64
    public var qtyE5: Int128

    public init(gnum: Int64, qtyE5: Int128) {
      self.gnum = gnum
      self.qtyE5 = qtyE5
    }
  }

  private let declared: [Line]
  /// By line of the list, × 10^5.
  public private(set) var returnedE5: [Int128]

  /// Nothing is back yet.
  public init(of list: [Line]) {
    declared = list
    returnedE5 = list.map { _ in 0 }
  }

  /// Takes a return off, whole or not at all. Returns are taken in order of `appTime`, then received.
  ///
  /// Quantities of one `gnum` add up, and lines of one `gnum` are used up in their order. A quantity
  /// below 0 was never declared, and of a line with such a one nothing can be returned.
  ///
  /// - Returns: what is taken of which line, or nil if it is more than is left (`return.exceeds`).
  /// - Complexity: O(lines of the list × lines of the return).
  public mutating func take(_ lines: [Line]) -> [(line: Int, qtyE5: Int128)]? {
    var wantedE5: [(gnum: Int64, qtyE5: Int128)] = []
    for line in lines {
      if line.qtyE5 < 0 { return nil }
      if let index = wantedE5.firstIndex(where: { $0.gnum == line.gnum }) {
        wantedE5[index].qtyE5 += line.qtyE5
      } else {
        wantedE5.append((line.gnum, line.qtyE5))
      }
    }
    var parts: [(line: Int, qtyE5: Int128)] = []
    for (gnum, qtyE5) in wantedE5 {
      var isDeclared = false
      var leftE5 = qtyE5
      for (index, line) in declared.enumerated() where line.gnum == gnum {
        isDeclared = true
        let part = min(leftE5, max(0, line.qtyE5 - returnedE5[index]))
        leftE5 -= part
        if part > 0 { parts.append((index, part)) }
      }
      if !isDeclared || leftE5 > 0 { return nil }
    }
    for (line, qtyE5) in parts { returnedE5[line] += qtyE5 }
    return parts
  }
}
