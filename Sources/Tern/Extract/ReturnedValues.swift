import TernCEB
import TernStats

/// What has come back of the goods lines of one row group, as statistics take it off: a line returned in
/// full with its whole `totalPrice`, of another one quantity × `price`.
struct ReturnedValues {
  /// Columns of the lines that are read, besides those of `ListGoods`, where there are returns.
  static let columns = ["qty", "price"]

  private var lines: [Int: (qtyE5: Int128, value: FineAmount)] = [:]

  init(_ returns: [ReturnedLine], _ goods: ListGoods, _ table: Table) {
    if returns.isEmpty { return }
    let (qty, price) = (table["qty"].decimal, table["price"].decimal)
    for part in returns {
      let line = goods.starts[part.list] + part.line
      let value =
        part.qtyE5 == qty.valueE5(line) ?? 0
        ? FineAmount(e5: table["totalPrice"].decimal.valueE5(line) ?? 0)
        : FineAmount(qtyE5: part.qtyE5, priceE5: price.valueE5(line) ?? 0)
      lines[line] = (part.qtyE5, value)
    }
  }

  func qtyE5(_ line: Int) -> Int128 { lines[line]?.qtyE5 ?? 0 }

  func value(_ line: Int) -> FineAmount { lines[line]?.value ?? .zero }

  func value(of range: Range<Int>) -> FineAmount {
    if lines.isEmpty { return .zero }
    return range.reduce(.zero) { $0 + value($1) }
  }
}
