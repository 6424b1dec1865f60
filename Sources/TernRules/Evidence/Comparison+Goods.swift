import TernCEB
import TernMatch

/// Goods lines: number, sequence, units, and list against order.
extension Comparison {
  func noGoods() -> [Evidence] {
    let count = given.list.lines.count
    return entry(
      .goodsEmpty, holds: count > 0, .init(.list, "lines", "\(count)"), .init(.rule, "lines", "≥ 1"))
  }

  /// The first number that is repeated, or beyond the count.
  func sequence() -> [Evidence] {
    let lines = given.list.lines
    var used = Set<Int64>()
    for line in lines {
      let gnum = line.integer("gnum") ?? 0
      guard gnum < 1 || gnum > lines.count || !used.insert(gnum).inserted else { continue }
      return [
        Evidence(
          .goodsSequence, .init(.list, "gnum", line.text("gnum")),
          .init(.rule, "gnum", "1..\(lines.count)"))
      ]
    }
    if lines.isEmpty { return [] }
    let gnums = lines.prefix(8).map { $0.text("gnum") } + (lines.count > 8 ? ["…"] : [])
    return entry(
      .goodsSequence, holds: true, .init(.list, "gnum", gnums.joined(separator: ", ")),
      .init(.rule, "gnum", "1..\(lines.count)"))
  }

  func units() -> [Evidence] {
    given.list.lines.flatMap { line in
      let gnum = line.integer("gnum")
      func side(_ element: String) -> Evidence.Side {
        .init(.list, element, line.text(element), gnum: gnum)
      }
      var found: [Evidence] = []
      if hasSameBytes(line.text("unit"), line.text("unit1")) {
        found += entry(
          .goodsUnit, holds: line.decimalE5("qty") == line.decimalE5("qty1"), side("qty"), side("qty1"))
      }
      found += entry(
        .goodsUnit, holds: line.text("unit2").isEmpty != (line.decimalE5("qty2") > 0), side("unit2"),
        side("qty2"))
      return found
    }
  }

  // MARK: - List against order

  private struct Line {
    var row: FieldRow
    var detail: DocumentDetail.Line

    init(_ row: FieldRow) {
      self.row = row
      detail = DocumentDetail.Line(row)
    }
  }

  /// Of each `gnum` as many lines are paired off as agree; what is left over is compared in order.
  func linesDiffer() -> [Evidence] {
    guard let order = given.order else { return [] }
    let (left, right) = (given.list.lines.map(Line.init), order.lines.map(Line.init))
    var found: [Evidence] = []
    found += entry(
      .amountLinesDiffer, holds: left.count == right.count,
      .init(.list, "lines", "\(left.count)"), .init(.order, "lines", "\(right.count)"))
    let ofList = Dictionary(grouping: left, by: \.detail.gnum)
    let ofOrder = Dictionary(grouping: right, by: \.detail.gnum)
    for gnum in Set(ofList.keys).union(ofOrder.keys).sorted() {
      found += compare(gnum, ofList[gnum] ?? [], ofOrder[gnum] ?? [])
    }
    return found
  }

  /// All lines of one `gnum`.
  private func compare(_ gnum: Int64, _ list: [Line], _ order: [Line]) -> [Evidence] {
    let left = list.sorted { linePrecedes($0.detail, $1.detail) }
    let right = order.sorted { linePrecedes($0.detail, $1.detail) }
    let price = tolerance(.amountLinesDiffer, "price")
    let total = tolerance(.amountLinesDiffer, "totalPrice")
    var partners = [Int?](repeating: nil, count: right.count)
    func agree(_ a: Int, _ b: Int) -> Bool {
      linesAgree(left[a].detail, right[b].detail, price: price, total: total)
    }
    if max(left.count, right.count) <= pairingLimit {
      partners = largestPairing(left.count, right.count, agree)
    } else {
      for index in 0..<min(left.count, right.count) where agree(index, index) {
        partners[index] = index
      }
    }
    let paired = Set(partners.compactMap { $0 })
    let openLeft = left.indices.filter { !paired.contains($0) }
    let openRight = right.indices.filter { partners[$0] == nil }
    var found: [Evidence] = []
    if wantsAll {
      for (index, partner) in partners.enumerated() {
        if let partner { found += differences(left[partner].row, right[index].row, gnum) }
      }
    }
    for index in 0..<max(openLeft.count, openRight.count) {
      let a = index < openLeft.count ? left[openLeft[index]].row : nil
      let b = index < openRight.count ? right[openRight[index]].row : nil
      if let a, let b {
        found += differences(a, b, gnum)
      } else {
        func side(_ document: Evidence.Document, _ row: FieldRow?) -> Evidence.Side {
          .init(document, "totalPrice", row?.text("totalPrice"), gnum: gnum)
        }
        found.append(Evidence(.amountLinesDiffer, side(.list, a), side(.order, b)))
      }
    }
    return found
  }

  private func differences(_ list: FieldRow, _ order: FieldRow, _ gnum: Int64) -> [Evidence] {
    return ["qty", "price", "totalPrice", "currency", "unit"].flatMap { element in
      let agrees: Bool
      switch element {
      case "qty": agrees = list.decimalE5(element) == order.decimalE5(element)
      case "price", "totalPrice":
        agrees = tolerance(.amountLinesDiffer, element)
          .allows(list.decimalE5(element), order.decimalE5(element))
      default: agrees = hasSameBytes(list.text(element), order.text(element))
      }
      return entry(
        .amountLinesDiffer, holds: agrees, .init(.list, element, list.text(element), gnum: gnum),
        .init(.order, element, order.text(element), gnum: gnum))
    }
  }
}

extension DocumentDetail.Line {
  init(_ row: FieldRow) {
    self.init(
      gnum: row.integer("gnum") ?? IntegerColumn.absent, qtyE5: row.decimalE5("qty"),
      priceE5: row.decimalE5("price"), totalPriceE5: row.decimalE5("totalPrice"),
      currency: Array(row.text("currency").utf8), unit: Array(row.text("unit").utf8))
  }
}
