import TernCEB
import TernTestSupport
import Testing

@testable import TernMatch

@Suite("results of lists")
struct ListResultsTests {
  private static let kept = ListResults.findingsMask | 0xff << 56

  @Test("a word comes back whole, whatever parts of it have arrays of their own", arguments: [1, 2] as [UInt64])
  func words(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let results = ListResults(ListNumbering(listRows: [(export: 70, import: 33), (export: 5, import: 0)]))
    var wanted = [UInt64](repeating: 0, count: results.count)
    for _ in 0..<2000 {
      let index = Int.random(in: 0..<results.count, using: &random)
      let bits = UInt64.random(in: 0...UInt64.max, using: &random) & Self.kept & UInt64.random(in: 0...UInt64.max, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        results.set(index, word: bits)
        wanted[index] = bits
      case 1:
        results.add(index, bits)
        wanted[index] |= bits
      default:
        results.keep(index, bits)
        wanted[index] &= bits
      }
    }
    for index in 0..<results.count {
      let word = wanted[index]
      #expect(results.word(index) == word, "seed \(seed)")
      #expect(results.counts(index) == (word >> 63 == 1), "seed \(seed)")
      #expect(results.isCancelled(index) == (word >> 62 & 1 == 1), "seed \(seed)")
      #expect(results.findings(index) == (word >> 63 == 1 ? word & ListResults.findingsMask : 0), "seed \(seed)")
    }
  }

  @Test("packed bits say of every list what its byte says", arguments: [0, 1, 7, 8, 9, 64, 203])
  func packing(count: Int) {
    var random = SeededGenerator(seed: UInt64(count))
    let results = ListResults(ListNumbering(listRows: [(export: count, import: 0)]))
    for index in 0..<count {
      results.set(index, word: UInt64.random(in: 0...UInt64.max, using: &random) & Self.kept)
    }
    let bytes = results.counting
    let before = (0..<count).map(bytes.bit)
    results.packCounting()
    let packed = results.counting
    #expect(!bytes.isPacked && packed.isPacked)
    #expect((0..<count).map(packed.bit) == before, "seed \(count)")
    #expect(before == (0..<count).map { results.counts($0) ? 1 : 0 }, "seed \(count)")
  }
}
