import TernCEB
import TernMatch
import TernStore

/// Match tables whose rows meet by one key.
enum KeySpace: Int, CaseIterable, Sendable {
  case identity = 0
  case waybill = 1
  case trade = 2

  /// That of the lists first.
  var tables: [MatchTable] {
    switch self {
    case .identity: [.listsByIdentity, .cancellations]
    case .waybill: [.listsByWaybill, .waybills]
    case .trade: [.listsByTrade, .orders, .payments]
    }
  }

  /// A segment's filter of the keys of all of them.
  var filter: TableID { .keyFilter(rawValue) }
}

/// In which of the segment's key ranges the rows of each list lie, so that a list finds its keys: a number for each key
/// space, aligned with the rows of the segment's lists; 0 where there is no row.
enum ListRanges {
  /// By `KeySpace.rawValue`.
  static let schema = TableSchema(
    [.init("identity", .integer), .init("waybill", .integer), .init("trade", .integer)])
  static let rowsPerGroup = 8192
}

extension MatchTables {
  /// Appends what finds the rows of single keys and lists.
  func encodeKeys(into unit: EncodedUnit) {
    var writer = KeyFilterWriter()
    for space in KeySpace.allCases {
      for table in space.tables { unsafe writer.add(words(table), wordsPerRow: table.wordCount) }
      writer.encode(id: space.filter, into: unit)
    }
    var encoder = ColumnEncoder()
    for direction in Direction.allCases {
      let columns = KeySpace.allCases.map { ranges(of: $0.tables[0], direction) }
      let count = columns.map(\.count).max() ?? 0
      for start in stride(from: 0, to: count, by: ListRanges.rowsPerGroup) {
        let table = Table(ListRanges.schema)
        for (column, ranges) in zip(table.columns, columns) {
          let target = column.integer
          for row in start..<min(start + ListRanges.rowsPerGroup, count) {
            target.append(row < ranges.count ? Int64(ranges[row]) : 0)
          }
        }
        encoder.encode(
          table, id: .listRanges(direction), group: start / ListRanges.rowsPerGroup, into: unit)
      }
    }
  }

  /// By row of the lists of one direction.
  private func ranges(of table: MatchTable, _ direction: Direction) -> [UInt16] {
    let words = unsafe self.words(table)
    let keyBits = MatchTableWriter.rangeBits(rows: words.count / table.wordCount)
    var ranges: [UInt16] = []
    for start in stride(from: 0, to: words.count, by: table.wordCount) {
      let document = unsafe DocumentRef(rawValue: words[start + 2])
      if document.direction != direction { continue }
      while ranges.count <= document.row { ranges.append(0) }
      unsafe ranges[document.row] = UInt16(truncatingIfNeeded: words[start] >> UInt64(64 - keyBits))
    }
    return ranges
  }
}
