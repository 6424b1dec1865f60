import Glibc
import TernTestSupport
import Testing

@testable import TernIO

/// Input that is made to cost more than it is worth.
@Suite(.serialized) struct ArchiveLimitTests {
  /// What came out of one file, counted and not kept.
  struct Outcome {
    var bytes: UInt64 = 0
    var failures: [ReadFailure] = []
    var digest: ContentDigest?
    var blocksMade = 0
  }

  static func read(_ files: [[UInt8]]) throws -> [Outcome] {
    let folder = TemporaryFolder()
    for (number, bytes) in files.enumerated() { folder.file("\(1000 + number)", bytes) }
    let plan = try InputPlan(inputs: [folder.path])
    let options = InputOptions(backend: .pread, digestKey: DigestKey(seed: 7))
    let reader = try unsafe InputReader(plan: plan, options: options) { unsafe splitAtLines($0) }
    var outcomes = [Outcome](repeating: Outcome(), count: files.count)
    while let unit = try reader.next() {
      for slice in unit.slices {
        outcomes[slice.source].bytes += UInt64(slice.count)
        if slice.isLast { outcomes[slice.source].digest = slice.digest }
      }
      for failure in unit.failures { outcomes[failure.source].failures.append(failure) }
      reader.recycle(unit)
    }
    for index in outcomes.indices { outcomes[index].blocksMade = reader.blocksMade }
    return outcomes
  }

  /// 384 MiB of line feeds, in each form: what is read ends a little behind 256 MiB, in the memory of
  /// any other input.
  @Test func bombsAreStopped() throws {
    let piece = [UInt8](repeating: 10, count: 96 << 20)
    let (gzipped, zstded, deflated) = (gzip(piece, level: 6), zstd(piece), deflated(piece))
    let many = (0..<4).map { Entry("\($0).xml", piece).with { $0.packed = deflated } }
    let inner = Array(repeating: gzipped, count: 4).flatMap { $0 }
    let bombs = [
      inner, Array(repeating: zstded, count: 4).flatMap { $0 },
      zip(many), gzip(tar(many), level: 6), zip([Entry("a.xml.gz", inner).with { $0.method = 0 }]),
    ]
    for (number, outcome) in try Self.read(bombs).enumerated() {
      #expect(outcome.failures.map(\.reason) == [.expandsTooMuch], "bomb \(number)")
      #expect(outcome.failures.first?.text.contains("250 times") == true)
      let allowed = UInt64(256 << 20) + 250 * UInt64(bombs[number].count) + 64 << 20
      #expect(outcome.bytes <= allowed && outcome.bytes >= 200 << 20, "bomb \(number)")
      #expect(outcome.digest != nil, "it was read to its end, and is not tried again")
      #expect(outcome.blocksMade <= 4 + 3 + 3)
    }
    // As much from more stored bytes is none.
    var random = SeededGenerator(seed: 81)
    let message = random.lines(1 << 20)
    let repeated = Array(repeating: gzip(message), count: 300).flatMap { $0 }
    let honest = try Self.read([repeated])[0]
    #expect(honest.failures.isEmpty && honest.bytes == 300 << 20)
  }

  /// A zip whose directory names the same data many times over.
  @Test func overlappingMembersAreStopped() throws {
    let piece = [UInt8](repeating: 10, count: 64 << 20)
    var file = zip([Entry("0.xml", piece)])
    // The directory's one entry, and the end record behind it.
    let end = file.count - 22
    let start = Int(file[end + 16]) | Int(file[end + 17]) << 8 | Int(file[end + 18]) << 16
    let entry = Array(file[start..<end])
    let record = Array(file[end...])
    file.removeLast(file.count - start)
    for _ in 0..<1000 { file += entry }
    file += record
    let outcome = try Self.read([file])[0]
    #expect(outcome.bytes <= 512 << 20)
    #expect(outcome.bytes == 64 << 20 || !outcome.failures.isEmpty)
  }

  @Test(arguments: Form.allCases) func membersAndNamesHaveLimits(_ form: Form) throws {
    var limits = ArchiveLimits()
    limits.members = 3
    let five = (0..<5).map { Entry("\($0).xml", [UInt8(48 + $0), 10]) }
    let many = try readFiles([form.pack(five), [65, 10]], limits: limits)
    #expect(many.members().map(\.name) == ["0.xml", "1.xml", "2.xml"])
    #expect(many.failures.map(\.reason) == [.tooLarge])
    #expect(many.failures[0].text.contains("more than 3 members"))

    limits = ArchiveLimits()
    limits.nameBytes = 20
    let named = [
      Entry("1.xml", [49, 10]), Entry(String(repeating: "n", count: 21), [0]),
      Entry(String(repeating: "m", count: 20), [50, 10]),
    ]
    let long = try readFiles([form.pack(named)], limits: limits)
    #expect(long.members().map(\.bytes) == [[49, 10], [50, 10]])
    #expect(long.failures.map(\.reason) == [.tooLarge])
    #expect(long.failures[0].text.contains("a name of 21 bytes"))
  }

  @Test func theDirectoryOfAZipHasALimit() throws {
    var limits = ArchiveLimits()
    limits.directoryBytes = 1 << 20
    let names = (0..<20_000).map { Entry("folder/with/a/long/name/\($0).xml", [10]) }
    let file = zip(names.map { $0.with { $0.method = 0 } })
    let reading = try readFiles([file], limits: limits)
    #expect(reading.failures.map(\.reason) == [.tooLarge] && reading.members().isEmpty)
    #expect(try readFiles([file]).members().count == 20_000)
  }
}
