import CLiburing
import Glibc
import TernTestSupport
import Testing

@testable import TernIO

/// Both back ends, with and without faults, give the same units.
@Suite struct BackendTests {
  /// 2,000 small files of all kinds of sizes, some empty, some larger than a quarter of a unit.
  static func smallFiles(_ folder: TemporaryFolder, _ count: Int = 2000) throws -> [[UInt8]] {
    var random = SeededGenerator(seed: 11)
    var contents: [[UInt8]] = []
    for number in 0..<count {
      var size = random.below(6000)
      switch number % 50 {
      case 0: size = 0
      case 1: size = 16 << 10
      case 2: size = 60_000 + random.below(4000)
      case 3: size = 65536
      case 4 where number % 500 == 4: size = 300_000 + random.below(500_000)
      default: break
      }
      let bytes = random.lines(size)
      contents.append(bytes)
      let digits = String(number)
      folder.file("\(String(repeating: "0", count: 5 - digits.count))\(digits).xml", bytes)
    }
    return contents
  }

  @Test func manySmallFilesGiveTheSameUnits() throws {
    let folder = TemporaryFolder()
    let contents = try Self.smallFiles(folder)
    let plan = try InputPlan(inputs: [folder.path])
    #expect(plan.count == contents.count)
    let expected = try readAll(plan, testOptions(.pread))
    #expect(sameBytes(expected.contents(plan.count), contents))
    #expect(expected.failures.isEmpty && expected.units.count > 20)
    #expect(expected.backend == .pread)
    let key = DigestKey(seed: 7)
    for source in 0..<plan.count {
      let digest = unsafe contents[source].withUnsafeBytes { unsafe key.digest(of: $0) }
      #expect(expected.last(source)?.digest == digest)
    }
    for unit in expected.units where unit.slices.count > 1 {
      #expect(unit.slices.allSatisfy { $0.start % 64 == 0 })
    }
    let faults: [FaultInjection.Faults?] = [
      nil,
      .init(cold: true),
      .init(refusesDirectDescriptors: true),
      .init(shortReads: 400),
      .init(shortReads: 400, refusesDirectDescriptors: true),
      .init(shortReads: 400, cold: true),
      .init(read: (EAGAIN, 300)),
      .init(read: (EINTR, 300)),
      .init(submission: (EBUSY, 20)),
      .init(submission: (EAGAIN, 20)),
      .init(submission: (EINTR, 20)),
      .init(submission: (ENOMEM, 1)),
    ]
    for fault in faults {
      let injection = fault.map { FaultInjection($0) }
      let ring = try readAll(plan, testOptions(.uring, faults: injection))
      #expect(ring.backend == .uring)
      #expect(difference(ring, expected) == nil, "ring with \(String(describing: fault))")
      #expect((ring.note != nil) == (fault?.submission?.errno == ENOMEM))
      let plain = try readAll(plan, testOptions(.pread, faults: fault.map { FaultInjection($0) }))
      #expect(difference(plain, expected) == nil, "pread with \(String(describing: fault))")
    }
  }

