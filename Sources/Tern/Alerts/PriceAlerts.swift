import TernCEB
import TernMatch
import TernRules

/// Prices of goods lines by item: direction, `gcode`, `currency` and `unit`.
struct PriceAlerts: Sendable {
  let levels: AlertLevels
  private let linesLeast: Int
  private let secret: Secret

  init(_ settings: AlertSettings, secret: Secret) {
    levels = settings.levels(.priceLow, .priceMedium, .priceHigh)
    linesLeast = settings[.priceLinesLeast]
    self.secret = secret
  }

  static let columns = ["gcode", "currency", "unit", "price"]

  /// Lines with a price above 0.
  func collect(
    _ rows: inout KeyedRows, _ reader: inout JudgedLists.Reader, _ part: JudgedLists.Part
  ) throws(TernError) {
    let counting = try reader.verdicts(part, withFindings: false).counting
    guard counting.contains(where: { $0 != 0 }) else { return }
    let counts = try reader.heads(part, ["#lines"]).columns[0].integer
    let lines = try reader.lines(part, Self.columns)
    let item = lines.columns[..<3].map(\.text)
    let price = lines.columns[3].decimal
    var digester = ValueDigester(secret: secret)
    var line = 0
    for row in counting.indices {
      let end = line + Int(counts[row])
      defer { line = end }
      if counting[row] == 0 { continue }
      for index in line..<end {
        guard let priceE5 = price.valueE5(index), priceE5 > 0 else { continue }
        digester.beginItem(part.direction, item, index)
        // A legal price × 10^5 has 64 bits.
        rows.add(
          digester.digest, KeyDigest(high: 0, low: UInt64(truncatingIfNeeded: priceE5)),
          part.list(row))
      }
    }
  }

  /// `gcode/currency/unit` of an item, from a list that has it.
  func name(_ item: KeyDigest, _ list: DocumentRow, _ direction: Direction) -> String {
    var digester = ValueDigester(secret: secret)
    for line in list.lines {
      let columns = Self.columns[..<3].map { line.table[$0].text }
      digester.beginItem(direction, columns, line.row)
      if digester.digest == item { return columns.map { $0.string(line.row) }.joined(separator: "/") }
    }
    return ""
  }

  /// One item, its lines by price. Of an even number of lines the lower of the two in the middle is the
  /// median.
  func judge(_ rows: ArraySlice<KeyedRow>) -> AlertDraft? {
    guard rows.count >= linesLeast, let least = levels.least else { return nil }
    let median = rows[rows.startIndex + (rows.count - 1) / 2].other.low
    /// How far a price is from the median, in percent, rounded down.
    func percent(_ price: UInt64) -> Int128 {
      Int128(max(price, median)) * 100 / Int128(min(price, median))
    }
    let far = rows.filter { percent($0.other.low) >= Int128(least) }
    guard !far.isEmpty, let lowest = rows.first?.other.low, let highest = rows.last?.other.low,
      let level = levels.reached(max(percent(lowest), percent(highest)))
    else { return nil }
    // The farthest first; of one list once.
    var lists: [DocumentRef] = []
    for row in far.sorted(by: { (percent($0.other.low), $1.list) > (percent($1.other.low), $0.list) }) {
      let list = DocumentRef(rawValue: row.list)
      if lists.count < Alert.listsMax, !lists.contains(list) { lists.append(list) }
    }
    func text(_ price: UInt64) -> String { decimalText(Int128(price), scale: 5, fractionDigits: 0) }
    return AlertDraft(
      alert: Alert(
        rule: .price, level: level.level, direction: lists[0].direction, subject: "",
        facts: [
          .init("lines", rows.count), .init("farLines", far.count), .init("median", text(median)),
          .init("lowest", text(lowest)), .init("highest", text(highest)),
          .init("percent", "\(max(percent(lowest), percent(highest)))"),
        ],
        threshold: level.setting, thresholdValue: level.value,
        listCount: Set(far.map(\.list)).count),
      measure: max(percent(lowest), percent(highest)), lists: lists, item: rows.first!.key)
  }
}

extension ValueDigester {
  /// Takes in what tells items apart.
  fileprivate mutating func beginItem(_ direction: Direction, _ columns: [TextColumn], _ row: Int) {
    begin(.item, direction)
    for column in columns { unsafe append(column.unsafeValue(row)) }
  }
}
