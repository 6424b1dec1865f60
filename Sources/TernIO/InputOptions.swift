/// How files are read. All have the same result.
public enum IOBackend: String, Sendable, CaseIterable {
  /// io_uring where a trial read works, otherwise `pread`.
  case auto
  case uring
  case pread
}

/// Sizes and limits of reading.
public struct InputOptions: Sendable {
  public var backend: IOBackend
  /// Payload of a unit in bytes, rounded up to 64 KiB. Unit boundaries depend on it.
  public var unitBytes: Int
  /// Longest message in bytes after decompression. A unit grows up to it.
  public var maxMessageBytes: Int
  /// Units that callers may hold or find ready at a time. At least one more than the workers.
  public var unitsInFlight: Int
  /// Blocks that are being read ahead of the units.
  public var blocksAhead: Int
  /// Largest zstd window in bytes, as a power of two.
  public var maxWindowLog: Int
  /// Key of the content digests.
  public var digestKey: DigestKey

  public init(
    backend: IOBackend = .auto, unitBytes: Int = 16 << 20, maxMessageBytes: Int = 256 << 20,
    unitsInFlight: Int = 4, blocksAhead: Int = 3, maxWindowLog: Int = 27,
    digestKey: DigestKey = DigestKey(seed: 0)
  ) {
    self.backend = backend
    self.unitBytes = roundUp(min(max(unitBytes, 64 << 10), 1 << 30), to: 64 << 10)
    self.maxMessageBytes = min(max(maxMessageBytes, 1 << 10), 1 << 31)
    self.unitsInFlight = min(max(unitsInFlight, 1), 1 << 10)
    self.blocksAhead = min(max(blocksAhead, 1), 64)
    self.maxWindowLog = min(max(maxWindowLog, 10), 31)
    self.digestKey = digestKey
  }

  /// Input memory in bytes that is held at most, messages longer than a unit aside.
  public var memoryBytes: Int {
    (unitsInFlight + blocksAhead + 2) * (unitBytes + MemoryBlock.headroom + MemoryBlock.slack)
  }

  /// A file larger than this is read in stretches of its own; others share a unit.
  var largeFileBytes: Int { unitBytes / 4 }

  var archiveLimits = ArchiveLimits()

  /// Faults to force, in tests.
  var faults: FaultInjection?
}

/// Sizes of the back ends, found by measurement (see README.md).
enum Tuning {
  /// One read of a large file.
  static let readBytes = 512 << 10
  /// Such reads in flight.
  static let readDepth = 16
  /// Reads of a large file in flight that the page cache answers at once: few, so that what was
  /// read is digested before the next piece pushes it out of the processor's cache.
  static let cachedReadDepth = 2
  /// Small files in flight.
  static let fileDepth = 96
  /// Submission entries: three for each small file, and some.
  static let ringEntries: UInt32 = 512
  /// Threads of the `pread` back end: cold disks want several, a warm cache one or two.
  static let preadThreads = 4
  /// One read of a pipe, and what a pipe is enlarged to: the most that is allowed to everybody.
  static let pipeBytes = 1 << 20
  /// A small file this long or longer begins on a page, so that O_DIRECT can read it.
  static let pageAlignedBytes = 16 << 10
}
