import Glibc
import TernTestSupport
import Testing

@testable import TernIO

@Suite struct CompressionTests {
  enum Packer: CaseIterable {
    case gzip, zstd
    func pack(_ bytes: [UInt8]) -> [UInt8] {
      self == .gzip ? TernIOTests.gzip(bytes) : TernIOTests.zstd(bytes)
    }
  }

  static func read(_ files: [[UInt8]], unitBytes: Int = 64 << 10) throws -> Reading {
    let folder = TemporaryFolder()
    for (number, bytes) in files.enumerated() { folder.file("\(1000 + number)", bytes) }
    let plan = try InputPlan(inputs: [folder.path])
    let expected = try readAll(plan, testOptions(.pread, unitBytes: unitBytes))
    let ring = try readAll(plan, testOptions(.uring, unitBytes: unitBytes))
    #expect(difference(ring, expected) == nil)
    for (source, bytes) in files.enumerated() {
      let digest = unsafe bytes.withUnsafeBytes { unsafe DigestKey(seed: 7).digest(of: $0) }
      #expect(expected.last(source)?.digest == digest, "the digest is over the stored bytes")
    }
    return expected
  }

  /// Small and large when packed, small and large when unpacked, one part and many, mixed with
  /// plain files; told by content.
  @Test(arguments: Packer.allCases) func unpacks(_ packer: Packer) throws {
    var random = SeededGenerator(seed: 21)
    var (plain, stored): ([[UInt8]], [[UInt8]]) = ([], [])
    for size in [0, 1, 100, 5000, 70_000, 400_000, 300, 65536, 65535, 131072, 20, 3_000_000, 9] {
      let bytes = random.lines(size)
      plain.append(bytes)
      stored.append(packer.pack(bytes))
      // A plain one between.
      let other = random.lines(random.below(3000))
      plain.append(other)
      stored.append(other)
      // Of several members or frames.
      let parts = [random.lines(size / 3), random.lines(size), random.lines(10)]
      plain.append(Array(parts.joined()))
      stored.append(Array(parts.map(packer.pack).joined()))
    }
    // Well packed: 20 MB from a few kilobytes, in a pack of small files.
    let repeated = [UInt8](repeating: 10, count: 20 << 20)
    plain.append(repeated)
    stored.append(packer.pack(repeated))
    let reading = try Self.read(stored)
    #expect(reading.failures.isEmpty)
    #expect(sameBytes(reading.contents(plain.count), plain))
    for unit in reading.units {
      #expect(unit.slices.count == 1 || unit.slices.allSatisfy { $0.start % 64 == 0 })
    }
  }

  @Test(arguments: Packer.allCases) func tellsTruncatedDataAndGivesWhatCameBefore(
    _ packer: Packer
  ) throws {
    var random = SeededGenerator(seed: 22)
    for size in [2000, 90_000, 2_000_000] {
      let plain = random.lines(size)
      let whole = packer.pack(plain)
      for kept in [5, whole.count / 2, whole.count - 1] {
        let reading = try Self.read([[1, 10], Array(whole.prefix(kept)), [2, 10]])
        let contents = reading.contents(3)
        #expect(contents[0] == [1, 10] && contents[2] == [2, 10])
        #expect(sameBytes([Array(plain.prefix(contents[1].count))], [contents[1]]))
        // zstd gives whole blocks of up to 128 KiB.
        let isLong = kept >= whole.count / 2 && size > 1_000_000
        #expect(!isLong || contents[1].count > size / 4, "what came before")
        #expect(reading.failures.map(\.reason) == [.truncated])
        #expect(reading.failures.map(\.source) == [1])
        #expect(reading.failures[0].offset == UInt64(contents[1].count))
        #expect(reading.failures[0].text.contains("at byte \(kept) of the file"))
      }
    }
  }

  @Test(arguments: Packer.allCases) func tellsDamagedData(_ packer: Packer) throws {
    var random = SeededGenerator(seed: 23)
    for size in [5000, 90_000, 2_000_000] {
      let first = random.lines(size)
      let plain = first + random.lines(size)
      // The second part is damaged; the first is delivered.
      var stored = packer.pack(first) + packer.pack(Array(plain[size...]))
      let place = stored.count - 30
      for index in place..<(place + 8) { stored[index] ^= 0xA5 }
      let reading = try Self.read([stored, [3, 10]])
      #expect(reading.failures.map(\.reason) == [.corrupt])
      let contents = reading.contents(2)
      #expect(sameBytes([Array(contents[0].prefix(size))], [first]))
      #expect(reading.failures[0].offset == UInt64(contents[0].count))
      #expect(contents[1] == [3, 10])
    }
  }

  @Test(arguments: Packer.allCases) func tellsGarbageBehindTheData(_ packer: Packer) throws {
    let plain: [UInt8] = [65, 10]
    let reading = try Self.read([packer.pack(plain) + Array("garbage!".utf8)])
    #expect(reading.failures.map(\.reason) == [.corrupt])
    #expect(reading.contents(1) == [plain])
  }

  @Test func zerosBehindGzipDataAreNoDamage() throws {
    let reading = try Self.read([gzip([65, 10]) + [UInt8](repeating: 0, count: 1000)])
    #expect(reading.failures.isEmpty && reading.contents(1) == [[65, 10]])
  }

  @Test func refusesALargeWindow() throws {
    let folder = TemporaryFolder()
    var random = SeededGenerator(seed: 24)
    let plain = random.lines(3 << 20)
    folder.file("1", zstd(plain, windowLog: 21))
    let plan = try InputPlan(inputs: [folder.path])
    var options = testOptions(.pread)
    options.maxWindowLog = 20
    let refused = try readAll(plan, options)
    #expect(refused.failures.map(\.reason) == [.windowTooLarge])
    #expect(refused.failures[0].text.contains("2^20"))
    #expect(refused.contents(1) == [[]])
    options.maxWindowLog = 21
    #expect(try readAll(plan, options).contents(1) == [plain])
  }

  /// Any damage to a small file of each kind: never a crash, and never other bytes without a failure.
  @Test(arguments: Packer.allCases) func anyByteMayBeDamaged(_ packer: Packer) throws {
    var random = SeededGenerator(seed: 25)
    let plain = random.lines(700, longest: 50)
    let whole = packer.pack(plain)
    var files: [[UInt8]] = []
    for place in whole.indices {
      var damaged = whole
      damaged[place] ^= 1 << UInt8(place % 8)
      files.append(damaged)
    }
    let reading = try Self.read(files)
    let contents = reading.contents(files.count)
    let failed = Set(reading.failures.map(\.source))
    for (source, content) in contents.enumerated() where content != plain {
      // The header's own fields (time, system, flags) carry no content; the magic makes it plain.
      #expect(failed.contains(source) || content == files[source], "byte \(source)")
    }
  }
}
