import Glibc
import TernTestSupport
import Testing

@testable import TernIO

/// Archives with something wrong in them: it is named, and nothing else is lost.
@Suite(.serialized) struct ArchiveDamageTests {
  static func lines(_ seed: UInt64, _ count: Int) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    return random.lines(count)
  }

  @Test(arguments: Form.allCases) func anArchiveInsideIsRefusedAndTheOthersAreRead(_ form: Form)
    throws
  {
    let inner = [Entry("inner.xml", Self.lines(51, 2000))]
    let entries = [
      Entry("1.xml", [49, 10]), Entry("2.zip", zip(inner)), Entry("3.xml", [51, 10]),
      Entry("4.tar", tar(inner)), Entry("5.tar.gz", gzip(tar(inner))),
      Entry("6.tar.zst", zstd(tar(inner))), Entry("7.xml", [55, 10]),
    ]
    let reading = try readFiles([form.pack(entries)])
    #expect(reading.members().map(\.name) == ["1.xml", "3.xml", "7.xml"])
    #expect(reading.failures.map(\.reason) == Array(repeating: .nested, count: 4))
    #expect(reading.failures[0].text.contains("/1000: member '2.zip': "))
    // Each refused member has a place, by which its name is found.
    let all = reading.units.flatMap(\.members)
    #expect(all.map(\.name) == entries.map { ArchiveMember.shown($0.name) })
    for failure in reading.failures {
      #expect(all.filter { $0.offset == failure.offset }.count == 1)
    }
  }

  @Test func encryptedMembersAndOtherMethodsAreNamed() throws {
    let entries = [
      Entry("1.xml", [49, 10]), Entry("2.xml", [1, 2, 3]).with { $0.isEncrypted = true },
      Entry("3.xml", [51, 10]), Entry("4.xml", [1, 2, 3]).with { $0.method = 14 },
      Entry("5.xml", [1, 2, 3]).with { $0.method = 98 }, Entry("6.xml", [54, 10]),
    ]
    for reading in [try readFiles([zip(entries)]), try readThroughPipe(zip(entries))] {
      #expect(reading.members().map(\.name) == ["1.xml", "3.xml", "6.xml"])
      #expect(reading.failures.map(\.reason) == [.encrypted, .unsupported, .unsupported])
      #expect(reading.failures[0].text.contains("member '2.xml': is encrypted; "))
    }
  }

  @Test func aDamagedMemberOfAZipHurtsNoOther() throws {
    for size in [300, 30_000, 300_000] {
      let entries = (1...3).map { Entry("\($0).xml", Self.lines(UInt64(60 + $0), size)) }
      var file = zip(entries)
      let place = file.count / 2
      for index in place..<(place + 4) { file[index] ^= 0x5A }
      for reading in [try readFiles([file]), try readThroughPipe(file)] {
        let members = reading.members()
        #expect(members.first == ArchiveTests.expected(entries)[0])
        #expect(members.last == ArchiveTests.expected(entries)[2])
        #expect(reading.failures.map(\.reason) == [.corrupt])
        #expect(reading.failures[0].text.contains("member '2.xml': "))
      }
    }
  }

  @Test(arguments: Form.allCases) func whatCameBeforeACutStays(_ form: Form) throws {
    for sizes in [[700, 800, 900], [70_000, 80_000, 90_000]] {
      let entries = ArchiveTests.entries(seed: 66, sizes: sizes)
      let expected = ArchiveTests.expected(entries)
      let whole = form.pack(entries)
      for kept in [whole.count / 8, whole.count / 2, whole.count * 5 / 6] {
        for reading in [
          try readFiles([Array(whole.prefix(kept)), [65, 10]]),
          try readThroughPipe(Array(whole.prefix(kept))),
        ] {
          let members = reading.members()
          #expect(!reading.failures.isEmpty, "\(kept) of \(whole.count)")
          for (member, original) in zip(members, expected) {
            #expect(member.name == original.name)
            #expect(original.bytes.starts(with: member.bytes))
          }
          #expect(members.dropLast() == expected.prefix(max(members.count - 1, 0)))
          // zstd gives nothing of a block that is not complete.
          #expect(kept < whole.count / 2 || !members.isEmpty || form == .tarZstd)
        }
      }
    }
  }

  @Test func aTarWithoutItsEndIsTold() throws {
    let reading = try readFiles([tar([Entry("1.xml", [65, 10])], hasEnd: false)])
    #expect(reading.members().map(\.bytes) == [[65, 10]])
    #expect(reading.failures.map(\.reason) == [.truncated])
  }

  /// Every byte of a small archive damaged, and every front part: never a crash, always the same for a
  /// file and for other sizes of units, and in a zip no other content without a failure.
  @Test(arguments: Form.allCases) func anyByteMayBeDamaged(_ form: Form) throws {
    let entries = [
      Entry("1.xml", Self.lines(71, 300)), Entry("2.xml", Self.lines(72, 40)), Entry("3.xml", []),
    ]
    let whole = form.pack(entries)
    var files: [[UInt8]] = []
    for place in whole.indices where whole.count < 1000 || place % 7 == 0 || place < 600 {
      var damaged = whole
      damaged[place] ^= 1 << UInt8(place % 8)
      files.append(damaged)
      files.append(Array(whole.prefix(place)))
    }
    let reading = try readFiles(files)
    let other = try readFiles(files, unitBytes: 1 << 20)
    let failed = Set(reading.failures.map(\.source))
    let originals = Set(entries.map(\.bytes))
    #expect(failed.count > files.count / 4)
    #expect(reading.failures.map(\.reason) == other.failures.map(\.reason))
    #expect(reading.failures.map(\.offset) == other.failures.map(\.offset))
    #expect(sameBytes(reading.contents(files.count), other.contents(files.count)))
    // What has lost its mark is no archive, and comes out as it is. zstd gives a block whole or not.
    let archives = reading.membersBySource()
    #expect(archives == other.membersBySource())
    #expect(archives.count > files.count / 4 || form == .tarZstd)
    for (source, members) in archives {
      let isZip = form == .zip || form == .storedZip || form == .zipToPipe
      for member in members where isZip && !originals.contains(member.bytes) {
        #expect(failed.contains(source), "file \(source): \(member.name)")
      }
    }
  }

  @Test func aFileThatCannotBeReadIsNamedWithItsPlace() throws {
    let folder = TemporaryFolder()
    let file = Form.storedZip.pack(ArchiveTests.entries(seed: 74, sizes: [300_000, 300_000]))
    let plan = try InputPlan(inputs: [folder.file("a.zip", file)])
    let options = testOptions(
      .pread, unitBytes: 64 << 10, faults: FaultInjection(.init(read: (EIO, 1))))
    let reading = try readAll(plan, options)
    #expect(reading.failures.map(\.reason) == [.system(operation: "read", errno: EIO)])
    #expect(reading.last(0)?.digest == nil, "it is tried again")
    // Shorter than planned.
    folder.file("a.zip", Array(file.prefix(400_000)))
    let shorter = try readAll(plan, testOptions(.pread, unitBytes: 64 << 10))
    #expect(shorter.failures.contains { $0.reason == .changed })
    #expect(shorter.last(0)?.digest == nil)
  }

  @Test func cancelEndsAnArchive() throws {
    let folder = TemporaryFolder()
    let entries = ArchiveTests.entries(seed: 75, sizes: Array(repeating: 200_000, count: 20))
    let plan = try InputPlan(inputs: [folder.file("a.zip", zip(entries))])
    var options = testOptions(.pread, unitBytes: 64 << 10)
    options.unitsInFlight = 2
    for taken in 0..<6 {
      let reader = try unsafe InputReader(plan: plan, options: options) { unsafe splitAtLines($0) }
      for _ in 0..<taken { _ = try reader.next() }
      reader.cancel()
      #expect(throws: InputError.cancelled) { try reader.next() }
    }
  }
}
