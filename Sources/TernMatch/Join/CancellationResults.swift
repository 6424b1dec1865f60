import TernCEB

/// What became of a cancellation.
public enum CancellationEffect: UInt8, Sendable, CaseIterable {
  /// A draft, an old version, or deleted.
  case doesNotCount = 0
  case cancels = 1
  /// Orphan: no list of that identity counts.
  case noList = 2
  /// Orphan: the list's counting version is later.
  case listIsLater = 3

  public var isOrphan: Bool { self == .noList || self == .listIsLater }
}

/// The effects of all cancellations, by dense number: a byte each.
///
/// Several threads write it without locks: each cancellation belongs to exactly one partition.
@safe
public final class CancellationResults: @unchecked Sendable {
  public let numbering: ListNumbering
  private var effects: GrowableBuffer<UInt8>

  /// `numbering` of the cancellations. Until it is set, an effect is `doesNotCount`.
  public init(_ numbering: ListNumbering) {
    self.numbering = numbering
    effects = GrowableBuffer(capacity: numbering.count)
    effects.append(repeating: CancellationEffect.doesNotCount.rawValue, count: numbering.count)
  }

  public subscript(index: Int) -> CancellationEffect {
    get { CancellationEffect(rawValue: effects[index]) ?? .doesNotCount }
    set {
      precondition(index >= 0 && index < numbering.count, "no such cancellation")
      // Not through the buffer's own subscript: that would claim all of it for one thread.
      unsafe effects.base[index] = newValue.rawValue
    }
  }
}
