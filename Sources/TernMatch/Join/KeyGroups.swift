import TernCEB

/// Rows with one key, by kind: the first of each, the others hang on it as a chain.
struct KeyGroup: BitwiseCopyable {
  var key: MatchKey
  /// Row + 1 of the last list, order or waybill, payment seen; 0 = none.
  var list: UInt32 = 0
  var other: UInt32 = 0
  var payment: UInt32 = 0
  /// Not 0: something needs a closer look, a second row of a kind, or a delete.
  var isSpecial: UInt32 = 0
  /// Value of `isSpecial`: the rows were put aside.
  static let isDeferred: UInt32 = 2
}

/// Open addressing with linear probing on 32-bit slots: part of the hash above, group number + 1
/// below. The table of one partition fits the second-level cache; a group is touched only when
/// the tag agrees, and the full key decides.
///
/// Keys are keyed digests, so their bits are the hash; the top ones of a key are the same in all of a partition.
@safe
struct KeyGroups: ~Copyable {
  private var slots = GrowableBuffer<UInt32>()
  var groups = GrowableBuffer<KeyGroup>()
  private var slotMask = 0
  private var indexBits: UInt64 = 1

  /// Empties the table and makes room for `capacity` groups.
  mutating func reset(capacity: Int) {
    precondition(capacity < Int(Int32.max), "more rows than a partition may have")
    groups.removeAll()
    groups.reserve(capacity)
    // Between half and a quarter full.
    var slotCount = 64
    while slotCount < capacity * 2 { slotCount *= 2 }
    slotMask = slotCount - 1
    indexBits = UInt64(64 - (capacity + 1).leadingZeroBitCount)
    slots.removeAll()
    slots.append(repeating: 0, count: slotCount)
  }

  /// Prepares for `capacity` groups and hands out the parts for a loop.
  @inline(__always) var handle: Handle {
    unsafe Handle(
      slots: slots.base, groups: groups.base, slotMask: slotMask, indexBits: indexBits)
  }

  /// Raw access for loops; valid until the next `reset`. Never more groups than the capacity.
  @safe
  struct Handle {
    @unsafe let slots: UnsafeMutablePointer<UInt32>
    @unsafe let groups: UnsafeMutablePointer<KeyGroup>
    let slotMask: Int
    let indexBits: UInt64
    var groupCount = 0

    @inline(__always) private func tag(_ key: MatchKey) -> UInt32 {
      key.low &<< UInt32(truncatingIfNeeded: indexBits)
    }

    @inline(__always) private var indexMask: UInt32 {
      UInt32(truncatingIfNeeded: (1 as UInt64) &<< indexBits &- 1)
    }

    /// The group of `key`, made if it is new.
    @inline(__always) mutating func insert(_ key: MatchKey) -> Int {
      var slot = Int(truncatingIfNeeded: key.high) & slotMask
      let tag = tag(key)
      while true {
        let entry = unsafe slots[slot]
        if entry == 0 {
          unsafe slots[slot] = tag | UInt32(truncatingIfNeeded: groupCount &+ 1)
          unsafe groups[groupCount] = KeyGroup(key: key)
          groupCount &+= 1
          return groupCount &- 1
        }
        if entry & ~indexMask == tag {
          let group = Int(entry & indexMask) &- 1
          if unsafe groups[group].key == key { return group }
        }
        slot = (slot &+ 1) & slotMask
      }
    }

    /// The group of `key`, or -1.
    @inline(__always) func find(_ key: MatchKey) -> Int {
      var slot = Int(truncatingIfNeeded: key.high) & slotMask
      let tag = tag(key)
      while true {
        let entry = unsafe slots[slot]
        if entry == 0 { return -1 }
        if entry & ~indexMask == tag {
          let group = Int(entry & indexMask) &- 1
          if unsafe groups[group].key == key { return group }
        }
        slot = (slot &+ 1) & slotMask
      }
    }
  }
}
