/// Many short texts in one buffer, found by number.
///
/// Copying from here costs no reference counting, which two threads would otherwise fight over.
struct Words: ~Copyable, Sendable {
  private var bytes = ByteBuffer(capacity: 1 << 12)
  private var places: [(start: UInt32, count: UInt32)] = []

  init() {}

  /// The words of a text, separated by spaces or line ends.
  init(_ text: StaticString) {
    let separated = "\(text)"
    for word in separated.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      append(String(word))
    }
  }

  var count: Int { places.count }

  mutating func append(_ word: String) {
    let start = bytes.count
    bytes.append(string: word)
    places.append((UInt32(start), UInt32(bytes.count - start)))
  }

  /// One word as a string: for building tables, not for writing documents.
  subscript(index: Int) -> String {
    let (start, count) = places[index]
    return String(decoding: (start..<start + count).map { bytes[Int($0)] }, as: UTF8.self)
  }

  /// Appends word `index` to `out`.
  @inline(__always)
  func copy(_ index: Int, to out: inout ByteBuffer) {
    let (start, count) = places[index]
    out.append(words: bytes, at: Int(start), count: Int(count))
  }
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
