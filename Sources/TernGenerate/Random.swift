/// SplitMix64: a counter with a good mixing function (Steele, Lea, Flood 2014).
///
/// Keyed by (seed, index), so any list can be made without making those before it: that is what
/// lets threads share the work and still give the same bytes.
struct Random: Sendable {
  private var state: UInt64

  init(seed: UInt64, index: UInt64) {
    state = Self.mix(seed &+ Self.golden) ^ Self.mix(index &* Self.golden &+ 1)
  }

  mutating func next() -> UInt64 {
    state &+= Self.golden
    return Self.mix(state)
  }

  /// Uniform in 0 ..< `bound`, up to a bias of bound / 2^64.
  mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  mutating func isTrue(percent: Int) -> Bool { below(100) < percent }

  static let golden: UInt64 = 0x9e37_79b9_7f4a_7c15

  static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
