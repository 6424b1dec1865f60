import Glibc
import TernTestSupport
import Testing

@testable import TernIO

/// Pipes: named ones, which go the same way as standard input, and standard input itself.
@Suite(.serialized) struct StreamTests {
  /// Reads a plan while `bytes` are written to a named pipe in it, in small parts.
  func readPipe(_ bytes: [UInt8], _ backend: IOBackend, unitBytes: Int = 64 << 10) throws -> Reading
  {
    let folder = TemporaryFolder()
    let pipe = "\(folder.path)/m"
    #expect(unsafe mkfifo(pipe, 0o600) == 0)
    folder.file("a", [1, 10])
    folder.file("z", [2, 10])
    let writer = try SystemThread(name: "writer") {
      let descriptor = unsafe open(pipe, O_WRONLY)
      for start in stride(from: 0, to: bytes.count, by: 10_007) {
        writeAll(Array(bytes[start..<min(start + 10_007, bytes.count)]), to: descriptor)
      }
      close(descriptor)
    }
    let plan = try InputPlan(inputs: ["\(folder.path)/z", pipe, "\(folder.path)/a"])
    let reading = try readAll(
      plan, testOptions(backend, unitBytes: unitBytes), streamBytes: bytes.count)
    writer.join()
    let contents = reading.contents(3)
    #expect(contents[0] == [1, 10] && contents[2] == [2, 10])
    let digest = unsafe bytes.withUnsafeBytes { unsafe DigestKey(seed: 7).digest(of: $0) }
    #expect(reading.last(1)?.digest == digest)
    return reading
  }

  @Test(arguments: bothBackends) func aPipeIsReadInItsPlace(_ backend: IOBackend) throws {
    var random = SeededGenerator(seed: 51)
    for size in [0, 1, 64 << 10, 1_000_000] {
      let bytes = random.lines(size)
      #expect(sameBytes([try readPipe(bytes, backend).contents(3)[1]], [bytes]))
      #expect(sameBytes([try readPipe(gzip(bytes), backend).contents(3)[1]], [bytes]))
      #expect(sameBytes([try readPipe(zstd(bytes), backend).contents(3)[1]], [bytes]))
    }
  }

  @Test func standardInputIsReadThroughAPipe() throws {
    var random = SeededGenerator(seed: 52)
    let bytes = random.lines(500_000)
    var ends: [Int32] = [0, 0]
    #expect(unsafe pipe(&ends) == 0)
    let saved = dup(STDIN_FILENO)
    dup2(ends[0], STDIN_FILENO)
    close(ends[0])
    defer {
      dup2(saved, STDIN_FILENO)
      close(saved)
    }
    let end = ends[1]
    let writer = try SystemThread(name: "writer") {
      writeAll(bytes, to: end)
      close(end)
    }
    let reading = try readAll(
      try InputPlan(inputs: ["-"]), testOptions(.auto), streamBytes: bytes.count)
    writer.join()
    #expect(reading.contents(1) == [bytes])
  }

  @Test func cancelEndsTheWaitForAPipe() throws {
    let folder = TemporaryFolder()
    #expect(unsafe mkfifo("\(folder.path)/p", 0o600) == 0)
    let plan = try InputPlan(inputs: ["\(folder.path)/p"])
    let reader = try unsafe InputReader(plan: plan, options: testOptions(.auto)) {
      unsafe splitAtLines($0)
    }
    let canceller = try SystemThread(name: "cancel") {
      usleep(20_000)
      reader.cancel()
    }
    #expect(throws: InputError.cancelled) { try reader.next() }
    canceller.join()
  }
}
