import TernCEB
import TernRules

/// How rows of named columns are written.
public enum RowFormat: String, Sendable, CaseIterable {
  /// RFC 4180 quoting, LF, a header. An absent value is an empty cell.
  case csv
  /// An object per line. Counts are numbers, decimals are strings with the exact value, what is absent is
  /// `null`.
  case ndjson
}

/// Rows of one format on their way out, value by value in the order of the columns.
struct RowWriter {
  private(set) var bytes: [UInt8] = []
  private let format: RowFormat
  /// What stands before each value.
  private let leads: [[UInt8]]
  private var column = 0

  init(_ columns: [String], _ format: RowFormat) {
    self.format = format
    leads = columns.enumerated().map { index, name in
      switch format {
      case .csv: Array((index == 0 ? "" : ",").utf8)
      case .ndjson: Array(((index == 0 ? "{\"" : ",\"") + name + "\":").utf8)
      }
    }
  }

  /// The CSV header; nothing in NDJSON.
  static func header(_ columns: [String], _ format: RowFormat) -> String {
    format == .csv ? columns.joined(separator: ",") + "\n" : ""
  }

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  private mutating func lead() {
    bytes.append(contentsOf: leads[column])
    column += 1
  }

  /// A text of a column.
  mutating func text(_ values: TextColumn, _ row: Int) { unsafe text(values.unsafeValue(row)) }

  mutating func text(_ value: String) {
    var value = value
    value.withUTF8 { unsafe text($0) }
  }

  private mutating func text(_ value: UnsafeBufferPointer<UInt8>) {
    lead()
    switch format {
    case .csv: unsafe TextFormats.appendCSV(value, to: &bytes)
    case .ndjson:
      bytes.append(UInt8(ascii: "\""))
      unsafe TextFormats.appendJSONCharacters(value, to: &bytes)
      bytes.append(UInt8(ascii: "\""))
    }
  }

  mutating func null() {
    lead()
    if format == .ndjson { bytes.append(text: "null") }
  }

  mutating func number(_ value: Int?) {
    guard let value else { return null() }
    lead()
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    bytes.append(digits: UInt64(value.magnitude), width: 1)
  }

  /// A whole number of a column.
  mutating func number(_ value: Int64) {
    number(value == IntegerColumn.absent ? nil : Int(value))
  }

  /// 1 or 0; nil: absent.
  mutating func flag(_ value: Bool?) { number(value.map { $0 ? 1 : 0 }) }

  /// A value × 10^5, without trailing zeros.
  mutating func decimal(e5 value: Int128?) {
    guard let value else { return null() }
    quoted { bytes in Self.append(value, scale: 5, to: &bytes) }
  }

  /// A value × 10^`scale`, without trailing zeros.
  mutating func decimal(_ value: Int128?, scale: Int) {
    guard let value else { return null() }
    quoted { bytes in Self.append(value, scale: scale, to: &bytes) }
  }

  /// A decimal that is text already.
  mutating func decimal(text value: String?) {
    guard let value else { return null() }
    quoted { bytes in bytes.append(text: value) }
  }

  /// A share in percent; absent of nothing.
  mutating func percent(_ part: Int, of whole: Int) {
    if whole == 0 { null() } else { decimal(text: percentText(part, of: whole)) }
  }

  /// A value that is JSON already.
  mutating func json(_ value: String) {
    lead()
    bytes.append(text: value)
  }

  /// `YYYYMMDDhhmmss`.
  mutating func time(_ seconds: Int64?) {
    guard let seconds, seconds != IntegerColumn.absent else { return null() }
    text(timeText(seconds))
  }

  /// `YYYYMMDD`.
  mutating func date(days: Int64) {
    if days == IntegerColumn.absent { return null() }
    text(dateText(days))
  }

  /// Names joined by `;`, or an array.
  mutating func names(_ names: [String]) {
    if format == .csv { return text(names.joined(separator: ";")) }
    lead()
    bytes.append(UInt8(ascii: "["))
    for (index, name) in names.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(text: "\"")
      var name = name
      name.withUTF8 { unsafe TextFormats.appendJSONCharacters($0, to: &bytes) }
      bytes.append(text: "\"")
    }
    bytes.append(UInt8(ascii: "]"))
  }

  mutating func endRow() {
    precondition(column == leads.count, "a row of \(column) values for \(leads.count) columns")
    column = 0
    if format == .ndjson { bytes.append(UInt8(ascii: "}")) }
    bytes.append(0x0A)
  }

  private mutating func quoted(_ body: (inout [UInt8]) -> Void) {
    lead()
    if format == .ndjson { bytes.append(UInt8(ascii: "\"")) }
    body(&bytes)
    if format == .ndjson { bytes.append(UInt8(ascii: "\"")) }
  }

  private static func append(_ value: Int128, scale: Int, to bytes: inout [UInt8]) {
    guard scale == 5, value.magnitude <= UInt128(UInt64.max) else {
      return bytes.append(text: decimalText(value, scale: scale, fractionDigits: 0))
    }
    let (whole, fraction) = UInt64(value.magnitude).quotientAndRemainder(dividingBy: 100_000)
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    bytes.append(digits: whole, width: 1)
    if fraction == 0 { return }
    bytes.append(UInt8(ascii: "."))
    bytes.append(digits: fraction, width: 5)
    while bytes.last == 0x30 { bytes.removeLast() }
  }
}

/// `YYYYMMDD` of days since 1970-01-01.
func dateText(_ days: Int64) -> String { String(timeText(days * 86_400).prefix(8)) }

/// The day of a time in seconds, since 1970-01-01 of the same zone.
func dayNumber(_ seconds: Int64) -> Int64 {
  seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
}
