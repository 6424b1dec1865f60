import CZlib
import CZstd
import Glibc
import TernTestSupport
import Testing

@testable import TernIO

extension SeededGenerator {
  /// `count` printable bytes.
  mutating func text(_ count: Int) -> [UInt8] {
    var words: [UInt64] = []
    words.reserveCapacity(count / 8 + 1)
    for _ in 0..<(count / 8 + 1) {
      words.append(0x6161_6161_6161_6161 &+ (next() & 0x0F0F_0F0F_0F0F_0F0F))
    }
    return unsafe words.withUnsafeBytes { unsafe Array($0.prefix(count)) }
  }
  /// About `count` bytes in lines of 1 to `longest` bytes; the last line has no end.
  mutating func lines(_ count: Int, longest: Int = 4000) -> [UInt8] {
    var bytes = text(count)
    var at = below(longest)
    while at < count - 1 {
      bytes[at] = 10
      at += 1 + below(longest)
    }
    return bytes
  }
}

extension TemporaryFolder {
  @discardableResult
  func file(_ name: String, _ bytes: [UInt8]) -> String {
    writeFile(self[name], bytes)
    return self[name]
  }

  @discardableResult
  func folder(_ name: String) -> String {
    makeFolder(self[name])
    return self[name]
  }
}

func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
  unsafe bytes.withUnsafeBytes { buffer in
    var done = 0
    while done < buffer.count {
      let count = unsafe write(descriptor, buffer.baseAddress! + done, buffer.count - done)
      precondition(count > 0, "write failed: \(errno)")
      done += count
    }
  }
}

/// Up to the last line's end.
@Sendable func splitAtLines(_ bytes: UnsafeRawBufferPointer) -> Int {
  var end = bytes.count
  while end > 0, unsafe bytes[end - 1] != 10 { end -= 1 }
  return end
}

/// A unit as a value: all that must be equal whatever read it.
struct UnitRecord: Equatable {
  var sequence: Int
  var slices: [Slice]
  var failures: [ReadFailure]
  var members: [ArchiveMember]
  var inputBytes: UInt64
  var bytes: [[UInt8]]

  static func == (left: UnitRecord, right: UnitRecord) -> Bool {
    left.sequence == right.sequence && left.slices == right.slices
      && left.failures == right.failures && left.members == right.members
      && left.inputBytes == right.inputBytes
      && sameBytes(left.bytes, right.bytes)
  }
}

/// By `memcmp`: comparing arrays element by element takes most of a debug build's time.
func sameBytes(_ left: [[UInt8]], _ right: [[UInt8]]) -> Bool {
  guard left.count == right.count else { return false }
  return zip(left, right).allSatisfy { a, b in
    guard a.count == b.count else { return false }
    return unsafe a.withUnsafeBytes { x in
      unsafe b.withUnsafeBytes { y in
        unsafe memcmp(x.baseAddress!, y.baseAddress!, x.count) == 0
      }
    }
  }
}

/// A member of an archive as it came out.
struct MemberRecord: Equatable {
  var name: String
  var bytes: [UInt8]
}

struct Reading {
  var units: [UnitRecord] = []
  var note: String?
  var backend: IOBackend = .auto

  /// All bytes of each source, in the order of the plan.
  func contents(_ count: Int) -> [[UInt8]] {
    var all = [[UInt8]](repeating: [], count: count)
    for unit in units {
      for (slice, bytes) in zip(unit.slices, unit.bytes) {
        // Between two members of an archive one byte is counted, also where one holds nothing.
        while slice.beginsMember, UInt64(all[slice.source].count) < slice.offset {
          all[slice.source].append(10)
        }
        #expect(slice.offset == UInt64(all[slice.source].count), "slices join without a gap")
        all[slice.source] += bytes
      }
    }
    return all
  }

  var failures: [ReadFailure] { units.flatMap(\.failures) }
  /// The members of one archive of the plan that were delivered, in order.
  func members(_ source: Int = 0) -> [MemberRecord] { membersBySource()[source] ?? [] }

  /// The members that were delivered, by archive.
  func membersBySource() -> [Int: [MemberRecord]] {
    var names: [Int: [UInt64: String]] = [:]
    for member in units.flatMap(\.members) {
      let known = names[member.source, default: [:]].updateValue(member.name, forKey: member.offset)
      #expect(known == nil, "one place each")
    }
    var all: [Int: [MemberRecord]] = [:]
    var open: Int?
    for unit in units {
      for (slice, bytes) in zip(unit.slices, unit.bytes) {
        if slice.beginsMember {
          #expect(open == nil, "members end before others begin")
          let name = names[slice.source]?[slice.offset] ?? "?"
          all[slice.source, default: []].append(MemberRecord(name: name, bytes: bytes))
          open = slice.source
        } else if let source = open {
          #expect(slice.source == source)
          all[source]![all[source]!.count - 1].bytes += bytes
        } else {
          #expect(bytes.isEmpty || names[slice.source] == nil, "bytes of no member")
        }
        if slice.endsMember { open = nil }
      }
    }
    #expect(open == nil, "every member ends")
    return all
  }

  var slices: [Slice] { units.flatMap(\.slices) }
  func last(_ source: Int) -> Slice? { slices.first { $0.source == source && $0.isLast } }
}

