import TernCEB
import TernMatch
import TernReference

/// What a list's goods are worth, and an import's with freight and insurance.
extension ListChecks {
  func judgeLimitSingle<Source: ListSource>(_ batch: inout ListBatch<Source>) throws(Source.Failure) {
    let starts = try batch.lineStarts()
    let source = batch.source
    let (freight, insuredFee) = (try source.column(.heads, "freight"), try source.column(.heads, "insuredFee"))
    let totalPrice = try batch.lineColumn("totalPrice")
    let (freightE5, insuredFeeE5) = (DecimalView(freight.decimal), DecimalView(insuredFee.decimal))
    let totalE5 = DecimalView(totalPrice.decimal)
    let limitE5 = Int128(limits.singleE5)
    var over: [Int] = []
    for row in batch.words.indices {
      var sumE5 = freightE5[row] &+ insuredFeeE5[row]
      for line in starts[row]..<starts[row + 1] { sumE5 &+= totalE5[line] }
      if sumE5 > limitE5 { over.append(row) }
    }
    extendLifetime(freight)
    extendLifetime(insuredFee)
    extendLifetime(totalPrice)
    if over.isEmpty { return }
    let qty = try batch.lineColumn("qty").decimal
    for row in over {
      let isOnePiece = starts[row + 1] - starts[row] == 1 && qty.valueE5(starts[row]) == 100_000
      if !isOnePiece { batch.words[row] |= Finding.regimeLimitSingle.bit }
    }
  }
}

/// Whether lists are over the limit of simplified declarations.
struct ListValues {
  private let starts: [Int]
  private let totalPrice: DecimalColumn
  private let currency: TextColumn
  /// 1 for each line that is not in yuan; nil if all are.
  private let isForeign: [UInt8]?
  private let appTime: IntegerColumn

  init<Source: ListSource>(_ batch: inout ListBatch<Source>) throws(Source.Failure) {
    starts = try batch.lineStarts()
    let source = batch.source
    totalPrice = try batch.lineColumn("totalPrice").decimal
    isForeign = try source.flags(.lines, "currency") { Self.isYuan($0) ? 0 : 1 }
    // Rates are needed for other currencies alone.
    currency = isForeign == nil ? TextColumn() : try batch.lineColumn("currency").text
    appTime = isForeign == nil ? IntegerColumn() : try source.column(.heads, "appTime").integer
  }

  func callAsFunction(_ row: Int, _ eligibility: SimplifiedEligibility) -> Bool {
    let lines = starts[row]..<starts[row + 1]
    let totalE5 = DecimalView(totalPrice)
    defer { extendLifetime(self) }
    if let isForeign, lines.contains(where: { isForeign[$0] != 0 }) {
      let currency = TextView(currency)
      return eligibility.isOverLimit(
        lines, appTime: appTime[row], { currency[$0] }, { totalE5[$0] })
    }
    var sumE5: Int128 = 0
    for line in lines { sumE5 &+= totalE5[line] }
    return sumE5 > eligibility.limitE5
  }

  private static func isYuan(_ code: Bytes) -> Bool {
    code.count == 3 && code[0] == 0x31 && code[1] == 0x34 && code[2] == 0x32
  }
}
