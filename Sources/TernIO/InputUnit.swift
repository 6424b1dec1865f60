/// Bytes of one source in a unit.
public struct Slice: Sendable, Equatable {
  /// Index in the plan.
  public var source: Int
  /// First byte in the unit's block. A multiple of 64 where the slice begins its source and no
  /// other slice of a large source comes before it.
  public var start: Int
  /// Bytes.
  public var count: Int
  /// Where the slice begins in the source, after decompression; in an archive, in the contents of its
  /// members, one behind the other with one byte between two.
  public var offset: UInt64
  /// The source ends with this slice. Every source of a plan has exactly one such slice, also an
  /// empty or unreadable one (then with a count of 0).
  public var isLast: Bool
  /// The slice ends inside a message that was longer than the limit.
  public var isCut: Bool
  /// The slice begins inside such a message.
  public var continuesCut: Bool
  /// The slice is the first of an archive's member.
  public var beginsMember: Bool
  /// The slice is the last of an archive's member: what follows has nothing to do with it.
  public var endsMember: Bool
  /// On the last slice: what the source holds as stored. Absent where it could not be read to its
  /// planned end, so that nobody takes a part for the whole.
  public var digest: ContentDigest?

  init(
    source: Int, start: Int, count: Int, offset: UInt64, isLast: Bool, isCut: Bool = false,
    continuesCut: Bool = false, beginsMember: Bool = false, endsMember: Bool = false,
    digest: ContentDigest? = nil
  ) {
    self.source = source
    self.start = start
    self.count = count
    self.offset = offset
    self.isLast = isLast
    self.isCut = isCut
    self.continuesCut = continuesCut
    self.beginsMember = beginsMember
    self.endsMember = endsMember
    self.digest = digest
  }
}

/// What went wrong with one source while it was read or unpacked. Its bytes before that place are
/// delivered; the other sources are unharmed.
public struct ReadFailure: Sendable, Equatable {
  public enum Reason: Sendable, Equatable {
    /// A call failed: EACCES, EIO, ENOENT, …
    case system(operation: String, errno: Int32)
    /// The file is shorter or longer than when the plan was made.
    case changed
    /// The compressed data is damaged.
    case corrupt
    /// The compressed data ends too early.
    case truncated
    /// The compressed data asks for more memory than allowed.
    case windowTooLarge
    /// No end of message within `maxMessageBytes`.
    case messageTooLarge
    /// Unpacks to so much more than is stored that it is taken for an attack.
    case expandsTooMuch
    /// More members, a longer name or a longer directory than an archive may have.
    case tooLarge
    /// A member that needs a password.
    case encrypted
    /// A member that is an archive.
    case nested
    /// An archive or member of a kind that is not read.
    case unsupported
  }
  /// Index in the plan.
  public var source: Int
  /// Place in the source after decompression: what lies before it was delivered.
  public var offset: UInt64
  public var reason: Reason
  /// For people; names the path and the place.
  public var text: String
}

/// A block of memory with slices of one or many sources, in the order of the plan.
///
/// Its sequence, boundaries and bytes depend on the files, the options and the splitter alone.
@safe
public final class InputUnit: @unchecked Sendable {
  /// Zero bytes that may be read after every slice.
  public static let paddingBytes = 64

  /// 0, 1, 2, … in the order of the plan.
  public let sequence: Int
  public let slices: [Slice]
  public let failures: [ReadFailure]
  /// Members of archives that begin in this unit, or that cannot be read, in order. One without a name
  /// is the place from which on nothing of the archive could be read.
  public let members: [ArchiveMember]
  /// Bytes of input as stored that this unit accounts for. Over all units the sum is the plan's
  /// `totalBytes`, and what came through pipes.
  public let inputBytes: UInt64
  /// Given up by `recycle` or at the end of the unit's life, whichever is first.
  private var block: MemoryBlock?
  private let onReturn: @Sendable (MemoryBlock, _ wasDelivered: Bool) -> Void
  /// Counts among the units in flight. Set once, before anyone else sees the unit.
  var isDelivered = false

  init(
    sequence: Int, slices: [Slice], failures: [ReadFailure], members: [ArchiveMember],
    inputBytes: UInt64, block: MemoryBlock, onReturn: @escaping @Sendable (MemoryBlock, Bool) -> Void
  ) {
    self.sequence = sequence
    self.slices = slices
    self.failures = failures
    self.members = members
    self.inputBytes = inputBytes
    self.block = block
    self.onReturn = onReturn
  }

  deinit { giveBack() }

  func giveBack() {
    guard let returned = block else { return }
    block = nil
    onReturn(returned, isDelivered)
  }

  /// The bytes of a slice; `paddingBytes` zeros follow them in memory. Valid inside `body`.
  public func withBytes<Result, Failure: Error>(
    of slice: Slice, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(bytes(of: slice))
  }

  /// As `withBytes`. Valid until the unit is recycled or released: keep the unit alive meanwhile.
  @unsafe public func bytes(of slice: Slice) -> UnsafeRawBufferPointer {
    guard let block else { preconditionFailure("the unit has been recycled") }
    precondition(
      slice.start + slice.count + Self.paddingBytes <= block.capacity, "not a slice of this unit")
    return unsafe block.bytes(slice.start, count: slice.count)
  }

  /// Bytes in all slices.
  public var byteCount: Int { slices.reduce(0) { $0 + $1.count } }
}
