import CLiburing
import Glibc

/// Turns extents, in the order of the plan, into units. It runs on the reader's thread and blocks
/// where it has to wait; everything that decides about boundaries is here and in `Layout`, and
/// depends on bytes and sizes alone.
///
/// `Assembler+Ahead` schedules extents, `+Packs` handles small files, `+Stretches` large ones and
/// what is carried from unit to unit, `+Compressed` unpacks, `+Streams` reads pipes, `+Archives` archives.
@safe
final class Assembler: @unchecked Sendable {
  /// A source that is delivered in several slices.
  struct Current {
    var source: Int
    /// Where the next slice begins in the source, after decompression.
    var delivered: UInt64 = 0
    /// Bytes as stored that have been looked at.
    var rawOffset: UInt64 = 0
    var inflater: Inflater?
    /// Nothing more of it can be delivered; its remaining bytes only count for the digest.
    var isBroken = false
    /// Bytes as stored are missing: there is no digest.
    var isIncomplete = false
    var continuesCut = false
    /// The next slice is the first of a member.
    var beginsMember = false
  }

  /// What is to be done next, in order.
  enum Turn {
    case pack(Extent)
    case stretch(Extent, LargeFile, offset: UInt64, count: Int, isLast: Bool)
    case unopenable(source: Int, SystemFailure)
    case stream(source: Int)
    case archive(LargeFile, Packing)
  }

  let plan: InputPlan
  let options: InputOptions
  let split: @Sendable (UnsafeRawBufferPointer) -> Int
  let exchange: UnitExchange
  let pool: BlockPool
  let backend: any ReadBackend
  let hasher: ContentHasher

  // Scheduling.
  var layout: Layout
  var turns: [Turn] = []
  var extentsAhead = 0
  var waitsForStream = false
  var openFile: LargeFile?

  // The source that is being delivered.
  var current = Current(source: -1)
  /// Bytes of it that wait for the end of their message, at `MemoryBlock.headroom`.
  var held: MemoryBlock
  var heldCount = 0
  /// No end of message was found: the next try is at this many bytes.
  var nextTry = 0
  /// Block that compressed bytes are being unpacked to, and the bytes in it.
  var output: MemoryBlock?
  var outputCount = 0

  // The unit that is being made.
  var sequence = 0
  var failures: [ReadFailure] = []
  var members: [ArchiveMember] = []
  var inputBytes: UInt64 = 0

  init(
    plan: InputPlan, options: InputOptions, exchange: UnitExchange, pool: BlockPool,
    backend: any ReadBackend, split: @escaping @Sendable (UnsafeRawBufferPointer) -> Int
  ) throws(InputError) {
    self.plan = plan
    self.options = options
    self.exchange = exchange
    self.pool = pool
    self.backend = backend
    unsafe self.split = split
    hasher = ContentHasher(key: options.digestKey)
    layout = Layout(plan: plan, options: options)
    held = try MemoryBlock(payload: MemoryBlock.headroom)
  }

  func run() {
    do throws(InputError) {
      try schedule()
      while !turns.isEmpty {
        switch turns.removeFirst() {
        case .pack(let extent):
          try exchange.wait(for: extent)
          extentsAhead -= 1
          try assemblePack(extent)
        case .stretch(let extent, let file, let offset, let count, let isLast):
          try exchange.wait(for: extent)
          extentsAhead -= 1
          try assembleStretch(extent, file, offset: offset, count: count, isLast: isLast)
        case .unopenable(let source, let failure): try assembleUnopenable(source, failure)
        case .stream(let source):
          try assembleStream(source)
          waitsForStream = false
        case .archive(let file, let packing):
          extentsAhead -= 1
          try assembleArchive(file, packing)
        }
        try schedule()
      }
      exchange.finish(nil)
    } catch {
      exchange.finish(error)
    }
  }

  // MARK: Handing over

  /// Ends the unit that is being made and waits until it can be handed over.
  func emit(_ slices: [Slice], in block: MemoryBlock) throws(InputError) {
    let unit = InputUnit(
      sequence: sequence, slices: slices, failures: failures, members: members,
      inputBytes: inputBytes, block: block
    ) { [pool, exchange] block, wasDelivered in
      pool.put(block)
      if wasDelivered { exchange.giveBack() }
    }
    sequence += 1
    failures = []
    members = []
    inputBytes = 0
    try exchange.deliver(unit)
  }

  func ignore(_ path: String, _ reason: IgnoredFile.Reason) {
    exchange.ignore(IgnoredFile(path: path, reason: reason))
  }

  func fail(_ source: Int, at offset: UInt64, _ reason: ReadFailure.Reason, _ text: String) {
    failures.append(
      ReadFailure(
        source: source, offset: offset, reason: reason, text: "\(plan.path(of: source)): \(text)"))
  }

  /// A failed call; its text names the path already.
  func fail(_ source: Int, at offset: UInt64, _ failure: SystemFailure) {
    fail(
      source, at: offset, .system(operation: failure.operation, errno: failure.errno),
      "\(failure.operation) at byte \(offset): \(errnoText(failure.errno))")
  }
}
