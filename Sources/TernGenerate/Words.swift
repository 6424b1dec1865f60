/// Many short texts in one buffer, found by number.
///
/// Copying from here costs no reference counting, which two threads would otherwise fight over.
struct Words: ~Copyable, Sendable {
  private var bytes = ByteBuffer(capacity: 1 << 12)
  private var ends = ByteOffsets()

  init() {}

  /// The words of a text, separated by spaces or line ends.
  init(_ text: StaticString) {
    let separated = "\(text)"
    for word in separated.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      append(String(word))
    }
  }

  var count: Int { ends.count }

  mutating func append(_ word: String) {
    bytes.append(string: word)
    ends.append(bytes.count)
  }

  func range(_ index: Int) -> Range<Int> { ends.range(index) }

  /// One word as a string: for building tables, not for writing documents.
  subscript(index: Int) -> String {
    String(decoding: range(index).map { bytes[$0] }, as: UTF8.self)
  }

  /// Appends word `index` to `out`.
  func copy(_ index: Int, to out: inout ByteBuffer) { out.append(bytes, range(index)) }
}

/// Where each word ends.
private struct ByteOffsets: Sendable {
  private var ends: [Int] = []
  var count: Int { ends.count }
  mutating func append(_ end: Int) { ends.append(end) }
  func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }
}

/// Draws ranks with weight 1 / (rank + 1): few have most, many have little.
///
/// A table of at least 4,096 slots, filled in integers: the same on every machine.
struct Zipf: Sendable {
  private let ranks: [UInt16]

  /// `count` is 1 … 65,536.
  init(count: Int) {
    var slots = 1 << 12
    while slots < 1 << 16 && slots < count * 16 { slots *= 2 }
    let unit: UInt64 = 1 << 40
    var total: UInt64 = 0
    for rank in 0..<count { total += unit / UInt64(rank + 1) }
    var ranks = [UInt16](repeating: 0, count: slots)
    var cumulative: UInt64 = 0
    var filled = 0
    for rank in 0..<count {
      cumulative += unit / UInt64(rank + 1)
      let upTo = min(Int((cumulative >> 16) * UInt64(slots) / (total >> 16)), slots)
      while filled < upTo {
        ranks[filled] = UInt16(rank)
        filled += 1
      }
    }
    self.ranks = ranks
  }

  func draw(_ random: inout Random) -> Int { Int(ranks[random.below(ranks.count)]) }
}
