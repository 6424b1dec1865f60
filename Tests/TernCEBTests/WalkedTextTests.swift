import TernCEB
import TernTestSupport
import Testing

/// A walk puts texts into the columns while it reads; whatever it cannot judge is filled again from the
/// spans. Both must give what the general path gives.
@Suite struct WalkedTextTests {
  private func expectSame(_ source: [UInt8], _ note: String) {
    let general = UnitDecoder()
    general.followsTemplates = false
    let expected = decode(source, with: general)
    for kernel in kernels {
      let decoder = UnitDecoder(kernel: kernel)
      // What the first time learns, the second follows; a batch that holds rows is appended to.
      _ = decode(source, with: decoder)
      let batch = decode(source, with: decoder)
      #expect(batch.difference(from: expected) == nil, "\(kernel), \(note)")
      let twice = decode(source, with: decoder, into: batch)
      #expect(twice.documentCount == 2 * expected.documentCount, "\(kernel), \(note)")
      let texts = expected.kinds.flatMap { $0.documentCount == 0 ? [] : $0.heads.values("appType") }
      #expect(twice.kinds.flatMap { $0.documentCount == 0 ? [] : $0.heads.values("appType") } == texts + texts)
    }
  }

  private func text(_ random: inout SeededGenerator) -> String? {
    switch random.below(14) {
    case 0: return nil
    case 1: return ""
    case 2: return " inner and outer spaces "
    case 3: return "A&B"
    case 4: return String(repeating: "x", count: random.pick([31, 32, 33, 63, 64, 65, 96]))
    case 5: return String(repeating: "清", count: random.pick([1, 10, 11, 21, 22]))
    case 6: return String(repeating: "单a", count: 60)
    default: return random.pick(["2", "plain", "91370200MA10000094"])
    }
  }

  @Test("texts of any length, empty, absent, with references, in any document", arguments: [Kind.order303, .list603, .waybill511])
  func anyTexts(kind: Kind) {
    for seed in UInt64(1)...12 {
      print("WalkedTextTests.anyTexts: \(kind), seed \(seed)")
      var random = SeededGenerator(seed: seed)
      var all = (0..<120).map { Document.valid(kind, number: $0 + 1, lines: $0 % 5 + 1) }
      let rate = random.pick([0.002, 0.02, 0.2])
      for index in all.indices {
        for field in kind.spec.headFields where field.type == .text && random.chance(rate) {
          all[index][head: field.name] = text(&random)
        }
        for line in all[index].lines.indices {
          for field in kind.spec.lineFields where field.type == .text && random.chance(rate) {
            all[index][line, field.name] = text(&random)
          }
        }
      }
      expectSame(Array(message(kind, all).utf8), "\(kind), seed \(seed)")
    }
  }

  @Test("more lines than a walk puts into columns at once", arguments: [16, 17, 511, 512, 513, 1200])
  func manyLines(count: Int) {
    let all = [Document.valid(.order311, number: 1), .valid(.order311, number: 2, lines: count), .valid(.order311, number: 3)]
    expectSame(Array(message(.order311, all + all).utf8), "\(count) lines")
  }

  @Test("long values, one or in every document of a group", arguments: [33, 500, 4_000, 4_096, 5_000, 100_000])
  func longValues(length: Int) {
    for isAlone in [true, false] {
      var all = documents(.order303, 60)
      for index in all.indices where !isAlone || index == 20 {
        all[index][head: "note"] = String(repeating: "长", count: length / 3) + "ab"
        all[index][0, "itemDescribe"] = String(repeating: "y", count: length)
      }
      expectSame(Array(message(.order303, all).utf8), "\(length) bytes")
    }
  }

  @Test("a value that goes on behind a comment or in CDATA, and one that is an element")
  func brokenValues() {
    for inner in ["a<!-- c -->b", "<![CDATA[c]]>", "a<![CDATA[c]]>", "<other>d</other>", "a<other/>", "a&lt;b", "\u{9}a"] {
      for place in [0, 7, 49, 50, 59] {
        var all = documents(.order303, 60)
        all[place][head: "ebpName"] = inner
        all[place][1, "itemName"] = inner
        expectSame(Array(message(.order303, all, verbatim: true).utf8), "\(inner) in document \(place)")
      }
    }
  }
}
