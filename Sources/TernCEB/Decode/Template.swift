import CScan
import Glibc

/// What has been learned of how one sender writes one kind: for each field, the bytes that stand
/// between its value and the next.
///
/// A gap is learned only when the general path has read it and found nothing but white space and
/// plain tags of the message's own prefix, in schema order: then these bytes mean the same wherever
/// they follow that field, whatever else the message holds.
@safe
final class Template {
  /// Learned bytes beyond this start the template anew: nobody makes it grow without end.
  private static let maxPoolBytes = 1 << 20
  /// So many `<a/>` in one gap can be learned.
  static let maxEmpties = 13
  /// Longer gaps are left to the general path.
  static let maxGapBytes = Int(TERN_MAX_GAP)

  private(set) var prefix: [UInt8]
  private let stateCount: Int
  /// By state: its column among a walk's texts, in bytes; 0 where the field is no text.
  private let texts: [UInt32]
  private var states: GrowableBuffer<tern_state>
  private var pool: GrowableBuffer<UInt8>

  init(_ layout: KindLayout) {
    prefix = []
    stateCount = layout.headFields + layout.lineFields + 1
    texts = layout.textPlaces
    states = GrowableBuffer(capacity: stateCount)
    pool = GrowableBuffer(capacity: 16 * 1024)
    reset(prefix: [])
  }

  func reset(prefix: [UInt8]) {
    self.prefix = prefix
    pool.removeAll()
    // A gap that fits nowhere, for fields that none has been learned of.
    pool.append(0xFF)
    pool.append(repeating: 0, count: Int(TERN_PADDING))
    states.removeAll()
    for state in 0..<stateCount {
      var record = tern_state()
      record.state = UInt16(state)
      record.text = texts[state]
      record.first.0 = 0xFF
      record.cares = 1
      record.gaps.0.length = 1
      states.append(record)
    }
  }

  /// A gap as the general path saw it.
  struct Gap {
    var from = 0
    /// Offset of its first byte in the slice.
    var start = 0
    var isClean = false
    var opens = TERN_OPENS_FIELD
    var documentStart = 0
    var documentEnd = 0
    var empties: [UInt8] = []
    var emptiesBefore = 0

    mutating func begin(after state: Int, at position: Int) {
      from = state
      start = position
      isClean = true
      opens = TERN_OPENS_FIELD
      documentStart = 0
      documentEnd = 0
      empties.removeAll(keepingCapacity: true)
      emptiesBefore = 0
    }

    mutating func open(_ what: Int) {
      if opens != TERN_OPENS_FIELD { isClean = false }
      opens = what
      emptiesBefore = empties.count
    }
  }

  /// Remembers `gap`, whose bytes start at `bytes`, as the way from its field to `state`.
  func learn(_ gap: Gap, to state: Int, bytes: UnsafeBufferPointer<UInt8>, headFields: Int) {
    guard gap.isClean, bytes.count <= Self.maxGapBytes, gap.empties.count <= Self.maxEmpties else { return }
    guard inOrder(gap, to: state, headFields: headFields) else { return }
    // A value that the general path had to read is followed by a gap that is known.
    if unsafe knows(bytes, from: gap.from) { return }
    if pool.count > Self.maxPoolBytes { reset(prefix: prefix) }
    var learned = tern_gap()
    learned.gap = UInt32(pool.count)
    learned.length = UInt16(bytes.count)
    learned.next = UInt32(state * MemoryLayout<tern_state>.stride)
    learned.opens = UInt8(gap.opens)
    learned.empty_count = UInt8(gap.empties.count)
    learned.empties_before = UInt8(
      gap.opens == TERN_OPENS_FIELD ? gap.empties.count : gap.emptiesBefore)
    learned.is_plain = gap.opens == TERN_OPENS_FIELD && gap.empties.isEmpty ? 1 : 0
    learned.document_start = UInt16(gap.documentStart)
    learned.document_end = UInt16(gap.documentEnd)
    unsafe withUnsafeMutableBytes(of: &learned.empty_states) { target in
      for (index, state) in gap.empties.enumerated() { unsafe target[index] = state }
    }
    unsafe pool.append(contentsOf: bytes)
    pool.append(repeating: 0, count: Int(TERN_PADDING))
    // The newest first: neighbours come from one sender.
    let entry = unsafe states.base + gap.from
    let kept = unsafe min(Int(entry.pointee.count), Int(TERN_GAPS_PER_STATE) - 1)
    unsafe withUnsafeMutableBytes(of: &entry.pointee.gaps) { bytes in
      let gaps = unsafe bytes.assumingMemoryBound(to: tern_gap.self)
      for index in stride(from: kept, to: 0, by: -1) { unsafe gaps[index] = unsafe gaps[index - 1] }
      unsafe gaps[0] = learned
    }
    unsafe entry.pointee.count = UInt16(kept + 1)
    // The walk looks at the newest one here.
    let firstBytes = min(bytes.count, Int(TERN_FIRST_BYTES))
    unsafe entry.pointee.cares = UInt64.max >> UInt64(64 - firstBytes)
    unsafe entry.pointee.advance = learned.is_plain != 0 && bytes.count == firstBytes ? UInt32(firstBytes) : 0
    unsafe entry.pointee.next = learned.next
    unsafe withUnsafeMutableBytes(of: &entry.pointee.first) { first in
      unsafe first.copyMemory(from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<firstBytes]))
    }
  }

  private func knows(_ bytes: UnsafeBufferPointer<UInt8>, from state: Int) -> Bool {
    let record = unsafe states.base + state
    return unsafe withUnsafeBytes(of: &record.pointee.gaps) { gaps in
      let gaps = unsafe gaps.assumingMemoryBound(to: tern_gap.self)
      return (0..<Int(unsafe record.pointee.count)).contains { index in
        unsafe Int(gaps[index].length) == bytes.count
          && memcmp(pool.base + Int(gaps[index].gap), bytes.baseAddress!, bytes.count) == 0
      }
    }
  }

  /// Only forward: then no field of a row can be met twice, and the first would not have to win.
  private func inOrder(_ gap: Gap, to state: Int, headFields: Int) -> Bool {
    var last = gap.from
    for (index, empty) in gap.empties.enumerated() {
      if gap.opens != TERN_OPENS_FIELD, index == gap.emptiesBefore { last = 0 }
      guard Int(empty) > last else { return false }
      last = Int(empty)
    }
    if gap.opens != TERN_OPENS_FIELD, gap.emptiesBefore == gap.empties.count { last = 0 }
    guard state > last else { return false }
    switch gap.opens {
    case TERN_OPENS_DOCUMENT: return state <= headFields
    case TERN_OPENS_LINE: return gap.from != 0 && state > headFields
    default: return gap.from != 0 && (gap.from <= headFields) == (state <= headFields)
    }
  }

  func withTemplate(
    headFields: Int, lineFields: Int, _ body: (UnsafePointer<tern_template>) -> Void
  ) {
    var template = unsafe tern_template(
      states: UnsafePointer(states.base), pool: UnsafePointer(pool.base),
      head_fields: UInt32(headFields), line_fields: UInt32(lineFields))
    unsafe withUnsafePointer(to: &template) { unsafe body($0) }
  }
}
