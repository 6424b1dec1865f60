import Glibc

/// Cuts a plan into extents, from sizes and order alone: this is why boundaries do not depend on
/// the back end or on timing. Small files share an extent while they fit; a large file gets
/// extents of its own, `unitBytes` each; a pipe gets a turn of its own and no extent.
struct Layout {
  enum Step {
    case pack(pieces: [Piece])
    case stretch(source: Int, offset: UInt64, count: Int, isLast: Bool)
    case stream(source: Int)
  }

  private let plan: InputPlan
  private let unitBytes: Int
  private let largeFileBytes: Int
  private var nextSource = 0
  private var offset: UInt64 = 0

  init(plan: InputPlan, options: InputOptions) {
    self.plan = plan
    unitBytes = options.unitBytes
    largeFileBytes = options.largeFileBytes
  }

  /// Where a small file of `count` bytes goes that may begin at `end` or later.
  static func start(of count: Int, after end: Int) -> Int {
    roundUp(end, to: count >= Tuning.pageAlignedBytes ? pageBytes : 64)
  }

  /// End of the room of a small file: one byte to see growth, rounding of a direct read, padding.
  static func end(of count: Int, from start: Int) -> Int {
    count >= Tuning.pageAlignedBytes
      ? start + max(roundUp(count + 1, to: pageBytes), count + InputUnit.paddingBytes)
      : start + count + InputUnit.paddingBytes
  }

  mutating func next() -> Step? {
    guard nextSource < plan.count else { return nil }
    if plan.isStream(nextSource) {
      defer { nextSource += 1 }
      return .stream(source: nextSource)
    }
    let size = plan.size(of: nextSource)
    guard size > UInt64(largeFileBytes) else { return .pack(pieces: pack()) }
    let count = Int(min(size - offset, UInt64(unitBytes)))
    let isLast = offset + UInt64(count) == size
    let step = Step.stretch(source: nextSource, offset: offset, count: count, isLast: isLast)
    offset += UInt64(count)
    if isLast {
      nextSource += 1
      offset = 0
    }
    return step
  }

  /// What was begun of this source is not wanted in stretches.
  mutating func skipRest(of source: Int) {
    guard nextSource == source else { return }
    nextSource += 1
    offset = 0
  }

  private mutating func pack() -> [Piece] {
    var pieces: [Piece] = []
    let limit = MemoryBlock.headroom + unitBytes
    var end = MemoryBlock.headroom
    while nextSource < plan.count, !plan.isStream(nextSource) {
      let size = plan.size(of: nextSource)
      guard size <= UInt64(largeFileBytes) else { break }
      let start = Self.start(of: Int(size), after: end)
      let newEnd = Self.end(of: Int(size), from: start)
      if !pieces.isEmpty, newEnd > limit { break }
      pieces.append(Piece(source: nextSource, offset: 0, planned: Int(size), start: start))
      end = newEnd
      nextSource += 1
    }
    return pieces
  }
}
