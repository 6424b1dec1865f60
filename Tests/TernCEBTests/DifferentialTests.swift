import Glibc
import TernCEB
import Testing

/// The decoder against libxml2: the same messages are accepted and rejected, and the same values come
/// out, with every kernel, learned templates or none.
@Suite struct DifferentialTests {
  /// More mutations than usual: `TERN_MUTATIONS`. Another seed: `TERN_SEED`.
  private static func setting(_ name: String) -> Int? {
    unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) }
  }

  private static let seed = UInt64(setting("TERN_SEED") ?? 20_260_301)

  /// Decoders that learn from everything they meet, one per kernel.
  private struct WarmDecoders {
    let decoders = kernels.map { ($0, UnitDecoder(kernel: $0)) }

    /// The first thing that is wrong with what `source` decodes to, or nil.
    func fault(of source: [UInt8]) -> String? {
      let cold = decode(source)
      if let difference = Expectation(source).difference(from: cold) { return difference }
      for (kernel, decoder) in decoders {
        if let difference = decode(source, with: decoder).difference(from: cold) {
          return "\(kernel), after other messages: \(difference)"
        }
      }
      return nil
    }
  }

  @Test("messages in random shapes", arguments: Kind.allCases)
  func shapes(kind: Kind) {
    let seed = Self.seed + UInt64(kind.rawValue)
    print("DifferentialTests.shapes: \(kind.name), seed \(seed)")
    var shaper = MessageShaper(seed: seed)
    let warm = WarmDecoders()
    var accepted = 0
    for round in 0..<40 {
      let source = Array(shaper.message(kind, maxDocuments: round % 10 == 9 ? 101 : 5).utf8)
      if case .documents(_, let rows, _) = Expectation(source) { accepted += rows.count }
      if let fault = warm.fault(of: source) {
        Issue.record("seed \(seed), round \(round): \(fault)\n\(String(decoding: source.prefix(4000), as: UTF8.self))")
        return
      }
    }
    #expect(accepted > 40, "too few messages are good for the comparison to mean something")
  }

  @Test("mutations of messages")
  func mutations() {
    let seed = Self.seed + 100
    let rounds = Self.setting("TERN_MUTATIONS") ?? 1000
    print("DifferentialTests.mutations: \(rounds) rounds, seed \(seed)")
    var shaper = MessageShaper(seed: seed)
    let warm = WarmDecoders()
    var (good, bad) = (0, 0)
    for round in 0..<rounds {
      let kind = shaper.random.pick(Kind.allCases)
      let source = shaper.mutated(
        Array(shaper.message(kind, maxDocuments: round % 16 == 15 ? 40 : 2).utf8))
      if case .rejected = Expectation(source) { bad += 1 } else { good += 1 }
      if let fault = warm.fault(of: source) {
        Issue.record("seed \(seed), round \(round): \(fault)\n\(String(decoding: source, as: UTF8.self))")
        return
      }
    }
    print("DifferentialTests.mutations: \(good) messages accepted, \(bad) rejected")
    #expect(good > rounds / 20 && bad > rounds / 20, "both sides must be met often")
  }
}
