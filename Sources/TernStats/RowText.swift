/// The fields of one row as text, a comma behind each: filled again for each row, without a `String` per
/// value. Unless one of them needs quotes, it is a row of CSV as it stands.
struct RowText {
  private(set) var bytes: [UInt8] = []
  /// One past each field in `bytes`.
  private(set) var ends: [Int] = []
  /// RFC 4180: a field has a comma, a quote or the end of a line.
  private(set) var needsQuotes = false

  var count: Int { ends.count }

  func range(_ field: Int) -> Range<Int> { (field == 0 ? 0 : ends[field - 1] + 1)..<ends[field] }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    needsQuotes = false
  }

  private mutating func endField() {
    ends.append(bytes.count)
    bytes.append(UInt8(ascii: ","))
  }

  mutating func append(_ text: String) {
    for byte in text.utf8 {
      if Self.needsQuotes(byte) { needsQuotes = true }
      bytes.append(byte)
    }
    endField()
  }

  mutating func append(_ number: Int) {
    DecimalText.append(number < 0, number.magnitude, to: &bytes)
    endField()
  }

  /// A whole number; an empty field for nil.
  mutating func append(_ number: Int128?) {
    if let number { DecimalText.append(number, to: &bytes) }
    endField()
  }

  /// An empty field for nil.
  mutating func append(_ value: FineAmount?) {
    if let value { DecimalText.append(value, to: &bytes) }
    endField()
  }

  /// A value × 10^5; an empty field for nil.
  mutating func append(e5 value: Int128?) {
    if let value { DecimalText.append(e5: value, to: &bytes) }
    endField()
  }

  static func needsQuotes(_ byte: UInt8) -> Bool {
    byte == 0x22 || byte == 0x2c || byte == 0x0a || byte == 0x0d
  }
}
