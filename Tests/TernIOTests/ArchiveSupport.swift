import CZlib
import Glibc
import TernTestSupport
import Testing

@testable import TernIO

/// A file to be put into an archive, with what tests want to be wrong about it.
struct Entry {
  var name: [UInt8]
  var bytes: [UInt8]
  var method: UInt16 = 8
  var isEncrypted = false
  /// The name is marked as UTF-8.
  var isUTF8 = false
  /// Sizes stand behind the data, as where a zip is written to a pipe.
  var sizesBehind = false
  /// Of a tar: `0` a file, `1` a hard link, `2` a symbolic link, `3` a device, `5` a folder.
  var type: UInt8 = UInt8(ascii: "0")
  /// What stands in a zip for `bytes`, where it is known already.
  var packed: [UInt8]?
  /// Unix mode of a zip's member, with the type of file.
  var mode: UInt32 = 0o100644

  init(_ name: String, _ bytes: [UInt8]) {
    self.name = Array(name.utf8)
    self.bytes = bytes
  }

  func with(_ change: (inout Entry) -> Void) -> Entry {
    var copy = self
    change(&copy)
    return copy
  }
}

/// A zip, by hand, so that anything in it can be wrong.
func zip(_ entries: [Entry]) -> [UInt8] {
  var file: [UInt8] = []
  var directory: [UInt8] = []
  func add(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }
  for entry in entries {
    let offset = UInt32(file.count)
    let packed = entry.packed ?? (entry.method == 8 ? deflated(entry.bytes) : entry.bytes)
    let flags: UInt16 =
      (entry.isEncrypted ? 1 : 0) | (entry.sizesBehind ? 8 : 0) | (entry.isUTF8 ? 0x800 : 0)
    let checksum = unsafe entry.bytes.withUnsafeBufferPointer {
      UInt32(unsafe crc32(0, $0.baseAddress, uInt($0.count)))
    }
    func addCommon(to bytes: inout [UInt8], sizesBehind: Bool) {
      add(UInt16(20), to: &bytes)
      add(flags, to: &bytes)
      add(entry.method, to: &bytes)
      add(UInt32(0), to: &bytes)
      add(sizesBehind ? 0 : checksum, to: &bytes)
      add(sizesBehind ? 0 : UInt32(packed.count), to: &bytes)
      add(sizesBehind ? 0 : UInt32(entry.bytes.count), to: &bytes)
      add(UInt16(entry.name.count), to: &bytes)
      add(UInt16(0), to: &bytes)
    }
    file += [0x50, 0x4B, 3, 4]
    addCommon(to: &file, sizesBehind: entry.sizesBehind)
    file += entry.name + packed
    if entry.sizesBehind {
      file += [0x50, 0x4B, 7, 8]
      add(checksum, to: &file)
      add(UInt32(packed.count), to: &file)
      add(UInt32(entry.bytes.count), to: &file)
    }
    directory += [0x50, 0x4B, 1, 2]
    // Made by Unix, so that the mode counts.
    add(UInt16(3 << 8 | 20), to: &directory)
    addCommon(to: &directory, sizesBehind: false)
    add(UInt16(0), to: &directory)
    add(UInt16(0), to: &directory)
    add(UInt16(0), to: &directory)
    add(entry.mode << 16, to: &directory)
    add(offset, to: &directory)
    directory += entry.name
  }
  let start = UInt32(file.count)
  file += directory
  file += [0x50, 0x4B, 5, 6]
  add(UInt32(0), to: &file)
  add(UInt16(entries.count), to: &file)
  add(UInt16(entries.count), to: &file)
  add(UInt32(directory.count), to: &file)
  add(start, to: &file)
  add(UInt16(0), to: &file)
  return file
}

