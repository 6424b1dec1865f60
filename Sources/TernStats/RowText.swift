/// The fields of one row as text, end to end: filled again for each row, without a `String` per
/// value.
struct RowText {
  private(set) var bytes: [UInt8] = []
  /// One past each field in `bytes`.
  private(set) var ends: [Int] = []

  var count: Int { ends.count }

  func range(_ field: Int) -> Range<Int> { (field == 0 ? 0 : ends[field - 1])..<ends[field] }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    ends.append(bytes.count)
  }

  mutating func append(_ number: Int) {
    DecimalText.append(number < 0, number.magnitude, to: &bytes)
    ends.append(bytes.count)
  }

  /// A whole number; an empty field for nil.
  mutating func append(_ number: Int128?) {
    if let number { DecimalText.append(number, to: &bytes) }
    ends.append(bytes.count)
  }

  /// An empty field for nil.
  mutating func append(_ value: FineAmount?) {
    if let value { DecimalText.append(value, to: &bytes) }
    ends.append(bytes.count)
  }

  /// A value × 10^5; an empty field for nil.
  mutating func append(e5 value: Int128?) {
    if let value { DecimalText.append(e5: value, to: &bytes) }
    ends.append(bytes.count)
  }
}
