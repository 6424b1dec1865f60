import TernCEB

/// Hashes of the numbers that the documents of a segment carry, by row group, in order of the groups.
/// Eight bytes a number.
public final class NumberHashes {
  var hashes = GrowableBuffer<UInt64>()
  /// Each row group that has any, ascending, and where its hashes end.
  private(set) var groups: [(number: Int, end: Int)] = []

  public init() {}

  /// `group` is not lower than the one before.
  public func append(_ more: borrowing GrowableBuffer<UInt64>, group: Int) {
    if more.isEmpty { return }
    precondition(groups.last.map { $0.number <= group } ?? true, "row groups out of order")
    unsafe hashes.append(contentsOf: more.unsafeElements)
    if groups.last?.number == group { groups.removeLast() }
    groups.append((group, hashes.count))
  }

  public var isEmpty: Bool { hashes.isEmpty }

  /// Forgets all and keeps the memory.
  public func removeAll() {
    hashes.removeAll()
    groups.removeAll(keepingCapacity: true)
  }
}

/// Encodes the number index of one segment: see `NumberBlock`.
///
/// Hashes are 64 uniformly distributed bits under a secret; the index keeps about 25 of them, and the
/// row group, in some 17 bits. Memory: 16 bytes a number. Cost: some 20 ns a number.
public struct NumberTableWriter: ~Copyable {
  /// A part of the hash above, the row group, counted from the first one, below.
  private var items = GrowableBuffer<UInt64>()
  private var ordered = GrowableBuffer<UInt64>()
  private var ends = GrowableBuffer<UInt64>()
  private static let entriesPerBlock = 8192

  public init() {}

  /// Hash bits by which `count` numbers are cut into blocks.
  static func rangeBits(_ count: Int) -> Int {
    var bits = 0
    while bits < StoreLimits.hashRangeBits && count >> (bits + 1) >= entriesPerBlock { bits += 1 }
    return bits
  }

  /// Appends the blocks to `unit`; none without numbers.
  public mutating func encode(_ numbers: NumberHashes, into unit: EncodedUnit) {
    guard let first = numbers.groups.first?.number, let last = numbers.groups.last?.number else { return }
    let count = numbers.hashes.count
    precondition(last - first <= Int(UInt32.max), "more row groups than an index takes")
    let bits = Self.rangeBits(count)
    unit.shapes[.numbers] = .numbers(rangeBits: bits)
    let starts = groupByRange(numbers, first: first, bits: bits)
    for range in 0..<1 << bits where starts[range] < starts[range + 1] {
      let items = items.view.slice(starts[range], count: starts[range + 1] - starts[range])
      encode(
        items, range: range, rangeBits: bits, firstGroup: first,
        groupBits: bitsNeeded(UInt64(last - first)), into: unit)
    }
  }

  /// Fills `items`, by the top `bits` of the hashes, and returns where each range starts. O(numbers).
  private mutating func groupByRange(_ numbers: NumberHashes, first: Int, bits: Int) -> [Int] {
    let hashes = numbers.hashes.view
    var starts = [Int](repeating: 0, count: 1 << bits + 1)
    for index in 0..<numbers.hashes.count { starts[keyRange(hashes[index], bits: bits) + 1] += 1 }
    for range in 0..<1 << bits { starts[range + 1] += starts[range] }
    var next = starts
    items.prepare(numbers.hashes.count)
    let items = items.view
    var index = 0
    for (group, end) in numbers.groups {
      let ordinal = UInt64(group - first)
      while index < end {
        let hash = hashes[index]
        let range = keyRange(hash, bits: bits)
        items[next[range]] = (hash &<< UInt64(bits)) & ~Self.groupMask | ordinal
        next[range] += 1
        index &+= 1
      }
    }
    return starts
  }

