import TernCEB

/// One dimension's place in the tree of cells: its values, and the prefixes that end with it.
struct Level: Sendable {
  let dimension: Dimension
  var values: ValueDictionary
  var prefixes: PrefixTable

  init(_ dimension: Dimension, cellLimit: Int) {
    self.dimension = dimension
    values = ValueDictionary(dimension)
    prefixes = PrefixTable(limit: cellLimit)
  }

  /// Stands in a list of rows for "no row": the value is empty.
  static let noRow = UInt32.max

  /// Where a level's values come from in one pair of tables.
  enum Source {
    case constant(UInt32)
    /// Whole values, or their first characters.
    case text(TextReader, characters: Int?)
    case day(IntegerReader)
    /// By disposition code; `names` has 256 entries.
    case disposition(names: [String])
  }

  /// Codes of the values in `rows`.
  mutating func encode(
    _ source: Source, rows: Span<UInt32>, dispositions: Span<UInt8>,
    into codes: inout MutableSpan<UInt32>
  ) throws(StatisticsError) {
    switch source {
    case .constant(let code):
      for i in rows.indices { codes[i] = code }
    case .text(let reader, nil):
      try encodeTexts(reader, rows: rows, into: &codes)
    case .text(let reader, let characters?):
      try encodePrefixes(reader, characters: characters, rows: rows, into: &codes)
    case .day(let reader):
      try encodeDays(reader, rows: rows, into: &codes)
    case .disposition(let names):
      var known = [UInt32](repeating: Self.noRow, count: 256)
      for i in rows.indices {
        let disposition = Int(dispositions[Int(rows[i])])
        if known[disposition] == Self.noRow {
          known[disposition] = try values.code(of: names[disposition])
        }
        codes[i] = known[disposition]
      }
    }
  }

  private mutating func encodeTexts(
    _ reader: TextReader, rows: Span<UInt32>, into codes: inout MutableSpan<UInt32>
  ) throws(StatisticsError) {
    for i in rows.indices {
      let row = rows[i]
      if row == Self.noRow {
        codes[i] = try values.code(of: .empty)
      } else if let short = reader.short(Int(row)) {
        codes[i] = try values.code(of: short)
      } else {
        codes[i] = try unsafe values.code(of: reader.value(Int(row)))
      }
    }
  }

  private mutating func encodePrefixes(
    _ reader: TextReader, characters: Int, rows: Span<UInt32>,
    into codes: inout MutableSpan<UInt32>
  ) throws(StatisticsError) {
    for i in rows.indices {
      let row = Int(rows[i])
      if let short = reader.shortPrefix(row, characters: characters) {
        codes[i] = try values.code(of: short)
      } else {
        codes[i] = try unsafe values.code(of: reader.prefix(row, characters: characters))
      }
    }
  }

  /// A direct-mapped cache saves writing the date out for days that alternate.
  private mutating func encodeDays(
    _ reader: IntegerReader, rows: Span<UInt32>, into codes: inout MutableSpan<UInt32>
  ) throws(StatisticsError) {
    var cachedDays = [Int64](repeating: .max, count: 64)
    var cachedCodes = [UInt32](repeating: 0, count: 64)
    for i in rows.indices {
      let seconds = reader[Int(rows[i])]
      let day = seconds == IntegerColumn.absent ? Int64.min : Day.ofSeconds(seconds)
      let entry = Int(truncatingIfNeeded: day) & 63
      if cachedDays[entry] != day {
        cachedDays[entry] = day
        cachedCodes[entry] = try values.code(of: day == .min ? "" : Day.text(day))
      }
      codes[i] = cachedCodes[entry]
    }
  }

  /// Replaces each prefix by the longer one that ends with the code beside it.
  mutating func extend(
    _ prefixes: inout MutableSpan<UInt32>, by codes: Span<UInt32>
  ) throws(StatisticsError) {
    for i in codes.indices {
      prefixes[i] = try self.prefixes.number(parent: prefixes[i], code: codes[i])
    }
  }
}
