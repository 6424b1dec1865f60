import TernCEB
import TernMatch

/// Rows of keys that lacked facts, as several threads put them aside. Written by one thread at a
/// time, then only read.
struct DeferredRows: @unchecked Sendable {
  private var tables: [MatchTables] = []
  private(set) var needs = NeededDocuments()
  /// Less is not worth a part of its own.
  private static let partBytesMin = 16 << 10

  /// Takes what a thread has put aside.
  mutating func take(_ scratch: MatchScratch) {
    guard !scratch.needs.isEmpty else { return }
    needs.formUnion(scratch.needs)
    tables.append(scratch.deferred)
    scratch.needs = NeededDocuments()
    scratch.deferred = MatchTables()
  }

  /// The rows in parts by their keys, so that each has about `partBytes`, and every thread some parts.
  func spread(_ wanted: [MatchTable], partBytes: Int, threads: Int) -> SpreadRows {
    let byteCount = tables.reduce(0) { $0 + $1.byteCount }
    let aim = min(partBytes, max(byteCount / (threads * 4), Self.partBytesMin))
    var bits = 0
    while bits < 16, byteCount >> bits > aim { bits += 1 }
    return SpreadRows(
      bits: bits,
      sources: tables.flatMap { rows in
        wanted.map { SpreadRows.Source(rows, $0, bits: bits) }
      })
  }
}

/// Rows by parts of their keys.
struct SpreadRows: @unchecked Sendable {
  struct Source {
    let rows: MatchTables
    let table: MatchTable
    /// Row numbers, part after part, and where each part starts.
    private(set) var order: [UInt32]
    private(set) var starts: [Int]

    /// O(rows).
    init(_ rows: MatchTables, _ table: MatchTable, bits: Int) {
      self.rows = rows
      self.table = table
      let words = unsafe rows.words(table)
      let stride = table.wordCount
      let count = words.count / stride
      func part(_ row: Int) -> Int {
        bits == 0 ? 0 : unsafe Int(truncatingIfNeeded: words[row * stride] >> UInt64(64 - bits))
      }
      starts = [Int](repeating: 0, count: (1 << bits) + 1)
      for row in 0..<count { starts[part(row) + 1] += 1 }
      for index in 0..<1 << bits { starts[index + 1] += starts[index] }
      var next = starts
      order = [UInt32](repeating: 0, count: count)
      for row in 0..<count {
        let index = part(row)
        order[next[index]] = UInt32(row)
        next[index] += 1
      }
    }
  }

  let bits: Int
  let sources: [Source]
  /// Parts.
  var count: Int { 1 << bits }

  /// Replaces what `target` holds by the rows of one part.
  func copy(_ part: Int, to target: MatchTables) {
    target.removeAll()
    for source in sources {
      let words = unsafe source.rows.words(source.table)
      let stride = source.table.wordCount
      target.withWords(source.table) { out in
        for index in source.starts[part]..<source.starts[part + 1] {
          let start = Int(source.order[index]) * stride
          unsafe out.append(contentsOf: UnsafeBufferPointer(rebasing: words[start..<start + stride]))
        }
      }
    }
  }
}

extension MatchTables {
  var byteCount: Int {
    MatchTable.allCases.reduce(0) { $0 + byteCount($1) }
  }

  func byteCount(_ table: MatchTable) -> Int { rowCount(table) * table.wordCount * 8 }
}