  /// One block, of all the items of a range.
  private mutating func encode(
    _ items: View<UInt64>, range: Int, rangeBits: Int, firstGroup: Int, groupBits: Int,
    into unit: EncodedUnit
  ) {
    let bucketBits = min(max(0, bitsNeeded(UInt64(items.count)) - 5), NumberBlock.bucketBitsMax)
    sort(items, bucketBits: bucketBits)
    let source = ordered.view
    let ends = ends.view
    var count = 0
    var bucket = 0
    for index in 0..<items.count {
      let item = source[index]
      if index > 0, item == source[index - 1] { continue }
      while bucket < keyRange(item, bits: bucketBits) {
        ends[bucket] = UInt64(count)
        bucket += 1
      }
      let fingerprint = UInt64(
        keyRange(item &<< UInt64(bucketBits), bits: NumberBlock.fingerprintBits))
      items[count] = fingerprint &<< UInt64(groupBits) | item & Self.groupMask
      count &+= 1
    }
    while bucket < 1 << bucketBits {
      ends[bucket] = UInt64(count)
      bucket += 1
    }
    precondition(count <= StoreLimits.rowsPerBlock, "more numbers than one block takes")

    let start = unit.bytes.count
    unit.bytes.append(UInt32(count))
    unit.bytes.append(UInt32(firstGroup))
    unit.bytes.append(
      UInt64(bucketBits) | UInt64(NumberBlock.fingerprintBits) << 8 | UInt64(groupBits) << 16)
    write(ends, count: 1 << bucketBits, width: bitsNeeded(UInt64(count)), to: &unit.bytes)
    write(
      items, count: count, width: NumberBlock.fingerprintBits + groupBits, to: &unit.bytes)
    let size = unit.bytes.count - start
    unit.blocks.append(
      EncodedBlock(
        table: .numbers, column: 0, group: range, rows: count, type: FileFormat.numbersType,
        encoding: 0, offset: UInt64(start), size: size, rawSize: count * 8,
        checksum: unit.bytes.view.checksum(start, count: size)))
  }

  private func write(
    _ values: View<UInt64>, count: Int, width: Int, to out: inout GrowableBuffer<UInt8>
  ) {
    let size = packedSize(count, width: width)
    out.reserve(size + 8)
    pack(values, count: count, base: 0, width: width, to: out.view, at: out.count)
    out.setCount(out.count + size)
  }

  private static let groupMask: UInt64 = 0xffff_ffff

  /// Fills `ordered` with the items ascending, of their hashes bucket and fingerprint alone: by bucket with
  /// a counting sort, within one by insertion, since it has some twenty. A number of very many row groups
  /// makes a large one, which comes nearly in order. Uses `ends`.
  private mutating func sort(_ items: View<UInt64>, bucketBits: Int) {
    let hashBits = bucketBits + NumberBlock.fingerprintBits
    let mask = ~(lowMask(64 - hashBits)) | Self.groupMask
    ends.prepare(1 << bucketBits)
    ordered.prepare(items.count)
    let ends = ends.view
    let ordered = ordered.view
    for bucket in 0..<1 << bucketBits { ends[bucket] = 0 }
    for index in 0..<items.count { ends[keyRange(items[index], bits: bucketBits)] &+= 1 }
    var sum: UInt64 = 0
    for bucket in 0..<1 << bucketBits {
      let own = ends[bucket]
      ends[bucket] = sum
      sum &+= own
    }
    for index in 0..<items.count {
      let bucket = keyRange(items[index], bits: bucketBits)
      ordered[Int(ends[bucket])] = items[index] & mask
      ends[bucket] &+= 1
    }
    var start = 0
    for bucket in 0..<1 << bucketBits {
      let end = Int(ends[bucket])
      if end - start <= Self.insertionMax {
        insertionSort(ordered, start..<end)
      } else {
        ordered.slice(start, count: end - start).sort()
      }
      start = end
    }
  }

  private static let insertionMax = 128

  private func insertionSort(_ items: View<UInt64>, _ range: Range<Int>) {
    for index in range.dropFirst() {
      let item = items[index]
      var place = index
      while place > range.lowerBound, items[place &- 1] > item {
        items[place] = items[place &- 1]
        place &-= 1
      }
      items[place] = item
    }
  }
}
