import Glibc
import TernTestSupport
import Testing

@testable import TernIO

/// Content digests: one definition, whoever computes them and in whatever parts.
@Suite struct DigestTests {
  func digest(_ bytes: [UInt8], _ key: DigestKey) -> ContentDigest {
    unsafe bytes.withUnsafeBytes { unsafe key.digest(of: $0) }
  }

  /// Lengths at which XXH3 and the leaves change their ways.
  static let lengths: [Int] = {
    let leaf = ContentDigest.leafBytes
    return [
      0, 1, 16, 17, 128, 129, 240, 241, 1024, leaf - 1, leaf, leaf + 1, 100_000, 2 * leaf - 1,
      2 * leaf, 2 * leaf + 1, 9 * leaf, 700_000,
    ]
  }()

  @Test func digestsDependOnBytesAndKeyAlone() throws {
    let folder = TemporaryFolder()
    let bytes = Array("the same bytes".utf8)
    let (one, two) = (folder.file("1", bytes), folder.file("2", bytes))
    let key = DigestKey(secret: [1, 2, 3])
    #expect(try key.digestOfFile(one) == key.digestOfFile(two))
    #expect(try key.digestOfFile(one) == digest(bytes, key))
    #expect(try key.digestOfFile(one) != DigestKey(secret: [1, 2, 4]).digestOfFile(one))
    #expect(try key.digestOfFile(one) != DigestKey(seed: 1).digestOfFile(one))
    #expect(try key.digestOfFile(one).rawBytes == 14)
    let error = #expect(throws: SystemFailure.self) { try key.digestOfFile("\(one)/x") }
    #expect(error?.errno == ENOTDIR && error?.operation == "open")
  }

  @Test(arguments: lengths) func partsGiveTheSameAsTheWhole(_ count: Int) throws {
    let key = DigestKey(secret: [1, 2, 3])
    var random = SeededGenerator(seed: 71)
    let text = random.text(count)
    let whole = digest(text, key)
    for longest in [37, 5_000, 300_000] where count / longest < 5_000 {
      let hasher = ContentHasher(key: key)
      var start = 0
      while start < count {
        let end = min(start + 1 + random.below(longest), count)
        let part = Array(text[start..<end])
        unsafe part.withUnsafeBytes { unsafe hasher.update($0) }
        start = end
      }
      #expect(hasher.finish() == whole, "seed 71: \(count) bytes in parts up to \(longest)")
      hasher.reset()
      #expect(hasher.finish() == digest([], key), "nothing is left after a reset")
    }
    let folder = TemporaryFolder()
    #expect(try key.digestOfFile(folder.file("a", text)) == whole)
  }

  @Test func aLongDigestIsTheOneOfItsLeaves() {
    let key = DigestKey(seed: 3)
    var random = SeededGenerator(seed: 73)
    let text = random.text(5 * ContentDigest.leafBytes / 2)
    var leaves: [UInt8] = []
    for start in stride(from: 0, to: text.count, by: ContentDigest.leafBytes) {
      let leaf = digest(Array(text[start..<min(start + ContentDigest.leafBytes, text.count)]), key)
      for word in [leaf.low, leaf.high] {
        for byte in 0..<8 { leaves.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))) }
      }
    }
    let (whole, root) = (digest(text, key), digest(leaves, key))
    #expect((whole.low, whole.high) == (root.low, root.high))
    #expect(whole.rawBytes == UInt64(text.count))
    // Two leaves in the other order are other bytes.
    let half = ContentDigest.leafBytes
    let turned = Array(text[half..<2 * half] + text[..<half] + text[(2 * half)...])
    #expect(digest(turned, key) != whole)
  }

  /// Small files, stretches of large ones, short reads and compressed bytes all give it.
  @Test(arguments: bothBackends) func readersGiveTheDigestOfTheBytes(_ backend: IOBackend) throws {
    let folder = TemporaryFolder()
    var random = SeededGenerator(seed: 79)
    let contents = Self.lengths.map { random.lines($0) }
    for (number, bytes) in contents.enumerated() {
      folder.file(number < 10 ? "0\(number)" : "\(number)", bytes)
    }
    let plan = try InputPlan(inputs: [folder.path])
    for unitBytes in [64 << 10, 192 << 10, 4 << 20] {
      for faults in [nil, FaultInjection.Faults(shortReads: 40), .init(cold: true)] {
        var options = testOptions(backend, unitBytes: unitBytes)
        options.faults = faults.map(FaultInjection.init)
        let reading = try readAll(plan, options)
        for (source, bytes) in contents.enumerated() {
          #expect(
            reading.last(source)?.digest == digest(bytes, options.digestKey),
            "seed 79: \(bytes.count) bytes in units of \(unitBytes)")
        }
      }
    }
  }
}
