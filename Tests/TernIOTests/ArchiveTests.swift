import Glibc
import TernTestSupport
import Testing

@testable import TernIO

/// Archives that are as they should be.
@Suite(.serialized) struct ArchiveTests {
  /// Members of all kinds of sizes: empty, small, one that fills a unit, several units.
  static func entries(seed: UInt64, sizes: [Int]) -> [Entry] {
    var random = SeededGenerator(seed: seed)
    return sizes.enumerated().map { number, size in
      Entry("2024/\(100 + number).xml", random.lines(size))
    }
  }

  static let sizes = [
    [3], [0], [0, 1, 5, 0, 700], [500, 64 << 10, 40], [65_535, 65_536, 65_537, 0],
    [10, 300_000, 20, 1_000_000, 30], Array(repeating: 3000, count: 150),
  ]

  static func expected(_ entries: [Entry]) -> [MemberRecord] {
    entries.map { MemberRecord(name: ArchiveMember.shown($0.name), bytes: $0.bytes) }
  }

  @Test(arguments: Form.allCases) func membersComeOutAsTheyWentIn(_ form: Form) throws {
    let packed = Self.sizes.enumerated().map { number, sizes in
      Self.entries(seed: UInt64(31 + number), sizes: sizes)
    }
    // Plain and compressed files stand between.
    let files = packed.flatMap { [form.pack($0), Array("plain\n".utf8), gzip(Array("zip\n".utf8))] }
    let reading = try readFiles(files)
    #expect(reading.failures.isEmpty)
    let contents = reading.contents(files.count)
    for (number, entries) in packed.enumerated() {
      #expect(reading.members(number * 3) == Self.expected(entries))
      #expect(contents[number * 3 + 1] == Array("plain\n".utf8))
      #expect(contents[number * 3 + 2] == Array("zip\n".utf8))
      // A pipe gives the same, be it known at once or only by and by how long it is.
      let piped = try readThroughPipe(files[number * 3])
      #expect(piped.failures.isEmpty && piped.members() == Self.expected(entries))
      #expect(piped.last(0)?.digest == reading.last(number * 3)?.digest)
    }
    #expect(reading.slices.allSatisfy { !$0.isCut && !$0.continuesCut })
  }

  @Test func aHundredSmallArchivesShareAUnit() throws {
    let files = (0..<100).map { number in
      zip([Entry("a.xml", [65, 10]), Entry("b.xml", Array("\(number)\n".utf8))])
    }
    let reading = try readFiles(files, unitBytes: 256 << 10)
    #expect(reading.units.count == 1)
    for number in files.indices {
      #expect(reading.members(number).map(\.bytes) == [[65, 10], Array("\(number)\n".utf8)])
    }
  }

  @Test func namesAndSizesDoNotDecideWhatAFileIs() throws {
    // A message that begins like an archive in no way, in files of all names; a zip called .xml.
    let folder = TemporaryFolder()
    folder.file("a.zip", Array("<a/>\n".utf8))
    folder.file("b.tar.gz", Array("<b/>\n".utf8))
    folder.file("c.xml", zip([Entry("m", [67, 10])]))
    let reading = try readAll(try InputPlan(inputs: [folder.path]), testOptions(.pread))
    #expect(reading.failures.isEmpty)
    #expect(reading.contents(3) == [Array("<a/>\n".utf8), Array("<b/>\n".utf8), [67, 10]])
  }

  @Test(arguments: Form.allCases) func compressedMembersAreUnpacked(_ form: Form) throws {
    var random = SeededGenerator(seed: 41)
    for size in [0, 2, 5000, 400_000] {
      let plain = random.lines(size)
      let entries = [
        Entry("1.xml.gz", gzip(plain)), Entry("2.xml", plain), Entry("3.xml.zst", zstd(plain)),
      ]
      let reading = try readFiles([form.pack(entries)])
      #expect(reading.failures.isEmpty)
      #expect(reading.members().map(\.bytes) == [plain, plain, plain])
    }
  }

  @Test(arguments: Form.allCases) func whatFoldersLeaveOutIsLeftOut(_ form: Form) throws {
    var entries = [
      Entry("in/", []).with { ($0.type, $0.mode) = (UInt8(ascii: "5"), 0o40755) },
      Entry("in/1.xml", [49, 10]), Entry(".hidden.xml", [0]), Entry("__MACOSX/._1.xml", [0]),
      Entry("in/.git/2.xml", [0]), Entry("in/list.csv", [0]), Entry("README.md", [0]),
      Entry("./in/./../2.xml", [50, 10]),
    ]
    var left = 5
    if form == .zip || form == .storedZip {
      entries.append(Entry("link", Array("in/1.xml".utf8)).with { $0.mode = 0o120777 })
      left += 1
    } else if form != .zipToPipe {
      entries += "12346".utf8.map { type in Entry("other", []).with { $0.type = type } }
      left += 5
    }
    let folder = TemporaryFolder()
    let path = folder.file("a", form.pack(entries))
    let reader = try unsafe InputReader(
      plan: try InputPlan(inputs: [path]), options: testOptions(.pread)
    ) { unsafe splitAtLines($0) }
    var reading = Reading()
    while let unit = try reader.next() { reading.units.append(record(unit)) }
    #expect(reading.members().map(\.bytes) == [[49, 10], [50, 10]])
    #expect(reading.members().map(\.name) == ["in/1.xml", "in/../2.xml"])
    #expect(reader.ignoredMembers.count == left)
    #expect(reader.ignoredMembers.named.first?.path == "\(path)/.hidden.xml")
    #expect(reader.ignoredMembers.named.count == left)
  }

