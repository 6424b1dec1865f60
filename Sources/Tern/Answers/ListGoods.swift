import TernCEB

/// `ebpCode`, or `ebcCode` where that names no platform.
struct PlatformColumn {
  private let ebpCode: TextColumn
  private let ebcCode: TextColumn

  init(_ heads: Table) {
    ebpCode = heads["ebpCode"].text
    ebcCode = heads["ebcCode"].text
  }

  func column(_ row: Int) -> TextColumn {
    let value = unsafe ebpCode.unsafeValue(row)
    return unsafe value.isEmpty || value.elementsEqual("无".utf8) ? ebcCode : ebpCode
  }
}

/// Sums over the goods lines of one row group of lists.
struct ListGoods {
  /// First line of each list, and the end.
  let starts: [Int]
  private let currency: TextColumn
  private let totalPrice: DecimalColumn

  /// Columns of the lines that are read.
  static let columns = ["currency", "totalPrice"]

  init(_ counts: IntegerColumn, _ lines: Table) {
    var starts = [0]
    starts.reserveCapacity(counts.count + 1)
    for row in 0..<counts.count { starts.append(starts[row] + Int(counts[row])) }
    self.starts = starts
    currency = lines["currency"].text
    totalPrice = lines["totalPrice"].decimal
  }

  func lines(_ list: Int) -> Range<Int> { starts[list]..<starts[list + 1] }

  /// At face value. A list has far fewer lines than it takes to leave 128 bits.
  func valueE5(_ list: Int) -> Int128 {
    var sum: Int128 = 0
    for line in lines(list) { sum += totalPrice.valueE5(line) ?? 0 }
    return sum
  }

  /// Of the first line; empty for a list without lines.
  func writeCurrency(_ list: Int, to rows: inout RowWriter) {
    if lines(list).isEmpty { rows.text("") } else { rows.text(currency, starts[list]) }
  }

  func currency(_ list: Int) -> String {
    lines(list).isEmpty ? "" : currency.string(starts[list])
  }
}
