import Glibc
import TernCEB
import Testing

/// The decoder against libxml2: the same messages are accepted and rejected, and the same values come
/// out, with every kernel, by learned templates or by the general path alone, plain, in GB18030 and in envelopes.
@Suite struct DifferentialTests {
  /// More mutations than usual: `TERN_MUTATIONS`. Another seed: `TERN_SEED`.
  private static func setting(_ name: String) -> Int? {
    unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) }
  }

  private static let seed = UInt64(setting("TERN_SEED") ?? 20_260_301)

  /// Decoders that learn from everything they meet, one per kernel, and one that makes no use of it.
  private struct Decoders {
    let decoders: [(name: String, decoder: UnitDecoder, batch: DocumentBatch)]

    init() {
      let general = UnitDecoder()
      general.followsTemplates = false
      decoders =
        kernels.map { ("\($0), after other messages", UnitDecoder(kernel: $0), DocumentBatch()) }
        + [("by the general path alone", general, DocumentBatch())]
    }

    /// The first thing that is wrong with what `source` decodes to, or nil.
    func fault(of source: [UInt8], _ expectation: Expectation) -> String? {
      let cold = decode(source)
      if let difference = expectation.difference(from: cold) { return difference }
      for (name, decoder, batch) in decoders {
        batch.removeAll()
        if let difference = decode(source, with: decoder, into: batch).difference(from: cold) {
          return "\(name): \(difference)"
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
    let decoders = Decoders()
    var accepted = 0
    // The other kinds are read by the same code: a few rounds tell whether their catalogue is right.
    for round in 0..<(kind.role.decides ? 30 : 10) {
      let source = Array(shaper.message(kind, maxDocuments: round % 10 == 9 ? 101 : 5).utf8)
      let expectation = Expectation(source)
      if case .documents(_, let rows, _) = expectation { accepted += rows.count }
      if let fault = decoders.fault(of: source, expectation) {
        Issue.record("seed \(seed), round \(round): \(fault)\n\(String(decoding: source.prefix(4000), as: UTF8.self))")
        return
      }
    }
    #expect(accepted > 10, "too few messages are good for the comparison to mean something")
  }

  /// How a mutated message is written.
  enum Form: String, CaseIterable {
    case plain, gb18030
    /// The message inside is mutated, or the envelope around it.
    case enveloped, envelope
  }

  @Test("mutations of messages", arguments: Form.allCases)
  func mutations(form: Form) {
    let seed = Self.seed + 100 + UInt64(Form.allCases.firstIndex(of: form)!)
    // A third of the mutations is of plain messages.
    let all = Self.setting("TERN_MUTATIONS") ?? 900
    let rounds = form == .plain ? all / 3 : all * 2 / 9
    print("DifferentialTests.mutations: \(form), \(rounds) rounds, seed \(seed)")
    var shaper = MessageShaper(seed: seed)
    let decoders = Decoders()
    var (good, bad) = (0, 0)
    for round in 0..<rounds {
      let kind = shaper.random.pick(Kind.allCases)
      let message = shaper.message(kind, maxDocuments: round % 16 == 15 ? 40 : 2)
      let source: [UInt8]
      switch form {
      case .plain: source = shaper.mutated(Array(message.utf8))
      case .gb18030: source = shaper.mutated(gb18030(message.declaringGB18030))
      case .enveloped:
        let isForeign = shaper.random.chance(0.3)
        let inner = shaper.mutated(isForeign ? gb18030(message.declaringGB18030) : Array(message.utf8))
        source = TernCEBTests.envelope(inner)
      case .envelope:
        let shape = EnvelopeShape(
          prefix: shaper.random.pick(["dxp", "", "x"]), hasServer: shaper.random.chance(0.3))
        let data = base64(Array(message.utf8), lineLength: shaper.random.pick([0, 4, 76]))
        // Nearly all of an envelope is base64: mostly the rest is mutated.
        let isWhole = shaper.random.chance(0.2)
        let mutated = shaper.mutated(Array(TernCEBTests.envelope(data: isWhole ? data : "DATA", shape).utf8))
        source = replacing(mutated, "DATA", by: Array(data.utf8))
      }
      let expectation = Expectation(source)
      if case .rejected = expectation { bad += 1 } else { good += 1 }
      if let fault = decoders.fault(of: source, expectation) {
        Issue.record("seed \(seed), round \(round): \(fault)\n\(String(decoding: source, as: UTF8.self))")
        return
      }
    }
    print("DifferentialTests.mutations: \(form), \(good) messages accepted, \(bad) rejected")
    #expect(good > rounds / 40 && bad > rounds / 40, "both sides must be met often")
  }
}

extension String {
  /// The message under a declaration of GB18030 instead of its own.
  fileprivate var declaringGB18030: String {
    var body = self
    if body.hasPrefix("\u{FEFF}") { body.removeFirst() }
    if body.hasPrefix("<?xml"), let end = body.firstIndex(of: ">") { body = String(body[body.index(after: end)...]) }
    return "<?xml version='1.0' encoding='GB18030'?>" + body
  }
}
