import TernCEB

// A block of the number index: which row groups of a segment hold a number, for the numbers whose
// hashes share their top bits. It is searched as it lies in the file.
//
//      4  entries
//      4  first row group
//      1  b: 2^b buckets by the next bits of the hash, so that each has 16 to 32 entries
//      1  f: bits of a fingerprint, those after the bucket's
//      1  g: bits of a row group, counted from the first one
//      5  zero
//     the end of each bucket, in entries, packed to the width that the last one needs
//     the entries, ascending within a bucket: fingerprint << g | row group, packed to f + g bits

/// A block, checked: where its parts lie.
struct NumberBlock {
  /// A number that is not there leads to a row group in vain about once in twenty blocks.
  static let fingerprintBits = 9
  static let bucketBitsMax = 22
  static let headerSize = 16

  private let bytes: View<UInt8>
  private let rangeBits: Int
  let entries: Int
  let firstGroup: Int
  let bucketBits: Int
  let fingerprintBits: Int
  let groupBits: Int
  private let ends: Int
  private let endWidth: Int
  private let data: Int

  /// The block of `size` bytes at `start`, of a range of 2^`rangeBits`. Checks sizes, not the entries. 16 bytes
  /// after the block must be readable.
  init(
    _ bytes: View<UInt8>, start: Int, size: Int, rows: Int, rangeBits: Int
  ) throws(BlockFault) {
    guard size >= Self.headerSize else { throw BlockFault("data ends too early") }
    let counts = bytes.load64(start)
    let widths = bytes.load64(start + 8)
    self.bytes = bytes
    self.rangeBits = rangeBits
    entries = Int(counts & 0xffff_ffff)
    firstGroup = Int(counts >> 32)
    bucketBits = Int(widths & 0xff)
    fingerprintBits = Int(widths >> 8 & 0xff)
    groupBits = Int(widths >> 16 & 0xff)
    guard widths >> 24 == 0 else { throw BlockFault("reserved bytes are not zero") }
    guard entries == rows, bucketBits <= Self.bucketBitsMax, fingerprintBits >= 1, fingerprintBits <= 16,
      groupBits <= 32, rangeBits + bucketBits + fingerprintBits <= 64
    else { throw BlockFault("impossible index of numbers") }
    ends = start + Self.headerSize
    endWidth = bitsNeeded(UInt64(entries))
    data = ends + packedSize(1 << bucketBits, width: endWidth)
    guard data + packedSize(entries, width: fingerprintBits + groupBits) == start + size else {
      throw BlockFault("the size of the index is another")
    }
  }

  private func bits(_ at: Int, _ index: Int, width: Int) -> UInt64 {
    if width == 0 { return 0 }
    let bit = index * width
    return bytes.load64(at + bit >> 3) >> UInt64(bit & 7) & lowMask(width)
  }

  private func end(_ bucket: Int) -> Int {
    bucket < 0 ? 0 : Int(bits(ends, bucket, width: endWidth))
  }

  /// Row groups that may hold the number, ascending: those that do are among them.
  func groups(of hash: UInt64) throws(BlockFault) -> [Int] {
    let bucket = keyRange(hash << UInt64(rangeBits), bits: bucketBits)
    let fingerprint = UInt64(
      keyRange(hash << UInt64(rangeBits + bucketBits), bits: fingerprintBits))
    let (first, last) = (end(bucket - 1), end(bucket))
    guard first <= last, last <= entries else { throw BlockFault("buckets are out of order") }
    var found: [Int] = []
    for index in first..<last {
      let entry = bits(data, index, width: fingerprintBits + groupBits)
      if entry >> UInt64(groupBits) == fingerprint {
        found.append(firstGroup + Int(entry & lowMask(groupBits)))
      }
    }
    return found
  }

  /// Buckets and entries in order; nothing there twice. O(entries).
  func check() throws(BlockFault) {
    var first = 0
    for bucket in 0..<1 << bucketBits {
      let last = end(bucket)
      guard first <= last, last <= entries else { throw BlockFault("buckets are out of order") }
      var before: UInt64?
      for index in first..<last {
        let entry = bits(data, index, width: fingerprintBits + groupBits)
        guard before.map({ $0 < entry }) ?? true else { throw BlockFault("entries out of order") }
        before = entry
      }
      first = last
    }
    guard first == entries else { throw BlockFault("the number of entries is another") }
  }
}
