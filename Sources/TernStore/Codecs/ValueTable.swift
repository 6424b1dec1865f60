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
  /// A column that repeats itself so little in its first rows is not looked at further.
  private static let trialRows = 1024
  private static let trialEntries = 640

  private var slots = GrowableBuffer<UInt16>(capacity: Self.slotCount)
  /// The number itself, or the hash of a text.
  private var keys = GrowableBuffer<UInt64>(capacity: Self.entriesMax)
  private var places = GrowableBuffer<UInt32>(capacity: Self.entriesMax)
  /// Length of a text; its mark in bit 31.
  private var lengths = GrowableBuffer<UInt32>(capacity: Self.entriesMax)
  private(set) var count = 0
  private var mask = 0
  var limit = 0

  /// Where an entry was first seen: a byte offset or a row.
  func place(_ entry: Int) -> Int { Int(places.view[entry]) }
  /// Bytes of an entry.
  func length(_ entry: Int) -> Int { Int(lengths.view[entry] & 0x7fff_ffff) }
  func isMarked(_ entry: Int) -> Bool { lengths.view[entry] >> 31 != 0 }

  /// Empties the table for at most `limit` distinct values.
  mutating func reset(limit: Int) {
    self.limit = min(limit, Self.entriesMax)
    count = 0
    var size = 64
    while size < self.limit * 4 { size *= 2 }
    mask = size - 1
    slots.view.slice(0, count: size).fill(0)
  }

  /// Number of the value of `length` bytes at `place`, or −1 when the table is full. Marked and
  /// unmarked values differ.
  @inline(__always)
  mutating func text(
    _ bytes: View<UInt8>, place: Int, length: Int, isMarked: Bool = false
  ) -> Int {
    let marked = UInt32(truncatingIfNeeded: length) | (isMarked ? 1 &<< 31 : 0)
    let hash = Self.hash(bytes, place: place, length: length) ^ UInt64(marked)
    let slots = slots.view
    let keys = keys.view
    let places = places.view
    let lengths = lengths.view
    var slot = Int(truncatingIfNeeded: hash &>> 32) & mask
    for _ in 0..<Self.probesMax {
      let found = Int(slots[slot])
      if found == 0 {
        if count == limit { return -1 }
        keys[count] = hash
        places[count] = UInt32(truncatingIfNeeded: place)
        lengths[count] = marked
        count &+= 1
        slots[slot] = UInt16(truncatingIfNeeded: count)
        return count &- 1
      }
      let entry = found &- 1
      if keys[entry] == hash && lengths[entry] == marked
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
    let keys = keys.view
    var slot = Int(truncatingIfNeeded: hash &>> 32) & mask
    for _ in 0..<Self.probesMax {
      let found = Int(slots[slot])
      if found == 0 {
        if count == limit { return -1 }
        keys[count] = value
        places.view[count] = UInt32(truncatingIfNeeded: row)
        count &+= 1
        slots[slot] = UInt16(truncatingIfNeeded: count)
        return count &- 1
      }
      if keys[found &- 1] == value { return found &- 1 }
      slot = (slot &+ 1) & mask
    }
    return -1
  }

  enum Outcome { case found, tooLarge, hopeless }

  /// Whether so many distinct values in so many rows are too many to go on.
  @inline(__always)
  private func isHopeless(row: Int) -> Bool {
    row == Self.trialRows && count > Self.trialEntries
  }

  /// Writes the number of each value to `codes` (which may be `values`), as far as the table takes
  /// them. Numbers are given as values come.
  mutating func code(_ values: View<UInt64>, count rows: Int, to codes: View<UInt64>) -> Outcome {
    var last = values[0]
    var code = word(values, row: 0)
    codes[0] = 0
    for row in 1..<max(rows, 1) {
      let value = values[row]
      // Neighbours come from one sender: often a value repeats the one before.
      if value != last {
        code = word(values, row: row)
        if code < 0 { return row <= Self.trialRows ? .hopeless : .tooLarge }
        if isHopeless(row: row) { return .hopeless }
        last = value
      }
      codes[row] = UInt64(truncatingIfNeeded: code)
    }
    return code >= 0 ? .found : .tooLarge
  }

  /// The same for texts; the places are byte offsets.
  mutating func code(_ rows: TextRows, to codes: View<UInt64>) -> Outcome {
    var code = 0
    var lastStart = rows.start
    var lastLength = -1
    for row in 0..<rows.count {
      let start = rows.start(row)
      let length = rows.length(row)
      if length != lastLength || !rows.bytes.equal(lastStart, start, count: length) {
        code = text(rows.bytes, place: start, length: length)
        if code < 0 { return row <= Self.trialRows ? .hopeless : .tooLarge }
        if isHopeless(row: row) { return .hopeless }
      }
      lastStart = start
      lastLength = length
      codes[row] = UInt64(truncatingIfNeeded: code)
    }
    return .found
  }

  @inline(__always) private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  /// Sixteen bytes a step; the last step overlaps the one before.
  @inline(__always)
  private static func hash(_ bytes: View<UInt8>, place: Int, length: Int) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: length) ^ 0x2545_f491_4f6c_dd1d
    if length < 8 {
      let word = length == 0 ? 0 : bytes.load64(place) &<< UInt64(64 &- 8 &* length)
      return mix(hash ^ word, 0x9e37_79b9_7f4a_7c15)
    }
    var at = place
    let last = place &+ length &- 16
    while at < last {
      hash = mix(hash ^ bytes.load64(at), 0x9e37_79b9_7f4a_7c15 ^ bytes.load64(at &+ 8))
      at &+= 16
    }
    return mix(
      hash ^ bytes.load64(max(last, place)),
      0xd6e8_feb8_6659_fd93 ^ bytes.load64(place &+ length &- 8))
  }
}
