import TernCEB

/// Dense numbers for all documents of a role, lists above all: a base per segment and direction, plus the
/// row.
public struct ListNumbering: Sendable {
  /// `[segment * 2 + direction]`; one more at the end.
  @usableFromInline let bases: [Int]

  /// `listRows[segment]`: rows of the export and the import documents of each segment, drafts
  /// included.
  public init(listRows: [(export: Int, import: Int)]) {
    var bases: [Int] = [0]
    for (export, `import`) in listRows {
      bases.append(bases[bases.count - 1] + export)
      bases.append(bases[bases.count - 1] + `import`)
    }
    self.bases = bases
  }

  public var count: Int { bases[bases.count - 1] }

  /// Number of the first list of a segment and direction, or of those to come.
  public func firstIndex(ofSegment segment: Int, _ direction: Direction = .export) -> Int {
    bases[segment * 2 + Int(direction.rawValue)]
  }

  /// One past the last.
  public func endIndex(ofSegment segment: Int, _ direction: Direction) -> Int {
    bases[segment * 2 + Int(direction.rawValue) + 1]
  }

  /// The document of a number. O(log segments).
  public func document(_ index: Int) -> DocumentRef {
    precondition(index >= 0 && index < count, "no such number")
    // The last base that is not above: slots without documents share theirs with the next.
    var low = 0
    var high = bases.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if bases[middle] <= index { low = middle } else { high = middle - 1 }
    }
    return DocumentRef(
      segment: low / 2, row: index - bases[low], direction: Direction.allCases[low % 2])
  }

  /// Traps for a document that the numbering does not have.
  @inlinable @inline(__always) public func index(_ document: DocumentRef) -> Int {
    let slot = document.segment &* 2 &+ Int(document.direction.rawValue)
    let index = bases[slot] &+ document.row
    precondition(index < bases[slot &+ 1], "a document beyond its segment")
    return index
  }
}

/// What a run finds out about every list, by dense number: one word, and the consignee of its waybill.
///
///     63  62  61      59 58       56 55     48 47                    0
///     ┌───┬───┬─────────┬───────────┬─────────┬──────────────────────┐
///     │ C │ X │ priority│ trade mode│    0    │ finding bits         │   C counts, X cancelled
///     └───┴───┴─────────┴───────────┴─────────┴──────────────────────┘
///
/// A partition's lists lie all over the arrays: every look costs a cache miss. So the top byte of the word, which every
/// phase asks for, has an array of its own, an eighth as large; findings are touched where there are any.
///
/// Several threads write it without locks: within a phase each list belongs to exactly one
/// partition, and the caller lets a phase end before the next begins.
@safe
public final class ListResults: @unchecked Sendable {
  public let numbering: ListNumbering
  @unsafe private let findings: UnsafeMutablePointer<UInt64>
  @unsafe private let consignees: UnsafeMutablePointer<UInt64>
  @unsafe private let states: UnsafeMutablePointer<UInt8>
  private let memory: ZeroedMemory
  /// A bit per list, as `packCounting` found it.
  private var packed: ZeroedMemory?

  /// The list counts: the version that stands, not a draft, not deleted.
  @inlinable public static var countsBit: UInt64 { 1 &<< 63 }
  /// The list would count, but is cancelled. It has neither `countsBit` nor findings.
  @inlinable public static var cancelledBit: UInt64 { 1 &<< 62 }

  @inlinable public static var findingsMask: UInt64 { 1 &<< 48 &- 1 }
  @inlinable public static var tradeModeShift: UInt64 { 56 }
  @inlinable public static var priorityShift: UInt64 { 59 }

  /// The byte of a word that is kept by itself.
  @inlinable @inline(__always) public static func state(_ word: UInt64) -> UInt8 {
    UInt8(truncatingIfNeeded: word &>> 56)
  }

  /// Bytes per list; most of them are touched only for lists with findings and for imports.
  public static var bytesPerList: Int { 17 }
  /// In memory wherever the others are; see `packCounting`.
  public static var packedBitsPerList: Int { 1 }