/// A tar as POSIX has it (ustar). Without its end mark it is the front part of one.
func tar(_ entries: [Entry], hasEnd: Bool = true) -> [UInt8] {
  var file: [UInt8] = []
  for entry in entries {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: [UInt8], at place: Int) {
      header.replaceSubrange(place..<(place + text.count), with: text)
    }
    func octal(_ value: Int, _ digits: Int) -> [UInt8] {
      let text = String(value, radix: 8)
      return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
    }
    let isFile = entry.type == UInt8(ascii: "0")
    put(Array(entry.name.prefix(100)), at: 0)
    put(octal(0o644, 7), at: 100)
    put(octal(0, 7), at: 108)
    put(octal(0, 7), at: 116)
    put(octal(isFile ? entry.bytes.count : 0, 11), at: 124)
    put(octal(0, 11), at: 136)
    put([UInt8](repeating: 0x20, count: 8), at: 148)
    header[156] = entry.type
    if entry.type == UInt8(ascii: "1") || entry.type == UInt8(ascii: "2") {
      put(Array("target".utf8), at: 157)
    }
    put(Array("ustar\u{0}00".utf8), at: 257)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6) + [0, 0x20], at: 148)
    file += header
    if isFile {
      file += entry.bytes
      file += [UInt8](repeating: 0, count: roundUp(entry.bytes.count, to: 512) - entry.bytes.count)
    }
  }
  if hasEnd { file += [UInt8](repeating: 0, count: 1024) }
  return file
}

/// The ways in which the same members are archived.
enum Form: CaseIterable {
  case zip, zipToPipe, storedZip, tar, tarGzip, tarZstd

  func pack(_ entries: [Entry]) -> [UInt8] {
    switch self {
    case .zip: TernIOTests.zip(entries)
    case .zipToPipe: TernIOTests.zip(entries.map { $0.with { $0.sizesBehind = true } })
    case .storedZip: TernIOTests.zip(entries.map { $0.with { $0.method = 0 } })
    case .tar: TernIOTests.tar(entries)
    case .tarGzip: gzip(TernIOTests.tar(entries))
    case .tarZstd: zstd(TernIOTests.tar(entries))
    }
  }
}

/// Reads files in the order of the list, through both back ends, with the same result.
func readFiles(
  _ files: [[UInt8]], unitBytes: Int = 64 << 10, limits: ArchiveLimits = ArchiveLimits()
) throws -> Reading {
  let folder = TemporaryFolder()
  for (number, bytes) in files.enumerated() { folder.file("\(1000 + number)", bytes) }
  let plan = try InputPlan(inputs: [folder.path])
  var readings: [Reading] = []
  for backend in [IOBackend.pread, .uring] {
    var options = testOptions(backend, unitBytes: unitBytes)
    options.archiveLimits = limits
    readings.append(try readAll(plan, options))
  }
  #expect(difference(readings[0], readings[1]) == nil)
  for (source, bytes) in files.enumerated() {
    let digest = unsafe bytes.withUnsafeBytes { unsafe DigestKey(seed: 7).digest(of: $0) }
    #expect(readings[0].last(source)?.digest == digest, "the digest is over the stored bytes")
  }
  return readings[0]
}

/// Reads bytes that come through a named pipe in small parts.
///
/// A unit is longer than a block of zstd: what a pipe holds is told from its first unit.
func readThroughPipe(_ bytes: [UInt8], unitBytes: Int = 192 << 10) throws -> Reading {
  let folder = TemporaryFolder()
  let pipe = "\(folder.path)/p"
  #expect(unsafe mkfifo(pipe, 0o600) == 0)
  let writer = try SystemThread(name: "writer") {
    let descriptor = unsafe open(pipe, O_WRONLY)
    for start in stride(from: 0, to: bytes.count, by: 10_007) {
      writeAll(Array(bytes[start..<min(start + 10_007, bytes.count)]), to: descriptor)
    }
    close(descriptor)
  }
  let reading = try readAll(
    try InputPlan(inputs: [pipe]), testOptions(.pread, unitBytes: unitBytes),
    streamBytes: bytes.count)
  writer.join()
  return reading
}