  @Test func namesAreReadable() throws {
    let utf8 = Entry("运单/甲.xml", [1])
    // 运单/甲.xml as GBK has it.
    let gbk = Entry("", [2]).with {
      $0.name = [0xD4, 0xCB, 0xB5, 0xA5, 0x2F, 0xBC, 0xD7] + Array(".xml".utf8)
    }
    let neither = Entry("", [3]).with { $0.name = [0x61, 0xFF, 0xFF] }
    for entries in [[utf8, gbk, neither], [utf8.with { $0.isUTF8 = true }, gbk, neither]] {
      for form in Form.allCases {
        let names = try readFiles([form.pack(entries)]).members().map(\.name)
        #expect(names == ["运单/甲.xml", "运单/甲.xml", "a\u{FFFD}\u{FFFD}"], "\(form)")
      }
    }
  }

  /// libarchive keeps a text of its own in one place for all threads.
  @Test func readersMayRunAtOnce() async throws {
    let folder = TemporaryFolder()
    folder.file("a.zip", Form.zip.pack([Entry("1.xml", [1]), Entry("运单.xml", [2, 3])]))
    let path = folder.path
    let names = try await withThrowingTaskGroup(of: Set<[String]>.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var seen: Set<[String]> = []
          for _ in 0..<200 {
            let plan = try InputPlan(inputs: [path])
            seen.insert(try readAll(plan, testOptions(.pread)).members().map(\.name))
          }
          return seen
        }
      }
      return try await group.reduce(into: Set()) { $0.formUnion($1) }
    }
    #expect(names == [["1.xml", "运单.xml"]])
  }

  @Test func archivesEndToEndAreReadToTheEnd() throws {
    let (a, b) = ([Entry("a", [65, 10])], [Entry("b", [66, 10])])
    for file in [tar(a) + tar(b), gzip(tar(a)) + gzip(tar(b)), zstd(tar(a)) + zstd(tar(b))] {
      let reading = try readFiles([file])
      #expect(reading.failures.isEmpty && reading.members().map(\.name) == ["a", "b"])
    }
  }

  @Test func shortReadsChangeNothing() throws {
    let entries = Self.entries(seed: 43, sizes: [1000, 200_000, 0, 70_000, 3000])
    let folder = TemporaryFolder()
    for form in Form.allCases {
      let plan = try InputPlan(inputs: [folder.file("\(form)", form.pack(entries))])
      let expected = try readAll(plan, testOptions(.pread, unitBytes: 64 << 10))
      for faults in [FaultInjection.Faults(shortReads: 300), .init(read: (EINTR, 20))] {
        let options = testOptions(
          .pread, unitBytes: 64 << 10, faults: FaultInjection(faults))
        #expect(difference(try readAll(plan, options), expected) == nil)
      }
    }
  }

  /// Archives of the tools that people use.
  @Test func archivesOfOtherToolsAreRead() throws {
    let folder = TemporaryFolder()
    let work = TemporaryFolder()
    let long = String(repeating: "很长的名字", count: 15)
    folder.folder("文件")
    folder.file("文件/a.xml", Array("<a/>\n".utf8))
    folder.file("文件/\(long).xml", Array("<long/>\n".utf8))
    var random = SeededGenerator(seed: 44)
    folder.file("large.xml", random.lines(700_000))
    let script = """
      cd '\(folder.path)' || exit 9
      for format in gnu pax; do tar --format=$format -cf '\(work.path)/'$format.tar * || exit 1; done
      tar -czf '\(work.path)/g.tgz' * || exit 2
      command -v zip >/dev/null && { zip -qr '\(work.path)/i.zip' * && zip -qr - * > '\(work.path)/p.zip'; }
      python3 -c "import shutil; shutil.make_archive('\(work.path)/y', 'zip', '.')" || exit 3
      """
    let result = unsafe script.withCString { unsafe system($0) }
    guard result == 0 else {
      withKnownIssue("tar or python3 is missing here") { Issue.record("status \(result)") }
      return
    }
    let plan = try InputPlan(inputs: [work.path])
    #expect(plan.count >= 4)
    let reading = try readAll(plan, testOptions(.pread))
    #expect(reading.failures.isEmpty)
    let expected = try readAll(try InputPlan(inputs: [folder.path]), testOptions(.pread)).contents(3)
    for source in 0..<plan.count {
      let members = reading.members(source).sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      #expect(members.map(\.name) == ["large.xml", "文件/a.xml", "文件/\(long).xml"])
      #expect(sameBytes(members.map(\.bytes), expected), "\(plan.path(of: source))")
    }
  }
}
