import TernCEB

/// Distinct values of a column, found by hashing: open addressing over 16-bit slots that fit the
/// first-level cache. It only ever serves to find a dictionary; a value is known by its bytes.
///
/// A crafted input can make values collide, but not make this slow: a value that needs more than
/// `probesMax` steps ends the attempt.
struct ValueTable: ~Copyable {
  static let entriesMax = 4096
  private static let slotCount = 16_384
  private static let probesMax = 64

  private var slots = GrowableBuffer<UInt16>(capacity: Self.slotCount)
  private var hashes = GrowableBuffer<UInt32>(capacity: Self.entriesMax)
  private var places = GrowableBuffer<UInt32>(capacity: Self.entriesMax)
  private var lengths = GrowableBuffer<UInt32>(capacity: Self.entriesMax)
  private(set) var count = 0
  private var mask = 0
  var limit = 0

  /// Where an entry was first seen: a byte offset or a row.
  func place(_ entry: Int) -> Int { Int(places.view[entry]) }
  /// Bytes of an entry.
  func length(_ entry: Int) -> Int { Int(lengths.view[entry]) }

  /// Empties the table for at most `limit` distinct values.
  mutating func reset(limit: Int) {
    self.limit = min(limit, Self.entriesMax)
    count = 0
    var size = 64
    while size < self.limit * 4 { size *= 2 }
    mask = size - 1
    slots.view.slice(0, count: size).fill(0)
  }

  /// Number of the value of `length` bytes at `place`, or −1 when the table is full.
  @inline(__always)
  mutating func text(_ bytes: View<UInt8>, place: Int, length: Int) -> Int {
    let hash = Self.hash(bytes, place: place, length: length)
    let short = UInt32(truncatingIfNeeded: hash)
    let slots = slots.view
    let hashes = hashes.view
    let places = places.view
    let lengths = lengths.view
    var slot = Int(truncatingIfNeeded: hash &>> 32) & mask
    for _ in 0..<Self.probesMax {
      let found = Int(slots[slot])
      if found == 0 {
        if count == limit { return -1 }
        hashes[count] = short
        places[count] = UInt32(truncatingIfNeeded: place)
        lengths[count] = UInt32(truncatingIfNeeded: length)
        count &+= 1
        slots[slot] = UInt16(truncatingIfNeeded: count)
        return count &- 1
      }
      let entry = found &- 1
      if hashes[entry] == short && Int(lengths[entry]) == length
        && bytes.equal(Int(places[entry]), place, count: length)
      {
        return entry
      }
      slot = (slot &+ 1) & mask
    }
    return -1
  }

  /// Number of the value in `row` of `values`, or −1 when the table is full.
  @inline(__always)
  mutating func word(_ values: View<UInt64>, row: Int) -> Int {
    let value = values[row]
    let hash = Self.mix(value, 0x9e37_79b9_7f4a_7c15)
    let slots = slots.view
    let places = places.view
    var slot = Int(truncatingIfNeeded: hash &>> 32) & mask
    for _ in 0..<Self.probesMax {
      let found = Int(slots[slot])
      if found == 0 {
        if count == limit { return -1 }
        places[count] = UInt32(truncatingIfNeeded: row)
        count &+= 1
        slots[slot] = UInt16(truncatingIfNeeded: count)
        return count &- 1
      }
      if values[Int(places[found &- 1])] == value { return found &- 1 }
      slot = (slot &+ 1) & mask
    }
    return -1
  }

  @inline(__always) private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  @inline(__always)
  private static func hash(_ bytes: View<UInt8>, place: Int, length: Int) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: length) ^ 0x2545_f491_4f6c_dd1d
    var done = 0
    while done &+ 8 <= length {
      hash = mix(hash ^ bytes.load64(place &+ done), 0x9e37_79b9_7f4a_7c15)
      done &+= 8
    }
    let rest = length &- done
    if rest > 0 {
      let word = bytes.load64(place &+ done) &<< UInt64(64 &- 8 &* rest)
      hash = mix(hash ^ word, 0xd6e8_feb8_6659_fd93)
    }
    return hash ^ (hash &<< 32)
  }
}