/// Reads everything with one caller, cut at lines.
func readAll(_ plan: InputPlan, _ options: InputOptions, streamBytes: Int = 0) throws -> Reading {
  try unsafe readAll(plan, options, streamBytes: streamBytes) { unsafe splitAtLines($0) }
}

/// Reads everything with one caller, and checks what holds for every reading.
func readAll(
  _ plan: InputPlan, _ options: InputOptions, streamBytes: Int = 0,
  split: @escaping @Sendable (UnsafeRawBufferPointer) -> Int
) throws -> Reading {
  let reader = try unsafe InputReader(plan: plan, options: options, split: split)
  var reading = Reading(backend: reader.backendInUse)
  while let unit = try reader.next() {
    reading.units.append(record(unit))
    reader.recycle(unit)
  }
  reading.note = reader.note
  #expect(reading.units.map(\.sequence) == Array(0..<reading.units.count))
  let lasts = reading.slices.filter(\.isLast).map(\.source)
  #expect(lasts == Array(0..<plan.count), "each source ends once, in order")
  let input = reading.units.reduce(0) { $0 + $1.inputBytes }
  #expect(input == plan.totalBytes + UInt64(streamBytes), "all input is accounted for")
  return reading
}

func record(_ unit: InputUnit) -> UnitRecord {
  var all: [[UInt8]] = []
  for slice in unit.slices {
    unsafe unit.withBytes(of: slice) { bytes in
      unsafe all.append(Array(bytes))
      let padding = unsafe UnsafeRawBufferPointer(
        start: bytes.baseAddress! + bytes.count, count: InputUnit.paddingBytes)
      #expect(unsafe padding.allSatisfy { $0 == 0 }, "zeros follow every slice")
    }
  }
  return UnitRecord(
    sequence: unit.sequence, slices: unit.slices, failures: unit.failures, members: unit.members,
    inputBytes: unit.inputBytes, bytes: all)
}

/// Says which unit differs first, and in what; the units themselves would fill pages.
func difference(_ left: Reading, _ right: Reading) -> String? {
  for (a, b) in zip(left.units, right.units) where a != b {
    var parts: [String] = []
    if a.failures != b.failures { parts.append("failures \(a.failures) and \(b.failures)") }
    if a.members != b.members { parts.append("members \(a.members) and \(b.members)") }
    if a.inputBytes != b.inputBytes { parts.append("input \(a.inputBytes) and \(b.inputBytes)") }
    if a.slices.count != b.slices.count {
      parts.append("\(a.slices.count) and \(b.slices.count) slices")
    }
    for (x, y) in zip(a.slices, b.slices) where x != y {
      parts.append("slice \(x) and \(y)")
      break
    }
    if !sameBytes(a.bytes, b.bytes) { parts.append("bytes") }
    return "unit \(a.sequence): \(parts.joined(separator: "; "))"
  }
  if left.units.count != right.units.count {
    return "\(left.units.count) and \(right.units.count) units"
  }
  return nil
}

/// Small sizes, so that boundaries come often.
func testOptions(
  _ backend: IOBackend, unitBytes: Int = 256 << 10, faults: FaultInjection? = nil,
  maxMessageBytes: Int = 4 << 20
) -> InputOptions {
  var options = InputOptions(
    backend: backend, unitBytes: unitBytes, maxMessageBytes: maxMessageBytes,
    digestKey: DigestKey(seed: 7))
  options.faults = faults
  return options
}

let bothBackends: [IOBackend] = [.uring, .pread]

func gzip(_ bytes: [UInt8], level: Int32 = 1) -> [UInt8] {
  deflated(bytes, level: level, windowBits: 15 + 16)
}

/// Without a header where `windowBits` are negative, as in zip.
func deflated(_ bytes: [UInt8], level: Int32 = 6, windowBits: Int32 = -15) -> [UInt8] {
  var stream = unsafe z_stream()
  unsafe deflateInit2_(
    &stream, level, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  let bound = unsafe deflateBound(&stream, uLong(bytes.count))
  var output = [UInt8](repeating: 0, count: Int(bound))
  var input = bytes
  unsafe input.withUnsafeMutableBufferPointer { source in
    unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe stream.next_in = source.baseAddress
      unsafe stream.avail_in = uInt(source.count)
      unsafe stream.next_out = target.baseAddress
      unsafe stream.avail_out = uInt(target.count)
      #expect(unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END)
    }
  }
  output.removeLast(Int(unsafe stream.avail_out))
  unsafe deflateEnd(&stream)
  return output
}

func zstd(_ bytes: [UInt8], windowLog: Int32 = 0) -> [UInt8] {
  let context = unsafe ZSTD_createCCtx()!
  defer { unsafe ZSTD_freeCCtx(context) }
  _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1)
  _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count) + 64)
  if windowLog > 0 {
    // A frame of unknown size keeps its window.
    _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
  }
  let count = unsafe bytes.withUnsafeBytes { source in
    unsafe output.withUnsafeMutableBytes { target -> Int in
      var from = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
      var to = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
      _ = unsafe ZSTD_compressStream2(context, &to, &from, ZSTD_e_continue)
      let left = unsafe ZSTD_compressStream2(context, &to, &from, ZSTD_e_end)
      #expect(left == 0)
      return unsafe to.pos
    }
  }
  output.removeLast(output.count - count)
  return output
}
