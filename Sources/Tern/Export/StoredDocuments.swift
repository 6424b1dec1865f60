import TernCEB
import TernStore

/// The documents of one kind in one row group, with what is needed to write their values as they came.
struct StoredDocuments {
  let kind: Kind
  let heads: [StoredColumn]
  let lines: [StoredColumn]
  let count: Int
  private let lineCounts: IntegerColumn

  /// Reads them; two reads, and one more where the group has numbers written irregularly.
  init(
    _ kind: Kind, of segment: SegmentReader, group: Int, decoder: inout ColumnDecoder
  ) throws(TernError) {
    self.kind = kind
    let spec = kind.spec
    let (heads, lines, others) = try storing { () throws(StoreError) in
      let heads = try segment.readTable(
        .heads(kind), group: group, columns: spec.headFields.map(\.name) + ["#lines"],
        decoder: &decoder)
      // Without any line in the segment there is no such table.
      let lines =
        segment.schema(of: .lines(kind)) == nil
        ? nil : try segment.readTable(.lines(kind), group: group, decoder: &decoder)
      let others =
        segment.groups(of: .irregulars).contains { $0.group == group }
        ? try segment.readTable(.irregulars, group: group, decoder: &decoder) : nil
      return (heads, lines, others)
    }
    let texts = IrregularTexts(kind, others)
    self.heads = spec.headFields.enumerated().map { slot, field in
      StoredColumn(field, heads.columns[slot], texts[isLine: false, slot])
    }
    self.lines = lines.map { lines in
      spec.lineFields.enumerated().map { slot, field in
        StoredColumn(field, lines.columns[slot], texts[isLine: true, slot])
      }
    } ?? []
    count = heads.rowCount
    lineCounts = heads.columns[spec.headFields.count].integer
  }

  func lineCount(_ document: Int) -> Int { Int(lineCounts[document]) }
}

/// Numbers that were not written plainly, by column and row.
private struct IrregularTexts {
  private var texts: [Int: [Int: String]] = [:]

  init(_ kind: Kind, _ table: Table?) {
    guard let table else { return }
    let (kinds, isLine, columns, rows) = (
      table.columns[0].integer, table.columns[1].integer, table.columns[2].integer,
      table.columns[3].integer
    )
    for entry in 0..<table.rowCount where kinds[entry] == Int64(kind.rawValue) {
      texts[Int(columns[entry]) << 1 | Int(isLine[entry]), default: [:]][Int(rows[entry])] =
        table.columns[4].text.string(entry)
    }
  }

  subscript(isLine isLine: Bool, column: Int) -> [Int: String] {
    texts[column << 1 | (isLine ? 1 : 0)] ?? [:]
  }
}

/// One field of such documents.
struct StoredColumn {
  let field: Field
  private let column: Column
  private let irregulars: [Int: String]
  /// The bytes below 0x40 and the backslash that occur in the column: a bit each.
  private let occurring: UInt64
  private static let backslashBit: UInt64 = 1

  init(_ field: Field, _ column: Column, _ irregulars: [Int: String]) {
    self.field = field
    self.column = column
    self.irregulars = irregulars
    var occurring: UInt64 = 0
    if case .text(let texts) = column {
      let bytes = unsafe texts.bytes.unsafeElements
      for index in bytes.indices {
        let byte = unsafe bytes[index]
        if byte < 0x40 { occurring |= 1 << UInt64(byte) }
        if byte == UInt8(ascii: "\\") { occurring |= Self.backslashBit }
      }
    }
    self.occurring = occurring
  }

  /// No value holds any of these bytes, each below 0x40 or a backslash.
  func lacks(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { byte in
      occurring & (byte < 0x40 ? 1 << UInt64(byte) : Self.backslashBit) == 0
    }
  }

  var isText: Bool { if case .text = column { true } else { false } }

  /// Whether an element is written: a required one always, others where there is a value.
  func isGiven(_ row: Int) -> Bool {
    if field.required { return true }
    switch column {
    case .text(let texts): return !texts.range(row).isEmpty
    case .integer(let numbers): return numbers[row] != IntegerColumn.absent
    case .decimal(let numbers): return !numbers.form(row).isAbsent
    }
  }

  /// A text's bytes. Valid as long as the column lives.
  @unsafe func unsafeText(_ row: Int) -> UnsafeBufferPointer<UInt8> {
    unsafe column.text.unsafeValue(row)
  }

  /// Appends a value as it was written, byte for byte. An absent one is empty.
  func append(_ row: Int, to out: inout [UInt8]) {
    switch column {
    case .text(let texts): unsafe out.append(contentsOf: texts.unsafeValue(row))
    case .decimal(let numbers):
      let form = numbers.form(row)
      if form.isIrregular, let text = irregulars[row] {
        out.append(text: text)
      } else if !form.isAbsent {
        out.append(decimal: numbers.mantissas[row], form)
      }
    case .integer(let numbers):
      let value = numbers[row]
      if value == IntegerColumn.absent { return }
      switch field.type {
      case .time: out.append(time: value)
      case .date: out.append(date: value)
      default:
        if let text = irregulars[row] {
          out.append(text: text)
        } else {
          if value < 0 { out.append(UInt8(ascii: "-")) }
          out.append(digits: value.magnitude, width: 1)
        }
      }
    }
  }

}

extension [UInt8] {
  /// Digits, with zeros in front up to `width`.
  mutating func append(digits value: UInt64, width: Int) {
    var count = 1
    var rest = value / 10
    while rest > 0 {
      count += 1
      rest /= 10
    }
    count = Swift.max(count, width)
    let start = self.count
    append(contentsOf: repeatElement(0x30, count: count))
    rest = value
    for place in stride(from: start + count - 1, through: start, by: -1) {
      self[place] = 0x30 + UInt8(rest % 10)
      rest /= 10
    }
  }

  mutating func append(decimal mantissa: UInt64, _ form: DecimalForm) {
    if form.isNegative { append(UInt8(ascii: "-")) }
    append(digits: mantissa, width: form.fractionDigits + 1)
    if form.fractionDigits > 0 { insert(UInt8(ascii: "."), at: count - form.fractionDigits) }
  }

  /// `YYYYMMDDhhmmss` of seconds in China Standard Time.
  mutating func append(time seconds: Int64) {
    let day = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
    let time = UInt64(seconds - day * 86400)
    append(date: day)
    append(digits: time / 3600, width: 2)
    append(digits: time / 60 % 60, width: 2)
    append(digits: time % 60, width: 2)
  }

  /// `YYYYMMDD` of days since 1970-01-01.
  mutating func append(date days: Int64) {
    let day = date(daysSince1970: days)
    append(digits: UInt64(day.year), width: 4)
    append(digits: UInt64(day.month), width: 2)
    append(digits: UInt64(day.day), width: 2)
  }
}
