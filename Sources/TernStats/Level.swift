import TernCEB

/// One dimension's place in the tree of cells: its values, and the prefixes that end with it.
struct Level: Sendable {
  enum Subject: Equatable {
    case dimension(Dimension)
    /// What a unit of the list's currency is worth in CNY, × 10^8; empty where no rate is given.
    case rate
  }

  let subject: Subject
  var values: ValueDictionary
  var prefixes: PrefixTable

  init(_ subject: Subject, cellLimit: Int) {
    self.subject = subject
    let dimension = if case .dimension(let dimension) = subject { dimension } else { Dimension.currency }
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
    /// The same by the distinct values: of each row one's place, and of each of them its code.
    case coded(IntegerReader, [UInt32])
    case time(IntegerReader, Period)
    case disposition(VerdictNames)
    /// Findings and rates are not read from a column.
    case none
  }

  /// A column's values, or their first characters. Distinct ones are looked up here, so that their rows need not be.
  mutating func source(
    _ text: CodedText, characters: Int? = nil
  ) throws(StatisticsError) -> Source {
    let source = Source.text(TextReader(text.values), characters: characters)
    guard let places = text.codes else { return source }
    let rows = (0..<UInt32(text.values.count)).map { $0 }
    var codes = rows
    var span = codes.mutableSpan
    try encode(source, rows: rows.span, dispositions: Span(), into: &span)
    return .coded(IntegerReader(places), codes)
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
    case .coded(let places, let known):
      let known = known.span
      for i in rows.indices {
        let row = rows[i]
        codes[i] =
          row == Self.noRow ? try values.code(of: .empty) : known[Int(places[Int(row)])]
      }
    case .time(let reader, let period):
      try encodeTimes(reader, period, rows: rows, into: &codes)
    case .disposition(let names):
      var known = [UInt32](repeating: Self.noRow, count: 256)
      for i in rows.indices {
        let disposition = Int(dispositions[Int(rows[i])])
        if known[disposition] == Self.noRow {
          known[disposition] = try values.code(of: names.disposition(disposition))
        }
        codes[i] = known[disposition]
      }
    case .none: break
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

  /// A direct-mapped cache saves writing the period out for those that alternate. It goes by hour or
  /// day, since a month takes a calendar to find.
  private mutating func encodeTimes(
    _ reader: IntegerReader, _ period: Period, rows: Span<UInt32>,
    into codes: inout MutableSpan<UInt32>
  ) throws(StatisticsError) {
    var cached = [Int64](repeating: .max, count: 64)
    var cachedCodes = [UInt32](repeating: 0, count: 64)
    for i in rows.indices {
      let seconds = reader[Int(rows[i])]
      let number =
        seconds == IntegerColumn.absent
        ? Int64.min
        : period == .hour ? Period.quotient(seconds, 3_600) : Period.quotient(seconds, 86_400)
      let entry = Int(truncatingIfNeeded: number) & 63
      if cached[entry] != number {
        cached[entry] = number
        cachedCodes[entry] = try values.code(
          of: number == .min ? "" : period.text(period.number(ofSeconds: seconds)))
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

/// The two tables of lists of one direction, as levels see them.
struct ListTables {
  let heads: CodedTable
  let lines: CodedTable
  let direction: Direction
  let names: VerdictNames

  /// Where a level reads its values.
  func source(for level: inout Level) throws(StatisticsError) -> Level.Source {
    guard case .dimension(let dimension) = level.subject else { return .none }
    switch dimension {
    case .finding: return .none
    case .direction: return .constant(try level.values.code(of: direction.letter))
    case .statisticsFlag where direction == .import:
      return .constant(try level.values.code(of: ""))
    case .disposition: return .disposition(names)
    case .hour, .day, .month:
      return .time(IntegerReader(heads["appTime"].integer), dimension.period!)
    case .currency, .gcode, .unit: return try level.source(lines.text(dimension.rawValue))
    case .hs2: return try level.source(lines.text("gcode"), characters: 2)
    case .hs4: return try level.source(lines.text("gcode"), characters: 4)
    case .customsCode, .portCode, .tradeMode, .statisticsFlag, .country, .ebcCode, .ebpCode,
      .logisticsCode:
      return try level.source(heads.text(dimension.rawValue))
    }
  }
}
