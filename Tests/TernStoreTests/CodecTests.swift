import TernCEB
import TernTestSupport
import Testing

@testable import TernStore

/// Every encoding gives back exactly what went in.
@Suite struct CodecTests {
  /// Encodes and decodes, compares, and says which encoding was taken.
  @discardableResult
  func roundTrip(
    _ column: Column, rows: Range<Int>? = nil, level: Int = 1, _ what: Comment? = nil
  ) throws -> UInt8 {
    var encoder = ColumnEncoder(level: level)
    let unit = EncodedUnit()
    let block = encoder.encode(
      column, rows: rows, table: .rejects, column: 0, group: 0, into: unit)
    var decoder = ColumnDecoder()
    let decoded = try decoder.decode(block, of: unit)
    #expect(Values(decoded) == Values(column, rows), what)
    return block.encoding
  }

  @Test func constantTexts() throws {
    for value in ["", "1", "东方物通科技(北京)有限公司", String(repeating: "x", count: 1000)] {
      for count in [1, 2, 255, 256, 257] {
        let used = try roundTrip(textColumn([String](repeating: value, count: count)))
        #expect(used == TextEncoding.constant.rawValue)
      }
    }
  }

  @Test func dictionaryOfTexts() throws {
    let values = (0..<2000).map { ["142", "", "USD", "东方物通科技有限公司广州分公司"][$0 * 7 / 5 % 4] }
    #expect(try roundTrip(textColumn(values)) == TextEncoding.dictionary.rawValue)
    #expect(
      try roundTrip(textColumn(values), rows: 3..<1999) == TextEncoding.dictionary.rawValue)
  }

  @Test func guids() throws {
    var generator = SeededGenerator(seed: 1)
    for capital in [true, false] {
      for count in [2, 3, 1000] {
        let values = (0..<count).map { _ in guid(&generator, capital: capital) }
        #expect(try roundTrip(textColumn(values)) == TextEncoding.guid.rawValue)
      }
    }
    // Digits alone are of either case.
    let digits = "01234567-8901-2345-6789-012345678901"
    let others = "11234567-8901-2345-6789-012345678901"
    #expect(try roundTrip(textColumn([digits, others])) == TextEncoding.guid.rawValue)
  }

  /// One character that a guid can't have, at each position, and mixed case: another encoding.
  @Test func almostGuids() throws {
    var generator = SeededGenerator(seed: 2)
    let good = Array(guid(&generator).utf8)
    let other = Array(guid(&generator).utf8)
    for position in 0..<36 {
      for byte in [0, 0x2e, 0x2f, 0x3a, 0x40, 0x47, 0x60, 0x61, 0x67, 0x80, 0xb1, 0xff] as [UInt8] {
        var bad = good
        bad[position] = byte
        #expect(try roundTrip(textColumn([other, bad])) != TextEncoding.guid.rawValue)
      }
      var dashed = good
      dashed[position] = 0x2d
      try roundTrip(textColumn([other, dashed]))
    }
  }

  @Test func patterns() throws {
    let items = (0..<3000).map { (row: Int) -> String in
      let number = String(100_000 + row * 37 % 90_000)
      return "SK" + number + "-" + String(100 + row * 7919 % 899) + "-A"
    }
    #expect(try roundTrip(textColumn(items)) == TextEncoding.pattern.rawValue)
    #expect(try roundTrip(textColumn(items), rows: 17..<2900) == TextEncoding.pattern.rawValue)
    var generator = SeededGenerator(seed: 3)
    // Runs of every length up to the longest value, with a check character that may be X.
    for length in 1...64 {
      let last = Array("0123456789X".utf8)
      let values: [[UInt8]] = (0..<300).map { _ in
        var value = (0..<length).map { _ in UInt8.random(in: 0x30...0x39, using: &generator) }
        value[length - 1] = last.randomElement(using: &generator)!
        return value
      }
      try roundTrip(textColumn(values), "length \(length)")
    }
    // Fixed bytes above 0x7f.
    let chinese = (0..<300).map { "号" + String(100_000_000 + $0 * 7919) + "é" }
    #expect(try roundTrip(textColumn(chinese)) == TextEncoding.pattern.rawValue)
  }

  /// Few heads before digits of one count, of several lengths, with empty and other values between.
  @Test func numberedTexts() throws {
    let orders = (0..<3000).map { "order2018050711" + String(340_000 + $0 * 3) }
    #expect(try roundTrip(textColumn(orders)) == TextEncoding.numbered.rawValue)
    #expect(try roundTrip(textColumn(orders), rows: 17..<2900) == TextEncoding.numbered.rawValue)
    var generator = SeededGenerator(seed: 21)
    for digits in 4...18 {
      let values = (0..<2000).map { row in
        let head = ["", "JC20260301", "東方-", "FM", String(repeating: "长", count: 30)]
          .randomElement(using: &generator)!
        // One digit less than it should be, none at all, and one in the way.
        if row % 211 == 5 { return String(repeating: "9", count: digits - 1) }
        if row % 7 == 3 { return "" }
        if row % 400 == 9 { return head + String(repeating: "0", count: digits - 2) + "x1" }
        return head + (0..<digits).map { _ in String(Int.random(in: 0...9, using: &generator)) }
          .joined()
      }
      let used = try roundTrip(textColumn(values), "\(digits) digits")
      if digits > 6 { #expect(used == TextEncoding.numbered.rawValue, "\(digits) digits") }
    }
    // All digits the same, lowest and highest.
    for digit in ["0", "9"] {
      let values = (0..<2000).map { row in
        "A" + String(row + 1000) + String(repeating: digit, count: 14)
      }
      try roundTrip(textColumn(values))
    }
  }

  /// Every number of digits is read and written back, with whatever stands behind it left alone.
  @Test func digitsAreReadAndWritten() {
    var generator = SeededGenerator(seed: 22)
    var buffer = GrowableBuffer<UInt8>(capacity: 64)
    let view = buffer.view
    for digits in 1...digitsPerNumber {
      let limit = powerOfTen(digits)
      let random = (0..<500).map { _ in UInt64.random(in: 0..<limit, using: &generator) }
      for value in [0, 1, 9, limit - 1, limit / 2, limit / 10] + random where value < limit {
        view.fill(0x2f)
        write(value, digits: digits, to: view, at: 8)
        let text = String(value)
        let padded = String(repeating: "0", count: digits - text.count) + text
        #expect((0..<digits).map { view[8 + $0] } == Array(padded.utf8))
        #expect(number(view, at: 8, digits: digits) == value)
        #expect(areDigits(view, at: 8, count: digits))
        for place in 0..<digits {
          let right = view[8 + place]
          for wrong in [0x2f, 0x3a, 0, 0xb0, 0xff] as [UInt8] {
            view[8 + place] = wrong
            #expect(!areDigits(view, at: 8, count: digits))
          }
          view[8 + place] = right
        }
      }
    }
    buffer.removeAll()
  }

  /// Skewed numbers, codes in runs, and both in one: frequencies and runs are seen.
  @Test func frequenciesAreUsed() throws {
    var generator = SeededGenerator(seed: 23)
    var encoder = ColumnEncoder()
    let unit = EncodedUnit()
    func size(_ column: Column) throws -> Int {
      try roundTrip(column)
      return encoder.encode(column, table: .rejects, column: 0, group: 0, into: unit).size
    }
    let units = (0..<8000).map { _ -> String in
      let pick = Int.random(in: 0..<100, using: &generator)
      return ["011", "142", "007", "", "110"][pick < 80 ? 0 : pick < 90 ? 1 : pick % 5]
    }
    // Three bits a row by themselves; about one and a half by frequency.
    #expect(try size(textColumn(units)) < 8000 * 2 / 8)
    let senders = (0..<8000).map { row -> String in
      let sender = row / 100 * 7919 % 97
      return String(1000 + sender) + "海关"
    }
    #expect(try size(textColumn(senders)) < 1200)
    let prices = (0..<8000).map { _ -> Int64 in
      let isLarge = Int.random(in: 0..<100, using: &generator) >= 95
      return Int64.random(in: 0...255, using: &generator) << (isLarge ? 14 : 0)
    }
    // 22 bits a row by range.
    #expect(try size(integerColumn(prices)) < 8000 * 12 / 8)
  }

  @Test func plainTexts() throws {
    let seed: UInt64 = 4
    var generator = SeededGenerator(seed: seed)
    let values = (0..<5000).map { _ in
      (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        UInt8.random(in: .min ... .max, using: &generator)
      }
    }
    #expect(try roundTrip(textColumn(values)) == TextEncoding.plain.rawValue, "seed \(seed)")
    // One long value among short ones, as in the original bytes of rejects.
    let long = [[UInt8](repeating: 7, count: 300_000), [], [1, 2, 3], Array("<a>".utf8)]
    try roundTrip(textColumn(long))
  }

  @Test func extremeIntegers() throws {
    let extremes: [Int64] = [.min, .max, 0, -1, 1, .min + 1, .max - 1, 1 << 32, -(1 << 32)]
    for first in extremes {
      for second in extremes { try roundTrip(integerColumn([first, second])) }
    }
    try roundTrip(integerColumn((0..<1000).map { extremes[$0 * 31 % extremes.count] }))
    // Absent values among present ones that leave no number free on one side, or on both.
    try roundTrip(integerColumn((0..<600).map { $0 % 3 == 0 ? .min : .max - Int64($0) }))
    try roundTrip(integerColumn((0..<600).map { $0 % 3 == 0 ? .min : Int64($0) }))
    let ends: [Int64] = [.min, .max, .min + 1]
    try roundTrip(integerColumn((0..<900).map { ends[$0 % 3] }))
  }

  /// Every width, as values and as differences, with every remainder of a block.
  @Test func everyWidth() throws {
    var generator = SeededGenerator(seed: 5)
    for width in 0...64 {
      let range = lowMask(width)
      for count in [1, 2, 9, 255, 256, 257, 600] {
        let base = UInt64.random(in: .min ... .max, using: &generator)
        let values = (0..<count).map { _ in
          Int64(bitPattern: base &+ UInt64.random(in: 0...range, using: &generator))
        }
        try roundTrip(integerColumn(values), "width \(width), \(count) rows")
        var sum = base
        let sums = (0..<count).map { _ in
          sum = sum &+ (range >> 1) &+ UInt64.random(in: 0...range, using: &generator)
          return Int64(bitPattern: sum)
        }
        try roundTrip(integerColumn(sums), "steps of width \(width), \(count) rows")
      }
    }
  }

  @Test func dictionaryOfNumbers() throws {
    let prices: [Int64] = [1_999_000, 25_500_000, -3, .max, 7]
    let values = (0..<5000).map { prices[$0 * $0 % 5] }
    #expect(try roundTrip(integerColumn(values)) == WordEncoding.dictionary.rawValue)
    // The sample looks repetitive, the rest does not.
    let trap: [Int64] = (0..<5120).map { (row: Int) -> Int64 in
      if row % 20 == 0 { return Int64(row % 3) << 40 }
      return Int64(row) << 30
    }
    #expect(try roundTrip(integerColumn(trap)) == WordEncoding.packed.rawValue)
  }

  @Test func decimals() throws {
    var generator = SeededGenerator(seed: 6)
    let forms: [UInt8] = [0, 2, 5, 0x80, 0x0a, 0x12]
    let mantissas = (0..<3000).map { _ in UInt64.random(in: 0...5_000_000, using: &generator) }
    let mixed = mantissas.map { _ in forms.randomElement(using: &generator)! }
    try roundTrip(decimalColumn(mantissas, mixed))
    try roundTrip(decimalColumn(mantissas, mantissas.map { _ in 2 }))
    // 99999999999999.99999 does not fit Int64.
    let largest: [UInt64] = [9_999_999_999_999_999_999, .max, 0, 1 << 63, (1 << 63) - 1]
    try roundTrip(decimalColumn(largest, [5, 0, 0x80, 8, 0x1f]))
    // All 256 forms at once.
    let all = (0..<1024).map { UInt8(truncatingIfNeeded: $0) }
    try roundTrip(decimalColumn(all.map { UInt64($0) }, all))
  }

  /// Columns made of random pieces, so that every analysis meets what it does not expect.
  @Test(arguments: 0..<60 as Range<UInt64>) func randomColumns(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed &* 1_000_003)
    let count = Int.random(in: 1...3000, using: &generator)
    let distinct = Int.random(in: 1...count, using: &generator)
    let maxLength = [1, 3, 8, 9, 36, 70].randomElement(using: &generator)!
    let fixed = Bool.random(using: &generator)
    let alphabets: [[UInt8]] = [
      Array("0123456789".utf8), Array("0123456789ABCDEF-".utf8), Array(0...255),
    ]
    let alphabet = alphabets.randomElement(using: &generator)!
    var pool: [[UInt8]] = []
    for _ in 0..<distinct {
      let length = fixed ? maxLength : Int.random(in: 0...maxLength, using: &generator)
      pool.append((0..<length).map { _ in alphabet.randomElement(using: &generator)! })
    }
    let skew = Int.random(in: 1...4, using: &generator)
    var texts: [[UInt8]] = []
    for _ in 0..<count {
      var pick = Int.random(in: 0..<distinct, using: &generator)
      for _ in 0..<skew - 1 { pick = min(pick, Int.random(in: 0..<distinct, using: &generator)) }
      texts.append(pool[pick])
    }
    let start = Int.random(in: 0..<count, using: &generator)
    for level in [0, 1] {
      try roundTrip(textColumn(texts), level: level, "seed \(seed)")
      try roundTrip(textColumn(texts), rows: start..<count, level: level, "seed \(seed)")
      let shift = UInt64.random(in: 0...63, using: &generator)
      var numbers: [Int64] = []
      for row in 0..<count {
        let number = Int64.random(in: .min ... .max, using: &generator) >> Int64(shift)
        numbers.append(row % skew == 1 ? .min : number)
      }
      try roundTrip(integerColumn(numbers), level: level, "seed \(seed)")
      try roundTrip(integerColumn(numbers), rows: start..<count, level: level, "seed \(seed)")
      let forms = numbers.map { UInt8(truncatingIfNeeded: $0) & 0x83 }
      let decimals = decimalColumn(numbers.map { UInt64(bitPattern: $0) }, forms)
      try roundTrip(decimals, rows: start..<count, level: level, "seed \(seed)")
    }
  }

  /// A decoder may be given anything: it throws or gives the right number of rows, and leaves the
  /// column as it was when it throws.
  @Test(arguments: 0..<6 as Range<UInt64>) func mangledBlocks(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed &+ 77)
    var columns: [Column] = [
      textColumn((0..<300).map { _ in guid(&generator) }),
      textColumn((0..<300).map { "No" + String(1_000_000 + $0 * Int(seed + 2)) }),
      textColumn((0..<300).map { ["a", "bb", "ccc"][$0 * $0 % 3] }),
      textColumn((0..<300).map { String(repeating: "ab", count: $0 % 9) + String($0) }),
      textColumn((0..<300).map { _ in "same" }),
      integerColumn((0..<300).map { Int64($0 * $0) }),
      integerColumn((0..<300).map { [Int64.min, 5, 1 << 40][$0 % 3] }),
    ]
    columns.append(
      decimalColumn((0..<300).map { UInt64($0 * 99) }, (0..<300).map { UInt8($0 % 4) }))
    let rows: [Int] = Array(0..<300)
    columns.append(textColumn(rows.map { "a\(100 + $0)-\(900_000 - $0 * 97)b" }))
    columns.append(textColumn(rows.map { "\($0 % 5)NX\(10_000_000 + $0 * 7919)" }))
    columns.append(integerColumn(rows.map { Int64($0 * $0 % 17) << ($0 % 9 == 0 ? 12 : 0) }))
    var encoder = ColumnEncoder()
    var decoder = ColumnDecoder()
    var thrown = 0
    for column in columns {
      for _ in 0..<400 {
        let unit = EncodedUnit()
        var block = encoder.encode(column, table: .rejects, column: 0, group: 0, into: unit)
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          let place = Int.random(in: 0..<min(unit.bytes.count, 40), using: &generator)
          unit.bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
        }
        if Bool.random(using: &generator) {
          block.size = Int.random(in: 0...block.size, using: &generator)
        }
        do {
          let decoded = try decoder.decode(block, of: unit)
          #expect(decoded.count == 300)
        } catch {
          thrown += 1
        }
      }
    }
    #expect(thrown > 500, "seed \(seed)")
  }

  /// What is random stays as it is; what repeats is compressed.
  @Test func compressionOnlyWhereItGains() {
    var generator = SeededGenerator(seed: 8)
    var encoder = ColumnEncoder()
    let unit = EncodedUnit()
    let random = (0..<1000).map { _ in
      (0..<30).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
    let block = encoder.encode(
      textColumn(random), table: .rejects, column: 0, group: 0, into: unit)
    #expect(block.size > 30_000 && block.size < 30_200)
    let words = ["北京市朝阳区", "中山路", "人民路", "号", "室"]
    let addresses = (0..<1000).map { _ in
      (0..<5).map { _ in words.randomElement(using: &generator)! }.joined() + String(generator.next() % 997)
    }
    let second = encoder.encode(
      textColumn(addresses), table: .rejects, column: 1, group: 0, into: unit)
    #expect(second.size * 3 < second.rawSize)
  }

  /// Crafted collisions must not make encoding slow; here: values that differ in length only.
  @Test func manyLengthsOfOneByte() throws {
    try roundTrip(textColumn((0..<500).map { [UInt8](repeating: 0, count: $0) }))
    try roundTrip(textColumn((0..<500).map { [UInt8](repeating: 0, count: $0 % 17) }))
  }
}
