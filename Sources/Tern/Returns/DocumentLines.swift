import TernCEB
import TernStore

/// Lines of some documents of one kind in one segment, end to end.
struct DocumentLines {
  /// First line of each document, and the end.
  var starts = [0]
  var gnum: [Int64] = []
  var qtyE5: [Int128] = []
  /// Of lists; empty for other kinds.
  var priceE5: [Int128] = []
  /// Of the first line of each document, if it is a list.
  var currency: [String] = []

  subscript(document: Int) -> Range<Int> { starts[document]..<starts[document + 1] }

  /// Reads the documents in `rows`, which ascend. Of each row group with any of them three or five columns
  /// are read.
  init(
    _ segment: SegmentReader, _ kind: Kind, rows: [Int], decoder: inout ColumnDecoder
  ) throws(StoreError) {
    let isList = kind.role == .list
    let names = ["gnum", "qty"] + (isList ? ["price", "currency"] : [])
    var left = rows[...]
    var firstRow = 0
    for (group, count) in segment.groups(of: .heads(kind)) {
      let here = left.prefix { $0 < firstRow + count }
      left = left.dropFirst(here.count)
      defer { firstRow += count }
      if here.isEmpty { continue }
      let counts = try segment.readTable(
        .heads(kind), group: group, columns: ["#lines"], decoder: &decoder
      ).columns[0].integer
      // No document of the segment may have a line.
      guard segment.schema(of: .lines(kind)) != nil else {
        for _ in here { append(isList: isList) }
        continue
      }
      let lines = try segment.readTable(
        .lines(kind), group: group, columns: names, decoder: &decoder)
      var line = 0
      var next = firstRow
      for row in here {
        while next < row {
          line += Int(counts[next - firstRow])
          next += 1
        }
        append(isList: isList, from: lines, line..<line + Int(counts[row - firstRow]))
      }
    }
    precondition(left.isEmpty, "a document beyond its segment")
  }

  private mutating func append(
    isList: Bool, from lines: Table? = nil, _ range: Range<Int> = 0..<0
  ) {
    for line in range {
      guard let lines else { continue }
      gnum.append(lines.columns[0].integer[line])
      qtyE5.append(lines.columns[1].decimal.valueE5(line) ?? 0)
      if isList { priceE5.append(lines.columns[2].decimal.valueE5(line) ?? 0) }
    }
    starts.append(gnum.count)
    guard isList else { return }
    currency.append(range.isEmpty ? "" : lines?.columns[3].text.string(range.lowerBound) ?? "")
  }
}