  @Test func aLargeFileGivesTheSameUnits() throws {
    let folder = TemporaryFolder()
    var random = SeededGenerator(seed: 5)
    // 64 MiB of lines, from a repeated piece; an odd end.
    let piece = random.lines(1 << 20, longest: 20_000)
    var content: [UInt8] = []
    for _ in 0..<64 { content += piece }
    content += random.lines(12_345)
    folder.file("large.xml", content)
    let plan = try InputPlan(inputs: [folder.path])
    let expected = try readAll(plan, testOptions(.pread, unitBytes: 4 << 20))
    #expect(sameBytes(expected.contents(1), [content]))
    #expect(expected.units.count == 17)
    for unit in expected.units.dropLast() {
      #expect(unit.bytes[0].last == 10, "units end where lines end")
    }
    #expect(expected.last(0)?.digest == (try DigestKey(seed: 7).digestOfFile(plan.path(of: 0))))
    for fault in [
      nil, FaultInjection.Faults(cold: true), .init(shortReads: 100),
      .init(shortReads: 100, cold: true), .init(read: (EINVAL, 1), cold: true),
    ] {
      for backend in bothBackends {
        let options = testOptions(
          backend, unitBytes: 4 << 20, faults: fault.map { FaultInjection($0) })
        let reading = try readAll(plan, options)
        #expect(
          difference(reading, expected) == nil, "\(backend) with \(String(describing: fault))")
      }
    }
  }

  @Test func sizesAroundTheBoundsOfUnitsAndPages() throws {
    let folder = TemporaryFolder()
    var random = SeededGenerator(seed: 3)
    var contents: [[UInt8]] = []
    let unit = 64 << 10
    for (number, size) in [
      0, 1, 63, 64, 65, 4095, 4096, 4097, 16383, 16384, 16385, unit - 1, unit, unit + 1, 2 * unit,
      2 * unit + 1, 3 * unit - 1, unit / 4, unit / 4 + 1,
    ].enumerated() {
      contents.append(random.lines(size, longest: 300))
      folder.file("\(10 + number)", contents[number])
    }
    let plan = try InputPlan(inputs: [folder.path])
    let expected = try readAll(plan, testOptions(.pread, unitBytes: unit))
    #expect(sameBytes(expected.contents(plan.count), contents))
    for cold in [false, true] {
      let options = testOptions(
        .uring, unitBytes: unit, faults: FaultInjection(.init(cold: cold)))
      #expect(difference(try readAll(plan, options), expected) == nil)
    }
  }

  @Test func whatCannotBeReadIsAFailureBesideTheOthers() throws {
    let folder = TemporaryFolder()
    let big = [UInt8](repeating: 10, count: 1 << 20)
    for name in ["1", "2", "3", "5", "8"] { folder.file(name, [65, 66, 10]) }
    folder.file("4", big)
    folder.file("6", big)
    folder.file("7", big)
    let plan = try InputPlan(inputs: [folder.path])
    // A folder in place of a file, a file gone, both small and large; one shorter, one longer.
    removeFile(folder["2"])
    folder.folder("2")
    removeFile(folder["3"])
    removeFile(folder["4"])
    removeFile(folder["6"])
    folder.folder("6")
    folder.file("7", Array(big.prefix(700_000)))
    folder.file("8", [65, 66, 10, 67])
    folder.file("5", [65])
    let expected = try readAll(plan, testOptions(.pread))
    let failures = expected.failures.map { ($0.source, $0.reason) }
    #expect(failures.map(\.0) == [1, 2, 3, 4, 5, 6, 7])
    #expect(
      failures.map(\.1) == [
        .system(operation: "read", errno: EISDIR), .system(operation: "open", errno: ENOENT),
        .system(operation: "open", errno: ENOENT), .changed,
        .system(operation: "read", errno: EISDIR), .changed, .changed,
      ])
    #expect(expected.failures.allSatisfy { $0.text.contains(plan.path(of: $0.source)) })
    #expect(expected.contents(8).map(\.count) == [3, 0, 0, 0, 1, 0, 700_000, 3])
    #expect(
      (0..<8).map { expected.last($0)?.digest != nil } == [true]
        + [Bool](repeating: false, count: 7))
    #expect(difference(try readAll(plan, testOptions(.uring)), expected) == nil)
    let staged = FaultInjection(.init(refusesDirectDescriptors: true))
    #expect(difference(try readAll(plan, testOptions(.uring, faults: staged)), expected) == nil)
  }

  @Test(arguments: bothBackends) func anInputErrorOfTheDisk(_ backend: IOBackend) throws {
    let folder = TemporaryFolder()
    folder.file("1", [UInt8](repeating: 10, count: 3 << 20))
    let plan = try InputPlan(inputs: [folder.path])
    // The ring asks again plainly, so it takes both answers.
    let faults = FaultInjection(.init(read: (EIO, 1000)))
    let reading = try readAll(plan, testOptions(backend, faults: faults))
    #expect(reading.failures.map(\.reason) == [.system(operation: "read", errno: EIO)])
    #expect(reading.last(0)?.digest == nil)
    #expect(reading.contents(1) == [[]])
  }

  @Test(arguments: [EPERM, ENOSYS, ENOMEM]) func autoDoesWithoutARing(_ number: Int32) throws {
    let folder = TemporaryFolder()
    _ = try Self.smallFiles(folder, 100)
    let plan = try InputPlan(inputs: [folder.path])
    let expected = try readAll(plan, testOptions(.pread))
    let faults = FaultInjection(.init(ringCreation: (number, 1)))
    let reading = try readAll(plan, testOptions(.auto, faults: faults))
    #expect(reading.backend == .pread)
    #expect(difference(reading, expected) == nil)
    #expect(reading.note?.contains(errnoName(number)) == true)
    #expect(reading.note?.contains("pread") == true)

    let again = FaultInjection(.init(ringCreation: (number, 1)))
    let error = #expect(throws: InputError.self) {
      try readAll(plan, testOptions(.uring, faults: again))
    }
    guard case .ringUnavailable(let text)? = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
    #expect(text.contains(errnoName(number)) && text.contains("--io pread"))
  }

  @Test func aSandboxThatDeniesRingsIsNoticed() throws {
    let folder = TemporaryFolder()
    _ = try Self.smallFiles(folder, 100)
    let plan = try InputPlan(inputs: [folder.path])
    let expected = try readAll(plan, testOptions(.pread))
    final class Outcome: @unchecked Sendable {
      var denied: Int32 = -1
      var reading: Reading?
      var probe: IOProbe?
    }
    let outcome = Outcome()
    // The filter holds for this thread and those that it starts, and ends with them.
    let thread = try SystemThread(name: "sandbox") {
      outcome.denied = tern_deny_rings(EPERM)
      outcome.reading = try? readAll(plan, testOptions(.auto))
      outcome.probe = IOProbe()
    }
    thread.join()
    guard outcome.denied == 0 else {
      withKnownIssue("no seccomp filter can be set here") { Issue.record("\(outcome.denied)") }
      return
    }
    #expect(outcome.reading?.backend == .pread)
    #expect(difference(try #require(outcome.reading), expected) == nil)
    #expect(outcome.reading?.note?.contains("EPERM") == true)
    #expect(outcome.probe?.hasRing == false && outcome.probe?.ringErrno == EPERM)
  }

  @Test func theProbeAgreesWithTheReader() throws {
    let probe = IOProbe()
    let folder = TemporaryFolder()
    folder.file("1", [1])
    let reading = try readAll(try InputPlan(inputs: [folder.path]), testOptions(.auto))
    #expect(probe.hasRing == (reading.backend == .uring))
    #expect(probe.lines.count >= 4 && probe.lines.last?.contains("libarchive") == true)
    #expect(IOProbe(folder: "/nonexistent").hasDirectReads == false)
  }
}