  /// Everything 0, in memory, or in the open, empty file `descriptor`.
  public init(_ numbering: ListNumbering, file descriptor: Int32? = nil) {
    self.numbering = numbering
    let count = numbering.count
    memory = ZeroedMemory(byteCount: count * Self.bytesPerList, file: descriptor)
    unsafe findings = memory.base.assumingMemoryBound(to: UInt64.self)
    unsafe consignees = unsafe findings + count
    unsafe states = UnsafeMutableRawPointer(unsafe consignees + count).assumingMemoryBound(to: UInt8.self)
  }

  public var count: Int { numbering.count }

  public func counts(_ index: Int) -> Bool { word(index) & Self.countsBit != 0 }

  public func isCancelled(_ index: Int) -> Bool { word(index) & Self.cancelledBit != 0 }

  /// Finding bits as found, whatever the settings switch off; 0 for a list that does not count.
  public func findings(_ index: Int) -> UInt64 {
    let word = word(index)
    return word & Self.countsBit != 0 ? word & Self.findingsMask : 0
  }

  /// Everything that is known of a list, as the picture above shows it.
  @inline(__always) public func word(_ index: Int) -> UInt64 {
    precondition(index >= 0 && index < count, "no such list")
    return unsafe findings[index] | UInt64(states[index]) &<< 56
  }

  /// Adds to what is known of a list.
  @inline(__always) public func add(_ index: Int, _ bits: UInt64) {
    precondition(index >= 0 && index < count, "no such list")
    let state = Self.state(bits)
    if state != 0 { unsafe states[index] |= state }
    let found = bits & Self.findingsMask
    if found != 0 { unsafe findings[index] |= found }
  }

  /// Forgets all of a list but the bits of `mask`.
  public func keep(_ index: Int, _ mask: UInt64) { set(index, word: word(index) & mask) }

  /// Replaces what is known of a list.
  public func set(_ index: Int, word: UInt64) {
    precondition(index >= 0 && index < count, "no such list")
    unsafe findings[index] = word & Self.findingsMask
    unsafe states[index] = Self.state(word)
  }

  /// Notes which lists count by a bit each, for the phases behind the one that decides it: of 50 M lists they fit the
  /// processor's cache, the bytes do not. No other thread may use the results meanwhile, and no list be set after.
  public func packCounting() {
    let memory = ZeroedMemory(byteCount: count / 8 + 1)
    let bits = unsafe memory.base.assumingMemoryBound(to: UInt8.self)
    // The top bits of eight bytes, brought together by one multiplication.
    for eight in 0..<count / 8 {
      let bytes = unsafe UnsafeRawPointer(states).loadUnaligned(fromByteOffset: eight * 8, as: UInt64.self)
      let tops = UInt64(littleEndian: bytes) &>> 7 & 0x0101_0101_0101_0101
      unsafe bits[eight] = UInt8(truncatingIfNeeded: (tops &* 0x0102_0408_1020_4080) &>> 56)
    }
    for index in count & ~7..<count { unsafe bits[index / 8] |= (states[index] &>> 7) &<< UInt8(index & 7) }
    packed = consume memory
  }

  /// Which lists count: by their bytes, or by the bits of `packCounting`.
  @safe
  struct Counting {
    @unsafe let base: UnsafeMutablePointer<UInt8>
    let isPacked: Bool

    /// Not 0 if the list counts.
    @inline(__always) func bit(_ index: Int) -> UInt8 {
      let byte = unsafe base[isPacked ? index &>> 3 : index]
      return byte &>> (isPacked ? UInt8(truncatingIfNeeded: index & 7) : 7) & 1
    }
  }

  var counting: Counting {
    if let base = unsafe packed?.base {
      return unsafe Counting(base: base.assumingMemoryBound(to: UInt8.self), isPacked: true)
    }
    return unsafe Counting(base: states, isPacked: false)
  }

  /// `count` top bytes of words, for loops over all lists.
  @unsafe public var unsafeStates: UnsafeMutablePointer<UInt8> { unsafe states }
  /// Of imports the `consignee` digest of the matched waybill, and `matchedBit`; 0 where there is no waybill.
  @unsafe public var unsafeWaybillConsignee: UnsafeMutablePointer<UInt64> {
    unsafe consignees
  }
  /// Above the 48 bits of a digest, which may be 0.
  @inlinable public static var matchedBit: UInt64 { 1 &<< 63 }
}
