import CDriver
import Glibc
import TernIO

/// One input of libFuzzer: a file, which is read as one that is in memory, as one that is read where the
/// archive asks, and through a pipe. All give the same members, failures and bytes, whatever the size of
/// units. A difference traps; so does every broken promise of a unit.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let data = unsafe data, size > 0 else { return 0 }
  let file = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let small = read(path: FuzzFile.shared.path(of: file), unitBytes: 1 << 20)
  let cut = read(path: FuzzFile.shared.path(of: file), unitBytes: 64 << 10)
  require(isSame(small, cut, file), "smaller units")
  if size <= pipeBytes { require(isSame(small, readThroughPipe(file), file), "a pipe") }
  // Longer than a quarter of a small unit, and a zip's end is still found.
  let padded = file + [UInt8](repeating: 0, count: max(0, (16 << 10) + 1 - size))
  let inMemory = read(path: FuzzFile.shared.path(of: padded), unitBytes: 1 << 20)
  let inFile = read(path: FuzzFile.shared.path(of: padded), unitBytes: 64 << 10)
  require(isSame(inMemory, inFile, file), "a large file")
  if fuzz_is_canary() != 0 {
    // Planted: a member that wants a password is taken for a difference. No seed has one.
    require(!small.failures.contains { $0.hasPrefix("encrypted") }, "the canary's bug")
  }
  return 0
}

private func require(_ condition: Bool, _ what: String) {
  if !condition { fatalError(what) }
}

/// What came out of a source, without where units ended.
private struct Outcome: Equatable {
  /// Place, length and hash of each member, or of the whole where it is no archive.
  var contents: [[UInt64]] = []
  var names: [String] = []
  var failures: [String] = []
  var digest: ContentDigest?
}

/// How much of damaged zstd data comes out depends on the room that there is: the library gives nothing
/// of a call in which it finds damage. That something is wrong must show all the same.
private func isSame(_ one: Outcome, _ other: Outcome, _ file: [UInt8]) -> Bool {
  if one == other { return true }
  let mark: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
  return one.digest == other.digest && !one.failures.isEmpty && !other.failures.isEmpty
    && file.indices.contains { file[$0...].starts(with: mark) }
}

private func read(path: String, unitBytes: Int) -> Outcome {
  do {
    let options = InputOptions(
      backend: .pread, unitBytes: unitBytes, maxMessageBytes: 64 << 20, unitsInFlight: 2)
    let reader = try unsafe InputReader(plan: try InputPlan(inputs: [path]), options: options) {
      $0.count
    }
    var outcome = Outcome()
    var ends = 0
    while let unit = try reader.next() {
      for slice in unit.slices { add(slice, of: unit, to: &outcome) }
      ends += unit.slices.count { $0.isLast }
      outcome.digest = unit.slices.last?.digest
      outcome.names += unit.members.map { "\($0.offset) \($0.name)" }
      outcome.failures += unit.failures.map { "\($0.reason) at \($0.offset)" }
      reader.recycle(unit)
    }
    require(ends == 1, "a source ends once")
    return outcome
  } catch {
    fatalError("\(error)")
  }
}

private func add(_ slice: Slice, of unit: InputUnit, to outcome: inout Outcome) {
  let isFirst = outcome.contents.isEmpty || slice.beginsMember
  if isFirst { outcome.contents.append([slice.offset, 0, 0xCBF2_9CE4_8422_2325]) }
  let index = outcome.contents.count - 1
  require(
    slice.count == 0 || slice.offset == outcome.contents[index][0] + outcome.contents[index][1],
    "slices join")
  unsafe unit.withBytes(of: slice) { bytes in
    var hash = outcome.contents[index][2]
    for unsafe byte in unsafe bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    outcome.contents[index][1] += UInt64(bytes.count)
    outcome.contents[index][2] = hash
    let padding = unsafe UnsafeRawBufferPointer(
      start: bytes.baseAddress! + bytes.count, count: InputUnit.paddingBytes)
    require(unsafe padding.allSatisfy { $0 == 0 }, "zeros follow every slice")
  }
}

/// What a pipe takes without a reader.
private let pipeBytes = 32 << 10

private func readThroughPipe(_ file: [UInt8]) -> Outcome {
  var ends: [Int32] = [0, 0]
  require(unsafe pipe(&ends) == 0, "no pipe")
  let written = unsafe file.withUnsafeBytes { unsafe write(ends[1], $0.baseAddress!, $0.count) }
  require(written == file.count, "the pipe is too small")
  close(ends[1])
  defer { close(ends[0]) }
  return read(path: "/proc/self/fd/\(ends[0])", unitBytes: 1 << 20)
}

/// A file that is written anew for every input.
private struct FuzzFile {
  static let shared = FuzzFile()
  private let name: String
  private let descriptor: Int32

  private init() {
    var template = Array("/tmp/tern-fuzz-XXXXXX".utf8CString)
    descriptor = unsafe template.withUnsafeMutableBufferPointer {
      unsafe mkstemp($0.baseAddress!)
    }
    require(descriptor >= 0, "no file in /tmp")
    // It goes with the process.
    _ = unsafe template.withUnsafeBufferPointer { unsafe unlink($0.baseAddress!) }
    name = "/proc/self/fd/\(descriptor)"
  }

  func path(of bytes: [UInt8]) -> String {
    let written = unsafe bytes.withUnsafeBytes {
      unsafe pwrite(descriptor, $0.baseAddress!, $0.count, 0)
    }
    require(written == bytes.count && ftruncate(descriptor, bytes.count) == 0, "no room in /tmp")
    return name
  }
}
