import CUnpack
import TernCEB
import TernTestSupport
import Testing

@testable import TernStore

/// Rows come out of a granule the same by vectors and by the portable loops, and as they went in.
@Suite(.enabled(if: tern_unpack_available() != 0, "this processor has no AVX2: there is only one way"))
struct UnpackTests {
  /// Values of `bits` bits: any, few different ones, or multiples.
  private static func value(_ shape: Int, _ bits: Int, _ few: [UInt64], _ generator: inout SeededGenerator) -> UInt64 {
    switch shape {
    case 0: bits == 0 ? 7 : generator.next() >> UInt64(64 - bits)
    case 1: few.randomElement(using: &generator)!
    default: (generator.next() >> UInt64(64 - min(max(bits, 1), 30))) * granuleFactors[bits % granuleFactors.count]
    }
  }

  private static func unpack(
    _ columns: borrowing GrowableBuffer<GranuleColumn>, _ bytes: borrowing GrowableBuffer<UInt8>, _ rows: Range<Int>, vectors: Bool
  ) -> [UInt64]? {
    let words = columns.count - 1
    var out = GrowableBuffer<UInt64>()
    out.prepare(rows.count * words)
    do throws(BlockFault) {
      try unpackGranule(
        columns.view.slice(0, count: columns.count), bytes.view, rows: rows, to: out.view, first: 0, vectors: vectors)
    } catch {
      return nil
    }
    return (0..<rows.count * words).map { out.view[$0] }
  }

  @Test("any widths, packings, row lengths and stretches", arguments: 0..<8 as Range<UInt64>)
  func stretches(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed &+ 900)
    for words in [3, 4, 5, 7, 8, 9, 13, 64] {
      let count = Int.random(in: 1...300, using: &generator)
      let shapes = (0..<words).map { word in
        (shape: word < 3 ? 0 : Int.random(in: 0...2, using: &generator), bits: Int.random(in: 0...64, using: &generator))
      }
      let few = (0..<5).map { _ in generator.next() }
      var rows = GrowableBuffer<UInt64>()
      for row in 0..<count {
        for word in 0..<words {
          let drawn = Self.value(shapes[word].shape, shapes[word].bits, few, &generator)
          rows.append(word == 2 ? UInt64(row) : drawn)
        }
      }
      var encoder = MatchGranuleEncoder()
      var bytes = GrowableBuffer<UInt8>()
      encoder.encode(rows.view, count: count, wordsPerRow: words, to: &bytes)
      let size = bytes.count
      bytes.reserve(paddingBytes)
      var columns = GrowableBuffer<GranuleColumn>()
      try parseGranule(
        bytes.view, start: 0, size: size, rows: count, wordsPerRow: words, segmentOrdinal: 0, into: &columns)
      for _ in 0..<30 {
        let first = Int.random(in: 0..<count, using: &generator)
        let stretch = first..<Int.random(in: first...count, using: &generator)
        let expected = (stretch.lowerBound * words..<stretch.upperBound * words).map { rows.view[$0] }
        for vectors in [true, false] {
          #expect(
            Self.unpack(columns, bytes, stretch, vectors: vectors) == expected,
            "seed \(seed), \(words) words, \(stretch) of \(count), vectors \(vectors)")
        }
      }
    }
  }

  @Test("a code outside its dictionary is found in any row of a stretch, and only there")
  func outside() throws {
    let count = 100
    for place in [0, 1, 3, 4, 62, 63, 64, 65, 97, 99] {
      var rows = GrowableBuffer<UInt64>()
      // Five entries take three bits: codes 5 to 7 are outside.
      for row in 0..<count { rows.append(contentsOf: [UInt64(row) << 48, 1, UInt64(row), UInt64(row % 5) << 40]) }
      var encoder = MatchGranuleEncoder()
      var bytes = GrowableBuffer<UInt8>()
      encoder.encode(rows.view, count: count, wordsPerRow: 4, to: &bytes)
      let size = bytes.count
      bytes.reserve(paddingBytes)
      var columns = GrowableBuffer<GranuleColumn>()
      try parseGranule(bytes.view, start: 0, size: size, rows: count, wordsPerRow: 4, segmentOrdinal: 0, into: &columns)
      let column = columns.view[4]
      #expect(column.packing == 1 && column.width == 3)
      for bit in place * 3..<place * 3 + 3 { bytes.view[Int(column.data) + bit / 8] |= 1 << UInt8(bit % 8) }
      for vectors in [true, false] {
        #expect(Self.unpack(columns, bytes, 0..<count, vectors: vectors) == nil, "row \(place)")
        #expect(Self.unpack(columns, bytes, place..<place + 1, vectors: vectors) == nil, "row \(place)")
        if place > 0 { #expect(Self.unpack(columns, bytes, 0..<place, vectors: vectors) != nil, "up to row \(place)") }
        if place < count - 1 {
          #expect(Self.unpack(columns, bytes, place + 1..<count, vectors: vectors) != nil, "behind row \(place)")
        }
      }
    }
  }
}
